"""One step without stored patterns: rates and counts against their exact values, and points that cannot be."""

import dataclasses
import math

import numpy as np
import pytest

from sims.harness.sweep import settings_of
from sims.one_step import OneStepPoint, measure_one_step, summarise_one_step
from theory.field_law import one_step_error

FALSE_ALARM = 1e-6
SMALL = OneStepPoint("fixed-size", 2000, 0.05, 1.0, True, 30, 40, 1)
POINTS = (
    SMALL,
    dataclasses.replace(SMALL, joint=False),
    dataclasses.replace(SMALL, code="bernoulli", load=1.1),
    dataclasses.replace(SMALL, activity=0.5, load=0.2),
)


@pytest.fixture(scope="module")
def datasets():
    return [measure_one_step(point) for point in POINTS]


def test_errors_follow_their_exact_law(datasets):
    """16 tests; each is below 1e-6 with a probability of about 1e-6."""
    table = summarise_one_step(POINTS, datasets)
    for name in ("miss", "false_alarm"):
        for kind in ("p_value", "drawn_p_value"):
            p_values = table[f"{name}_{kind}"].values
            assert np.isfinite(p_values).all()
            assert p_values.min() > FALSE_ALARM
    assert (abs(table["bits_per_synapse"] / table["bits_per_synapse_exact"] - 1) < 0.02).all()
    np.testing.assert_allclose(table["load_found_exact"], table["load"], rtol=0.05)


def test_exact_rates_are_those_of_the_field_law(datasets):
    table = summarise_one_step(POINTS[:1], datasets[:1])
    error = one_step_error("fixed-size", "covariance", 2000, 0.05, SMALL.patterns, SMALL.gaussian.threshold)
    assert float(table["miss_rate_exact"][0]) == pytest.approx(error.miss_rate, rel=1e-6)
    assert float(table["false_alarm_rate_exact"][0]) == pytest.approx(error.false_alarm_rate, rel=1e-6)


def test_wrong_counts_and_wrong_rates_would_be_noticed(datasets):
    changes = {"misses": 2.0, "false_alarm_rate": 1.3}
    wrong = [data.assign({name: data[name] * factor for name, factor in changes.items()}) for data in datasets]
    table = summarise_one_step(POINTS, wrong)
    assert table["miss_drawn_p_value"].values.min() < FALSE_ALARM
    assert table["false_alarm_p_value"].values.min() < FALSE_ALARM


def test_states_are_the_same_however_many_replicas(datasets):
    fewer = measure_one_step(dataclasses.replace(SMALL, replicas=6, states=3))
    np.testing.assert_array_equal(fewer["misses"], datasets[0]["misses"][:3])
    np.testing.assert_array_equal(fewer["false_alarms"], datasets[0]["false_alarms"][:3])
    np.testing.assert_array_equal(fewer["miss_rate"], datasets[0]["miss_rate"][:6])


def test_drawing_active_units_jointly_leaves_the_rates_alone(datasets):
    for name in ("miss_rate", "false_alarm_rate", "false_alarms"):
        np.testing.assert_array_equal(datasets[0][name], datasets[1][name])
    assert settings_of(POINTS[0]) != settings_of(POINTS[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activity": 0.0123}, "whole patterns"),
        ({"activity": 1.0}, "activity"),
        ({"load": math.inf}, "load"),
        ({"load": 0.0}, "load"),
        ({"load": 1 / 2000}, "two patterns"),
        ({"load": 1e12}, "overflow"),
        ({"states": 0}, "states"),
        ({"states": 41}, "at most replicas"),
        ({"replicas": 1}, "replicas"),
        ({"seed": -1}, "seed"),
    ],
)
def test_points_refuse_bad_fields(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(SMALL, **change)
