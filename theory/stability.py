r"""Which fixed points of retrieval are stable, and the load up to which a fixed threshold can hold a pattern.

A fixed point of the mean field need not be one that retrieval stays at. Linearised about it, state evolution
(`theory.state_evolution`: all units updated at once) is a map of the deviations of (M, ln tau), signal and noise, with
two eigenvalues. Both tend to zero at zero load, and one of them is 1 exactly where the load is stationary along a path
of fixed points.

With k-winners-take-all the retrieval branch is stable up to its summit, the capacity. With a fixed threshold that is so
for dense codes; at activities below 0.0404 (centred; raw 0.0470) the summit of alpha over all margins has a second
eigenvalue above 1. That state exists, but a fixed threshold cannot hold it: fewer active units raise less signal, more
silent units more noise. The largest load that some fixed threshold holds is then up to 2% below `alpha_c` (0.5% at
a = 0.02, 1.1% at 0.01, 1.9% from 1e-3 to 1e-6), at a higher threshold, and a cue that is not close to the state loses
more: it overshoots. The most informative point is stable at every activity.
"""

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize_scalar

from theory.load_surface import Input, LoadSurface, log_density
from theory.mean_field import FixedPoint, critical_point, spinodal
from theory.retrieval_paths import threshold_path
from theory.solvers import bracketed_root


def growth(point: FixedPoint) -> float:
    """By which factor the slowest small deviation from a fixed point grows per step: below 1 the point is stable.

    The spectral radius of the linearised state evolution, by exact derivatives.
    """
    (p, q), (r, s) = linearised(point).tolist()
    half, product = (p + s) / 2, p * s - q * r
    square = half * half - product
    return abs(half) + math.sqrt(square) if square >= 0 else math.sqrt(product)


def linearised(point: FixedPoint) -> NDArray[np.float64]:
    """The derivatives of the next (M, ln tau) by (M, ln tau), shape (2, 2).

    Overlap, firing rate and response of the next state depend on (M, tau) through `du = (1-a) dM/tau - u dln tau` and
    `dv = a dM/tau - v dln tau`; with k-WTA the threshold moves along, so that `a phi(u) du = (1-a) phi(v) dv`.
    """
    a, u, v, noise, response = point.activity, point.u, point.v, point.noise, point.response
    active, silent = math.exp(log_density(u)), math.exp(log_density(v))
    if point.retrieval == "kwta":
        share = a * active / (a * active + (1 - a) * silent)
        total = np.array([1 / noise, -(u + v)])
        du, dv = (1 - share) * total, share * total
    else:
        du, dv = np.array([(1 - a) / noise, -u]), np.array([a / noise, -v])
    d_overlap = active * du + silent * dv
    d_firing = a * active * du - (1 - a) * silent * dv
    d_response = np.array([0.0, -response]) - (a * active * u * du + (1 - a) * silent * v * dv) / noise
    centring = 1.0 if point.input == "raw" else 1 - 2 * a
    power = point.firing_rate if point.input == "raw" else centring * point.firing_rate + a * a
    return np.array(
        [
            (d_overlap - np.array([response, 0.0])) / (1 - response),
            0.5 * centring / power * d_firing + d_response / (1 - response),
        ]
    )


def stability_limit(threshold: float, activity: float, input: Input = "centred") -> FixedPoint:
    """The fixed point up to which the retrieval branch of a fixed threshold is stable, as the load grows from zero.

    It is the spinodal, or comes before it.

    Args:
        threshold: theta in units of the signal gap, in (-a, 1-a).
        activity: a, in (0, 1/2].
        input: what the synapses read.

    Raises:
        ValueError: an argument out of range.
        ArithmeticError: no convergence.
    """
    end = spinodal(threshold, activity, input)
    if activity > 0.5:
        raise ValueError(f"activity must be at most 1/2 here (exchange firing and silence), got {activity!r}")
    surface = LoadSurface(activity, input)
    path = threshold_path(surface, threshold)

    def at(t: float) -> FixedPoint:
        u, v = path.point(t)
        return FixedPoint(activity, input, "threshold", u, v, math.exp(surface.log_load(u, v).value))

    last = end.v if threshold < 0 else end.u
    outer = path.start
    while outer > last:
        inner = max(last + 0.95 * (outer - last) - 1e-3, last)
        if inner > last and growth(at(inner)) > 1:
            return at(bracketed_root(lambda t: growth(at(t)) - 1, inner, outer))
        outer = inner
    return end


def stable_critical_point(activity: float, input: Input = "centred") -> FixedPoint:
    """The largest load at which some fixed threshold has a stable retrieval state: `alpha_c`, or somewhat below.

    Args:
        activity: a, in (0, 1/2].
        input: what the synapses read.

    Raises:
        ValueError, ArithmeticError: as `stability_limit`.
    """
    summit = critical_point(activity, input)
    if growth(summit) <= 1 + 1e-7:
        return summit
    found = minimize_scalar(
        lambda threshold: -stability_limit(float(threshold), activity, input).load,
        bounds=(summit.threshold, summit.threshold + 0.3 * (1 - summit.threshold)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    best = cast(OptimizeResult, found)
    return stability_limit(float(best.x), activity, input)
