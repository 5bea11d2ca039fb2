"""A run of continual learning: one task after another into the same weights, measured between stretches of training."""

import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, Key, PyTree

from theory.activity import check_count
from transformer_checks.checkpoints import Checkpoints
from transformer_checks.groups import GROUPS
from transformer_checks.methods.base import Method, Plain
from transformer_checks.metrics import Evaluation, Gradients, evaluate, gradients, path_change
from transformer_checks.model import Sizes, initialise
from transformer_checks.objectives import Split
from transformer_checks.runs import over_runs
from transformer_checks.sparsity import Sparsity
from transformer_checks.task_sequence import Examples, Scoring, TaskSequence
from transformer_checks.training import Dials, State, Trainer, begin, check_dials, dials, next_task, remember, train

PART = 1000
"""Most steps of training between two chances to keep a checkpoint."""


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
        check_dials(self.learning_rate, self.criterion, self.plastic)
        _ = self.trainer

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


@typing.runtime_checkable
class Between(typing.Protocol):
    """What happens to all runs between tasks, consolidation say, and what it keeps from one task to the next."""

    def begin(self) -> PyTree[Array]:
        """What is kept before the first task; a leading axis of runs in every array."""
        ...

    def __call__(self, task: int, state: State, kept: Any) -> tuple[State, Any]:
        """State and what is kept, after the task of that index."""
        ...


class Progress(NamedTuple):
    """How far a sequence is: what the rest of it depends on, and what was measured; an axis of runs in every array.

    Attributes:
        state: models in training.
        kept: what is kept between tasks.
        stages: evaluations so far.
        learned: losses of the tasks learned.
        steps: taken on each of them.
        measured: what every stretch gave; empty without stretches.
    """

    state: State
    kept: Any
    stages: tuple[Evaluation, ...]
    learned: tuple[Array, ...] = ()
    steps: tuple[Array, ...] = ()
    measured: tuple[Any, ...] = ()


