r"""Training a dense zone offline, all outputs at once: the perceptron rule, and rehearsal of live targets.

Items are presented in order, again and again. An output whose field is `h` while its target is y = +-1 changes its
weights by `step * y * key`:

- *perceptron* (Rosenblatt 1958): step 1 where `y h <= 0`. Keys are +-1 and weights whole numbers, so the arithmetic is
  exact (below 2^24) and no margin is needed against rounding; it stops after the first epoch without an error.
- *rehearsal*: an old item has no target but the sign of its own present field (a *live* target; nothing is looked up
  and nothing is kept). Wherever `|h|` is below the margin 1 it is pushed back by `step = RELAXATION (1 - |h|) / n`,
  as by Agmon (1954). A new item, whose target is given, is pushed by `rate min(1 - y h, 1) / n`, and only by outputs
  all of whose old items were at `GUARD` or above in the last epoch. One epoch of p' new items moves an old field by
  about `rate sqrt(p'/n)`; the rate keeps that at `SHIFT`. So old fields sink slowly, and are lifted before they can
  change sign. It stops once every margin seen in an epoch is at `ENOUGH` or above.

Within a block of items the fields follow from the block's Gram matrix by a triangular recurrence, solved by iteration:
items act one after another, exactly, while the work is a few small matrix products.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Float32, Int32

BLOCK = 64
"""Items between two updates of the weights in memory; the results do not depend on it but for rounding."""

_FEWEST_PADDED = 8 * BLOCK

RELAXATION = 1.5
"""Rehearsal: by how much of what it lacks an old item is lifted; above 1 is over-relaxation."""

RATE, SHIFT = 0.3, 0.12
"""Rehearsal: the largest step of new items, and how far one epoch of them may move an old field (rms, margins)."""

GUARD, ENOUGH = 0.5, 0.5
"""Rehearsal: margins of old items before new ones are pushed, and of all of them at the end."""


class Training(NamedTuple):
    """What an offline phase did.

    Attributes:
        weights: output by key unit, after it.
        epochs: presentations of every item.
        converged: whether it ended because every item was learnt, not because the epochs were spent.
        lowest: smallest margin of an old item ever seen, over items and outputs; infinite if there was none.
    """

    weights: Float[np.ndarray, "output unit"]
    epochs: int
    converged: bool
    lowest: float


class _Epochs(NamedTuple):
    """State between epochs; the margins are the smallest seen in the last epoch, and over all."""

    weights: Float32[Array, "unit output"]
    epochs: Int32[Array, ""]
    old: Float32[Array, " output"]
    new: Float32[Array, " output"]
    lowest: Float32[Array, ""]


def train(
    weights: Float[np.ndarray, "output unit"],
    keys: Float[np.ndarray, "item unit"],
    targets: Float[np.ndarray, "item output"],
    max_epochs: int,
) -> Training:
    """The perceptron rule on targets +-1, from the given weights on, until there is no error.

    Args:
        weights: whole numbers.
        keys: +-1.
        targets: +-1.
        max_epochs: after which training is given up.

    Raises:
        ValueError: weights grew so large that sums of them are no longer exact.
    """
    result = _run(weights, keys, targets, max_epochs, None)
    if np.abs(result.weights).sum(axis=1).max() >= 2**24:
        raise ValueError("the weights outgrew exact single precision; train fewer items or for fewer epochs")
    return result


def rehearse(
    weights: Float[np.ndarray, "output unit"],
    keys: Float[np.ndarray, "item unit"],
    targets: Float[np.ndarray, "item output"],
    max_epochs: int,
    relaxation: float = RELAXATION,
) -> Training:
    """Rehearse every item until all have a margin: those with target 0 at their live targets, the others as given.

    Args:
        weights: in units in which the margin asked for is a field of 1.
        keys: +-1.
        targets: +-1 of new items, 0 of old ones.
        max_epochs: after which rehearsal is given up.
        relaxation: by how much of what it lacks an old item is lifted. Small steps disturb other items least.
    """
    return _run(weights, keys, targets, max_epochs, relaxation)


def new_item_rate(targets: Float[np.ndarray, "item output"], units: int) -> float:
    """The step of new items (those with targets) in a rehearsal: as large as leaves the old ones safe."""
    new = int((targets != 0).any(axis=1).sum())
    return RATE if new in (0, len(targets)) else min(RATE, SHIFT / (new / units) ** 0.5)


def _run(
    weights: np.ndarray, keys: np.ndarray, targets: np.ndarray, max_epochs: int, relaxation: float | None
) -> Training:
    live = relaxation is not None
    # few shapes, so few compilations; padded blocks are never visited
    padded = _FEWEST_PADDED
    while padded < len(keys):
        padded *= 4
    rows = ((0, padded - len(keys)), (0, 0))
    start = jnp.asarray(weights.T, jnp.float32)
    shown = jnp.asarray(np.pad(keys, rows), jnp.float32), jnp.asarray(np.pad(targets, rows), jnp.float32)
    end = _train(
        start,
        *shown,
        jnp.int32(len(keys)),
        jnp.int32(max_epochs),
        jnp.bool_(live),
        jnp.float32(relaxation or 0),
        jnp.float32(new_item_rate(targets, keys.shape[1])),
    )
    margin = float(jnp.minimum(end.old.min(), end.new.min()))
    return Training(
        np.asarray(end.weights, float).T,
        int(end.epochs),
        margin >= ENOUGH if live else margin > 0,
        float(end.lowest),
    )


@jax.jit
def _train(
    weights: Float32[Array, "unit output"],
    keys: Float32[Array, "item unit"],
    targets: Float32[Array, "item output"],
    items: Int32[Array, ""],
    max_epochs: Int32[Array, ""],
    live: Bool[Array, ""],
    relaxation: Float32[Array, ""],
    rate: Float32[Array, ""],
) -> _Epochs:
    units, outputs = weights.shape
    scale = jnp.where(live, 1 / units, 1.0)
    unseen = jnp.full(outputs, jnp.inf)
    blocks = keys.reshape(-1, BLOCK, units)
    earlier = jnp.tril(scale * jnp.einsum("bmu,bnu->bmn", blocks, blocks), -1)
    aims = targets.reshape(-1, BLOCK, outputs)
    there = (jnp.arange(len(keys)) < items).reshape(-1, BLOCK, 1)

    def epoch(state: _Epochs) -> _Epochs:
        safe = state.old >= GUARD

        def block(index: Int32[Array, ""], state: _Epochs) -> _Epochs:
            key, present, given = blocks[index], there[index], aims[index] != 0

            def respond(fields):
                """Margins of the items when their turns come, and what each of them then changes."""
                aim = jnp.where(given, aims[index], jnp.where(fields > 0, 1.0, -1.0))  # zero reads as -1
                margin = aim * fields
                return margin, jnp.where(present, aim * _step(margin, given, safe, live, relaxation, rate), 0.0)

            def settle(turn):
                _, fields, rounds = turn
                return fields, at_first + earlier[index] @ respond(fields)[1], rounds + 1

            # an item's field when its turn comes depends on the changes of earlier ones only: after k rounds that of
            # the first k is final, and nothing moves once all are
            at_first = key @ state.weights
            moving = (at_first, *settle((at_first, at_first, 0))[1:])
            _, fields, _ = jax.lax.while_loop(
                lambda turn: (turn[0] != turn[1]).any() & (turn[2] < BLOCK), settle, moving
            )
            margin, changes = respond(fields)
            old = jnp.where(~given & present, margin, jnp.inf).min(axis=0)
            new = jnp.where(given & present, margin, jnp.inf).min(axis=0)
            weights = state.weights + scale * (key.T @ changes)
            return state._replace(weights=weights, old=jnp.minimum(state.old, old), new=jnp.minimum(state.new, new))

        fresh = state._replace(old=unseen, new=unseen)
        done = jax.lax.fori_loop(0, (items + BLOCK - 1) // BLOCK, block, fresh)
        return done._replace(epochs=done.epochs + 1, lowest=jnp.minimum(done.lowest, done.old.min()))

    def unfinished(state: _Epochs) -> Bool[Array, ""]:
        margin = jnp.minimum(state.old.min(), state.new.min())
        return (state.epochs < max_epochs) & jnp.where(live, margin < ENOUGH, margin <= 0)

    # before the first epoch old items count as safe, since the last phase left them so, and new ones as not learnt
    start = _Epochs(weights, jnp.int32(0), unseen, -unseen, jnp.float32(jnp.inf))
    return jax.lax.while_loop(unfinished, epoch, start)


def _step(
    margin: Float32[Array, "item output"],
    given: Bool[Array, "item output"],
    safe: Bool[Array, " output"],
    live: Bool[Array, ""],
    relaxation: Float32[Array, ""],
    rate: Float32[Array, ""],
) -> Float32[Array, "item output"]:
    """Size of the change that each item makes, in units of its key (rehearsal: of its key over n)."""
    lack = jnp.maximum(1 - margin, 0)
    lift = jnp.where(given, jnp.where(safe, rate * jnp.minimum(lack, 1), 0.0), relaxation * lack)
    return jnp.where(live, lift, (margin <= 0).astype(jnp.float32))
