"""A point of Experiment 1: bad input is refused at once, and a measurement is a function of its point."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from transformer_checks.continual import Protocol
from transformer_checks.exp1 import InterferencePoint, measure_interference
from transformer_checks.facts import FactsSpec
from transformer_checks.groups import GROUPS
from transformer_checks.markov import MarkovSpec

_POINT = InterferencePoint(
    regime="test",
    family="facts",
    spec=FactsSpec(facts=8, keys=6, values=8, most_tasks=4),
    protocol=Protocol(tasks=3, steps=6, learning_rate=3e-3, stretches=2, batch=4),
    implementation="kwta",
    level=0.1,
    seeds=2,
)


@pytest.fixture(scope="module")
def measured():
    return measure_interference(_POINT)


def test_dimensions(measured):
    assert dict(measured.sizes) == {
        "seed": 2,
        "stage": 4,
        "task": 3,
        "other": 3,
        "layer": 2,
        "checkpoint": 6,
        "group": 4,
    }
    assert {name: each.dims for name, each in measured.items()} == {
        "loss": ("seed", "stage", "task"),
        "accuracy": ("seed", "stage", "task"),
        "density": ("seed", "stage", "layer", "task"),
        "excess": ("seed", "stage", "layer", "task"),
        "dead": ("seed", "stage", "layer"),
        "overlap": ("seed", "stage", "layer", "task", "other"),
        "crossed": ("seed", "checkpoint", "group", "task", "other"),
        "inner": ("seed", "checkpoint", "group", "task", "other"),
        "path": ("seed", "checkpoint", "task"),
        "steps": ("seed", "task"),
    }
    assert measured["group"].values.tolist() == list(GROUPS)
    assert measured["training"].values.tolist() == [0, 0, 1, 1, 2, 2]
    assert all(np.isfinite(each.values).all() for each in measured.values())


def test_measuring_again_gives_the_same(measured):
    xr.testing.assert_identical(measure_interference(_POINT), measured)


def test_levels_share_their_tasks_and_seeds_do_not(measured):
    """A fresh model's loss is that of guessing, so the comparison is of what follows."""
    denser = measure_interference(replace(_POINT, level=1.0))
    assert not np.allclose(denser["loss"][:, 1:], measured["loss"][:, 1:], atol=1e-4)
    assert float(denser["density"].min()) > float(measured["density"].max())
    other = measure_interference(replace(_POINT, seed=1))
    assert not np.allclose(other["loss"][:, 1:], measured["loss"][:, 1:], atol=1e-4)


def test_a_checkpoint_follows_its_training(measured):
    """After task 1's stretches its own gradient is smaller than before, and than those of tasks not yet learned."""
    squares = np.diagonal(measured["inner"].sum("group").values, axis1=2, axis2=3)
    assert (squares[:, 1, 0] != squares[:, 0, 0]).all()
    assert (measured["loss"][:, 1, 0] < measured["loss"][:, 0, 0] - 0.01).all()


def test_names(measured):
    assert _POINT.label == "test,kwta=0.1"
    assert _POINT.memorised
    assert not replace(_POINT, family="markov", spec=MarkovSpec()).memorised


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"level": 1.5}, r"k cannot exceed the width m = 256, got 1.5"),
        ({"level": 0.0}, r"k/m must lie in \(0, 1\]"),
        ({"implementation": "l1", "level": -1.0}, "penalty must be"),
        ({"implementation": "topk"}, "implementation must be one of kwta, raw-kwta, l1, got 'topk'"),
        ({"preset": "large"}, "preset must be one of tiny, small"),
        ({"family": "poems"}, "tasks must be one of facts, markov, digits, numbers, languages, got 'poems'"),
        ({"family": "markov"}, "spec of the family markov cannot be FactsSpec"),
        ({"protocol": replace(_POINT.protocol, stretches=0)}, "stretches must be an integer of at least 1"),
        ({"seeds": 1}, "seeds must be an integer of at least 2"),
        ({"seed": -1}, "seed must be an integer of at least 0"),
    ],
)
def test_bad_input_is_refused_before_any_work(fields, message):
    with pytest.raises(ValueError, match=message):
        replace(_POINT, **fields)


def test_more_tasks_than_a_spec_has_are_refused():
    with pytest.raises(ValueError, match=r"at most 4 \(most_tasks\), got 5"):
        measure_interference(replace(_POINT, protocol=replace(_POINT.protocol, tasks=4, pretraining=1)))
