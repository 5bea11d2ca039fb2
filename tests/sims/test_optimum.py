"""Keyed memories at capacity: integer fields against dense weights, counts against the exact law, the best size."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from sims.filling import draw_pairs
from sims.harness.mesh import point_key, trial_keys
from sims.keyed import KeyedPoint, filled, probes
from sims.optimum import OptimumPoint, _law, best_sizes, integer_fields, measure_optimum, summarise_optimum
from sims.patterns import unpack

FALSE_ALARM = 1e-6


@pytest.mark.parametrize("rule", ["covariance", "hebb"])
def test_fields_are_those_of_the_dense_weights(rule):
    point = OptimumPoint(rule, 100, 10, 0.1, 4, 2, 0)
    law, patterns = _law(point)
    network = KeyedPoint("keyed", "fixed-size", 100, 0.1, (patterns / 100,), 4, 2, 0)
    cues, targets = probes(network)
    key = trial_keys(point_key(0, point.label), 2)[0]
    (sums,) = filled(network, cues, key)
    chunk = next(draw_pairs("keyed", "fixed-size", 100, 0.1, key=key))
    values, keys = (
        np.asarray(jax.vmap(lambda row: unpack(row, 100))(jnp.asarray(words)), float)[: patterns - 1] for words in chunk
    )
    post = 100 * values - 10 if rule == "covariance" else values
    crosstalk = (law.parts * cues @ keys.T.astype(float) - law.centre) @ post
    found = integer_fields(point, law, sums, targets, patterns - 1)
    np.testing.assert_array_equal(found, np.rint(crosstalk) + law.gap * targets)


def test_counts_follow_the_exact_law_and_the_best_size_is_found():
    """False alarm: 12 t-tests at 1e-6 / 12 each; the true best lies outside the interval with probability 0.05 at most,
    so the interval itself is only asked to hold the measured best."""
    points = tuple(
        OptimumPoint(rule, 100, active, 0.1, 64, 10, 0) for rule in ("covariance", "hebb") for active in (2, 10, 50)
    )
    table = summarise_optimum(points, [measure_optimum(point) for point in points])
    p_values = np.concatenate([table["miss_p_value"].values, table["false_alarm_p_value"].values])
    assert np.isfinite(p_values).sum() >= 6
    assert np.nanmin(p_values) > FALSE_ALARM / 12
    np.testing.assert_allclose(table["bits_per_synapse"], table["bits_per_synapse_exact"], rtol=0.05)
    best = best_sizes(table)
    assert best["rule"].values.tolist() == ["covariance", "hebb"]
    assert best["active_exact"].values.tolist() == [50, 10]  # covariance loses nothing at a = 1/2, Hebb a half
    assert (best["active_low"] <= best["active"]).all()
    assert (best["active"] <= best["active_high"]).all()


def table_of(bits, width):
    count = len(bits)
    return xr.Dataset(
        {
            "rule": ("point", ["hebb"] * count),
            "neurons": ("point", [100] * count),
            "active": ("point", [2, 5, 10, 20][:count]),
            "replicas": ("point", [10] * count),
            "bits_per_synapse": ("point", np.asarray(bits)),
            "bits_per_synapse_high": ("point", np.asarray(bits) + width),
            "bits_per_synapse_exact": ("point", np.asarray(bits)[::-1]),
        }
    )


def test_interval_of_the_best_size_is_as_wide_as_the_noise():
    sharp = best_sizes(table_of([0.1, 0.19, 0.2, 0.15], 1e-4))
    assert (sharp["active_low"].item(), sharp["active"].item(), sharp["active_high"].item()) == (10, 10, 10)
    assert sharp["active_exact"].item() == 5
    vague = best_sizes(table_of([0.1, 0.19, 0.2, 0.15], 0.02))
    assert (vague["active_low"].item(), vague["active_high"].item()) == (5, 10)
    exact = best_sizes(table_of([0.1, 0.2, 0.2, 0.1], 0.0))
    assert (exact["active_low"].item(), exact["active_high"].item()) == (5, 10)


def test_the_interval_misses_the_best_size_as_seldom_as_stated():
    """500 tables with two equally good best sizes; misses at 5% at most, counted within five standard errors."""
    random = np.random.default_rng(2)
    truth, replicas, misses = np.array([0.1, 0.2, 0.2, 0.15]), 10, 0
    reach = 2.2621571628540993 / np.sqrt(replicas)  # t quantile of 9 degrees of freedom
    for _ in range(500):
        values = truth + random.normal(0, 0.05, (replicas, 4))
        table = table_of(values.mean(axis=0), values.std(axis=0, ddof=1) * reach)
        found = best_sizes(table)
        misses += not found["active_low"].item() <= 5 or not found["active_high"].item() >= 10
    assert misses <= 500 * 0.1 + 5 * np.sqrt(500 * 0.1)  # either of the two may be missed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"active": 60}, "at most half of the 100 neurons"),
        ({"active": 0}, "from 1 to neurons"),
        ({"criterion": 1.0}, "criterion counts wrong units"),
        ({"probes": 0}, "probes must be"),
        ({"replicas": 1}, "replicas must be"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_bad_input(change, message):
    good = {
        "rule": "hebb",
        "neurons": 100,
        "active": 10,
        "criterion": 0.1,
        "probes": 4,
        "replicas": 2,
        "seed": 0,
    }
    with pytest.raises(ValueError, match=message):
        OptimumPoint(**{**good, **change})
