"""The k largest of many integers, equal ones in the order of their indices, by counting them in bins."""

import numpy as np

from sims.kernels.compile import Integer, kernel

BINS = 512
"""Bins of a histogram."""

FEW = 24
"""So many values are sorted by insertion."""


@kernel
def at_least(values: np.ndarray, number: Integer, level: Integer, found: np.ndarray) -> Integer:
    """List the indices of the values not below a level, ascending; return how many there are.

    Every index is written, and overwritten unless its value counts: there is no branch to mispredict.
    """
    count = np.uint64(0)
    for index in range(number):
        found[count] = index
        count += np.uint64(values[np.uint64(index)] >= level)
    return np.int64(count)


@kernel
def largest(
    values: np.ndarray, chosen: np.ndarray, count: Integer, rank: Integer, bins: np.ndarray, some: np.ndarray
) -> Integer:
    """The value of a rank (1 for the largest) among chosen values.

    Args:
        values: int64.
        chosen: indices of the values.
        count: how many are chosen.
        rank: 1 to `count`.
        bins: scratch, int32, `BINS`.
        some: scratch, int64, `count`.
    """
    low = high = values[np.uint64(chosen[0])]
    for index in range(count):
        value = values[np.uint64(chosen[np.uint64(index)])]
        some[np.uint64(index)] = value
        low, high = min(low, value), max(high, value)
    while count > FEW and low < high:
        width, shift = np.uint64(high) - np.uint64(low), np.uint64(0)
        while (width >> shift) >= np.uint64(BINS):
            shift += np.uint64(1)
        bins[:] = 0
        for index in range(count):
            bins[(np.uint64(some[np.uint64(index)]) - np.uint64(low)) >> shift] += 1
        bin = np.uint64(width >> shift)
        while bins[bin] < rank:
            rank -= bins[bin]
            bin -= np.uint64(1)
        kept = np.uint64(0)
        next_low, next_high = high, low
        for index in range(count):
            value = some[np.uint64(index)]
            if (np.uint64(value) - np.uint64(low)) >> shift == bin:
                some[kept] = value
                kept += np.uint64(1)
                next_low, next_high = min(next_low, value), max(next_high, value)
        count, low, high = np.int64(kept), next_low, next_high
    if low == high:
        return low
    for index in range(1, count):
        value, place = some[index], index
        while place > 0 and some[place - 1] < value:
            some[place] = some[place - 1]
            place -= 1
        some[place] = value
    return some[rank - 1]


@kernel
def winners(
    values: np.ndarray,
    number: Integer,
    active: Integer,
    guess: Integer,
    found: np.ndarray,
    bins: np.ndarray,
    some: np.ndarray,
) -> tuple[Integer, Integer]:
    """List the `active` indices of the largest values in `found`, ascending.

    Args:
        values: int64.
        number: how many there are.
        active: how many win.
        guess: a level that somewhat more than `active` values reach; another one only costs time.
        found: the result, int32, with room for `number` + 1.
        bins: scratch, int32, `BINS`.
        some: scratch, int64, `number`.

    Returns:
        the smallest value that wins, and a guess for values much like these.
    """
    count = at_least(values, number, guess, found)
    if count < active:
        count = at_least(values, number, -(2**63), found)
    last = largest(values, found, count, active, bins, some)
    above = 0
    highest = last
    for index in range(count):
        value = values[np.uint64(found[np.uint64(index)])]
        above += value > last
        highest = max(highest, value)
    ties, kept = active - above, np.uint64(0)
    for index in range(count):
        unit = found[np.uint64(index)]
        value = values[np.uint64(unit)]
        found[kept] = unit
        tied = value == last
        wins = (value > last) | (tied & (ties > 0))
        ties -= tied
        kept += np.uint64(wins)
    return last, last - (highest - last) // 4
