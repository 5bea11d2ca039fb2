"""Long sequences: a run is the start of a longer one, and between tasks happens what the plan says and nothing else."""

import itertools
from dataclasses import replace
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from transformer_checks import long_sequences
from transformer_checks.consolidation import Consolidation, Store, stored_numbers
from transformer_checks.continual import Data, Protocol
from transformer_checks.facts import FactsSpec
from transformer_checks.long_sequences import EXPERTS, ROUTED, LongPoint, measure_long
from transformer_checks.model import forward, initialise, parameters
from transformer_checks.objectives import Split
from transformer_checks.presets import check_preset
from transformer_checks.training import State

pytestmark = pytest.mark.usefixtures("quick_compilation")

_SPEC = FactsSpec(facts=8, keys=6, values=8, most_tasks=6)
_PROTOCOL = Protocol(tasks=5, steps=4, learning_rate=3e-3, stretches=0, batch=4, pretraining=6)
_PLAN = Consolidation(fast=(1,), interval=2, steps=4, batch=8, replay=3)
_POINT = LongPoint("single", _SPEC, _PROTOCOL, "kwta", (0.2,), seeds=2)
_KINDS = {"plain": {}, "replay": {"method": "replay"}, "dual": {"consolidation": _PLAN}}


class Spy(long_sequences._Sleeper):
    """Notes the weights before and after what comes between tasks, and the store after it."""

    seen: list  # set anew for every run

    def __call__(self, task, state, kept):
        after, store = super().__call__(task, state, kept)
        Spy.seen.append(jax.tree.map(np.asarray, (state.model, after.model, store._asdict())))
        return after, store


@lru_cache
def measured(kind, tasks=5):
    """A run, and what was noted of it."""
    point = replace(_POINT, protocol=replace(_PROTOCOL, tasks=tasks), **_KINDS[kind])
    Spy.seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_sequences, "_Sleeper", Spy)
        return measure_long(point), Spy.seen


def zones(model):
    """Weights of the slow zone, and of the fast one, which is the second layer."""
    blocks = jax.tree.leaves(model.blocks)
    slow = [model.embedding, model.head, *(leaf[:, 0] for leaf in blocks)]
    return slow, [leaf[:, 1] for leaf in blocks]


def equal(one, other):
    return all(np.array_equal(first, second) for first, second in zip(one, other, strict=True))


def test_a_sequence_is_the_start_of_a_longer_one():
    """Bit for bit, what the slow zone is taught after the second task included."""
    long, short = (measured("dual", tasks)[0] for tasks in (5, 3))
    for name in ("loss", "accuracy"):
        np.testing.assert_array_equal(long[name][:, :4, :3], short[name])
    for name in ("learned", "steps"):
        np.testing.assert_array_equal(long[name][:, :3], short[name])


@pytest.mark.parametrize("stop", [1, 3, 4])
def test_a_dual_system_that_was_stopped_goes_on_with_its_store(stop, tmp_path, monkeypatch):
    """Bit for bit, whether it was stopped just after a consolidation or with examples waiting for one."""
    point, learned = replace(_POINT, **_KINDS["dual"]), long_sequences.Checkpoints.offer

    def offer(checkpoints, step, tree):
        learned(checkpoints, step, tree)
        if step == stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(long_sequences.Checkpoints, "offer", offer)
    with pytest.raises(KeyboardInterrupt):
        measure_long(point, tmp_path, 0.0)
    monkeypatch.undo()
    assert (tmp_path / f"{stop:08d}").is_dir()
    xr.testing.assert_identical(measure_long(point, tmp_path), measured("dual")[0])


def test_kinds_are_different_things_on_the_same_tasks_and_weights():
    plain, replay, dual = (measured(kind)[0] for kind in _KINDS)
    for other in (replay, dual):
        np.testing.assert_allclose(plain["loss"][:, 0], other["loss"][:, 0], rtol=1e-4)
        assert (np.abs(plain["loss"][:, 3] - other["loss"][:, 3]).max(axis=1) > 1e-3).all()
    np.testing.assert_allclose(plain["loss"][:, 1], replay["loss"][:, 1], rtol=1e-3)  # nothing is stored yet


