r"""The exact law of a unit's field after one step of retrieval, at every finite N, and the errors it causes.

`p` patterns are stored without self-coupling and one of them is presented as the cue. Unit i receives the field

    Hebb:        h_i = (1/N)  sum_mu xi_i^mu        sum_{j != i} xi_j^mu xi_j,
    covariance:  h_i = 1/(N v) sum_mu (xi_i^mu - a) sum_{j != i} (xi_j^mu - a)(xi_j - a),     v = a (1 - a),

and fires where `h_i > theta`. The field is the signal, which separates active from silent units by a gap (about `a`
for Hebb, 1 for covariance), plus the crosstalk of the p - 1 other patterns, which are independent given the cue: its
exact law is the (p-1)-fold convolution of one discrete law with a few atoms, computed here by FFT. `theory.one_step`
has its Gaussian limit.
"""

import functools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from theory.activity import (
    Code,
    Rule,
    active_units,
    check_activity,
    check_code,
    check_count,
    check_neurons,
    check_rule,
)

LARGEST_LATTICE = 2**24
"""Points of the largest field lattice computed (0.8 GB of FFT workspace)."""

_WIDTH = 48.0
"""Standard deviations kept; what lies beyond folds back with a probability far below rounding."""


@dataclass(frozen=True)
class FieldLaw:
    """The exact law of one unit's field, on a lattice.

    Attributes:
        lowest: field of the first lattice point (in units where the field is as defined in the module).
        spacing: distance of neighbouring lattice points.
        pmf: probability of each lattice point, shape (points,).
    """

    lowest: float
    spacing: float
    pmf: NDArray[np.float64]

    @property
    def values(self) -> NDArray[np.float64]:
        """The lattice points, shape (points,)."""
        return self.lowest + self.spacing * np.arange(self.pmf.size, dtype=np.float64)

    @property
    def mean(self) -> float:
        """Mean field."""
        return float(self.values @ self.pmf)

    @property
    def variance(self) -> float:
        """Variance of the field."""
        return float((self.values - self.mean) ** 2 @ self.pmf)

    def exceeds(self, threshold: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """P(field > threshold), elementwise."""
        tail = np.minimum(np.concatenate([np.cumsum(self.pmf[::-1])[::-1], [0.0]]), 1.0)  # 1 to rounding, never above
        first = np.floor((np.asarray(threshold) - self.lowest) / self.spacing + 1e-9).astype(np.int64) + 1
        return tail[np.clip(first, 0, self.pmf.size)]


class OneStepError(NamedTuple):
    """Retrieval after one step at a given threshold.

    Attributes:
        threshold: the firing threshold, in the units of the field.
        miss_rate: P(an active unit of the pattern stays silent).
        false_alarm_rate: P(a silent unit fires).
        error_rate: wrong units per unit, `a * miss + (1 - a) * false alarm`.
    """

    threshold: float
    miss_rate: float
    false_alarm_rate: float
    error_rate: float


class _Atoms(NamedTuple):
    """Integer-valued atoms of one pattern's contribution to a field; `scale` turns them into field units."""

    values: NDArray[np.int64]
    weights: NDArray[np.float64]
    signal: float
    scale: float


def _overlap_counts(
    code: Code, neurons: int, activity: float, cued: int, fired: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Joint law of (active among the cue's `cued` active units, active among its silent ones), unit i left out.

    `fired` is the other pattern's state at unit i, which shifts a fixed-size code's counts.
    """
    inside = np.arange(cued + 1)
    if code == "fixed-size":
        rest = active_units(neurons, activity) - fired
        return inside, rest - inside, stats.hypergeom.pmf(inside, neurons - 1, cued, rest)
    outside = np.arange(neurons - cued)
    weight = np.outer(stats.binom.pmf(inside, cued, activity), stats.binom.pmf(outside, neurons - 1 - cued, activity))
    kept = weight > 1e-18
    first, second = np.nonzero(kept)
    return inside[first], outside[second], weight[kept]


@functools.lru_cache(maxsize=8)
def _atoms(code: Code, rule: Rule, neurons: int, activity: float, active: bool) -> _Atoms:
    size = active_units(neurons, activity)
    level = Fraction(size, neurons) if code == "fixed-size" else Fraction(activity).limit_denominator(10**6)
    r, q = level.numerator, level.denominator
    cued = size - int(active)  # active units of the cue other than unit i
    values, weights = [], []
    for fired in (0, 1):
        inside, outside, weight = _overlap_counts(code, neurons, float(level), cued, fired)
        if rule == "hebb":
            value = fired * inside
        else:  # (xi_i - a) * sum_j (xi_j - a)(cue_j - a), times q^3: exact integers
            centred = (q - r) * (q * inside - r * cued) - r * (q * outside - r * (neurons - 1 - cued))
            value = (q * fired - r) * centred
        values.append(value)
        weights.append(weight * float(level if fired else 1 - level))
    if rule == "hebb":
        return _Atoms(np.concatenate(values), np.concatenate(weights), cued * int(active), 1 / neurons)
    v = float(level * (1 - level))
    own = q * cued * (q - 2 * r) + r * r * (neurons - 1)  # q^2 * sum_{j != i} (cue_j - a)^2
    signal = float((q * int(active) - r) * own)
    return _Atoms(np.concatenate(values), np.concatenate(weights), signal, 1 / (q**3 * neurons * v))


def sum_law(index: NDArray[np.int64], weights: NDArray[np.float64], terms: int) -> tuple[int, NDArray[np.float64]]:
    """The exact law of the sum of `terms` independent copies of an integer variable, by FFT (to 1e-15 absolute).

    Args:
        index: its values, at least 0, shape (atoms,).
        weights: their probabilities, shape (atoms,).
        terms: number of copies.

    Returns:
        The first value kept, and the probabilities of it and the following ones, shape (points,).

    Raises:
        ValueError: a lattice of more than `LARGEST_LATTICE` points.
    """
    mean = float(index @ weights)
    deviation = math.sqrt(max(terms * float((index - mean) ** 2 @ weights), 1.0))
    reach = int(min(_WIDTH * deviation, terms * float(index.max())) + index.max()) + 2
    points = 1 << (reach - 1).bit_length()  # a power of two, for the FFT
    if points > LARGEST_LATTICE:
        raise ValueError(
            f"the exact law of this crosstalk needs a lattice of {points} points, at most {LARGEST_LATTICE} are "
            "allowed: choose an activity that is a fraction with a small denominator"
        )
    single = np.bincount(index % points, weights=weights, minlength=points)
    folded = np.fft.irfft(np.fft.rfft(single) ** terms, points)
    first = max(0, round(terms * mean) - points // 2)  # the window of the lattice that holds the mass
    pmf = np.clip(np.roll(folded, -(first % points)), 0.0, None)
    return first, pmf / pmf.sum()


def field_law(code: Code, rule: Rule, neurons: int, activity: float, patterns: int, active: bool) -> FieldLaw:
    """The exact law of the field of one unit when a stored pattern with `k = active_units(N, a)` units is the cue.

    Args:
        code: law of the other patterns (the cue itself always has k active units).
        rule: learning rule; no self-coupling.
        neurons: N.
        activity: a; for a fixed-size code k/N takes its place.
        patterns: number of stored patterns p, the cue included.
        active: whether the unit is active in the cue.

    Raises:
        ValueError: an argument out of range, or a lattice of more than `LARGEST_LATTICE` points (the covariance
            rule's lattice is fine when a = r/q with small q: choose N and a accordingly).
    """
    code, rule = check_code(code), check_rule(rule)
    neurons, activity = check_neurons(neurons), check_activity(activity)
    others = check_count(patterns, "patterns") - 1
    atoms = _atoms(code, rule, neurons, activity, active)
    base = int(atoms.values.min())
    step = int(np.gcd.reduce(atoms.values - base)) or 1
    index = (atoms.values - base) // step
    first, pmf = sum_law(index, atoms.weights, others)
    lowest = (others * base + first * step + atoms.signal) * atoms.scale
    return FieldLaw(lowest, step * atoms.scale, pmf)


def one_step_error(
    code: Code, rule: Rule, neurons: int, activity: float, patterns: int, threshold: float | None = None
) -> OneStepError:
    """Error rates of one step of retrieval, exactly; at the threshold with fewest errors unless one is given.

    Raises:
        ValueError: as `field_law`.
    """
    on = field_law(code, rule, neurons, activity, patterns, active=True)
    off = field_law(code, rule, neurons, activity, patterns, active=False)
    level = active_units(neurons, activity) / neurons
    if threshold is None:
        between = np.concatenate([on.values + on.spacing / 2, off.values + off.spacing / 2])
        errors = level * (1 - on.exceeds(between)) + (1 - level) * off.exceeds(between)
        threshold = float(between[np.argmin(errors)])
    miss, alarm = 1 - float(on.exceeds(threshold)), float(off.exceeds(threshold))
    return OneStepError(threshold, miss, alarm, level * miss + (1 - level) * alarm)
