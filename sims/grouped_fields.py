"""Fields drawn from the counts of overlaps: exact one-step retrieval of networks whose patterns are never stored.

`theory.overlap_groups` says what is exact. Two kernels draw:

- `unit_fields`: every unit on its own. How many of the P_n patterns of overlap n contain it is drawn from its binomial
  law by an alias table (Walker 1977), one word of 64 random bits a draw. A table serves all units, so a unit costs
  one draw for each overlap that occurs.
- `active_fields`: all active units jointly. Each pattern of overlap n draws a random n-set of them, so that it costs
  as many draws as it has members among the active units.

Random words are those of a counter (`sims.kernels.philox`): results do not depend on the number of threads.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int32, Int64, UInt32, UInt64
from scipy import stats

from sims.kernels import philox
from sims.kernels.atomics import take
from sims.kernels.compile import Integer, kernel
from sims.kernels.threads import share, threads
from theory.overlap_groups import OverlapGroups

BLOCK = 4096
"""Units that a task owns."""

PATTERNS = 4096
"""Patterns that a task owns."""

AHEAD = 256
"""Random words drawn at a time for the members of patterns."""

COLUMNS = 2**32 - 1
"""The kind of random words that choose members; smaller ones number the overlaps."""

_REACH = 9.5
"""Standard deviations of a binomial law that its table holds, and some 40 values more: all but 1e-19."""


class Tables(NamedTuple):
    """Alias tables of one binomial law after another.

    Attributes:
        starts: where each law's table begins, the last one's end included.
        bits: each table has `2^bits` entries.
        lowest: the value of each table's first entry.
        limits: an entry keeps a random fraction of `64 - bits` bits below this.
        others: the entry that gets the rest.
    """

    starts: Int64[np.ndarray, " ends"]
    bits: Int64[np.ndarray, " law"]
    lowest: Int64[np.ndarray, " law"]
    limits: UInt64[np.ndarray, " entry"]
    others: Int32[np.ndarray, " entry"]


def binomial_tables(counts: Int64[np.ndarray, " law"], members: Float[np.ndarray, " law"]) -> Tables:
    """The tables of Binomial(counts, members), to the rounding of a probability (1e-16 of the whole)."""
    mean, deviation = counts * members, np.sqrt(counts * members * (1 - members))
    reach = _REACH * deviation + 40
    lowest = np.maximum(np.floor(mean - reach), 0).astype(np.int64)
    highest = np.minimum(np.ceil(mean + reach), counts).astype(np.int64)
    bits = np.array([max(int(size).bit_length(), 1) for size in highest - lowest], np.int64)
    starts = np.append(0, np.cumsum(2**bits))
    values = np.arange(starts[-1]) + np.repeat(lowest - starts[:-1], 2**bits)
    weights = stats.binom.pmf(values, np.repeat(counts, 2**bits), np.repeat(members, 2**bits))
    weights[values > np.repeat(highest, 2**bits)] = 0
    limits, others = np.empty(starts[-1], np.uint64), np.empty(starts[-1], np.int32)
    _alias(starts, bits, weights, limits, others)
    return Tables(starts, bits, lowest, limits, others)


@kernel
def _alias(starts: np.ndarray, bits: np.ndarray, weights: np.ndarray, limits: np.ndarray, others: np.ndarray) -> None:
    """Fill the tables: entries below the average are filled up from those above it (Vose 1991)."""
    for law in range(len(bits)):
        first, size = starts[law], 1 << bits[law]
        share_of = weights[first : first + size] * (size / weights[first : first + size].sum())
        queue = np.empty(size, np.int64)
        small, large = 0, size  # entries below the average from the front, the others from the back
        for entry in range(size):
            others[first + entry] = entry
            if share_of[entry] < 1.0:
                queue[small] = entry
                small += 1
            else:
                large -= 1
                queue[large] = entry
        whole = 2.0 ** (64 - bits[law])
        done = np.ones(size)
        while small > 0 and large < size:
            small -= 1
            poor, rich = queue[small], queue[large]
            done[poor] = share_of[poor]
            others[first + poor] = rich
            share_of[rich] -= 1.0 - share_of[poor]
            if share_of[rich] < 1.0:
                large += 1
                queue[small] = rich
                small += 1
        for entry in range(size):
            limits[first + entry] = np.uint64(min(done[entry], 1.0) * whole)


@kernel
def _add_members(
    tickets: np.ndarray,
    tasks: Integer,
    key: np.ndarray,
    side: Integer,
    numbers: np.ndarray,
    steps: np.ndarray,
    starts: np.ndarray,
    bits: np.ndarray,
    lowest: np.ndarray,
    limits: np.ndarray,
    others: np.ndarray,
    fields: np.ndarray,
) -> None:
    """Add to the fields what the patterns do that contain each unit: group `numbers` has its own random words."""
    words = np.empty(2 * BLOCK, np.uint32)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        begin = task * BLOCK
        size = min(BLOCK, len(fields) - begin)
        for group in range(len(steps)):
            philox.write(key[0], key[1], task, 2 * numbers[group] + side, 0, words)
            first, shift, step = np.uint64(starts[group]), np.uint64(bits[group]), steps[group]
            mask, least = (np.uint64(1) << shift) - np.uint64(1), lowest[group]
            for unit in range(size):
                high = np.uint64(words[np.uint64(unit)]) << np.uint64(32)
                word = high | np.uint64(words[np.uint64(unit + BLOCK)])
                entry = word & mask
                place = first + entry
                value = np.int64(entry)
                if (word >> shift) >= limits[place]:
                    value = np.int64(others[place])
                fields[np.uint64(begin + unit)] += step * (least + value)


@kernel
def _add_columns(
    tickets: np.ndarray,
    tasks: Integer,
    key: np.ndarray,
    overlaps: np.ndarray,
    ends: np.ndarray,
    steps: np.ndarray,
    desks: np.ndarray,
    fields: np.ndarray,
) -> None:
    """Add to each thread's own fields what the patterns do: each draws as many members as its overlap says."""
    own = fields[take(desks, 0)]
    active = len(own)
    refused = np.uint64((2**32 - active) % active)
    stock = np.empty(AHEAD, np.uint32)
    seen = np.full(active, -1, np.int64)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        used, counter = AHEAD, 0
        begin, end = task * PATTERNS, min((task + 1) * PATTERNS, ends[-1])
        group = np.searchsorted(ends, begin, side="right")
        for pattern in range(begin, end):
            while ends[group] <= pattern:
                group += 1
            wanted, step = overlaps[group], steps[group]
            if 2 * wanted > active:  # those left out are fewer
                wanted = active - wanted
                for unit in range(active):
                    own[unit] += step
                step = -step
            drawn = 0
            while drawn < wanted:
                if used == AHEAD:
                    philox.write(key[0], key[1], task, COLUMNS, counter, stock)
                    counter, used = counter + AHEAD // philox.BLOCK, 0
                product = np.uint64(stock[np.uint64(used)]) * np.uint64(active)
                used += 1
                if (product & np.uint64(0xFFFFFFFF)) < refused:
                    continue
                unit = product >> np.uint64(32)
                if seen[unit] != pattern:
                    seen[unit] = pattern
                    own[unit] += step
                    drawn += 1


