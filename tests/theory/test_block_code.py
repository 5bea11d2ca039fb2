import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from theory.block_code import (
    bit_error,
    block_error,
    block_size,
    information_bits,
    load_at_error,
    one_shot_bits,
    output_units,
)
from theory.gaussian import tail
from theory.information import SHANNON_LIMIT


@pytest.mark.parametrize(("gap", "size"), [(3.0, 2), (3.98, 64), (0.5, 4), (12.0, 256), (8.0, 2**40)])
def test_the_error_integral_is_that_of_quadrature_at_high_precision(gap, size):
    with mpmath.workdps(20):
        centre = -gap / 2 if size < 1000 else 0.0

        def integrand(z):
            return mpmath.npdf(z) * -mpmath.expm1(
                (size - 1) * mpmath.log1p(-mpmath.erfc((z + gap) / mpmath.sqrt(2)) / 2)
            )

        exact: Any = mpmath.quad(integrand, [centre + each for each in range(-12, 13, 2)])
        assert abs(block_error(gap, size) / exact - 1) < 1e-11


@given(gap=st.floats(0, 50))
def test_two_units_are_a_normal_tail_however_far_out(gap):
    assert block_error(gap, 2) == pytest.approx(float(tail(gap / math.sqrt(2))), rel=1e-11)


@given(exponent=st.integers(1, 40))
def test_without_a_gap_every_unit_wins_as_often(exponent):
    assert block_error(0.0, 2**exponent) == pytest.approx(1 - 0.5**exponent, rel=1e-11)


@settings(max_examples=30)
@given(exponent=st.integers(1, 20), log_rate=st.floats(-9, -0.5), keys=st.sampled_from(["independent", "block"]))
def test_the_load_has_the_error_asked_for(exponent, log_rate, keys):
    activity, rate = 0.5**exponent, 10**log_rate
    assert bit_error(load_at_error(rate, activity, keys), activity, keys) == pytest.approx(rate, rel=1e-8)


def test_independent_noise_within_a_block_is_the_correlated_crosstalk():
    """Winner-take-all on the correlated fields of a block: 200 000 draws, two-sided test failing once in 1e6 runs."""
    load, size, draws = 4.0, 16, 200_000
    generator = np.random.default_rng(3)
    a = 1 / size
    covariance = load * (a * np.eye(size) - a**2)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(size))
    fields = generator.standard_normal((draws, size)) @ root.T
    fields[:, 0] += 1
    wrong = int((fields.argmax(axis=1) != 0).sum())
    expected = bit_error(load, a) * 2 * (size - 1) / size
    assert stats.binomtest(wrong, draws, expected).pvalue > 1e-6


def test_bits_per_synapse_stay_below_the_ceiling_and_approach_it():
    found = [one_shot_bits(0.5**exponent, 0.01) for exponent in (3, 6, 12, 24, 40)]
    assert found == sorted(found)
    assert 0.64 * SHANNON_LIMIT < found[-1] < SHANNON_LIMIT
    for exponent in (1, 2, 5, 9):
        for load in (0.01, 0.1, 1.0, 10.0, 1e4):
            ceiling = load / 2 * math.log2(1 + 1 / load)
            assert information_bits(load, 0.5**exponent) < (ceiling if exponent == 1 else (1 - 0.5**exponent) * ceiling)


def test_blocks_of_four_store_less_than_dense_units():
    """Bits per synapse are not monotone in the activity: a block of 4 spends 4 units on 2 bits."""
    assert one_shot_bits(0.25) < one_shot_bits(0.5) < one_shot_bits(0.125) < one_shot_bits(1 / 16)


def test_information_of_dense_zones_rises_without_a_blackout_and_of_blocks_has_a_maximum():
    found = [information_bits(load, 0.5) for load in (0.1, 1, 10, 1e3, 1e5)]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(1 / (math.pi * math.log(2)), rel=1e-4)
    largest_of_four = 1.0293753730
    limit = 16 / 3 * (largest_of_four / 4) ** 2 / (2 * math.log(2))
    assert information_bits(1e5, 0.25) == pytest.approx(limit, rel=0.01)
    assert information_bits(10, 0.25) > 1.1 * limit


def test_bad_input():
    with pytest.raises(ValueError, match="activity must be 1/2"):
        block_size(0.3)
    with pytest.raises(ValueError, match="multiple of 6, such as 60 or 66"):
        output_units(1 / 64, 64)
    with pytest.raises(ValueError, match="multiple of 6, such as 6"):
        output_units(1 / 64, 5)
    with pytest.raises(ValueError, match="keys must be one of"):
        load_at_error(1e-3, 1 / 64, "sparse")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="between 0 and 1/2"):
        load_at_error(0.5, 0.5)
    with pytest.raises(ValueError, match="load"):
        bit_error(0.0, 0.5)
    with pytest.raises(ValueError, match="gap must be finite and at least 0"):
        block_error(-1.0, 4)
