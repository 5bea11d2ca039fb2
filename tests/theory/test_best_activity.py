import itertools
import math

import numpy as np
import pytest

from theory.best_activity import NothingHeld, best_activity, keyed_capacity, keyed_recall
from theory.one_step import one_step_load


def enumerated_errors(rule, neurons, active, patterns):
    """Fewest wrong units per active unit at any threshold, by summing over all other keys and bits of one unit."""
    keys = [np.isin(np.arange(neurons), chosen) for chosen in itertools.combinations(range(neurons), active)]
    cue, level = keys[0], active / neurons
    parts = 64 if active**2 < neurons else 8
    centre = math.floor(parts * active**2 / neurons + 0.5) / parts
    own = level if rule == "covariance" else 0.0
    law: dict[float, float] = {}
    for chosen in itertools.product(itertools.product(keys, (0, 1)), repeat=patterns - 1):
        crosstalk = sum((bit - own) * (int((key & cue).sum()) - centre) for key, bit in chosen)
        weight = math.prod((level if bit else 1 - level) / len(keys) for _, bit in chosen)
        law[round(crosstalk, 9)] = law.get(round(crosstalk, 9), 0.0) + weight
    gap = active - centre
    fields = sorted({*law, *(value + gap for value in law)})
    thresholds = [fields[0] - 1, *((low + high) / 2 for low, high in itertools.pairwise(fields)), fields[-1] + 1]
    return min(
        sum(weight for value, weight in law.items() if value + gap < threshold)
        + (1 - level) / level * sum(weight for value, weight in law.items() if value > threshold)
        for threshold in thresholds
    )


@pytest.mark.parametrize("rule", ["covariance", "hebb"])
@pytest.mark.parametrize(("neurons", "active", "patterns"), [(4, 1, 4), (4, 2, 3), (5, 2, 3)])
def test_keyed_errors_are_the_enumeration(rule, neurons, active, patterns):
    recall = keyed_recall(rule, neurons, active, patterns)
    assert recall.error_rate == pytest.approx(enumerated_errors(rule, neurons, active, patterns), rel=1e-9)


def test_large_networks_of_dense_codes_tend_to_the_gaussian_load():
    ratios = [
        keyed_capacity("covariance", n, n // 10, 0.05).recall.load / one_step_load(0.05, 0.1).load for n in (100, 1000)
    ]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1)
    assert ratios[1] == pytest.approx(1, abs=0.03)
    hebb = keyed_capacity("hebb", 1000, 100, 0.05).recall.load / one_step_load(0.05, 0.1).load
    assert hebb == pytest.approx(0.9, abs=0.03)  # 1 - a


def test_capacity_meets_the_criterion():
    memory = keyed_capacity("hebb", 500, 20, 0.1)
    patterns = round(memory.recall.load * 500)
    assert memory.recall.error_rate <= 0.1
    assert keyed_recall("hebb", 500, 20, round(1.01 * patterns) + 1).error_rate > 0.1


def test_best_activity_is_inside_and_falls_with_size():
    found = [best_activity("hebb", neurons, 0.1) for neurons in (50, 200, 1000)]
    activity = [memory.active / memory.neurons for memory in found]
    assert activity[0] > activity[1] > activity[2]
    assert [memory.active for memory in found] == sorted(memory.active for memory in found)
    for memory in found:
        for other in (memory.active // 3, 3 * memory.active):
            beside = keyed_capacity("hebb", memory.neurons, other, 0.1)
            assert beside.bits_per_synapse < memory.bits_per_synapse


def test_willshaws_best_code_has_about_log2_n_active_units():
    for neurons in (500, 20_000):
        memory = best_activity("willshaw", neurons, 0.01)
        assert 1.0 < memory.active / math.log2(neurons) < 1.25


def test_bad_input():
    with pytest.raises(ValueError, match="rule must be one of covariance, hebb, willshaw"):
        best_activity("projection", 100, 0.1)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="rule must be covariance or hebb"):
        keyed_recall("willshaw", 100, 10, 5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="at most neurons / 2"):
        keyed_recall("hebb", 100, 51, 5)
    with pytest.raises(NothingHeld, match="do not hold two patterns"):
        keyed_capacity("hebb", 10, 1, 1e-6)
