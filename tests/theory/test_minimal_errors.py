import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from theory.any_rule import cover_ceiling, gardner_bits, gardner_load
from theory.minimal_errors import errors_at_gap, fewest_errors, load_with_errors


def saddle_value(load, activity):
    """Fewest errors per pattern: the min-max over threshold and x of the defining integrals, by brute force."""

    def cost(shift, x):
        gap = math.sqrt(2 * x)
        put_right = integrate.quad(
            lambda z: stats.norm.pdf(z) * (z + shift) ** 2 / (2 * x), -shift, gap - shift, epsabs=1e-12
        )[0]
        return put_right + stats.norm.sf(gap - shift)

    def largest(t):
        def value(log_x):
            x = math.exp(log_x)
            return 1 / (2 * x * load) - activity * cost(t, x) - (1 - activity) * cost(-t, x)

        return -optimize.fminbound(value, -3, 4, xtol=1e-7, full_output=True)[1]

    return optimize.fminbound(largest, -1, 3, xtol=1e-6, full_output=True)[1]


@pytest.mark.parametrize(("load", "activity"), [(3.0, 0.5), (6.0, 0.1), (4.0, 0.3)])
def test_fewest_errors_are_the_saddle_point(load, activity):
    recall = fewest_errors(load, activity)
    errors = activity * recall.miss_rate + (1 - activity) * recall.false_alarm_rate
    assert errors == pytest.approx(saddle_value(load, activity), rel=1e-7)


@pytest.mark.parametrize("gap", [0.3, 1.0, 2.5, 5.0])
def test_dense_codes_follow_gardner_and_derrida(gap):
    recall = errors_at_gap(gap, 0.5)
    assert 1 / recall.load == pytest.approx(0.5 - stats.norm.sf(gap) - gap * stats.norm.pdf(gap), rel=1e-12)
    assert recall.miss_rate == recall.false_alarm_rate == pytest.approx(stats.norm.sf(gap), rel=1e-12)


@pytest.mark.parametrize("activity", [0.5, 0.1, 1e-3, 1e-50, 0.8])
def test_errors_begin_at_gardners_load(activity):
    free = gardner_load(activity)
    assert errors_at_gap(60, activity).load == pytest.approx(free, rel=1e-11)
    assert fewest_errors(0.99 * free, activity).error_rate == 0
    beyond = fewest_errors(1.01 * free, activity)
    assert beyond.load == 1.01 * free
    assert 0 < beyond.error_rate < 0.05


def test_few_errors_buy_little_load():
    """At a = 1/2 errors vanish faster than any power of alpha - 2: their logarithm times the gap's square."""
    for excess in (1e-3, 1e-6, 1e-9):
        errors = fewest_errors(2 * (1 + excess), 0.5).miss_rate
        gap = stats.norm.isf(errors)
        assert 2 * gap * stats.norm.pdf(gap) == pytest.approx(excess, rel=0.3)


@given(st.floats(-6, math.log10(0.5)), st.floats(1.01, 20), st.floats(1.01, 3))
@settings(max_examples=40, deadline=None)
def test_errors_rise_with_the_load_and_never_beat_silence(log_level, share, factor):
    activity = 10.0**log_level
    free = gardner_load(activity)
    low, high = (fewest_errors(share * free * each, activity) for each in (1.0, factor))
    assert 0 < low.error_rate < high.error_rate < 1  # one wrong unit per active unit: a unit that never fires
    assert load_with_errors(min(low.error_rate, 0.5), activity).load <= low.load * (1 + 1e-9)


@pytest.mark.parametrize("activity", [0.5, 0.1, 0.01])
def test_bits_with_errors_exceed_those_without_and_grow_past_cover(activity):
    assert load_with_errors(0.01, activity).bits_per_synapse > gardner_bits(activity)
    bits = [errors_at_gap(gap, 0.5) for gap in (3.0, 1.0, 0.1)]
    shares = [recall.bits_per_synapse / cover_ceiling(recall.load) for recall in bits]
    assert shares[0] < 1
    assert shares[1] < 1
    assert shares[2] > 2  # where replica symmetry is wrong for certain


def test_no_weights_found_by_regression_make_fewer_errors():
    """Least squares at N = 400: above the value here by much more than its scatter (20 labellings, 6 deviations)."""
    random = np.random.default_rng(3)
    neurons, patterns = 400, 1600
    inputs = random.normal(size=(patterns, neurons))
    labels = random.choice((-1.0, 1.0), size=(patterns, 20))
    weights = np.linalg.lstsq(inputs, labels, rcond=None)[0]
    errors = (np.sign(inputs @ weights) != labels).mean(axis=0)
    assert errors.mean() - 6 * errors.std() / math.sqrt(20) > fewest_errors(4.0, 0.5).miss_rate


def test_exchange_of_active_and_silent():
    few, many = fewest_errors(6.0, 0.1), fewest_errors(6.0, 0.9)
    assert (few.miss_rate, few.false_alarm_rate) == (many.false_alarm_rate, many.miss_rate)


def test_bad_input():
    with pytest.raises(ValueError, match="gap must be positive and finite"):
        errors_at_gap(0.0, 0.5)
    with pytest.raises(ValueError, match=r"must lie in \(0, 1/2\]"):
        load_with_errors(0.7, 0.5)
    with pytest.raises(ValueError, match="at most 1000 alpha_G = 2000"):
        fewest_errors(1e5, 0.5)
    with pytest.raises(ValueError, match="activity"):
        load_with_errors(0.1, 1.5)
