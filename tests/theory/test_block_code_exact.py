import itertools

import numpy as np
import pytest

from theory.block_code import (
    bit_error,
)
from theory.block_code_exact import exact_bit_error, most_items


def enumerate_errors(items, key_blocks, key_size, size):
    """Wrong bits per bit by summing over all keys and values of the other items."""
    cue = (0,) * key_blocks
    keys = list(itertools.product(range(key_size), repeat=key_blocks))
    written = [(sum(x == y for x, y in zip(key, cue, strict=True)), value) for key in keys for value in range(size)]
    wrong = 0.0
    for others in itertools.product(written, repeat=items - 1):
        fields = np.zeros(size, int)
        fields[0] = key_blocks * (key_size - 1)
        for shared, value in others:
            fields[value] += key_size * shared - key_blocks
        winners = np.flatnonzero(fields == fields.max())
        wrong += 1 - (1 / len(winners) if 0 in winners else 0.0)
    return wrong / len(written) ** (items - 1) * size / (2 * (size - 1))


@pytest.mark.parametrize(("items", "blocks", "size"), [(2, 1, 4), (3, 1, 4), (2, 3, 4), (4, 1, 4), (2, 2, 8)])
def test_exact_errors_with_keys_of_blocks_are_the_enumeration(items, blocks, size):
    expected = enumerate_errors(items, blocks, size, size)
    assert exact_bit_error(items, blocks * size, 1 / size, "block") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("items", "units", "size"), [(2, 3, 4), (3, 2, 4), (2, 5, 8)])
def test_exact_errors_with_independent_keys_are_the_enumeration(items, units, size):
    expected = enumerate_errors(items, units, 2, size)
    assert exact_bit_error(items, units, 1 / size) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("items", "units"), [(2, 1), (2, 2), (3, 2), (2, 5), (3, 3)])
def test_exact_dense_errors_are_the_enumeration(items, units):
    sums = [sum(signs) for signs in itertools.product((-1, 1), repeat=(items - 1) * units)]
    expected = np.mean([1.0 if each < -units else 0.5 if each == -units else 0.0 for each in sums])
    assert exact_bit_error(items, units, 0.5) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("keys", ["independent", "block"])
def test_exact_errors_tend_to_the_gaussian_ones(keys):
    gaps = []
    for units in (64, 256, 1024):
        items = int(0.6 * units) + 1
        gaps.append(abs(exact_bit_error(items, units, 1 / 16, keys) / bit_error(0.6, 1 / 16, keys) - 1))
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.25


@pytest.mark.parametrize(
    ("units", "activity", "keys"), [(60, 0.5, "independent"), (96, 1 / 16, "block"), (12, 1 / 64, "independent")]
)
def test_most_items_is_the_last_that_meets_the_criterion(units, activity, keys):
    found = most_items(1e-3, units, activity, keys)
    assert exact_bit_error(found, units, activity, keys) <= 1e-3 < exact_bit_error(found + 1, units, activity, keys)


def test_sparse_keys_cost_small_zones_most_of_their_capacity():
    """At 3 blocks of 64 a key has 64^3 values: an asymptotic load of 2 is far off, while dense keys come close."""
    assert most_items(1e-3, 192, 1 / 64, "block") / 192 < 0.6
    assert most_items(1e-3, 192, 1 / 64) / 192 > 1.6


def test_bad_input():
    with pytest.raises(ValueError, match="such as 64 or 128"):
        exact_bit_error(10, 100, 1 / 64, "block")
    with pytest.raises(ValueError, match="items must be an integer of at least 1"):
        exact_bit_error(0, 100, 0.5)
    with pytest.raises(ValueError, match="error_rate"):
        most_items(0.5, 100, 0.5)
