"""Key-value facts: each task is a list of pairs of keys and their values, to be memorised.

The dial `overlap` goes from tasks with key alphabets of their own to tasks that share one alphabet. It changes nothing
else: tokens, facts a task and the chance of every pair of a task's alphabet stay the same. No pair of keys occurs in
two tasks, so all tasks can be known at once.
"""

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from theory.activity import check_count
from transformer_checks.task_sequence import TaskSequence, check_sequence, generator, stack


@dataclass(frozen=True)
class FactsSpec:
    """Facts [key, key, value], of which the value is to be predicted; held out is what was trained.

    Attributes:
        facts: facts a task.
        keys: size of a task's key alphabet.
        values: size of the values' alphabet, common to all tasks.
        overlap: share of a task's key alphabet that is common to all tasks, from 0 to 1; rounded to whole keys.
        most_tasks: tasks that can be asked for; tokens are `most_tasks * keys` keys, then the values.

    Raises:
        ValueError: a field out of range, or too few pairs of keys for the facts of `most_tasks` tasks.
    """

    family: ClassVar[str] = "facts"

    facts: int = 64
    keys: int = 24
    values: int = 64
    overlap: float = 0.0
    most_tasks: int = 8

    def __post_init__(self) -> None:
        for name in ("facts", "keys", "values", "most_tasks"):
            check_count(getattr(self, name), name)
        if isinstance(self.overlap, bool) or not isinstance(self.overlap, Real) or not 0 <= self.overlap <= 1:
            raise ValueError(f"overlap must be a number from 0 to 1, got {self.overlap!r}")
        if self._facts_among_shared * self.most_tasks > self.shared_keys**2 or self.facts > self.keys**2:
            raise ValueError(
                f"{self.most_tasks} tasks of {self.facts} facts do not fit {self.keys} keys a task at overlap "
                f"{self.overlap}: no pair of keys may be used twice; ask for more keys, fewer facts or fewer tasks"
            )

    @property
    def shared_keys(self) -> int:
        """Keys common to all tasks."""
        return round(self.overlap * self.keys)

    @property
    def _facts_among_shared(self) -> int:
        """Facts of a task with two shared keys: as many as a uniform draw of pairs expects, rounded down."""
        own = self.keys**2 - self.shared_keys**2
        return max(self.facts * self.shared_keys**2 // self.keys**2, self.facts - own)

    def sequence(self, tasks: int, seed: int, primed: bool = False) -> TaskSequence:
        """The first `tasks` tasks of this seed.

        Args:
            tasks: how many.
            seed: of all of them.
            primed: whether the first task has all values equally often, as far as its facts go. A head that has never
                seen a value cannot tell it from others, whatever the layers below it learn.

        Raises:
            ValueError: more tasks than `most_tasks`, fewer than one, or a negative seed.
        """
        check_sequence(tasks, seed, self.most_tasks, "most_tasks")
        examples = stack([self._task(task, seed, primed and task == 0) for task in range(tasks)])
        return TaskSequence(
            names=tuple(f"facts {task + 1}" for task in range(tasks)),
            train=examples,
            held_out=examples,
            vocabulary=self.most_tasks * self.keys + self.values,
            scoring="exact",
        )

    def _task(self, task: int, seed: int, every_value: bool) -> tuple[np.ndarray, np.ndarray]:
        rng = generator(seed, "facts", task)
        pairs = np.stack(np.divmod(np.arange(self.keys**2), self.keys), axis=1)
        among_shared = (pairs < self.shared_keys).all(axis=1)
        among = self._facts_among_shared
        # One order of the shared pairs for all tasks: each takes the next ones.
        shared = generator(seed, "pairs of shared keys").permutation(pairs[among_shared])[among * task :][:among]
        own = rng.choice(pairs[~among_shared], self.facts - among, replace=False)
        keys = np.concatenate([shared, own])
        keys = np.where(keys < self.shared_keys, keys, keys + task * (self.keys - self.shared_keys))
        if every_value:
            values = rng.permutation(np.arange(self.facts) % self.values)
        else:
            values = rng.integers(self.values, size=self.facts)
        return np.column_stack([keys, values + self.most_tasks * self.keys]), np.tile([0.0, 1.0], (self.facts, 1))
