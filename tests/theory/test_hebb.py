import math

import numpy as np
import pytest

from theory.field_law import field_law
from theory.hebb import hebb_field, hebb_load
from theory.information import SHANNON_LIMIT
from theory.one_step import one_step_load
from theory.one_step_capacity import one_step_capacity, one_step_recall_exact

CODES = ("fixed-size", "bernoulli")


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize(("neurons", "activity", "patterns"), [(3, 0.5, 2), (50, 0.1, 20), (200, 0.05, 300)])
def test_moments_are_those_of_the_exact_law(code, active, neurons, activity, patterns):
    law = field_law(code, "hebb", neurons, activity, patterns, active)
    assert hebb_field(code, neurons, activity, patterns, active) == pytest.approx((law.mean, law.variance), rel=1e-9)


@pytest.mark.parametrize("code", CODES)
def test_leading_order_of_the_moments(code):
    neurons, activity, patterns = 10**6, 0.003, 10**5
    load, size = patterns / neurons, activity * neurons
    on, off = (hebb_field(code, neurons, activity, patterns, active) for active in (True, False))
    width = (1 - activity if code == "fixed-size" else 1) + activity**2 * neurons
    assert (on[0] - off[0]) * neurons / size == pytest.approx(1 - load * activity, rel=1e-3)
    assert off[1] * (neurons / size) ** 2 == pytest.approx(load * activity * (1 - activity) * width, rel=1e-3)


def ratio_to_gaussian(code, neurons):
    """Exact over Gaussian capacity at a = 4 / sqrt(N), where popularity has 16 times the covariance rule's variance."""
    activity = 4 / math.sqrt(neurons)
    exact = one_step_capacity(code, "hebb", neurons, activity, 0.05)
    return exact.load / hebb_load(0.05, activity, neurons, code).load


def test_gaussian_load_is_approached_along_growing_networks():
    ratios = [ratio_to_gaussian("fixed-size", neurons) for neurons in (6400, 25_600)]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1)
    assert ratios[1] == pytest.approx(1, abs=0.06)
    assert ratio_to_gaussian("bernoulli", 6400) == pytest.approx(ratios[0], rel=0.01)


def test_without_popularity_it_is_the_covariance_rule():
    covariance = one_step_load(0.01, 1e-6).load
    assert hebb_load(0.01, 1e-6, 10**9).load == pytest.approx(covariance, rel=0.1)
    assert hebb_load(0.01, 0.1, 10**9).load * 10**9 == pytest.approx(one_step_load(0.01, 0.1).load / 0.01, rel=1e-6)


def test_patterns_stay_finite_and_bits_vanish_at_a_fixed_activity():
    found = [one_step_capacity("fixed-size", "hebb", neurons, 0.15, 0.01) for neurons in (500, 2000, 8000)]
    patterns = [round(recall.load * neurons) for recall, neurons in zip(found, (500, 2000, 8000), strict=True)]
    assert max(patterns) - min(patterns) <= 2
    assert found[2].bits_per_synapse < found[0].bits_per_synapse / 12


def test_the_best_activity_lies_inside_and_its_bits_rise_with_size():
    def bits(neurons, size):
        return one_step_capacity("fixed-size", "hebb", neurons, size / neurons, 0.01).bits_per_synapse

    for neurons, best in ((1000, 10), (10_000, 13)):
        assert bits(neurons, best) > max(bits(neurons, best // 2), bits(neurons, 2 * best))
    assert bits(1000, 10) < bits(10_000, 13) < SHANNON_LIMIT


def test_errors_are_those_of_simulated_networks():
    """Misses and false alarms of 400 networks of 200 units, each within 5 standard errors (false alarm 1e-6)."""
    neurons, size, patterns, networks = 200, 20, 20, 400
    recall = one_step_recall_exact("fixed-size", "hebb", neurons, size / neurons, patterns)
    on, off = (hebb_field("fixed-size", neurons, size / neurons, patterns, active)[0] for active in (True, False))
    random = np.random.default_rng(5)
    cue = np.arange(neurons) < size
    fields = np.empty((networks, neurons))
    for network in range(networks):
        stored = np.stack([cue, *(random.permutation(cue) for _ in range(patterns - 1))]).astype(float)
        weights = stored.T @ stored / neurons
        np.fill_diagonal(weights, 0)
        fields[network] = weights @ cue
    assert abs(fields[:, cue].mean() - on) < 5 * fields[:, cue].mean(axis=1).std() / math.sqrt(networks)
    assert abs(fields[:, ~cue].mean() - off) < 5 * fields[:, ~cue].mean(axis=1).std() / math.sqrt(networks)
    best = min(
        ((fields[:, cue] <= theta).mean() * size + (fields[:, ~cue] > theta).mean() * (neurons - size)) / size
        for theta in np.unique(fields)
    )
    assert best == pytest.approx(recall.error_rate, rel=0.25)


def test_bad_input():
    with pytest.raises(ValueError, match="neurons must be an integer of at least 3"):
        hebb_field("fixed-size", 2, 0.5, 3, True)
    with pytest.raises(ValueError, match="code must be one of"):
        hebb_load(0.01, 0.1, 100, "gaussian")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="error_rate"):
        hebb_load(1.5, 0.1, 100)