def unit_fields(
    groups: OverlapGroups,
    counts: Int64[np.ndarray, " group"],
    active: bool,
    units: int,
    key: UInt32[np.ndarray, " two"],
) -> Int64[np.ndarray, " unit"]:
    """The fields of some active, or some silent, units, drawn independently from their exact law given the counts.

    Args:
        groups: of the network and its cue.
        counts: P_n, how many other patterns have each overlap.
        active: whether the units belong to the cue.
        units: how many to draw.
        key: two random words, used for nothing else.

    Returns:
        Fields in units of `gap / groups.scale`.
    """
    chosen = np.flatnonzero(counts)
    tables = binomial_tables(counts[chosen], groups.members(active)[chosen])
    fields = np.full(units, groups.signal(active) + int(counts @ groups.bases(active)), np.int64)
    steps = groups.steps(active)[chosen]
    share(_add_members, -(-units // BLOCK), key, int(active), chosen, steps, *tables, fields)
    return fields


def active_fields(
    groups: OverlapGroups, counts: Int64[np.ndarray, " group"], key: UInt32[np.ndarray, " two"]
) -> Int64[np.ndarray, " unit"]:
    """The fields of all active units, drawn from their exact joint law given the counts; arguments as `unit_fields`."""
    chosen = np.flatnonzero(counts)
    ends = np.cumsum(counts[chosen])
    fields = np.zeros((threads(), groups.active), np.int64)
    desks = np.zeros(1, np.int64)
    arguments = (key, groups.overlaps[chosen], ends, groups.steps(True)[chosen], desks, fields)
    share(_add_columns, -(-int(ends[-1]) // PATTERNS), *arguments)
    return fields.sum(axis=0) + (groups.signal(True) + int(counts @ groups.bases(True)))
