"""Training on one task: a compiled loop with traced dials, so that one program serves every regime and sparsity."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key, PyTree

from theory.activity import check_count
from transformer_checks.groups import GROUPS, by_group
from transformer_checks.methods.base import Memory, Method, Plain
from transformer_checks.model import Numerics, Transformer
from transformer_checks.objectives import Split
from transformer_checks.optimisers import check_optimiser, optimiser
from transformer_checks.sparsity import Sparsity

SMOOTHING = 0.9
"""Weight of the past in the running mean of the training loss, which the criterion is compared with."""

_STEPS, _MEMORY = 2**32 - 1, 2**32 - 2
"""Folded into a task's key for what a method draws, in a step and after the task; no epoch has these numbers."""


@dataclass(frozen=True)
class Trainer:
    """What is compiled into the training loop.

    Attributes:
        optimiser: one of `optimisers.Optimiser`.
        batch: examples a step, at most those a task has.
        method: what is done against forgetting.

    Raises:
        ValueError: an unknown optimiser, or a batch below 1.
    """

    optimiser: str = "adamw"
    batch: int = 32
    method: Method = Plain()  # noqa: RUF009 (immutable)

    def __post_init__(self) -> None:
        check_optimiser(self.optimiser)
        check_count(self.batch, "batch")


class Dials(NamedTuple):
    """What a regime sets without compiling anew.

    Attributes:
        learning_rate: of the optimiser.
        criterion: training on a task ends once the running mean of its loss is below; 0: never.
        plastic: factor of every group's updates, 0 freezes it; one for all layers or one a layer.
    """

    learning_rate: Float[Array, ""]
    criterion: Float[Array, ""]
    plastic: Float[Array, "group ..."]


class State(NamedTuple):
    """A model in training.

    Attributes:
        model: the weights.
        optimiser: the optimiser's state.
        step: steps taken on the present task.
        loss: running mean of the training loss on the present task; infinite before the first step.
        memory: what the method keeps of earlier tasks.
    """

    model: Transformer
    optimiser: PyTree[Any]
    step: Int[Array, ""]
    loss: Float[Array, ""]
    memory: Memory = ()


def dials(learning_rate: float, criterion: float = 0.0, plastic: tuple[str, ...] = GROUPS) -> Dials:
    """Dials from plain values; `plastic` names the groups that learn.

    Raises:
        ValueError: a learning rate that is not positive, a negative criterion, or an unknown group.
    """
    check_dials(learning_rate, criterion, plastic)
    factors = [float(group in plastic) for group in GROUPS]
    return Dials(jnp.float32(learning_rate), jnp.float32(criterion), jnp.asarray(factors, jnp.float32))


def check_dials(learning_rate: float, criterion: float, plastic: tuple[str, ...]) -> None:
    """Raise ValueError as `dials`, without any work of JAX: modules that declare protocols must not start it."""
    if not learning_rate > 0:
        raise ValueError(f"learning rate must be positive, got {learning_rate!r}")
    if not criterion >= 0:
        raise ValueError(f"criterion must be a loss of at least 0, got {criterion!r}")
    if not plastic or set(plastic) - set(GROUPS):
        raise ValueError(f"plastic must name some of {', '.join(GROUPS)}, got {plastic!r}")


def begin(trainer: Trainer, model: Transformer, memory: Memory = ()) -> State:
    """The state before the first step on a task, with a fresh optimiser.

    `memory` is as the method's own `begin` or the last task left it.
    """
    rule: Any = optimiser(trainer.optimiser, 1.0)  # the rate is no part of the state
    return State(model, rule.init(model), jnp.int32(0), jnp.float32(jnp.inf), memory)


def descend(
    trainer: Trainer,
    state: State,
    batch: Split,
    sparsity: Sparsity,
    settings: Dials,
    numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
    key: Key[Array, ""] | None = None,
) -> State:
    """One step of training on a batch; `key` is for a method that draws, and the same draw every time without it.

    Frozen weights stay frozen whatever the method: its update is multiplied by the dial.
    """
    method, drawn = trainer.method, jax.random.key(0) if key is None else key
    slope = jax.grad(method.objective, has_aux=True)
    gradient, loss = slope(state.model, batch, sparsity, state.memory, drawn, numerics)
    rule: Any = optimiser(trainer.optimiser, settings.learning_rate)
    updates, after = rule.update(gradient, state.optimiser, state.model)
    updates = by_group(method.transform(updates, state.memory), settings.plastic)
    model: Any = optax.apply_updates(state.model, updates)  # pyright: ignore[reportArgumentType]
    smooth = jnp.where(state.step == 0, loss, SMOOTHING * state.loss + (1 - SMOOTHING) * loss)
    return State(model, after, state.step + 1, smooth, state.memory)


def train(
    trainer: Trainer,
    state: State,
    split: Split,
    sparsity: Sparsity,
    settings: Dials,
    key: Key[Array, ""],
    until: Int[Array, ""],
) -> State:
    """Go on training on one task until so many steps have been taken on it, or its criterion is met.

    Every epoch passes the examples in a new order that depends on `key` and the epoch alone, so that training in
    several stretches gives what training in one does. What is left of an epoch after its last whole batch is skipped.

    Args:
        trainer: what is compiled.
        state: as `begin` or an earlier stretch left it.
        split: the task's training examples.
        sparsity: the strategy.
        settings: the dials.
        key: of the task.
        until: steps on this task, all stretches together.
    """
    examples = split.tokens.shape[0]
    batch = min(trainer.batch, examples)

    def unfinished(state: State) -> Array:
        return (state.step < until) & ~(state.loss < settings.criterion)  # a loss that is not a number goes on

    def step(state: State) -> State:
        epoch, place = jnp.divmod(state.step, examples // batch)
        order = jax.random.permutation(jax.random.fold_in(key, epoch), examples)
        chosen = jax.lax.dynamic_slice_in_dim(order, place * batch, batch)
        some = Split(split.tokens[chosen], split.weights[chosen])
        drawn = jax.random.fold_in(jax.random.fold_in(key, _STEPS), state.step)
        after = descend(trainer, state._replace(memory=memory), some, sparsity, settings, key=drawn)
        return after._replace(memory=())

    memory = state.memory  # constant within a task: not among what the loop carries
    return jax.lax.while_loop(unfinished, step, state._replace(memory=()))._replace(memory=memory)


def remember(
    trainer: Trainer, state: State, split: Split, sparsity: Sparsity, task: Int[Array, ""], key: Key[Array, ""]
) -> State:
    """The state once a task has been learned and the method has taken note of it.

    Args:
        trainer: what is compiled.
        state: at the end of the task.
        split: the task's training examples.
        sparsity: the strategy.
        task: its index.
        key: of the task.
    """
    note = trainer.method.after_task
    drawn = jax.random.fold_in(key, _MEMORY)
    return state._replace(memory=note(state.model, split, sparsity, state.memory, task, drawn))


def next_task(trainer: Trainer, state: State, carried: bool) -> State:
    """The state before the first step on the next task; `carried` keeps the optimiser's state."""
    fresh = begin(trainer, state.model, state.memory)
    return fresh._replace(optimiser=state.optimiser) if carried else fresh
