"""Random words that are a function of a key and a counter: Philox-4x32 with ten rounds (Salmon et al. 2011)."""

import numpy as np

from sims.kernels.compile import Integer, kernel

ROUNDS = 10
"""Rounds of the cipher."""

BLOCK = 4
"""Words that a counter gives."""

_FACTORS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_STEPS = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)


@kernel
def write(
    key_0: np.uint32, key_1: np.uint32, stream: Integer, kind: Integer, first: Integer, words: np.ndarray
) -> None:
    """Fill `words` (uint32, a multiple of `BLOCK`) with the random words of counters `first`, `first + 1`, ...

    Args:
        key_0: the key's first word.
        key_1: its second.
        stream: which stream of the key, below 2^32.
        kind: another number of the stream, below 2^32.
        first: the first counter, below 2^32.
        words: the result.
    """
    blocks = len(words) // BLOCK
    for block in range(blocks):
        a, b = np.uint32(first + block), np.uint32(0)
        c, d = np.uint32(stream), np.uint32(kind)
        left, right = key_0, key_1
        for _ in range(ROUNDS):
            low, high = _FACTORS[0] * np.uint64(a), _FACTORS[1] * np.uint64(c)
            a, b, c, d = (
                np.uint32(high >> np.uint64(32)) ^ b ^ left,
                np.uint32(high),
                np.uint32(low >> np.uint64(32)) ^ d ^ right,
                np.uint32(low),
            )
            left, right = np.uint32(left + _STEPS[0]), np.uint32(right + _STEPS[1])
        place = np.uint64(block)
        words[place] = a
        words[place + np.uint64(blocks)] = b
        words[place + np.uint64(2 * blocks)] = c
        words[place + np.uint64(3 * blocks)] = d
