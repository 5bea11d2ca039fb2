"""`cwb capacity`: the theory behind each answer, and combinations that make no sense."""

import json
import math

import pytest

from paper.capacity import Question, predict
from tests.paper.test_cli import run
from theory.any_rule import gardner_load
from theory.field_law import one_step_error
from theory.mean_field import critical_point, fixed_point
from theory.one_step import one_step_load
from theory.willshaw import willshaw_recall

KEYS = {
    "activity", "rule", "input", "retrieval", "load", "overlap", "miss_rate", "false_alarm_rate",
    "bits_per_pattern_per_neuron", "bits_per_synapse",
}  # fmt: skip


def test_default_is_the_mean_field_capacity(capsys):
    status, out, _ = run(capsys, "capacity", "--activity", "0.5", "--json")
    record = json.loads(out)
    assert status == 0
    assert set(record) >= KEYS
    assert record["load"] == pytest.approx(0.1379055665, rel=1e-9)
    assert record["overlap"] == pytest.approx(0.9674171157, rel=1e-9)
    assert (record["input"], record["retrieval"]) == ("centred", "threshold")
    assert record["bits_per_synapse"] == pytest.approx(record["load"] * record["bits_per_pattern_per_neuron"])


def test_raw_input_and_winners():
    answer = predict(Question(0.5, input="raw", retrieval="threshold"))
    assert answer.recall.load == pytest.approx(0.069068, rel=1e-5)
    assert predict(Question(0.1, retrieval="kwta")).recall.load == critical_point(0.1, retrieval="kwta").load


def test_criterion_at_the_fixed_point():
    recall = predict(Question(0.1, eps=0.02)).recall
    assert recall.error_rate == pytest.approx(0.02, rel=1e-6)
    assert fixed_point(1.01 * recall.load, 0.1).recall.error_rate > 0.02
    assert predict(Question(0.1, eps=0.9)).recall.load == critical_point(0.1).load  # the capacity itself is within eps


def test_one_step():
    assert predict(Question(0.02, steps="one", eps=0.05)).recall == one_step_load(0.05, 0.02)
    finite = predict(Question(0.1, steps="one", eps=0.05, neurons=200))
    patterns = finite.record()["patterns"]
    for count, allowed in ((patterns, True), (patterns + 1, False)):
        error = one_step_error("fixed-size", "covariance", 200, 0.1, count)
        assert (error.error_rate / 0.1 <= 0.05) is allowed


def test_hebb_and_willshaw_state_their_network():
    hebb = predict(Question(0.1, rule="hebb", neurons=200, eps=0.05))
    assert hebb.neurons == 200
    assert hebb.recall.load < predict(Question(0.1, steps="one", eps=0.05, neurons=200)).recall.load
    willshaw = predict(Question(0.05, rule="willshaw", neurons=200, eps=0.05)).record()
    for count, allowed in ((willshaw["patterns"], True), (willshaw["patterns"] + 1, False)):
        assert (willshaw_recall(200, 10, count).error_rate <= 0.05) is allowed


def test_rules_without_error():
    assert predict(Question(0.1, rule="projection")).recall.load == 1
    assert predict(Question(0.5, rule="gardner")).recall.load == pytest.approx(2)
    assert predict(Question(0.1, rule="gardner", kappa=1.0)).recall.load == gardner_load(0.1, 1.0)


def test_states_that_a_fixed_threshold_does_not_hold_are_marked():
    assert predict(Question(0.1)).stable
    assert predict(Question(0.02)).stable is False
    assert "a fixed threshold does not hold this state" in predict(Question(0.02)).text()
    assert predict(Question(0.02, retrieval="kwta")).stable


def test_extreme_activity(capsys):
    status, out, _ = run(capsys, "capacity", "--activity", "1e-100")
    assert status == 0
    assert "1.76387" in out
    assert math.isfinite(predict(Question(1e-100, rule="gardner")).recall.load)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--activity", "0"], "activity must be a number strictly between 0 and 1"),
        (["--activity", "0.1", "--rule", "backprop"], "rule must be one of covariance, hebb"),
        (["--activity", "0.1", "--rule", "gardner", "--eps", "0.1"], "eps = 0.1 belongs to rules that make errors"),
        (["--activity", "0.1", "--kappa", "1"], "kappa = 1.0 belongs to rule gardner, not to rule covariance"),
        (["--activity", "0.1", "--neurons", "100"], "cwb simulate capacity"),
        (["--activity", "0.1", "--rule", "willshaw", "--input", "raw"], "input = 'raw' belongs to the fixed points"),
        (["--activity", "0.1", "--eps", "2"], "eps must lie strictly between 0 and 1"),
        (["--activity", "0.1", "--steps", "two"], "steps must be one of fixed-point, one"),
        (["--activity", "0.1", "--retrieval", "soft"], "retrieval must be one of threshold, kwta"),
        (["--activity", "0.1", "--rule", "projection", "--steps", "one"], "no steps to choose"),
        ([], "--activity"),
    ],
)
def test_combinations_that_make_no_sense(capsys, arguments, message):
    status, out, err = run(capsys, "capacity", *arguments)
    assert (status, out) == (2, "")
    assert message in err
