"""`R_i` of many probes at once, counted from the patterns.

With overlaps `n^mu = sum_i xi_i^mu s_i`, `R_i = sum_mu xi_i^mu n^mu` costs two additions for every active unit of
every pattern, each of as many probes as a vector holds. Tasks own patterns, or a range of units, so that no two
threads add to the same sum; the patterns' active units are listed by the first kind of task for the second.
"""

import numpy as np

from sims.kernels.atomics import take
from sims.kernels.bits import SLACK, active_units
from sims.kernels.compile import Integer, kernel
from sims.kernels.vectors import LANES, add, load, store, widen, zero_bytes

PROBES = 64
"""Probes that are counted at once."""

RANGE = 32
"""Words of units that a task owns: their sums stay in a core's own memory."""

PATTERNS = 128
"""Patterns that a task owns."""

SMALL = 127
"""Ones that a signed byte can add up."""


@kernel
def overlaps(
    tickets: np.ndarray,
    tasks: Integer,
    words: np.ndarray,
    width: Integer,
    starts: np.ndarray,
    states: np.ndarray,
    found: np.ndarray,
    most: np.ndarray,
    ranges: np.ndarray,
    units: np.ndarray,
) -> None:
    """`n^mu` of `PROBES` probes, and lists of active units.

    Args:
        tickets: see `sims.kernels.threads`.
        tasks: likewise.
        words: packed patterns, flat, uint32.
        width: words of a pattern.
        starts: where the active units of each pattern are listed, int64, one more than patterns.
        states: (unit, probe), flat, int8.
        found: the overlaps, (pattern, probe), flat, int16 or int32.
        most: the largest overlap of each pattern, int64.
        ranges: where each range of units begins in a pattern's list, (pattern, range + 1), flat, int32.
        units: the lists, counted from the beginning of a range, uint16.
    """
    own = np.empty(width * 32 + SLACK, np.uint16)
    some = np.empty(PROBES, np.int8)
    number, parts = len(starts) - 1, (width + RANGE - 1) // RANGE
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        for pattern in range(task * PATTERNS, min(number, (task + 1) * PATTERNS)):
            place, count, added = pattern * PROBES, 0, 0
            for probe in range(PROBES):
                found[np.uint64(place + probe)] = 0
            total = zero_bytes()
            for part in range(parts):
                first, last = pattern * width + part * RANGE, pattern * width + min(width, (part + 1) * RANGE)
                ranges[np.uint64(pattern * (parts + 1) + part)] = count
                more = active_units(words, first, last, 0, own[count:])
                for index in range(count, count + more):
                    if added == SMALL:
                        _collect(found, place, some, total)
                        total, added = zero_bytes(), 0
                    unit = part * RANGE * 32 + np.int64(own[np.uint64(index)])
                    total = add(total, load(states, unit * PROBES))
                    added += 1
                count += more
            _collect(found, place, some, total)
            ranges[np.uint64(pattern * (parts + 1) + parts)] = count
            largest = 0
            for probe in range(PROBES):
                largest = max(largest, found[np.uint64(place + probe)])
            most[pattern] = largest
            for index in range(count):
                units[np.uint64(starts[pattern] + index)] = own[np.uint64(index)]


@kernel
def _collect(found: np.ndarray, place: Integer, some: np.ndarray, total: object) -> None:
    store(some, 0, total)
    for probe in range(PROBES):
        found[np.uint64(place + probe)] += some[np.uint64(probe)]


@kernel
def sums(
    tickets: np.ndarray,
    tasks: Integer,
    starts: np.ndarray,
    found: np.ndarray,
    most: np.ndarray,
    ranges: np.ndarray,
    units: np.ndarray,
    largest: Integer,
    result: np.ndarray,
) -> None:
    """Add `R_i` of at most `PROBES` probes to (probe, unit), int32, from what `overlaps` leaves.

    Sums are kept in integers of the overlaps' own kind, and moved to 32 bits before the summed largest overlaps of the
    patterns can exceed `largest`, the largest such integer.
    """
    block, lanes = RANGE * 32 * PROBES, LANES * 4 // found.itemsize
    small, total = np.zeros(block, found.dtype), np.empty(block, np.int32)
    probes, stride = result.shape
    parts = (stride + RANGE * 32 - 1) // (RANGE * 32)
    flat = result.reshape(-1)
    while True:
        part = take(tickets, 0)
        if part >= tasks:
            return
        total[:] = 0
        bound = 0
        for pattern in range(len(starts) - 1):
            if bound + most[pattern] > largest:
                _move(small, total)
                bound = 0
            bound += most[pattern]
            at = np.uint64(pattern * (parts + 1) + part)
            first, last = starts[pattern] + ranges[at], starts[pattern] + ranges[at + np.uint64(1)]
            for lane in range(0, probes, lanes):
                own = load(found, pattern * PROBES + lane)
                for index in range(first, last):
                    place = np.int64(units[np.uint64(index)]) * PROBES + lane
                    store(small, place, add(load(small, place), own))
        _move(small, total)
        begin = part * RANGE * 32
        for probe in range(probes):
            for unit in range(min(stride - begin, RANGE * 32)):
                flat[np.uint64(probe * stride + begin + unit)] += total[np.uint64(unit * PROBES + probe)]


@kernel
def _move(small: np.ndarray, total: np.ndarray) -> None:
    """Add sums to those of 32 bits, and empty them."""
    for place in range(0, len(small), LANES):
        store(total, place, add(load(total, place), widen(small, place)))
    small[:] = 0
