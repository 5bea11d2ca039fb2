r"""How slowly the sparse limits are approached: `alpha_c 2 a L -> 1` and `2 ln2 eta -> 1`, with L = ln(1/a).

As a -> 0, up to relative corrections of order a, activity enters only through L. With P = Phi(u), Q = 1 - P and
`f = e^L Phi(-v)`, the false alarms per active unit,

    a alpha = P^2 / ((u+v)^2 (P + f)),
    I / a   = P (L + 1) + P ln(P/(P+f)) + f ln(f/(P+f)) + Q ln Q     (nats),

whose summits are found here for any L (a = e^-L may be far below the range of floating point). At the summit of alpha
the misses obey `phi(u)/P (2 - P/(P+f)) = 2/(u+v)` and the false alarms `f/(P+f) phi(v)/Phi(-v) = 2/(u+v)`, so that for
large L `phi(u) = 2/v` and `f = 2/v^2`, that is

    u^2 = x,   v^2 = 2L + x,   x = ln(L / 4 pi)      (alpha I: 2 phi(u) = 2/v, hence x = ln(L / pi)),

and both `alpha_c 2 a L` and `2 ln2 eta` are

    P / ((1 + f) (u+v)^2 / 2L) = 1 - sqrt(2x/L) (1 + 1/x + O(1/x^2)) + O(x/L)

(for eta P^2, and a factor 1 + O(ln L / L); its 1/x is the same because its misses are half as many). The correction
falls like sqrt(ln L / L) in L = ln(1/a), and does not even exist before a = e^(-4 pi) = 3.5e-6 (eta: e^-pi = 0.043).
"""

import math
from typing import NamedTuple

from scipy.optimize import root
from scipy.special import log_ndtr, ndtr

from theory.load_surface import log_density


class SparseSummit(NamedTuple):
    """A summit in the sparse limit.

    Attributes:
        u, v: margins of active and silent units in units of the noise.
        fraction: `alpha_c 2 a L`, or `2 ln2 eta`: what is reached of the limit.
    """

    u: float
    v: float
    fraction: float


def sparse_capacity(log_inverse_activity: float) -> SparseSummit:
    """The summit of alpha at `L = ln(1/a)`, up to corrections of order a.

    Raises:
        ValueError: L outside [5, 1e8]: the limit is no approximation (a > 0.0067), or rounding hides f = e^L Phi(-v).
        ArithmeticError: no convergence.
    """
    return _summit(log_inverse_activity, informative=False)


def sparse_information(log_inverse_activity: float) -> SparseSummit:
    """The summit of alpha I at `L = ln(1/a)`, up to corrections of order a.

    Raises:
        ValueError, ArithmeticError: as `sparse_capacity`.
    """
    return _summit(log_inverse_activity, informative=True)


def capacity_expansion(log_inverse_activity: float) -> float:
    """`alpha_c 2 a L` by its expansion, with `u^2 = ln(L/4 pi)`, `v^2 = 2L + u^2`, `f = 2/(v (u+v))`.

    Raises:
        ValueError: L below 4 pi, where the expansion does not exist.
    """
    return _fraction(*_margins(log_inverse_activity, 4 * math.pi), log_inverse_activity, informative=False)


def information_expansion(log_inverse_activity: float) -> float:
    """`2 ln2 eta` by its expansion, with `u^2 = ln(L/pi)`, `v^2 = 2L + u^2`, `f = 2/(v (u+v))`.

    Raises:
        ValueError: L below pi, where the expansion does not exist.
    """
    return _fraction(*_margins(log_inverse_activity, math.pi), log_inverse_activity, informative=True)


def leading_correction(log_inverse_activity: float, informative: bool = False) -> float:
    """`sqrt(2x/L)`, the leading term of one minus the fraction, `x = ln(L/4 pi)` (capacity) or `ln(L/pi)` (alpha I).

    Raises:
        ValueError: L below 4 pi (pi), where it does not exist.
    """
    u, _, _ = _margins(log_inverse_activity, math.pi if informative else 4 * math.pi)
    return math.sqrt(2 / log_inverse_activity) * u


def _margins(log_inverse_activity: float, least: float) -> tuple[float, float, float]:
    if not log_inverse_activity >= least:
        raise ValueError(
            f"the expansion exists for ln(1/a) of at least {least:.6g} (a <= {math.exp(-least):.3g}) only, got "
            f"ln(1/a) = {log_inverse_activity!r}"
        )
    x = math.log(log_inverse_activity / least)
    u, v = math.sqrt(x), math.sqrt(2 * log_inverse_activity + x)
    return u, v, 2 / (v * (u + v))


def _fraction(u: float, v: float, false_alarms: float, log_inverse_activity: float, informative: bool) -> float:
    hit = float(ndtr(u))
    scaled = 2 * log_inverse_activity * (hit / (u + v)) ** 2 / (hit + false_alarms)
    return scaled * _nats(u, false_alarms, log_inverse_activity) / log_inverse_activity if informative else scaled


def _nats(u: float, false_alarms: float, log_inverse_activity: float) -> float:
    """`I / a` in nats."""
    hit, miss = float(ndtr(u)), float(ndtr(-u))
    fired = hit + false_alarms
    nats = hit * (log_inverse_activity + 1 + math.log(hit / fired)) + miss * float(log_ndtr(-u))
    return nats + false_alarms * math.log(false_alarms / fired)


def _summit(log_inverse_activity: float, informative: bool) -> SparseSummit:
    if not 5 <= log_inverse_activity <= 1e8:
        raise ValueError(f"ln(1/a) must lie between 5 (a = 0.0067) and 1e8, got {log_inverse_activity!r}")
    level = log_inverse_activity

    def alarms(v: float) -> float:
        return math.exp(level + float(log_ndtr(-v)))

    def slopes(point: list[float]) -> list[float]:
        """Derivatives of `ln alpha` (and `ln I`) by u and v; of I, `dI/du = phi (L + ln(P/(P+f)) - ln Q)` and so on."""
        u, v = point
        hit, fired = float(ndtr(u)), alarms(v)
        silent = math.exp(level + log_density(v))  # -df/dv
        on, density = hit + fired, math.exp(log_density(u))
        du = density * (2 / hit - 1 / on) - 2 / (u + v)
        dv = silent / on - 2 / (u + v)
        if informative:
            nats = _nats(u, fired, level)
            du += density * (level + math.log(hit / on) - float(log_ndtr(-u))) / nats
            dv -= silent * math.log(fired / on) / nats
        return [du, dv]

    u = math.sqrt(max(math.log(level / (math.pi if informative else 4 * math.pi)), 0.5))
    found = root(slopes, [u, math.sqrt(2 * level + u * u)], tol=1e-13)
    u, v = (float(each) for each in found.x)
    if max(abs(each) for each in found.fun) > 1e-9:
        raise ArithmeticError(f"the sparse summit was not found at ln(1/a) = {level}: {found.message}")
    return SparseSummit(u, v, _fraction(u, v, alarms(v), level, informative))
