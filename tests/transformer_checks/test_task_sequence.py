"""The common type of tasks: shapes that are refused, and streams of random numbers of their own."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from transformer_checks.task_sequence import Examples, check_sequence, generator, stack


def test_examples_of_tasks_are_stacked_on_the_first_axis():
    tokens = np.arange(12).reshape(2, 2, 3)
    weights = np.array([[[0, 1], [0, 1]], [[1, 1], [1, 0]]])
    examples = stack([(tokens[0], weights[0]), (tokens[1], weights[1])])
    np.testing.assert_array_equal(examples.tokens, tokens)
    np.testing.assert_array_equal(examples.weights, weights)


def test_a_weight_for_every_token_is_one_too_many():
    with pytest.raises(TypeCheckError):
        Examples(np.zeros((2, 5, 4), np.int32), np.zeros((2, 5, 4), np.float32))


def test_every_seed_purpose_and_task_has_its_own_stream():
    keys = [(seed, purpose, task) for seed in (0, 1) for purpose in ("a", "b") for task in (None, 0, 1)]
    streams = {key: tuple(generator(*key).integers(2**62, size=2)) for key in keys}
    assert len(set(streams.values())) == len(keys)
    assert streams == {key: tuple(generator(*key).integers(2**62, size=2)) for key in keys}


@pytest.mark.parametrize(
    ("tasks", "seed", "message"),
    [(0, 0, "tasks must be an integer"), (4, 0, r"at most 3 \(things\), got 4"), (1, -1, "seed must be an integer")],
)
def test_what_cannot_be_drawn_is_refused(tasks, seed, message):
    with pytest.raises(ValueError, match=message):
        check_sequence(tasks, seed, 3, "things")
