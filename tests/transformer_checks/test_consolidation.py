"""Consolidation: which weights it changes, towards what, and what stays in the store."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from transformer_checks.consolidation import (
    Consolidation,
    consolidate,
    empty_store,
    set_back,
    stored_numbers,
    thin,
    zone,
)
from transformer_checks.model import Sizes, forward, initialise
from transformer_checks.objectives import Split
from transformer_checks.sparsity import sparsity_of

pytestmark = pytest.mark.usefixtures("quick_compilation")

_SIZES = Sizes(vocabulary=12, length=3, depth=2, width=16, heads=2)
_DENSE = sparsity_of("kwta", 1.0, 2, 64)
_DUAL = Consolidation(fast=(1,), interval=2, steps=60, batch=8, replay=3, learning_rate=1e-2)
_REHEARSAL = Consolidation(fast=(), interval=2, steps=1, batch=4, replay=2, learning_rate=0.5, optimiser="sgd")
_KEY = jax.random.key(3)
_TASKS, _EXAMPLES = 3, 6


def weights(seed):
    shapes = eqx.filter_eval_shape(initialise, _SIZES, jax.random.key(0))
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: jnp.asarray(0.4 * rng.normal(size=leaf.shape), jnp.float32), shapes)


@pytest.fixture(scope="module")
def model():
    return weights(0)


@pytest.fixture(scope="module")
def fresh():
    return jax.jit(lambda: initialise(_SIZES, jax.random.key(1)))()


@pytest.fixture(scope="module")
def store():
    """All examples of two of three tasks, and answers of another network to them."""
    rng = np.random.default_rng(2)
    tokens = jnp.asarray(rng.integers(12, size=(_TASKS, _EXAMPLES, 3)), jnp.int32)
    counted = jnp.asarray(np.tile([0.0, 1.0], (_TASKS, _EXAMPLES, 1)), jnp.float32)
    empty = empty_store(Split(tokens, counted), 12)
    assert not empty.kept.any()
    logits = 3 * rng.normal(size=empty.logits.shape)
    kept = np.arange(_TASKS)[:, None] < 2
    return empty._replace(
        tokens=tokens,
        weights=counted,
        logits=jnp.asarray(logits, jnp.float32),
        kept=jnp.asarray(np.broadcast_to(kept, (_TASKS, _EXAMPLES))),
    )


@pytest.fixture(scope="module")
def taught():
    """Compiled: `consolidate` with two zones."""
    return jax.jit(lambda model, fresh, store: consolidate(_DUAL, model, fresh, store, _DENSE, _KEY, jnp.int32(1)))


@pytest.fixture(scope="module")
def rehearsed():
    """Compiled: one step of `consolidate` with one zone, by gradient descent."""
    return jax.jit(lambda model, fresh, store: consolidate(_REHEARSAL, model, fresh, store, _DENSE, _KEY, jnp.int32(1)))


@jax.jit
def _gap(model, tokens, logits):
    """Mean cross-entropy of answers at the last position."""
    given = forward(model, tokens[:, :-1], _DENSE)[0][:, -1]
    return optax.softmax_cross_entropy(given, jax.nn.softmax(logits[:, -1])).mean()


def gap(model, store):
    """Over the two tasks stored."""
    return float(_gap(model, store.tokens[:2].reshape(-1, 3), store.logits[:2].reshape(-1, 2, 12)))


def parts(model):
    """Weights of the slow zone and of the fast one, the second layer."""
    blocks = jax.tree.leaves(model.blocks)
    return [model.embedding, model.head, *(leaf[0] for leaf in blocks)], [leaf[1] for leaf in blocks]


def equal(one, other):
    return [bool((first == second).all()) for first, second in zip(one, other, strict=True)]


def test_zones_are_a_partition():
    fast, slow = (np.asarray(zone((1, 2), 4, which)) for which in ("fast", "slow"))
    np.testing.assert_array_equal(fast, [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(fast + slow, 1)
    assert not zone((), 4, "fast").any()


def test_the_fast_zone_is_set_back_and_the_slow_one_alone_is_taught(model, fresh, store, taught):
    after, _ = taught(model, fresh, store)
    (slow, fast), (slow_after, fast_after) = parts(model), parts(after)
    assert all(equal(fast_after, parts(fresh)[1]))
    assert not any(equal(fast, fast_after))
    assert not any(equal(slow, slow_after))


def test_the_slow_zone_learns_the_stored_answers_without_the_fast_one(model, fresh, store, taught):
    before = set_back(model, fresh, zone((1,), 2, "fast"))
    after, _ = taught(model, fresh, store)
    entropy = optax.softmax_cross_entropy(store.logits[:2, :, -1], jax.nn.softmax(store.logits[:2, :, -1])).mean()
    assert gap(after, store) - float(entropy) < 0.5 * (gap(before, store) - float(entropy))


def test_a_layer_that_is_set_back_adds_nothing(model, fresh):
    back = set_back(model, fresh, zone((1,), 2, "fast"))
    tokens = jnp.asarray([[1, 2, 3], [4, 5, 6]])
    streams = jax.jit(lambda each: forward(each, tokens, _DENSE, lambda layer: layer.final)[1])
    before, after = streams(model), streams(back)
    np.testing.assert_array_equal(after[1], after[0])
    np.testing.assert_array_equal(after[0], before[0])
    assert not np.allclose(before[1], before[0], atol=1e-2)
    assert all(equal(parts(back)[0], parts(model)[0]))


def test_what_is_not_kept_is_not_taught(model, fresh, store, taught):
    garbage = store._replace(
        tokens=store.tokens.at[2].set(7), logits=store.logits.at[2].set(99.0), weights=store.weights.at[2].set(5.0)
    )
    one, other = (taught(model, fresh, each)[0] for each in (store, garbage))
    assert all(equal(jax.tree.leaves(one), jax.tree.leaves(other)))
    assert float(store.logits[2].max()) < 50


def test_consolidation_leaves_what_is_stored_as_it_is_but_for_what_is_kept(model, fresh, store, taught):
    _, thinned = taught(model, fresh, store)
    for name in ("tokens", "weights", "logits"):
        np.testing.assert_array_equal(getattr(thinned, name), getattr(store, name))
    assert thinned.kept.sum(axis=1).tolist() == [3, 3, 0]
    _, again = taught(model, fresh, thinned)
    np.testing.assert_array_equal(again.kept, thinned.kept)
    later = thinned._replace(kept=thinned.kept.at[2].set(True))
    _, third = taught(model, fresh, later)
    np.testing.assert_array_equal(third.kept[:2], thinned.kept[:2])
    assert third.kept.sum(axis=1).tolist() == [3, 3, 3]


def test_rehearsal_teaches_all_weights_and_sets_none_back(model, fresh, store, rehearsed):
    """One step of gradient descent on the cross-entropy with the one stored answer, at the positions that count."""
    single = store._replace(kept=jnp.zeros_like(store.kept).at[1, 4].set(True))
    after, _ = rehearsed(model, fresh, single)

    @jax.jit
    def slope(model):
        def loss(model):
            given = jax.nn.log_softmax(forward(model, single.tokens[1, 4:5, :-1], _DENSE)[0][0, 1])
            return -(jax.nn.softmax(single.logits[1, 4, 1]) * given).sum()

        return jax.grad(loss)(model)

    for leaf, old, new in zip(*map(jax.tree.leaves, (slope(model), model, after)), strict=True):
        np.testing.assert_allclose(new - old, -0.5 * leaf, atol=1e-5)
        assert float(jnp.abs(new - old).max()) > 1e-4


@pytest.mark.parametrize("replay", [0, 1, 4, 6, 9])
def test_thinning_keeps_so_many_of_every_task_and_always_the_same(store, replay):
    once = thin(store, replay, _KEY)
    assert once.kept.sum(axis=1).tolist() == [min(replay, _EXAMPLES)] * 2 + [0]
    np.testing.assert_array_equal(thin(once, replay, _KEY).kept, once.kept)
    assert not (once.kept & ~store.kept).any()


def test_any_example_may_stay(store):
    """Half of twelve places at 40 keys: one never or always stays with probability 24 / 2^40 < 1e-10."""
    kept = np.stack([thin(store, 3, jax.random.key(seed)).kept[:2] for seed in range(40)])
    assert kept.any(axis=0).all()
    assert not kept.all(axis=0).any()


@pytest.mark.parametrize(
    ("tasks", "interval", "replay", "fullest"),
    [
        (6, 2, 3, 2 * 8 + 4 * 3),  # before the third consolidation
        (5, 2, 3, 2 * 8 + 2 * 3),  # before the second; the fifth task finds less
        (5, 2, 8, 5 * 8),
        (5, 2, 20, 5 * 8),  # no more than there are
        (6, 4, 7, 4 * 7 + 2 * 8),  # at the end
        (4, 1, 0, 8),
        (3, 7, 2, 3 * 8),  # never consolidated
    ],
)
def test_stored_numbers_against_counting(tasks, interval, replay, fullest):
    most, kept = 0, []
    for task in range(tasks):
        kept.append(8)
        most = max(most, sum(kept))
        if (task + 1) % interval == 0:
            kept = [min(each, replay) for each in kept]
    assert most == fullest
    plan = replace(_DUAL, interval=interval, replay=replay)
    assert stored_numbers(plan, tasks, 8, 3, 40) == {"examples": most, "tokens": 3 * most, "logits": 40 * most}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"interval": 0}, "interval must be an integer of at least 1, got 0"),
        ({"steps": 0}, "steps must be an integer of at least 1"),
        ({"batch": 0}, "batch must be an integer of at least 1"),
        ({"replay": -1}, "replay must be an integer of at least 0, got -1"),
        ({"fast": (-1,)}, r"fast must name different layers, counted from 0, got \(-1,\)"),
        ({"fast": (1, 1)}, "fast must name different layers"),
        ({"learning_rate": 0.0}, "learning_rate must be positive, got 0.0"),
        ({"fast_learning_rate": float("nan")}, "fast_learning_rate must be positive, got nan"),
        ({"optimiser": "adam"}, "optimiser must be one of adamw, sgd, muon, got 'adam'"),
    ],
)
def test_impossible_plans_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        replace(_DUAL, **fields)


@pytest.mark.parametrize("fast", [(0, 1), (2,)])
def test_zones_that_do_not_fit_are_refused(fast):
    with pytest.raises(ValueError, match="the fast zone must leave some of the 2 layers, counted from 0, got"):
        zone(fast, 2, "fast")
