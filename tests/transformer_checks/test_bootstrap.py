"""Resampling whole seeds: against textbook values, and calibrated on normal seeds."""

import math

import numpy as np
import pytest
from scipy import stats

from sims.harness.statistics import binomial_interval
from transformer_checks.bootstrap import bootstrap_interval, contrasts, levels_by_seed, mean_bootstrap

FALSE_ALARM = 1e-6
"""How often a calibration test below may fail although the code is right."""


def plausible(hits: int, trials: int, rate: float) -> bool:
    low, high = binomial_interval(hits, trials, 1 - FALSE_ALARM)
    return low <= rate <= high


def test_the_error_of_a_mean_is_the_usual_one():
    values = np.random.default_rng(1).normal(size=40)
    interval = mean_bootstrap(values)
    assert interval.estimate == pytest.approx(values.mean())
    assert interval.standard_error == pytest.approx(stats.sem(values), rel=0.05)
    expected = stats.t.interval(0.95, 39, values.mean(), stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx(expected, abs=0.15 * stats.sem(values))


def test_a_mean_of_eight_seeds_is_covered_nearly_as_often_as_it_says():
    """94 % measured over 1500 samples; refused below 91 %, where the plain percentile interval lies (90 %)."""
    samples = np.random.default_rng(2).normal(size=(600, 8))
    covered = sum((interval := mean_bootstrap(each)).low <= 0 <= interval.high for each in samples)
    assert covered / 600 > 0.91


def test_three_seeds_reach_no_further_than_their_range():
    interval = mean_bootstrap([1.0, 2.0, 4.0])
    assert (interval.low, interval.high) == (1.0, 4.0)


def test_whole_seeds_are_resampled():
    """A difference that every seed shares has no scatter, however much the seeds differ."""
    seeds = np.random.default_rng(3).normal(size=8)
    values = np.stack([seeds, seeds + 1])
    interval = bootstrap_interval(lambda chosen: np.diff(values[:, chosen].mean(axis=-1), axis=0)[0], 8)
    assert (interval.low, interval.high) == pytest.approx((1.0, 1.0))


@pytest.mark.parametrize("values", [[1.0], [1.0, math.nan]])
def test_seeds_must_be_several_and_finite(values):
    with pytest.raises(ValueError, match=r"at least 2 seeds|must be finite, got nan at level 0, seed 1"):
        mean_bootstrap(values)
    with pytest.raises(ValueError, match=r"shape \[level, seed\]"):
        levels_by_seed(np.zeros(4))
    with pytest.raises(ValueError, match="at least 2 of them, got 1"):
        bootstrap_interval(lambda chosen: chosen.sum(axis=-1), 1)
    with pytest.raises(ValueError, match="confidence"):
        mean_bootstrap([1.0, 2.0], confidence=1.0)


def test_one_contrast_is_student_s_test():
    values = np.random.default_rng(4).normal(0.5, size=6)
    tested = contrasts(values[None], draws=200_000)
    assert tested.above_p == pytest.approx(stats.ttest_1samp(values, 0, alternative="greater")[1], rel=0.1)
    assert tested.differ_p == pytest.approx(stats.ttest_1samp(values, 0)[1], rel=0.1)
    assert tested.reach == pytest.approx(stats.t.isf(0.025, 5), rel=0.03)


def test_repeating_a_contrast_changes_nothing():
    values = np.random.default_rng(5).normal(0.8, size=(1, 6))
    once, often = contrasts(values), contrasts(np.repeat(values, 20, axis=0))
    assert often.above_p == pytest.approx(once.above_p, abs=0.01)
    assert often.reach == pytest.approx(once.reach)


@pytest.mark.parametrize("spread", [1.0, 10.0])
def test_contrasts_alarm_as_often_as_they_say(spread):
    """All pairs of six levels, eight seeds, equal means, scatter up to tenfold from level to level: 5 %."""
    rng, trials, hits = np.random.default_rng(6), 200, 0
    lower, upper = np.triu_indices(6, 1)
    for _ in range(trials):
        values = np.geomspace(1, spread, 6)[:, None] * rng.normal(size=(6, 8)) + rng.normal(size=8)
        hits += contrasts(values[upper] - values[lower], draws=600).above_p < 0.05
    assert plausible(hits, trials, 0.05)


def test_contrasts_without_scatter():
    tested = contrasts([[0.0, 0.0, 0.0], [1.0, 2.0, 4.0]])
    assert tested.scores[0] == 0
    assert np.isfinite(tested.scores).all()
    assert contrasts([[1.0, 1.0, 1.0]]).above_p == 0
