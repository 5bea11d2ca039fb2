"""Measurements against loops over examples, explicit gradient vectors, and laws that must hold."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.groups import GROUPS, group_of
from transformer_checks.metrics import evaluate, gradients, interference_row, path_change
from transformer_checks.model import Sizes, forward, initialise
from transformer_checks.objectives import Split, loss_of
from transformer_checks.sparsity import sparsity_of

pytestmark = pytest.mark.usefixtures("quick_compilation")

_SIZES = Sizes(vocabulary=9, length=5, depth=2, width=8, heads=2)
_SPARSITY = sparsity_of("kwta", 0.5, 2, 32)
_LEAVES = {"embedding": 0, "query": 1, "key": 1, "value": 1, "mix": 1, "up": 2, "down": 2, "head": 3}


def weights(seed, sizes=_SIZES):
    rng = np.random.default_rng(seed)
    shapes = eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))
    return jax.tree.map(lambda leaf: jnp.asarray(0.4 * rng.normal(size=leaf.shape), jnp.float32), shapes)


def drawn(tasks, examples, seed):
    """Random sequences; two of the four predictions of every example count, so that halves weigh the same."""
    rng = np.random.default_rng(seed)
    counted = rng.permuted(np.broadcast_to([1.0, 1.0, 0.0, 0.0], (tasks, examples, 4)), axis=-1)
    return Split(jnp.asarray(rng.integers(9, size=(tasks, examples, 5)), jnp.int32), jnp.asarray(counted, jnp.float32))


_MODEL, _TASKS = weights(0), drawn(3, 6, 1)
_DRAWS = 600


@jax.jit
def _slopes(model, sparsity, tasks):
    """The loss of every task, and its gradient as one model with a leading axis of tasks."""
    return jax.lax.map(lambda task: jax.value_and_grad(loss_of)(model, task, sparsity), tasks)


def vectors(slopes):
    """Gradients as float64 vectors: [task, weight] for every group."""
    found: list[list[np.ndarray]] = [[] for _ in GROUPS]
    for path, leaf in jax.tree_util.tree_leaves_with_path(slopes):
        found[_LEAVES[path[-1].name]].append(np.asarray(leaf, np.float64).reshape(len(leaf), -1))
    return [np.concatenate(each, axis=1) for each in found]


@pytest.fixture(scope="module")
def slopes():
    """Gradients by weights and not by slicing: of the first three examples, of the last three, and of all six."""
    chosen = jnp.asarray([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [1] * 6], jnp.float32)
    parts = [Split(_TASKS.tokens, _TASKS.weights * own[:, None]) for own in chosen]
    _, found = _slopes(_MODEL, _SPARSITY, jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *parts))
    return [jax.tree.map(lambda leaf, at=at: leaf[at : at + 3], found) for at in (0, 3, 6)]


@pytest.fixture(scope="module")
def products():
    """Inner products of the tasks, and of tasks of as many examples drawn from them with replacement."""
    chosen = np.random.default_rng(3).integers(6, size=(_DRAWS + 1, 3, 6))
    chosen[0] = np.arange(6)

    @jax.jit
    def resampled(chosen):
        def one(own):
            sample = jax.tree.map(lambda leaf: jax.vmap(lambda task, at: task[at])(leaf, own), _TASKS)
            return gradients(_MODEL, sample, _SPARSITY)

        return jax.lax.map(one, chosen)

    found = resampled(chosen)
    return jax.tree.map(lambda leaf: leaf[0], found), jax.tree.map(lambda leaf: leaf[1:], found)


def test_inner_products_are_those_of_explicit_gradients(slopes, products):
    found, _ = products
    assert found.crossed.shape == found.inner.shape == (4, 3, 3)
    for group, (one, other, whole) in enumerate(zip(*map(vectors, slopes), strict=True)):
        scale = np.abs(one @ one.T).max()
        assert scale > 1e-3
        np.testing.assert_allclose(found.crossed[group], (one @ other.T + other @ one.T) / 2, atol=1e-5 * scale)
        np.testing.assert_allclose(found.inner[group], whole @ whole.T, atol=1e-5 * scale)


def test_groups_add_up_to_the_whole_gradient(slopes, products):
    whole = np.concatenate(vectors(slopes[2]), axis=1)
    np.testing.assert_allclose(products[0].inner.sum(axis=0), whole @ whole.T, rtol=1e-4, atol=1e-5)


def test_a_single_example_has_no_halves():
    single = jax.tree.map(lambda leaf: leaf[:, :1], _TASKS)
    with pytest.raises(ValueError, match="need at least 2 held-out examples of it, got 1"):
        gradients(_MODEL, single, _SPARSITY)


def test_groups_are_the_axis_of_the_inner_products():
    for path, _ in jax.tree_util.tree_leaves_with_path(_MODEL):
        assert group_of(path) == _LEAVES[path[-1].name]


def test_a_memorised_task_has_its_exact_gradient_in_inner_and_less_in_crossed(slopes, products):
    """Halves of a fixed list are not independent: what one half's gradient has above the whole's, the other lacks."""
    one, other, whole = (np.concatenate(vectors(each), axis=1) for each in slopes)
    gap = np.square(one - other).sum(axis=1) / 4
    missing = np.diagonal((products[0].inner - products[0].crossed).sum(axis=0))
    np.testing.assert_allclose(missing, gap, rtol=1e-3)
    assert (gap > 0.05 * np.square(whole).sum(axis=1)).all()


def test_sampled_tasks_have_unbiased_crossed_and_biased_inner_products(slopes, products):
    """Examples drawn with replacement from a small population, whose gradient is known.

    Means of 600 draws are held against 5 standard errors: a false alarm has probability below 1e-6 an entry.
    """
    truth = np.array([own @ own.T for own in vectors(slopes[2])])
    for name, diagonal_is_biased in (("crossed", False), ("inner", True)):
        draws = np.asarray(getattr(products[1], name), np.float64)
        scores = (draws.mean(axis=0) - truth) / (draws.std(axis=0) / np.sqrt(_DRAWS))
        assert (np.abs(scores[:, ~np.eye(3, dtype=bool)]) < 5).all()
        diagonal = np.diagonal(scores, axis1=1, axis2=2)
        assert (diagonal > 5).all() if diagonal_is_biased else (np.abs(diagonal) < 5).all()


def test_a_row_in_forward_mode_is_a_row_of_the_gram_matrix(slopes, products):
    rows = jax.jit(lambda direction: interference_row(_MODEL, direction, _TASKS, _SPARSITY))
    for task in range(3):
        row = rows(jax.tree.map(lambda leaf, task=task: leaf[task], slopes[2]))
        np.testing.assert_allclose(row, products[0].inner[:, task], rtol=1e-3, atol=1e-5)


def test_path_changes_add_up_to_the_change_of_the_loss():
    """The midpoint rule on a smooth model: the error falls with the square of the number of stretches."""
    smooth = sparsity_of("kwta", 1.0, 2, 32)
    ends = weights(0), jax.tree.map(lambda one, step: one + 0.1 * step, weights(0), weights(5))

    def between(share):
        return jax.tree.map(lambda one, other: (1 - share) * one + share * other, *ends)

    @jax.jit
    def piece(start, end):
        return path_change(between(start), between(end), _TASKS, smooth)

    tasks = jax.tree.map(lambda leaf: jnp.concatenate([leaf] * 3), _TASKS)  # the shape compiled for `slopes`
    before, after = (_slopes(end, smooth, tasks)[0][:3] for end in ends)
    change = np.asarray(after - before)
    errors = []
    for count in (2, 8, 32):
        parts = [np.asarray(piece(part / count, (part + 1) / count)) for part in range(count)]
        errors.append(np.abs(np.sum(parts, axis=0) - change).max())
    assert np.abs(change).min() > 1e-2
    assert errors[0] > 8 * errors[1]  # 16 in the limit
    assert errors[2] < 2e-5 + errors[1] / 8


@pytest.fixture(scope="module")
def outputs():
    """Evaluations with both scorings, and what a plain pass over every task's examples gives."""
    easy = eqx.tree_at(lambda model: model.head, _MODEL, 3 * _MODEL.head)

    @jax.jit
    def all_of(tasks):
        exact, token = (evaluate(easy, tasks, _SPARSITY, scoring) for scoring in ("exact", "token"))
        plain = jax.lax.map(
            lambda task: forward(easy, task.tokens[:, :-1], _SPARSITY, lambda layer: (layer.hidden, layer.active)),
            tasks,
        )
        return exact, token, plain

    logits = all_of(_TASKS)[2][0]
    # The model's own predictions are the targets of half the examples, so that accuracies lie inside (0, 1).
    tokens = np.array(_TASKS.tokens)
    for example in range(3):
        counted = np.asarray(_TASKS.weights[:, example]) > 0
        tokens[:, example, -1] = logits[:, example, -1].argmax(axis=-1)
        tokens[:, example, 1:][~counted] = tokens[:, example, 1:][~counted]
    weights = np.array(_TASKS.weights)
    weights[:, :2, :] = [0.0, 0.0, 0.0, 1.0]
    tasks = Split(jnp.asarray(tokens), jnp.asarray(weights))
    return tasks, *all_of(tasks)


