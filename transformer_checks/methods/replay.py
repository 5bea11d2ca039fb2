"""Replay of stored examples: of their labels, or of the answers the model gave when they were stored.

Both keep a fixed number of examples of all tasks so far, every example of every one of them with the same chance
(reservoir sampling), and rehearse as many of them in every step as the batch has.
"""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from theory.activity import check_count
from transformer_checks.methods.base import Method, check_strength
from transformer_checks.model import Numerics, Transformer, forward
from transformer_checks.objectives import Split, losses, penalty
from transformer_checks.sparsity import Sparsity


class Buffer(NamedTuple):
    """Stored examples.

    Attributes:
        examples: with room for a fixed number of them.
        seen: examples that asked for a place so far.
        logits: the model's answers when they were stored, shape [example, position, vocabulary]; none where only labels
            are replayed.
    """

    examples: Split
    seen: Int[Array, ""]
    logits: Float[Array, "example position vocabulary"] | None = None

    @property
    def filled(self) -> Int[Array, ""]:
        """Places in use, which are the first ones."""
        return jnp.minimum(self.seen, self.examples.tokens.shape[0])


@dataclass(frozen=True)
class Replay(Method):
    """Experience replay (ER; Chaudhry et al. 2019, reservoir): labels of stored examples are learned along.

    Every step minimises the mean loss of its batch plus `strength` times that of as many stored examples, drawn with
    replacement. At strength 1 this is, up to a factor 2, the mean over both together, as in Mammoth. A task's examples
    ask for a place when its training has ended, so that no step rehearses the task it trains.

    Stores `capacity` examples, whatever the number of tasks.

    Attributes:
        capacity: examples in the buffer.
        strength: of the replayed loss.

    Raises:
        ValueError: a capacity below 1, or a strength that is not positive.
    """

    replayed: ClassVar[int] = 1
    name: str = field(default="replay", init=False)

    capacity: int = 128
    strength: float = 3.0

    def __post_init__(self) -> None:
        check_count(self.capacity, "capacity")
        check_strength(self.strength)

    def begin(self, model: Transformer, example_shape: tuple[int, ...], tasks: int) -> Buffer:
        """Empty."""
        del model, tasks
        return _empty(self.capacity, example_shape)

    def objective(
        self,
        model: Transformer,
        batch: Split,
        sparsity: Sparsity,
        memory: Buffer,
        key: Key[Array, ""],
        numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
    ) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """With the loss of stored examples."""
        chosen = _draw(memory, batch.tokens.shape[0], key)
        own, old, added, replayed = _both(model, batch, memory, chosen, sparsity, numerics)
        loss = losses(own, batch)
        again = jnp.where(memory.seen > 0, losses(old, replayed), 0.0)
        return loss + self.strength * again + added, loss

    def after_task(
        self,
        model: Transformer,
        split: Split,
        sparsity: Sparsity,
        memory: Buffer,
        task: Int[Array, ""],
        key: Key[Array, ""],
    ) -> Buffer:
        """With the task's examples among those that may be kept."""
        del model, sparsity, task
        return keep(memory, Buffer(split, memory.seen), key)


