"""Projection of updates: nothing is changed along directions that matter to earlier tasks.

What is projected is the update and not the gradient: for stochastic gradient descent that is the same, and after Adam's
scaling a projected gradient would no longer be orthogonal to anything.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Bool, Float, Int, Key

from theory.activity import check_count
from transformer_checks.methods.base import Method
from transformer_checks.model import Layer, Transformer, forward, parameters
from transformer_checks.objectives import Split
from transformer_checks.sparsity import Sparsity

_NEGLIGIBLE = 1e-4
"""What is left of a direction, relative to its length, that is rounding and no new direction."""

_READS = {
    "query": "attended",
    "key": "attended",
    "value": "attended",
    "mix": "mixed",
    "up": "read",
    "router": "read",
    "down": "hidden",
}
"""What each of a layer's matrices multiplies, by the names of `model.Layer`."""


@dataclass(frozen=True)
class OrthogonalGradients(Method):
    """OGD (Farajtabar et al. 2020), variant GTL: updates are orthogonal to gradients of earlier tasks' right logits.

    After a task, for `per_task` of its examples drawn without replacement, the gradient of the right token's logit (of
    the sum over the positions that count) enters an orthonormal basis of all weights by Gram-Schmidt, twice for
    rounding's sake. A gradient that lies in what is stored adds no direction.

    Stores `per_task` directions as long as the weights for every task: memory that grows, and by far the most.

    Attributes:
        per_task: directions stored of every task; fewer if it has fewer examples.

    Raises:
        ValueError: fewer than 1 direction.
    """

    name: str = field(default="ogd", init=False)

    per_task: int = 4

    def __post_init__(self) -> None:
        check_count(self.per_task, "per_task")

    def begin(
        self, model: Transformer, example_shape: tuple[int, ...], tasks: int
    ) -> Float[Array, "direction parameter"]:
        """Zeros, which are no direction."""
        del example_shape
        return jnp.zeros((tasks * self.per_task, parameters(model)))

    def transform(self, update: Transformer, memory: Float[Array, "direction parameter"]) -> Transformer:
        """Without its component among the stored directions."""
        flat, restore = ravel_pytree(update)
        return restore(_without(memory, flat))

    def after_task(
        self,
        model: Transformer,
        split: Split,
        sparsity: Sparsity,
        memory: Float[Array, "direction parameter"],
        task: Int[Array, ""],
        key: Key[Array, ""],
    ) -> Float[Array, "direction parameter"]:
        """With the task's directions."""

        def right(model: Transformer, tokens: Int[Array, " length"], counted: Float[Array, " position"]) -> Array:
            logits = forward(model, tokens[None, :-1], sparsity)[0][0]
            return (jnp.take_along_axis(logits, tokens[1:, None], axis=1)[:, 0] * counted).sum()

        def add(place: Int[Array, ""], basis: Float[Array, "direction parameter"]) -> Array:
            example = chosen[place]
            gradient, _ = ravel_pytree(jax.grad(right)(model, split.tokens[example], split.weights[example]))
            rest = _without(basis, _without(basis, gradient))
            length = jnp.linalg.norm(rest)
            new = jnp.where(length > _NEGLIGIBLE * jnp.linalg.norm(gradient), rest / length, 0.0)
            return basis.at[task * self.per_task + place].set(new)

        examples = split.tokens.shape[0]
        chosen = jax.random.permutation(key, examples)[: self.per_task]
        return jax.lax.fori_loop(0, min(self.per_task, examples), add, memory)


class Spans(NamedTuple):
    """Projectors onto what matrices multiplied in earlier tasks.

    Attributes:
        attended: for query, key and value.
        mixed: for `mix`.
        read: for `up` and the router.
        hidden: for `down`.
        final: for the head.
        tokens: those that occurred, whose embeddings stay as they are.
    """

    attended: Float[Array, "depth width width"]
    mixed: Float[Array, "depth width width"]
    read: Float[Array, "depth width width"]
    hidden: Float[Array, "depth units units"]
    final: Float[Array, "width width"]
    tokens: Bool[Array, " vocabulary"]


