"""Training: what a step sees, when it ends, what stays frozen; stretches add up; one program for all."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.groups import GROUPS, group_of
from transformer_checks.model import Sizes, forward, initialise
from transformer_checks.objectives import Split, losses, objective
from transformer_checks.sparsity import sparsity_of
from transformer_checks.training import Trainer, begin, dials, next_task, train

_SIZES = Sizes(vocabulary=14, length=3, depth=2, width=8, heads=2)
_TRAINER = Trainer("adamw", batch=4)
_KEY = jax.random.key(7)
_RNG = np.random.default_rng(0)
# Eight facts, each with a first token of its own.
_SPLIT = Split(
    jnp.asarray(np.column_stack([np.arange(8), 8 + np.arange(8) % 2, 10 + _RNG.integers(4, size=8)]), jnp.int32),
    jnp.asarray(np.tile([0.0, 1.0], (8, 1)), jnp.float32),
)
_DENSE = sparsity_of("kwta", 1.0, 2, 32)
_TRACES: list[int] = []


@jax.jit
def _train(state, sparsity, settings, key, until):
    _TRACES.append(1)
    return train(_TRAINER, state, _SPLIT, sparsity, settings, key, until)


@jax.jit
def _objective(model, sparsity):
    logits, used = forward(model, _SPLIT.tokens[:, :-1], sparsity)
    return *objective(model, _SPLIT, sparsity), logits, used


def go(state, until, sparsity=_DENSE, settings=None, key=_KEY):
    return _train(state, sparsity, settings or dials(1e-2), key, jnp.int32(until))


def identical(one, other):
    return all(np.array_equal(a, b) for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True))


@pytest.fixture(scope="module")
def start():
    """A model without the zeros of a fresh one, before its first step."""
    rng = np.random.default_rng(1)
    shapes = eqx.filter_eval_shape(initialise, _SIZES, jax.random.key(0))
    return begin(
        _TRAINER, jax.tree.map(lambda leaf: jnp.asarray(0.3 * rng.normal(size=leaf.shape), jnp.float32), shapes)
    )


def test_the_loss_falls(start):
    after = go(start, 80)
    before, learned = (float(_objective(state.model, _DENSE)[1]) for state in (start, after))
    assert before > 1
    assert learned < 0.1 * before
    assert int(after.step) == 80


def test_training_in_stretches_is_training_at_once(start):
    at_once, state = go(start, 24), start
    for until in (1, 8, 9, 24, 24):
        state = go(state, until)
    assert identical(state, at_once)
    assert not identical(at_once.model, start.model)


@pytest.mark.parametrize("plastic", [(group,) for group in GROUPS] + [("mlp", "head")])
def test_frozen_groups_keep_every_bit(start, plastic):
    after = go(start, 6, settings=dials(1e-2, plastic=plastic))
    leaves = jax.tree_util.tree_leaves_with_path(start.model)
    for (path, before), now in zip(leaves, jax.tree.leaves(after.model), strict=True):
        assert np.array_equal(before, now) != (GROUPS[group_of(path)] in plastic), path


def test_a_criterion_ends_training_as_soon_as_it_is_met(start):
    met = go(start, 200, settings=dials(1e-2, criterion=0.5))
    assert 10 < int(met.step) < 200
    assert float(met.loss) < 0.5
    one_less = go(start, int(met.step) - 1)
    assert float(one_less.loss) >= 0.5
    assert identical(go(one_less, int(met.step)), met)
    assert identical(go(met, 200, settings=dials(1e-2, criterion=0.5)), met)


def test_the_loss_is_a_running_mean(start):
    singly = []
    for step in range(3):
        before = go(start, step)
        fresh = go(before._replace(step=jnp.int32(step), loss=jnp.float32(0)), step + 1)
        singly.append(float(fresh.loss) / 0.1 if step else float(go(start, 1).loss))
    expected = 0.9 * (0.9 * singly[0] + 0.1 * singly[1]) + 0.1 * singly[2]
    assert float(go(start, 3).loss) == pytest.approx(expected, rel=1e-4)


def seen(start, step, key=_KEY):
    """The examples of one step: with fresh moments, only their first tokens' embeddings move."""
    after = go(start._replace(step=jnp.int32(step)), step + 1, key=key)
    moved = (np.asarray(after.model.embedding) != np.asarray(start.model.embedding)).any(axis=1)
    return frozenset(np.flatnonzero(moved[:8]).tolist())


