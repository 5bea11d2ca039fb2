"""Sparsity: the k-th largest exactly, one program for every k, and gradients that pass through winners only."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from theory.activity import ACTIVITY_GRID
from transformer_checks.model import Layer, usage
from transformer_checks.sparsity import activate, active_of, kth_largest, sparsity_of, winners

_WIDTH = 9
_EVERY_K = jnp.arange(1, _WIDTH + 1)
_every_kth = jax.jit(jax.vmap(lambda values, k: kth_largest(values, k)[..., 0], in_axes=(None, 0), out_axes=1))
_every_winners = jax.jit(jax.vmap(winners, in_axes=(None, 0)))

_EDGES = [0.0, -0.0, 1.0, -1.0, float("inf"), -float("inf"), 3.4028235e38, 1e-45, -1e-45, 1.1754944e-38]
_FLOATS = st.floats(width=32, allow_nan=False) | st.sampled_from(_EDGES)


@settings(max_examples=200, deadline=None)
@given(arrays(np.float32, (3, _WIDTH), elements=_FLOATS))
def test_kth_largest_is_what_sorting_finds(values):
    np.testing.assert_array_equal(_every_kth(values, _EVERY_K), np.sort(values, axis=1)[:, ::-1])


@settings(max_examples=100, deadline=None)
@given(arrays(np.float32, (3, _WIDTH), elements=st.integers(-2, 2).map(float)))
def test_winners_are_the_largest_with_all_their_ties(values):
    least = np.sort(values, axis=1)[:, ::-1].T[..., None]
    np.testing.assert_array_equal(_every_winners(values, _EVERY_K), values >= least)


def test_kth_largest_of_a_wide_layer():
    values = np.random.default_rng(0).normal(size=(4, 5120)).astype(np.float32)
    ordered = np.sort(values, axis=1)[:, ::-1]
    kth = jax.jit(kth_largest)
    for k in (1, 2, 102, 2560, 5119, 5120):
        np.testing.assert_array_equal(kth(values, k)[:, 0], ordered[:, k - 1])


def test_one_program_serves_every_k_with_and_without_a_nonlinearity():
    traces = []

    @jax.jit
    def counted(values, k, rectified):
        traces.append(k)
        return activate(values, k, rectified)

    x = np.random.default_rng(0).normal(size=(20, _WIDTH)).astype(np.float32)
    for k in range(1, _WIDTH + 1):
        raw, squared = (np.asarray(counted(x, k, rectified)) for rectified in (False, True))
        expected = np.zeros_like(x)
        for row, own in enumerate(x):
            for unit in np.argsort(-own)[:k]:
                expected[row, unit] = own[unit]
        np.testing.assert_array_equal(raw, expected)
        np.testing.assert_allclose(squared, np.maximum(expected, 0) ** 2, rtol=1e-6)
        assert ((squared != 0).sum(axis=1) == np.minimum(k, (x > 0).sum(axis=1))).all()
    assert len(traces) == 1


@jax.jit
def _pulled_back(x, cotangent, k, rectified):
    """Activations, and the cotangent times their Jacobian: any slope across units would mix its random entries."""
    hidden, pull = jax.vjp(lambda row: activate(row, k, rectified), x)
    return hidden, pull(cotangent)[0], usage(Layer(x[None], hidden[None], k))


_COTANGENT = np.random.default_rng(1).normal(size=(2, 7)).astype(np.float32)


def test_without_a_nonlinearity_all_winners_make_a_linear_layer():
    x = np.random.default_rng(2).normal(size=(2, 7)).astype(np.float32)
    hidden, slope, used = _pulled_back(x, _COTANGENT, 7, False)
    np.testing.assert_array_equal(hidden, x)
    np.testing.assert_array_equal(slope, _COTANGENT)
    assert float(used.density) == 1


@pytest.mark.parametrize("rectified", [True, False])
def test_gradients_pass_through_winners_only(rectified):
    x = np.array([[0.5, -3, 2, 1, -0.1, 0, 4], [-6, -5, -4, -3, -2, -1, 7]], np.float32)
    slopes = np.array([[0, 0, 1, 1, 0, 0, 1], [0, 0, 0, 0, 1, 1, 1]])  # the three largest
    expected = slopes * (2 * np.maximum(x, 0) if rectified else 1)
    _, slope, _ = _pulled_back(x, _COTANGENT, 3, rectified)
    np.testing.assert_allclose(slope, expected * _COTANGENT, rtol=1e-6)


def test_ties_are_kept_and_counted():
    x = np.array([[3, 1, 1, 1, 0.5, 0, -1], [5, 4, 3, 2, 1, 0, -1]], np.float32)
    hidden, _, used = _pulled_back(x, _COTANGENT, 2, True)
    np.testing.assert_array_equal(hidden, [[9, 1, 1, 1, 0, 0, 0], [25, 16, 0, 0, 0, 0, 0]])
    assert float(used.excess) == (2 + 0) / 2
    assert float(used.density) == pytest.approx(6 / 14)
    assert float(used.drive) == pytest.approx((6.5 + 15) / 14)


def test_silent_units_are_no_ties():
    """With fewer positive inputs than k the threshold is zero, which every unit reaches; none of them fires."""
    x = np.array([[2, -1, -2, -3, -4, -5, -6], [1, 1, 0, 0, 0, 0, 0]], np.float32)
    hidden, _, used = _pulled_back(x, _COTANGENT, 3, True)
    np.testing.assert_array_equal(hidden, [[4, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0]])
    assert float(used.excess) == 0


def test_levels_of_the_shared_grid():
    assert [active_of(level, 256) for level in ACTIVITY_GRID] == [5, 13, 26, 51, 128, 256]
    assert active_of(1e-9, 256) == 1


def test_a_strategy_is_the_same_in_every_layer():
    kwta, raw, l1 = (sparsity_of(name, 0.5, 3, 8) for name in ("kwta", "raw-kwta", "l1"))
    assert [each.active.tolist() for each in (kwta, raw, l1)] == [[4] * 3, [4] * 3, [8] * 3]
    assert [each.rectified.tolist() for each in (kwta, raw, l1)] == [[True] * 3, [False] * 3, [True] * 3]
    assert [float(each.penalty) for each in (kwta, raw, l1)] == [0, 0, 0.5]


@pytest.mark.parametrize(
    ("implementation", "level", "message"),
    [
        ("relu", 0.5, "one of kwta, raw-kwta, l1, got 'relu'"),
        ("kwta", 1.01, r"\(0, 1\], as k cannot exceed the width m = 8, got 1.01"),
        ("raw-kwta", 0.0, "got 0.0"),
        ("kwta", float("nan"), "got nan"),
        ("l1", -0.1, "at least 0, got -0.1"),
        ("l1", float("inf"), "finite"),
    ],
)
def test_levels_out_of_range_are_refused(implementation, level, message):
    with pytest.raises(ValueError, match=message):
        sparsity_of(implementation, level, 2, 8)
