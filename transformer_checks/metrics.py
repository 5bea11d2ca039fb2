"""What is measured on a model between two stretches of training: losses, gradients, and the use of units.

The loss of a task is its loss on held-out examples, without the penalty on activations.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PyTree

from transformer_checks.groups import GROUPS, by_group, inner_products
from transformer_checks.model import Layer, Transformer, forward
from transformer_checks.objectives import Split, loss_of, losses
from transformer_checks.sparsity import Sparsity
from transformer_checks.task_sequence import Scoring


class Evaluation(NamedTuple):
    """A model on several tasks.

    Attributes:
        loss: in nats per counted position.
        accuracy: share of right examples or positions.
        density: share of units that are not zero.
        excess: winners beyond k per token, because of ties.
        dead: share of units active on no token of any task.
        overlap: for every pair of tasks, the mean over units of the product of how often each task uses the unit; for
            independent patterns of activity a it is a^2.
    """

    loss: Float[Array, " task"]
    accuracy: Float[Array, " task"]
    density: Float[Array, "layer task"]
    excess: Float[Array, "layer task"]
    dead: Float[Array, " layer"]
    overlap: Float[Array, "layer task other"]


class Gradients(NamedTuple):
    """Inner products between the gradients of tasks, by group of weights.

    Attributes:
        crossed: of one task on one half of its examples with another on the other half, averaged over both ways;
            unbiased, also on the diagonal, where it is the squared norm of the task's own gradient.
        inner: of the means of both halves' gradients; biased upwards on the diagonal.
    """

    crossed: Float[Array, "group task other"]
    inner: Float[Array, "group task other"]


def evaluate(model: Transformer, tasks: Split, sparsity: Sparsity, scoring: Scoring) -> Evaluation:
    """Losses, accuracies and the use of units on every task.

    Args:
        model: the weights.
        tasks: held-out examples, with a leading axis of tasks.
        sparsity: the strategy.
        scoring: what counts as right.
    """

    def observe(layer: Layer) -> tuple[Array, Array]:
        firing = layer.hidden != 0
        extra = jnp.maximum(firing.sum(axis=-1) - layer.active, 0)
        return firing.mean(axis=(0, 1)), extra.mean(dtype=jnp.float32)

    def one(task: Split) -> tuple[Array, Array, Array, Array]:
        logits, (used, excess) = forward(model, task.tokens[:, :-1], sparsity, observe)
        right = logits.argmax(axis=-1) == task.tokens[:, 1:]
        return losses(logits, task), _score(right, task.weights, scoring), used, excess

    loss, accuracy, used, excess = jax.lax.map(one, tasks)  # used: [task, layer, unit]
    return Evaluation(
        loss=loss,
        accuracy=accuracy,
        density=used.mean(axis=-1).T,
        excess=excess.T,
        dead=(used == 0).all(axis=0).mean(axis=-1),
        overlap=jnp.einsum("tlu,olu->lto", used, used) / used.shape[-1],
    )


def gradients(model: Transformer, tasks: Split, sparsity: Sparsity) -> Gradients:
    """Inner products of all tasks' gradients, from two independent halves of the examples of each.

    Holds two gradients a task; `interference_row` needs one in all.

    Raises:
        ValueError: a task has a single example.
    """
    half = tasks.tokens.shape[1] // 2
    if not half:
        raise ValueError("gradients from two halves of a task need at least 2 held-out examples of it, got 1")
    first, second = (
        jax.tree.map(lambda leaf, own=own: leaf[:, own], tasks) for own in (slice(half), slice(half, None))
    )
    both = [jax.lax.map(lambda task: jax.grad(loss_of)(model, task, sparsity), each) for each in (first, second)]
    crossed = inner_products(both[0], both[1])
    mean = jax.tree.map(lambda one, other: (one + other) / 2, *both)
    return Gradients((crossed + jnp.swapaxes(crossed, 1, 2)) / 2, inner_products(mean, mean))


def interference_row(
    model: Transformer, direction: PyTree[Array], tasks: Split, sparsity: Sparsity
) -> Float[Array, "group task"]:
    """The derivative of every task's loss along a direction, by group, in forward mode: no gradient is stored.

    With the gradient of one task as the direction it is that task's row of the inner products, for models of which a
    gradient for every task would not fit into memory.
    """

    def one(factors: Float[Array, " group"]) -> Float[Array, " task"]:
        tangent = by_group(direction, factors)
        return jax.lax.map(lambda task: _derivative(model, tangent, task, sparsity), tasks)

    return jax.lax.map(one, jnp.eye(len(GROUPS)))


def path_change(before: Transformer, after: Transformer, tasks: Split, sparsity: Sparsity) -> Float[Array, " task"]:
    """The change of every task's loss that its gradient predicts for a stretch of training.

    The gradient halfway along the straight line, dotted with the whole update (midpoint rule). Summed over short
    stretches it becomes the change of the loss itself, so it can only say whether gradients account for forgetting.
    """
    middle = jax.tree.map(lambda one, other: (one + other) / 2, before, after)
    update = jax.tree.map(lambda one, other: other - one, before, after)
    return jax.lax.map(lambda task: _derivative(middle, update, task, sparsity), tasks)


def _derivative(model: Transformer, tangent: PyTree[Array], task: Split, sparsity: Sparsity) -> Float[Array, ""]:
    return jax.jvp(lambda each: loss_of(each, task, sparsity), (model,), (tangent,))[1]


def _score(
    right: Bool[Array, "example position"], weights: Float[Array, "example position"], scoring: Scoring
) -> Float[Array, ""]:
    if scoring == "exact":
        return jnp.where(weights > 0, right, True).all(axis=-1).mean(dtype=jnp.float32)
    return (right * weights).sum() / weights.sum()
