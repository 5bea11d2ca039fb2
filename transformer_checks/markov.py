"""Markov languages: each task is a random first-order language over one small alphabet common to all tasks.

Tasks contradict one another (the same symbol is followed by other symbols), so no model without memory of the context
knows all of them at once: the hard end of interference.
"""

import math
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np
from jaxtyping import Float64, Int64

from theory.activity import check_count
from transformer_checks.task_sequence import TaskSequence, check_sequence, generator, stack


@dataclass(frozen=True)
class MarkovSpec:
    """Strings of random languages; every symbol but the first is to be predicted.

    Attributes:
        symbols: size of the alphabet, and the vocabulary.
        length: symbols of a string.
        train: strings to train on, a task.
        held_out: further strings of the same language, drawn independently.
        concentration: of the symmetric Dirichlet law of every row of transition probabilities; small means few
            likely successors.

    Raises:
        ValueError: a field out of range.
    """

    family: ClassVar[str] = "markov"

    symbols: int = 16
    length: int = 32
    train: int = 128
    held_out: int = 64
    concentration: float = 0.1

    def __post_init__(self) -> None:
        for name in ("symbols", "length"):
            check_count(getattr(self, name), name, minimum=2)
        for name in ("train", "held_out"):
            check_count(getattr(self, name), name)
        concentration = self.concentration
        if isinstance(concentration, bool) or not isinstance(concentration, Real) or not 0 < concentration < math.inf:
            raise ValueError(f"concentration must be a positive finite number, got {concentration!r}")

    def transitions(self, task: int, seed: int) -> Float64[np.ndarray, "symbol successor"]:
        """The transition probabilities of a task's language, counted from 0."""
        rng = generator(seed, "markov transitions", task)
        return rng.dirichlet(np.full(self.symbols, float(self.concentration)), size=self.symbols)

    def sequence(self, tasks: int, seed: int) -> TaskSequence:
        """The first `tasks` tasks of this seed.

        Raises:
            ValueError: fewer than one task, or a negative seed.
        """
        check_sequence(tasks, seed)
        train, held_out = (
            stack([self._strings(count, task, seed, split) for task in range(tasks)])
            for split, count in (("train", self.train), ("held out", self.held_out))
        )
        names = tuple(f"markov {task + 1}" for task in range(tasks))
        return TaskSequence(names, train, held_out, vocabulary=self.symbols, scoring="token")

    def _strings(self, count: int, task: int, seed: int, split: str) -> tuple[np.ndarray, np.ndarray]:
        tokens = walk(self.transitions(task, seed), count, self.length, generator(seed, f"markov {split}", task))
        return tokens, np.ones((count, self.length - 1))


def walk(
    transitions: Float64[np.ndarray, "symbol successor"], count: int, length: int, rng: np.random.Generator
) -> Int64[np.ndarray, "string position"]:
    """Strings of a Markov chain whose first symbol is uniform."""
    symbols = len(transitions)
    cumulative = transitions.cumsum(axis=1)
    cumulative[:, -1] = 1.0  # whatever rounding left
    strings = np.empty((count, length), np.int64)
    strings[:, 0] = rng.integers(symbols, size=count)
    for position in range(1, length):
        u = rng.random((count, 1))
        strings[:, position] = (u >= cumulative[strings[:, position - 1]]).sum(axis=1)
    return strings
