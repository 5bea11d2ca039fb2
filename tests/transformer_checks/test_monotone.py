"""Trends and their opposite: against independent implementations, and with the stated rates of false alarm."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.isotonic import IsotonicRegression

from sims.harness.statistics import binomial_interval
from transformer_checks.monotone import falling_fit, misfit, reversal, trend

FALSE_ALARM = 1e-6
"""How often a calibration test below may fail although the code is right."""

LINE = np.arange(6.0)
BUMP = np.array([5.0, 4.0, 2.0, 5.0, 1.0, 0.0])


def curves(means, seeds, rng, scatter=1.0):
    """Curves [level, seed] about given means, each with an offset of its own."""
    return np.asarray(means)[:, None] + scatter * rng.normal(size=(len(means), seeds)) + rng.normal(size=seeds)


def test_the_rank_correlation_is_the_mean_over_seeds():
    values = curves(LINE, 5, np.random.default_rng(1), 2.0)
    expected = np.mean([np.corrcoef(np.arange(6), stats.rankdata(values[:, seed]))[0, 1] for seed in range(5)])
    assert trend(values).spearman.estimate == pytest.approx(expected)


def test_page_s_p_value_is_that_of_all_orders():
    """Two seeds, four levels: the p-value is the share of the 24^2 orders with a rank sum at least as large."""
    values = np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 3.0], [4.0, 4.0]])
    orders = [np.dot(np.arange(1, 5), each) for each in itertools.permutations(range(1, 5))]
    sums = np.add.outer(orders, orders).ravel()
    observed = sum(np.dot(np.arange(1, 5), stats.rankdata(values[:, seed])) for seed in range(2))
    assert trend(values).rising_p == pytest.approx(np.mean(sums >= observed))
    assert trend(values).falling_p == pytest.approx(np.mean(sums <= observed))


def test_page_s_test_alarms_as_often_as_it_says():
    rng, trials = np.random.default_rng(2), 400
    hits = sum(trend(curves(np.zeros(6), 8, rng)).falling_p < 0.05 for _ in range(trials))
    low, high = binomial_interval(hits, trials, 1 - FALSE_ALARM)
    assert low <= 0.05 <= high


def test_three_seeds_can_show_a_trend():
    assert trend(curves(-2 * LINE, 3, np.random.default_rng(3))).falling_p < 1e-5


def test_a_seed_without_differences_speaks_for_no_trend():
    found = trend(np.ones((4, 3)))
    assert (found.spearman.low, found.spearman.high) == (0.0, 0.0)
    assert found.falling_p > 0.3


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 5)), min_size=1, max_size=9))
def test_the_falling_fit_is_sklearn_s(pairs):
    means, weights = np.array(pairs).T
    expected = (
        IsotonicRegression(increasing=False).fit(np.arange(len(pairs)), means, weights).predict(np.arange(len(pairs)))
    )
    np.testing.assert_allclose(falling_fit(means, weights), expected, atol=1e-9)


def test_falling_fits_of_many_rows_are_those_of_each():
    rows = np.random.default_rng(4).normal(size=(3, 4, 6))
    for index in np.ndindex(3, 4):
        np.testing.assert_allclose(falling_fit(rows)[index], falling_fit(rows[index]))
    with pytest.raises(ValueError, match="positive"):
        falling_fit(LINE, np.zeros(6))


def test_the_reversal_is_the_bump():
    found = reversal(curves(BUMP, 8, np.random.default_rng(5), 0.3))
    assert (found.lower, found.upper) == (2, 3)
    assert found.low < 3.0 < found.high
    assert found.p_value < 1e-3
    assert misfit(curves(BUMP, 8, np.random.default_rng(5), 0.3)) < 1e-3


def test_a_falling_curve_shows_no_reversal():
    values = curves(-LINE, 8, np.random.default_rng(6), 0.3)
    found = reversal(values)
    assert found.rise < 0
    assert (found.p_value, misfit(values)) == (pytest.approx(1.0, abs=0.02), pytest.approx(1.0, abs=0.05))


@pytest.mark.parametrize(("means", "most"), [(np.zeros(6), 0.05), (-LINE, 0.001)])
def test_a_curve_that_does_not_rise_is_refused_as_seldom_as_stated(means, most):
    """Equal means are the least favourable falling curve: 5 % there, hardly ever where the curve falls."""
    rng, trials = np.random.default_rng(7), 300
    hits = sum(misfit(curves(means, 8, rng), draws=600) < 0.05 for _ in range(trials))
    assert binomial_interval(hits, trials, 1 - FALSE_ALARM)[0] <= most


def test_power_against_a_bump_of_three_standard_deviations():
    """Eight seeds find a rise of 3 within a falling curve in nearly all experiments; 3 seeds in few."""
    rng = np.random.default_rng(8)
    found = {seeds: np.mean([reversal(curves(BUMP, seeds, rng)).p_value < 0.05 for _ in range(25)]) for seeds in (3, 8)}
    assert found[8] > 0.8
    assert found[3] < 0.5


def test_too_few_levels():
    with pytest.raises(ValueError, match="a trend needs at least 3 levels, got 2"):
        trend(np.ones((2, 4)))
    for test in (reversal, misfit):
        with pytest.raises(ValueError, match="at least 2 levels, got 1"):
            test(np.ones((1, 4)))


def test_seeds_without_any_scatter_are_no_accident():
    rising = np.arange(4.0)[:, None] + np.zeros((4, 3))
    assert misfit(-rising) == 1
    assert misfit(np.zeros((4, 3))) == 1
    assert misfit(rising) < 1e-3
