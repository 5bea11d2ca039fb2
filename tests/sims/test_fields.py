"""Local fields: exactly those of a dense network, whatever the batch; prefixes are networks of their own."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.fields import Network, draw_network
from sims.tiles import BATCHES, TILE, pattern_overlaps, weighted_sums
from theory.activity import Code

NEURONS, PATTERNS = 70, 150


def network(code: Code = "fixed-size", patterns=PATTERNS, **options) -> Network:
    return draw_network(code, NEURONS, 0.15, patterns, key=jax.random.key(1), **options)


def some_states(count: int) -> np.ndarray:
    return np.random.default_rng(0).random((count, NEURONS)) < np.linspace(0, 1, count)[:, None]


def dense_fields(net: Network, states: np.ndarray) -> np.ndarray:
    """Numerators of the fields from explicit weights in Python's own integers: exact without any bound."""
    r, q = net.centre.numerator, net.centre.denominator
    b, d = r * (net.rule == "covariance"), r * (net.input == "centred")
    centred = q * net.stored(np.arange(net.patterns)).astype(int).astype(object) - b
    weights = centred.T.dot(centred)
    np.fill_diagonal(weights, 0)
    return (q * states.astype(int).astype(object) - d).dot(weights)


@pytest.mark.parametrize("code", ["fixed-size", "bernoulli"])
@pytest.mark.parametrize("rule", ["covariance", "hebb"])
@pytest.mark.parametrize("given", ["centred", "raw"])
def test_fields_are_those_of_the_dense_network_bit_for_bit(code, rule, given) -> None:
    net = network(code, rule=rule, input=given)
    states = some_states(5)
    assert (net.fields(states) == dense_fields(net, states)).all()
    a = float(net.centre)
    gap = {"covariance": a * (1 - a), "hebb": a * (1 - a) if given == "centred" else a}[rule]
    assert net.scale == pytest.approx(NEURONS * gap * net.centre.denominator**3)


@pytest.mark.parametrize("rule", ["covariance", "hebb"])
@pytest.mark.parametrize("given", ["centred", "raw"])
def test_a_lone_pattern_has_a_gap_of_one(rule, given) -> None:
    net = network(rule=rule, input=given).prefix(1)
    stored = net.stored(np.array([0]))
    fields = net.fields(stored)[0] / net.scale
    gap = fields[stored[0]].mean() - fields[~stored[0]].mean()
    assert gap == pytest.approx(1, abs=0.1)  # one of ten active units has no coupling to itself


def test_prefix_is_the_network_that_stored_fewer() -> None:
    whole, few = network(), network(patterns=TILE + 3)
    states = some_states(3)
    np.testing.assert_array_equal(whole.prefix(TILE + 3).fields(states), few.fields(states))
    np.testing.assert_array_equal(whole.stored(np.arange(5)), few.stored(np.arange(5)))
    assert whole.prefix(TILE + 3).load == few.load
    with pytest.raises(ValueError, match="cannot store"):
        whole.prefix(10**6)


def test_batches_change_nothing() -> None:
    net, states = network(), some_states(BATCHES[-1] + 5)
    alone = np.concatenate([net.fields(states[index : index + 1]) for index in (0, 7, BATCHES[-1] + 2)])
    np.testing.assert_array_equal(net.fields(states)[[0, 7, BATCHES[-1] + 2]], alone)
    assert net.fields(states[:0]).shape == (0, NEURONS)


def test_kernels_are_matrix_products() -> None:
    net = network()
    patterns = net.stored(np.arange(PATTERNS)).astype(int)
    states = np.random.default_rng(1).integers(-1, 2, (4, net.words.shape[1] * 32))
    overlaps = np.asarray(pattern_overlaps(net.device_words, jnp.asarray(states), PATTERNS))
    np.testing.assert_array_equal(overlaps[:, :PATTERNS], states[:, :NEURONS] @ patterns.T)
    assert not overlaps[:, PATTERNS:].any()
    weights = np.random.default_rng(2).integers(-100, 100, (4, len(net.device_words)), np.int32)
    sums = np.asarray(weighted_sums(net.device_words, jnp.asarray(weights), PATTERNS))
    np.testing.assert_array_equal(sums[:, :NEURONS], weights[:, :PATTERNS] @ patterns)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fixed-size", 10**6, 0.1, 10), "at most"),
        (("fixed-size", 100, 0.1, 0), "patterns"),
        (("bernoulli", 100, 1e-4, 10), "activity"),
        (("fixed-size", 100_000, 0.1, 10**9), "needs .* MiB of memory, but only .* MiB"),
    ],
)
def test_networks_that_cannot_be_are_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        draw_network(*arguments, key=jax.random.key(0))


def test_bad_states_are_refused() -> None:
    with pytest.raises(ValueError, match="booleans of shape"):
        network().fields(np.zeros((2, 5), bool))


def test_overflow_is_refused() -> None:
    words, neurons = np.zeros((2**14, 1), np.uint32), 131_071
    with pytest.raises(ValueError, match="64-bit"):
        Network("bernoulli", neurons, 0.333, words, 2**14)
    assert Network("bernoulli", neurons, 0.333, words, TILE).load < 1
    assert Network("bernoulli", neurons, 0.25, words, 2**14).load < 1
