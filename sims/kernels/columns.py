"""Bit-packed patterns turned about: for every unit, bits that tell in which patterns it is active.

Thirty-two patterns of sixteen words are turned at a time, by exchanging halves, quarters, ... of 32 x 32 bits (Warren,
Hacker's Delight 7-3) in all words together. The units of sixteen words then stand in the order of bits, and in each
bit of words, so that whole vectors are stored: reading one unit's column is a walk in steps of a block.
"""

import numpy as np

from sims.kernels.atomics import take
from sims.kernels.compile import Integer, kernel
from sims.kernels.vectors import LANES, exchange, load, store, zero

BLOCKS = 8
"""Blocks of 32 patterns that a task owns."""


@kernel
def turn(
    tickets: np.ndarray, tasks: Integer, words: np.ndarray, width: Integer, patterns: Integer, columns: np.ndarray
) -> None:
    """Fill `columns` (flat uint32, blocks of `block_length(width)`) from packed patterns of `width >= LANES` words."""
    square = np.empty(32 * LANES, np.uint32)
    length = block_length(width)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        for block in range(task * BLOCKS, min((patterns + 31) // 32, (task + 1) * BLOCKS)):
            for group in range(length // (32 * LANES)):
                at = min(group * LANES, width - LANES)
                for row in range(32):
                    pattern = block * 32 + row
                    store(square, row * LANES, load(words, pattern * width + at) if pattern < patterns else zero())
                shift, mask = np.uint32(16), np.uint32(0x0000FFFF)
                while shift:
                    for row in range(32):
                        if not np.uint32(row) & shift:
                            exchange(square, row * LANES, (row + np.int64(shift)) * LANES, shift, mask)
                    shift >>= np.uint32(1)
                    mask ^= mask << shift
                for row in range(32):
                    place = block * length + (group * 32 + row) * LANES
                    store(columns, place, load(square, row * LANES))


@kernel
def block_length(width: Integer) -> Integer:
    """Integers for 32 patterns of so many words."""
    return (width + LANES - 1) // LANES * LANES * 32


@kernel
def column(columns: np.ndarray, width: Integer, unit: Integer, bits: np.ndarray) -> None:
    """Copy a unit's column: bit m % 32 of integer m // 32 tells of pattern m."""
    word, length = unit // 32, block_length(width)
    group = word // LANES
    place = (group * 32 + unit % 32) * LANES + word - min(group * LANES, width - LANES)
    for block in range(len(bits)):
        bits[np.uint64(block)] = columns[np.uint64(block * length + place)]
