"""The Gaussian toolbox against mpmath, from deep in one tail to deep in the other."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import gaussian

DIGITS = 40
EVERYWHERE = st.floats(-30, 36)


def precise_tail(x):
    return mp.erfc(x / mp.sqrt(2)) / 2


def precise_excess(x):
    return mp.npdf(x) - x * precise_tail(x)


def precise_squared_excess(x):
    return (1 + x * x) * precise_tail(x) - x * mp.npdf(x)


PRECISE = {
    "density": mp.npdf,
    "cdf": lambda x: precise_tail(-x),
    "tail": precise_tail,
    "excess": precise_excess,
    "squared_excess": precise_squared_excess,
    "log_density": lambda x: mp.log(mp.npdf(x)),
    "log_tail": lambda x: mp.log(precise_tail(x)) if x > 0 else mp.log1p(-precise_tail(-x)),
    "mills_ratio": lambda x: precise_tail(x) / mp.npdf(x),
    "excess_ratio": lambda x: precise_excess(x) / mp.npdf(x),
    "squared_excess_ratio": lambda x: precise_squared_excess(x) / mp.npdf(x),
}


@pytest.mark.parametrize("name", sorted(PRECISE))
@given(EVERYWHERE)
@settings(max_examples=60, deadline=None)
def test_every_function_is_mpmaths_in_relative_precision(name, x):
    with mp.workdps(DIGITS):
        expected = PRECISE[name](mp.mpf(x))
        error = abs(mp.mpf(float(getattr(gaussian, name)(x))) / expected - 1)
    assert error < 1e-11, (name, x)


@pytest.mark.parametrize(("name", "order"), [("excess_ratio", 1), ("squared_excess_ratio", 2)])
@pytest.mark.parametrize("x", [9.0, 9.999999, 10.0, 10.000001, 11.0, 40.0, 1e3, 1e8])
def test_the_asymptotic_series_meets_the_direct_formula(name, order, x):
    with mp.workdps(DIGITS):
        expected = mp.quad(lambda t: t**order * mp.exp(-x * t - t * t / 2), mp.linspace(0, 60 / mp.mpf(x), 5))
        assert float(abs(mp.mpf(float(getattr(gaussian, name)(x))) / expected - 1)) < 1e-11


@pytest.mark.parametrize("name", sorted(PRECISE))
def test_functions_are_elementwise(name):
    function = getattr(gaussian, name)
    grid = np.array([[-3.0, 0.0, 2.0], [9.9, 10.1, 30.0]])
    together = function(grid)
    assert together.shape == grid.shape
    assert together.ravel() == pytest.approx([float(function(x)) for x in grid.ravel()], rel=1e-14)


def test_the_far_tail_underflows_to_zero_or_stays_finite():
    assert gaussian.density(60.0) == 0
    assert gaussian.tail(60.0) == 0
    assert float(gaussian.log_tail(1e8)) == pytest.approx(-5e15, rel=1e-12)
    assert float(gaussian.mills_ratio(1e8)) == pytest.approx(1e-8, rel=1e-12)
