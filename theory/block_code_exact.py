r"""Bit errors of keyed one-shot zones at every finite size, exactly, and the most items a zone holds.

*Dense values.* Keys are independent signs: the crosstalk on an output is a sum of (p-1) n independent signs against a
signal of n (p items, n key units), and an output is wrong with binomial probability.

*Block values.* A key consists of B blocks of K units with one of them active (keys of blocks: K = M, B = n/M;
independent signs are n blocks of K = 2, of which one unit each is kept). Item mu shares `m_mu` ~ Binomial(B, 1/K) of
the cue's active units, and adds `m_mu - B/K` to the one output of a block that its value has active (a common shift is
left out). An output that c of the other items chose is therefore at `m - c B/K`, m ~ Binomial(c B, 1/K), plus
`B (1 - 1/K)` for the right one; the counts c of the M outputs are multinomial. Small zones with sparse keys are far
from Gaussian: at a = 1/64 and n = 480 a key shares an active unit with one other key in nine.

Multinomial counts are independent Poisson counts given that they add up to p - 1. So the probability that the right
output wins is one coefficient of a generating function, `E x^total [right wins]` for independent Poisson counts, in
which the M - 1 other outputs are a power; it is read off on the unit circle. Of equal fields either wins, with equal
chance: averaging `(less + s equal)^(M-1)` over s in [0, 1] does that. A zone with n = 1000 takes about a second.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from theory.activity import check_count
from theory.block_code import Keys, block_size, check_error_rate, check_keys, load_at_error

Real = NDArray[np.float64]

_TIE_NODES = 12
"""Exact for ties in blocks of up to 24 outputs, and to rounding in larger ones, where ties are few."""


def check_key_units(key_units: int, activity: float, keys: Keys = "independent") -> int:
    """Return `key_units` as an int, or raise ValueError unless they make keys of this kind."""
    units, size = check_count(key_units, "key_units"), block_size(activity)
    if check_keys(keys) == "block" and activity != 0.5 and units % size:
        below = units - units % size
        fits = f"{below} or {below + size}" if below else f"{size}"
        raise ValueError(
            f"{units} key units do not make whole blocks of {size} units (activity 1/{size}): take a multiple, "
            f"such as {fits}"
        )
    return units


@lru_cache(maxsize=4096)
def exact_bit_error(items: int, key_units: int, activity: float, keys: Keys = "independent") -> float:
    """Wrong bits per bit with `items` stored, the one asked for included; accurate to about 1e-12 absolute.

    Raises:
        ValueError: an argument out of range, or keys that do not fill whole blocks.
    """
    others = check_count(items, "items") - 1
    units, size = check_key_units(key_units, activity, keys), block_size(activity)
    if others == 0:
        return 0.0
    if activity == 0.5:
        return _sign_error(others * units, units)
    key_blocks, key_size = (units, 2) if keys == "independent" else (units // size, size)
    return size / (2 * (size - 1)) * _block_error(others, size, key_blocks, key_size)


@lru_cache(maxsize=1024)
def most_items(error_rate: float, key_units: int, activity: float, keys: Keys = "independent") -> int:
    """The most items of which at most `error_rate` of the bits are wrong, exactly (at least 1).

    Raises:
        ValueError: an argument out of range, or keys that do not fill whole blocks.
    """
    units = check_key_units(key_units, activity, keys)
    guess = load_at_error(check_error_rate(error_rate), activity, keys) * units

    def excess(items: int) -> float:
        return math.log(max(exact_bit_error(items, units, activity, keys), 1e-300) / error_rate)

    low, high = 1, max(int(guess), 2)
    below, above = -700.0, excess(high)
    while above <= 0:
        low, below, high = high, above, high + high // 8 + 1
        above = excess(high)
    while high - low > 1:  # interpolate in the logarithms, kept off the ends of the bracket
        share = min(max(-below / (above - below), 0.1), 0.9)
        middle = min(max(round(low * (high / low) ** share), low + 1), high - 1)
        found = excess(middle)
        if found <= 0:
            low, below = middle, found
        else:
            high, above = middle, found
    return low


def _sign_error(signs: int, signal: int) -> float:
    """P(the sum of independent signs is below -signal), and half of it where they are equal."""
    doubled = signs - signal  # sum = 2 Y - signs
    if doubled < 0:
        return 0.0
    below = float(stats.binom.cdf(doubled // 2, signs, 0.5))
    return below if doubled % 2 else below - 0.5 * float(stats.binom.pmf(doubled // 2, signs, 0.5))


@dataclass(frozen=True)
class _Crosstalk:
    """The law of an output's crosstalk, `(K m - c B) / K`, given the number c of other items that chose it.

    Attributes:
        first: the smallest m of each row, (count,).
        chances: P(m = first + column | c), (count, column); what is left out has a chance below 1e-17.
        levels: K m - c B of every entry, (count, column).
    """

    counts: NDArray[np.int64]
    blocks: int
    size: int
    first: NDArray[np.int64]
    chances: Real
    levels: NDArray[np.int64]

    def below(self, levels: NDArray[np.int64]) -> tuple[Real, Real]:
        """P(crosstalk < level | c) and P(crosstalk = level | c): (count, level)."""
        room = levels[None, :] + self.blocks * self.counts[:, None]  # compare K m with this
        columns = self.chances.shape[1]
        cumulated = np.concatenate([np.zeros((self.counts.size, 1)), np.cumsum(self.chances, axis=1)], axis=1)
        place = -(-room // self.size) - self.first[:, None]
        less = np.take_along_axis(cumulated, np.clip(place, 0, columns), axis=1)
        met = (room % self.size == 0) & (place >= 0) & (place < columns)
        equal = np.where(met, np.take_along_axis(self.chances, np.clip(place, 0, columns - 1), axis=1), 0.0)
        return less, equal


def _crosstalk(counts: NDArray[np.int64], blocks: int, size: int) -> _Crosstalk:
    trials = counts * blocks
    reach = _reach(float(trials[-1]) / size)
    first = np.maximum(trials // size - reach, 0)
    shared = first[:, None] + np.arange(2 * reach + 2)
    chances = stats.binom.pmf(shared, trials[:, None], 1 / size)
    return _Crosstalk(counts, blocks, size, first, chances, size * shared - trials[:, None])


def _reach(mean: float) -> int:
    """How far a Poisson count, or a binomial one of this mean, strays with chance 1e-17 (Bernstein's inequality)."""
    return int(9 * math.sqrt(mean)) + 40


def _block_error(others: int, size: int, key_blocks: int, key_size: int) -> float:
    """P(another output wins), for a number of other items, outputs a block, key blocks and units in each."""
    mean = others / size
    counts = np.arange(max(int(mean) - _reach(mean), 0), min(int(mean) + _reach(mean), others) + 1)
    weights = stats.poisson.pmf(counts, mean)
    law = _crosstalk(counts, key_blocks, key_size)
    likely = weights[:, None] * law.chances > 1e-19
    levels = np.unique(law.levels[likely])
    own = np.zeros((counts.size, levels.size))  # P(own crosstalk is at a level | count)
    row, _ = np.nonzero(likely)
    own[row, np.searchsorted(levels, law.levels[likely])] = law.chances[likely]
    less, equal = law.below(levels + key_blocks * (key_size - 1))

    # totals that fold onto `others` are `points` away, where the Poisson law has fallen by more than 1e-16
    points = int(9 * math.sqrt(others)) + 60
    angles = 2 * np.pi * np.arange(points // 2 + 1) / points
    folded = np.where((np.arange(angles.size) == 0) | (2 * np.arange(angles.size) == points), 1.0, 2.0)
    turns = np.outer(angles, counts)
    powers = np.concatenate([weights * np.cos(turns), weights * np.sin(turns)])  # real and imaginary: (angle, count)

    def over_counts(table: Real) -> NDArray[np.complex128]:
        real, imaginary = np.split(powers @ table, 2)
        return real + 1j * imaginary

    joint = over_counts(own) * (folded * np.exp(-1j * angles * others))[:, None]  # (angle, level)
    below, tied = over_counts(less), over_counts(equal)
    matters = np.abs(joint) * (np.abs(below) + np.abs(tied)) ** (size - 1) > 1e-19
    joint, below, tied = joint[matters], below[matters], tied[matters]
    nodes, node_weights = np.polynomial.legendre.leggauss(_TIE_NODES)
    wins = sum(
        0.5 * weight * (below + 0.5 * (1 + node) * tied) ** (size - 1)
        for node, weight in zip(nodes, node_weights, strict=True)
    )
    right = float((joint * wins).real.sum()) / points / float(stats.poisson.pmf(others, others))
    return min(max(1 - right, 0.0), 1 - 1 / size)
