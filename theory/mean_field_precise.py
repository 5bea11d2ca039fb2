r"""The mean field to any number of digits, by the plainest route: the independent check of `theory.mean_field`.

The equations are evaluated as they are stated (overlap, noise, response, then the load that closes them), in mpmath,
and a summit is found by Newton's method with numerical derivatives in the same precision. Slow: 0.1 s a point.
Activities far below the range of floating point are welcome: `mpmath.mpf("1e-100000")`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath as mp

from theory.load_surface import Input, check_input
from theory.mean_field import Retrieval, check_retrieval

Number = Any
"""An mpmath number: mpmath has no types to check."""


class PrecisePoint(NamedTuple):
    """A fixed point of retrieval.

    Attributes:
        u, v: margins of active and silent units in units of the noise.
        load: alpha.
        bits_per_unit: information retrieved per unit of one pattern.
    """

    u: Number
    v: Number
    load: Number
    bits_per_unit: Number


def upper_tail(x: Number) -> Number:
    """`Q(x) = P(z > x)`."""
    return mp.erfc(x / mp.sqrt(2)) / 2


def load_of_margins(u: Number, v: Number, activity: Number, input: Input) -> Number:
    """`alpha = sigma^2 (1-C)^2 / q'`, step by step from the definitions; the branch C < 1 is the caller's affair."""
    overlap = upper_tail(-u) - upper_tail(v)
    noise = overlap / (u + v)
    response = (activity * mp.npdf(u) + (1 - activity) * mp.npdf(v)) / noise
    firing = activity * upper_tail(-u) + (1 - activity) * upper_tail(v)
    power = (1 - 2 * activity) * firing + activity**2 if input == "centred" else firing
    return noise**2 * (1 - response) ** 2 / power


def information_of_margins(u: Number, v: Number, activity: Number) -> Number:
    """Bits per unit: the entropy of the output less that of the output given the input."""

    def entropy(x: Number) -> Number:
        return -(x * mp.log(x) + (1 - x) * mp.log1p(-x)) / mp.log(2)

    miss, alarm = upper_tail(u), upper_tail(v)
    firing = activity * (1 - miss) + (1 - activity) * alarm
    return entropy(firing) - activity * entropy(miss) - (1 - activity) * entropy(alarm)


def precise_summit(
    activity: Number | float | str,
    start: tuple[float, float],
    input: Input = "centred",
    retrieval: Retrieval = "threshold",
    informative: bool = False,
    digits: int = 30,
) -> PrecisePoint:
    """The summit of `alpha` (or of `alpha I`) near a starting point.

    Args:
        activity: a, in (0, 1); a string or an mpmath number for values a float cannot hold.
        start: (u, v) near the summit; for k-WTA only u is used.
        input: what the synapses read.
        retrieval: over both margins (threshold) or on the path q = a (k-WTA).
        informative: whether `alpha I` is maximised rather than `alpha`.
        digits: significant digits wanted.

    Raises:
        ValueError: an argument out of range, or no convergence from `start`.
    """
    check_input(input)
    check_retrieval(retrieval)
    if not 0 < mp.mpf(activity) < 1:
        raise ValueError(
            f"activity must be a number strictly between 0 and 1 (fraction of active units), got {activity!r}"
        )
    with mp.workdps(3 * digits):  # numerical second derivatives cost two thirds of them
        a = mp.mpf(activity)

        def height(u: Number, v: Number) -> Number:
            alpha = load_of_margins(u, v, a, input)
            return mp.log(alpha * information_of_margins(u, v, a)) if informative else mp.log(alpha)

        def partner(u: Number) -> Number:
            missed = mp.log(a * upper_tail(u) / (1 - a))
            return mp.findroot(lambda v: mp.log(upper_tail(v)) - missed, start[1])

        first, second = mp.mpf(start[0]), mp.mpf(start[1])
        if retrieval == "kwta":
            u, _ = _climb(lambda x, _: height(x, partner(x)), first, second, digits, path=True)
            v = partner(u)
        else:
            u, v = _climb(height, first, second, digits)
        return PrecisePoint(u, v, load_of_margins(u, v, a, input), information_of_margins(u, v, a))


def _climb(
    height: Callable[[Number, Number], Number], u: Number, v: Number, digits: int, path: bool = False
) -> tuple[Number, Number]:
    """Newton's method for a maximum, with central differences; on a path the height depends on u alone."""
    h = mp.mpf(10) ** -digits
    for _ in range(50):
        here, east, west = height(u, v), height(u + h, v), height(u - h, v)
        slope_u, curve_u = (east - west) / (2 * h), (east - 2 * here + west) / h**2
        if path:
            step_u, step_v = -slope_u / curve_u, mp.mpf(0)
        else:
            north, south = height(u, v + h), height(u, v - h)
            slope_v, curve_v = (north - south) / (2 * h), (north - 2 * here + south) / h**2
            corners = [height(u + h, v + h), height(u - h, v - h), height(u + h, v - h), height(u - h, v + h)]
            cross = (corners[0] + corners[1] - corners[2] - corners[3]) / (4 * h**2)
            det = curve_u * curve_v - cross**2
            step_u, step_v = (cross * slope_v - curve_v * slope_u) / det, (cross * slope_u - curve_u * slope_v) / det
        u, v = u + step_u, v + step_v
        if abs(step_u) + abs(step_v) < mp.mpf(10) ** (-mp.mpf(digits) / 2):  # the next step: of the order of its square
            return u, v
    raise ValueError(f"no summit within 50 Newton steps of the starting point: at u = {u}, v = {v}")
