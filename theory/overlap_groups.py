r"""One step of retrieval by groups of patterns with the same overlap: what the counts of overlaps leave to chance.

The covariance rule stores p patterns without self-coupling and one of them, with exactly k = a N active units, is the
cue. In units of the gap, with `d = a` for centred and 0 for raw input, unit i of the cue s has the field

    h_i = 1/(N v) sum_mu (xi_i^mu - a) sum_{j != i} (xi_j^mu - a)(s_j - d),      v = a (1 - a).

Let n be a pattern's overlap with the cue. The inner sum over all j is `n - a k` whenever the cue's silent units add
nothing to it that varies: for raw input, and for centred input if patterns have exactly k active units. Then all that
unit i sees of a pattern is its overlap and whether i belongs to it, and with P_n other patterns of overlap n

    N v h_i = signal_i + sum_n [ P_n base_i(n) + step_i(n) B_in ],     B_in: how many of the P_n contain unit i,
    step_i(n) = n - a k - (1 - 2a)(s_i - d),      base_i(n) = -a (n - a k) - a^2 (s_i - d).

What is exact:

- {P_n} is multinomial, of p - 1 patterns with overlaps n: binomial (k, a) for Bernoulli, hypergeometric for fixed-size
  codes.
- Given {P_n}, an active unit has B_in ~ Binomial(P_n, n / k), independent over n. A silent one has Binomial(P_n, a)
  for Bernoulli and Binomial(P_n, (k - n) / (N - k)) for fixed-size codes. Every unit's law given {P_n}, and with it the
  mean of every count of wrong units, is exact.
- Bernoulli codes with raw input: given {P_n} the silent units are independent of one another and of the active ones.
  The number that fires is binomial.
- Each of the P_n patterns contains a random n-set of the k active units, for either code (in fixed-size codes also a
  random (k - n)-set of the silent ones). Given {P_n} these units are dependent, but negatively associated: each
  pattern's memberships are, as a random set of fixed size, a pattern acts on all these units in one direction, and
  patterns are independent (Joag-Dev & Proschan 1983). So independent draws of their fields give counts of wrong units
  with the exact mean and at least the exact variance.
- Bernoulli codes with centred input: the inner sum depends on the pattern's silent units too, and the silent units are
  not independent given {P_n}. They are left out here; `theory.field_law` has their law unit by unit.

So fixed-size codes are taken with centred and Bernoulli codes with raw input. Their crosstalk has variance
`alpha a (1-a)` and `alpha a` at large N.
"""

import functools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from theory.activity import Code, active_units, check_activity, check_code, check_count, check_neurons
from theory.characteristic import upper_tail

FINEST = 1000
"""Largest denominator q of the activity r/q."""

_RAREST = -60.0
"""Overlaps this much rarer than the commonest one, in natural logarithms, are left out: 1e-26."""

_WORK_GIVEN = 2**14
"""Frequencies times terms evaluated for a tail probability given the counts."""

