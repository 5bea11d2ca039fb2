"""Groups of weights: every leaf in one, and inner products that are those of flattened vectors."""

import jax
import jax.numpy as jnp
import numpy as np

from transformer_checks.groups import GROUPS, by_group, group_of, inner_products
from transformer_checks.model import Sizes, initialise

_MODEL = initialise(Sizes(vocabulary=7, length=3, depth=2, width=4, heads=1), jax.random.key(0))
_LEAVES = {
    "embedding": ("embedding",),
    "attention": ("query", "key", "value", "mix"),
    "mlp": ("up", "down"),
    "head": ("head",),
}


def stacks(count, seed):
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: jnp.asarray(rng.normal(size=(count, *leaf.shape)), jnp.float32), _MODEL)


def vectors(stack, group):
    """A stack's weights of one group, flattened, [task, weight]."""
    rows = [
        np.asarray(leaf, np.float64).reshape(len(leaf), -1)
        for path, leaf in jax.tree_util.tree_leaves_with_path(stack)
        if path[-1].name in _LEAVES[group]
    ]
    return np.concatenate(rows, axis=1)


def test_every_leaf_has_its_group():
    found = {group: [] for group in GROUPS}
    for path, _ in jax.tree_util.tree_leaves_with_path(_MODEL):
        found[GROUPS[group_of(path)]].append(path[-1].name)
    assert {group: tuple(names) for group, names in found.items()} == _LEAVES


def test_factors_multiply_their_group():
    ones = jax.tree.map(jnp.ones_like, _MODEL)
    scaled = by_group(ones, jnp.asarray([1.0, 2.0, 3.0, 0.0]))
    for path, leaf in jax.tree_util.tree_leaves_with_path(scaled):
        assert (leaf == [1.0, 2.0, 3.0, 0.0][group_of(path)]).all()


def test_factors_of_layers_multiply_their_layer():
    ones = jax.tree.map(jnp.ones_like, _MODEL)
    factors = jnp.asarray([[1.0, 5], [2, 6], [3, 7], [4, 8]])
    for path, leaf in jax.tree_util.tree_leaves_with_path(by_group(ones, factors)):
        own = factors[group_of(path)]
        if leaf.ndim == 3:
            assert (leaf[0] == own[0]).all()
            assert (leaf[1] == own[1]).all()
        else:
            assert (leaf == own[0]).all()


def test_inner_products_are_those_of_flattened_vectors():
    first, second = stacks(3, 0), stacks(2, 1)
    found = inner_products(first, second)
    assert found.shape == (4, 3, 2)
    for group, own in zip(GROUPS, found, strict=True):
        np.testing.assert_allclose(own, vectors(first, group) @ vectors(second, group).T, atol=1e-4)
    whole = [np.concatenate([vectors(stack, group) for group in GROUPS], axis=1) for stack in (first, second)]
    np.testing.assert_allclose(found.sum(axis=0), whole[0] @ whole[1].T, atol=1e-4)
