"""Comparing two curves over the range of sparsity that both cover."""

import numpy as np
import pytest

from sims.harness.statistics import binomial_interval
from transformer_checks.curves import compare

FIRST = np.array([0.5, 0.8, 0.9, 0.95, 0.98])
SECOND = np.array([0.45, 0.6, 0.75, 0.92, 0.97])


def curve(levels, rng, slope=-1.0, offset=0.0, seeds=8, scatter=0.02):
    """Sparsities and values, both [level, seed], of a curve that is linear in sparsity."""
    sparsity = levels[:, None] + 0.003 * rng.normal(size=(len(levels), seeds))
    return sparsity, 2 + slope * sparsity + offset + scatter * rng.normal(size=sparsity.shape)


def test_one_curve_measured_at_other_sparsities_agrees():
    rng = np.random.default_rng(1)
    found = compare(*curve(FIRST, rng), *curve(SECOND, rng))
    assert found is not None
    assert found.low == pytest.approx(0.5, abs=0.02)
    assert found.high == pytest.approx(0.97, abs=0.02)
    assert found.first.falling_p < 1e-3
    assert found.second.falling_p < 1e-3
    assert found.difference.differ_p > 0.01
    assert np.abs(found.difference.means).max() < 0.03


def test_an_offset_and_opposite_trends_are_seen():
    rng = np.random.default_rng(2)
    shifted = compare(*curve(FIRST, rng, offset=0.5), *curve(SECOND, rng))
    assert shifted is not None
    assert shifted.difference.differ_p < 1e-4
    np.testing.assert_allclose(shifted.difference.means, 0.5 / 1.5, atol=0.06)
    opposite = compare(*curve(FIRST, rng), *curve(SECOND, rng, slope=1.0))
    assert opposite is not None
    assert opposite.second.rising_p < 1e-3 < opposite.second.falling_p


def test_the_order_of_levels_does_not_matter():
    rng = np.random.default_rng(3)
    (s, y), second = curve(FIRST, rng), curve(SECOND, rng)
    one, other = compare(s, y, *second), compare(s[::-1], y[::-1], *second)
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.difference.means, other.difference.means)
    assert one.first == other.first


def test_equal_curves_are_told_apart_as_seldom_as_stated():
    rng, trials, hits = np.random.default_rng(4), 60, 0
    for _ in range(trials):
        found = compare(*curve(FIRST, rng), *curve(SECOND, rng))
        hits += found is not None and found.difference.differ_p < 0.05
    low, high = binomial_interval(hits, trials, 1 - 1e-6)
    assert low <= 0.05 <= high


def test_no_common_range():
    rng = np.random.default_rng(5)
    assert compare(*curve(FIRST, rng), *curve(FIRST / 4, rng)) is None
    assert compare(*curve(FIRST, rng), *curve(np.array([0.85, 0.97, 0.99]), rng)) is None


def test_bad_input():
    rng = np.random.default_rng(6)
    with pytest.raises(ValueError, match="both curves need the same seeds, got 8 and 4"):
        compare(*curve(FIRST, rng), *curve(SECOND, rng, seeds=4))
    with pytest.raises(ValueError, match="one shape"):
        compare(np.ones((3, 4)), np.ones((4, 4)), *curve(SECOND, rng, seeds=4))
