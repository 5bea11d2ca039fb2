"""Continual learning: a record owes nothing to later tasks, pretraining has a task of its own, dials reach training."""

from dataclasses import replace
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.checkpoints import Checkpoints
from transformer_checks.continual import Protocol, data_of, learn_sequence
from transformer_checks.facts import FactsSpec
from transformer_checks.methods.replay import Replay
from transformer_checks.presets import sizes_for, with_experts
from transformer_checks.runs import run_keys
from transformer_checks.sparsity import sparsity_of
from transformer_checks.training import dials

pytestmark = pytest.mark.usefixtures("quick_compilation")

_SPEC = FactsSpec(facts=8, keys=6, values=8, most_tasks=4)
_PROTOCOL = Protocol(tasks=3, steps=6, learning_rate=3e-3, stretches=2, batch=4)
_SIZES = sizes_for("tiny", 32, 3)


def tasks_of(count, seeds=(0, 1)):
    return data_of([_SPEC.sequence(count, seed) for seed in seeds])


@lru_cache
def learned(protocol=_PROTOCOL, *, changed=None, implementation="kwta", level=0.2):
    """The record of two runs; `changed` gives that task the examples of another seed."""
    own, other = (tasks_of(3 + (protocol.pretraining > 0), seeds) for seeds in ((0, 1), (7, 8)))
    if changed is not None:
        own = jax.tree.map(lambda one, two: one.at[:, changed].set(two[:, changed]), own, other)
    return run(protocol, own, sparsity_of(implementation, level, _SIZES.depth, _SIZES.hidden))


def run(protocol, data, sparsity=None, **extra):
    strategy = sparsity or sparsity_of("kwta", 0.2, _SIZES.depth, _SIZES.hidden)
    return learn_sequence(protocol, _SIZES, data, "exact", strategy, run_keys(0, "test", 2), **extra)


def same(one, other):
    jax.tree.map(np.testing.assert_array_equal, one, other)


def test_shapes_and_the_stages_between_stretches():
    record = learned()
    assert record.stages.loss.shape == (2, 4, 3)
    assert record.stages.overlap.shape == (2, 4, 2, 3, 3)
    assert record.gradients.crossed.shape == record.gradients.inner.shape == (2, 6, 4, 3, 3)
    assert record.path.shape == record.stretch_loss.shape == (2, 6, 3)
    assert (record.steps == 6).all()
    np.testing.assert_allclose(record.stages.loss[:, 0], np.log(32), rtol=1e-5)  # a fresh head knows nothing
    np.testing.assert_allclose(record.stretch_loss[:, 1::2], record.stages.loss[:, 1:], rtol=1e-5)


def test_training_on_a_task_lowers_its_own_loss_most():
    loss = learned().stages.loss
    for task in range(3):
        fall = loss[:, task] - loss[:, task + 1]
        assert (fall[:, task] > 0.01).all()
        assert (fall.argmax(axis=1) == task).all()


def test_gradients_along_the_path_account_for_the_change_of_the_loss():
    """Of the sign and to a half, over stretches of three steps."""
    record = learned()
    stages = np.concatenate([record.stages.loss[:, :1], record.stretch_loss], axis=1)
    change = np.diff(stages, axis=1)
    np.testing.assert_allclose(record.path[:, 1:], change[:, 1:], atol=0.5 * np.abs(change).max())
    assert np.corrcoef(record.path[:, 1:].ravel(), change[:, 1:].ravel())[0, 1] > 0.9


def test_later_tasks_change_nothing_before_them():
    """Another third task, or none: all that precedes it stays the same, bit for bit."""
    full = learned()
    for other in (learned(changed=2), learned(replace(_PROTOCOL, tasks=2))):
        same(full.stages.loss[:, :3, :2], other.stages.loss[:, :3, :2])
        same(full.stages.overlap[:, :3, :, :2, :2], other.stages.overlap[:, :3, :, :2, :2])
        same(full.gradients.inner[:, :4, :, :2, :2], other.gradients.inner[:, :4, :, :2, :2])
        same(full.path[:, :4, :2], other.path[:, :4, :2])
    assert not np.array_equal(full.stages.loss[:, 3], learned(changed=2).stages.loss[:, 3])


