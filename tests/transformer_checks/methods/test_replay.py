"""Replay: what the buffer holds, that every example has the same chance, and the replayed losses by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.methods.replay import Buffer, LogitReplay, Replay, keep
from transformer_checks.model import forward
from transformer_checks.objectives import Split, loss_of, objective

pytestmark = pytest.mark.usefixtures("quick_compilation")


def numbered(first, count):
    """Examples that carry their number."""
    tokens = jnp.tile(jnp.arange(first, first + count, dtype=jnp.int32)[:, None], (1, 3))
    return Split(tokens, jnp.ones((count, 2)))


def empty(capacity):
    return Buffer(Split(jnp.zeros((capacity, 3), jnp.int32), jnp.zeros((capacity, 2))), jnp.int32(0))


@jax.jit
def _streams(keys):
    """Numbers in a buffer of 5 after 4, 8, 12 examples have asked, for many keys."""

    def one(key):
        buffer, found = empty(5), []
        for part in range(3):
            buffer = keep(buffer, Buffer(numbered(4 * part, 4), buffer.seen), jax.random.fold_in(key, part))
            found.append(buffer.examples.tokens[:, 0])
        return jnp.stack(found), buffer.filled, buffer.seen

    return jax.vmap(one)(keys)


def test_the_buffer_is_a_uniform_sample_of_all_that_asked():
    """Binomial counts of 4000 streams at 6 standard errors: 20 of them, false alarm below 1e-7."""
    found, filled, seen = _streams(jax.random.split(jax.random.key(0), 4000))
    assert (filled == 5).all()
    assert (seen == 12).all()
    np.testing.assert_array_equal(found[:, 0, :4], np.tile(np.arange(4), (4000, 1)))
    for part, asked in ((1, 8), (2, 12)):
        rows = np.asarray(found[:, part])
        assert all(len(set(row)) == 5 for row in rows)
        counts = np.bincount(rows.ravel(), minlength=asked)
        chance = 5 / asked
        assert np.abs(counts - 4000 * chance).max() < 6 * (4000 * chance * (1 - chance)) ** 0.5


@jax.jit
def _values(model, split, sparsity, label_buffer, logit_buffer, key):
    return (
        Replay(strength=0.7).objective(model, split, sparsity, label_buffer, key),
        LogitReplay(strength=0.7).objective(model, split, sparsity, logit_buffer, key),
        objective(model, split, sparsity),
    )


def test_an_empty_buffer_changes_nothing(bench):
    split = bench.tasks[1]
    buffers = [method.begin(bench.model, (3,), 3) for method in (Replay(6), LogitReplay(6))]
    found = _values(bench.model, split, bench.dense, *buffers, bench.key)
    np.testing.assert_allclose(found[:2], [found[2]] * 2, rtol=1e-5)


def test_replayed_losses_by_hand(bench):
    """Buffers whose stored examples are all one and the same, so that the draw does not matter."""
    one = jax.tree.map(lambda leaf: jnp.repeat(leaf[3:4], 6, axis=0), bench.tasks[0])
    rng = np.random.default_rng(0)
    logits = np.repeat(rng.normal(size=(1, 2, 20)), 6, axis=0)
    stored = [Buffer(one, jnp.int32(6)), Buffer(one, jnp.int32(6), jnp.asarray(logits, jnp.float32))]
    er, der, plain = _values(bench.model, bench.tasks[1], bench.dense, *stored, bench.key)
    present = np.asarray(jax.jit(forward)(bench.model, one.tokens[:1, :-1], bench.dense)[0], np.float64)
    apart = ((present[0, 1] - logits[0, 1]) ** 2).mean()  # of its two positions the last one counts
    old = float(loss_of(bench.model, one, bench.dense))
    assert float(er[0]) == pytest.approx(float(plain[0]) + 0.7 * old, rel=1e-4)
    assert float(der[0]) == pytest.approx(float(plain[0]) + 0.7 * apart, rel=1e-4)
    np.testing.assert_allclose([er[1], der[1]], [plain[1]] * 2, rtol=1e-5)


def test_only_filled_places_are_drawn(bench):
    """Two stored examples in a buffer for six: the loss is a mean of theirs, with weights that add up to 1."""
    part = jax.tree.map(lambda leaf: leaf[:2], bench.tasks[0])
    buffer = jax.jit(keep)(empty(6), Buffer(part, jnp.int32(0)), bench.key)
    assert int(buffer.filled) == 2
    each = [float(loss_of(bench.model, jax.tree.map(lambda x, i=i: x[i : i + 1], part), bench.dense)) for i in (0, 1)]
    value = jax.jit(
        lambda key: Replay(6, strength=1.0).objective(bench.model, bench.tasks[1], bench.dense, buffer, key)
    )
    for seed in range(5):
        total, loss = value(jax.random.key(seed))
        share = (float(total - loss) - each[1]) / (each[0] - each[1])
        assert 8 * share == pytest.approx(round(8 * share), abs=1e-2)  # of eight draws so many were the first
        assert -0.01 < share < 1.01


def test_logits_are_those_of_the_examples_end_of_task(bench):
    method = LogitReplay(capacity=20)
    ended, first = bench.learn(method, bench.begin(method), 0)
    answers = jax.jit(forward)(ended.model, bench.tasks[0].tokens[:, :-1], bench.dense)[0]
    np.testing.assert_array_equal(first.memory.examples.tokens[:8], bench.tasks[0].tokens)
    np.testing.assert_allclose(first.memory.logits[:8], answers, atol=1e-4)
    assert int(first.memory.filled) == 8
    _, second = bench.learn(method, first, 1)
    np.testing.assert_array_equal(second.memory.logits[:8], first.memory.logits[:8])
    np.testing.assert_array_equal(second.memory.examples.tokens[8:16], bench.tasks[1].tokens)


@pytest.mark.parametrize("method", [Replay, LogitReplay])
def test_impossible_fields_are_refused(method):
    with pytest.raises(ValueError, match="capacity must be"):
        method(capacity=0)
    with pytest.raises(ValueError, match="strength must be"):
        method(strength=0.0)