def test_losses_and_accuracies_against_a_loop(outputs):
    tasks, exact, token, (logits, _) = outputs
    found = []
    for task in range(3):
        nats = counted = right = examples_right = 0.0
        for example in range(6):
            all_right = True
            for position in range(4):
                if not tasks.weights[task, example, position]:
                    continue
                own = np.asarray(logits[task, example, position], np.float64)
                target = int(tasks.tokens[task, example, position + 1])
                nats += np.log(np.exp(own).sum()) - own[target]
                counted += 1
                right += own.argmax() == target
                all_right &= bool(own.argmax() == target)
            examples_right += all_right
        found.append((nats / counted, examples_right / 6, right / counted))
    loss, by_example, by_token = np.array(found).T
    for evaluation in (exact, token):
        np.testing.assert_allclose(evaluation.loss, loss, rtol=1e-5)
    np.testing.assert_allclose(exact.accuracy, by_example, rtol=1e-6)
    np.testing.assert_allclose(token.accuracy, by_token, rtol=1e-6)
    assert (by_example > 0).all()
    assert (by_example < 1).all()
    assert (by_example != by_token).any()


def test_use_of_units_against_a_loop(outputs):
    _, exact, _, (_, (hidden, active)) = outputs
    hidden = np.asarray(hidden)  # task, layer, example, position, unit
    for layer in range(2):
        used = np.array([(hidden[task, layer] != 0).reshape(-1, 32).mean(axis=0) for task in range(3)])
        np.testing.assert_allclose(exact.density[layer], used.mean(axis=1), rtol=1e-6)
        np.testing.assert_allclose(exact.overlap[layer], used @ used.T / 32, rtol=1e-5)
        assert float(exact.dead[layer]) == pytest.approx((used.sum(axis=0) == 0).mean())
        extra = np.maximum((hidden[:, layer] != 0).sum(axis=-1) - int(active[0, layer]), 0)
        np.testing.assert_allclose(exact.excess[layer], extra.mean(axis=(1, 2)))


