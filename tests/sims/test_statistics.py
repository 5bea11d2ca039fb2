"""Intervals and tests: against textbook values, and calibrated on simulated data with stated false-alarm rates."""

import math

import numpy as np
import pytest
from scipy import stats

from sims.harness.statistics import (
    binomial_interval,
    goodness_of_fit,
    mean_interval,
    mean_test,
    variance_test,
)

FALSE_ALARM = 1e-6
"""How often a calibration test below may fail although the code is right."""


def rate_is_plausible(hits: int, trials: int, rate: float) -> bool:
    """Whether `hits` of `trials` agrees with `rate`, refused wrongly with probability at most FALSE_ALARM."""
    low, high = binomial_interval(hits, trials, 1 - FALSE_ALARM)
    return low <= rate <= high


def test_mean_interval_is_student_t() -> None:
    values = [1.0, 2.0, 4.0]
    interval = mean_interval(values, 0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.estimate == pytest.approx(7 / 3)
    assert interval.standard_error == pytest.approx(stats.sem(values))
    assert interval.seeds == 3
    assert interval.contains(2.0)
    assert not interval.contains(-9.0)


def test_mean_interval_covers_as_often_as_it_says() -> None:
    samples = np.random.default_rng(1).normal(3.0, 2.0, size=(2000, 5))
    covered = sum(mean_interval(sample, 0.9).contains(3.0) for sample in samples)
    assert rate_is_plausible(covered, 2000, 0.9)


@pytest.mark.parametrize("values", [[], [1.0], [[1.0, 2.0]], [1.0, math.inf]])
def test_mean_interval_needs_two_finite_seeds(values: list) -> None:
    with pytest.raises(ValueError, match="an interval over seeds"):
        mean_interval(values)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, math.nan])
def test_confidence_must_be_a_probability(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        mean_interval([1.0, 2.0], confidence)
    with pytest.raises(ValueError, match="confidence"):
        binomial_interval(1, 2, confidence)


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (3, 10), (10, 10), (1, 1)])
def test_binomial_interval_is_clopper_pearson(successes: int, trials: int) -> None:
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, "exact")
    assert binomial_interval(successes, trials) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(("successes", "trials"), [(-1, 10), (11, 10), (0, 0)])
def test_binomial_interval_needs_possible_counts(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        binomial_interval(successes, trials)


def test_goodness_of_fit_without_merging_is_pearson() -> None:
    counts, law = np.array([18, 25, 57]), np.array([0.2, 0.3, 0.5])
    expected = stats.chisquare(counts, law * 100)
    fit = goodness_of_fit(counts, law)
    assert (fit.statistic, fit.p_value) == pytest.approx((expected.statistic, expected.pvalue))
    assert (fit.dof, fit.cells) == (2, 3)


def test_goodness_of_fit_merges_neighbours_by_expectation() -> None:
    fit = goodness_of_fit([2, 4, 30, 60, 4], [0.03, 0.03, 0.3, 0.6, 0.04])
    merged = stats.chisquare([6, 30, 64], [6, 30, 64])
    assert fit.cells == 3
    assert fit.statistic == pytest.approx(merged.statistic)


def test_goodness_of_fit_counts_the_mass_outside() -> None:
    fit = goodness_of_fit([50, 30], [0.5, 0.3], outside=20)
    assert (fit.cells, fit.statistic) == (3, pytest.approx(0.0))
    assert goodness_of_fit([80, 20], [0.5, 0.3], outside=0).p_value < 1e-6


def test_impossible_observation_has_p_value_zero() -> None:
    assert goodness_of_fit([50, 1, 49], [0.5, 0.0, 0.5]).p_value == 0
    assert goodness_of_fit([50, 50], [0.5, 0.5], outside=1).p_value == 0
    assert goodness_of_fit([50, 0, 50], [0.5, 0.0, 0.5]).p_value == 1


def test_single_cell_says_nothing() -> None:
    assert goodness_of_fit([1, 2], [0.5, 0.5]).p_value == 1


@pytest.mark.parametrize(
    ("counts", "law"), [([1], [0.5, 0.5]), ([-1, 2], [0.5, 0.5]), ([1, 1], [0.9, 0.9]), ([0, 0], [0.5, 0.5])]
)
def test_goodness_of_fit_refuses_nonsense(counts: list[int], law: list[float]) -> None:
    with pytest.raises(ValueError, match=r"must|at least one observation"):
        goodness_of_fit(counts, law)


def test_goodness_of_fit_is_calibrated_and_has_power() -> None:
    law = stats.binom.pmf(np.arange(41), 40, 0.1)
    samples = np.random.default_rng(2).binomial(40, 0.1, size=(1000, 400))
    p_values = [goodness_of_fit(np.bincount(sample, minlength=41), law).p_value for sample in samples]
    assert rate_is_plausible(sum(p < 0.1 for p in p_values), 1000, 0.1)
    wrong = stats.binom.pmf(np.arange(41), 40, 0.12)
    assert goodness_of_fit(np.bincount(samples.ravel(), minlength=41), wrong).p_value < FALSE_ALARM


def test_moment_tests_are_calibrated() -> None:
    law = stats.binom(30, 0.3)
    mean, variance, excess = law.stats(moments="mvk")
    fourth = (excess + 3) * variance**2
    samples = law.rvs(size=(1000, 300), random_state=np.random.default_rng(3))
    by_mean = sum(mean_test(sample, mean, variance) < 0.1 for sample in samples)
    by_variance = sum(variance_test(sample, mean, variance, fourth) < 0.1 for sample in samples)
    assert rate_is_plausible(by_mean, 1000, 0.1)
    assert rate_is_plausible(by_variance, 1000, 0.1)


def test_moment_tests_have_power() -> None:
    sample = np.random.default_rng(4).normal(size=10_000)
    assert mean_test(sample, 0.2, 1.0) < FALSE_ALARM
    assert variance_test(sample, 0.0, 1.3, 3 * 1.3**2) < FALSE_ALARM


def test_moment_tests_of_a_constant() -> None:
    assert mean_test([2.0, 2.0], 2.0, 0.0) == 1
    assert mean_test([2.0, 3.0], 2.0, 0.0) == 0
    with pytest.raises(ValueError, match="a mean test needs"):
        mean_test([], 0.0, 1.0)
    with pytest.raises(ValueError, match="a mean test needs"):
        mean_test([1.0], 0.0, -1.0)
