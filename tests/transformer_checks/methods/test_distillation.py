"""LwF: the divergence by hand, no teacher before the first task, and the teacher that the first task leaves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.methods.distillation import Distillation, Teacher, divergence
from transformer_checks.model import forward
from transformer_checks.objectives import objective

pytestmark = pytest.mark.usefixtures("quick_compilation")


def twin(teacher, student, counted, temperature):
    total = 0.0
    for example, position in np.argwhere(counted > 0):
        wanted, given = (
            np.exp(np.asarray(each[example, position], np.float64) / temperature) for each in (teacher, student)
        )
        wanted, given = wanted / wanted.sum(), given / given.sum()
        total += counted[example, position] * (wanted * np.log(wanted / given)).sum()
    return temperature**2 * total / counted.sum()


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_divergence_by_hand(temperature):
    rng = np.random.default_rng(0)
    teacher, student = (rng.normal(size=(5, 3, 7)).astype(np.float32) for _ in range(2))
    counted = (rng.random((5, 3)) < 0.5).astype(np.float32)
    found = divergence(jnp.asarray(teacher), jnp.asarray(student), jnp.asarray(counted), temperature)
    assert float(found) == pytest.approx(twin(teacher, student, counted, temperature), rel=1e-5)
    assert float(found) > 0.1
    assert float(divergence(jnp.asarray(teacher), jnp.asarray(teacher), jnp.asarray(counted), temperature)) == 0


def test_the_objective_needs_a_teacher(bench):
    method = Distillation(strength=0.5, temperature=2.0)
    teacher = jax.tree.map(lambda leaf: 0.7 * leaf, bench.model)
    split = bench.tasks[0]

    @jax.jit
    def values(model, taught):
        return method.objective(model, split, bench.dense, Teacher(teacher, taught), bench.key)

    plain = objective(bench.model, split, bench.dense)
    np.testing.assert_allclose(values(bench.model, jnp.int32(0)), plain, rtol=1e-6)
    logits = [np.asarray(forward(each, split.tokens[:, :-1], bench.dense)[0]) for each in (teacher, bench.model)]
    total, loss = values(bench.model, jnp.int32(1))
    apart = twin(logits[0], logits[1], np.asarray(split.weights), 2.0)
    assert apart > 0.01
    assert float(total) == pytest.approx(float(plain[0]) + 0.5 * apart, rel=1e-4)
    assert float(loss) == pytest.approx(float(plain[1]), rel=1e-6)


def test_a_strong_teacher_keeps_the_old_answers_to_the_new_inputs(bench):
    apart = []
    for strength in (0.01, 100.0):
        method = Distillation(strength)
        _, first = bench.learn(method, bench.begin(method), 0)
        assert np.array_equal(first.memory.model.head, first.model.head)
        assert int(first.memory.taught) == 1
        ended, _ = bench.learn(method, first, 1)
        old, new = (forward(each, bench.tasks[1].tokens[:, :-1], bench.dense)[0] for each in (first.model, ended.model))
        apart.append(float(divergence(old, new, bench.tasks[1].weights, 2.0)))
    assert apart[1] < 0.1 * apart[0]


def test_impossible_fields_are_refused():
    with pytest.raises(ValueError, match="strength must be"):
        Distillation(strength=-1.0)
    with pytest.raises(ValueError, match="temperature must be"):
        Distillation(temperature=0.0)
