import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from theory.activity import active_units
from theory.berry_esseen import SHEVTSOVA, finite_size_ceiling, gaussian_distance, information_modulus
from theory.ceiling import shannon_ceiling
from theory.field_law import field_law, one_step_error
from theory.information import mutual_information


@pytest.mark.parametrize(("activity", "active"), [(0.3, 2), (0.1, 0), (0.5, 3)])
def test_distance_uses_the_enumerated_moments(activity, active):
    cue = np.array([1] * active + [0] * (4 - active)) - activity
    second = fourth = 0.0
    for bits in itertools.product((0, 1), repeat=5):
        weight = activity ** sum(bits) * (1 - activity) ** (5 - sum(bits))
        term = (bits[0] - activity) * float((np.array(bits[1:]) - activity) @ cue)
        second, fourth = second + weight * term**2, fourth + weight * term**4
    expected = SHEVTSOVA * np.sqrt(fourth / second**2 / 999)
    assert float(gaussian_distance(5, activity, 1000, active)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("neurons", "activity", "patterns"), [(20, 0.5, 12), (40, 0.25, 40), (100, 0.1, 200), (60, 0.05, 300)]
)
@pytest.mark.parametrize("state", [True, False])
def test_the_exact_field_is_no_further_from_gaussian(neurons, activity, patterns, state):
    law = field_law("bernoulli", "covariance", neurons, activity, patterns, state)
    cdf = np.cumsum(law.pmf)
    gauss = stats.norm.cdf((law.values - law.mean) / np.sqrt(law.variance))
    distance = max(np.abs(cdf - gauss).max(), np.abs(cdf - law.pmf - gauss).max())  # both sides of every jump
    bound = float(gaussian_distance(neurons, activity, patterns, active_units(neurons, activity) - int(state)))
    assert distance <= bound
    assert bound < 40 * distance


@given(st.floats(0.001, 0.999), st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.5), st.floats(-1, 1), st.floats(-1, 1))
def test_information_moves_by_no_more_than_its_modulus(activity, miss, alarm, distance, first, second):
    moved = np.clip([miss + first * distance, alarm + second * distance], 0, 1)
    change = mutual_information(activity, miss, alarm) - mutual_information(activity, *moved)
    assert abs(float(change)) <= float(information_modulus(distance)) + 1e-12


@pytest.mark.parametrize(
    ("neurons", "patterns", "activity"), [(20, 10, 0.5), (200, 400, 0.5), (100, 300, 0.1), (400, 4000, 0.05)]
)
def test_exact_recall_stays_below_the_finite_size_ceiling(neurons, patterns, activity):
    exact = one_step_error("bernoulli", "covariance", neurons, activity, patterns)
    bits = float(mutual_information(activity, exact.miss_rate, exact.false_alarm_rate))
    assert patterns / neurons * bits <= finite_size_ceiling(neurons, patterns, activity)


@pytest.mark.parametrize("activity", [0.5, 0.1])
def test_finite_size_ceiling_tends_to_shannons(activity):
    excess = [finite_size_ceiling(n, 5 * n, activity) / float(shannon_ceiling(5.0)) - 1 for n in (10**4, 10**6, 10**8)]
    assert excess[0] > 4 * excess[1] > 16 * excess[2] > 0
    assert excess[2] < 0.03


def test_bad_input():
    with pytest.raises(ValueError, match="patterns must be an integer of at least 2"):
        finite_size_ceiling(10, 1, 0.1)
    with pytest.raises(ValueError, match="active must lie between 0 and the 9 other units"):
        gaussian_distance(10, 0.1, 5, 10)