def test_what_is_recorded():
    data, _ = measured("plain")
    assert dict(data.sizes) == {"seed": 2, "stage": 6, "task": 5}
    assert {name: each.dims for name, each in data.items()} == {
        "loss": ("seed", "stage", "task"),
        "accuracy": ("seed", "stage", "task"),
        "learned": ("seed", "task"),
        "density": ("seed", "stage"),
        "dead": ("seed", "stage"),
        "steps": ("seed", "task"),
    }
    sizes = _POINT.sizes(_SPEC.sequence(1, 0))
    count = parameters(jax.eval_shape(lambda key: initialise(sizes, key), jax.random.key(0)))
    assert data.attrs == {"facts": 8, "values": 8, "parameters": count}
    assert (data["steps"] == 4).all()
    tasks = np.arange(5)
    np.testing.assert_array_equal(data["learned"], data["loss"].values[:, tasks + 1, tasks])  # nothing comes between
    assert (data["learned"].values < data["loss"].values[:, tasks, tasks]).all()
    assert not np.allclose(data["loss"][0], data["loss"][1], atol=1e-3)
    assert float(data["density"].max()) <= 51 / 256 + 1e-6


def test_the_slow_zone_stays_while_the_fast_one_learns():
    _, seen = measured("dual")
    for (_, before, _), (after, _, _) in itertools.pairwise(seen):
        (slow, fast), (slow_after, fast_after) = zones(before), zones(after)
        assert equal(slow, slow_after)
        assert not any(np.array_equal(*pair) for pair in zip(fast, fast_after, strict=True))


def test_every_second_task_the_slow_zone_is_taught_and_the_fast_one_set_back():
    """To its initial weights, with which it is silent; after the other tasks nothing happens."""
    data, seen = measured("dual")
    for task, (before, after, _) in enumerate(seen):
        if (task + 1) % 2:
            assert equal(jax.tree.leaves(before), jax.tree.leaves(after))
            continue
        slow, slow_after = zones(before)[0], zones(after)[0]
        assert not any(np.array_equal(*pair) for pair in zip(slow, slow_after, strict=True))
        assert equal(zones(after)[1], zones(seen[1][1])[1])
        assert not after.blocks.mix[:, 1].any()
        assert not after.blocks.down[:, 1].any()
        assert after.blocks.up[:, 1].any()
    loss, learned = data["loss"].values, data["learned"].values
    np.testing.assert_array_equal(loss[:, 1, 0], learned[:, 0])
    assert (loss[:, 2, 1] != learned[:, 1]).all()  # what was learned is noted before it is consolidated


def test_stored_answers_are_those_at_the_end_of_the_task():
    _, seen = measured("dual")
    sequence = _SPEC.sequence(6, 0, primed=True)
    sparsity = _POINT.sparsity(_POINT.sizes(sequence))
    answer = jax.jit(lambda model, tokens: forward(model, tokens[:, :-1], sparsity)[0])
    for task, (before, _, store) in enumerate(seen):
        own = jnp.asarray(sequence.train.tokens[task + 1])  # the first one is for pretraining
        np.testing.assert_array_equal(store["tokens"][0, task], own)
        expected = answer(jax.tree.map(lambda leaf: jnp.asarray(leaf[0]), before), own)
        np.testing.assert_allclose(store["logits"][0, task], expected, atol=1e-4)
        np.testing.assert_array_equal(store["logits"][:, task], seen[-1][2]["logits"][:, task])
        assert not store["kept"][:, task + 1 :].any()


def test_what_is_kept_is_what_is_counted():
    """All examples until they are consolidated, then the same three."""
    _, seen = measured("dual")
    kept = np.stack([store["kept"] for _, _, store in seen])  # after task, run, task, example
    assert kept.sum(axis=-1)[:, 0].tolist() == [
        [8, 0, 0, 0, 0],
        [3, 3, 0, 0, 0],
        [3, 3, 8, 0, 0],
        [3, 3, 3, 3, 0],
        [3, 3, 3, 3, 8],
    ]
    np.testing.assert_array_equal(kept[1, :, :2], kept[4, :, :2])
    assert (kept[4, 0] != kept[4, 1]).any()
    counts = kept.sum(axis=(2, 3))
    fullest = max(8, *(counts[:-1].max(axis=1) + 8))  # when a task has been added, and nothing is consolidated yet
    assert stored_numbers(_PLAN, 5, 8, 3, 40) == {"examples": fullest, "tokens": 3 * fullest, "logits": 40 * fullest}


@pytest.mark.parametrize(("interval", "expected"), [(1, [0, 1, 2, 3, 4]), (2, [1, 3]), (5, [4]), (6, [])])
def test_consolidations_come_at_their_interval_and_never_beyond_the_tasks(monkeypatch, interval, expected):
    slept, noted = [], []

    def remember(store, model, own, sparsity, task):
        noted.append(int(task))
        return store

    def consolidate(model, fresh, store, sparsity, keys, task):
        slept.append(int(task))
        return model, store

    programs = (lambda tasks: Store(*map(jnp.zeros, [(1, 1, 1)] * 4)), lambda keys: "fresh", remember, consolidate)
    monkeypatch.setattr(long_sequences, "_sleep_programs", lambda plan, sizes: programs)
    split = Split(jnp.zeros((2, 6, 8, 3), jnp.int32), jnp.zeros((2, 6, 8, 2)))
    sizes = check_preset("tiny")
    sleeper = long_sequences._Sleeper(
        replace(_PLAN, interval=interval),
        _PROTOCOL,
        sizes,
        Data(split, split),
        _POINT.sparsity(sizes),
        jax.random.split(jax.random.key(0)),
    )
    state = State(initialise(sizes, jax.random.key(1)), (), jnp.int32(0), jnp.float32(0))
    store = sleeper.begin()
    for task in range(5):
        state, store = sleeper(task, state, store)
    assert noted == [0, 1, 2, 3, 4]
    assert slept == expected


