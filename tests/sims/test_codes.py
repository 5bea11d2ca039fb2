"""Items, keys and values: every code brings its bits back, and an item's pattern depends on its index alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sims.codes import KeyGenerator, ValueCode, keys_for, random_bits, random_words

ACTIVITIES = [0.5**each for each in (1, 2, 3, 4, 6)]


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_codes_lose_nothing(activity):
    code = ValueCode(activity, 12)
    bits = random_bits(1, 0, 0, 300, 12)
    values = code.encode(bits)
    assert values.shape == (300, code.units)
    assert (code.decode(values) == bits).all()
    assert len(np.unique(values, axis=0)) == len(np.unique(bits, axis=0))


@pytest.mark.parametrize("activity", ACTIVITIES[1:])
def test_block_values_are_centred_and_have_one_active_unit_a_block(activity):
    code = ValueCode(activity, 12)
    blocks = code.encode(random_bits(1, 0, 0, 50, 12)).reshape(50, -1, code.block)
    assert (blocks.sum(axis=2) == 0).all()
    assert ((blocks > 0).sum(axis=2) == 1).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400), st.integers(1, 60), st.integers(1, 150), st.integers(0, 2**63))
def test_an_item_depends_on_its_index_alone(first, count, units, seed):
    block = 1 if units % 4 else 4
    keys = KeyGenerator(units, 4 if block == 4 else 2, seed, 3)
    alone = np.concatenate([keys.patterns(index, 1) for index in (first, first + count - 1)])
    assert (keys.patterns(first, count)[[0, -1]] == alone).all()
    assert (random_bits(seed, 0, first, count, units)[-1] == random_bits(seed, 0, first + count - 1, 1, units)).all()


def test_streams_and_seeds_differ():
    words = {int(random_words(seed, stream, 5, 1, 1)[0, 0]) for seed in range(4) for stream in range(4)}
    assert len(words) == 16


def test_bits_are_fair_and_keys_uncorrelated():
    """400,000 bits: a fair source lies outside 5 standard errors with probability 6e-7, here and there."""
    bits = random_bits(7, 0, 0, 4000, 100).astype(float)
    assert abs(bits.mean() - 0.5) < 5 * 0.5 / 400_000**0.5
    for keys in (KeyGenerator(96, 2, 7, 1), KeyGenerator(96, 8, 7, 1)):
        patterns = keys.patterns(0, 400)
        assert ((patterns**2).sum(axis=1) == keys.square).all()
        overlaps = (patterns @ patterns.T)[np.triu_indices(400, 1)] / keys.square
        dimensions = 96 if keys.block == 2 else 84  # blocks of 8 span 7 dimensions each
        spread = (2 / overlaps.size) ** 0.5 * 1.3
        assert abs((overlaps**2).mean() * dimensions - 1) < 5 * spread


def test_ties_are_read_the_same_way_every_time():
    assert (ValueCode(0.25, 4).decode(np.zeros((1, 8))) == 0).all()
    assert (ValueCode(0.5, 4).decode(np.zeros((1, 4))) == 0).all()


def test_bad_codes_and_keys_are_refused():
    with pytest.raises(ValueError, match="multiple of 6"):
        ValueCode(1 / 64, 8)
    with pytest.raises(ValueError, match="1/4"):
        ValueCode(0.3, 8)
    with pytest.raises(ValueError, match="whole blocks of 16"):
        keys_for(ValueCode(1 / 16, 8), "block", 24, 0, 0)
    assert keys_for(ValueCode(1 / 16, 8), "independent", 24, 0, 0).block == 2
