"""Extrapolation of capacities: the right law finds the limit, the wrong one is seen not to fit."""

import numpy as np
import pytest

from sims.finite_size import EXPONENTS, extrapolate_capacity
from sims.replicas import rows_table


def capacities(sizes, exponent, limit=1.02, error=0.002):
    """Capacities of two activities that obey a law, without noise."""
    rows = [
        {
            "activity": level,
            "neurons": size,
            "predicted": 0.1 / level,
            "load": 0.1 / level * (limit + 6 * size**-exponent),
            "standard_error": 0.1 / level * error,
        }
        for level in (0.1, 0.5)
        for size in sizes
    ]
    return rows_table(rows)


def test_the_right_law_finds_the_limit_and_others_do_not_fit():
    found = extrapolate_capacity(capacities((1000, 2000, 5000, 10_000, 20_000), 0.5))
    assert found is not None
    assert found.sizes["point"] == 2 * len(EXPONENTS)
    right = np.isclose(found["exponent"].values, 0.5)
    assert found["limit"].values[right] == pytest.approx(1.02)
    assert (found["p_value"].values[right] > 0.99).all()
    assert (found["p_value"].values[np.isclose(found["exponent"].values, 1)] < 1e-3).all()
    assert found["activity"].values[0] == 0.5


def test_few_sizes_say_nothing():
    assert extrapolate_capacity(capacities((1000, 2000, 5000), 0.5)) is None
