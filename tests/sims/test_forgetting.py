"""Forgetting: the integer sums against a dense network with an N x N matrix, and error counts against the exact law."""

import functools

import jax
import numpy as np
import pytest

from sims.forgetting import RULES, ForgettingPoint, _trial, fields, measure_forgetting, summarise_forgetting
from sims.harness.mesh import map_trials, point_key, trial_keys
from sims.patterns import bernoulli_code, fixed_size_code, unpack
from theory.activity import active_units

SMALL = {"neurons": 40, "activity": 0.25, "step": 5, "checkpoints": 3, "trials": 4, "seed": 3}


@functools.cache
def draw_all(code, neurons, activity, count):
    def draw(trial_key, index):
        key = jax.random.fold_in(trial_key, index)
        if code == "fixed-size":
            return unpack(fixed_size_code(neurons, active_units(neurons, activity), key=key), neurons)
        return unpack(bernoulli_code(neurons, activity, key=key), neurons)

    return jax.jit(lambda trial_key: jax.vmap(draw, in_axes=(None, 0))(trial_key, np.arange(count)))


def draw_patterns(code, neurons, activity, trial_key, count):
    return np.asarray(draw_all(code, neurons, activity, count)(trial_key), float)


def dense_fields(point, rule, trial_key, patterns):
    """The cue's fields from explicit weights without self-coupling, after the cue and `patterns - 1` others."""
    active = active_units(point.neurons, point.activity)
    cue = (np.arange(point.neurons) < active).astype(float)
    drawn = draw_patterns(point.code, point.neurons, point.activity, trial_key, point.patterns[-1] - 1)
    centre = point.activity if rule == "covariance" else 0.0
    centred = np.vstack([cue, drawn[: patterns - 1]]) - centre
    weights = centred.T @ centred / point.neurons / (centre * (1 - centre) if centre else 1)
    np.fill_diagonal(weights, 0)
    return weights @ centred[0]


@pytest.mark.parametrize("code", ["bernoulli", "fixed-size"])
@pytest.mark.parametrize("rule", RULES)
def test_fields_are_those_of_the_dense_network(code, rule):
    point = ForgettingPoint(code=code, **SMALL)
    keys = trial_keys(point_key(point.seed, point.label), point.trials)
    trial = _trial(code, point.neurons, point.activity, point.step, point.checkpoints)
    found = fields(map_trials(trial, keys, 4), rule, point)
    for index in range(point.trials):
        for checkpoint, patterns in enumerate(point.patterns):
            expected = dense_fields(point, rule, keys[index], patterns)
            np.testing.assert_allclose(found[index, checkpoint], expected, rtol=1e-12, atol=1e-12)


def test_losses_fall_and_errors_follow_the_exact_law():
    """200 networks of 200 units; each p-value below 1e-6 with probability 1e-6, 24 of them."""
    point = ForgettingPoint("fixed-size", 200, 0.1, 20, 4, 200, 0)
    data = measure_forgetting(point)
    assert (np.diff(data["loss_change"].values, axis=1) <= 0).all()
    table = summarise_forgetting((point,), [data])
    for name in ("miss_p_value", "false_alarm_p_value"):
        p_values = table[name].values
        assert np.isfinite(p_values).any()
        assert np.nanmin(p_values) > 1e-6
    errors = table["error"].sel(rule="covariance").values[0]
    assert errors[-1] > errors[0]


def test_a_wrong_threshold_would_be_noticed():
    point = ForgettingPoint("fixed-size", 200, 0.1, 20, 4, 200, 0)
    data = measure_forgetting(point)
    data["false_alarms"] = data["false_alarms"] + 1
    assert np.nanmin(summarise_forgetting((point,), [data])["false_alarm_p_value"].values) < 1e-6


@pytest.mark.parametrize("change", [{"activity": 1.0}, {"neurons": 1}, {"trials": 1}, {"step": 0}, {"seed": -1}])
def test_points_refuse_bad_fields(change):
    with pytest.raises(ValueError, match=r"must be"):
        ForgettingPoint(code="bernoulli", **{**SMALL, **change})


def test_sums_that_could_overflow_are_refused():
    with pytest.raises(ValueError, match="32-bit"):
        ForgettingPoint("bernoulli", 10_000, 0.5, 100, 10, 2, 0)
