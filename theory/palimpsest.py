r"""Palimpsests: one-shot memories that forget the oldest items instead of failing for all (Nadal 1986, Parisi 1986).

Items are written for ever; each is kept for a while. The *lifetime* is the number of later writes after which an item
is at the error criterion, counted per key unit (n of them). Three kinds of synapses, keys and dense values +-1:

- *Decaying*, `W <- (1 - lambda) W + dW`: signal `(1-lambda)^t`, crosstalk of a geometric series. Where a memory without
  decay holds alpha n items, any code lives for `ln(y) / y alpha n` with `y = 2 lambda alpha n`, at best alpha n / e.
- *Clipped* to L levels, steps of one: a random walk between two walls. The signal of an item falls as
  `sum_k odd (2/L^2) cot^2(pi k / 2L) cos(pi k / L)^t`, the weight's variance is (L^2-1)/12. At best, with
  L proportional to sqrt(n), the lifetime is 0.295 alpha n.
- *Two-state*, set to the sign of the write with probability q: `SNR(t) = sqrt(n) q (1-q)^t` at large n. However
  q is chosen the lifetime is at most sqrt(n) / (e x) at SNR x (q = e x / sqrt(n)): it grows like sqrt(n), not n (Amit &
  Fusi 1994).

An output reads a wrong sign with probability Q(SNR) (Gaussian crosstalk). The crosstalk of an item is what its weights
vary given that item: their variance less the squared signal, which counts at small n.
"""

import math
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import OptimizeResult, minimize_scalar
from scipy.special import ndtri

from theory.activity import check_count
from theory.block_code import check_error_rate

Real = NDArray[np.float64]

CLIPPED_SHARE, CLIPPED_TIME = 0.2951170, 0.0995881
"""Best lifetime of clipped synapses over the capacity of unbounded ones at large n, and its T = t / L^2: the maximum of
`12 T m(T)^2` with `m(T) = sum_k odd 8 / (pi k)^2 exp(-pi^2 k^2 T / 2)`."""


class Lifetime(NamedTuple):
    """A palimpsest at its best.

    Attributes:
        items: later writes that an item survives.
        parameter: the decay lambda, the number of levels L or the probability q that attains it.
    """

    items: float
    parameter: float


def check_fraction(value: float, name: str) -> float:
    """Return a number, or raise ValueError naming it unless it lies in (0, 1]."""
    if not 0 < value <= 1:
        raise ValueError(f"{name} must lie in (0, 1], got {value!r}")
    return float(value)


def snr_at(error_rate: float) -> float:
    """`x`, the signal-to-noise ratio of an output at the criterion: `Q(x) = error_rate`."""
    return -float(ndtri(check_error_rate(error_rate)))


def decaying_snr(age: ArrayLike, key_units: int, decay: float) -> Real:
    """SNR of an item after `age` later writes, older ones having been written for ever; elementwise.

    Raises:
        ValueError: an argument out of range.
    """
    units, kept = check_count(key_units, "key_units"), 1 - check_fraction(decay, "decay")
    signal = kept ** np.asarray(age, float)
    crosstalk = 1 / (1 - kept**2) - signal**2  # of every other item
    with np.errstate(divide="ignore"):
        return signal * np.sqrt(units / crosstalk)


def decaying_lifetime(capacity: float, decay: float) -> float:
    """Later writes survived, where the same zone without decay holds `capacity` items; zero if the criterion is missed.

    `ln(y) / (2 lambda)` with `y = 2 lambda capacity`, for decay small against 1, any code and error rate.

    Raises:
        ValueError: `capacity` not positive or `decay` outside (0, 1].
    """
    if not capacity > 0:
        raise ValueError(f"capacity (items) must be positive, got {capacity!r}")
    y = 2 * check_fraction(decay, "decay") * capacity
    return max(math.log(y), 0.0) / (2 * decay)


