"""Drawn patterns: their exact law, and that a pattern depends on the key and its number alone."""

import itertools

import jax
import numpy as np
import pytest
from scipy import stats

from sims.drawing import draw_patterns
from sims.kernels import threads


def unpacked(words: np.ndarray, neurons: int) -> np.ndarray:
    return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")[:, :neurons].astype(bool)


@pytest.mark.parametrize("code", ["fixed-size", "bernoulli"])
@pytest.mark.parametrize(("neurons", "activity"), [(50, 0.1), (64, 0.9), (700, 0.5)])
def test_a_pattern_does_not_depend_on_what_else_is_drawn_or_by_how_many(code, neurons, activity, monkeypatch) -> None:
    key = jax.random.key(3)
    every = draw_patterns(code, neurons, activity, 100, key=key)
    np.testing.assert_array_equal(draw_patterns(code, neurons, activity, 7, key=key), every[:7])
    np.testing.assert_array_equal(draw_patterns(code, neurons, activity, 30, key=key, first=70), every[70:])
    monkeypatch.setattr(threads, "threads", lambda: 1)
    np.testing.assert_array_equal(draw_patterns(code, neurons, activity, 100, key=key), every)
    assert (draw_patterns(code, neurons, activity, 100, key=jax.random.key(4)) != every).any(axis=1).all()
    assert not unpacked(every, every.shape[1] * 32)[:, neurons:].any()
    if code == "fixed-size":
        assert (unpacked(every, neurons).sum(axis=1) == round(activity * neurons)).all()


@pytest.mark.parametrize("active", [2, 4])
def test_all_sets_of_k_units_are_equally_probable(active) -> None:
    """Chi-square over all 15 sets of 6 units, 15,000 draws; fails a correct program with probability 1e-6."""
    drawn = unpacked(draw_patterns("fixed-size", 6, active / 6, 15_000, key=jax.random.key(1)), 6)
    sets = [tuple(np.flatnonzero(row)) for row in drawn]
    counts = [sets.count(each) for each in itertools.combinations(range(6), active)]
    assert sum(counts) == 15_000
    assert stats.chisquare(counts).pvalue > 1e-6


@pytest.mark.parametrize("activity", [0.3, 0.01, 0.75])
def test_bernoulli_units_are_independent_with_their_probability(activity) -> None:
    """Sizes against the binomial law, and pairs of neighbours: each fails a correct program with probability 1e-6."""
    neurons, patterns = 70, 4000
    drawn = unpacked(draw_patterns("bernoulli", neurons, activity, patterns, key=jax.random.key(2)), neurons)
    trials = neurons * patterns
    assert stats.binomtest(int(drawn.sum()), trials, activity).pvalue > 1e-6
    both = int((drawn[:, 0::2] & drawn[:, 1::2]).sum())
    assert stats.binomtest(both, trials // 2, activity**2).pvalue > 1e-6
    assert abs(drawn.sum(axis=1).var() / (neurons * activity * (1 - activity)) - 1) < 4.9 * np.sqrt(2 / patterns) * 1.2