@pytest.mark.parametrize("stretches", [0, 1, 6])
def test_stretches_measure_and_change_nothing(stretches):
    """Without any, training is another program: equal to rounding and not bit for bit."""
    record, usual = learned(replace(_PROTOCOL, stretches=stretches)), learned()
    np.testing.assert_allclose(record.stages.loss, usual.stages.loss, rtol=0 if stretches else 1e-4)
    np.testing.assert_array_equal(record.steps, usual.steps)
    assert (record.gradients is None) == (record.path is None) == (stretches == 0)


def test_losses_are_noted_before_what_comes_between_tasks():
    """What comes between is seen by the stage after it and by the next task, not by what the task had learned."""
    seen, usual = [], learned()

    class Forget:
        def begin(self):
            return ()

        def __call__(self, task, state, kept):
            seen.append(task)
            model = jax.tree.map(lambda leaf: 0 * leaf, state.model) if task == 1 else state.model
            return state._replace(model=model), kept

    record = run(_PROTOCOL, tasks_of(3), between=Forget())
    assert seen == [0, 1, 2]
    same(record.learned[:, :2], usual.learned[:, :2])
    same(record.stages.loss[:, :2], usual.stages.loss[:, :2])
    np.testing.assert_allclose(record.stages.loss[:, 2], np.log(32), rtol=1e-5)
    for task in range(3):
        same(usual.learned[:, task], usual.stages.loss[:, task + 1, task])


def test_dials_given_replace_the_protocols():
    frozen = dials(_PROTOCOL.learning_rate)._replace(plastic=jnp.zeros(4))
    loss = run(_PROTOCOL, tasks_of(3), settings=frozen).stages.loss
    np.testing.assert_allclose(loss, np.log(32), rtol=1e-5)


def test_pretraining_has_a_task_of_its_own_and_trains_all_weights():
    pretrained = replace(_PROTOCOL, pretraining=10)
    record = learned(pretrained)
    assert record.stages.loss.shape == (2, 4, 3)
    assert record.steps.shape == (2, 3)
    assert not np.allclose(record.stages.loss[:, 0], np.log(32), atol=1e-3)
    assert not np.array_equal(learned(pretrained, changed=0).stages.loss[:, 0], record.stages.loss[:, 0])
    # The last task of the sequence is no part of what came before it.
    same(learned(pretrained, changed=3).stages.loss[:, :3, :2], record.stages.loss[:, :3, :2])
    frozen = learned(replace(pretrained, plastic=("mlp",), criterion=1e-6))
    same(frozen.stages.loss[:, 0], record.stages.loss[:, 0])
    assert not np.array_equal(frozen.stages.loss[:, 1], record.stages.loss[:, 1])


def test_the_optimisers_state_is_carried_or_reset():
    reset, carried = learned(), learned(replace(_PROTOCOL, carried=True))
    same(reset.stages.loss[:, :2], carried.stages.loss[:, :2])
    assert (np.abs(reset.stages.loss[:, 2] - carried.stages.loss[:, 2]) > 1e-4).all()


def test_a_criterion_ends_every_task():
    record = learned(replace(_PROTOCOL, criterion=1e3))
    assert (record.steps == 1).all()
    assert (record.path[:, 1::2] == 0).all()  # nothing is left for a task's second stretch


def test_sparser_activations_have_a_lower_density():
    sparse, dense = (learned(level=level).stages.density for level in (0.02, 0.2))
    assert sparse.max() <= 5 / 256 + 1e-6 < dense.min()


