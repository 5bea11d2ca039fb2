"""Retrieval dynamics, trajectory by trajectory against a dense network with an N x N matrix."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.fields import Network, draw_network
from sims.patterns import WORD, pack
from sims.retrieval import Retrieved, Status, _orders, noisy_cues, retrieve, winners
from theory.activity import active_units

NEURONS = 200


@functools.cache
def network(code, patterns=60) -> Network:
    return draw_network(code, NEURONS, 0.2, patterns, key=jax.random.key(4))


def cued(net: Network, probes=8, miss=0.2):
    stored = net.stored(np.arange(probes))
    return noisy_cues(stored, miss, key=jax.random.key(5)), stored


@functools.cache
def dense_weights(net: Network) -> np.ndarray:
    """Integer weights `q^2 N V W` without self-coupling."""
    centred = net.centre.denominator * net.stored(np.arange(net.patterns)).astype(np.int64) - net.centre.numerator
    weights = centred.T @ centred
    np.fill_diagonal(weights, 0)
    return weights


def dense_fields(net: Network, state) -> np.ndarray:
    """Integer fields in the units of the network's scale."""
    return dense_weights(net) @ (net.centre.denominator * state.astype(np.int64) - net.centre.numerator)


def dense_winners(fields: np.ndarray, active: int) -> np.ndarray:
    """The k largest, by a sort that keeps the order of equals."""
    fired = np.zeros(fields.size, bool)
    fired[np.argsort(-fields, kind="stable")[:active]] = True
    return fired


def dense_synchronous(net, cue, threshold):
    states = [cue]
    for step in range(1, 200):
        fields = dense_fields(net, states[-1])
        after = (
            dense_winners(fields, active_units(NEURONS, 0.2)) if threshold is None else fields > threshold * net.scale
        )
        if (after == states[-1]).all():
            return after, step, Status.FIXED_POINT
        if step > 1 and (after == states[-2]).all():
            return after, step, Status.CYCLE
        states.append(after)
    raise AssertionError("did not settle")


