"""The cipher's published answers, and an independent twin in Python's own integers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sims.kernels import philox

WORD = st.integers(0, 2**32 - 1)


def twin(key: tuple[int, int], counter: list[int]) -> list[int]:
    """Salmon et al. (2011), written down once more."""
    a, b, c, d = counter
    left, right = key
    for _ in range(10):
        first, second = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = second >> 32 ^ b ^ left, second % 2**32, first >> 32 ^ d ^ right, first % 2**32
        left, right = (left + 0x9E3779B9) % 2**32, (right + 0xBB67AE85) % 2**32
    return [a, b, c, d]


@pytest.mark.parametrize(
    ("key", "counter", "answer"),
    [
        ((0, 0), [0, 0, 0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((2**32 - 1,) * 2, [2**32 - 1] * 4, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ],
)
def test_twin_gives_the_published_answers(key, counter, answer) -> None:
    assert twin(key, counter) == [int(word, 16) for word in answer.split()]


@settings(deadline=None)  # the first call compiles
@given(WORD, WORD, WORD, WORD, st.integers(0, 2**31))
def test_kernel_is_its_twin(left, right, stream, kind, first) -> None:
    words = np.empty(12, np.uint32)
    philox.write(np.uint32(left), np.uint32(right), stream, kind, first, words)
    expected = np.array([twin((left, right), [first + block, 0, stream, kind]) for block in range(3)])
    np.testing.assert_array_equal(words.reshape(4, 3), expected.T)
