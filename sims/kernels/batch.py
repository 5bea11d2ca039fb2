"""Many rows of `X^T X` at once: the patterns are read once, 512 units of some thousand of them at a time.

Such a piece of the patterns stays in a core's own memory while all rows are counted in these units, so that the rows
cost additions and no longer the reading of patterns from far away.
"""

import numpy as np

from sims.kernels.atomics import take
from sims.kernels.bits import active_units
from sims.kernels.columns import column
from sims.kernels.compile import Integer, kernel
from sims.kernels.rows import Rows, desk
from sims.kernels.vectors import LANES, add, load, store
from sims.kernels.vertical import PLANES, count_units

PIECE = 24_576
"""Patterns of a piece, of 64 bytes each: one and a half megabytes."""

UNITS = 32 * LANES
"""Units of a piece."""


@kernel
def members(
    tickets: np.ndarray,
    tasks: Integer,
    rows: Rows,
    wanted: np.ndarray,
    groups: np.ndarray,
    ends: np.ndarray,
    found: np.ndarray,
) -> None:
    """List the patterns of wanted units.

    Args:
        tickets: see `sims.kernels.threads`.
        tasks: groups.
        rows: the network.
        wanted: units, ascending, int32.
        groups: where each group of units of the same piece begins in `wanted`, and where the last ends; int64.
        ends: where each wanted unit's patterns begin in `found`, and where the last ends; int64.
        found: the result, int32.
    """
    own = desk(rows)
    places = np.empty(UNITS, np.int64)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        first, last = groups[task], groups[task + 1]
        if len(rows.columns) > 0:
            for index in range(first, last):
                column(rows.columns, rows.width, np.int64(wanted[index]), own.bits)
                count = active_units(own.bits, 0, len(own.bits), 0, own.members)
                for place in range(count):
                    found[np.uint64(ends[index] + place)] = own.members[np.uint64(place)]
            continue
        for index in range(first, last):
            places[index - first] = ends[index]
        for pattern in range(rows.patterns):
            for index in range(first, last):
                unit = wanted[np.uint64(index)]
                word = rows.words[np.uint64(pattern * rows.width + unit // 32)]
                if (word >> np.uint32(unit % 32)) & np.uint32(1):
                    found[np.uint64(places[np.uint64(index - first)])] = pattern
                    places[np.uint64(index - first)] += 1


@kernel
def count_rows(
    tickets: np.ndarray,
    tasks: Integer,
    rows: Rows,
    wanted: np.ndarray,
    ends: np.ndarray,
    found: np.ndarray,
    place: Integer,
    fits: np.ndarray,
) -> None:
    """Count wanted rows into `kept` from row `place` on.

    Args:
        tickets: see `sims.kernels.threads`.
        tasks: pieces of units.
        rows: the network.
        wanted: units, int32.
        ends: as `members` takes them.
        found: as `members` leaves them.
        place: the first of so many free rows of `kept`.
        fits: uint8, 1 for each wanted row; set to 0 where its entries' distances from their mean do not fit.
    """
    piece = np.empty(min(PIECE, rows.patterns) * LANES, np.uint32)
    planes, counts = np.empty(LANES * PLANES, np.uint32), np.empty(UNITS, np.int32)
    several = rows.patterns > PIECE
    totals = np.empty(len(wanted) * UNITS if several else 0, np.int32)
    at_member = np.empty(len(wanted), np.int64)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        at = min(task * LANES, rows.width - LANES)
        totals[:] = 0
        for index in range(len(wanted)):
            at_member[index] = ends[index]
        for begin in range(0, rows.patterns, PIECE):
            stop = min(rows.patterns, begin + PIECE)
            for pattern in range(begin, stop):
                store(piece, (pattern - begin) * LANES, load(rows.words, pattern * rows.width + at))
            for index in range(len(wanted)):
                first = at_member[index]
                last = _below(found, first, ends[index + 1], stop)
                at_member[index] = last
                count_units(piece, LANES, begin, found, first, last, planes, counts)
                if several:
                    for unit in range(0, UNITS, LANES):
                        place_of = index * UNITS + unit
                        store(totals, place_of, add(load(totals, place_of), load(counts, unit)))
                elif not _keep(rows, wanted[index], counts, 0, place + index, at * 32):
                    fits[index] = 0
        if several:
            for index in range(len(wanted)):
                if not _keep(rows, wanted[index], totals, index * UNITS, place + index, at * 32):
                    fits[index] = 0


@kernel
def _keep(rows: Rows, unit: Integer, counts: np.ndarray, first: Integer, place: Integer, begin: Integer) -> bool:
    """Store a row's counts in `UNITS` units from `begin` on, less its mean; return whether they fit.

    The diagonal is stored as 0.
    """
    mean = rows.means[unit]
    if begin <= unit < begin + UNITS:
        counts[first + unit - begin] = mean
    lowest, highest = np.int32(mean), np.int32(mean)
    for index in range(min(UNITS, rows.neurons - begin)):
        value = counts[np.uint64(first + index)]
        lowest, highest = min(lowest, value), max(highest, value)
    target = place * rows.width * 32 + begin
    for index in range(UNITS):
        rows.kept[np.uint64(target + index)] = counts[np.uint64(first + index)] - mean
    return max(highest - mean, mean - lowest) < 1 << (8 * rows.kept.itemsize - 1)


@kernel
def _below(values: np.ndarray, first: Integer, last: Integer, bound: Integer) -> Integer:
    """The first place from `first` on, or `last`, where ascending values are no longer below a bound."""
    while first < last:
        middle = (first + last) // 2
        if values[middle] < bound:
            first = middle + 1
        else:
            last = middle
    return first