def learn_sequence(
    protocol: Protocol,
    sizes: Sizes,
    data: Data,
    scoring: Scoring,
    sparsity: Sparsity,
    keys: Key[Array, " run"],
    settings: Dials | None = None,
    between: Between | None = None,
    method: Method = Plain(),  # noqa: B008 (immutable)
    checkpoints: Checkpoints | None = None,
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
        between: what happens to all runs between tasks.
        method: what is done against forgetting; of the pretraining it takes no note.
        checkpoints: where a sequence that was stopped goes on, with what it would have given had it not been stopped.

    Raises:
        OutputFolderError: a checkpoint cannot be written.
        CorruptCheckpointError: there are checkpoints, and all are damaged.
        ValueError: too few tasks.
    """
    drawn, wanted = data.train.tokens.shape[1], protocol.tasks + (protocol.pretraining > 0)
    if drawn < wanted:
        raise ValueError(f"the protocol needs at least {wanted} tasks a run, with the one for pretraining, got {drawn}")
    lesson = None
    if protocol.pretraining:
        lesson, data = jax.tree.map(lambda leaf: leaf[:, 0], data.train), jax.tree.map(lambda leaf: leaf[:, 1:], data)
    settings = settings or protocol.dials()
    learner = _Learner(protocol, sizes, lesson, data, scoring, sparsity, keys, settings, between, method)
    found = None if checkpoints is None else checkpoints.resume(learner.shapes)
    done, progress = (0, learner.begin()) if found is None else found
    for part in range(done, protocol.tasks * learner.parts):
        if checkpoints is not None:
            checkpoints.offer(part, progress)
        progress = learner.go_on(part, progress)
    measured = _stacked(progress.measured) if progress.measured else ()
    return Record(_stacked(progress.stages), _stacked(progress.learned), _stacked(progress.steps), *measured)


@dataclass(frozen=True)
class _Learner:
    """A sequence in parts, each a stretch of training on one task; as the arguments of `learn_sequence`.

    Attributes:
        lesson: the task of the pretraining, if there is any; `data` is without it.
    """

    protocol: Protocol
    sizes: Sizes
    lesson: Split | None
    data: Data
    scoring: Scoring
    sparsity: Sparsity
    keys: Key[Array, " run"]
    settings: Dials
    between: Between | None
    method: Method

    @property
    def parts(self) -> int:
        """Parts of every task."""
        return self.protocol.stretches or -(-self.protocol.steps // PART)

    @property
    def trainer(self) -> Trainer:
        return replace(self.protocol.trainer, method=self.method)

    def begin(self) -> Progress:
        """The networks before the first task, looked at."""
        state = self._fresh(self.keys)
        if self.lesson is not None:
            everything, steps = dials(self.protocol.learning_rate), jnp.int32(self.protocol.pretraining)
            teach = _advance(self.protocol.trainer)
            state = teach(state, self.lesson, self.sparsity, everything, of_task(self.keys, -1), steps)
        kept = () if self.between is None else self.between.begin()
        return Progress(state, kept, (self._look(state),))

    def go_on(self, part: int, progress: Progress) -> Progress:
        """One part further; parts count from 0 through all tasks."""
        task, place = divmod(part, self.parts)
        state, measured = progress.state, progress.measured
        if place == 0:
            state = _next(self.trainer, self.protocol.carried)(state)
        if self.protocol.stretches:
            state, found = self._stretch(part, state)
            measured = (*measured, found)
        else:
            state = _advance(self.trainer)(state, self._own(task), *self._how(part))
        progress = progress._replace(state=state, measured=measured)
        return progress if place + 1 < self.parts else self._learned(task, progress)

    def shapes(self, part: int) -> Progress:
        """The shapes of the progress before that part."""
        task = part // self.parts
        state = jax.eval_shape(self._fresh, self.keys)
        stage = jax.eval_shape(self._look, state)
        kept = () if self.between is None else jax.eval_shape(self.between.begin)
        loss = jax.eval_shape(lambda stage: stage.loss[:, 0], stage)
        measured = (jax.eval_shape(lambda state: self._stretch(0, state)[1], state),) if self.protocol.stretches else ()
        return Progress(state, kept, (stage,) * (task + 1), (loss,) * task, (state.step,) * task, measured * part)

    def _learned(self, task: int, progress: Progress) -> Progress:
        """After the last step on a task: what it left is noted, and what comes between tasks happens."""
        state, kept, stage = progress.state, progress.kept, self._look(progress.state)
        steps, loss = state.step, stage.loss[:, task]
        if jax.tree.leaves(state.memory):
            note = _remember(self.trainer)
            state = note(state, self._own(task), self.sparsity, jnp.int32(task), of_task(self.keys, task))
        if self.between is not None:
            state, kept = self.between(task, state, kept)
            stage = self._look(state)
        return Progress(
            state,
            kept,
            (*progress.stages, stage),
            (*progress.learned, loss),
            (*progress.steps, steps),
            progress.measured,
        )

    def _fresh(self, keys: Key[Array, " run"]) -> State:
        return _start(self.trainer, self.sizes, self.data.train.tokens.shape[3:], self.protocol.tasks)(keys)

    def _look(self, state: State) -> Evaluation:
        return _programs(self.trainer, self.scoring)[1](state, self.data.held_out, self.sparsity)

    def _stretch(self, part: int, state: State) -> Any:
        stretch, _ = _programs(self.trainer, self.scoring)
        return stretch(state, self._own(part // self.parts), self.data.held_out, *self._how(part))

    def _own(self, task: int) -> Split:
        return jax.tree.map(lambda leaf: leaf[:, task], self.data.train)

    def _how(self, part: int) -> tuple[Sparsity, Dials, Key[Array, " run"], Array]:
        task, place = divmod(part, self.parts)
        until = jnp.int32(self.protocol.steps * (place + 1) // self.parts)
        return self.sparsity, self.settings, of_task(self.keys, task), until


def data_of(sequences: Sequence[TaskSequence]) -> Data:
    """The tasks of every run, one sequence a run."""

    def stacked(splits: Iterable[Examples]) -> Split:
        parts = [(each.tokens, each.weights) for each in splits]
        return Split(*(jnp.asarray(np.stack(arrays)) for arrays in zip(*parts, strict=True)))

    return Data(stacked(each.train for each in sequences), stacked(each.held_out for each in sequences))


def of_task(keys: Key[Array, " run"], task: int) -> Key[Array, " run"]:
    """One key a run and task; task -1 is the pretraining, and 0 is left for the initial weights."""
    return jax.vmap(lambda key: jax.random.fold_in(key, task + 2))(keys)


def _stacked(parts: Sequence[PyTree[Array]]) -> Any:
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