@dataclass(frozen=True)
class ProjectionMemory(Method):
    """GPM (Saha et al. 2021): a matrix is not changed on what it multiplied in earlier tasks.

    After a task, the inputs of every matrix on all examples of the task at all positions (of the head: at those that
    count) are split by a singular value decomposition. Beside the span that is stored already, the leading directions
    are added until the squared length of the inputs within the span is `threshold` of the whole, the same for all
    layers and tasks (the original raises it slowly). An embedding's inputs are its tokens: those that occurred are
    frozen, whatever the threshold. Here the update after AdamW is projected; the original has no optimiser but SGD.

    Stores one projector for every kind of input, and the tokens that occurred, whatever the number of tasks.

    Attributes:
        threshold: share of the squared length of the inputs that is protected.

    Raises:
        ValueError: a threshold outside (0, 1].
    """

    name: str = field(default="gpm", init=False)

    threshold: float = 0.7

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold must lie in (0, 1], got {self.threshold!r}")

    def begin(self, model: Transformer, example_shape: tuple[int, ...], tasks: int) -> Spans:
        """Nothing protected."""
        del example_shape, tasks
        sizes = model.sizes
        wide, units = (jnp.zeros((sizes.depth, size, size)) for size in (sizes.width, sizes.hidden))
        return Spans(wide, wide, wide, units, wide[0], jnp.zeros(sizes.vocabulary, bool))

    def transform(self, update: Transformer, memory: Spans) -> Transformer:
        """Zero on all inputs in the spans."""

        def away(path: tuple[Any, ...], leaf: Array) -> Array:
            return leaf - getattr(memory, _READS[path[-1].name]) @ leaf

        return dataclasses.replace(
            update,
            embedding=jnp.where(memory.tokens[:, None], 0.0, update.embedding),
            blocks=jax.tree_util.tree_map_with_path(away, update.blocks),
            head=update.head - memory.final @ update.head,
        )

    def after_task(
        self,
        model: Transformer,
        split: Split,
        sparsity: Sparsity,
        memory: Spans,
        task: Int[Array, ""],
        key: Key[Array, ""],
    ) -> Spans:
        """With the spans of the task's inputs."""
        del task, key
        inputs = split.tokens[:, :-1]
        names = ("attended", "mixed", "read", "hidden")

        def observe(layer: Layer) -> tuple[dict[str, Array], Array]:
            return {name: getattr(layer, name) for name in names}, layer.final

        _, (seen, final) = forward(model, inputs, sparsity, observe)
        rows = {name: each.reshape(each.shape[0], -1, each.shape[-1]) for name, each in seen.items()}
        spans = {
            name: jax.lax.map(
                lambda pair: widened(pair[0], pair[1], self.threshold), (getattr(memory, name), rows[name])
            )
            for name in names
        }
        counted = (final[-1] * (split.weights > 0)[..., None]).reshape(-1, final.shape[-1])
        return Spans(
            **spans,
            final=widened(memory.final, counted, self.threshold),
            tokens=memory.tokens.at[inputs].set(True),
        )


def widened(
    span: Float[Array, "size size"], rows: Float[Array, "row size"], threshold: float
) -> Float[Array, "size size"]:
    """The projector onto a span and so many directions more that it holds this share of the rows' squared length."""
    whole = jnp.square(rows).sum()
    beside = rows - rows @ span
    _, lengths, directions = jnp.linalg.svd(beside, full_matrices=False)
    gained = jnp.square(lengths)
    held = whole - gained.sum() + jnp.cumsum(gained) - gained  # before each direction is added
    new = (held < threshold * whole) & (lengths > _NEGLIGIBLE * jnp.sqrt(whole))
    return span + (directions.T * new) @ directions


def _without(
    basis: Float[Array, "direction parameter"], vector: Float[Array, " parameter"]
) -> Float[Array, " parameter"]:
    return vector - (basis @ vector) @ basis
