import itertools
import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from theory.ceiling import additive_rule_ceiling, additive_rule_snr, decompose, field_information, shannon_ceiling
from theory.information import SHANNON_LIMIT, mutual_information
from theory.one_step import most_informative_recall

COEFFICIENT = st.floats(-3, 3)


@given(st.floats(-300, 300))
def test_ceiling_is_the_formula_at_any_load(log_load):
    load = 10.0**log_load
    with mp.workdps(700):
        expected = float(mp.mpf(load) / 2 * mp.log(1 + 1 / mp.mpf(load), 2))
    assert float(shannon_ceiling(load)) == pytest.approx(expected, rel=1e-13)
    assert float(shannon_ceiling(load)) <= SHANNON_LIMIT


def enumerated_snr(rule, cue, pattern, activity, patterns):
    """Signal and noise of a unit's field by summing over every set of other patterns."""
    units = len(cue)
    bits = list(itertools.product((0, 1), repeat=units + 1))  # the unit's own bit first
    weights = [activity ** sum(each) * (1 - activity) ** (units + 1 - sum(each)) for each in bits]
    single = [sum(rule[each[0]][each[1 + j]] * cue[j] for j in range(units)) for each in bits]
    first = second = 0.0
    for chosen in itertools.product(range(len(bits)), repeat=patterns - 1):
        weight = math.prod(weights[each] for each in chosen)
        noise = sum(single[each] for each in chosen)
        first, second = first + weight * noise, second + weight * noise**2
    gap = sum((rule[1][pattern[j]] - rule[0][pattern[j]]) * cue[j] for j in range(units))
    return activity * (1 - activity) * gap**2 / (second - first**2)


@pytest.mark.parametrize("seed", range(5))
def test_snr_of_any_additive_rule_is_the_enumeration(seed):
    draw = np.random.default_rng(seed)
    rule, cue, activity = draw.normal(size=(2, 2)), draw.normal(size=2), float(draw.uniform(0.1, 0.9))
    pattern = draw.integers(0, 2, size=2)
    expected = enumerated_snr(rule, cue, pattern, activity, 3)
    assert additive_rule_snr(rule, cue, pattern, activity, 3) == pytest.approx(expected, rel=1e-9)


@given(
    st.lists(COEFFICIENT, min_size=4, max_size=4), st.lists(COEFFICIENT, min_size=2, max_size=2), st.floats(0.02, 0.98)
)
@settings(max_examples=100, deadline=None)
def test_no_additive_rule_and_no_cue_beats_the_bound(coefficients, levels, activity):
    """In the mean over cues `s_j = g(xi_j)`, N = 7, p = 4."""
    rule = np.reshape(coefficients, (2, 2))
    mean = 0.0
    for bits in itertools.product((0, 1), repeat=6):
        pattern = np.array(bits)
        snr = additive_rule_snr(rule, np.take(levels, pattern), pattern, activity, 4)
        assert snr <= (1 + ((pattern - activity) ** 2).sum() / (activity * (1 - activity))) / 3 * (1 + 1e-9)
        mean += activity ** sum(bits) * (1 - activity) ** (6 - sum(bits)) * snr
    assert mean <= additive_rule_ceiling(4, 7) * (1 + 1e-9)


def test_the_bound_is_attained_with_the_units_own_popularity():
    """At c1 S / (c3 V |s|) = sqrt(V) |s| / T the rule uses both shares; covariance alone misses one of N."""
    activity, pattern = 0.25, np.array([1, 0, 0, 0, 1, 0])
    cue = pattern - activity + 0.0
    cue_sum, power, variance = cue.sum(), cue @ cue, activity * (1 - activity)
    x = np.array([-activity, 1 - activity])
    covariance = np.outer(x, x)
    best = covariance + (variance / cue_sum) * x[:, None]
    bound = (1 + power / variance) / 9
    assert additive_rule_snr(best, cue, pattern, activity, 10) == pytest.approx(bound, rel=1e-12)
    assert additive_rule_snr(covariance, cue, pattern, activity, 10) == pytest.approx(bound - 1 / 9, rel=1e-12)


