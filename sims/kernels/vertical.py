"""Vertical counters: in how many of some bit-packed patterns every unit is active.

Counters are bit planes, to which sixteen patterns at a time are added by carry-save adders (Harley & Seal; Mula, Kurz &
Lemire 2018): two logical operations a pattern for 512 units.
"""

import numpy as np

from sims.kernels.compile import Integer, kernel
from sims.kernels.vectors import LANES, add, both, differ, load, majority, parity, store, where_set, zero

GROUP = 16
"""Patterns that are added at a time."""

LOW = 4
"""Planes that adding so many patterns always changes."""

PLANES = 32
"""Bit planes that a counter can need."""


@kernel
def count_units(
    words: np.ndarray,
    width: Integer,
    base: Integer,
    members: np.ndarray,
    first: Integer,
    last: Integer,
    planes: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Count the patterns `members[first:last]` in which each unit is active.

    Args:
        words: packed patterns, flat (uint32), each of `width >= LANES` words.
        width: words of a pattern.
        base: number of the pattern that stands first in `words`.
        members: numbers of patterns (int32).
        first: where the list begins.
        last: where it ends.
        planes: scratch, uint32, `PLANES` for each word, words rounded up to whole vectors.
        counts: the result, int32, of all units of all words.
    """
    used = LOW
    while (last - first) >> used:
        used += 1
    blocks = (width + LANES - 1) // LANES
    for place in range(0, blocks * used * LANES, LANES):
        store(planes, place, zero())
    stop = last - (last - first) % GROUP
    for place in range(first, stop, GROUP):
        _add_group(words, width, base, members, place, planes, used)
    if stop < last:
        _add_rest(words, width, base, members, stop, last, planes, used)
    for block in range(blocks):
        at = min(block * LANES, width - LANES)
        for word in range(LANES):
            for half in range(np.uint32(2)):
                total = zero()
                for plane in range(used):
                    bits = planes[np.uint64((block * used + plane) * LANES + word)]
                    total = add(total, where_set(bits, np.uint32(half), np.int32(1 << plane)))
                store(counts, (at + word) * 32 + np.int64(half) * LANES, total)


@kernel
def _add_rest(
    words: np.ndarray,
    width: Integer,
    base: Integer,
    members: np.ndarray,
    first: Integer,
    last: Integer,
    planes: np.ndarray,
    used: Integer,
) -> None:
    """Add fewer than `GROUP` patterns to the planes: counted by themselves first, in four bits."""
    for block in range((width + LANES - 1) // LANES):
        at, at_plane = min(block * LANES, width - LANES), block * used * LANES
        ones, twos, fours, eights = zero(), zero(), zero(), zero()
        for place in range(first, last):
            carry = load(words, (np.int64(members[np.uint64(place)]) - base) * width + at)
            carry, ones = both(ones, carry), differ(ones, carry)
            carry, twos = both(twos, carry), differ(twos, carry)
            carry, fours = both(fours, carry), differ(fours, carry)
            eights = differ(eights, carry)
        old = load(planes, at_plane)
        store(planes, at_plane, differ(old, ones))
        carry = both(old, ones)
        old = load(planes, at_plane + LANES)
        store(planes, at_plane + LANES, parity(old, twos, carry))
        carry = majority(old, twos, carry)
        old = load(planes, at_plane + 2 * LANES)
        store(planes, at_plane + 2 * LANES, parity(old, fours, carry))
        carry = majority(old, fours, carry)
        old = load(planes, at_plane + 3 * LANES)
        store(planes, at_plane + 3 * LANES, parity(old, eights, carry))
        carry = majority(old, eights, carry)
        for plane in range(at_plane + LOW * LANES, at_plane + used * LANES, LANES):
            old = load(planes, plane)
            store(planes, plane, differ(old, carry))
            carry = both(old, carry)


@kernel
def _add_group(
    words: np.ndarray,
    width: Integer,
    base: Integer,
    members: np.ndarray,
    place: Integer,
    planes: np.ndarray,
    used: Integer,
) -> None:
    """Add the `GROUP` patterns listed from `place` on to the planes."""
    r0 = (np.int64(members[np.uint64(place)]) - base) * width
    r1 = (np.int64(members[np.uint64(place + 1)]) - base) * width
    r2 = (np.int64(members[np.uint64(place + 2)]) - base) * width
    r3 = (np.int64(members[np.uint64(place + 3)]) - base) * width
    r4 = (np.int64(members[np.uint64(place + 4)]) - base) * width
    r5 = (np.int64(members[np.uint64(place + 5)]) - base) * width
    r6 = (np.int64(members[np.uint64(place + 6)]) - base) * width
    r7 = (np.int64(members[np.uint64(place + 7)]) - base) * width
    r8 = (np.int64(members[np.uint64(place + 8)]) - base) * width
    r9 = (np.int64(members[np.uint64(place + 9)]) - base) * width
    r10 = (np.int64(members[np.uint64(place + 10)]) - base) * width
    r11 = (np.int64(members[np.uint64(place + 11)]) - base) * width
    r12 = (np.int64(members[np.uint64(place + 12)]) - base) * width
    r13 = (np.int64(members[np.uint64(place + 13)]) - base) * width
    r14 = (np.int64(members[np.uint64(place + 14)]) - base) * width
    r15 = (np.int64(members[np.uint64(place + 15)]) - base) * width
    for block in range((width + LANES - 1) // LANES):
        at = min(block * LANES, width - LANES)
        at_plane = block * used * LANES
        ones, twos = load(planes, at_plane), load(planes, at_plane + LANES)
        fours, eights = load(planes, at_plane + 2 * LANES), load(planes, at_plane + 3 * LANES)
        a, b = load(words, r0 + at), load(words, r1 + at)
        two_a, ones = majority(ones, a, b), parity(ones, a, b)
        a, b = load(words, r2 + at), load(words, r3 + at)
        two_b, ones = majority(ones, a, b), parity(ones, a, b)
        four_a, twos = majority(twos, two_a, two_b), parity(twos, two_a, two_b)
        a, b = load(words, r4 + at), load(words, r5 + at)
        two_a, ones = majority(ones, a, b), parity(ones, a, b)
        a, b = load(words, r6 + at), load(words, r7 + at)
        two_b, ones = majority(ones, a, b), parity(ones, a, b)
        four_b, twos = majority(twos, two_a, two_b), parity(twos, two_a, two_b)
        eight_a, fours = majority(fours, four_a, four_b), parity(fours, four_a, four_b)
        a, b = load(words, r8 + at), load(words, r9 + at)
        two_a, ones = majority(ones, a, b), parity(ones, a, b)
        a, b = load(words, r10 + at), load(words, r11 + at)
        two_b, ones = majority(ones, a, b), parity(ones, a, b)
        four_a, twos = majority(twos, two_a, two_b), parity(twos, two_a, two_b)
        a, b = load(words, r12 + at), load(words, r13 + at)
        two_a, ones = majority(ones, a, b), parity(ones, a, b)
        a, b = load(words, r14 + at), load(words, r15 + at)
        two_b, ones = majority(ones, a, b), parity(ones, a, b)
        four_b, twos = majority(twos, two_a, two_b), parity(twos, two_a, two_b)
        eight_b, fours = majority(fours, four_a, four_b), parity(fours, four_a, four_b)
        carry, eights = majority(eights, eight_a, eight_b), parity(eights, eight_a, eight_b)
        store(planes, at_plane, ones)
        store(planes, at_plane + LANES, twos)
        store(planes, at_plane + 2 * LANES, fours)
        store(planes, at_plane + 3 * LANES, eights)
        for plane in range(at_plane + LOW * LANES, at_plane + used * LANES, LANES):
            old = load(planes, plane)
            store(planes, plane, differ(old, carry))
            carry = both(old, carry)


def flatten(words: np.ndarray) -> tuple[np.ndarray, int]:
    """Packed patterns as the kernels take them, flat and at least a vector wide, and how many words wide."""
    if words.shape[1] < LANES:
        words = np.pad(words, ((0, 0), (0, LANES - words.shape[1])))
    return np.ascontiguousarray(words).reshape(-1), words.shape[1]


def unit_totals(words: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In how many patterns each unit is active, and the summed sizes of these patterns.

    Args:
        words: packed patterns, a row each, uint32.
        sizes: active units of each pattern, int64.

    Returns:
        two int64 arrays of all units of all words.
    """
    flat, width = flatten(words)
    units = words.shape[1] * 32
    planes = np.empty((width + LANES) * PLANES, np.uint32)
    counts = np.empty(width * 32, np.int32)

    def count(members: np.ndarray) -> np.ndarray:
        count_units(flat, width, 0, members.astype(np.int32), 0, len(members), planes, counts)
        return counts[:units].astype(np.int64)

    fired = count(np.arange(len(words)))
    if (sizes == sizes[0]).all():
        return fired, sizes[0] * fired
    sized = np.zeros_like(fired)
    for digit in range(int(sizes.max()).bit_length()):
        sized += count(np.flatnonzero(sizes >> digit & 1)) << digit
    return fired, sized
