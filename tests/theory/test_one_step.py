import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats

from theory.one_step import (
    crosstalk_variance,
    field_law,
    forgetting_of_next_write,
    gaussian_error,
    one_step_error,
)


def enumerate_fields(code, rule, neurons, activity, patterns, unit):
    """The law of one unit's field by summing over all sets of other patterns; the cue's first k units are active."""
    active = round(activity * neurons)
    cue = np.array([1] * active + [0] * (neurons - active))
    single = [
        (np.array(bits), activity ** sum(bits) * (1 - activity) ** (neurons - sum(bits)))
        for bits in itertools.product((0, 1), repeat=neurons)
    ]
    if code == "fixed-size":
        single = [(bits, 1.0) for bits, _ in single if bits.sum() == active]
        single = [(bits, 1 / len(single)) for bits, _ in single]
    centre, scale = (activity, activity * (1 - activity)) if rule == "covariance" else (0.0, 1.0)
    law: dict[float, float] = {}
    for chosen in itertools.product(single, repeat=patterns - 1):
        stored = np.array([cue, *(bits for bits, _ in chosen)]) - centre
        weights = stored.T @ stored / (neurons * scale)
        np.fill_diagonal(weights, 0)
        field = round(float((weights @ (cue - centre))[unit]), 9)
        law[field] = law.get(field, 0.0) + math.prod(weight for _, weight in chosen)
    return law


@pytest.mark.parametrize("code", ["bernoulli", "fixed-size"])
@pytest.mark.parametrize("rule", ["hebb", "covariance"])
@pytest.mark.parametrize("active", [True, False])
def test_field_law_is_the_enumeration(code, rule, active):
    neurons, activity, patterns = 4, 0.25 if code == "fixed-size" else 0.5, 3
    expected = enumerate_fields(code, rule, neurons, activity, patterns, unit=0 if active else neurons - 1)
    law = field_law(code, rule, neurons, activity, patterns, active)
    found = {round(float(value), 9): float(weight) for value, weight in zip(law.values, law.pmf, strict=True)}
    for field in set(expected) | {value for value, weight in found.items() if weight > 1e-12}:
        assert found.get(field, 0.0) == pytest.approx(expected.get(field, 0.0), abs=1e-12), field


@pytest.mark.parametrize("activity", [0.05, 0.2, 0.5])
def test_covariance_crosstalk_variance_is_the_closed_form(activity):
    law = field_law("bernoulli", "covariance", 200, activity, 101, active=False)
    # The closed form averages over cues; at a cue of exactly k = aN units the mean over units differs by order 1/N.
    on = field_law("bernoulli", "covariance", 200, activity, 101, active=True)
    mean = activity * on.variance + (1 - activity) * law.variance
    assert mean == pytest.approx(crosstalk_variance(200, activity, 101), rel=2 / 200)


def test_best_threshold_beats_every_other():
    best = one_step_error("fixed-size", "covariance", 200, 0.1, 60)
    for shift in (-0.2, -0.05, 0.05, 0.2):
        other = one_step_error("fixed-size", "covariance", 200, 0.1, 60, best.threshold + shift)
        assert best.error_rate <= other.error_rate
    assert best.error_rate == pytest.approx(0.1 * best.miss_rate + 0.9 * best.false_alarm_rate)


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


def test_bad_input():
    with pytest.raises(ValueError, match="patterns must be an integer of at least 1"):
        field_law("bernoulli", "hebb", 10, 0.1, 0, True)
    with pytest.raises(ValueError, match="lattice"):
        field_law("bernoulli", "covariance", 1000, 0.123457, 5000, True)
    with pytest.raises(ValueError, match="variance must be positive"):
        gaussian_error(0.0, 0.1)
    with pytest.raises(ValueError, match="at least 2"):
        forgetting_of_next_write(100, 0.1, 1)
