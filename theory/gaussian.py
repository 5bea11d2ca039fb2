r"""Tails and partial moments of the standard normal law, stable far out in the tail.

Sparse codes put their silent units far in the tail: at activity 1e-100 the relevant margin is about 21, where every
quantity here is of the order of 1e-100 and naive differences have lost all digits. Everything is therefore computed
relative to the density `phi(x)` with the scaled complementary error function, or, beyond `FAR`, by the asymptotic
series of the repeated integrals of the normal tail (Abramowitz & Stegun 7.2, 26.2).
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfcx, log_ndtr, ndtr

FAR = 10.0
"""Beyond this the asymptotic series, cut after `_TERMS` terms, is exact to rounding; before it differences are."""

_TERMS = 26
_ROOT_HALF_PI = math.sqrt(math.pi / 2)
_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)

Real = NDArray[np.float64]


def log_density(x: ArrayLike) -> Real:
    """Natural logarithm of the density `phi(x)`, elementwise."""
    return -0.5 * np.square(np.asarray(x, np.float64)) - _LOG_ROOT_TWO_PI


def density(x: ArrayLike) -> Real:
    """The density `phi(x)`, elementwise; zero where it underflows (|x| > 38)."""
    return np.exp(log_density(x))


def cdf(x: ArrayLike) -> Real:
    """`Phi(x) = P(z <= x)`, elementwise."""
    return ndtr(np.asarray(x, np.float64))


def tail(x: ArrayLike) -> Real:
    """`Q(x) = P(z > x)`, elementwise, with full relative precision."""
    return ndtr(-np.asarray(x, np.float64))


def log_tail(x: ArrayLike) -> Real:
    """Natural logarithm of `Q(x)`, elementwise; finite for every finite x."""
    return log_ndtr(-np.asarray(x, np.float64))


def mills_ratio(x: ArrayLike) -> Real:
    """`Q(x) / phi(x)`, elementwise; overflows to infinity below x = -37."""
    return _ROOT_HALF_PI * erfcx(np.asarray(x, np.float64) / math.sqrt(2))


def excess_ratio(x: ArrayLike) -> Real:
    """`E[(z - x)_+] / phi(x) = 1 - x Q(x)/phi(x)`, elementwise, with full relative precision."""
    x = np.asarray(x, np.float64)
    near = 1 - x * mills_ratio(np.minimum(x, FAR))
    return np.where(x > FAR, _series(np.maximum(x, FAR), 1), near)


def squared_excess_ratio(x: ArrayLike) -> Real:
    """`E[(z - x)_+^2] / phi(x) = (1 + x^2) Q(x)/phi(x) - x`, elementwise, to 1e-11 relative or better."""
    x = np.asarray(x, np.float64)
    near = (1 + x * x) * mills_ratio(np.minimum(x, FAR)) - x
    return np.where(x > FAR, _series(np.maximum(x, FAR), 2), near)


def excess(x: ArrayLike) -> Real:
    """`E[(z - x)_+]`, elementwise: the mean excess over x of a standard normal variable z."""
    return _moment(x, excess_ratio, lambda y: density(y) - y * tail(y))


def squared_excess(x: ArrayLike) -> Real:
    """`E[(z - x)_+^2]`, elementwise: the mean squared excess over x of a standard normal variable z."""
    return _moment(x, squared_excess_ratio, lambda y: (1 + y * y) * tail(y) - y * density(y))


def _moment(x: ArrayLike, ratio: Callable[[Real], Real], direct: Callable[[Real], Real]) -> Real:
    """`phi(x) ratio(x)` for x >= 0, where it is stable, and the plain formula for x < 0, where all terms add."""
    x = np.asarray(x, np.float64)
    above, below = np.maximum(x, 0.0), np.minimum(x, 0.0)
    return np.where(x >= 0, density(above) * ratio(above), direct(below))


def _series(x: Real, order: int) -> Real:
    r"""`E[(z - x)_+^n] / phi(x)` for large x: `n! x^-(n+1) sum_k (-1)^k (n+2k)! / (n! k! (2 x^2)^k)`.

    From `int_0^inf t^n e^{-x t - t^2/2} dt`, expanding the Gaussian factor.
    """
    total, term = np.zeros_like(x), np.full_like(x, math.factorial(order)) / x ** (order + 1)
    for k in range(_TERMS):
        total = total + term
        term = -term * (order + 2 * k + 1) * (order + 2 * k + 2) / (2 * (k + 1) * x * x)
    return total
