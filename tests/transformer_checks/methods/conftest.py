"""A tiny model without the zeros of a fresh one, three tasks of eight facts, and training on them."""

from functools import lru_cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.model import Sizes, initialise
from transformer_checks.objectives import Split
from transformer_checks.sparsity import sparsity_of
from transformer_checks.training import Trainer, begin, dials, next_task, remember, train


class Bench:
    """What every test of a method needs; compiled once for every method."""

    sizes = Sizes(vocabulary=20, length=3, depth=1, width=16, heads=2)
    dense = sparsity_of("kwta", 1.0, 1, 64)
    key = jax.random.key(5)

    def __init__(self):
        shapes = eqx.filter_eval_shape(initialise, self.sizes, jax.random.key(0))
        rng = np.random.default_rng(1)
        self.model = jax.tree.map(
            lambda leaf: jnp.asarray(rng.normal(size=leaf.shape) / leaf.shape[-2] ** 0.5, jnp.float32), shapes
        )
        self.tasks = [self.task(number) for number in range(3)]

    def task(self, number, facts=8):
        """Facts [key, key, value]: four keys of the task's own, eight values for all."""
        rng = np.random.default_rng(10 + number)
        pairs = rng.permutation(16)[:facts]
        tokens = np.column_stack([4 * number + pairs // 4, 4 * number + pairs % 4, 12 + rng.integers(8, size=facts)])
        return Split(jnp.asarray(tokens, jnp.int32), jnp.asarray(np.tile([0.0, 1.0], (facts, 1)), jnp.float32))

    def begin(self, method, tasks=3):
        return begin(Trainer("adamw", 4, method), self.model, method.begin(self.model, (3,), tasks))

    @staticmethod
    @lru_cache
    def _learn(method):
        trainer = Trainer("adamw", 4, method)

        def learn(state, split, task, key, until):
            after = train(trainer, state, split, Bench.dense, dials(3e-3), key, until)
            return after, next_task(trainer, remember(trainer, after, split, Bench.dense, task, key), carried=False)

        return jax.jit(learn)

    def learn(self, method, state, task, steps=40, seed=0):
        """The states at the end of a task and before the next one."""
        key = jax.random.fold_in(jax.random.key(seed), task)
        return self._learn(method)(state, self.tasks[task], jnp.int32(task), key, jnp.int32(steps))


@pytest.fixture(scope="session")
def bench():
    return Bench()
