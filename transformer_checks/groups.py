"""The four groups of a Transformer's weights that every measurement is split by."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from transformer_checks.model import Transformer

GROUPS = ("embedding", "attention", "mlp", "head")
"""Layer groups, in the order of every axis called `group`."""


def group_of(path: tuple[Any, ...]) -> int:
    """The group of a leaf of a `Transformer`, by its path."""
    name = path[-1].name
    if name in ("up", "down", "router"):
        return GROUPS.index("mlp")
    return GROUPS.index(name) if name in ("embedding", "head") else GROUPS.index("attention")


def by_group(model: Transformer, factors: Float[Array, "group ..."]) -> Transformer:
    """`model` with the weights of every group multiplied by the group's factor, which may differ from layer to layer.

    Factors of a single layer go for all layers. Embedding and head lie in no layer: their factor is the first.
    """
    table = factors.reshape(len(GROUPS), -1)

    def scaled(path: tuple[Any, ...], leaf: Array) -> Array:
        own = table[group_of(path)]
        return leaf * (own[:, None, None] if leaf.ndim == 3 else own[0])

    return jax.tree_util.tree_map_with_path(scaled, model)


def inner_products(first: PyTree[Array], second: PyTree[Array]) -> Float[Array, "group ..."]:
    """Inner products of stacks of models, by group: [task, ...] and [other, ...] leaves give [group, task, other].

    Leaf by leaf, so nothing larger than a leaf is held beside the stacks.
    """
    sums: list[Any] = [0.0] * len(GROUPS)
    for path, leaf in jax.tree_util.tree_leaves_with_path(first):
        other = _leaf(second, path)
        product = leaf.reshape(len(leaf), -1) @ other.reshape(len(other), -1).T
        sums[group_of(path)] = sums[group_of(path)] + product
    return jnp.stack(sums)


def _leaf(tree: PyTree[Array], path: tuple[Any, ...]) -> Array:
    for step in path:
        tree = getattr(tree, step.name)
    return tree
