"""Elastic weight consolidation: weights that mattered for earlier tasks are held back by springs."""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from transformer_checks.methods.base import Method, check_strength
from transformer_checks.model import Numerics, Transformer, forward
from transformer_checks.objectives import Split, objective
from transformer_checks.sparsity import Sparsity


class Springs(NamedTuple):
    """Where the weights are held, and how stiffly.

    Attributes:
        anchor: the weights after the last task.
        fisher: the sum over all tasks of the diagonal of the Fisher information.
    """

    anchor: Transformer
    fisher: Transformer


@dataclass(frozen=True)
class ElasticWeights(Method):
    """EWC (Kirkpatrick et al. 2017) with one penalty for all tasks: `strength / 2 sum_i F_i (w_i - w*_i)^2`.

    F sums the Fisher information of all tasks, each taken when its training ended, and w* are the weights after the
    last task (Huszar 2018; Schwarz et al. 2018 with no decay). The factor 1/2 is there, as in van de Ven's library and
    not in Avalanche. The Fisher information of a task is the mean over its examples of squared gradients of single
    examples' log-likelihood (not of batches), with every counted token drawn from the model's own prediction and not
    the label (van de Ven 2025, "sample"; Avalanche takes labels, Mammoth weighs labels by their probability). The
    log-likelihood of an example is the sum over its counted tokens. Strengths of other libraries do not carry over.

    Stores the weights and as many Fisher numbers, whatever the number of tasks.

    Attributes:
        strength: of the penalty (lambda).

    Raises:
        ValueError: a strength that is not positive.
    """

    name: str = field(default="ewc", init=False)

    strength: float = 10.0

    def __post_init__(self) -> None:
        check_strength(self.strength)

    def begin(self, model: Transformer, example_shape: tuple[int, ...], tasks: int) -> Springs:
        """No stiffness at all."""
        del example_shape, tasks
        return Springs(model, jax.tree.map(jnp.zeros_like, model))

    def objective(
        self,
        model: Transformer,
        batch: Split,
        sparsity: Sparsity,
        memory: Springs,
        key: Key[Array, ""],
        numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
    ) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """With the energy of the springs."""
        del key
        total, loss = objective(model, batch, sparsity, numerics)
        return total + self.strength * energy(model, memory), loss

    def after_task(
        self,
        model: Transformer,
        split: Split,
        sparsity: Sparsity,
        memory: Springs,
        task: Int[Array, ""],
        key: Key[Array, ""],
    ) -> Springs:
        """Stiffer by the task's Fisher information, and at rest where the task ended."""
        del task
        return Springs(model, jax.tree.map(jnp.add, memory.fisher, fisher(model, split, sparsity, key)))


def energy(model: Transformer, springs: Springs) -> Float[Array, ""]:
    """`sum_i F_i (w_i - w*_i)^2 / 2`."""
    parts = jax.tree.map(lambda f, w, at: (f * jnp.square(w - at)).sum() / 2, springs.fisher, model, springs.anchor)
    return jnp.stack(jax.tree.leaves(parts)).sum()


def fisher(model: Transformer, split: Split, sparsity: Sparsity, key: Key[Array, ""]) -> Transformer:
    """The diagonal of the Fisher information, from one draw of the model's answers for every example.

    One example after another, so that a single gradient is held.
    """

    def likelihood(
        model: Transformer, tokens: Int[Array, " length"], counted: Float[Array, " position"], key: Key[Array, ""]
    ) -> Float[Array, ""]:
        logits = jax.nn.log_softmax(forward(model, tokens[None, :-1], sparsity)[0][0])
        drawn = jax.random.categorical(key, jax.lax.stop_gradient(logits))
        return (jnp.take_along_axis(logits, drawn[:, None], axis=1)[:, 0] * counted).sum()

    def add(sums: Transformer, example: tuple[Array, Array, Array]) -> tuple[Transformer, None]:
        gradient = jax.grad(likelihood)(model, *example)
        return jax.tree.map(lambda total, slope: total + jnp.square(slope) / count, sums, gradient), None

    count = split.tokens.shape[0]
    keys = jax.random.split(key, count)
    return jax.lax.scan(add, jax.tree.map(jnp.zeros_like, model), (split.tokens, split.weights, keys))[0]
