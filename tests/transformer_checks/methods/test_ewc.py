"""EWC: the Fisher information by hand, the penalty and its gradient, what is kept from task to task."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.methods.ewc import ElasticWeights, Springs, energy, fisher
from transformer_checks.model import forward
from transformer_checks.objectives import Split, objective

pytestmark = pytest.mark.usefixtures("quick_compilation")


def random_like(model, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: jnp.asarray(scale * rng.normal(size=leaf.shape), jnp.float32), model)


def test_the_penalty_and_its_slope(bench):
    springs = Springs(random_like(bench.model, 0), jax.tree.map(jnp.abs, random_like(bench.model, 1)))
    method = ElasticWeights(strength=3.0)

    @jax.jit
    def both(model):
        value = lambda each: method.objective(each, bench.tasks[0], bench.dense, springs, bench.key)  # noqa: E731
        plain = lambda each: objective(each, bench.tasks[0], bench.dense)  # noqa: E731
        return [jax.value_and_grad(each, has_aux=True)(model) for each in (value, plain)]

    ((total, loss), slope), ((plain_total, plain_loss), plain_slope) = both(bench.model)
    flat = lambda tree: np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in jax.tree.leaves(tree)])  # noqa: E731
    away, stiffness = flat(bench.model) - flat(springs.anchor), flat(springs.fisher)
    assert float(loss) == pytest.approx(float(plain_loss), rel=1e-6)
    assert float(total) == pytest.approx(float(plain_total) + 3 / 2 * (stiffness * away**2).sum(), rel=1e-4)
    np.testing.assert_allclose(flat(slope), flat(plain_slope) + 3 * stiffness * away, atol=1e-4)


def test_the_fisher_information_is_that_of_the_models_own_answers(bench):
    """Its mean over draws of answers is the exact expectation; 500 draws a fact, compared where it is largest."""
    facts = jax.tree.map(lambda leaf: leaf[:2], bench.tasks[0])
    keys = jax.random.split(jax.random.key(3), 500)
    drawn = jax.jit(lambda model: jax.lax.map(lambda key: fisher(model, facts, bench.dense, key).head, keys))

    @jax.jit
    def slopes(model):
        answers = lambda each: jax.nn.log_softmax(forward(each, facts.tokens[:, :-1], bench.dense)[0][:, 1])  # noqa: E731
        return jnp.exp(answers(model)), jax.jacrev(answers)(model).head

    chance, slope = (np.asarray(each, np.float64) for each in slopes(bench.model))
    exact = np.einsum("ev,evwo->wo", chance, slope**2) / 2
    found = np.asarray(drawn(bench.model), np.float64)
    error = found.std(axis=0) / 500**0.5
    likely = exact > 0.05 * exact.max()
    assert likely.sum() > 20
    # At most 320 weights at 6 standard errors: 1e-6, and skewed means still lie well inside.
    assert (np.abs(found.mean(axis=0) - exact) < 6.0 * error + 1e-6)[likely].all()


def test_uncounted_positions_do_not_count(bench):
    silent = Split(bench.tasks[0].tokens, jnp.zeros_like(bench.tasks[0].weights))
    none = jax.jit(fisher)(bench.model, silent, bench.dense, bench.key)
    assert all(not np.asarray(leaf).any() for leaf in jax.tree.leaves(none))


def test_springs_start_slack_and_stiffen_from_task_to_task(bench):
    method = ElasticWeights()
    state = bench.begin(method)
    assert float(energy(bench.model, state.memory)) == 0
    ended, first = bench.learn(method, state, 0)
    _, second = bench.learn(method, first, 1)
    assert np.array_equal(first.memory.anchor.head, ended.model.head)
    assert np.array_equal(second.memory.anchor.head, second.model.head)
    for before, after in zip(*(jax.tree.leaves(each.memory.fisher) for each in (first, second)), strict=True):
        assert (after >= before).all()
    assert (second.memory.fisher.head > first.memory.fisher.head).any()


def test_strong_springs_are_stretched_less(bench):
    """Measured with the springs that the first task leaves, which are the same at any strength."""
    stretched = []
    for strength in (1e-3, 1e2):
        method = ElasticWeights(strength)
        _, first = bench.learn(method, bench.begin(method), 0)
        _, second = bench.learn(method, first, 1)
        stretched.append(float(energy(second.model, first.memory)))
    assert 0 < stretched[1] < 0.5 * stretched[0]


@pytest.mark.parametrize("strength", [0.0, -1.0, float("inf"), float("nan")])
def test_impossible_strengths_are_refused(strength):
    with pytest.raises(ValueError, match="strength must be a positive number"):
        ElasticWeights(strength=strength)
