import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.information import Recall, binary_entropy, mutual_information

RATE = st.floats(1e-12, 1 - 1e-12)


def entropy(x):
    return -sum(p * mp.log(p, 2) for p in (x, 1 - x) if p > 0)


def difference_of_entropies(activity, miss, alarm):
    """H(output) - H(output | stored bit), with digits to spare."""
    with mp.workdps(60):
        a, x, f = mp.mpf(activity), mp.mpf(miss), mp.mpf(alarm)
        return float(entropy(a * (1 - x) + (1 - a) * f) - a * entropy(x) - (1 - a) * entropy(f))


@given(RATE, RATE, RATE)
@settings(max_examples=100, deadline=None)
def test_information_is_the_difference_of_entropies(activity, miss, alarm):
    expected = difference_of_entropies(activity, miss, alarm)
    assert float(mutual_information(activity, miss, alarm)) == pytest.approx(expected, rel=1e-9, abs=1e-15)


@given(st.floats(-100, -1), st.floats(0.0, 0.3), st.floats(-3, 100))
@settings(max_examples=100, deadline=None)
def test_information_keeps_its_digits_for_sparse_codes(log_activity, miss, log_alarms):
    """At activity 1e-100 the entropies agree in their first 100 digits; false alarms from 1e-3 per active unit up."""
    activity = 10.0**log_activity
    alarm = min(10.0 ** (log_activity + log_alarms), 0.3)
    with mp.workdps(260):
        a, x, f = mp.mpf(activity), mp.mpf(miss), mp.mpf(alarm)
        expected = float(entropy(a * (1 - x) + (1 - a) * f) - a * entropy(x) - (1 - a) * entropy(f))
    assert float(mutual_information(activity, miss, alarm)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("x", [0.0, 1e-300, 1e-20, 0.1, 0.5, 1.0])
def test_binary_entropy_is_the_definition(x):
    with mp.workdps(350):
        assert float(binary_entropy(x)) == pytest.approx(float(entropy(mp.mpf(x))), rel=1e-14)


def test_channels_without_noise_and_without_use():
    activity = np.array([1e-9, 0.1, 0.5])
    np.testing.assert_allclose(mutual_information(activity, 0, 0), binary_entropy(activity), rtol=1e-12)
    np.testing.assert_allclose(mutual_information(activity, 1, 1), binary_entropy(activity), rtol=1e-8)  # inverted
    np.testing.assert_array_equal(mutual_information(activity, 1, 0), 0)  # always silent
    np.testing.assert_array_equal(mutual_information(activity, 0, 1), 0)  # always active
    np.testing.assert_allclose(mutual_information(activity, 0.3, 0.7), 0, atol=1e-15)


def test_recall_counts_bits_on_its_own_errors():
    recall = Recall(activity=0.1, load=0.4, miss_rate=0.2, false_alarm_rate=0.01)
    assert recall.overlap == pytest.approx(0.79)
    assert recall.error_rate == pytest.approx(0.2 + 9 * 0.01)
    assert recall.bits_per_synapse == pytest.approx(0.4 * difference_of_entropies(0.1, 0.2, 0.01), rel=1e-12)
    assert math.isclose(recall.bits_per_synapse, recall.load * recall.bits_per_unit)
    with pytest.raises(ValueError, match="activity must be a number strictly between 0 and 1"):
        Recall(1.0, 0.1, 0.0, 0.0)
