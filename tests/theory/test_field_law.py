import itertools
import math

import numpy as np
import pytest

from theory.field_law import field_law, one_step_error, sum_law


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


def test_best_threshold_beats_every_other():
    best = one_step_error("fixed-size", "covariance", 200, 0.1, 60)
    for shift in (-0.2, -0.05, 0.05, 0.2):
        other = one_step_error("fixed-size", "covariance", 200, 0.1, 60, best.threshold + shift)
        assert best.error_rate <= other.error_rate
    assert best.error_rate == pytest.approx(0.1 * best.miss_rate + 0.9 * best.false_alarm_rate)


def test_sum_law_is_repeated_convolution():
    index, weights = np.array([0, 3, 7]), np.array([0.5, 0.3, 0.2])
    single = np.bincount(index, weights=weights)
    expected = np.ones(1)
    for _ in range(9):
        expected = np.convolve(expected, single)
    first, pmf = sum_law(index, weights, 9)
    assert first == 0
    np.testing.assert_allclose(pmf[: expected.size], expected, atol=1e-15)


def test_bad_input():
    with pytest.raises(ValueError, match="patterns must be an integer of at least 1"):
        field_law("bernoulli", "hebb", 10, 0.1, 0, True)
    with pytest.raises(ValueError, match="lattice"):
        field_law("bernoulli", "covariance", 1000, 0.123457, 5000, True)
