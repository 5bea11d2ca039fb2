r"""Rows of `X^T X`, counted when a unit first changes and kept for all probes.

Row i holds in how many patterns unit j is active together with i. It is kept as its distance from the row's mean, in 8
or 16 bits; that it fits is checked when it is counted, and a row that does not fit, or for which no place is left, is
counted anew in 32 bits each time. The diagonal, `F_i`, is kept apart. Threads share the rows: the first to need one
claims it, and who meets a row that another thread is counting counts it for itself.
"""

from typing import NamedTuple

import numpy as np

from sims.kernels.atomics import claim, publish, read, take
from sims.kernels.bits import SLACK, active_units
from sims.kernels.columns import column
from sims.kernels.compile import Integer, kernel
from sims.kernels.vectors import LANES, add, load, store, subtract, widen
from sims.kernels.vertical import PLANES, count_units

ABSENT, CLAIMED, KEPT, UNFIT = 0, 1, 2, 3
"""What a row can be."""


class Rows(NamedTuple):
    """Stored patterns and the rows counted so far.

    Attributes:
        words: packed patterns, flat, uint32.
        width: words of a pattern.
        neurons: N; the units of the words may be more.
        patterns: how many are stored.
        columns: the patterns' bits by units (`sims.kernels.columns`), flat, uint32; empty if there is no room for them.
        fired: `F_i`, int64.
        means: the row's mean off the diagonal, rounded, int64.
        status: `ABSENT`, ..., int32.
        places: row of `kept` that holds a unit's row, int32.
        kept: distances from the mean, flat, int8 or int16, a row's length a multiple of 32.
        next: the next free row, int64, shape (1,).
    """

    words: np.ndarray
    width: int
    neurons: int
    patterns: int
    columns: np.ndarray
    fired: np.ndarray
    means: np.ndarray
    status: np.ndarray
    places: np.ndarray
    kept: np.ndarray
    next: np.ndarray


class Desk(NamedTuple):
    """What a thread needs to count a row: bit planes, the counts, a unit's patterns, and these as bits.

    `tally`, int64, grows by the kept rows added or taken away, and by the patterns read to count rows.
    """

    planes: np.ndarray
    counts: np.ndarray
    members: np.ndarray
    bits: np.ndarray
    tally: np.ndarray


@kernel
def desk(rows: Rows) -> Desk:
    """A thread's own desk."""
    most = np.int64(0)
    for unit in range(rows.neurons):
        most = max(most, rows.fired[unit])
    return Desk(
        np.empty((rows.width + LANES) * PLANES, np.uint32),
        np.empty(rows.width * 32, np.int32),
        np.empty(most + SLACK, np.int32),
        np.empty((rows.patterns + 31) // 32, np.uint32),
        np.zeros(2, np.int64),
    )


@kernel
def change(rows: Rows, desk: Desk, unit: Integer, on: bool | np.bool_, sums: np.ndarray) -> Integer:
    """Let `R` of one probe follow a unit that has changed.

    Args:
        rows: the network.
        desk: the thread's own.
        unit: which unit.
        on: whether it is now active.
        sums: `R_i` less a number that is the same for all i, int32 of all units of all words.

    Returns:
        what that number grows by.
    """
    status = read(rows.status, unit)
    length = rows.width * 32
    mean = rows.means[unit]
    if status == ABSENT and claim(rows.status, unit, ABSENT, CLAIMED):
        _count(rows, desk, unit)
        status = UNFIT
        desk.counts[unit] = mean
        if _fits(desk.counts, rows.neurons, mean, rows.kept):
            place = take(rows.next, 0)
            if (place + 1) * length <= len(rows.kept):
                _keep(desk.counts, mean, rows.kept, place * length)
                rows.places[unit] = place
                status = KEPT
        desk.counts[unit] = rows.fired[unit]
        publish(rows.status, unit, status)
    elif status != KEPT:
        _count(rows, desk, unit)
        status = UNFIT
    if status == KEPT:
        start = np.int64(rows.places[unit]) * length
        if on:
            for at in range(0, length, LANES):
                store(sums, at, add(load(sums, at), widen(rows.kept, start + at)))
        else:
            for at in range(0, length, LANES):
                store(sums, at, subtract(load(sums, at), widen(rows.kept, start + at)))
        grown = mean
        desk.tally[0] += 1
        sums[unit] += (rows.fired[unit] - mean) * (1 if on else -1)
    else:
        for index in range(length):
            sums[np.uint64(index)] += desk.counts[np.uint64(index)] * (1 if on else -1)
        grown = 0
    return grown if on else -grown


@kernel
def _count(rows: Rows, desk: Desk, unit: Integer) -> None:
    """Count a row."""
    found = np.uint64(0)
    if len(rows.columns) > 0:
        column(rows.columns, rows.width, unit, desk.bits)
        found = np.uint64(active_units(desk.bits, 0, len(desk.bits), 0, desk.members))
    else:
        bit = np.uint32(1) << np.uint32(unit % 32)
        for pattern in range(rows.patterns):
            if rows.words[np.uint64(pattern * rows.width + unit // 32)] & bit:
                desk.members[found] = pattern
                found += np.uint64(1)
    desk.tally[1] += np.int64(found)
    count_units(rows.words, rows.width, 0, desk.members, 0, np.int64(found), desk.planes, desk.counts)


@kernel
def _fits(counts: np.ndarray, neurons: Integer, mean: Integer, kept: np.ndarray) -> bool | np.bool_:
    """Whether the distances of a row's `neurons` entries from their mean fit into the integers of `kept`."""
    lowest, highest = np.int32(2**31 - 1), np.int32(-(2**31))
    for index in range(neurons):
        lowest = min(lowest, counts[np.uint64(index)])
        highest = max(highest, counts[np.uint64(index)])
    limit = (1 << (8 * kept.itemsize - 1)) - 1
    return highest - mean <= limit and mean - lowest <= limit


@kernel
def _keep(counts: np.ndarray, mean: Integer, kept: np.ndarray, start: Integer) -> None:
    for index in range(len(counts)):
        kept[np.uint64(start + index)] = counts[np.uint64(index)] - mean