def test_consolidation_draws_other_numbers_than_the_initial_weights():
    sizes = check_preset("tiny")
    split = Split(jnp.zeros((2, 6, 8, 3), jnp.int32), jnp.zeros((2, 6, 8, 2)))
    keys = jax.random.split(jax.random.key(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_sequences, "_sleep_programs", lambda plan, sizes: [lambda given: None] * 4)
        own = long_sequences._Sleeper(_PLAN, _PROTOCOL, sizes, Data(split, split), _POINT.sparsity(sizes), keys).keys
    used = [jax.random.key_data(jax.random.fold_in(keys[0], task)) for task in range(10)]
    assert not any((jax.random.key_data(own[0]) == each).all() for each in used)


# --- points ----------------------------------------------------------------------------------------------------------


def test_levels_layer_by_layer():
    sizes = check_preset("tiny")
    both, one = (replace(_POINT, levels=levels).sparsity(sizes) for levels in ((1.0, 0.05), (0.05,)))
    assert both.active.tolist() == [256, 13]
    assert both.rectified.tolist() == [True, True]
    assert one.active.tolist() == [13, 13]
    assert replace(_POINT, levels=(1.0, 0.05)).label == "single,kwta=1-0.05"
    assert replace(_POINT, **_KINDS["dual"]).label == "single,kwta=0.2,replay=3,every=2"
    penalised = replace(_POINT, implementation="l1", levels=(0.3,)).sparsity(sizes)
    assert (penalised.active.tolist(), float(penalised.penalty)) == ([256, 256], pytest.approx(0.3))


def test_mixtures_have_experts():
    sequence = _SPEC.sequence(1, 0)
    dense = _POINT.sizes(sequence)
    assert dense.experts == 0
    for mixture, hidden in (("total", dense.hidden), ("active", dense.hidden * EXPERTS // ROUTED)):
        sizes = replace(_POINT, mixture=mixture).sizes(sequence)
        assert (sizes.experts, sizes.routed, sizes.hidden) == (EXPERTS, ROUTED, hidden)
        assert (sizes.vocabulary, sizes.length, sizes.depth, sizes.width) == (44, 3, dense.depth, dense.width)
        levels = replace(_POINT, mixture=mixture).sparsity(sizes)
        assert levels.active.tolist() == [round(0.2 * hidden)] * 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"seeds": 1}, "seeds must be an integer of at least 2, got 1"),
        ({"seed": -1}, "seed must be an integer of at least 0"),
        ({"implementation": "topk"}, "implementation must be one of kwta, raw-kwta, l1, got 'topk'"),
        ({"levels": (0.0,)}, r"k/m must lie in \(0, 1\]"),
        ({"levels": ()}, "levels must be one number, or one for each of the 2 layers"),
        ({"levels": (0.1, 0.2, 0.3)}, r"layers without L1, got \(0.1, 0.2, 0.3\) for kwta"),
        ({"levels": (0.1, 0.2), "implementation": "l1"}, r"without L1, got \(0.1, 0.2\) for l1"),
        ({"method": "sam"}, "method must be one of none, ewc"),
        ({"mixture": "both"}, "equal must be total or active, got 'both'"),
        ({"preset": "big"}, "preset must be one of tiny, small"),
        (
            {"consolidation": replace(_PLAN, fast=(0, 1))},
            r"must leave some of the 2 layers, counted from 0, got \(0, 1\)",
        ),
        ({"consolidation": replace(_PLAN, fast=(2,))}, "must leave some of the 2 layers"),
        ({"consolidation": _PLAN, "method": "ewc"}, "method must be none where tasks are consolidated, got 'ewc'"),
    ],
)
def test_bad_points_are_refused_before_any_work(fields, message):
    with pytest.raises(ValueError, match=message):
        replace(_POINT, **fields)


def test_more_tasks_than_the_spec_has_are_refused():
    with pytest.raises(ValueError, match=r"at most 6 \(most_tasks\), got 7"):
        measure_long(replace(_POINT, protocol=replace(_PROTOCOL, tasks=6)))
