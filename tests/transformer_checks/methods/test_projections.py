"""OGD and GPM: updates orthogonal to what is stored, and with GPM old tasks untouched to rounding."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from transformer_checks.methods import Plain
from transformer_checks.methods.projections import OrthogonalGradients, ProjectionMemory, widened
from transformer_checks.model import forward

pytestmark = pytest.mark.usefixtures("quick_compilation")


@jax.jit
def _answers(model, tokens, sparsity):
    return forward(model, tokens[:, :-1], sparsity)[0][:, -1]


def test_ogd_stores_an_orthonormal_basis_of_the_right_logits_gradients(bench):
    method = OrthogonalGradients(per_task=8)
    ended, first = bench.learn(method, bench.begin(method), 0)
    basis = np.asarray(first.memory, np.float64)
    assert basis.shape == (24, sum(leaf.size for leaf in jax.tree.leaves(bench.model)))
    np.testing.assert_allclose(basis[:8] @ basis[:8].T, np.eye(8), atol=1e-5)
    assert not basis[8:].any()
    split = bench.tasks[0]

    @jax.jit
    def slopes(model):
        def right(each):
            answers = _answers(each, split.tokens, bench.dense)
            return jnp.take_along_axis(answers, split.tokens[:, -1:], axis=1)[:, 0]

        return jax.vmap(lambda tree: ravel_pytree(tree)[0])(jax.jacrev(right)(model))

    slope = np.asarray(slopes(ended.model), np.float64)
    inside = slope @ basis[:8].T @ basis[:8]
    np.testing.assert_allclose(inside, slope, atol=1e-4 * np.abs(slope).max())


def test_ogds_update_is_orthogonal_to_what_is_stored(bench):
    method = OrthogonalGradients(per_task=4)
    _, state = bench.learn(method, bench.begin(method), 0)
    update = jax.tree.map(lambda leaf: jnp.sin(jnp.arange(leaf.size)).reshape(leaf.shape), bench.model)
    raw, left = (
        np.asarray(ravel_pytree(each)[0], np.float64) for each in (update, method.transform(update, state.memory))
    )
    basis = np.asarray(state.memory, np.float64)
    assert np.abs(basis @ raw).max() > 1e-2
    np.testing.assert_allclose(basis @ left, 0, atol=1e-5)
    np.testing.assert_allclose(raw - left, basis.T @ (basis @ raw), atol=1e-5)
    # So is a step of training, whose optimiser is Adam.
    ended, _ = bench.learn(method, state, 1, steps=1)
    moved = np.asarray(ravel_pytree(ended.model)[0] - ravel_pytree(state.model)[0], np.float64)
    assert np.abs(basis @ moved).max() < 1e-3 * np.linalg.norm(moved)


def test_ogd_holds_right_logits_to_first_order_and_no_others(bench):
    """All eight facts stored: one step moves their right logits a fifth as far as plain training, the others as far."""
    moved = {}
    for method in (Plain(), OrthogonalGradients(per_task=8)):
        _, state = bench.learn(method, bench.begin(method), 0)
        ended, _ = bench.learn(method, state, 1, steps=1)
        tokens = bench.tasks[0].tokens
        change = np.subtract(*(np.asarray(_answers(each, tokens, bench.dense)) for each in (ended.model, state.model)))
        right = np.eye(20, dtype=bool)[np.asarray(tokens[:, -1])]
        moved[method.name] = [float(np.sqrt((change[own] ** 2).mean())) for own in (right, ~right)]
    assert moved["ogd"][0] < 0.2 * moved["none"][0]
    assert moved["ogd"][1] > 0.5 * moved["none"][1]


def test_gradients_that_repeat_add_no_direction(bench):
    method = OrthogonalGradients(per_task=4)
    split = jax.tree.map(lambda leaf: jnp.repeat(leaf[:1], 4, axis=0), bench.tasks[0])
    note = jax.jit(lambda memory, task: method.after_task(bench.model, split, bench.dense, memory, task, bench.key))
    memory = note(note(method.begin(bench.model, (3,), 2), jnp.int32(0)), jnp.int32(1))
    assert (np.linalg.norm(memory, axis=1) > 0).sum() == 1


@pytest.mark.parametrize("threshold", [0.5, 0.9, 1.0])
def test_a_span_holds_the_share_it_should_and_no_direction_more(threshold):
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=(6, 10)).astype(np.float32) for _ in range(2))
    second[:3] = first[:3]
    span = widened(jnp.zeros((10, 10)), jnp.asarray(first), threshold)
    wider = widened(span, jnp.asarray(second), threshold)
    for projector, rows, before in ((span, first, np.zeros((10, 10))), (wider, second, span)):
        projector, before = np.asarray(projector, np.float64), np.asarray(before, np.float64)
        np.testing.assert_allclose(projector, projector.T, atol=1e-5)
        np.testing.assert_allclose(projector @ projector, projector, atol=1e-5)
        share = ((rows @ projector) ** 2).sum() / (rows**2).sum()
        assert share > threshold - 1e-5
        added = round(np.trace(projector) - np.trace(before))
        gained = np.linalg.svd(rows - rows @ before, compute_uv=False) ** 2 / (rows**2).sum()
        held = 1 - gained.sum()
        assert added == (held + np.cumsum(gained) - gained < threshold - 1e-6).sum() or threshold == 1.0
    assert np.trace(np.asarray(wider)) <= 9.01  # six directions, then three new ones


def test_gpm_leaves_old_answers_alone(bench):
    """At threshold 1 to rounding; the tasks' inputs span 8 of 16 dimensions at most, so the next one is learned too."""
    method = ProjectionMemory(threshold=1.0)
    facts = jax.tree.map(lambda leaf: leaf[:2], bench.tasks[0])
    note = jax.jit(lambda memory: method.after_task(bench.model, facts, bench.dense, memory, jnp.int32(0), bench.key))
    state = bench.begin(method)
    state = state._replace(memory=note(state.memory))
    assert 1 < float(jnp.trace(state.memory.read[0])) < 5
    ended, _ = bench.learn(method, state, 1)
    old = [np.asarray(_answers(each, facts.tokens, bench.dense)) for each in (state.model, ended.model)]
    new = [np.asarray(_answers(each, bench.tasks[1].tokens, bench.dense)) for each in (state.model, ended.model)]
    assert np.abs(new[1] - new[0]).max() > 0.5
    np.testing.assert_allclose(old[1], old[0], atol=2e-3)


def test_gpms_update_is_zero_on_stored_inputs(bench):
    method = ProjectionMemory(threshold=0.9)
    _, state = bench.learn(method, bench.begin(method), 0)
    update = jax.tree.map(jnp.ones_like, bench.model)
    left = method.transform(update, state.memory)
    for name, matrix in (("attended", "query"), ("mixed", "mix"), ("read", "up"), ("hidden", "down")):
        projector = getattr(state.memory, name)
        np.testing.assert_allclose(projector @ getattr(left.blocks, matrix), 0, atol=1e-4)
        assert float(jnp.abs(projector @ getattr(update.blocks, matrix)).max()) > 1e-2, name
    np.testing.assert_allclose(state.memory.final @ left.head, 0, atol=1e-4)
    seen = np.unique(np.asarray(bench.tasks[0].tokens[:, :-1]))
    assert np.flatnonzero(np.asarray(left.embedding)[:, 0] == 0).tolist() == seen.tolist()


def test_impossible_fields_are_refused():
    with pytest.raises(ValueError, match="per_task must be"):
        OrthogonalGradients(0)
    for threshold in (0.0, 1.1, float("nan")):
        with pytest.raises(ValueError, match="threshold must lie in"):
            ProjectionMemory(threshold)
