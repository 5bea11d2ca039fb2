"""Optimisers: Muon's updates are near-orthogonal in every layer and the right way round; the rest is as published."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from transformer_checks.model import Sizes, initialise
from transformer_checks.optimisers import MOMENTUM, optimiser

_RATE = 0.1
_SHAPES = eqx.filter_eval_shape(initialise, Sizes(vocabulary=9, length=3, depth=2, width=8, heads=2), jax.random.key(0))
_MATRICES = ("query", "key", "value", "mix", "up", "down")


def drawn(seed):
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: jnp.asarray(rng.normal(size=leaf.shape), jnp.float32), _SHAPES)


def updates(rule, gradients):
    """The updates of one step after another, from the same weights."""

    @jax.jit
    def all_of(gradients):
        model, found = drawn(0), []
        state = rule.init(model)
        for gradient in gradients:
            update, state = rule.update(gradient, state, model)
            found.append(update)
        return found

    return all_of(gradients)


@pytest.fixture(scope="module")
def muon():
    """The first step; the second; and the first when the first layer's gradient is a thousand times larger."""
    gradients = [drawn(1), drawn(2)]
    louder = eqx.tree_at(
        lambda each: each.blocks,
        gradients[0],
        jax.tree.map(lambda leaf: leaf * jnp.asarray([1e3, 1])[:, None, None], gradients[0].blocks),
    )
    rule = optimiser("muon", _RATE)
    return gradients, updates(rule, gradients), updates(rule, [louder, gradients[1]])[0]


@pytest.mark.parametrize("name", _MATRICES)
def test_muon_orthogonalises_every_layer_and_scales_by_out_over_in(muon, name):
    """Newton-Schulz leaves singular values near 1; only `up`, with four times more outputs than inputs, is doubled."""
    gradients, (first, _), _ = muon
    for layer in range(2):
        gradient = np.asarray(getattr(gradients[0].blocks, name)[layer], np.float64)
        update = np.asarray(getattr(first.blocks, name)[layer], np.float64)
        scale = np.sqrt(max(1, gradient.shape[1] / gradient.shape[0]))
        assert scale == (2 if name == "up" else 1)
        values = np.linalg.svd(update / (_RATE * scale), compute_uv=False)
        assert 0.5 < values.min() <= values.max() < 1.3
        left, _, right = np.linalg.svd(gradient, full_matrices=False)
        nearest = left @ right
        cosine = -(update * nearest).sum() / np.linalg.norm(update) / np.linalg.norm(nearest)
        assert cosine > 0.97


@pytest.mark.parametrize("name", _MATRICES)
def test_muon_treats_layers_one_by_one(muon, name):
    _, (first, _), louder = muon
    np.testing.assert_allclose(getattr(louder.blocks, name), getattr(first.blocks, name), atol=2e-3 * _RATE)


def test_muon_leaves_embedding_and_head_to_adam(muon):
    """The AdamW that optax pairs with Muon has Nesterov momentum too."""
    gradients, found, _ = muon
    expected = updates(optax.adamw(_RATE, weight_decay=0.0, nesterov=True), gradients)
    for step, own in zip(found, expected, strict=True):
        np.testing.assert_allclose(step.embedding, own.embedding, rtol=1e-5)
        np.testing.assert_allclose(step.head, own.head, rtol=1e-5)


def test_sgd_has_momentum():
    gradients = [drawn(1), drawn(2)]
    _, second = updates(optimiser("sgd", _RATE), gradients)
    expected = jax.tree.map(lambda one, two: -_RATE * (MOMENTUM * one + two), *gradients)
    jax.tree.map(lambda found, own: np.testing.assert_allclose(found, own, atol=1e-6), second, expected)


def test_adamw_after_its_formula_and_without_decay():
    gradients = [drawn(1), drawn(2)]
    _, second = updates(optimiser("adamw", _RATE), gradients)
    for found, one, two in zip(*map(jax.tree.leaves, (second, *gradients)), strict=True):
        one, two = np.asarray(one, np.float64), np.asarray(two, np.float64)
        mean = (0.1 * 0.9 * one + 0.1 * two) / (1 - 0.9**2)
        square = (0.001 * 0.999 * one**2 + 0.001 * two**2) / (1 - 0.999**2)
        np.testing.assert_allclose(found, -_RATE * mean / (np.sqrt(square) + 1e-8), rtol=1e-3, atol=1e-6)
    still = jax.tree.map(jnp.zeros_like, gradients[0])
    assert not any(bool(leaf.any()) for leaf in jax.tree.leaves(updates(optimiser("adamw", _RATE), [still])))


def test_unknown_optimisers_are_refused():
    with pytest.raises(ValueError, match="one of adamw, sgd, muon, got 'adam'"):
        optimiser("adam", 0.1)
