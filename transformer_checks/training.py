"""Training on one task: a compiled loop with traced dials, so that one program serves every regime and sparsity."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key, PyTree

from theory.activity import check_count
from transformer_checks.groups import GROUPS, by_group
from transformer_checks.model import Numerics, Transformer, forward
from transformer_checks.optimisers import check_optimiser, optimiser
from transformer_checks.sparsity import Sparsity

SMOOTHING = 0.9
"""Weight of the past in the running mean of the training loss, which the criterion is compared with."""


class Split(NamedTuple):
    """Examples of one task (or, with a leading axis, of several).

    Attributes:
        tokens: whole sequences, shape [..., example, length].
        weights: 1 where the prediction of the next token counts, shape [..., example, length - 1].
    """

    tokens: Int[Array, "... example length"]
    weights: Float[Array, "... example positions"]


@dataclass(frozen=True)
class Trainer:
    """What is compiled into the training loop.

    Attributes:
        optimiser: one of `optimisers.Optimiser`.
        batch: examples a step, at most those a task has.

    Raises:
        ValueError: an unknown optimiser, or a batch below 1.
    """

    optimiser: str = "adamw"
    batch: int = 32

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
    """

    model: Transformer
    optimiser: PyTree[Any]
    step: Int[Array, ""]
    loss: Float[Array, ""]


def dials(learning_rate: float, criterion: float = 0.0, plastic: tuple[str, ...] = GROUPS) -> Dials:
    """Dials from plain values; `plastic` names the groups that learn.

    Raises:
        ValueError: a learning rate that is not positive, a negative criterion, or an unknown group.
    """
    if not learning_rate > 0:
        raise ValueError(f"learning rate must be positive, got {learning_rate!r}")
    if not criterion >= 0:
        raise ValueError(f"criterion must be a loss of at least 0, got {criterion!r}")
    if not plastic or set(plastic) - set(GROUPS):
        raise ValueError(f"plastic must name some of {', '.join(GROUPS)}, got {plastic!r}")
    factors = [float(group in plastic) for group in GROUPS]
    return Dials(jnp.float32(learning_rate), jnp.float32(criterion), jnp.asarray(factors, jnp.float32))


def begin(trainer: Trainer, model: Transformer) -> State:
    """The state before the first step on a task, with a fresh optimiser."""
    fresh: Any = optimiser(trainer.optimiser, 1.0).init(model)  # the rate is no part of the state
    return State(model, fresh, jnp.int32(0), jnp.float32(jnp.inf))


def losses(logits: Float[Array, "batch positions vocabulary"], split: Split) -> Float[Array, ""]:
    """Mean cross-entropy over the positions that count, in nats; what is predicted is the token after each position."""
    each = optax.softmax_cross_entropy_with_integer_labels(logits, split.tokens[..., 1:])
    return (each * split.weights).sum() / split.weights.sum()


def loss_of(model: Transformer, split: Split, sparsity: Sparsity) -> Float[Array, ""]:
    """The loss of a model on examples, without penalty."""
    return losses(forward(model, split.tokens[..., :-1], sparsity)[0], split)


def objective(
    model: Transformer,
    split: Split,
    sparsity: Sparsity,
    numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """What is minimised (the loss and the penalty on activations), and the loss alone."""
    logits, usage = forward(model, split.tokens[..., :-1], sparsity, numerics=numerics)
    loss = losses(logits, split)
    return loss + sparsity.penalty * usage.drive.sum(), loss


def descend(
    trainer: Trainer,
    state: State,
    batch: Split,
    sparsity: Sparsity,
    settings: Dials,
    numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
) -> State:
    """One step of training on a batch."""
    gradient, loss = jax.grad(objective, has_aux=True)(state.model, batch, sparsity, numerics)
    update = optimiser(trainer.optimiser, settings.learning_rate).update
    updates, after = update(gradient, state.optimiser, state.model)
    model = optax.apply_updates(state.model, by_group(updates, settings.plastic))
    smooth = jnp.where(state.step == 0, loss, SMOOTHING * state.loss + (1 - SMOOTHING) * loss)
    return State(model, after, state.step + 1, smooth)


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
    several stretches gives what training in one does.

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
        return (state.step < until) & (state.loss >= settings.criterion)

    def step(state: State) -> State:
        epoch, place = jnp.divmod(state.step, examples // batch)
        order = jax.random.permutation(jax.random.fold_in(key, epoch), examples)
        chosen = jax.lax.dynamic_slice_in_dim(order, place * batch, batch)
        return descend(trainer, state, Split(split.tokens[chosen], split.weights[chosen]), sparsity, settings)

    return jax.lax.while_loop(unfinished, step, state)


def next_task(trainer: Trainer, state: State, carried: bool) -> State:
    """The state before the first step on the next task; `carried` keeps the optimiser's state."""
    fresh = begin(trainer, state.model)
    return fresh._replace(optimiser=state.optimiser) if carried else fresh
