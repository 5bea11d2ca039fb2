"""Facts: every pair of keys once, alphabets that overlap as dialled, and nothing else that changes with the dial."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transformer_checks.facts import FactsSpec

_OVERLAPS = (0.0, 0.25, 0.5, 0.9, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    keys=st.integers(2, 30),
    overlap=st.floats(0, 1),
    most_tasks=st.integers(1, 6),
    share=st.floats(0.01, 1),
    seed=st.integers(0, 2**32),
)
def test_all_tasks_can_be_known_at_once(keys, overlap, most_tasks, share, seed):
    facts = max(1, int(share * keys**2 / most_tasks))
    if facts * most_tasks > keys**2:
        return
    sequence = FactsSpec(facts, keys, 5, overlap, most_tasks).sequence(most_tasks, seed)
    tokens = sequence.train.tokens
    assert tokens.shape == (most_tasks, facts, 3)
    assert len(np.unique(tokens[..., :2].reshape(-1, 2), axis=0)) == most_tasks * facts
    assert (tokens[..., :2] < most_tasks * keys).all()
    assert (tokens[..., 2] >= most_tasks * keys).all()


@pytest.mark.parametrize("overlap", _OVERLAPS)
def test_the_dial_sets_the_share_of_common_keys_and_nothing_else(overlap):
    spec = FactsSpec(facts=64, keys=24, overlap=overlap)
    sequence = spec.sequence(8, seed=2)
    alphabets = [set(task[:, :2].ravel().tolist()) for task in sequence.train.tokens]
    shared = set(range(round(24 * overlap)))
    assert all(len(alphabet | shared) <= 24 for alphabet in alphabets)
    for index, alphabet in enumerate(alphabets):
        for other in alphabets[index + 1 :]:
            assert alphabet & other <= shared
    assert set.union(*alphabets) >= shared  # each is missed with probability below 24 (23/24)^1024 < 1e-16
    assert sequence.vocabulary == 8 * 24 + 64
    assert sequence.length == 3


@pytest.mark.parametrize("overlap", _OVERLAPS)
def test_pairs_of_shared_keys_are_as_frequent_as_in_a_uniform_draw(overlap):
    spec = FactsSpec(overlap=overlap)
    tokens = spec.sequence(8, seed=0).train.tokens
    among = (tokens[..., :2] < spec.shared_keys).all(axis=2).sum(axis=1)
    assert (among == int(64 * (spec.shared_keys / 24) ** 2)).all()


def test_only_the_value_counts_and_what_was_trained_is_evaluated():
    sequence = FactsSpec().sequence(3, seed=0)
    np.testing.assert_array_equal(sequence.train.weights, np.broadcast_to([0, 1], (3, 64, 2)))
    np.testing.assert_array_equal(sequence.train.tokens, sequence.held_out.tokens)
    assert sequence.scoring == "exact"


def test_values_are_spread_over_their_alphabet():
    values = FactsSpec(facts=128, keys=40, values=4).sequence(8, seed=0).train.tokens[..., 2] - 320
    counts = np.bincount(values.ravel(), minlength=4)
    assert counts.sum() == 1024
    assert (np.abs(counts - 256) < 82).all()  # false alarm below 4 * 2 exp(-2 * 82^2 / 1024) = 2e-5 by Hoeffding


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"facts": 0}, "facts must be an integer"),
        ({"overlap": 1.5}, "from 0 to 1, got 1.5"),
        ({"overlap": -0.1}, "from 0 to 1"),
        ({"overlap": float("nan")}, "from 0 to 1"),
        ({"keys": 7}, "64 facts do not fit 7 keys"),
        ({"keys": 16, "overlap": 1.0}, "8 tasks of 64 facts do not fit 16 keys a task at overlap 1.0"),
    ],
)
def test_what_does_not_fit_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        FactsSpec(**fields)


def test_disjoint_alphabets_need_few_keys():
    assert FactsSpec(keys=8).sequence(8, seed=0).train.tokens.shape == (8, 64, 3)


def test_more_tasks_than_the_vocabulary_has_room_for_are_refused():
    with pytest.raises(ValueError, match=r"at most 8 \(most_tasks\), got 9"):
        FactsSpec().sequence(9, seed=0)


@settings(max_examples=30, deadline=None)
@given(
    facts=st.integers(1, 70), values=st.integers(1, 20), overlap=st.sampled_from(_OVERLAPS), seed=st.integers(0, 2**32)
)
def test_a_primed_first_task_has_all_values_equally_often_and_nothing_else_changes(facts, values, overlap, seed):
    spec = FactsSpec(facts, 16, values, overlap, most_tasks=3)
    primed, usual = (spec.sequence(3, seed, primed=primed).train.tokens for primed in (True, False))
    counts = np.bincount(primed[0, :, 2] - 48, minlength=values)
    assert len(counts) == values
    assert counts.max() - counts.min() <= 1
    np.testing.assert_array_equal(primed[:, :, :2], usual[:, :, :2])
    np.testing.assert_array_equal(primed[1:], usual[1:])
    np.testing.assert_array_equal(usual, spec.sequence(3, seed).train.tokens)


def test_an_unprimed_first_task_lacks_values_and_a_primed_one_has_them_in_an_order_of_its_seed():
    """A uniform draw has each of 64 values once with probability 64! / 64^64 < 1e-26."""
    first = [FactsSpec().sequence(1, seed, primed=True).train.tokens[0, :, 2] for seed in (0, 1)]
    assert all(len(set(each.tolist())) == 64 for each in first)
    assert (first[0] != first[1]).any()
    assert len(set(FactsSpec().sequence(1, 0).train.tokens[0, :, 2].tolist())) < 64


@pytest.mark.parametrize(("overlap", "digest"), [(0.0, "c483876c6b163089"), (0.5, "49e4313f90f2c4cc")])
def test_sequences_are_those_that_experiment_1_was_run_on(overlap, digest):
    tokens = FactsSpec(16, 12, 8, overlap).sequence(3, 5).train.tokens
    assert hashlib.sha256(tokens.astype("<i4").tobytes()).hexdigest()[:16] == digest
