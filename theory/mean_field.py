r"""Fixed points of retrieval in the mean field: capacity, the most informative load, and the branch below capacity.

A state of retrieval is a point (u, v) of the surface `alpha(u, v; a)` (`theory.load_surface`). With a fixed threshold
at its best, the capacity `alpha_c(a)` is the summit of the surface; at a = 1/2 it is that of Amit, Gutfreund &
Sompolinsky (1985), 0.13790557. With k-winners-take-all the states lie on the path `P(s=1) = a`, with a given threshold
on the path `m (v/(u+v) - a) = theta`; the capacity is the first summit of the path met from zero load, and the
retrieval branch is the slope before it. `eta(a)`, the most bits per synapse, is the summit of `alpha I`.

Centred input knows no difference between firing and silence, so that activity 1 - a is activity a with u and v
exchanged. Raw input has no such symmetry (its noise is P(s=1)), except that `B` has it on the k-WTA path.

A summit over *all* thresholds need not be stable at its own fixed threshold: see `theory.stability`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from scipy.special import ndtr

from theory.best_threshold import most_informative_at
from theory.information import Recall
from theory.load_surface import Input, LoadSurface, check_input, log_density
from theory.retrieval_paths import Path, first_summit, threshold_path, winners_path
from theory.solvers import Slopes, bracketed_root, maximise

Retrieval = Literal["threshold", "kwta"]
"""Units fire above a fixed threshold, or the k = aN units with the largest fields fire."""


def check_retrieval(given: str) -> Retrieval:
    """Return `given`, or raise ValueError unless it names one of the two retrievals."""
    if given not in get_args(Retrieval):
        raise ValueError(f"retrieval must be one of {', '.join(get_args(Retrieval))}, got {given!r}")
    return cast(Retrieval, given)


@dataclass(frozen=True)
class FixedPoint:
    """One fixed point of retrieval (mean field).

    Attributes:
        activity: a.
        input: what the synapses read.
        retrieval: how the threshold is set.
        u: margin of the active units in units of the noise, `(m (1-a) - theta) / sigma`.
        v: margin of the silent units, `(theta + m a) / sigma`.
        load: alpha = p / N.
    """

    activity: float
    input: Input
    retrieval: Retrieval
    u: float
    v: float
    load: float

    @property
    def miss_rate(self) -> float:
        """P(an active unit of the pattern is silent), `Phi(-u)`."""
        return float(ndtr(-self.u))

    @property
    def false_alarm_rate(self) -> float:
        """P(a silent unit fires), `Phi(-v)`."""
        return float(ndtr(-self.v))

    @property
    def overlap(self) -> float:
        """`m = 1 - miss - false alarm`."""
        return 1 - self.miss_rate - self.false_alarm_rate

    @property
    def noise(self) -> float:
        """Standard deviation of the crosstalk, sigma, in units of the signal gap at m = 1."""
        return self.overlap / (self.u + self.v)

    @property
    def threshold(self) -> float:
        """theta, in units of the signal gap at m = 1."""
        return self.overlap * (self.v / (self.u + self.v) - self.activity)

    @property
    def response(self) -> float:
        """C: the mean of d<s>/dh, the density of the fields at the threshold."""
        a = self.activity
        return (a * math.exp(log_density(self.u)) + (1 - a) * math.exp(log_density(self.v))) / self.noise

    @property
    def firing_rate(self) -> float:
        """P(s = 1), q."""
        return self.activity * float(ndtr(self.u)) + (1 - self.activity) * self.false_alarm_rate

    @property
    def recall(self) -> Recall:
        """The retrieved bits and their errors."""
        return Recall(self.activity, self.load, self.miss_rate, self.false_alarm_rate)


def critical_point(activity: float, input: Input = "centred", retrieval: Retrieval = "threshold") -> FixedPoint:
    """The fixed point at capacity, `alpha_c(a)`: the largest load with a retrieval state, 1e-12 relative or better.

    Args:
        activity: a, in (0, 1).
        input: what the synapses read.
        retrieval: a fixed threshold, at its best, or k-winners-take-all.

    Raises:
        ValueError: an argument out of range.
        ArithmeticError: no convergence (not met from a = 1e-300 to 1 - 1e-9).
    """
    return _solve(activity, input, retrieval, _critical)


def most_informative_point(activity: float, input: Input = "centred", retrieval: Retrieval = "threshold") -> FixedPoint:
    """The fixed point that retrieves the most bits per synapse, `eta(a) = max alpha I`: `.recall.bits_per_synapse`.

    Raises:
        ValueError, ArithmeticError: as `critical_point`.
    """
    return _solve(activity, input, retrieval, _most_informative)


def spinodal(threshold: float, activity: float, input: Input = "centred") -> FixedPoint:
    """The fixed point at which the retrieval branch of a given fixed threshold ends, as the load grows from zero.

    Args:
        threshold: theta in units of the signal gap, in (-a, 1-a): between the signals of silent and active units.
        activity: a, in (0, 1).
        input: what the synapses read.

    Raises:
        ValueError, ArithmeticError: as `critical_point`.
    """
    return _solve(activity, input, "threshold", _critical, threshold)


def fixed_point(
    load: float,
    activity: float,
    input: Input = "centred",
    retrieval: Retrieval = "threshold",
    threshold: float | None = None,
) -> FixedPoint:
    """The retrieval state at a load: on the branch that starts at perfect retrieval and ends at capacity.

    Args:
        load: alpha, positive.
        activity: a, in (0, 1).
        input: what the synapses read.
        retrieval: a fixed threshold or k-winners-take-all.
        threshold: the fixed threshold, in (-a, 1-a); by default the one that maximises the retrieved information.

    Raises:
        ValueError: an argument out of range, or a load above capacity (which is stated).
        ArithmeticError: no convergence.
    """
    if not (load > 0 and math.isfinite(load)):
        raise ValueError(f"load must be a positive number (patterns per neuron), got {load!r}")
    if threshold is not None and retrieval == "kwta":
        raise ValueError("k-winners-take-all sets its own threshold: give no threshold with retrieval 'kwta'")
    summit = _solve(activity, input, retrieval, _critical, threshold)
    if load > summit.load:
        rule = "" if threshold is None else f" and threshold = {threshold}"
        raise ValueError(
            f"no retrieval at load {load}: the capacity at activity = {activity} ({input} input, {retrieval} "
            f"retrieval){rule} is {summit.load:.10g} patterns per neuron"
        )
    return _solve(activity, input, retrieval, lambda surface, path: _below(surface, path, load), threshold)


Finder = Callable[[LoadSurface, Path | None], tuple[float, float]]


def _solve(
    activity: float, input: Input, retrieval: Retrieval, finder: Finder, threshold: float | None = None
) -> FixedPoint:
    """Find a point (u, v), on the mirrored problem if firing is the rule rather than the exception."""
    mirrored = check_input(input) == "centred" and activity > 0.5
    surface = LoadSurface(1 - activity if mirrored else activity, input)
    path = None
    if check_retrieval(retrieval) == "kwta":
        path = winners_path(surface)
    elif threshold is not None:
        if not -activity < threshold < 1 - activity:
            raise ValueError(
                f"threshold must lie between the signals of silent and active units, -a = {-activity} and "
                f"1 - a = {1 - activity}, got {threshold!r}"
            )
        path = threshold_path(surface, -threshold if mirrored else threshold)
    u, v = finder(surface, path)
    load = math.exp(surface.log_load(u, v).value)
    point = FixedPoint(surface.activity, input, retrieval, u, v, load)
    return replace(point, activity=activity, u=v, v=u) if mirrored else point


def _critical(surface: LoadSurface, path: Path | None) -> tuple[float, float]:
    if path is not None:
        return path.point(first_summit(path, surface.log_load))
    return maximise(surface.log_load, _start(surface))


def _most_informative(surface: LoadSurface, path: Path | None) -> tuple[float, float]:
    def log_bits(u: float, v: float) -> Slopes:
        load = surface.log_load(u, v)
        return Slopes(*(x + y for x, y in zip(load, surface.log_information(u, v), strict=True)))

    if path is not None:
        return path.point(first_summit(path, log_bits))
    return maximise(log_bits, _start(surface))


def _start(surface: LoadSurface) -> tuple[float, float]:
    """Margins near both summits: a few noise units for the active, `ln odds` further for the silent (Bayes)."""
    u = 1.5
    return u, math.sqrt(u * u + 2 * surface.log_odds) if surface.log_odds > 0 else u


def _below(surface: LoadSurface, path: Path | None, load: float) -> tuple[float, float]:
    """The retrieval state at a load below capacity, on a path or, without one, at the most informative threshold."""
    if path is None:
        return most_informative_at(surface, load, _critical(surface, None))

    def excess(t: float) -> float:
        return surface.log_load(*path.point(t)).value - math.log(load)

    low = first_summit(path, surface.log_load)
    high = max(2 * low, 1.0)
    if excess(low) <= 0:  # at capacity, to rounding
        return path.point(low)
    while excess(high) > 0:
        high *= 2
    return path.point(bracketed_root(excess, low, high))
