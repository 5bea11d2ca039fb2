"""Sizes of zones: the quick law against the exact one, and designs that meet what they were asked for."""

import pytest

from sims.sizing import (
    DESIGN_SHARE,
    best_single_activity,
    dual_sizes,
    expected_bit_error,
    expected_items,
    fast_activities,
    fewest_units,
    single_units,
)
from theory.block_code_exact import exact_bit_error


@pytest.mark.parametrize(("activity", "items", "units"), [
    (0.5, 40, 372), (0.25, 40, 224), (1 / 16, 45, 99), (1 / 64, 40, 43), (1 / 64, 100, 75),
])  # fmt: skip
def test_the_quick_law_is_close_to_the_exact_one(activity, items, units):
    exact = exact_bit_error(items, units, activity)
    assert 0.98 * exact < expected_bit_error(items, units, activity) < 1.2 * exact


def test_sizes_are_the_smallest_that_will_do():
    for activity in (0.5, 1 / 16):
        units = fewest_units(60, activity, 1e-3)
        assert expected_bit_error(60, units, activity) <= 1e-3 < expected_bit_error(60, units - 1, activity)
        items = expected_items(units, activity, 1e-3)
        assert expected_bit_error(items, units, activity) <= 1e-3 < expected_bit_error(items + 1, units, activity)


def test_the_fast_zone_is_as_sparse_as_pays():
    sizes = dual_sizes(400, 12, 1.5, 0.25)
    assert sizes.items == 600
    assert sizes.fast_items == 150
    assert sizes.synapses == min(dual_sizes(400, 12, 1.5, 0.25, each).synapses for each in fast_activities(12))
    assert sizes.fast_activity < 0.5
    assert expected_bit_error(150, sizes.fast_units, sizes.fast_activity) <= DESIGN_SHARE * 1e-3


def test_codes_must_fit_the_items():
    assert fast_activities(12) == (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 64)
    assert fast_activities(7) == (1 / 2, 1 / 128)


def test_small_budgets_are_refused():
    assert single_units(1000, 12, 0.5) == 83
    assert best_single_activity(24, 12) == 0.5
    with pytest.raises(ValueError, match="too few"):
        single_units(100, 12, 1 / 64)
    for bad in ({"rho": 0.0}, {"load": 2.0}, {"neurons": 1}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            dual_sizes(**({"neurons": 100, "item_bits": 12, "load": 1.5, "rho": 0.1} | bad))
