"""Two zones and the consolidation between them: layers that learn at once, and layers that are taught offline.

A fast zone (some layers) takes up every new task by itself. From time to time the network's answers to what it has
stored are distilled into the slow zone (all other weights) without the fast one, whose weights are then set back. What
is stored between consolidations are examples and the network's logits for them: of every task since the last
consolidation all examples, of every older one a fixed number.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int, Key

from theory.activity import check_count
from transformer_checks.groups import GROUPS, by_group
from transformer_checks.model import Transformer, forward
from transformer_checks.objectives import Split, penalty
from transformer_checks.optimisers import check_optimiser, optimiser
from transformer_checks.sparsity import Sparsity


class Store(NamedTuple):
    """What is kept between consolidations, with room for all tasks.

    Attributes:
        tokens: examples, shape [task, example, length].
        weights: what counts in them, shape [task, example, position].
        logits: the network's answers when they were stored, shape [task, example, position, vocabulary].
        kept: whether a place is in use, shape [task, example].
    """

    tokens: Int[Array, "task example length"]
    weights: Float[Array, "task example position"]
    logits: Float[Array, "task example position vocabulary"]
    kept: Bool[Array, "task example"]


@dataclass(frozen=True)
class Consolidation:
    """How the slow zone is taught.

    Attributes:
        fast: layers of the fast zone, counted from 0; none: one zone, which rehearses and is not set back.
        interval: tasks between two consolidations.
        steps: of distillation each.
        batch: stored examples a step.
        replay: examples kept of every task that has been consolidated.
        learning_rate: of the distillation.
        fast_learning_rate: of the fast zone on a task.
        optimiser: one of `optimisers.Optimiser`.

    Raises:
        ValueError: a field out of range.
    """

    fast: tuple[int, ...] = (1,)
    interval: int = 5
    steps: int = 500
    batch: int = 64
    replay: int = 64
    learning_rate: float = 1e-3
    fast_learning_rate: float = 3e-3
    optimiser: str = "adamw"

    def __post_init__(self) -> None:
        for name in ("interval", "steps", "batch"):
            check_count(getattr(self, name), name)
        check_count(self.replay, "replay", minimum=0)
        if any(layer < 0 for layer in self.fast) or len(set(self.fast)) < len(self.fast):
            raise ValueError(f"fast must name different layers, counted from 0, got {self.fast}")
        for name in ("learning_rate", "fast_learning_rate"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)!r}")
        check_optimiser(self.optimiser)


def zone(fast: tuple[int, ...], depth: int, which: str) -> Float[Array, "group layer"]:
    """Which weights belong to a zone, as factors of `groups.by_group`.

    The fast zone has the attention and the MLPs of its layers; the slow one all else, embedding and head included.

    Args:
        fast: layers of the fast zone.
        depth: layers in all.
        which: "fast" or "slow".

    Raises:
        ValueError: a layer that does not exist, or no layer left for the slow zone.
    """
    if fast and (max(fast) >= depth or len(fast) >= depth):
        raise ValueError(f"the fast zone must leave some of the {depth} layers, counted from 0, got {fast}")
    layers = jnp.zeros(depth).at[jnp.array(fast, jnp.int32)].set(1.0)
    rows = {"embedding": jnp.zeros(depth), "attention": layers, "mlp": layers, "head": jnp.zeros(depth)}
    table = jnp.stack([rows[group] for group in GROUPS])
    return table if which == "fast" else 1.0 - table


def empty_store(tasks: Split, vocabulary: int) -> Store:
    """A store with room for all examples of these tasks, nothing kept."""
    count, examples, length = tasks.tokens.shape
    return Store(
        jnp.zeros((count, examples, length), jnp.int32),
        jnp.zeros((count, examples, length - 1)),
        jnp.zeros((count, examples, length - 1, vocabulary)),
        jnp.zeros((count, examples), bool),
    )


def remember(store: Store, model: Transformer, split: Split, sparsity: Sparsity, task: Int[Array, ""]) -> Store:
    """The store with all examples of one task and what the network answers to them now."""
    logits, _ = forward(model, split.tokens[:, :-1], sparsity)
    return Store(
        store.tokens.at[task].set(split.tokens),
        store.weights.at[task].set(split.weights),
        store.logits.at[task].set(logits),
        store.kept.at[task].set(True),
    )


def thin(store: Store, replay: int, key: Key[Array, ""]) -> Store:
    """The store with at most `replay` examples of every task, the same ones from one consolidation to the next."""
    order = jax.random.uniform(key, store.kept.shape).argsort(axis=1).argsort(axis=1)
    return store._replace(kept=store.kept & (order < replay))


def distil(
    plan: Consolidation,
    model: Transformer,
    store: Store,
    sparsity: Sparsity,
    slow: Float[Array, "group layer"],
    key: Key[Array, ""],
) -> Transformer:
    """The model after its slow zone has learned the stored answers, batches being drawn from all tasks alike.

    What is minimised is the cross-entropy of the answers stored and given at the positions that count (Hinton et al.
    2015, temperature 1). What is drawn does not depend on the room that the store has for later tasks.
    """
    flat = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), store)
    upto = jnp.cumsum(flat.kept)
    rule: Any = optimiser(plan.optimiser, plan.learning_rate)

    def loss(model: Transformer, chosen: Int[Array, " batch"]) -> Float[Array, ""]:
        answers, usage = forward(model, flat.tokens[chosen][:, :-1], sparsity)
        each = optax.softmax_cross_entropy(answers, jax.nn.softmax(flat.logits[chosen]))
        weights = flat.weights[chosen]
        return (each * weights).sum() / weights.sum() + penalty(model, usage, sparsity)

    def step(count: Int[Array, ""], carried: tuple[Any, Any]) -> tuple[Any, Any]:
        model, state = carried
        drawn = jax.random.randint(jax.random.fold_in(key, count), (plan.batch,), 0, upto[-1])
        chosen = jnp.searchsorted(upto, drawn, side="right")
        updates, state = rule.update(jax.grad(loss)(model, chosen), state, model)
        change: Any = by_group(updates, slow)
        return optax.apply_updates(model, change), state

    return jax.lax.fori_loop(0, plan.steps, step, (model, rule.init(model)))[0]


def set_back(model: Transformer, fresh: Transformer, fast: Float[Array, "group layer"]) -> Transformer:
    """The model with its fast zone as in `fresh`: silent, since a fresh layer adds nothing to the residual stream."""
    slow_part, fast_part = by_group(model, 1.0 - fast), by_group(fresh, fast)
    return jax.tree.map(jnp.add, slow_part, fast_part)


def consolidate(
    plan: Consolidation,
    model: Transformer,
    fresh: Transformer,
    store: Store,
    sparsity: Sparsity,
    key: Key[Array, ""],
    task: Int[Array, ""],
) -> tuple[Transformer, Store]:
    """One consolidation: the fast zone is set back, the slow one is taught what the network knew, the store thinned.

    With no fast zone this is rehearsal: all weights are taught, and nothing is set back.

    Args:
        plan: how.
        model: as the last tasks left it.
        fresh: the model with its initial weights.
        store: with the last tasks in it.
        sparsity: the strategy.
        key: of the run.
        task: index of the last task.
    """
    depth = model.sizes.depth
    fast, slow = zone(plan.fast, depth, "fast"), zone(plan.fast, depth, "slow")
    thinning, teaching = jax.random.split(key)  # the same examples stay from one consolidation to the next
    model = distil(plan, set_back(model, fresh, fast), store, sparsity, slow, jax.random.fold_in(teaching, task))
    return model, thin(store, plan.replay, thinning)


def stored_numbers(plan: Consolidation, tasks: int, examples: int, length: int, vocabulary: int) -> dict[str, int]:
    """What the store holds at its fullest over so many tasks: just before the last consolidation, or at the end.

    Returns:
        `examples`, `tokens`, and `logits` (numbers: one for every token of the vocabulary at every counted position,
        one position an example as for facts).
    """
    old, taught = min(plan.replay, examples), tasks // plan.interval * plan.interval
    before = plan.interval * examples + (taught - plan.interval) * old if taught else 0
    count = max(before, taught * old + (tasks - taught) * examples)
    return {"examples": count, "tokens": count * length, "logits": count * vocabulary}
