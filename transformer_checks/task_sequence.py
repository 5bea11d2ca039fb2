"""A sequence of tasks to learn one after another: what every family of tasks gives, and how it draws."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int32

from theory.activity import check_count

Scoring = Literal["exact", "token"]
"""How accuracy counts: examples with every counted position right (as greedy decoding has it), or positions."""


@dataclass(frozen=True)
class Examples:
    """One split of every task, on the host.

    Attributes:
        tokens: whole sequences; the token at position i predicts that at i + 1.
        weights: 1 where the prediction of `tokens[..., 1:]` counts, 0 elsewhere.
    """

    tokens: Int32[np.ndarray, "task example length"]
    weights: Float32[np.ndarray, "task example length-1"]


@dataclass(frozen=True)
class TaskSequence:
    """Tasks in the order in which they are learned.

    Attributes:
        names: one name a task.
        train: what is trained on.
        held_out: what is evaluated; the same examples where a task is to be memorised.
        vocabulary: every token is below; the same for every number of tasks of one spec.
        scoring: how accuracy is counted.
    """

    names: tuple[str, ...]
    train: Examples
    held_out: Examples
    vocabulary: int
    scoring: Scoring

    @property
    def length(self) -> int:
        """Tokens of an example."""
        return self.train.tokens.shape[-1]


def stack(tasks: Sequence[tuple[np.ndarray, np.ndarray]]) -> Examples:
    """Examples from the tokens [example, length] and the weights [example, length - 1] of every task."""
    tokens, weights = zip(*tasks, strict=True)
    return Examples(np.stack(tokens).astype(np.int32), np.stack(weights).astype(np.float32))


def generator(seed: int, purpose: str, task: int | None = None) -> np.random.Generator:
    """Random numbers that depend on the seed, on what they are for, and on the task where one is given.

    A task's own stream is what makes it independent of how many tasks follow.
    """
    own = () if task is None else (task,)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()), *own)))


def check_sequence(tasks: int, seed: int, most: int | None = None, what: str = "tasks") -> None:
    """Raise ValueError unless `tasks` is a positive integer of at most `most` (named `what`) and `seed` at least 0."""
    check_count(tasks, "tasks")
    check_count(seed, "seed", minimum=0)
    if most is not None and tasks > most:
        raise ValueError(f"tasks must be at most {most} ({what}), got {tasks}")
