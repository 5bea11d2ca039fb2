"""One-step recall: fields against dense weight matrices, counts against the exact laws, capacity and printed laws."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.filling import CHUNK, draw_chunks
from sims.harness.mesh import point_key, trial_keys
from sims.keyed import (
    KeyedPoint,
    fields,
    filled,
    keyed_crosstalk,
    measure_keyed,
    printed_bits,
    printed_load,
    probes,
    recall_error,
    summarise_keyed,
    summarise_keyed_capacity,
)
from sims.patterns import unpack
from theory.activity import active_units
from theory.information import SHANNON_LIMIT

FALSE_ALARM = 1e-6
NETWORKS = list(itertools.product(("auto", "keyed"), ("bernoulli", "fixed-size")))
SMALL = {"neurons": 100, "activity": 0.25, "loads": (0.1, 0.5, 5.6), "probes": 3, "replicas": 2, "seed": 3}


def stored(point, key, count):
    chunks = draw_chunks(point.code, point.neurons, point.activity, key=key)
    words = np.concatenate([next(chunks) for _ in range(-(-count // CHUNK))])[:count]
    return np.asarray(jax.vmap(lambda row: unpack(row, point.neurons))(jnp.asarray(words)), float)


@pytest.mark.parametrize(("access", "code"), NETWORKS)
def test_fields_are_those_of_the_dense_network(access, code):
    """Over a chunk boundary: the last load stores 560 patterns, 512 are drawn at once."""
    point = KeyedPoint(access=access, code=code, **SMALL)
    key = trial_keys(point_key(point.seed, point.label), 2)[1]
    cues, targets = probes(point)
    own = jax.random.split(key)
    values = stored(point, own[0], point.patterns[-1] - 1)
    keys = values if access == "auto" else stored(point, own[1], point.patterns[-1] - 1)
    a = point.level
    for patterns, sums in zip(point.patterns, filled(point, cues, key), strict=True):
        found = fields(sums, cues, targets, point, patterns)
        for probe in range(point.probes):
            inputs = np.vstack([keys[: patterns - 1], cues[probe]]) - a
            outputs = np.vstack([values[: patterns - 1], targets[probe]]) - a
            weights = outputs.T @ inputs / (point.neurons * a * (1 - a))
            if access == "auto":
                np.fill_diagonal(weights, 0)
            np.testing.assert_allclose(found[probe], weights @ (cues[probe] - a), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("code", ["bernoulli", "fixed-size"])
def test_keyed_crosstalk_is_a_convolution(code):
    """One pattern by enumeration of its overlap, two by convolving it with itself."""
    one, two = (keyed_crosstalk(code, 12, 0.25, others) for others in (1, 2))
    v = 0.25 * 0.75 / 12
    assert math.isclose(one.variance, v if code == "bernoulli" else 12 / 11 * v, rel_tol=1e-9)
    assert math.isclose(two.variance, 2 * one.variance, rel_tol=1e-9)
    assert abs(two.mean) < 1e-12
    threshold = 0.3 * math.pi / 3
    pairs = one.values[:, None] + one.values[None, :] > threshold
    assert math.isclose(float(two.exceeds(threshold)), float(one.pmf @ pairs @ one.pmf), rel_tol=1e-9)


@pytest.fixture(scope="module")
def measured():
    points = tuple(KeyedPoint(access, code, 200, 0.1, (0.3, 0.45, 0.8, 1.5), 40, 12, 1) for access, code in NETWORKS)
    return points, [measure_keyed(point) for point in points]


def test_errors_follow_the_exact_laws(measured):
    """32 t-tests over 12 networks; each is below 1e-6 with a probability of about 1e-6."""
    table = summarise_keyed(*measured)
    p_values = np.concatenate([table["miss_p_value"].values, table["false_alarm_p_value"].values])
    assert np.isfinite(p_values).sum() >= 20
    assert np.nanmin(p_values) > FALSE_ALARM
    assert (table["bits_per_synapse_high"] <= table["ceiling"]).all()
    assert (table["ceiling"] < SHANNON_LIMIT).all()
    assert list(table["access"].values[::4]) == ["auto", "auto", "keyed", "keyed"]


def test_a_wrong_law_would_be_noticed(measured):
    points, datasets = measured
    wrong = [data.assign(false_alarms=data["false_alarms"] + 40) for data in datasets]
    assert np.nanmin(summarise_keyed(points, wrong)["false_alarm_p_value"]) < FALSE_ALARM


def test_capacity_agrees_with_the_exact_one_and_refutes_the_printed_law(measured):
    """Interpolated loads within 8 standard errors of the exact ones: a t with 11 degrees, P = 7e-6 each."""
    table = summarise_keyed_capacity(*measured, error_rate=0.05)
    error = (table["load_high"] - table["load_low"]) / (2 * 2.2)
    assert (abs(table["load"] - table["load_exact"]) < 8 * error).all()
    assert (table["load_low"] > 3 * table["printed_load"]).all()
    assert (table["bits_per_synapse_low"] > 3 * table["printed_bits"]).all()


def test_capacity_outside_the_measured_loads_is_not_made_up(measured):
    points, datasets = measured
    assert np.isnan(summarise_keyed_capacity(points, datasets, error_rate=0.9)["load"]).any()
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        summarise_keyed_capacity(points, datasets, error_rate=1.0)


def test_results_do_not_depend_on_earlier_loads():
    full = KeyedPoint(access="keyed", code="fixed-size", **SMALL)
    last = measure_keyed(KeyedPoint("keyed", "fixed-size", 100, 0.25, (5.6,), 3, 2, 3))
    assert (measure_keyed(full).isel(load=[2]).misses == last.misses).all()


def test_printed_laws_are_anchored_at_the_dense_end():
    assert math.isclose(printed_load(0.15, 0.5), 0.15)
    assert math.isclose(printed_bits(0.15, 0.25), printed_load(0.15, 0.25) * 0.25 * 2)
    assert printed_load(0.15, 0.01) < printed_load(0.15, 0.5)


def test_best_threshold_is_best():
    point = KeyedPoint("keyed", "fixed-size", 200, 0.1, (1.0,), 1, 2, 0)
    best = recall_error(point, 200)
    level = active_units(200, 0.1) / 200
    assert math.isclose(best.error_rate, level * best.miss_rate + (1 - level) * best.false_alarm_rate)
    for shift in (-0.05, 0.05):
        assert recall_error(point, 200, best.threshold + shift).error_rate > best.error_rate


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"neurons": 1}, "neurons"),
        ({"neurons": 10**6}, "at most"),
        ({"activity": 1.0}, "activity"),
        ({"loads": ()}, "loads"),
        ({"loads": (0.5, 0.5)}, "ascend"),
        ({"loads": (0.01,)}, "two patterns"),
        ({"loads": (math.inf,)}, "finite"),
        ({"probes": 0}, "probes"),
        ({"replicas": 1}, "replicas"),
        ({"seed": -1}, "seed"),
    ],
)
def test_points_refuse_bad_fields(change, message):
    with pytest.raises(ValueError, match=message):
        KeyedPoint(**{"access": "auto", "code": "bernoulli", **SMALL, **change})