def best_decay(capacity: float) -> Lifetime:
    """The longest lifetime over all decays: `capacity / e`, at `decay = e / (2 capacity)`.

    Raises:
        ValueError: `capacity` not above e/2, which no decay below 1 serves.
    """
    if not capacity > math.e / 2:
        raise ValueError(f"capacity (items) must exceed e/2, got {capacity!r}")
    return Lifetime(capacity / math.e, math.e / (2 * capacity))


def clipped_signal(age: ArrayLike, levels: int) -> Real:
    """Mean change of a weight, towards the sign written, that is left after `age` later writes (steps of 1).

    Args:
        age: elementwise.
        levels: L >= 2; weights are -(L-1)/2, ..., (L-1)/2.

    Raises:
        ValueError: fewer than 2 levels.
    """
    size = check_count(levels, "levels", minimum=2)
    mode = np.arange(1, size, 2)
    with np.errstate(divide="ignore"):
        decays = np.cos(np.pi * mode / size) ** np.asarray(age, float)[..., None]
    return (2 / size**2 / np.tan(np.pi * mode / (2 * size)) ** 2 * decays).sum(axis=-1)


def clipped_snr(age: ArrayLike, key_units: int, levels: int) -> Real:
    """SNR of an item after `age` later writes in a zone of clipped synapses that has been written for ever.

    Raises:
        ValueError: an argument out of range.
    """
    units, signal = check_count(key_units, "key_units"), clipped_signal(age, levels)
    crosstalk = np.maximum((levels**2 - 1) / 12 - signal**2, 0.0)  # none is left of two levels just after a write
    with np.errstate(divide="ignore"):
        return signal * np.sqrt(units / crosstalk)


def best_clipped(error_rate: float, key_units: int) -> Lifetime:
    """The longest lifetime over the number of levels, exact for Gaussian crosstalk.

    Raises:
        ValueError: an argument out of range.
    """
    wanted = snr_at(error_rate)
    middle = math.sqrt(CLIPPED_SHARE / CLIPPED_TIME * check_count(key_units, "key_units")) / wanted  # at large n
    levels = range(max(int(middle / 2), 2), int(2 * middle) + 4)
    return max(Lifetime(float(_last_age(key_units, each, wanted)), float(each)) for each in levels)


def two_state_snr(age: ArrayLike, key_units: int, probability: float) -> Real:
    """SNR of an item after `age` later writes, each of which sets a synapse with a probability; elementwise.

    Raises:
        ValueError: an argument out of range.
    """
    units, rate = check_count(key_units, "key_units"), check_fraction(probability, "probability")
    signal = rate * (1 - rate) ** np.asarray(age, float)
    with np.errstate(divide="ignore"):
        return signal * np.sqrt(units / (1 - signal**2))


def best_two_state(error_rate: float, key_units: int) -> Lifetime:
    """The longest lifetime over q: `ln(sqrt(n + x^2) q / x) / -ln(1-q)`.

    It tends to `sqrt(n) / (e x)` at `q = e x / sqrt(n)`.

    Raises:
        ValueError: an argument out of range.
    """
    ratio = math.hypot(1.0, math.sqrt(check_count(key_units, "key_units")) / snr_at(error_rate))
    found = minimize_scalar(
        lambda q: math.log(ratio * q) / math.log1p(-q),
        bounds=(1 / ratio, 1 - 1e-12),
        method="bounded",
        options={"xatol": 1e-12},
    )
    best = cast(OptimizeResult, found)
    return Lifetime(-float(best.fun), float(best.x))


def _last_age(key_units: int, levels: int, wanted: float) -> int:
    """The last age at which the SNR, which never rises, is at least `wanted`; 0 if there is none."""
    if clipped_snr(0, key_units, levels) < wanted:
        return 0
    low, high = 0, 1
    while clipped_snr(high, key_units, levels) >= wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if clipped_snr(middle, key_units, levels) >= wanted else (low, middle)
    return low
