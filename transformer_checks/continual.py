"""A run of continual learning: one task after another into the same weights, measured between stretches of training."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, Key, PyTree

from theory.activity import check_count
from transformer_checks.groups import GROUPS
from transformer_checks.methods.base import Method, Plain
from transformer_checks.metrics import Evaluation, Gradients, evaluate, gradients, path_change
from transformer_checks.model import Sizes, initialise
from transformer_checks.objectives import Split
from transformer_checks.runs import over_runs
from transformer_checks.sparsity import Sparsity
from transformer_checks.task_sequence import Examples, Scoring, TaskSequence
from transformer_checks.training import Dials, State, Trainer, begin, dials, next_task, remember, train


@dataclass(frozen=True)
class Protocol:
    """How a sequence of tasks is learned.

    Attributes:
        tasks: T, learned one after another.
        steps: most training steps on each.
        learning_rate: of the optimiser.
        stretches: equal stretches of training on a task after which gradients are measured; 0: never.
        criterion: running mean of the training loss that ends a task early; 0: never.
        plastic: groups of weights that learn in the sequence.
        pretraining: steps on a task of its own, with all weights, before the sequence.
        optimiser: one of `optimisers.Optimiser`.
        batch: examples a step.
        carried: whether the optimiser's state is carried from task to task instead of reset.

    Raises:
        ValueError: fewer than 2 tasks, steps that are no multiple of the stretches, or another field out of range.
    """

    tasks: int = 5
    steps: int = 100
    learning_rate: float = 1e-3
    stretches: int = 5
    criterion: float = 0.0
    plastic: tuple[str, ...] = GROUPS
    pretraining: int = 0
    optimiser: str = "adamw"
    batch: int = 32
    carried: bool = False

    def __post_init__(self) -> None:
        check_count(self.tasks, "tasks", minimum=2)
        check_count(self.stretches, "stretches", minimum=0)
        check_count(self.steps, "steps")
        check_count(self.pretraining, "pretraining", minimum=0)
        if self.stretches and self.steps % self.stretches:
            raise ValueError(f"steps must be a multiple of the {self.stretches} stretches, got {self.steps}")
        _ = self.trainer, self.dials()

    @property
    def trainer(self) -> Trainer:
        """What is compiled into the training loop."""
        return Trainer(self.optimiser, self.batch)

    def dials(self) -> Dials:
        """The dials of the sequence."""
        return dials(self.learning_rate, self.criterion, self.plastic)


class Data(NamedTuple):
    """The tasks of every run; leading axes run and task.

    Attributes:
        train: examples to learn from.
        held_out: examples to be measured on.
    """

    train: Split
    held_out: Split


class Record(NamedTuple):
    """What a sequence of tasks left behind; leading axis of runs in every array, in host memory.

    Attributes:
        stages: evaluations before the first task and after every task, stacked along a second axis [run, stage, ...].
        steps: steps taken on every task, [run, task].
        learned: every task's loss when its own training ended, before anything that comes between tasks, [run, task].
        gradients: inner products after every stretch, [run, checkpoint, ...]; None without stretches, as what follows.
        path: change of every task's loss that gradients predict for every stretch, [run, checkpoint, task].
        stretch_loss: every task's loss after every stretch, [run, checkpoint, task].
    """

    stages: Evaluation
    learned: Any
    steps: Any
    gradients: Any = None
    path: Any = None
    stretch_loss: Any = None


def learn_sequence(
    protocol: Protocol,
    sizes: Sizes,
    data: Data,
    scoring: Scoring,
    sparsity: Sparsity,
    keys: Key[Array, " run"],
    settings: Dials | None = None,
    between: Callable[[int, State], State] | None = None,
    method: Method = Plain(),  # noqa: B008 (immutable)
) -> Record:
    """Learn the tasks of every run in order, all runs alike but for their data and random numbers.

    Args:
        protocol: how.
        sizes: of the model.
        data: with `protocol.tasks` tasks a run, and one more in front if there is pretraining.
        scoring: what counts as right.
        sparsity: the strategy, shared by all runs.
        keys: one a run.
        settings: dials of the sequence instead of the protocol's.
        between: what happens to all runs after a task, given its index: consolidation, say.
        method: what is done against forgetting; of the pretraining it takes no note.
    """
    drawn, wanted = data.train.tokens.shape[1], protocol.tasks + (protocol.pretraining > 0)
    if drawn < wanted:
        raise ValueError(f"the protocol needs at least {wanted} tasks a run, with the one for pretraining, got {drawn}")
    plain, settings = protocol.trainer, settings or protocol.dials()
    trainer = replace(plain, method=method)
    stretch, look = _programs(trainer, scoring)
    state = _start(trainer, sizes, data.train.tokens.shape[3:], protocol.tasks)(keys)
    if protocol.pretraining:
        everything = dials(protocol.learning_rate)
        first, data = jax.tree.map(lambda leaf: leaf[:, 0], data.train), jax.tree.map(lambda leaf: leaf[:, 1:], data)
        state = _advance(plain)(state, first, sparsity, everything, of_task(keys, -1), jnp.int32(protocol.pretraining))
    stages, measured, steps, learned = [look(state, data.held_out, sparsity)], [], [], []
    for task in range(protocol.tasks):
        state = _next(trainer, protocol.carried)(state)
        own = jax.tree.map(lambda leaf, task=task: leaf[:, task], data.train)
        for part in range(1, protocol.stretches + 1):
            until = jnp.int32(protocol.steps * part // protocol.stretches)
            state, found = stretch(state, own, data.held_out, sparsity, settings, of_task(keys, task), until)
            measured.append(found)
        if not protocol.stretches:
            state = _advance(trainer)(state, own, sparsity, settings, of_task(keys, task), jnp.int32(protocol.steps))
        steps.append(state.step)
        stages.append(look(state, data.held_out, sparsity))
        learned.append(stages[-1].loss[:, task])
        if jax.tree.leaves(state.memory):
            state = _remember(trainer)(state, own, sparsity, jnp.int32(task), of_task(keys, task))
        if between is not None:
            state = between(task, state)
            stages[-1] = look(state, data.held_out, sparsity)
    found = _stacked(measured) if measured else ()
    return Record(_stacked(stages), _stacked(learned), _stacked(steps), *found)


def data_of(sequences: Sequence[TaskSequence]) -> Data:
    """The tasks of every run, one sequence a run."""

    def stacked(splits: Iterable[Examples]) -> Split:
        parts = [(each.tokens, each.weights) for each in splits]
        return Split(*(jnp.asarray(np.stack(arrays)) for arrays in zip(*parts, strict=True)))

    return Data(stacked(each.train for each in sequences), stacked(each.held_out for each in sequences))


def of_task(keys: Key[Array, " run"], task: int) -> Key[Array, " run"]:
    """One key a run and task; task -1 is the pretraining, and 0 is left for the initial weights."""
    return jax.vmap(lambda key: jax.random.fold_in(key, task + 2))(keys)


def _stacked(parts: list[PyTree[Array]]) -> Any:
    """Per-time results as host arrays with the time as their second axis."""
    return jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves], axis=1), *parts)


@lru_cache(maxsize=16)
def _programs(trainer: Trainer, scoring: Scoring) -> tuple[Any, Any]:
    """The compiled functions of many runs: one stretch with its measurements, and an evaluation."""

    def stretch(
        state: State, own: Split, tasks: Split, sparsity: Sparsity, settings: Dials, key: Array, until: Int[Array, ""]
    ) -> tuple[State, tuple[Gradients, Array, Array]]:
        after = train(trainer, state, own, sparsity, settings, key, until)
        found = gradients(after.model, tasks, sparsity)
        path = path_change(state.model, after.model, tasks, sparsity)
        return after, (found, path, evaluate(after.model, tasks, sparsity, scoring).loss)

    def look(state: State, tasks: Split, sparsity: Sparsity) -> Evaluation:
        return evaluate(state.model, tasks, sparsity, scoring)

    return over_runs(stretch, shared=(3, 4, 6)), over_runs(look, shared=(2,))


@lru_cache(maxsize=16)
def _advance(trainer: Trainer) -> Any:
    """Training of many runs without any measurement."""

    def advance(state: State, own: Split, sparsity: Sparsity, settings: Dials, key: Array, until: Array) -> State:
        return train(trainer, state, own, sparsity, settings, key, until)

    return over_runs(advance, shared=(2, 3, 5))


@lru_cache(maxsize=16)
def _start(trainer: Trainer, sizes: Sizes, example_shape: tuple[int, ...], tasks: int) -> Any:
    """Fresh weights, optimisers and memories of many runs."""

    def start(key: Key[Array, ""]) -> State:
        model = initialise(sizes, jax.random.fold_in(key, 0))
        return begin(trainer, model, trainer.method.begin(model, example_shape, tasks))

    return over_runs(start)


@lru_cache(maxsize=16)
def _remember(trainer: Trainer) -> Any:
    def note(state: State, own: Split, sparsity: Sparsity, task: Int[Array, ""], key: Array) -> State:
        return remember(trainer, state, own, sparsity, task, key)

    return over_runs(note, shared=(2, 3))


@lru_cache(maxsize=16)
def _next(trainer: Trainer, carried: bool) -> Any:
    return over_runs(lambda state: next_task(trainer, state, carried))