def test_an_epoch_visits_every_example_once_in_an_order_of_its_own(start):
    batches = [seen(start, step) for step in range(12)]
    assert all(len(batch) == 4 for batch in batches)
    for first, second in zip(batches[::2], batches[1::2], strict=True):
        assert first | second == set(range(8))
    assert len(set(batches[::2])) > 1  # all six alike with probability 70^-5 < 1e-9
    other = [seen(start, step, jax.random.key(8)) for step in range(12)]
    assert other != batches


def test_one_program_serves_every_dial(start):
    go(start, 1)
    count = len(_TRACES)
    for implementation, level in (("kwta", 0.1), ("raw-kwta", 1.0), ("l1", 0.3)):
        settings = dials(3e-3 * level, criterion=level, plastic=("mlp",))
        go(start, 3, sparsity_of(implementation, level, 2, 32), settings, jax.random.key(3))
    assert len(_TRACES) == count


def test_a_penalty_makes_activations_sparser(start):
    """With a margin of a fifth of the density; the penalised model still learns."""
    density, loss = [], []
    for level in (0.0, 0.3):
        penalised = sparsity_of("l1", level, 2, 32)
        _, own, _, used = _objective(go(start, 80, penalised).model, penalised)
        density.append(float(used.density.mean()))
        loss.append(float(own))
    assert density[1] < 0.8 * density[0]
    assert max(loss) < 0.5


def test_the_objective_is_the_loss_and_the_penalty(start):
    penalised = sparsity_of("l1", 0.7, 2, 32)
    total, loss, logits, used = _objective(start.model, penalised)
    assert float(total) == pytest.approx(float(loss) + 0.7 * float(used.drive.sum()), rel=1e-6)
    assert used.drive.shape == (2,)
    assert float(loss) == pytest.approx(slow_loss(logits, _SPLIT), rel=1e-5)


def slow_loss(logits, split):
    logits, nats, counted = np.asarray(logits, np.float64), 0.0, 0.0
    for example, tokens in enumerate(np.asarray(split.tokens)):
        for position, target in enumerate(tokens[1:]):
            own = logits[example, position]
            weight = float(split.weights[example, position])
            nats += weight * (np.log(np.exp(own).sum()) - own[target])
            counted += weight
    return nats / counted


def test_only_positions_that_count_enter_the_loss():
    rng = np.random.default_rng(2)
    logits = jnp.asarray(3 * rng.normal(size=(5, 4, 6)), jnp.float32)
    split = Split(jnp.asarray(rng.integers(6, size=(5, 5))), jnp.asarray(rng.random((5, 4)) < 0.5, jnp.float32))
    assert float(losses(logits, split)) == pytest.approx(slow_loss(logits, split), rel=1e-5)


def test_the_next_task_begins_with_a_fresh_or_a_carried_optimiser(start):
    learned = go(start, 5)
    carried, fresh = (next_task(_TRAINER, learned, carried) for carried in (True, False))
    for state in (carried, fresh):
        assert identical(state.model, learned.model)
        assert (int(state.step), float(state.loss)) == (0, np.inf)
    assert identical(carried.optimiser, learned.optimiser)
    assert identical(fresh.optimiser, start.optimiser)
    assert not identical(fresh.optimiser, learned.optimiser)


def test_a_batch_is_at_most_a_task(start):
    def program(batch):
        given = (_SPLIT, _DENSE, dials(1e-2), _KEY, jnp.int32(3))
        return str(jax.make_jaxpr(lambda state: train(Trainer("adamw", batch), state, *given))(start))

    assert program(8) == program(100) != program(4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"learning_rate": 0.0}, "learning rate must be positive, got 0.0"),
        ({"learning_rate": float("nan")}, "learning rate must be positive"),
        ({"learning_rate": 0.1, "criterion": -1.0}, "criterion must be a loss of at least 0, got -1.0"),
        ({"learning_rate": 0.1, "plastic": ()}, "plastic must name some of embedding, attention, mlp, head"),
        ({"learning_rate": 0.1, "plastic": ("mlp", "norm")}, r"got \('mlp', 'norm'\)"),
    ],
)
def test_impossible_dials_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        dials(**given)


def test_impossible_trainers_are_refused():
    with pytest.raises(ValueError, match="optimiser must be one of"):
        Trainer("rmsprop")
    with pytest.raises(ValueError, match="batch must be an integer of at least 1"):
        Trainer(batch=0)
