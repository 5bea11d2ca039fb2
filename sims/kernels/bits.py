"""The active units of bit-packed patterns."""

import numpy as np
from numba.core import types

from sims.kernels.compile import Integer, intrinsic, kernel

SLACK = 4
"""Elements that a list of units needs besides its units."""


@intrinsic
def lowest(typing, word):
    """The index of the lowest bit that is set in a 64-bit word, 64 if there is none."""

    def generate(context, builder, sig, args):
        return builder.cttz(args[0], context.get_constant(types.boolean, False))

    return types.uint64(types.uint64), generate


@intrinsic
def count(typing, word):
    """How many bits of a 64-bit word are set."""
    return types.uint64(types.uint64), lambda context, builder, sig, args: builder.ctpop(args[0])


@kernel
def active_units(words: np.ndarray, first: Integer, last: Integer, offset: Integer, units: np.ndarray) -> Integer:
    """List the active units among words `first` to `last - 1` of a flat array.

    Four units are written for every two words, whether there are so many or not: what is too much is overwritten, and
    the processor has no branch to mispredict.

    Args:
        words: uint32.
        first: where to begin.
        last: where to end.
        offset: number of the unit that is the first word's lowest bit.
        units: int32, where the numbers go, ascending, with room for `SLACK` more.

    Returns:
        how many there are.
    """
    found, one = np.uint64(0), np.uint64(1)
    for index in range(first, last, 2):
        word = np.uint64(words[np.uint64(index)])
        if index + 1 < last:
            word |= np.uint64(words[np.uint64(index + 1)]) << np.uint64(32)
        base = np.uint64(offset + (index - first) * 32)
        place, more = found, count(word)
        found += more
        for step in range(np.uint64(SLACK)):
            units[place + np.uint64(step)] = base + lowest(word)
            word &= word - one
        if more > np.uint64(SLACK):
            place += np.uint64(SLACK)
            while word != np.uint64(0):
                units[place] = base + lowest(word)
                place += one
                word &= word - one
    return np.int64(found)
