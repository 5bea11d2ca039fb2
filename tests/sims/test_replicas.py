"""Replica statistics: the jackknife's bias, error and cover, crossings, and tests of counts."""

import math

import numpy as np
import pytest

from sims.replicas import FEWEST_EVENTS, count_test, crossing_load, extrapolate, interval_columns, jackknife, rows_table


def test_jackknife_of_a_mean_is_the_mean_s_interval():
    values = np.array([1.0, 2.0, 4.0, 7.0])
    found = jackknife(lambda mean: float(mean), values)
    assert found.estimate == pytest.approx(3.5)
    assert found.standard_error == pytest.approx(values.std(ddof=1) / 2)


def test_jackknife_removes_the_bias_of_a_square_and_covers():
    """1000 intervals at 95%: between 92% and 97.5% cover with probability 0.9999 if each covers 95%."""
    random = np.random.default_rng(2)
    found = [jackknife(lambda mean: float(mean) ** 2, random.normal(1.0, 0.3, 12)) for _ in range(1000)]
    assert abs(np.mean([each.estimate for each in found]) - 1) < 6 * 0.6 / math.sqrt(12_000)
    assert 0.92 < np.mean([each.contains(1.0) for each in found]) < 0.975


def test_crossing_is_exact_for_the_law_it_assumes():
    loads = np.array([0.1, 0.2, 0.4])
    rates = np.exp(-1 / loads)
    assert crossing_load(loads, rates, math.exp(-1 / 0.25)) == pytest.approx(0.25)
    assert math.isnan(crossing_load(loads, rates, 0.5))
    assert math.isnan(crossing_load(loads, rates, 1e-6))
    assert math.isnan(crossing_load([0.1, 0.2], [0.0, 0.1], 0.05))


def test_count_test():
    random = np.random.default_rng(0)
    counts = random.poisson(20, 30)
    assert count_test(counts, 20.0) > 1e-6
    assert count_test(counts, 30.0) < 1e-6
    assert math.isnan(count_test(counts, (FEWEST_EVENTS - 1) / 30))
    assert math.isnan(count_test([5, 5, 5, 5], 20.0))


def test_tables():
    interval = jackknife(lambda mean: float(mean), [1.0, 2.0])
    table = rows_table([{"name": "a", **interval_columns("x", interval)}] * 2)
    assert table.sizes == {"point": 2}
    assert (table["x_low"] < table["x"]).all()
    with pytest.raises(ValueError, match="at least one row"):
        rows_table([])
    with pytest.raises(ValueError, match="at least 2"):
        jackknife(lambda mean: float(mean), [1.0])


def test_extrapolation_to_infinite_size():
    limit, error, slope, fit = extrapolate([50, 100, 200], [2.2, 2.1, 2.05], [0.01, 0.01, 0.01])
    assert (limit, slope) == (pytest.approx(2.0), pytest.approx(10.0))
    assert 0.005 < error < 0.05
    assert fit == pytest.approx(1)
    rooted = extrapolate([100, 400, 1600], [1.3, 1.15, 1.075], [0.01] * 3, exponent=0.5)
    assert (rooted.limit, rooted.slope) == (pytest.approx(1.0), pytest.approx(3.0))
    assert extrapolate([100, 400, 1600], [1.3, 1.15, 1.075], [0.001] * 3).p_value < 1e-3
    assert np.isnan(extrapolate([50, 100], [2.2, 2.1], [0.01, 0.01]).p_value)
    with pytest.raises(ValueError, match="exponent"):
        extrapolate([50, 100], [2.0, 2.0], [0.1, 0.1], exponent=0.0)
    with pytest.raises(ValueError, match="at least two sizes"):
        extrapolate([50, 50], [2.0, 2.0], [0.1, 0.1])
