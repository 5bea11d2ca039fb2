"""Gradients by automatic differentiation: equal to overlaps, and writes act as they say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.gradients import GradientPoint, gradient_inner_product, hopfield_loss, measure_gradients, write

CODES = ("bernoulli", "fixed-size")


@pytest.mark.parametrize("code", CODES)
def test_gradient_products_are_overlaps(code) -> None:
    data = measure_gradients(GradientPoint(code, 30, 0.1, pairs=40, seed=1))
    assert data.gradient.dtype == np.float64
    assert data.gradient.dims == ("rule", "self_coupling", "pair")
    np.testing.assert_allclose(data.gradient, data.from_overlap, rtol=1e-12, atol=1e-15)
    assert jnp.ones(1).dtype == jnp.float32


@pytest.mark.parametrize("self_coupling", [True, False])
def test_a_write_changes_another_loss_by_minus_the_gradient_product(self_coupling: bool) -> None:
    keys = jax.random.split(jax.random.key(2), 3)
    weights = jax.random.normal(keys[0], (20, 20))
    first, second = (jax.random.bernoulli(key, 0.4, (20,)).astype(jnp.float32) for key in keys[1:])
    arguments = (0.4, self_coupling)
    after = hopfield_loss(write(weights, first, *arguments), second, *arguments)
    change = after - hopfield_loss(weights, second, *arguments)
    product = gradient_inner_product(weights, first, second, *arguments)
    assert float(change) == pytest.approx(-float(product), abs=1e-5)


def test_a_write_is_the_hebb_rule() -> None:
    pattern = jnp.asarray([1.0, 0.0, 1.0, 1.0])
    np.testing.assert_allclose(write(jnp.zeros((4, 4)), pattern), np.outer(pattern, pattern) / 4)
    without = write(jnp.zeros((4, 4)), pattern, self_coupling=False)
    np.testing.assert_allclose(without, np.outer(pattern, pattern) / 4 * (1 - np.eye(4)))


def test_gradients_need_a_small_network() -> None:
    with pytest.raises(ValueError, match="up to 200 neurons"):
        GradientPoint("bernoulli", 201, 0.1, pairs=1, seed=0)
