"""Random packed patterns: each from its own stream of random words, whatever else is drawn, and by whom.

Fixed-size code: units are drawn one after another, and drawn again if they are taken already, until k are active (or
N - k silent, where these are fewer); every set of k units is as probable as any other. A unit is drawn exactly
uniformly from a random word (Lemire 2019). Bernoulli code: the units of a word compare the binary digits of their
random fractions with those of the activity, until all of them differ somewhere (`sims.patterns`); exact to 2^-64.
"""

import numpy as np

from sims.kernels import philox
from sims.kernels.atomics import take
from sims.kernels.compile import Integer, kernel

AHEAD = 256
"""Random words drawn at a time."""

PATTERNS = 32
"""Patterns that a task owns."""


@kernel
def fixed_size(
    tickets: np.ndarray,
    tasks: Integer,
    key: np.ndarray,
    first: Integer,
    neurons: Integer,
    active: Integer,
    words: np.ndarray,
) -> None:
    """Draw patterns `first`, `first + 1`, ... of exactly `active` units into the rows of `words` (uint32)."""
    stock = np.empty(AHEAD, np.uint32)
    width = words.shape[1]
    flat = words.reshape(-1)
    inverted = 2 * active > neurons
    wanted = neurons - active if inverted else active
    refused = np.uint64((2**32 - neurons) % neurons)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        for pattern in range(task * PATTERNS, min(len(words), (task + 1) * PATTERNS)):
            begin = pattern * width
            for word in range(width):
                flat[np.uint64(begin + word)] = 0
            drawn, used, counter = 0, AHEAD, 0
            while drawn < wanted:
                if used == AHEAD:
                    philox.write(key[0], key[1], first + pattern, 0, counter, stock)
                    counter, used = counter + AHEAD // philox.BLOCK, 0
                product = np.uint64(stock[np.uint64(used)]) * np.uint64(neurons)
                used += 1
                if (product & np.uint64(0xFFFFFFFF)) < refused:
                    continue
                unit = product >> np.uint64(32)
                place, bit = np.uint64(begin) + (unit >> np.uint64(5)), np.uint32(1) << np.uint32(unit & np.uint64(31))
                old = flat[place]
                flat[place] = old | bit
                drawn += (old & bit) == 0
            if inverted:
                for word in range(width):
                    flat[np.uint64(begin + word)] ^= np.uint32(0xFFFFFFFF)
                if neurons % 32:
                    flat[np.uint64(begin + width - 1)] &= np.uint32((1 << (neurons % 32)) - 1)


@kernel
def bernoulli(
    tickets: np.ndarray,
    tasks: Integer,
    key: np.ndarray,
    first: Integer,
    neurons: Integer,
    digits: np.ndarray,
    words: np.ndarray,
) -> None:
    """Draw patterns `first`, `first + 1`, ... whose units are active with probability `0.digits` in binary."""
    stock = np.empty(AHEAD, np.uint32)
    width = words.shape[1]
    flat = words.reshape(-1)
    needed = 0
    for digit in range(len(digits)):
        if digits[digit]:
            needed = digit + 1
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        for pattern in range(task * PATTERNS, min(len(words), (task + 1) * PATTERNS)):
            used, counter = AHEAD, 0
            for word in range(width):
                undecided, active = np.uint32(0xFFFFFFFF), np.uint32(0)
                if word == width - 1 and neurons % 32:
                    undecided = np.uint32((1 << (neurons % 32)) - 1)
                digit = 0
                while undecided and digit < needed:
                    if used == AHEAD:
                        philox.write(key[0], key[1], first + pattern, 1, counter, stock)
                        counter, used = counter + AHEAD // philox.BLOCK, 0
                    ones = stock[np.uint64(used)]
                    used += 1
                    if digits[digit]:
                        active |= undecided & ~ones
                        undecided &= ones
                    else:
                        undecided &= ~ones
                    digit += 1
                flat[np.uint64(pattern * width + word)] = active
