r"""The Willshaw rule (clipped Hebb), exactly, at every finite N, and its ln 2 law.

Patterns are fixed-size codes of k active among N units. A synapse is set to 1 by the first pattern that is active at
both its ends, and stays so. A cue of k active units is presented, and a unit fires if the synapses from all of them
are set: theta = k. Active units of the recalled pattern always fire, so there are no misses. Two kinds of access:

* *auto*: the cue is the stored pattern itself, and units have synapses to themselves (without them theta = k would
  silence the pattern). A silent unit is not in the cue. Each of the P other patterns contains it with probability k/N,
  and then a random (k-1)-subset of the other M = N - 1 units.
* *keyed*: cue and pattern are independent codes. The value of each of the P other pairs contains the silent unit with
  probability k/N; its key is a random k-subset of the M = N cue units.

With n = k - 1 or k, inclusion and exclusion over the s of the k synapses that stay empty gives the false-alarm rate

    f = sum_s (-1)^s binom(k, s) [1 - (k/N) (1 - w_s)]^P,     w_s = binom(M - s, n) / binom(M, n).

Taking the k synapses as independent gives `rho^k`, rho the density of set synapses (Willshaw, Buneman &
Longuet-Higgins 1969). It is too small, for synapses of one unit fill together: at N = 200, k = 5, P = 699 (auto)
0.00228 against 0.00297. With the keyed density `1 - (1 - k^2/N^2)^P` in the place of the auto one it is 0.0056.

The ln 2 law: with `k ~ log2 N` and half the synapses set, `P = ln 2 (N/k)^2` patterns of `k log2(N/k)` bits make
`ln 2 = 0.693` bits per synapse, of the N^2. In *auto* only N^2/2 of them differ, and 2 ln 2 bits are more than a
two-state synapse can hold: the units of the cue tell of one another what the synapses need not. *Keyed* access counts
what the synapses hold.
"""

import functools
import math
from typing import Any, cast

import mpmath as mp
from scipy.optimize import brentq

from theory.activity import Access, check_access, check_active_units, check_count
from theory.information import Recall

WILLSHAW_LIMIT = math.log(2)
"""Bits per synapse as N -> oo with k ~ log2 N."""


def set_synapses(neurons: int, active: int, others: int, access: Access = "auto") -> float:
    """rho: the probability that a synapse between different units is set after `others` patterns.

    Raises:
        ValueError: an argument out of range.
    """
    active, others = check_active_units(active, neurons), check_count(others, "others", minimum=0)
    both = (
        active * (active - 1) / (neurons * (neurons - 1)) if check_access(access) == "auto" else (active / neurons) ** 2
    )
    return -math.expm1(others * math.log1p(-both)) if both < 1 else float(others > 0)


def false_alarm_rate(neurons: int, active: int, others: int, access: Access = "auto") -> float:
    """P(a silent unit fires), exactly, with `others` patterns stored besides the recalled one.

    The alternating sum loses about k bits and all those by which its value is small: it is taken with as many as that
    needs, so the result has full relative precision. 1 ms at k = 10, 0.3 s at k = 500.

    Args:
        neurons: N.
        active: k, below N.
        others: P.
        access: auto (with self-synapses) or keyed.

    Raises:
        ValueError: an argument out of range.
    """
    active, others = check_active_units(active, neurons), check_count(others, "others", minimum=0)
    if active == neurons:
        raise ValueError(f"active units must be fewer than neurons = {neurons}, got {active}: no unit would be silent")
    # Patterns needed to fill k synapses: two of k - 1 (and none will do for k = 1), or one of k.
    if others < 1 or (check_access(access) == "auto" and (others < 2 or active < 2)):
        return 0.0
    precision = active + 64
    while True:
        with mp.workprec(precision):
            total = mp.fsum(count * mp.exp(others * log) for count, log in _empty(neurons, active, access, precision))
            if total > mp.ldexp(1, active + 56 - precision):
                return float(total)
        precision *= 2


@functools.lru_cache(maxsize=8)
def _empty(neurons: int, active: int, access: Access, precision: int) -> list[tuple[int, Any]]:
    """For s = 0..k: `(-1)^s binom(k, s)`, and the log of the chance that one pattern leaves s given synapses empty."""
    units, chosen = (neurons - 1, active - 1) if access == "auto" else (neurons, active)
    terms, ways, hit = [], 1, mp.mpf(0)  # hit = 1 - w_s, summed up as such: it is tiny in a large network
    with mp.workprec(precision):
        for s in range(active + 1):
            if s > 0:
                ways = ways * (active - s + 1) // s
                hit += (1 - hit) * chosen / (units - s + 1)
            terms.append(((-1) ** s * ways, mp.log1p(-mp.mpf(active) / neurons * hit)))
    return terms


def willshaw_recall(neurons: int, active: int, patterns: int, access: Access = "auto") -> Recall:
    """What is retrieved with `patterns` stored, the recalled one included.

    Raises:
        ValueError: an argument out of range.
    """
    alarms = false_alarm_rate(neurons, active, check_count(patterns, "patterns") - 1, access)
    return Recall(active / neurons, patterns / neurons, 0.0, alarms)


def willshaw_capacity(neurons: int, active: int, error_rate: float, access: Access = "auto") -> Recall:
    """The largest number of patterns with at most `error_rate` wrong units per active unit in the mean.

    Exact up to 2^50 patterns, to 1e-10 relative beyond.

    Raises:
        ValueError: an argument out of range, or a code that has no capacity (auto with one active unit).
    """
    active = check_active_units(active, neurons)
    silent = (neurons - active) / active
    if not 0 < error_rate < silent:
        raise ValueError(
            f"error_rate must lie strictly between 0 and {silent:.6g} silent units per active unit, got {error_rate!r}"
        )
    if check_access(access) == "auto" and active == 1:
        raise ValueError("an auto-associative code of one active unit never fills a synapse: its capacity is unlimited")

    def excess(others: int) -> float:
        alarms = false_alarm_rate(neurons, active, others, access)
        return math.log(alarms * silent / error_rate) if alarms > 0 else -math.inf

    # independent synapses, rho^k = error_rate / silent, give a first bracket
    density = (error_rate / silent) ** (1 / active)
    low = max(2, math.floor(-math.log1p(-density) * (neurons / active) ** 2 / 2))
    while low > 2 and excess(low) > 0:
        low //= 2
    high = 2 * low
    while excess(high) <= 0:
        low, high = high, 2 * high
    if low > 2 or excess(low) <= 0:
        ends = math.log(low) - 1e-9, math.log(high) + 1e-9  # so that rounding keeps the signs at the ends
        root = math.exp(cast(float, brentq(lambda x: excess(round(math.exp(x))), *ends, xtol=1e-11)))
        narrow, wide = math.floor(root * (1 - 1e-9)) - 1, math.ceil(root * (1 + 1e-9)) + 1
        low, high = max(low, narrow), min(high, wide)
    else:
        low, high = 0, 3
    while high - low > max(1, low >> 50):
        middle = (low + high) // 2
        low, high = (middle, high) if excess(middle) <= 0 else (low, middle)
    return willshaw_recall(neurons, active, low + 1, access)