@dataclass(frozen=True)
class LogitReplay(Method):
    """Dark experience replay (DER; Buzzega et al. 2020): the model keeps to the logits it gave for stored examples.

    Every step minimises the loss of its batch plus `strength` (alpha) times the squared difference between present and
    stored logits of as many stored examples, averaged over the vocabulary and the positions that count (PyTorch's
    `mse_loss`, as Mammoth has it). The labels of stored examples are not used (those of DER++ are). Unlike the
    original, which stores examples while it trains on them, logits are those at the end of the example's task.

    Stores `capacity` examples and the logits at all their positions, whatever the number of tasks.

    Attributes:
        capacity: examples in the buffer.
        strength: of the squared difference.

    Raises:
        ValueError: a capacity below 1, or a strength that is not positive.
    """

    replayed: ClassVar[int] = 1
    name: str = field(default="der", init=False)

    capacity: int = 128
    strength: float = 1.0

    def __post_init__(self) -> None:
        check_count(self.capacity, "capacity")
        check_strength(self.strength)

    def begin(self, model: Transformer, example_shape: tuple[int, ...], tasks: int) -> Buffer:
        """Empty."""
        del tasks
        positions = example_shape[0] - 1
        return _empty(self.capacity, example_shape)._replace(
            logits=jnp.zeros((self.capacity, positions, model.sizes.vocabulary))
        )

    def objective(
        self,
        model: Transformer,
        batch: Split,
        sparsity: Sparsity,
        memory: Buffer,
        key: Key[Array, ""],
        numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
    ) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """With the distance from stored logits."""
        assert memory.logits is not None
        chosen = _draw(memory, batch.tokens.shape[0], key)
        own, present, added, replayed = _both(model, batch, memory, chosen, sparsity, numerics)
        loss = losses(own, batch)
        each = jnp.square(present - memory.logits[chosen]).mean(axis=-1)
        apart = (each * replayed.weights).sum() / replayed.weights.sum()
        return loss + self.strength * jnp.where(memory.seen > 0, apart, 0.0) + added, loss

    def after_task(
        self,
        model: Transformer,
        split: Split,
        sparsity: Sparsity,
        memory: Buffer,
        task: Int[Array, ""],
        key: Key[Array, ""],
    ) -> Buffer:
        """With the task's examples, and the model's answers to them, among those that may be kept."""
        del task
        logits, _ = forward(model, split.tokens[:, :-1], sparsity)
        return keep(memory, Buffer(split, memory.seen, logits), key)


def keep(buffer: Buffer, offered: Buffer, key: Key[Array, ""]) -> Buffer:
    """The buffer after the offered examples, one after another, have asked for a place (Vitter 1985, algorithm R).

    The n-th that ever asked takes a place of its own while there is one, and then a random one with probability
    capacity / n.
    """
    capacity, count = buffer.examples.tokens.shape[0], offered.examples.tokens.shape[0]

    def offer(position: Int[Array, ""], places: Int[Array, " capacity"]) -> Int[Array, " capacity"]:
        asked = buffer.seen + position
        drawn = jax.random.randint(jax.random.fold_in(key, position), (), 0, asked + 1)
        place = jnp.where(asked < capacity, asked, drawn)
        return places.at[place].set(position, mode="drop")  # a place beyond the buffer's: not kept

    taken = jax.lax.fori_loop(0, count, offer, jnp.full(capacity, -1))
    chosen = lambda old, new: jnp.where(  # noqa: E731
        (taken >= 0).reshape(-1, *[1] * (old.ndim - 1)), new[jnp.maximum(taken, 0)], old
    )
    return Buffer(
        jax.tree.map(chosen, buffer.examples, offered.examples),
        buffer.seen + count,
        jax.tree.map(chosen, buffer.logits, offered.logits),
    )


def _empty(capacity: int, example_shape: tuple[int, ...]) -> Buffer:
    length = example_shape[0]
    examples = Split(jnp.zeros((capacity, length), jnp.int32), jnp.zeros((capacity, length - 1)))
    return Buffer(examples, jnp.int32(0))


def _draw(buffer: Buffer, count: int, key: Key[Array, ""]) -> Int[Array, " count"]:
    return jax.random.randint(key, (count,), 0, jnp.maximum(buffer.filled, 1))


def _both(
    model: Transformer,
    batch: Split,
    buffer: Buffer,
    chosen: Int[Array, " count"],
    sparsity: Sparsity,
    numerics: Numerics,
) -> tuple[Array, Array, Float[Array, ""], Split]:
    """Logits of the batch and of stored examples from one pass, the penalty on both, and the stored examples.

    While nothing is stored the batch stands in for them, so that the penalty is that of plain training.
    """
    stored = jax.tree.map(lambda kept, own: jnp.where(buffer.seen > 0, kept[chosen], own), buffer.examples, batch)
    tokens = jnp.concatenate([batch.tokens, stored.tokens])[:, :-1]
    logits, usage = forward(model, tokens, sparsity, numerics=numerics)
    own, old = jnp.split(logits, 2)
    return own, old, penalty(model, usage, sparsity), stored
