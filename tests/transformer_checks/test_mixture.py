"""Mixtures of experts: exact routing, the balancing loss by hand, a slow twin, and the parameters that are promised."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.groups import GROUPS, group_of
from transformer_checks.metrics import evaluate
from transformer_checks.mixture import route, unevenness
from transformer_checks.model import Sizes, forward, initialise, parameters
from transformer_checks.objectives import Split, losses, objective
from transformer_checks.presets import PRESETS, with_experts
from transformer_checks.sparsity import sparsity_of

_SIZES = Sizes(vocabulary=11, length=5, depth=2, width=8, heads=2, expansion=4, experts=4, routed=2, balance=0.3)
_RNG = np.random.default_rng(0)
_SPLIT = Split(jnp.asarray(_RNG.integers(11, size=(6, 5)), jnp.int32), jnp.ones((6, 4)))
_DENSE = sparsity_of("kwta", 1.0, 2, 32)


def shapes(sizes):
    return eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(1)
    return jax.tree.map(lambda leaf: jnp.asarray(0.5 * rng.normal(size=leaf.shape), jnp.float32), shapes(_SIZES))


@pytest.mark.parametrize("routed", [2, 3, 5])
def test_routing_picks_the_largest_and_no_more(routed):
    logits = np.random.default_rng(2).normal(size=(50, 5)).astype(np.float32)
    logits[:10] = 1.0  # ties: still exactly so many
    gates, used = (np.asarray(each) for each in route(jnp.asarray(logits), routed))
    assert (used.sum(axis=-1) == routed).all()
    assert ((gates > 0) == used).all()
    for own, gate, row in zip(used[10:], gates[10:], logits[10:], strict=True):
        best = np.sort(np.argsort(-row)[:routed])
        np.testing.assert_array_equal(np.flatnonzero(own), best)
        np.testing.assert_allclose(gate[best], np.exp(row[best]) / np.exp(row[best]).sum(), rtol=1e-5)


def test_the_balancing_loss_by_hand():
    logits = np.random.default_rng(3).normal(size=(2, 7, 4))
    used = np.asarray(route(jnp.asarray(logits, jnp.float32), 2)[1])
    load, chance = np.zeros(4), np.zeros(4)
    for row, own in zip(logits.reshape(-1, 4), used.reshape(-1, 4), strict=True):
        load += own / 28
        chance += np.exp(row) / np.exp(row).sum() / 14
    found = unevenness(jnp.asarray(logits, jnp.float32), jnp.asarray(used))
    assert float(found) == pytest.approx(4 * (load * chance).sum(), rel=1e-5)
    even = jnp.asarray([[True, True, False, False], [False, False, True, True]])
    assert float(unevenness(jnp.zeros((2, 4)), even)) == pytest.approx(1.0)
    # All tokens to the same two experts, whose probability is nearly all there is.
    alike = jnp.asarray([[9.0, 9.0, -9.0, -9.0]] * 3)
    assert float(unevenness(alike, route(alike, 2)[1])) == pytest.approx(2.0, rel=1e-4)


def test_units_agree_with_a_slow_twin(model):
    """One token after another, only its experts computed, from what the MLP read."""
    look = jax.jit(lambda model: forward(model, _SPLIT.tokens, _DENSE, lambda layer: layer))
    _, seen = look(model)
    for layer in range(2):
        up, router = (np.asarray(each[layer], np.float64) for each in (model.blocks.up, model.blocks.router))
        read = np.asarray(seen.read[layer], np.float64).reshape(-1, 8)
        for x, found in zip(read, np.asarray(seen.hidden[layer]).reshape(-1, 32), strict=True):
            logits = x @ router
            best = np.argsort(-logits)[:2]
            expected = np.zeros(32)
            for expert, gate in zip(best, np.exp(logits[best]) / np.exp(logits[best]).sum(), strict=True):
                units = slice(8 * expert, 8 * expert + 8)
                expected[units] = gate * np.maximum(x @ up[:, units], 0) ** 2
            np.testing.assert_allclose(found, expected, atol=1e-4 * expected.max())


def test_units_of_unrouted_experts_count_as_inactive(model):
    tasks = jax.tree.map(lambda leaf: leaf[None], _SPLIT)
    density = jax.jit(evaluate, static_argnums=3)(model, tasks, _DENSE, "token").density
    dense = eqx.tree_at(lambda each: each.blocks.router, model, None, is_leaf=lambda each: each is None)
    whole = jax.jit(evaluate, static_argnums=3)(dense, tasks, _DENSE, "token").density
    assert (np.asarray(density) <= 0.5).all()
    assert (np.asarray(density) < 0.75 * np.asarray(whole)).all()


def test_the_objective_has_the_balancing_loss_and_the_router_its_gradient(model):
    def both(model):
        logits, usage = forward(model, _SPLIT.tokens[:, :-1], _DENSE)
        return objective(model, _SPLIT, _DENSE), losses(logits, _SPLIT), usage.uneven

    (total, loss), expected, uneven = jax.jit(both)(model)
    assert uneven.shape == (2,)
    assert float(loss) == pytest.approx(float(expected), rel=1e-6)
    assert float(total) == pytest.approx(float(expected) + 0.3 * float(uneven.sum()), rel=1e-5)
    slope = jax.jit(jax.grad(lambda model: losses(forward(model, _SPLIT.tokens[:, :-1], _DENSE)[0], _SPLIT)))(model)
    assert all((np.abs(leaf) > 0).any() for leaf in jax.tree.leaves(slope))


def test_a_dense_model_is_the_one_without_experts():
    plain = replace(_SIZES, experts=0, routed=0)
    assert len(jax.tree.leaves(shapes(plain))) == 8
    mixed, dense = (initialise(sizes, jax.random.key(1)) for sizes in (_SIZES, plain))
    np.testing.assert_array_equal(mixed.blocks.up, dense.blocks.up)
    assert mixed.blocks.router is not None
    assert mixed.blocks.router.shape == (2, 8, 4)


def test_the_router_belongs_to_the_mlps():
    groups = {path[-1].name: GROUPS[group_of(path)] for path, _ in jax.tree_util.tree_leaves_with_path(shapes(_SIZES))}
    assert groups["router"] == groups["up"] == groups["down"] == "mlp"


@pytest.mark.parametrize("preset", ["tiny", "small"])
@pytest.mark.parametrize(("experts", "routed"), [(8, 2), (4, 2), (8, 4)])
def test_parameters_are_as_equal_as_promised(preset, experts, routed):
    dense = PRESETS[preset]
    routers = dense.depth * dense.width * experts
    total, active = (with_experts(dense, experts, routed, equal) for equal in ("total", "active"))
    assert parameters(shapes(total)) == parameters(shapes(dense)) + routers
    unused = dense.depth * 2 * dense.width * active.hidden * (experts - routed) // experts
    assert parameters(shapes(active)) - unused == parameters(shapes(dense)) + routers
    assert active.hidden * routed == dense.hidden * experts


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"routed": 1}, "routed must lie between 2 and the experts, got 1 of 4"),
        ({"routed": 5}, "got 5 of 4"),
        ({"experts": 0}, "got 2 of 0"),
        ({"experts": 5}, "experts must divide the 32 units"),
        ({"balance": -0.1}, "balance must be a finite number"),
    ],
)
def test_impossible_mixtures_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        replace(_SIZES, **fields)


def test_impossible_comparisons_are_refused():
    with pytest.raises(ValueError, match="equal must be total or active"):
        with_experts(PRESETS["tiny"], 4, 2, "both")
    with pytest.raises(ValueError, match="routed must divide 4 times 8 experts, got 3"):
        with_experts(PRESETS["tiny"], 8, 3, "active")
