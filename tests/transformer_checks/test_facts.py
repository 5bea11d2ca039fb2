"""Facts: every pair of keys once, alphabets that overlap as dialled, and nothing else that changes with the dial."""

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
