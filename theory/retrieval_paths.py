r"""Paths of fixed points across the plane of margins (u, v): k-winners-take-all, and a given fixed threshold.

As the load grows from zero the retrieval state moves along its path from infinite margins inwards, up to the first
summit of the load, where it meets an unstable state and both vanish (the spinodal: the capacity).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import log_ndtr, ndtr, ndtri_exp

from theory.load_surface import LoadSurface, log_density
from theory.solvers import Slopes, bracketed_root

_FAR = 40.0
"""Margins at which the load only falls with distance: every density is below 1e-340."""


@dataclass(frozen=True)
class Path:
    """A path (u(t), v(t)) of fixed points, t growing outwards.

    Attributes:
        point: t -> (u, v).
        slope: (u, v) -> (du/dt, dv/dt).
        start: a t at which both margins are at least `_FAR`.
        end: the path exists for t > end only.
    """

    point: Callable[[float], tuple[float, float]]
    slope: Callable[[float, float], tuple[float, float]]
    start: float
    end: float


def winners_path(surface: LoadSurface) -> Path:
    """k-winners-take-all, `q = a`: as many false alarms as misses, `(1-a) Phi(-v) = a Phi(-u)`; t = u."""

    def point(u: float) -> tuple[float, float]:
        target = float(log_ndtr(-u)) - surface.log_odds
        v = -float(ndtri_exp(target))
        return u, v + (float(log_ndtr(-v)) - target) * math.exp(float(log_ndtr(-v)) - log_density(v))

    def slope(u: float, v: float) -> tuple[float, float]:
        return 1.0, math.exp(log_density(u) - log_density(v) - surface.log_odds)

    silent = math.log1p(-surface.activity)
    start = _FAR + math.sqrt(2 * max(-surface.log_odds, 0.0))
    return Path(point, slope, start, -float(ndtri_exp(silent)))  # there miss = 1 - a: no overlap left


def threshold_path(surface: LoadSurface, threshold: float) -> Path:
    """A fixed threshold, `(Phi(u) - Phi(-v)) (v/(u+v) - a) = theta`.

    For theta >= 0, t = u > 0 and v is the one root (the left side rises with v); for theta < 0 the roles of active and
    silent units are exchanged.
    """
    flip = threshold < 0
    share = 1 - surface.activity if flip else surface.activity
    level = abs(threshold)

    def partner(t: float) -> float:
        def excess(other: float) -> float:
            return (float(ndtr(t)) - float(ndtr(-other))) * (other / (t + other) - share) - level

        low = share * t / (1 - share)
        if excess(low) >= 0:
            return low
        high = max(2 * low, 1.0)
        while excess(high) < 0:
            high *= 2
        return bracketed_root(excess, low, high)

    def point(t: float) -> tuple[float, float]:
        return (partner(t), t) if flip else (t, partner(t))

    def slope(u: float, v: float) -> tuple[float, float]:
        t, other = (v, u) if flip else (u, v)
        s = t + other
        overlap, lead = float(ndtr(t)) - float(ndtr(-other)), other / s - share
        along = math.exp(log_density(t)) * lead - overlap * other / s**2
        across = math.exp(log_density(other)) * lead + overlap * t / s**2
        return (-along / across, 1.0) if flip else (1.0, -along / across)

    lean = (1 - share - level) / (level + share)  # t / other where m = 1
    end = max(0.0, -float(ndtri_exp(math.log1p(-level / (1 - share))))) if level > 0 else 0.0
    return Path(point, slope, _FAR * max(1.0, lean), end)


def first_summit(path: Path, function: Callable[[float, float], Slopes]) -> float:
    """The t of the first maximum of a function met on the way in from infinite margins.

    Raises:
        ArithmeticError: there is none.
    """

    def climb(t: float) -> float:
        u, v = path.point(t)
        du, dv = path.slope(u, v)
        here = function(u, v)
        return here.du * du + here.dv * dv

    outer = path.start
    while True:
        inner = path.end + 0.96 * (outer - path.end)
        if inner - path.end < 1e-9 * max(1.0, abs(path.end)):
            raise ArithmeticError("no summit on this path of fixed points")
        if climb(inner) > 0:
            return bracketed_root(climb, inner, outer)
        outer = inner