_WORK = 2**20
"""The same for one that holds on average."""

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class OverlapGroups:
    """The groups of patterns with the same overlap, and how they act on the cue's units.

    Fields, bases and steps are integers: `scale` of them are one gap, as in `sims.fields`.

    Attributes:
        code: law of the stored patterns; fixed-size codes have centred and Bernoulli codes raw input.
        neurons: N.
        activity: a = r/q with q at most `FINEST`; a N must be whole.

    Raises:
        ValueError: a field out of range.
    """

    code: Code
    neurons: int
    activity: float

    def __post_init__(self) -> None:
        check_code(self.code)
        check_neurons(self.neurons)
        level = Fraction(check_activity(self.activity)).limit_denominator(FINEST)
        if abs(float(level) - self.activity) > 1e-12 or (level * self.neurons).denominator > 1:
            raise ValueError(
                f"activity must be a fraction with a denominator of at most {FINEST} and make whole patterns of "
                f"neurons = {self.neurons}, got {self.activity!r}"
            )

    @property
    def input(self) -> Literal["centred", "raw"]:
        """The input that the code is taken with."""
        return "centred" if self.code == "fixed-size" else "raw"

    @property
    def active(self) -> int:
        """Active units of the cue, k."""
        return active_units(self.neurons, self.activity)

    @functools.cached_property
    def level(self) -> Fraction:
        """The activity as a fraction r/q."""
        return Fraction(self.active, self.neurons)

    @property
    def scale(self) -> int:
        """The integer that a field of one gap amounts to, `q^3 N a (1-a)`."""
        r, q = self.level.numerator, self.level.denominator
        return self.neurons * q * r * (q - r)

    @functools.cached_property
    def _law(self) -> tuple[Counts, NDArray[np.float64]]:
        """Overlaps and their probabilities, by ratios of neighbours."""
        active, silent = self.active, self.neurons - self.active
        first = max(0, active - silent) if self.code == "fixed-size" else 0
        n = np.arange(first, active, dtype=np.float64)
        if self.code == "fixed-size":
            ratio = (active - n) ** 2 / ((n + 1) * (silent - active + n + 1))
        else:
            ratio = (active - n) / (n + 1) * float(self.level / (1 - self.level))
        log = np.append(0.0, np.cumsum(np.log(ratio)))
        kept = np.flatnonzero(log - log.max() > _RAREST)
        weights = np.exp(log[kept] - log.max())
        return kept + first, weights / weights.sum()

    @property
    def overlaps(self) -> Counts:
        """n, shape (group,)."""
        return self._law[0]

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """P(a stored pattern has overlap n), shape (group,)."""
        return self._law[1]

    def members(self, active: bool) -> NDArray[np.float64]:
        """P(a pattern of overlap n contains a given active, or a given silent, unit), shape (group,)."""
        if active:
            return self.overlaps / self.active
        if self.code == "bernoulli":
            return np.full(self.overlaps.shape, float(self.level))
        return (self.active - self.overlaps) / (self.neurons - self.active)

    def steps(self, active: bool) -> Counts:
        """What a pattern that contains the unit adds to its field besides the base, shape (group,)."""
        r, q = self.level.numerator, self.level.denominator
        return q * (q * (q * self.overlaps - r * self.active) - (q - 2 * r) * self._shown(active))

    def bases(self, active: bool) -> Counts:
        """What a pattern of overlap n adds to a unit's field in any case, shape (group,)."""
        r, q = self.level.numerator, self.level.denominator
        return -r * q * (q * self.overlaps - r * self.active) - r * r * self._shown(active)

    def signal(self, active: bool) -> int:
        """The field that the cue's own pattern gives a unit."""
        r, q = self.level.numerator, self.level.denominator
        on, off = ((q - r) * self._shown(True), -r * self._shown(False))
        own = self.active * on + (self.neurons - self.active) * off
        return (q * active - r) * (own - (on if active else off))

    def threshold(self, gaps: float) -> int:
        """The largest field at which a unit stays silent if it fires above `gaps`."""
        return math.floor(gaps * self.scale)

    def rate_given(self, counts: Counts, active: bool, threshold: int) -> float:
        """P(an active, or a silent, unit fires), exactly, given how many other patterns have each overlap.

        Args:
            counts: P_n, shape (group,).
            active: of an active unit, or of a silent one.
            threshold: the unit fires where its field is larger.
        """
        steps, members = self.steps(active), self.members(active)
        random = (counts > 0) & (members > 0) & (members < 1) & (steps != 0)
        certain = self.signal(active) + int(counts @ self.bases(active))
        certain += int(counts[members == 1] @ steps[members == 1])
        counts, steps, members = counts[random], steps[random], members[random]
        if not counts.size:
            return float(certain > threshold)
        spacing = int(np.gcd.reduce(steps))
        mean = float(counts @ (members * steps))
        deviation = math.sqrt(counts @ (members * (1 - members) * steps.astype(np.float64) ** 2))

        def log_characteristic(t: NDArray[np.float64]) -> NDArray[np.complex128]:
            angles = np.multiply.outer(t, steps)
            half = np.sin(angles / 2) ** 2
            size = np.log1p(-np.minimum(4 * members * (1 - members) * half, 1 - 1e-16)) / 2
            turn = np.arctan2(members * np.sin(angles), 1 - 2 * members * half) - angles * members
            return size @ counts + 1j * (turn @ counts)

        middle = ((threshold - certain) // spacing + 0.5) * spacing - mean
        return upper_tail(log_characteristic, deviation, middle, spacing, _WORK_GIVEN // counts.size)

    def rate(self, patterns: int, active: bool, threshold: int) -> float:
        """P(an active, or a silent, unit fires) when `patterns` are stored, the cue included: exactly, at any N.

        Raises:
            ValueError: fewer than two patterns.
        """
        others = check_count(patterns, "patterns", minimum=2) - 1
        steps, bases, members = self.steps(active), self.bases(active), self.members(active)
        weights = np.concatenate([self.probabilities * (1 - members), self.probabilities * members])
        values = np.concatenate([bases, bases + steps])[weights > 0]
        weights = weights[weights > 0]
        spacing = int(np.gcd.reduce(values - values[0])) or 1
        mean = float(values @ weights)
        centred = values - mean

        def log_characteristic(t: NDArray[np.float64]) -> NDArray[np.complex128]:
            angles = np.multiply.outer(t, centred)
            real, imaginary = -2 * np.sin(angles / 2) ** 2 @ weights, np.sin(angles) @ weights
            size = np.log1p(np.maximum(2 * real + real**2 + imaginary**2, 1e-16 - 1)) / 2  # NumPy's loses digits
            return others * (size + 1j * np.arctan2(imaginary, 1 + real))

        lowest = self.signal(active) + others * int(values[0])
        middle = lowest + ((threshold - lowest) // spacing + 0.5) * spacing
        middle -= self.signal(active) + others * mean
        deviation = math.sqrt(others * float(centred**2 @ weights))
        return upper_tail(log_characteristic, deviation, middle, spacing, _WORK // values.size)

    def _shown(self, active: bool) -> int:
        """`q (s_i - d)`."""
        return self.level.denominator * active - self.level.numerator * (self.input == "centred")
