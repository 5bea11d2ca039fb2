r"""The load at which a state of given margins is a fixed point of retrieval, with its exact derivatives.

Mean field at zero temperature (replica symmetric, equivalently the self-consistent signal-to-noise analysis of Amit,
Gutfreund & Sompolinsky 1985, Tsodyks & Feigelman 1988, Shiino & Fukai 1992; not rigorous): the field of unit i is
`(xi_i - a) m + sigma z`, z standard normal, with overlap m and noise `sigma^2 = alpha q' / (1 - C)^2`. With the
normalised margins `u = (m(1-a) - theta)/sigma` of the active and `v = (theta + m a)/sigma` of the silent units

    m = Phi(u) - Phi(-v),   q = a Phi(u) + (1-a) Phi(-v),   sigma = m/(u+v),   C = (a phi(u) + (1-a) phi(v))/sigma,
    q' = E(s-a)^2 = (1-2a) q + a^2 (centred input),   q' = E s^2 = q (raw input),

and eliminating theta, sigma and C leaves the load as an explicit function on the plane of margins,

    alpha(u, v; a) = B^2 / q',   B = (Phi(u) - Phi(-v))/(u+v) - a phi(u) - (1-a) phi(v),   where B > 0, u + v > 0.

Every fixed point is a point of this surface, so a capacity is its summit, or the summit of a path across it. All
terms of silent units are formed as `exp(log odds + log tail)`, relative to the activity: nothing under- or overflows
down to a = 1e-300.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, cast, get_args

from scipy.special import log_ndtr, ndtr

from theory.activity import check_activity
from theory.solvers import Slopes

Input = Literal["centred", "raw"]
"""What the synapses read: `s - a` (the mean activity subtracted, as in the covariance rule) or the raw state s."""

_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)


class LogSlope(NamedTuple):
    """The logarithm of one first derivative, with its own first derivatives.

    Attributes:
        value: the logarithm.
        du, dv: its derivatives.
    """

    value: float
    du: float
    dv: float


_OUTSIDE = Slopes(-math.inf, *(math.nan,) * 5)


def check_input(given: str) -> Input:
    """Return `given`, or raise ValueError unless it names one of the two inputs."""
    if given not in get_args(Input):
        raise ValueError(f"input must be one of {', '.join(get_args(Input))}, got {given!r}")
    return cast(Input, given)


def log_density(x: float) -> float:
    """Natural logarithm of the normal density, for one number."""
    return -0.5 * x * x - _LOG_ROOT_TWO_PI


def _hazard(x: float) -> float:
    """`phi(x) / Phi(-x)`, at every distance from zero."""
    return math.exp(log_density(x) - float(log_ndtr(-x)))


@dataclass(frozen=True)
class LoadSurface:
    """`log alpha(u, v)` and `log I(u, v)` at one activity and input, with derivatives.

    Attributes:
        activity: a, in (0, 1).
        input: centred or raw.

    Raises:
        ValueError: activity or input out of range.
    """

    activity: float
    input: Input

    def __post_init__(self) -> None:
        check_activity(self.activity)
        check_input(self.input)

    @cached_property
    def log_odds(self) -> float:
        """`ln((1-a)/a)`: how many silent units there are for every active one."""
        return math.log1p(-self.activity) - math.log(self.activity)

    def log_load(self, u: float, v: float) -> Slopes:
        """`ln alpha(u, v)`; value minus infinity, slopes nan, where no fixed point has these margins."""
        a, s = self.activity, u + v
        hit, fired = float(ndtr(u)), math.exp(self.log_odds + float(log_ndtr(-v)))  # per active unit
        active, silent = math.exp(log_density(u)), math.exp(self.log_odds + log_density(v))
        thin = math.exp(log_density(v))  # phi(v), of which `silent` is the (1-a)/a-fold
        overlap = hit - float(ndtr(-v))
        gap = overlap / s - a * (active + silent) if s > 0 else -1.0
        if gap <= 0:
            return _OUTSIDE
        slope = overlap / s**2
        gap_u = active / s - slope + a * u * active
        gap_v = thin / s - slope + a * v * silent
        gap_uu = -u * active / s - 2 * active / s**2 + 2 * slope / s + a * active * (1 - u * u)
        gap_uv = -(active + thin) / s**2 + 2 * slope / s
        gap_vv = -v * thin / s - 2 * thin / s**2 + 2 * slope / s + a * silent * (1 - v * v)
        centring = 1 - 2 * a if self.input == "centred" else 1.0
        power = centring * (hit + fired) + (a if self.input == "centred" else 0.0)  # q' / a
        p_u, p_v = centring * active / power, -centring * silent / power
        b_u, b_v = gap_u / gap, gap_v / gap
        return Slopes(
            2 * math.log(gap) - math.log(power) - math.log(a),
            2 * b_u - p_u,
            2 * b_v - p_v,
            2 * (gap_uu / gap - b_u * b_u) + u * p_u + p_u * p_u,
            2 * (gap_uv / gap - b_u * b_v) + p_u * p_v,
            2 * (gap_vv / gap - b_v * b_v) + v * p_v + p_v * p_v,
        )

    def information_slopes(self, u: float, v: float) -> tuple[LogSlope, LogSlope]:
        """`ln dI/du` and `ln dI/dv`, I in nats per unit, however small the slopes are. Needs overlap > 0.

        `dI/du = a phi(u) ln[P(1|1) P(0) / (P(0|1) P(1))]` and `dI/dv = (1-a) phi(v) ln[P(0|0) P(1) / (P(1|0) P(0))]`,
        P(output | unit) and P(output): what one output says of a unit.
        """
        on, off, log_on, log_off = self._outputs(u, v)
        active = self.activity * math.exp(log_density(u))
        silent = (1 - self.activity) * math.exp(log_density(v))
        mixture = 1 / on + 1 / off
        says_active = float(log_ndtr(u)) - float(log_ndtr(-u)) + log_off - log_on
        says_silent = float(log_ndtr(v)) - float(log_ndtr(-v)) + log_on - log_off
        log_active = math.log(self.activity) + log_density(u)
        return (
            LogSlope(
                log_active + math.log(says_active),
                (_hazard(u) + _hazard(-u) - active * mixture) / says_active - u,
                silent * mixture / says_active,
            ),
            LogSlope(
                log_active + self.log_odds + 0.5 * (u - v) * (u + v) + math.log(says_silent),
                active * mixture / says_silent,
                (_hazard(v) + _hazard(-v) - silent * mixture) / says_silent - v,
            ),
        )

    def log_information(self, u: float, v: float) -> Slopes:
        """`ln I(u, v)`, I the mutual information in nats per unit; value minus infinity where the overlap is <= 0.

        I is summed as `a KL(active || all) + (1-a) KL(silent || all)`, as in `theory.information`.
        """
        a = self.activity
        if u + v <= 0:
            return _OUTSIDE
        on, off, log_on, log_off = self._outputs(u, v)
        rise = on - float(ndtr(-v))  # = a (1 - miss - false alarm)
        information = (
            a * float(ndtr(u)) * (float(log_ndtr(u)) - log_on)
            + a * float(ndtr(-u)) * (float(log_ndtr(-u)) - log_off)
            + math.exp(math.log1p(-a) + float(log_ndtr(-v))) * (float(log_ndtr(-v)) - log_on)
            + (1 - a) * float(ndtr(v)) * math.log1p(rise / off)
        )
        log_value = math.log(information)
        active, silent = self.information_slopes(u, v)
        i_u, i_v = math.exp(active.value - log_value), math.exp(silent.value - log_value)
        return Slopes(log_value, i_u, i_v, i_u * (active.du - i_u), i_u * (active.dv - i_v), i_v * (silent.dv - i_v))

    def _outputs(self, u: float, v: float) -> tuple[float, float, float, float]:
        """P(s=1), P(s=0) and their natural logarithms."""
        a = self.activity
        on = a * (float(ndtr(u)) + math.exp(self.log_odds + float(log_ndtr(-v))))
        off = a * float(ndtr(-u)) + (1 - a) * float(ndtr(v))
        return (on, off, math.log(on), math.log1p(-on)) if on < 0.5 else (on, off, math.log1p(-off), math.log(off))
