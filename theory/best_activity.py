r"""The best activity of a finite network, a*(N): exact one-step laws of keyed memories, no Gaussian approximation.

Keys and values are independent codes of exactly k = a N active units. Cued with a key, a unit receives

    covariance:    sum_mu (x^mu - a) (n^mu - c),          Hebb, centred input:    sum_mu x^mu (n^mu - c),

with x^mu its bit in value mu, n^mu the overlap of key mu with the cue, hypergeometric(N, k, k), and c its mean k^2/N
rounded to a 64th, or to an 8th if it is above 1 (so that fields lie on a coarse lattice; it costs at most 1% of the
signal-to-noise ratio). The cued pair, n = k, separates active from silent units by the gap k - c. The other p - 1 terms
are independent and have one law for active and silent units: their exact sum is one FFT. (Keyed access, because an
auto-associative cue of a fixed-size code betrays a unit's bit through the number of the others.) At large N the first
rule has the load alpha(eps, a) of `theory.one_step`, the second 1 - a times as much; the Willshaw rule is in
`theory.willshaw`.

What is counted is the information about a value, at least `log2 binom(N, k) - N H2(a) + N I(a; miss, false alarm)`
bits, at the largest p with at most eps wrong units per active unit.

Why there is an optimum: with Gaussian crosstalk sparser is always better. But a silent unit's crosstalk is a count,
Poisson-like with mean lambda = p k^3 / N^2, and its tail is heavier than the Gaussian one. With `y = lambda / k` the
bits at vanishing error are `y ((1 + y) ln(1 + 1/y) - 1) / ln 2` instead of 1/(2 ln 2): less by a share 1/(3 y), and a
false-alarm rate of order k/N needs `k ~ 2 y ln(N/k)`. So k must be large against ln N, unlike Willshaw's log2 N: at
error rates of 0.01 to 0.1 and N of 10^4 to 10^6 it is 0.5 to 0.9 of (ln N)^2 (Hebb), `a*(N) ~ (ln N)^2 / N`. The
optimum is flat, and with c = 0 thresholds are integers, so that k* jumps a little. The covariance rule, which loses
nothing at a = 1/2, is best *dense* in small networks (N up to 1000 at error rate 0.1), and sparse only beyond.
"""

import functools
import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln

from theory.activity import check_active_units, check_count, check_neurons
from theory.field_law import sum_law
from theory.information import Recall, binary_entropy
from theory.one_step import one_step_load
from theory.willshaw import willshaw_capacity

KeyedRule = Literal["covariance", "hebb", "willshaw"]
"""Rules compared: covariance, Hebb with centred input, clipped Hebb."""


class NothingHeld(ValueError):
    """The error criterion cannot be met with two patterns stored."""


@dataclass(frozen=True)
class FiniteMemory:
    """A keyed memory of N units filled up to an error criterion.

    Attributes:
        neurons: N.
        active: k.
        recall: load, error rates.
    """

    neurons: int
    active: int
    recall: Recall

    @property
    def bits_per_synapse(self) -> float:
        """`p / N^2` times the bits retrieved of one fixed-size value, at least."""
        n, k = self.neurons, self.active
        codes = float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)) / math.log(2)
        lost = n * (float(binary_entropy(k / n)) - self.recall.bits_per_unit)
        return self.recall.load * max(codes - lost, 0.0) / n


class KeyedLaw(NamedTuple):
    """One keyed recall at the threshold with fewest errors, and what a network needs to make it.

    A unit's crosstalk is `sum_mu (N x^mu - k) (parts n^mu - centre)` (covariance) or `sum_mu x^mu (parts n^mu -
    centre)` (Hebb) over the other patterns. Active units of the cued value receive `gap` besides, and units fire from
    `threshold` on.

    Attributes:
        parts: fields are counted in this fraction of an overlap.
        centre: c, in these parts.
        gap: between active and silent units.
        threshold: the lowest field that fires.
        recall: error rates, to about 1e-14 absolute.
    """

    parts: int
    centre: int
    gap: int
    threshold: int
    recall: Recall


