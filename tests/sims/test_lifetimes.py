"""Lifetimes of memories that forget: measured against theory, and the reading of an age off a profile."""

import math

import numpy as np
import pytest

from sims.lifetimes import LifetimePoint, error_profiles, lifetime, measure_lifetime, summarise_lifetimes
from theory.gaussian import tail
from theory.palimpsest import best_decay


def test_the_lifetime_is_where_errors_pass_the_criterion():
    errors = np.array([0.0, 1e-4, 1e-2, 1e-1])
    assert lifetime(errors, 1e-3) == pytest.approx(1.5)
    assert lifetime(errors, 5e-2) == pytest.approx(2 + math.log(5) / math.log(10))
    assert lifetime(errors, 0.2) == math.inf
    assert lifetime(errors + 1e-3, 1e-4) == 0


@pytest.fixture(scope="module")
def measured():
    points = [
        LifetimePoint(each, 200, 250, 20, error_rate=0.01, looks=20) for each in ("decaying", "clipped", "two-state")
    ]
    return points, [measure_lifetime(point) for point in points]


def test_predictions_are_those_of_theory():
    point = LifetimePoint("decaying", 2000, 10, 400, error_rate=0.01)
    assert float(tail(point.snr(np.array([float(round(point.predicted))]))[0])) == pytest.approx(0.01, rel=0.05)
    # the best decay for the capacity given is C/e writes, C being what the criterion allows: 2000 / snr^2 = 369.6
    assert point.parameter == best_decay(400).parameter
    assert LifetimePoint("decaying", 2000, 10, 370, error_rate=0.01).predicted == pytest.approx(
        369.6 / math.e, rel=0.02
    )
    assert LifetimePoint("clipped", 300, 10, 30).parameter % 2 == 1


def test_measured_lifetimes_are_the_predicted_ones(measured):
    """Three kinds of synapses, each within 8% and its own interval widened threefold: passes unless theory is wrong."""
    table = summarise_lifetimes(*measured)
    found, expected = table["lifetime"].values, table["predicted_lifetime"].values
    reach = 3 * (table["lifetime_high"].values - table["lifetime_low"].values) / 2
    assert (np.abs(found - expected) < np.maximum(0.08 * expected, reach)).all()
    assert (reach < 0.5 * expected).all()  # so that the comparison can fail


def test_errors_rise_with_age_as_predicted(measured):
    table = error_profiles(*measured)
    for row in range(3):
        profile = table.isel(point=row).dropna("age")
        known = profile["bit_error"].values > 0.003
        ratio = profile["bit_error"].values[known] / profile["predicted_bit_error"].values[known]
        assert 0.7 < ratio.min() <= ratio.max() < 1.4


def test_results_depend_on_the_point_alone():
    point = LifetimePoint("two-state", 100, 20, 10, error_rate=0.05, looks=3, replicas=2)
    assert measure_lifetime(point).equals(measure_lifetime(point))


@pytest.mark.parametrize("change", [{"looks": 0}, {"replicas": 1}, {"neurons": 0}])
def test_bad_points_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        LifetimePoint(**{"synapse": "two-state", "neurons": 300, "item_bits": 4, "capacity": 20, **change})


def test_zones_too_small_for_one_item_are_refused():
    with pytest.raises(ValueError, match="too few"):
        LifetimePoint("clipped", 2, 4, 2)
