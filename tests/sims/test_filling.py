"""Filling a memory in chunks: every pattern once and in order, whatever the checkpoints."""

import itertools

import jax
import numpy as np
import pytest

from sims.filling import CHUNK, draw_chunks, fill, patterns_at


def test_every_pattern_is_written_once_and_in_order():
    chunks = (np.arange(start, start + CHUNK) for start in itertools.count(0, CHUNK))
    checkpoints = [1, 2, CHUNK, CHUNK + 1, 3 * CHUNK + 7]
    memories = list(fill(chunks, lambda seen, chunk, a, b: [*seen, *chunk[a:b].tolist()], [], checkpoints))
    assert memories == [list(range(stop)) for stop in checkpoints]


def test_patterns_depend_on_key_and_index_alone():
    first, second = itertools.islice(draw_chunks("fixed-size", 100, 0.1, key=jax.random.key(4)), 2)
    assert first.shape == second.shape == (CHUNK, 4)
    assert (np.bitwise_count(first).sum(axis=1) == 10).all()
    assert not (first == second).all()
    again = next(draw_chunks("fixed-size", 100, 0.1, key=jax.random.key(4)))
    np.testing.assert_array_equal(first, again)


def test_loads_are_rounded_to_patterns_and_checked():
    assert patterns_at((0.1, 0.256), 100) == [10, 26]
    for loads, message in (((), "at least one"), ((0.0, 1.0), "finite positive"), ((0.5, 0.501), "ascend")):
        with pytest.raises(ValueError, match=message):
            patterns_at(loads, 100)
