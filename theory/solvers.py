"""Numerical solvers of the mean field: a bracketed root, and Newton's way up to a summit of two variables."""

from collections.abc import Callable
from typing import NamedTuple, cast

from scipy.optimize import brentq

ROUNDING = 1e-12
"""Noise of a logarithm that is a difference of logarithms of up to 700: a smaller fall says nothing."""


class Slopes(NamedTuple):
    """A function of the margins (u, v) with its first and second derivatives.

    Attributes:
        value: the function.
        du, dv: first derivatives.
        duu, duv, dvv: second derivatives.
    """

    value: float
    du: float
    dv: float
    duu: float
    duv: float
    dvv: float


def bracketed_root(function: Callable[[float], float], low: float, high: float) -> float:
    """The root of a function between two points where its signs differ, to rounding (Brent's method)."""
    return cast(float, brentq(function, low, high, xtol=1e-15))


def maximise(function: Callable[[float, float], Slopes], start: tuple[float, float]) -> tuple[float, float]:
    """A maximum of a function of two variables by Newton's method, climbing at every step.

    Where the surface is not concave the step is along the gradient; a step that does not climb is halved.

    Raises:
        ArithmeticError: no convergence after 100 steps.
    """
    (u, v), here = start, function(*start)
    for _ in range(100):
        det = here.duu * here.dvv - here.duv**2
        if here.duu < 0 and det > 0:
            step_u = (here.duv * here.dv - here.dvv * here.du) / det
            step_v = (here.duv * here.du - here.duu * here.dv) / det
        else:
            step_u, step_v = here.du, here.dv
        gain = here.du * step_u + here.dv * step_v  # twice what a full Newton step gains
        there = function(u + step_u, v + step_v)
        while not there.value > here.value - ROUNDING and abs(step_u) + abs(step_v) > 0:
            step_u, step_v = step_u / 2, step_v / 2
            there = function(u + step_u, v + step_v)
        u, v, here = u + step_u, v + step_v, there
        if det > 0 and gain < 1e-22:
            return u, v
    raise ArithmeticError(f"the summit was not found: still climbing at u = {u}, v = {v} after 100 Newton steps")