def precise_field_information(activity, gap):
    a = mp.mpf(activity)

    def density(y):
        active, silent = mp.npdf(y - gap), mp.npdf(y)
        mixture = a * active + (1 - a) * silent
        return a * active * mp.log(active / mixture) + (1 - a) * silent * mp.log(silent / mixture)

    switch = float(mp.log((1 - a) / a)) / gap + gap / 2
    ends = sorted({-14.0, -5.0, 0.0, gap / 2, gap, switch - 1, switch, switch + 1, gap + 5, gap + 14.0})
    return float(mp.quad(density, ends) / mp.log(2))


@pytest.mark.parametrize(
    ("activity", "gap"), [(0.5, 1.0), (0.5, 0.01), (0.8, 2.0), (0.1, 3.0), (1e-6, 8.0), (1e-30, 12.0)]
)
def test_field_information_with_digits_to_spare(activity, gap):
    with mp.workdps(45):
        assert field_information(activity, gap) == pytest.approx(precise_field_information(activity, gap), rel=1e-9)


@given(st.floats(-5, math.log10(0.5)), st.floats(-1.5, 3))
@settings(max_examples=25, deadline=None)
def test_every_step_of_one_step_recall_loses(log_activity, log_load):
    activity, load = 10**log_activity, 10**log_load
    recall = most_informative_recall(load, activity)
    gap = 1 / math.sqrt(load * activity * (1 - activity))
    v = min(-float(ndtri(recall.false_alarm_rate)), gap) if recall.false_alarm_rate > 0 else gap / 2
    lost = decompose(load, activity, gap - v, v)
    assert lost.after_signal_loss == pytest.approx(lost.ceiling, rel=1e-12)
    assert lost.after_feedback_noise == pytest.approx(lost.ceiling, rel=1e-12)
    assert lost.after_alphabet <= lost.ceiling * (1 + 1e-9)
    assert lost.retrieved <= lost.after_alphabet * (1 + 1e-9)


@pytest.mark.parametrize("activity", [0.5, 0.1, 0.01])
def test_a_hard_threshold_costs_two_over_pi_at_high_load(activity):
    gap = 1 / math.sqrt(1e6 * activity * (1 - activity))
    factors = decompose(1e6, activity, gap / 2, gap / 2).factors
    assert factors["hard threshold"] == pytest.approx(2 / math.pi, rel=1e-4)
    assert factors["binary alphabet"] == pytest.approx(1, rel=1e-4)


def test_decomposition_of_the_amit_gutfreund_sompolinsky_fixed_point():
    """a = 1/2 at capacity: m = 0.9674171157, so u = v = -Phi^-1((1-m)/2); factors multiply up to what is retrieved."""
    load, overlap = 0.1379055665, 0.9674171157
    margin = -float(ndtri((1 - overlap) / 2))
    response = math.exp(-(margin**2) / 2) / math.sqrt(2 * math.pi) * 2 * margin / overlap
    lost = decompose(load, 0.5, margin, margin, response)
    retrieved = load * float(mutual_information(0.5, (1 - overlap) / 2, (1 - overlap) / 2))
    assert lost.retrieved == pytest.approx(retrieved, rel=1e-12)
    assert math.prod(lost.factors.values()) == pytest.approx(retrieved / float(shannon_ceiling(load)), rel=1e-12)
    # m^2 V / q' with q' = V at a = 1/2
    assert load / 2 * math.log2(1 + overlap**2 / load) == pytest.approx(lost.after_signal_loss, rel=1e-6)


def test_bad_input():
    with pytest.raises(ValueError, match=r"load .* must be positive and finite"):
        shannon_ceiling([1.0, 0.0])
    with pytest.raises(ValueError, match="patterns must be an integer of at least 2"):
        additive_rule_ceiling(1, 10)
    with pytest.raises(ValueError, match=r"rule must have shape \(2, 2\)"):
        additive_rule_snr(np.zeros((2, 3)), np.zeros(2), np.zeros(2), 0.1, 3)
    with pytest.raises(ValueError, match="no memory at load"):
        decompose(1.0, 0.5, 3.0, 3.0)
    with pytest.raises(ValueError, match=r"response must lie in \[0, 1\)"):
        decompose(1.0, 0.5, 0.1, 0.1, 1.0)
    with pytest.raises(ValueError, match="gap must be positive"):
        field_information(0.1, 0.0)
