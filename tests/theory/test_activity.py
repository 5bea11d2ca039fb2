import math

import pytest

from theory.activity import (
    ACTIVITY_GRID,
    CODING_LEVELS,
    DENTATE_GYRUS,
    NEOCORTEX,
    active_units,
    check_active_units,
    check_activity,
    check_code,
    check_count,
    check_neurons,
    check_rule,
    sparsity,
)


def test_the_grid_is_the_proposals_sweep():
    assert ACTIVITY_GRID == (0.02, 0.05, 0.10, 0.20, 0.50, 1.0)
    assert ACTIVITY_GRID[:5] == CODING_LEVELS
    assert {*DENTATE_GYRUS, *NEOCORTEX} <= set(CODING_LEVELS)


@pytest.mark.parametrize("activity", [0, 1, 1.5, -0.1, math.nan, "0.1", True, None])
def test_activity_outside_the_unit_interval_is_refused(activity):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        check_activity(activity)


@pytest.mark.parametrize("neurons", [1, 0, -3, 2.5, "10", True])
def test_bad_numbers_of_neurons_are_refused(neurons):
    with pytest.raises(ValueError, match="at least 2"):
        check_neurons(neurons)


@pytest.mark.parametrize("active", [0, 11, -1, 1.5])
def test_bad_numbers_of_active_units_are_refused(active):
    with pytest.raises(ValueError, match="from 1 to neurons = 10"):
        check_active_units(active, 10)


def test_other_bad_input_names_what_is_allowed():
    with pytest.raises(ValueError, match="pairs must be an integer of at least 1, got -1"):
        check_count(-1, "pairs")
    with pytest.raises(ValueError, match="bernoulli, fixed-size"):
        check_code("gaussian")
    with pytest.raises(ValueError, match="hebb, covariance"):
        check_rule("oja")


@pytest.mark.parametrize(
    ("neurons", "activity", "expected"), [(100, 0.1, 10), (10, 0.01, 1), (10, 0.99, 9), (4, 0.5, 2)]
)
def test_active_units_round_and_stay_inside(neurons, activity, expected):
    assert active_units(neurons, activity) == expected


def test_sparsity_is_the_complement():
    assert sparsity(0.05) == pytest.approx(0.95)
