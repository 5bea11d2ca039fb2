"""The surface alpha(u, v; a) and its derivatives against SymPy's, evaluated in many digits."""

import math

import mpmath as mp
import pytest
import sympy as sp

from theory.information import mutual_information
from theory.load_surface import LoadSurface

U, V, A = sp.symbols("u v a")


def tail(x):
    return sp.erfc(x / sp.sqrt(2)) / 2


def density(x):
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


def formulas():
    gap = (tail(-U) - tail(V)) / (U + V) - A * density(U) - (1 - A) * density(V)
    firing = A * tail(-U) + (1 - A) * tail(V)
    on, miss, alarm = firing, tail(U), tail(V)
    divergence = lambda p, q: p * sp.log(p / q)  # noqa: E731
    information = A * (divergence(1 - miss, on) + divergence(miss, 1 - on))
    information += (1 - A) * (divergence(alarm, on) + divergence(1 - alarm, 1 - on))
    return {
        "centred": sp.log(gap**2 / ((1 - 2 * A) * firing + A**2)),
        "raw": sp.log(gap**2 / firing),
        "information": sp.log(information),
    }


def with_derivatives(formula):
    orders = [(), (U,), (V,), (U, U), (U, V), (V, V)]
    return sp.lambdify((U, V, A), [sp.diff(formula, *order) if order else formula for order in orders], "mpmath")


PRECISE = {name: with_derivatives(formula) for name, formula in formulas().items()}


def evaluate(function, u, v, a, digits=40):
    with mp.workdps(digits):
        return [float(each) for each in function(mp.mpf(u), mp.mpf(v), mp.mpf(a))]


@pytest.mark.parametrize("a", [0.7, 0.5, 0.1, 1e-4, 1e-30, 1e-100])
@pytest.mark.parametrize("u", [1.0, 2.5])
def test_values_and_derivatives_are_sympys(a, u):
    v = math.sqrt(u * u + 2 * abs(math.log(1 / a - 1)) + 0.5)
    for given in ("centred", "raw"):
        surface = LoadSurface(a, given)
        assert surface.log_load(u, v) == pytest.approx(evaluate(PRECISE[given], u, v, a), rel=1e-12)


@pytest.mark.parametrize("a", [0.7, 0.5, 0.1, 1e-4, 1e-30])
def test_information_and_its_derivatives_are_sympys(a):
    u, v = 2.0, math.sqrt(4.5 + 2 * abs(math.log(1 / a - 1)))
    digits = 30 - int(math.log10(a))  # 1 - a must be told from 1
    expected = evaluate(PRECISE["information"], u, v, a, digits)
    assert LoadSurface(a, "raw").log_information(u, v) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("u", "v", "a"), [(0.3, 2.0, 0.1), (2.0, 6.0, 1e-8), (3.0, 3.0, 0.5)])
def test_information_is_that_of_the_channel_and_its_slopes_agree(u, v, a):
    surface = LoadSurface(a, "centred")
    information = surface.log_information(u, v)
    miss, alarm = float(mp.erfc(u / mp.sqrt(2)) / 2), float(mp.erfc(v / mp.sqrt(2)) / 2)
    assert math.exp(information.value) / math.log(2) == pytest.approx(
        float(mutual_information(a, miss, alarm)), rel=1e-13
    )
    active, silent = surface.information_slopes(u, v)
    assert math.exp(active.value - information.value) == pytest.approx(information.du, rel=1e-13)
    assert math.exp(silent.value - information.value) == pytest.approx(information.dv, rel=1e-13)


def test_slopes_of_information_are_finite_where_they_underflow():
    active, silent = LoadSurface(1e-8, "raw").information_slopes(400.0, 401.0)
    assert active.value == pytest.approx(-(400.0**2) / 2, rel=1e-3)
    assert silent.value == pytest.approx(-(401.0**2) / 2, rel=1e-3)


@pytest.mark.parametrize(("a", "u", "v"), [(0.5, -1.0, 0.5), (0.5, 0.0, 0.0), (0.4, -0.4, 3.0)])
def test_there_is_no_fixed_point_without_signal_beyond_the_feedback(a, u, v):
    surface = LoadSurface(a, "centred")
    assert surface.log_load(u, v).value == -math.inf
    if u + v <= 0:
        assert surface.log_information(u, v).value == -math.inf


@pytest.mark.parametrize(("a", "given"), [(0.0, "centred"), (1.0, "raw"), (0.1, "centered")])
def test_bad_input_is_refused(a, given):
    with pytest.raises(ValueError, match=r"must be"):
        LoadSurface(a, given)