def test_runs_differ_by_their_keys_and_tasks():
    loss = learned().stages.loss
    assert not np.allclose(loss[0, 1:], loss[1, 1:], atol=1e-4)


def test_methods_begin_with_the_second_task_and_do_not_see_how_many_follow():
    """The first tasks of three are the two of two, bit for bit."""
    method = Replay(capacity=4)
    short, data = replace(_PROTOCOL, stretches=0), tasks_of(3)
    with_it, plain = run(short, data, method=method), run(short, data)
    np.testing.assert_allclose(with_it.stages.loss[:, 1], plain.stages.loss[:, 1], rtol=1e-3)
    assert (np.abs(with_it.stages.loss[:, 2] - plain.stages.loss[:, 2]).max(axis=1) > 1e-3).all()
    fewer = run(replace(short, tasks=2), tasks_of(2), method=method)
    same(with_it.stages.loss[:, :3, :2], fewer.stages.loss)


def test_mixtures_of_experts_learn():
    sizes = with_experts(_SIZES, 8, 2, "total")
    dense = sparsity_of("kwta", 1.0, sizes.depth, sizes.hidden)
    record = learn_sequence(_PROTOCOL, sizes, tasks_of(3), "exact", dense, run_keys(0, "test", 2))
    assert (record.stages.loss[:, 1, 0] < record.stages.loss[:, 0, 0] - 0.01).all()
    assert record.stages.density.max() <= 0.25
    assert record.stages.density.min() > 0.05


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tasks": 1}, "tasks must be an integer of at least 2, got 1"),
        ({"steps": 7}, "steps must be a multiple of the 2 stretches, got 7"),
        ({"steps": 0}, "steps must be an integer of at least 1"),
        ({"stretches": -1}, "stretches must be an integer of at least 0"),
        ({"pretraining": -1}, "pretraining must be an integer of at least 0"),
        ({"optimiser": "adam"}, "optimiser must be one of adamw, sgd, muon"),
        ({"batch": 0}, "batch must be"),
        ({"learning_rate": -1.0}, "learning rate must be positive"),
        ({"plastic": ("norm",)}, "plastic must name some of"),
    ],
)
def test_impossible_protocols_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        replace(_PROTOCOL, **fields)


# --- going on after a stop -------------------------------------------------------------------------------------------


class Stopped(Exception):
    """As a kill would, but without a process of its own."""


class StopsAfter(Checkpoints):
    """Checkpoints of a sequence that is stopped once those of some step are written."""

    stop = 0

    def offer(self, step, tree):
        super().offer(step, tree)
        if step == self.stop:
            raise Stopped


INTERRUPTED = {
    "between stretches": (_PROTOCOL, {}, 3),
    "between tasks": (_PROTOCOL, {}, 2),
    "before the first task": (replace(_PROTOCOL, pretraining=6), {}, 0),
    "in the middle of a task": (replace(_PROTOCOL, stretches=0), {}, 5),
    "a method with a memory": (replace(_PROTOCOL, stretches=0, carried=True), {"method": Replay(4, 1.0)}, 7),
}


@pytest.mark.parametrize("when", INTERRUPTED)
def test_a_sequence_that_was_stopped_gives_bit_for_bit_what_it_would_have_given(when, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("transformer_checks.continual.PART", 2)  # three parts a task where there are no stretches
    protocol, extra, stop = INTERRUPTED[when]
    tasks = tasks_of(3 + (protocol.pretraining > 0))
    straight = run(protocol, tasks, **extra)
    stopping = StopsAfter(tmp_path, 0.0)
    stopping.stop = stop
    with pytest.raises(Stopped):
        run(protocol, tasks, **extra, checkpoints=stopping)
    assert capsys.readouterr().err == ""
    same(run(protocol, tasks, **extra, checkpoints=Checkpoints(tmp_path)), straight)
    assert capsys.readouterr().err == f"goes on from checkpoint {tmp_path / f'{stop:08d}'}\n"
