"""Fast laws of finite zones against the exact one."""

import pytest

from theory.block_code_exact import exact_bit_error
from theory.block_code_finite import expected_bit_error, expected_items, fewest_units


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
