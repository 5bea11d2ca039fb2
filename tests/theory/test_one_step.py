import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from theory.field_law import field_law, one_step_error
from theory.information import SHANNON_LIMIT
from theory.one_step import (
    crosstalk_variance,
    forgetting_of_next_write,
    gaussian_error,
    most_informative_recall,
    one_step_load,
    one_step_recall,
    sparse_one_step_load,
)


@pytest.mark.parametrize("activity", [0.05, 0.2, 0.5])
def test_covariance_crosstalk_variance_is_the_closed_form(activity):
    law = field_law("bernoulli", "covariance", 200, activity, 101, active=False)
    # The closed form averages over cues; at a cue of exactly k = aN units the mean over units differs by order 1/N.
    on = field_law("bernoulli", "covariance", 200, activity, 101, active=True)
    mean = activity * on.variance + (1 - activity) * law.variance
    assert mean == pytest.approx(crosstalk_variance(200, activity, 101), rel=2 / 200)


def test_gaussian_threshold_is_the_minimum():
    variance, activity = 0.05, 0.1

    def error(threshold):
        sigma = math.sqrt(variance)
        miss = stats.norm.cdf((threshold - (1 - activity)) / sigma)
        return activity * miss + (1 - activity) * stats.norm.sf((threshold + activity) / sigma)

    thresholds = np.linspace(-1, 2, 300_001)
    errors = error(thresholds)
    best = gaussian_error(variance, activity)
    assert best.threshold == pytest.approx(thresholds[np.argmin(errors)], abs=1e-5)
    assert best.error_rate == pytest.approx(errors.min(), rel=1e-9)


def test_exact_error_tends_to_the_gaussian_one():
    gaps = []
    for neurons in (200, 800, 3200):
        patterns = neurons // 2
        exact = one_step_error("fixed-size", "covariance", neurons, 0.1, patterns).error_rate
        gaps.append(abs(exact / gaussian_error(crosstalk_variance(neurons, 0.1, patterns), 0.1).error_rate - 1))
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.05


def test_forgetting_of_writes_adds_up_to_the_error():
    neurons, activity = 2000, 0.1
    writes = np.arange(600, 1201)
    total = integrate.trapezoid([forgetting_of_next_write(neurons, activity, int(p)) for p in writes], writes)
    grown = [gaussian_error(crosstalk_variance(neurons, activity, p), activity).error_rate for p in (600, 1200)]
    assert total == pytest.approx(grown[1] - grown[0], rel=1e-3)


def precise_error(load, activity):
    """Wrong units per active unit at theta*, with digits to spare."""
    load, a = mp.mpf(load), mp.mpf(activity)
    gap = 1 / mp.sqrt(load * a * (1 - a))
    shift = mp.log((1 - a) / a) / gap
    return mp.ncdf(shift - gap / 2) + (1 - a) / a * mp.ncdf(-shift - gap / 2)


@pytest.mark.parametrize("activity", [0.5, 0.499999999, 0.3, 1e-3, 1e-20, 1e-100])
@pytest.mark.parametrize("error_rate", [1e-300, 1e-12, 1e-3, 0.1, 0.5, 0.9, 1 - 1e-6, 1 - 1e-12])
def test_load_has_the_error_rate_asked_for(activity, error_rate):
    recall = one_step_load(error_rate, activity)
    with mp.workdps(60):
        below, above = (precise_error(recall.load * (1 + shift), activity) for shift in (-1e-13, 1e-13))
        assert below < mp.mpf(error_rate) < above
    assert recall.error_rate == pytest.approx(error_rate, rel=1e-11)


@given(st.floats(1e-3, 0.999), st.floats(1e-6, 0.99))
@settings(max_examples=100, deadline=None)
def test_load_and_recall_are_inverse(activity, share):
    wanted = one_step_load(share * min(1, (1 - activity) / activity), activity)
    found = one_step_recall(wanted.load, activity)
    assert found.miss_rate == pytest.approx(wanted.miss_rate, rel=1e-9)
    assert found.false_alarm_rate == pytest.approx(wanted.false_alarm_rate, rel=1e-9)


def test_few_errors_limit():
    """alpha 8 V ln(1/eps) -> 1."""
    for activity in (0.5, 0.1, 0.01):
        gaps = []
        for exponent in (10, 100, 300):
            load = one_step_load(10.0**-exponent, activity).load
            gaps.append(abs(load * 8 * activity * (1 - activity) * exponent * math.log(10) - 1))
        assert gaps[2] < 0.01
        assert gaps[2] == min(gaps)


@pytest.mark.parametrize("error_rate", [0.1, 0.01])
def test_sparse_limit(error_rate):
    """The expansion's error falls faster than 1 / ln(1/a); the law alone is off by 12 to 60% on the same range."""
    for activity, allowed in ((1e-6, 0.004), (1e-30, 5e-4), (1e-100, 2e-4)):
        load = one_step_load(error_rate, activity).load
        assert sparse_one_step_load(error_rate, activity) == pytest.approx(load, rel=allowed)
        assert load * 2 * activity * math.log(1 / activity) < 0.9


@pytest.mark.parametrize("activity", [0.5, 0.1, 1e-3])
def test_high_load_limit_at_the_most_informative_threshold(activity):
    """A hard threshold keeps 2/pi of the Shannon limit; the threshold with fewest errors keeps nothing if a < 1/2."""
    recall = most_informative_recall(1e6, activity)
    assert recall.bits_per_synapse == pytest.approx(2 / math.pi * SHANNON_LIMIT, rel=1e-5)
    fewest = one_step_recall(1e6, activity).bits_per_synapse
    assert fewest == pytest.approx(recall.bits_per_synapse if activity == 0.5 else 0.0, rel=1e-6, abs=1e-12)


@given(st.floats(-6, math.log10(0.9)), st.floats(-2, 2))
@settings(max_examples=60, deadline=None)
def test_no_threshold_is_more_informative(log_activity, log_load):
    activity = 10**log_activity
    load = 10**log_load / activity
    best = most_informative_recall(load, activity).bits_per_synapse
    assert best >= one_step_recall(load, activity).bits_per_synapse * (1 - 1e-9)
    assert best < 0.7214


def test_bits_at_one_percent_errors():
    """1% wrong units per active unit, misses and false alarms together."""
    found = [one_step_load(0.01, activity).bits_per_synapse for activity in (0.5, 0.02, 0.001)]
    np.testing.assert_allclose(found, [0.143873, 0.179678, 0.231481], atol=1e-6)


def test_bad_input():
    with pytest.raises(ValueError, match="variance must be positive"):
        gaussian_error(0.0, 0.1)
    with pytest.raises(ValueError, match="at least 2"):
        forgetting_of_next_write(100, 0.1, 1)
    with pytest.raises(ValueError, match=r"strictly between 0 and 0\.111111 at activity 0\.9"):
        one_step_load(0.2, 0.9)
    with pytest.raises(ValueError, match=r"load .* must be positive and finite, got 0"):
        one_step_recall(0, 0.1)
    with pytest.raises(ValueError, match=r"activity in \(0, 1/2\)"):
        sparse_one_step_load(0.1, 0.5)