def test_independent_random_patterns_overlap_by_the_square_of_their_activity():
    """Orthogonal embeddings and random input weights make every token's winners a uniform draw of k of m units.

    Intersections of two tokens' patterns have mean k^2/m and variance k^2/m (1 - k/m)^2 m/(m - 1) and are uncorrelated
    over pairs of tokens, so an overlap of two tasks of n tokens errs by their root over m n: 6 of these are allowed.
    """
    n, m, k = 32, 256, 64
    sizes = Sizes(vocabulary=2 * n, length=n, depth=1, width=64, heads=1)
    shapes = eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))
    zero = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape), shapes)
    up = jnp.asarray(np.random.default_rng(4).normal(size=(1, 64, m)), jnp.float32)
    model = eqx.tree_at(lambda each: (each.embedding, each.blocks.up), zero, (jnp.eye(64), up))
    tokens = jnp.arange(2 * n, dtype=jnp.int32).reshape(2, 1, n)
    tokens = jnp.concatenate([tokens, tokens[..., :1]], axis=-1)  # the last is only predicted
    sparsity = sparsity_of("raw-kwta", k / m, 1, m)
    found = jax.jit(lambda: evaluate(model, Split(tokens, jnp.ones((2, 1, n))), sparsity, "token"))()
    a = k / m
    error = np.sqrt(k**2 / m * (1 - a) ** 2 * m / (m - 1)) / m / n
    np.testing.assert_allclose(found.density, a)
    overlap = np.asarray(found.overlap[0])
    assert abs(overlap[0, 1] - a**2) < 6 * error < 0.04 * a**2
    # A token meets itself once in n pairs; the other pairs are only half as many distinct ones.
    assert (np.abs(np.diagonal(overlap) - (a / n + (1 - 1 / n) * a**2)) < 6 * np.sqrt(2) * error).all()
    assert float(found.dead[0]) == 0  # a unit is missed by 64 tokens with probability 0.75^64 = 1e-8
