"""What every family of tasks promises."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from transformer_checks.tasks import TASKS, check_family

_NEEDS = {"numbers": "num2words", "languages": "django"}


@pytest.fixture(params=TASKS)
def spec(request):
    if request.param in _NEEDS:
        pytest.importorskip(_NEEDS[request.param])
    return TASKS[request.param]()


def test_families_are_named():
    assert list(TASKS) == ["facts", "markov", "digits", "numbers", "languages"]
    assert all(check_family(name).family == name for name in TASKS)
    with pytest.raises(ValueError, match="one of facts, markov, digits, numbers, languages, got 'riddles'"):
        check_family("riddles")


def test_a_spec_survives_json(spec):
    assert type(spec)(**json.loads(json.dumps(asdict(spec)))) == spec


def test_a_task_does_not_depend_on_how_many_follow(spec):
    many, few = spec.sequence(7, seed=3), spec.sequence(2, seed=3)
    assert few.names == many.names[:2]
    assert len(set(many.names)) == 7
    assert (few.vocabulary, few.scoring, few.length) == (many.vocabulary, many.scoring, many.length)
    for split in ("train", "held_out"):
        np.testing.assert_array_equal(getattr(few, split).tokens, getattr(many, split).tokens[:2])
        np.testing.assert_array_equal(getattr(few, split).weights, getattr(many, split).weights[:2])


def test_the_seed_and_it_alone_decides(spec):
    one, again, other = (spec.sequence(3, seed=seed).train.tokens for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_tokens_and_weights_are_what_a_model_can_use(spec):
    sequence = spec.sequence(4, seed=0)
    for split in (sequence.train, sequence.held_out):
        assert split.tokens.dtype == np.int32
        assert split.weights.dtype == np.float32
        assert split.tokens.shape[2] == sequence.length
        assert split.tokens.min() >= 0
        assert split.tokens.max() < sequence.vocabulary
        assert set(np.unique(split.weights)) <= {0.0, 1.0}
        assert (split.weights.sum(axis=2) > 0).all()


def test_no_two_tasks_are_the_same(spec):
    tokens = spec.sequence(6, seed=1).train.tokens
    assert len({task.tobytes() for task in tokens}) == 6


@pytest.mark.parametrize("arguments", [(0, 0), (-1, 0), (2, -1), (True, 0)])
def test_impossible_sequences_are_refused(spec, arguments):
    with pytest.raises(ValueError, match="must be an integer"):
        spec.sequence(*arguments)
