import itertools
import math

import numpy as np
import pytest
from scipy import stats

from theory.willshaw import (
    WILLSHAW_LIMIT,
    false_alarm_rate,
    set_synapses,
    willshaw_capacity,
    willshaw_recall,
)


def codes(neurons, active):
    return [frozenset(chosen) for chosen in itertools.combinations(range(neurons), active)]


def enumerated(neurons, active, others, access):
    """P(the last unit, silent, fires) and P(one synapse set), over all sets of other patterns or (keyed) pairs."""
    unit = neurons - 1
    if access == "auto":
        stored = [(code, code) for code in codes(neurons, active)]
    else:
        stored = list(itertools.product(codes(neurons, active), repeat=2))
    fires = filled = total = 0
    for chosen in itertools.product(stored, repeat=others):
        synapses = {j for value, key in chosen if unit in value for j in key}
        fires += synapses.issuperset(range(active))
        filled += 0 in synapses
        total += 1
    return fires / total, filled / total


@pytest.mark.parametrize(
    ("neurons", "active", "others", "access"),
    [
        *(
            (n, k, others, "auto")
            for n, k, others in ((5, 2, 3), (5, 3, 3), (6, 2, 3), (4, 3, 3), (5, 1, 3), (5, 2, 1))
        ),
        *((n, k, others, "keyed") for n, k, others in ((4, 2, 3), (4, 1, 3), (4, 3, 2), (5, 2, 2), (4, 2, 1))),
    ],
)
def test_false_alarms_are_the_enumeration(neurons, active, others, access):
    fires, filled = enumerated(neurons, active, others, access)
    assert false_alarm_rate(neurons, active, others, access) == pytest.approx(fires, rel=1e-13, abs=0)
    assert set_synapses(neurons, active, others, access) == pytest.approx(filled, rel=1e-13)


def test_independent_synapses_are_too_optimistic():
    exact = false_alarm_rate(200, 5, 699)
    assert exact == pytest.approx(0.0029656580051, rel=1e-10)
    assert set_synapses(200, 5, 699) ** 5 == pytest.approx(0.00228, rel=2e-3)
    assert set_synapses(200, 5, 699, "keyed") ** 5 == pytest.approx(0.00556, rel=1e-3)


@pytest.mark.parametrize(("neurons", "active", "others"), [(2000, 12, 3000), (500, 100, 60)])
def test_the_alternating_sum_keeps_its_precision(neurons, active, others):
    """Against a sum of positive terms: the number of synapses filled as a Markov chain over the other patterns."""
    left = np.arange(active + 1)
    step = np.array([stats.hypergeom.pmf(u - left, neurons - 1, u, active - 1) for u in left])  # from u empty to `left`
    law = np.eye(active + 1)[active]
    for _ in range(others):
        law = (1 - active / neurons) * law + active / neurons * law @ step
    assert false_alarm_rate(neurons, active, others) == pytest.approx(law[0], rel=1e-8, abs=0)


def test_capacity_is_where_the_criterion_ends():
    recall = willshaw_capacity(1000, 10, 0.05)
    assert recall.miss_rate == 0
    assert recall.error_rate <= 0.05 < willshaw_recall(1000, 10, round(recall.load * 1000) + 1).error_rate


def best_bits(neurons, access):
    guess = math.log2(neurons)
    return max(
        willshaw_capacity(neurons, active, 0.01, access).bits_per_synapse
        for active in (round(0.98 * guess), round(1.04 * guess))
    )


@pytest.mark.parametrize("access", ["auto", "keyed"])
def test_bits_per_synapse_climb_to_ln_2(access):
    bits = [best_bits(neurons, access) for neurons in (10**3, 10**5, 10**8)]
    assert bits[0] < bits[1] < bits[2] < WILLSHAW_LIMIT
    assert best_bits(10**20, access) > 0.9 * WILLSHAW_LIMIT


def test_bad_input():
    with pytest.raises(ValueError, match="access must be one of auto, keyed"):
        false_alarm_rate(10, 2, 3, "direct")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="fewer than neurons"):
        false_alarm_rate(10, 10, 3)
    with pytest.raises(ValueError, match="never fills a synapse"):
        willshaw_capacity(10, 1, 0.1)
    with pytest.raises(ValueError, match="between 0 and 4 silent units per active unit"):
        willshaw_capacity(10, 2, 4.0)
