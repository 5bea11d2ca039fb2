"""The clipped rule: packed matrix against a dense one, false alarms and set synapses against their exact laws."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.filling import draw_chunks, probe_pairs
from sims.harness.mesh import trial_keys
from sims.patterns import unpack
from sims.willshaw import (
    WillshawPoint,
    _filled,
    _set_fraction,
    measure_willshaw,
    summarise_willshaw,
    summarise_willshaw_capacity,
)
from theory.willshaw import false_alarm_rate

FALSE_ALARM = 1e-6
ACCESSES = ("auto", "keyed")


def unpacked(words):
    return np.asarray(jax.vmap(lambda row: unpack(row, 100))(jnp.asarray(words)))


@pytest.mark.parametrize("access", ACCESSES)
def test_packed_matrix_is_the_dense_one(access):
    point = WillshawPoint(access, 100, 6, (0.2, 1.2), 5, 2, 0)
    key = trial_keys(jax.random.key(7), 2)[0]
    values, keys = (unpacked(next(draw_chunks("fixed-size", 100, 0.06, key=each))) for each in jax.random.split(key))
    keys = values if access == "auto" else keys
    cues, targets = probe_pairs(access, 100, 6, 5, 0)
    assert (cues.sum(axis=1) == 6).all()
    assert (targets.sum(axis=1) == 6).all()
    for patterns, matrix in zip(point.patterns, _filled(point, key), strict=True):
        dense = (keys[: patterns - 1].T.astype(int) @ values[: patterns - 1].astype(int)) > 0
        np.testing.assert_array_equal(unpacked(matrix), dense)
        share = dense[~np.eye(100, dtype=bool)].mean() if access == "auto" else dense.mean()
        assert math.isclose(_set_fraction(matrix, point), share)


@pytest.fixture(scope="module")
def measured():
    points = tuple(WillshawPoint(access, 200, 5, (2.5, 3.5, 4.5), 60, 12, 0) for access in ACCESSES)
    return points, [measure_willshaw(point) for point in points]


def test_false_alarms_and_synapses_follow_the_exact_laws(measured):
    """12 t-tests over 12 networks; each is below 1e-6 with a probability of about 1e-6."""
    table = summarise_willshaw(*measured)
    for name in ("false_alarm_p_value", "set_synapses_p_value"):
        assert (table[name] > FALSE_ALARM).all()
    assert table["false_alarm_rate_exact"].values[1] == pytest.approx(0.00297, abs=1e-5)  # P = 699, N = 200, k = 5


def test_the_usual_approximation_would_be_noticed(measured):
    """Independent synapses, each set with 1 - (1 - k^2/N^2)^P, give nearly twice the rate: refuted by the counts."""
    points, datasets = measured
    table = summarise_willshaw(points[:1], datasets[:1])
    usual = (1 - (1 - (5 / 200) ** 2) ** (table["patterns"].values - 1)) ** 5
    assert (table["false_alarm_rate_high"].values < usual).all()
    assert usual[1] > 1.5 * false_alarm_rate(200, 5, 699)


def test_capacity_agrees_with_the_exact_one(measured):
    """Within 8 standard errors of the jackknife: a t with 11 degrees, P = 7e-6 each; 0.2% for the interpolation."""
    table = summarise_willshaw_capacity(*measured, error_rate=0.1)
    error = (table["load_high"] - table["load_low"]) / (2 * 2.2)
    assert (abs(table["load"] - table["load_exact"]) < 8 * error + 0.002 * table["load_exact"]).all()


def test_results_are_reproducible_and_networks_differ(measured):
    points, datasets = measured
    assert datasets[1].identical(measure_willshaw(points[1]))
    assert np.ptp(datasets[1]["set_synapses"].values[:, 0]) > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"active": 0}, "active"),
        ({"active": 50}, "silent"),
        ({"neurons": 10**6}, "at most"),
        ({"loads": (2.0, 1.0)}, "ascend"),
        ({"probes": 0}, "probes"),
        ({"replicas": 1}, "replicas"),
        ({"seed": -1}, "seed"),
    ],
)
def test_points_refuse_bad_fields(change, message):
    fields = {"access": "auto", "neurons": 50, "active": 4, "loads": (1.0,), "probes": 5, "replicas": 2, "seed": 0}
    with pytest.raises(ValueError, match=message):
        WillshawPoint(**{**fields, **change})
