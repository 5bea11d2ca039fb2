"""Separability: certificates against linear programming, counts against Cover, learning only what can be learnt."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import linprog

from sims.perceptron import (
    PerceptronPoint,
    cover_probability,
    half_load,
    learn,
    measure_perceptron,
    separable,
    summarise_perceptron,
    summarise_perceptron_capacity,
)
from theory.any_rule import gardner_load

FALSE_ALARM = 1e-6
SMALL = {"inputs": "gaussian", "neurons": 20, "activity": 0.5, "biased": False, "loads": (1.5, 2.0, 2.5)}


def feasible(inputs, labels):
    """Whether some weights separate with margin 1, by linear programming."""
    signed = inputs * labels[:, None]
    solution = linprog(np.zeros(inputs.shape[1]), A_ub=-signed, b_ub=-np.ones(len(signed)), bounds=(None, None))
    return solution.status == 0


@pytest.mark.parametrize("activity", [0.5, 0.2])
def test_decisions_are_those_of_linear_programming(activity):
    random = np.random.default_rng(0)
    decisions = []
    for patterns in (20, 25, 30, 35, 40) * 6:
        inputs = np.column_stack([random.standard_normal((patterns, 15)), np.ones(patterns)])
        labels = np.where(random.random(patterns) < activity, 1.0, -1.0)
        decisions.append(separable(inputs, labels))
        assert decisions[-1] == feasible(inputs, labels)
    assert 0 < sum(decisions) < len(decisions)


def test_exclusive_or_is_not_separable_and_and_is():
    corners = np.array([[x, y, 1.0] for x in (-1, 1) for y in (-1, 1)])
    assert not separable(corners, np.array([-1.0, 1, 1, -1]))
    assert separable(corners, np.array([-1.0, -1, -1, 1]))


@pytest.fixture(scope="module")
def measured():
    points = (
        PerceptronPoint(**SMALL, units=60, replicas=4, sweeps=100, seed=0),
        PerceptronPoint("binary", 30, 0.2, True, (2.2, 2.8, 3.4), 40, 2, 0, 1),
    )
    return points, [measure_perceptron(point) for point in points]


def test_cover_s_law_is_met(measured):
    """240 independent labellings at three loads; each p-value is below 1e-6 with probability 1e-6 at most."""
    table = summarise_perceptron(*measured)
    assert (table["p_value"].values[:3] > FALSE_ALARM).all()
    assert table["cover"].values[1] == pytest.approx(0.5)
    assert np.isnan(table["p_value"].values[3:]).all()
    assert (table["separable_low"] < table["separable"]).all()


def test_a_wrong_law_would_be_noticed(measured):
    points, datasets = measured
    wrong = datasets[0].assign(separable=datasets[0]["separable"] * 0 + 38)
    assert (summarise_perceptron(points[:1], [wrong])["p_value"] < FALSE_ALARM).any()


def test_the_perceptron_rule_learns_only_what_is_separable(measured):
    datasets = measured[1]
    assert (datasets[0]["learnt"] <= datasets[0]["separable"]).all()
    table = summarise_perceptron(*measured)
    assert table["learnt"].values[0] > 0.5 * table["separable"].values[0]
    assert np.isnan(table["learnt"].values[3])


def test_learnt_weights_converge_on_easy_labels():
    random = np.random.default_rng(3)
    inputs = random.standard_normal((30, 40)).astype(np.float32)
    labels = np.where(random.random((8, 30)) < 0.5, 1, -1).astype(np.float32)
    learnt, sweeps = learn(jnp.asarray(inputs), jnp.asarray(labels), 1000)
    assert np.asarray(learnt).all()
    assert (np.asarray(sweeps) < 1000).all()


def test_half_of_the_units_are_separable_near_gardner_s_load(measured):
    """At N = 20 and 30 the 50% point lies within 0.35 of the large-N value; sampling errors are below 0.06."""
    table = summarise_perceptron_capacity(*measured)
    np.testing.assert_allclose(table["load"], [2.0, gardner_load(0.2)], atol=0.35)
    np.testing.assert_allclose(table["gardner"], [2.0, gardner_load(0.2)])


def test_half_load():
    loads = np.array([1.0, 2.0, 3.0])
    assert half_load(loads, 10**9, np.array([0.841345, 0.5, 0.158655])) == pytest.approx(2.0, abs=1e-5)
    assert math.isnan(half_load(loads, 10, np.array([0.9, 0.8, 0.7])))


def test_cover_probability_needs_its_assumptions(measured):
    assert cover_probability(measured[0][0], 20) == pytest.approx(1.0)
    assert math.isnan(cover_probability(measured[0][1], 20))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"neurons": 1}, "neurons"),
        ({"activity": 1.0}, "activity"),
        ({"loads": (2.0, 1.0)}, "ascend"),
        ({"units": 0}, "units"),
        ({"replicas": 1}, "replicas"),
        ({"sweeps": -1}, "sweeps"),
        ({"seed": -1}, "seed"),
    ],
)
def test_points_refuse_bad_fields(change, message):
    with pytest.raises(ValueError, match=message):
        PerceptronPoint(**{**SMALL, "units": 2, "replicas": 2, "sweeps": 0, "seed": 0, **change})
