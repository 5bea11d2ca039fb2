"""Packed patterns against slow dense twins, and the laws of both codes by goodness of fit.

Statistical tests fail with probability about 1e-6 each when the code is right (p < FALSE_ALARM).
"""

import functools
import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sims.harness.mesh import map_trials, trial_keys
from sims.harness.statistics import goodness_of_fit, mean_test
from sims.patterns import (
    WORD,
    bernoulli_code,
    binary_digits,
    fixed_size_code,
    overlap,
    pack,
    size,
    smallest_units,
    units_below,
    unpack,
)

FALSE_ALARM = 1e-6
NEURONS = (2, 32, 1000)


def dense_fractions(key, neurons: int, digits: int = 64) -> list[int]:
    """The random fractions of all units, in units of 2^-digits, by the documented definition."""
    words = -(-neurons // WORD)
    planes = [np.asarray(jax.random.bits(jax.random.fold_in(key, digit), (words,))) for digit in range(digits)]
    return [
        sum(int(plane[unit // WORD] >> (unit % WORD) & 1) << (digits - 1 - digit) for digit, plane in enumerate(planes))
        for unit in range(neurons)
    ]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.booleans(), min_size=1, max_size=100))
def test_pack_and_unpack_are_inverse(bits: list[bool]) -> None:
    words = np.asarray(pack(jnp.asarray(bits)))
    expected = [sum(bit << place for place, bit in enumerate(bits[i : i + 32])) for i in range(0, len(bits), 32)]
    assert words.tolist() == expected
    assert words.dtype == np.uint32
    assert np.asarray(unpack(jnp.asarray(words), len(bits))).tolist() == bits
    assert size(jnp.asarray(words)) == sum(bits)


def test_overlap_is_the_dot_product() -> None:
    dense = np.random.default_rng(0).random((2, 777)) < 0.3
    packed = [pack(jnp.asarray(row)) for row in dense]
    assert overlap(packed[0], packed[1]) == dense[0].astype(int) @ dense[1]
    assert overlap(packed[0], packed[1]).dtype == jnp.int32


def test_unpack_refuses_the_wrong_number_of_words() -> None:
    with pytest.raises(ValueError, match="33 units take 2 words"):
        unpack(jnp.zeros(1, jnp.uint32), 33)


@pytest.mark.parametrize("neurons", [33, 200])
@pytest.mark.parametrize("activity", [0.02, 0.25, 1 / 3, 0.5, 1 - 2**-40])
def test_bernoulli_code_is_its_dense_twin(neurons: int, activity: float) -> None:
    key = jax.random.key(11)
    threshold = math.floor(activity * 2**64)
    expected = [fraction < threshold for fraction in dense_fractions(key, neurons)]
    assert np.asarray(unpack(bernoulli_code(neurons, activity, key=key), neurons)).tolist() == expected


@pytest.mark.parametrize("neurons", [33, 200])
@pytest.mark.parametrize("active", [1, 5, 32, 33])
def test_fixed_size_code_is_its_dense_twin(neurons: int, active: int) -> None:
    key = jax.random.key(12)
    chosen = np.argsort(dense_fractions(key, neurons))[:active]
    pattern = np.asarray(unpack(fixed_size_code(neurons, active, key=key), neurons))
    assert np.flatnonzero(pattern).tolist() == sorted(chosen)


def test_binary_digits_are_the_activity() -> None:
    for activity in (0.5, 0.1, 1 / 3, 0.02, 1 - 2**-53):
        digits = np.asarray(binary_digits(activity))
        assert sum(2.0 ** -(place + 1) for place in np.flatnonzero(digits)) == activity
    assert len(digits) == 64


def test_fixed_size_is_always_exact() -> None:
    def sizes(neurons: int, key, active):
        return size(smallest_units(neurons, active, key=key))

    for neurons in NEURONS:
        trial = functools.partial(sizes, neurons)
        keys = trial_keys(jax.random.key(neurons), 50)
        for active in {1, neurons // 2, neurons - 1, neurons}:
            assert (map_trials(trial, keys, 50, jnp.int32(active)) == active).all()


@pytest.mark.parametrize("code", ["bernoulli", "fixed-size"])
@pytest.mark.parametrize("neurons", [2, 31, 33, 1000])
def test_unused_bits_are_zero(code: str, neurons: int) -> None:
    key = jax.random.key(0)
    dense_end = fixed_size_code(neurons, neurons, key=key)
    pattern = bernoulli_code(neurons, 1 - 2**-53, key=key) if code == "bernoulli" else dense_end
    assert pattern.shape == (-(-neurons // WORD),)
    assert pattern.dtype == jnp.uint32
    assert size(pattern) == neurons
    np.testing.assert_array_equal(pattern, pack(jnp.ones(neurons, bool)))


def bernoulli_size(key, threshold):
    return size(units_below(100, threshold, key=key))


@pytest.mark.parametrize("activity", [0.02, 0.3, 0.5])
def test_bernoulli_sizes_are_binomial(activity: float) -> None:
    neurons = 100
    keys = trial_keys(jax.random.key(21), 20_000)
    sizes = map_trials(bernoulli_size, keys, 20_000, binary_digits(activity))
    law = stats.binom.pmf(np.arange(neurons + 1), neurons, activity)
    assert goodness_of_fit(np.bincount(sizes, minlength=neurons + 1), law).p_value > FALSE_ALARM


def test_bernoulli_units_are_independent() -> None:
    neurons, activity, trials = 40, 0.3, 20_000
    keys = trial_keys(jax.random.key(22), trials)
    units = map_trials(lambda key: unpack(bernoulli_code(neurons, activity, key=key), neurons), keys, trials)
    variance = activity * (1 - activity)
    for unit in range(neurons):
        assert mean_test(units[:, unit], activity, variance) > FALSE_ALARM
    for first, second in itertools.combinations(range(neurons), 2):
        centred = (units[:, first] - activity) * (units[:, second] - activity)
        assert mean_test(centred, 0.0, variance**2) > FALSE_ALARM


def one_word(key, active):
    return smallest_units(7, active, key=key)[0]


@pytest.mark.parametrize("active", [1, 2, 3])
def test_fixed_size_patterns_are_uniform(active: int) -> None:
    neurons = 7
    keys = trial_keys(jax.random.key(23), 20_000)
    words = map_trials(one_word, keys, 20_000, jnp.int32(active))
    subsets = {sum(1 << unit for unit in chosen) for chosen in itertools.combinations(range(neurons), active)}
    counts = np.bincount(words, minlength=2**neurons)
    assert set(np.flatnonzero(counts)) == subsets
    uniform = np.isin(np.arange(2**neurons), list(subsets)) / len(subsets)
    assert goodness_of_fit(counts, uniform).p_value > FALSE_ALARM


def test_fixed_size_units_are_equally_often_active() -> None:
    neurons, active, trials = 100, 10, 20_000
    keys = trial_keys(jax.random.key(24), trials)
    units = map_trials(lambda key: unpack(fixed_size_code(neurons, active, key=key), neurons), keys, trials)
    for unit in range(neurons):
        assert mean_test(units[:, unit], 0.1, 0.09) > FALSE_ALARM


@pytest.mark.parametrize(("neurons", "activity"), [(1, 0.5), (100, 0.0), (100, 1.0), (100, float("nan"))])
def test_bernoulli_code_checks_its_arguments(neurons: int, activity: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        bernoulli_code(neurons, activity, key=jax.random.key(0))


@pytest.mark.parametrize(("neurons", "active"), [(1, 1), (100, 0), (100, 101)])
def test_fixed_size_code_checks_its_arguments(neurons: int, active: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        fixed_size_code(neurons, active, key=jax.random.key(0))