def keyed_law(rule: Literal["covariance", "hebb"], neurons: int, active: int, patterns: int) -> KeyedLaw:
    """One keyed recall at the threshold with fewest errors, exactly.

    Raises:
        ValueError: an argument out of range, or too large a lattice: for the covariance rule choose k so that k/N has
            a small denominator.
    """
    if rule not in ("covariance", "hebb"):
        raise ValueError(f"rule must be covariance or hebb, got {rule!r}")
    active, others = check_active_units(active, neurons), check_count(patterns, "patterns") - 1
    if 2 * active > neurons:
        raise ValueError(f"active units must be at most neurons / 2 = {neurons / 2}, got {active}")
    parts = 64 if active * active < neurons else 8
    centre = (2 * parts * active * active + neurons) // (2 * neurons)  # parts * k^2 / N, to the nearest integer
    values, weights, gap = _one_pattern(rule, neurons, active, parts, centre)
    lowest = int(values.min())
    step = math.gcd(int(np.gcd.reduce(values - lowest)), gap)
    first, pmf = sum_law((values - lowest) // step, weights, others)
    below = np.concatenate([[0.0], np.cumsum(pmf)])  # P(crosstalk < point), and beyond the last point 1
    above = np.concatenate([np.cumsum(pmf[::-1])[::-1], [0.0]])
    threshold = np.arange(pmf.size + gap // step + 1)  # fire from this point on
    alarms = above[np.minimum(threshold, pmf.size)]
    misses = below[np.maximum(threshold - gap // step, 0)]
    best = int(np.argmin(active * misses + (neurons - active) * alarms))
    recall = Recall(active / neurons, patterns / neurons, float(misses[best]), float(alarms[best]))
    return KeyedLaw(parts, centre, gap, others * lowest + step * (first + best), recall)


def keyed_recall(rule: Literal["covariance", "hebb"], neurons: int, active: int, patterns: int) -> Recall:
    """The error rates of `keyed_law`, which raises the same errors."""
    return keyed_law(rule, neurons, active, patterns).recall


def _one_pattern(
    rule: Literal["covariance", "hebb"], neurons: int, active: int, parts: int, centre: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Integer values and weights of one pattern's crosstalk, and the gap, in one unit."""
    overlap = np.arange(active + 1)
    # hypergeometric(N, k, k) by the ratio of neighbours
    ratio = (active - overlap[:-1]) ** 2 / ((overlap[1:]) * (neurons - 2.0 * active + overlap[1:]))
    chance = np.exp(np.concatenate([[0.0], np.cumsum(np.log(ratio))]) - np.log(ratio[ratio > 1]).sum())
    chance /= chance.sum()
    kept = chance > 1e-25
    centred = parts * overlap[kept] - centre
    silent, present, gap = 0 * centred, centred, parts * active - centre
    if rule == "covariance":
        silent, present, gap = -active * centred, (neurons - active) * centred, neurons * gap
    level = active / neurons
    weights = np.concatenate([(1 - level) * chance[kept], level * chance[kept]])
    return np.concatenate([silent, present]), weights, gap


def keyed_capacity(rule: KeyedRule, neurons: int, active: int, error_rate: float) -> FiniteMemory:
    """The memory filled until `error_rate` units per active unit are wrong (to one pattern in a thousand).

    Raises:
        NothingHeld: two patterns are too many already.
        ValueError: another argument out of range, or too large a lattice, as `keyed_recall`.
    """
    if rule == "willshaw":
        return FiniteMemory(neurons, active, willshaw_capacity(neurons, active, error_rate, "keyed"))
    guess = one_step_load(error_rate, check_active_units(active, neurons) / neurons).load * neurons
    recalled: dict[int, Recall] = {}

    def excess(log_patterns: float) -> float:
        patterns = max(round(math.exp(log_patterns)), 2)
        recalled[patterns] = keyed_recall(rule, neurons, active, patterns)
        return math.log(max(recalled[patterns].error_rate, 1e-15) / error_rate)

    low, high = math.log(guess) - 0.5, math.log(guess) + 0.2
    while excess(low) > 0:
        low -= 1.0
        if low < 0:
            raise NothingHeld(
                f"{neurons} units with {active} active do not hold two patterns at error rate {error_rate}"
            )
    while excess(high) <= 0:
        high += 0.3
    brentq(excess, low, high, xtol=3e-4)
    allowed = max(patterns for patterns, recall in recalled.items() if recall.error_rate <= error_rate)
    return FiniteMemory(neurons, active, recalled[allowed])


@functools.lru_cache(maxsize=64)
def best_activity(rule: KeyedRule, neurons: int, error_rate: float) -> FiniteMemory:
    """The memory of N units whose code size carries most bits per synapse at `error_rate`: a*(N) = active / N.

    Sizes are compared on a grid of ratio 1.1 (all up to 10), rounded to two digits; near the optimum the bits depend on
    them by less than a hundredth. Hebb and Willshaw: seconds at N = 10^5; covariance: up to N of about 1000.

    Raises:
        ValueError: an argument out of range, or too large a lattice, as `keyed_recall`.
    """
    if rule not in get_args(KeyedRule):
        raise ValueError(f"rule must be one of {', '.join(get_args(KeyedRule))}, got {rule!r}")
    check_neurons(neurons)
    best: FiniteMemory | None = None
    size = 2
    while 2 * size <= neurons:
        try:
            memory = keyed_capacity(rule, neurons, size, error_rate)
        except NothingHeld:
            memory = None
        if memory and (best is None or memory.bits_per_synapse > best.bits_per_synapse):
            best = memory
        if best and memory:  # far beyond the best size, and on the way down
            share = memory.bits_per_synapse / best.bits_per_synapse
            if (size > 2 * best.active and share < 0.75) or (size > 4 * best.active and share < 0.95):
                break
        digit = 10 ** max(len(str(size)) - 2, 0)
        size = max(size + digit, round(1.1 * size / digit) * digit)
    if best is None:
        raise NothingHeld(
            f"{neurons} units do not hold two patterns at error rate {error_rate}, whatever their activity"
        )
    return best
