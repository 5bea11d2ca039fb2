"""One-shot zones: writes add exactly, and errors are those of the exact law."""

import numpy as np
import pytest

from sims.codes import ValueCode, keys_for, random_bits
from sims.harness.statistics import t_test
from sims.zones import Zone
from theory.block_code_exact import exact_bit_error


def zone_of(activity, keys, units, seed, item_bits=12):
    code = ValueCode(activity, item_bits)
    return Zone.empty(code, keys_for(code, keys, units, seed, 1))


@pytest.mark.parametrize("activity", [0.5, 0.25, 1 / 16])
def test_a_batch_of_writes_is_the_same_as_one_by_one(activity):
    """The proposal's batch consolidation: equal bit for bit, in any order, so it cannot help."""
    zone, bits = zone_of(activity, "independent", 40, 3), random_bits(3, 0, 0, 200, 12)
    batch = zone.write(0, bits)
    single = zone
    for index in np.random.default_rng(0).permutation(200):
        single = single.write(int(index), bits[index : index + 1])
    assert (batch.weights == single.weights).all()
    assert np.abs(batch.weights).max() > 0


def test_writes_are_the_covariance_rule():
    zone, bits = zone_of(0.25, "block", 40, 3), random_bits(3, 0, 0, 30, 12)
    activity, units = 0.25, 40
    values = (zone.code.encode(bits) + 1) / 4
    keys = (zone.keys.patterns(0, 30) + 1) / 4
    covariance = (values - activity).T @ (keys - activity) / (units * activity * (1 - activity))
    scale = 16 / (units * activity * (1 - activity))
    np.testing.assert_allclose(zone.write(0, bits).weights * scale / 256, covariance, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("activity", "keys", "units", "items"), [
    (0.5, "independent", 60, 15),
    (0.25, "independent", 80, 30),
    (1 / 16, "independent", 40, 40),
    (1 / 16, "block", 96, 40),
])  # fmt: skip
def test_errors_follow_the_exact_law(activity, keys, units, items):
    """40 zones; a t-test of the mean error, false-alarm rate 1e-6 each of four."""
    rates = []
    for seed in range(40):
        bits = random_bits(seed, 0, 0, items, 12)
        rates.append((zone_of(activity, keys, units, seed).write(0, bits).recall(0, items) != bits).mean())
    expected = exact_bit_error(items, units, activity, keys)
    assert t_test(rates, expected) > 1e-6
    assert t_test(rates, 4 * expected) < 1e-6  # the test would notice