def dense_random(net, cue, threshold, key):
    """Blocks one after another, every field computed afresh from the whole state."""
    state, active, seen = cue.copy(), active_units(NEURONS, 0.2), set()
    for step in range(1, 200):
        fields, before = dense_fields(net, state), state.copy()
        order = np.argsort(-fields, kind="stable")
        bar, last = (fields[order[active - 1]], order[active - 1]) if threshold is None else (threshold * net.scale, -1)
        if threshold is None and (dense_winners(fields, active) == state).all():
            return state, step, Status.FIXED_POINT
        for block in _orders(-(-NEURONS // WORD), key, 200)[step - 1]:
            units = [unit for word in block for unit in range(word * WORD, (word + 1) * WORD) if unit < NEURONS]
            fields = dense_fields(net, state)
            for unit in units:
                state[unit] = fields[unit] > bar or (fields[unit] == bar and unit <= last)
        if threshold is not None and (state == before).all():
            return state, step, Status.FIXED_POINT
        if state.tobytes() in seen:
            return state, step, Status.CYCLE
        seen.add(state.tobytes())
    raise AssertionError("did not settle")


@pytest.mark.parametrize("code", ["fixed-size", "bernoulli"])
@pytest.mark.parametrize("threshold", [None, 0.375])
@pytest.mark.parametrize("update", ["synchronous", "random"])
def test_trajectories_are_those_of_the_dense_network(code, threshold, update) -> None:
    net, key = network(code), jax.random.key(6)
    cues, stored = cued(net)
    end = retrieve(net, cues, stored, threshold=threshold, update=update, key=key)
    for index, cue in enumerate(cues):
        twin = (
            dense_synchronous(net, cue, threshold)
            if update == "synchronous"
            else dense_random(net, cue, threshold, key)
        )
        np.testing.assert_array_equal(end.states[index], twin[0])
        assert (end.steps[index], end.status[index]) == twin[1:]
    misses, alarms = (stored & ~end.states).sum(axis=1), (end.states & ~stored).sum(axis=1)
    np.testing.assert_array_equal(end.misses, misses)
    sizes = stored.sum(axis=1)
    np.testing.assert_allclose(end.overlap, 1 - misses / sizes - alarms / (NEURONS - sizes))


@pytest.mark.parametrize("update", ["synchronous", "random"])
def test_a_probe_does_not_depend_on_its_batch(update) -> None:
    net = network("fixed-size", 80)
    cues, stored = cued(net)
    together = retrieve(net, cues, stored, update=update, key=jax.random.key(2))
    for index in (0, 5, 7):
        rows = slice(index, index + 1)
        alone = retrieve(net, cues[rows], stored[rows], update=update, key=jax.random.key(2))
        np.testing.assert_array_equal(alone.states[0], together.states[index])
        assert alone.steps[0] == together.steps[index]


def test_few_patterns_are_retrieved_from_noisy_cues() -> None:
    net = network("fixed-size", 5)
    cues, stored = cued(net, probes=5, miss=0.3)
    for update in ("synchronous", "random"):
        end = retrieve(net, cues, stored, update=update, key=jax.random.key(0))
        assert (end.status == Status.FIXED_POINT).all()
        assert (end.overlap == 1).all()


def pair_network() -> Network:
    """Two units that are only ever active together: they excite each other and nobody else."""
    bits = np.zeros(NEURONS, bool)
    bits[:2] = True
    words = np.asarray(pack(jnp.asarray(bits)))[None]
    return Network("bernoulli", NEURONS, 0.5, words, 1, rule="hebb", input="raw")


def test_a_two_cycle_is_recognised_and_random_updates_end_it() -> None:
    """With one of the two units active, each wakes the other and falls silent itself: alone, in turn, for ever."""
    net = pair_network()
    cue = np.zeros((1, NEURONS), bool)
    cue[0, 0] = True
    stored = net.stored(np.array([0]))
    end = retrieve(net, cue, stored, threshold=0.001)
    assert (end.status[0], end.steps[0]) == (Status.CYCLE, 2)
    assert end.states[0].sum() == 1


def test_giving_up_is_reported() -> None:
    net = network("fixed-size", 150)
    cues, stored = cued(net)
    end = retrieve(net, cues, stored, most_steps=1)
    assert set(end.status) <= {Status.STEP_LIMIT, Status.FIXED_POINT}
    assert (end.status == Status.STEP_LIMIT).any()
    assert (end.steps == 1).all()


def test_winners_break_ties_by_index() -> None:
    fields = np.array([[3, 1, 3, 3, 0], [0, 0, 0, 0, 9]])
    expected = np.array([[1, 0, 1, 0, 0], [1, 0, 0, 0, 1]], bool)
    np.testing.assert_array_equal(winners(fields, 2), expected)


def test_random_winners_match_a_stable_sort() -> None:
    fields = np.random.default_rng(3).integers(0, 6, (40, 50))
    for active in (1, 7, 49, 50):
        expected = np.stack([dense_winners(row, active) for row in fields])
        np.testing.assert_array_equal(winners(fields, active), expected)


def test_blocks_cover_every_word_once() -> None:
    orders = _orders(37, jax.random.key(0), 3)
    for words in orders.reshape(3, -1):
        assert sorted(words[words < 37]) == list(range(37))
        assert (words[words >= 37] == 37).all()
    assert (orders[0] != orders[1]).any()
    np.testing.assert_array_equal(_orders(37, jax.random.key(0), 2), orders[:2])


def test_cues_keep_their_size_or_have_their_rates() -> None:
    """Second half: 20 probes of 200 units, z tests that fail about once in a million runs each."""
    stored = network("fixed-size").stored(np.arange(20))
    kept = noisy_cues(stored, 0.25, key=jax.random.key(1))
    assert (kept.sum(axis=1) == 40).all()
    assert ((stored & ~kept).sum(axis=1) == 10).all()
    np.testing.assert_array_equal(noisy_cues(stored[:3], 0.25, key=jax.random.key(1)), kept[:3])
    noisy = noisy_cues(stored, 0.3, 0.1, key=jax.random.key(1))
    for wrong, among, rate in ((stored & ~noisy, stored, 0.3), (noisy & ~stored, ~stored, 0.1)):
        trials = among.sum()
        assert abs(wrong.sum() - rate * trials) < 4.9 * np.sqrt(trials * rate * (1 - rate))
    np.testing.assert_array_equal(noisy_cues(stored, 0.0, key=jax.random.key(1)), stored)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"update": "random"}, "need a key"),
        ({"most_steps": 0}, "most_steps"),
        ({"threshold": float("nan")}, "threshold must be finite"),
    ],
)
def test_bad_options_are_refused(options, message) -> None:
    net = network("fixed-size")
    cues, stored = cued(net)
    with pytest.raises(ValueError, match=message):
        retrieve(net, cues, stored, **options)


def test_bad_cues_are_refused() -> None:
    net = network("fixed-size")
    cues, stored = cued(net)
    with pytest.raises(ValueError, match="without active"):
        retrieve(net, cues, np.zeros_like(stored))
    with pytest.raises(ValueError, match="miss must be a rate"):
        noisy_cues(stored, 1.5, key=jax.random.key(0))
    with pytest.raises(ValueError, match="cannot move"):
        noisy_cues(np.arange(10)[None] < 9, 0.9, key=jax.random.key(0))


def test_overlap_of_perfect_recall_is_one() -> None:
    stored = np.arange(6)[None] < 2
    zero = np.zeros(1, np.int64)
    end = Retrieved(stored, zero, zero, stored.sum(axis=1), zero, np.zeros(1, np.int8))
    assert end.overlap[0] == 1
