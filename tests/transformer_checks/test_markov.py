"""Markov languages: strings follow the law of their task, and each task has its own."""

import numpy as np
import pytest
from scipy import stats

from transformer_checks.markov import MarkovSpec, walk


def test_a_certain_successor_is_followed():
    cycle = np.roll(np.eye(5), 1, axis=1)
    strings = walk(cycle, 20, 12, np.random.default_rng(0))
    np.testing.assert_array_equal(np.diff(strings, axis=1) % 5, 1)


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_successors_have_the_tasks_probabilities(split):
    spec = MarkovSpec(symbols=5, length=400, train=50, held_out=50, concentration=2.0)
    tokens = getattr(spec.sequence(2, seed=1), split).tokens
    for task in range(2):
        law = spec.transitions(task, 1)
        np.testing.assert_allclose(law.sum(axis=1), 1)
        counts = np.zeros((5, 5))
        np.add.at(counts, (tokens[task, :, :-1].ravel(), tokens[task, :, 1:].ravel()), 1)
        expected = counts.sum(axis=1, keepdims=True) * law
        assert expected.min() > 5
        statistic = ((counts - expected) ** 2 / expected).sum()
        assert stats.chi2.sf(statistic, 20) > 1e-6  # false alarms: about 1e-6 for each of four tables
        other = spec.transitions(1 - task, 1)
        assert stats.chi2.sf(((counts - counts.sum(axis=1, keepdims=True) * other) ** 2 / expected).sum(), 20) < 1e-6


def test_held_out_strings_are_other_strings():
    sequence = MarkovSpec(concentration=1.0).sequence(3, seed=0)
    for train, held_out in zip(sequence.train.tokens, sequence.held_out.tokens, strict=True):
        assert not {each.tobytes() for each in train} & {each.tobytes() for each in held_out}


def test_the_first_symbol_does_not_count_and_all_others_do():
    sequence = MarkovSpec().sequence(1, seed=0)
    assert sequence.train.weights.shape == (1, 128, 31)
    assert (sequence.train.weights == 1).all()
    assert (sequence.vocabulary, sequence.scoring) == (16, "token")


def test_concentration_sets_how_certain_successors_are():
    certain, vague = (MarkovSpec(concentration=each).transitions(0, 0).max(axis=1).mean() for each in (0.01, 10.0))
    assert certain > 0.8
    assert vague < 0.3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"symbols": 1}, "symbols must be an integer"),
        ({"length": 1}, "length must be an integer"),
        ({"train": 0}, "train must be an integer"),
        ({"concentration": 0.0}, "positive finite number, got 0.0"),
        ({"concentration": float("inf")}, "positive finite number"),
    ],
)
def test_fields_out_of_range_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        MarkovSpec(**fields)
