"""The Transformer: its size, what sees what, where gradients start, and a slow NumPy twin of all of it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.model import (
    Numerics,
    Sizes,
    Transformer,
    _norm,
    _rotate,
    _rotations,
    forward,
    initialise,
    parameters,
)
from transformer_checks.objectives import Split, objective
from transformer_checks.sparsity import sparsity_of

_SIZES = Sizes(vocabulary=11, length=6, depth=2, width=8, heads=2)
_TOKENS = jnp.asarray(np.random.default_rng(0).integers(11, size=(3, 6)), jnp.int32)
_forward = jax.jit(forward)
_initialise = jax.jit(initialise, static_argnums=0)


def strategy(implementation="kwta", level=0.25, sizes=_SIZES):
    return sparsity_of(implementation, level, sizes.depth, sizes.hidden)


@pytest.fixture(scope="module")
def model():
    """Weights without the zeros of a fresh model."""
    rng = np.random.default_rng(1)
    shapes = eqx.filter_eval_shape(initialise, _SIZES, jax.random.key(0))
    return jax.tree.map(lambda leaf: jnp.asarray(0.5 * rng.normal(size=leaf.shape), jnp.float32), shapes)


def twin(model: Transformer, tokens, active, rectified):
    """One sequence, in float64, one position and one head after another."""
    weights = jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), model)
    width, heads = model.sizes.width, model.sizes.heads
    own = width // heads

    def norm(x):
        return x / np.sqrt((x**2).mean() + 1e-6)

    def placed(x, position):
        """Normalised after a rotation of the plane of every pair (i, i + own / 2)."""
        turn = np.exp(-1j * position * 10_000.0 ** (-2 * np.arange(own // 2) / own))
        z = (x[: own // 2] + 1j * x[own // 2 :]) * turn
        return norm(np.concatenate([z.real, z.imag]))

    xs = [norm(weights.embedding[token]) for token in tokens]
    for layer in range(model.sizes.depth):
        block = jax.tree.map(lambda leaf, layer=layer: leaf[layer], weights.blocks)
        inputs = [norm(x) for x in xs]
        after = []
        for position, x in enumerate(xs):
            mixed = []
            for head in range(heads):
                part = slice(head * own, (head + 1) * own)
                query = placed((inputs[position] @ block.query)[part], position)
                keys = [placed((inputs[at] @ block.key)[part], at) for at in range(position + 1)]
                scores = np.exp([query @ key / np.sqrt(own) for key in keys])
                values = [(inputs[at] @ block.value)[part] for at in range(position + 1)]
                mixed.append(sum(p * value for p, value in zip(scores / scores.sum(), values, strict=True)))
            x = x + np.concatenate(mixed) @ block.mix
            u = norm(x) @ block.up
            u = np.maximum(u, 0) ** 2 if rectified else u
            hidden = np.zeros_like(u)
            best = np.argsort(-u)[: int(active)]
            hidden[best] = u[best]
            after.append(x + hidden @ block.down)
        xs = after
    return np.stack([15 * np.tanh(norm(x) @ weights.head / 15) for x in xs])


@pytest.mark.parametrize(("implementation", "level"), [("kwta", 1.0), ("kwta", 0.25), ("raw-kwta", 0.1)])
def test_logits_agree_with_a_slow_twin(model, implementation, level):
    """Float32 against float64; a near tie that rounding decides would show as an error of order 1."""
    given = strategy(implementation, level)
    logits, _ = _forward(model, _TOKENS, given)
    for sequence, found in zip(np.asarray(_TOKENS), logits, strict=True):
        expected = twin(model, sequence, given.active[0], bool(given.rectified[0]))
        assert np.abs(expected).max() > 1
        np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.parametrize("position", range(6))
def test_later_tokens_change_nothing_before_them(model, position):
    before, _ = _forward(model, _TOKENS, strategy())
    after, _ = _forward(model, _TOKENS.at[:, position].set((_TOKENS[:, position] + 1) % 11), strategy())
    np.testing.assert_array_equal(after[:, :position], before[:, :position])
    assert (jnp.abs(after - before)[:, position:].max(axis=-1) > 1e-4).all()


def test_examples_of_a_batch_do_not_see_each_other(model):
    alone, _ = _forward(model, jnp.tile(_TOKENS[1:2], (3, 1)), strategy())
    together, _ = _forward(model, _TOKENS, strategy())
    np.testing.assert_array_equal(together[1], alone[0])


def test_attention_sees_distances_and_not_positions():
    """The product of a rotated query and a rotated key is that of any other places as far apart, and of no others."""
    rng = np.random.default_rng(2)
    query, key = (jnp.asarray(np.tile(rng.normal(size=16), (12, 1, 1)), jnp.float32) for _ in range(2))
    cos, sin = _rotations(12, 16)
    scores = np.einsum("ihd,jhd->ij", _rotate(query, cos, sin), _rotate(key, cos, sin))
    for distance in range(-11, 12):
        np.testing.assert_allclose(np.diagonal(scores, distance), np.diagonal(scores, distance)[0], atol=1e-4)
    assert np.ptp(scores[0]) > 1
    np.testing.assert_allclose(
        np.linalg.norm(_rotate(query, cos, sin), axis=-1), np.linalg.norm(query, axis=-1), rtol=1e-5
    )


def test_order_of_tokens_matters(model):
    swapped = _TOKENS[:, jnp.array([1, 0, 2, 3, 4, 5])]
    last = [_forward(model, tokens, strategy())[0][:, -1] for tokens in (_TOKENS, swapped)]
    assert float(jnp.abs(last[0] - last[1]).max()) > 1e-2


def test_norm_has_mean_square_one_whatever_the_scale(model):
    x = jax.random.normal(jax.random.key(3), (5, 64)) * jnp.asarray([1e-1, 1, 10, 1e3, 1e6])[:, None]
    np.testing.assert_allclose(jnp.square(_norm(x)).mean(axis=-1), 1, atol=2e-4)  # 1e-6 / 0.1^2 at the first
    scaled = eqx.tree_at(lambda each: each.embedding, model, 50 * model.embedding)
    np.testing.assert_allclose(
        _forward(scaled, _TOKENS, strategy())[0], _forward(model, _TOKENS, strategy())[0], atol=1e-3
    )


def test_logits_stay_below_their_cap(model):
    loud = eqx.tree_at(lambda each: each.head, model, 1e4 * model.head)
    logits = jnp.abs(_forward(loud, _TOKENS, strategy())[0])
    assert 14.9 < float(logits.max()) <= 15


def test_gradients_begin_at_the_head_and_reach_every_matrix_at_the_third_step():
    """What starts at zero hides what lies before it: the first step moves the head, the second what feeds it."""

    @jax.jit
    def descend(model):
        targets = jnp.roll(_TOKENS, -1, axis=1)

        def loss(each):
            logits = jax.nn.log_softmax(forward(each, _TOKENS, strategy(level=1.0))[0])
            return -jnp.take_along_axis(logits, targets[..., None], axis=-1).mean()

        gradient = jax.grad(loss)(model)
        return jax.tree.map(lambda leaf, slope: leaf - 0.1 * slope, model, gradient), gradient

    model = _initialise(_SIZES, jax.random.key(4))
    moving = []
    for _ in range(3):
        model, gradient = descend(model)
        leaves = jax.tree_util.tree_leaves_with_path(gradient)
        moving.append({path[-1].name for path, leaf in leaves if bool((leaf != 0).any())})
    assert moving[0] == {"head"}
    assert moving[1] == {"head", "embedding", "mix", "down"}
    assert moving[2] == moving[1] | {"query", "key", "value", "up"}


def test_a_fresh_model_has_the_scales_it_documents():
    sizes = Sizes(vocabulary=300, length=4, depth=3, width=64, heads=2)
    model = _initialise(sizes, jax.random.key(5))
    blocks = model.blocks
    for zero in (model.head, blocks.mix, blocks.down):
        assert not np.asarray(zero).any()
    for matrix in (blocks.query, blocks.key, blocks.value, blocks.up):
        # 12288 entries or more: a relative standard error of at most 0.7 %
        np.testing.assert_allclose(np.std(matrix), 1 / 8, rtol=0.04)
    np.testing.assert_allclose(np.std(model.embedding), 1, rtol=0.04)
    assert not np.array_equal(blocks.query[0], blocks.query[1])
    assert not np.array_equal(blocks.query, blocks.key)


@pytest.mark.parametrize("sizes", [_SIZES, Sizes(300, 7, 5, 12, 3), Sizes(5, 2, 1, 6, 1, expansion=3)])
def test_number_of_parameters(sizes):
    shapes = eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))
    expected = 2 * sizes.vocabulary * sizes.width + sizes.depth * (4 + 2 * sizes.expansion) * sizes.width**2
    assert parameters(shapes) == expected


def test_programs_do_not_grow_with_depth():
    def equations(depth):
        sizes = Sizes(11, 6, depth, 8, 2)
        shapes = eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))
        slope = jax.grad(lambda model: forward(model, _TOKENS, strategy(sizes=sizes))[0].sum())
        return str(jax.make_jaxpr(slope)(shapes)).count(" = ")

    assert equations(2) == equations(20) > 100


def test_layers_may_differ_and_are_observed_in_order(model):
    mixed = strategy()._replace(active=jnp.asarray([3, 32]), rectified=jnp.asarray([False, False]))
    _, used = _forward(model, _TOKENS, mixed)
    np.testing.assert_allclose(used.density, [3 / 32, 1.0])


def test_bfloat16_agrees_to_its_rounding(model):
    """8 bits a number, about 0.2 % a rounding, some tens of them in a row."""
    exact, _ = _forward(model, _TOKENS, strategy(level=1.0))
    coarse, _ = jax.jit(lambda *given: forward(*given, numerics=Numerics("bfloat16")))(
        model, _TOKENS, strategy(level=1.0)
    )
    assert coarse.dtype == jnp.float32
    error = float(jnp.sqrt(jnp.square(coarse - exact).mean() / jnp.square(exact).mean()))
    assert 1e-4 < error < 0.03


def test_bfloat16_moves_loss_and_gradients_by_its_rounding():
    """The loss by 0.02 %, gradients by 1 %, half of which rounding the weights does by itself; layers computed anew.

    Dense, since under k-winners-take-all rounding the weights changes some winners, and gradients by some 7 %.
    """
    sizes = Sizes(vocabulary=64, length=16, depth=2, width=64, heads=2)
    shapes = eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))
    rng = np.random.default_rng(7)
    normal = lambda leaf: jnp.asarray(rng.normal(size=leaf.shape) / leaf.shape[-2] ** 0.5, jnp.float32)  # noqa: E731
    model = jax.tree.map(normal, shapes)
    split = Split(jnp.asarray(rng.integers(64, size=(4, 17)), jnp.int32), jnp.ones((4, 16)))
    dense = strategy(level=1.0, sizes=sizes)
    slope = lambda numerics: jax.jit(jax.value_and_grad(lambda each: objective(each, split, dense, numerics)[0]))(model)  # noqa: E731
    (exact, expected), (coarse, found) = slope(Numerics()), slope(Numerics("bfloat16", remat=True))
    assert 0 < abs(float(coarse / exact) - 1) < 0.003
    for one, other in zip(jax.tree.leaves(expected), jax.tree.leaves(found), strict=True):
        assert other.dtype == jnp.float32
        assert 1e-4 < float(jnp.linalg.norm(one - other) / jnp.linalg.norm(one)) < 0.03


def test_winners_are_chosen_in_float32_at_any_precision():
    """Of 4096 units, chosen among values of 8 bits, many more than k would win."""
    sizes = Sizes(vocabulary=11, length=6, depth=1, width=64, heads=2, expansion=64)
    model = _initialise(sizes, jax.random.key(6))
    given = strategy(level=0.1, sizes=sizes)
    _, used = jax.jit(lambda *given: forward(*given, numerics=Numerics("bfloat16")))(model, _TOKENS, given)
    assert float(used.excess[0]) < 1
    np.testing.assert_allclose(used.density, 0.1, atol=1e-3)


def test_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="precision must be one of float32, bfloat16, got 'float16'"):
        Numerics("float16")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"depth": 0}, "depth must be an integer of at least 1"),
        ({"heads": 3}, "multiple of twice the heads, got 8 and 3 heads"),
        ({"heads": 8}, "multiple of twice the heads"),
    ],
)
def test_impossible_sizes_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Sizes(**({"vocabulary": 11, "length": 6, "depth": 2, "width": 8, "heads": 2} | fields))
