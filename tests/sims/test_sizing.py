"""Sizes of zones: designs that meet what they were asked for."""

import pytest

from sims.sizing import (
    DESIGN_SHARE,
    best_single_activity,
    dual_sizes,
    fast_activities,
    single_units,
)
from theory.block_code_finite import expected_bit_error


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
