"""A memory filled pattern by pattern, and looked at after chosen numbers of patterns.

Patterns are drawn chunk by chunk and never stored; pattern `mu` depends on its key and index alone. A memory filled to
one load passes through all smaller ones, so a whole curve against the load costs as much as its last point. The points
of one replica are therefore dependent; replicas are not.
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import jax
import numpy as np
from jaxtyping import Array, Bool, PRNGKeyArray, UInt32

from sims.harness.mesh import map_trials, trial_keys
from sims.interference import code_parameter
from sims.patterns import smallest_units, units_below
from theory.activity import Access, Code, check_count, check_neurons

C = TypeVar("C")
M = TypeVar("M")

CHUNK = 512
"""Patterns drawn at once."""

LARGEST_NETWORK = 2**24 // CHUNK
"""Units beyond which sums over a chunk might not be exact in 32-bit floats."""


class Filling:
    """What the points of networks filled to ascending loads share; each is a frozen dataclass with these fields."""

    neurons: int
    loads: tuple[float, ...]
    replicas: int
    seed: int

    def check_filling(self, largest: int | None = None) -> None:
        """Raise ValueError if there are more than `largest` units, or if one of the shared fields is out of range."""
        if largest is not None and check_neurons(self.neurons) > largest:
            raise ValueError(f"neurons must be at most {largest}, got {self.neurons}")
        patterns_at(self.loads, check_neurons(self.neurons))
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)

    @property
    def patterns(self) -> list[int]:
        """Stored patterns at each load, a probe's own included."""
        return patterns_at(self.loads, self.neurons)


def fill(
    chunks: Iterator[C], write: Callable[[M, C, int, int], M], memory: M, checkpoints: Sequence[int]
) -> Iterator[M]:
    """The memory after each checkpoint.

    Args:
        chunks: patterns, `CHUNK` at a time.
        write: the memory with the patterns from one place of a chunk to before another added.
        memory: without patterns.
        checkpoints: how many patterns have been written at each checkpoint, ascending.
    """
    start, chunk = 0, None
    for stop in checkpoints:
        while start < stop:
            if start % CHUNK == 0:
                chunk = next(chunks)
            first = start % CHUNK
            last = min(CHUNK, first + stop - start)
            memory = write(memory, chunk, first, last)  # pyright: ignore[reportArgumentType]
            start += last - first
        yield memory


def draw_chunks(
    code: Code, neurons: int, activity: float, *, key: PRNGKeyArray
) -> Iterator[UInt32[np.ndarray, "chunk word"]]:
    """Packed patterns without end, `CHUNK` at a time; pattern `mu` draws from `fold_in(key, mu)`."""
    draw, parameter = _draw(code, neurons), code_parameter(code, neurons, activity)
    first = 0
    while True:
        yield np.asarray(map_trials(draw, trial_keys(key, CHUNK, first=first), CHUNK, parameter))
        first += CHUNK


def draw_pairs(
    access: Access, code: Code, neurons: int, activity: float, *, key: PRNGKeyArray
) -> Iterator[tuple[UInt32[np.ndarray, "chunk word"], UInt32[np.ndarray, "chunk word"]]]:
    """Packed patterns and the keys they are stored under, as `draw_chunks`; auto: each pattern is its own key."""
    values, keys = (draw_chunks(code, neurons, activity, key=each) for each in jax.random.split(key))
    return ((chunk, chunk) for chunk in values) if access == "auto" else zip(values, keys, strict=True)


def probe_pairs(
    access: Access, neurons: int, active: int, probes: int, seed: int
) -> tuple[Bool[np.ndarray, "probe neuron"], Bool[np.ndarray, "probe neuron"]]:
    """Cues of `active` units each and the patterns they should recall; auto: the cues themselves.

    The units of the other patterns are exchangeable, so the law of a recall does not depend on which units the cue has.
    """
    first = np.arange(neurons) < active
    random = np.random.default_rng(seed)
    cues, others = (random.permuted(np.tile(first, (probes, 1)), axis=1) for _ in range(2))
    return cues, cues if access == "auto" else others


def patterns_at(loads: Sequence[float], neurons: int) -> list[int]:
    """The numbers of stored patterns `p = round(alpha N)` at ascending loads.

    Raises:
        ValueError: no loads, one that is not a finite positive number, loads that do not ascend by a pattern or more,
            or fewer than two patterns.
    """
    if not loads or not all(math.isfinite(load) and load > 0 for load in loads):
        raise ValueError(f"loads must be finite positive numbers, at least one of them, got {loads!r}")
    patterns = [round(load * neurons) for load in loads]
    if patterns[0] < 2 or any(b <= a for a, b in itertools.pairwise(patterns)):
        raise ValueError(
            f"loads must be at least two patterns and ascend by a pattern or more, got {loads!r}, which are "
            f"{patterns} patterns of {neurons} units"
        )
    return patterns


@functools.cache
def _draw(code: Code, neurons: int) -> Callable[[PRNGKeyArray, Array], UInt32[Array, " word"]]:
    """The trial that draws one packed pattern; one function a network size, so that it compiles once."""
    draw = units_below if code == "bernoulli" else smallest_units
    return lambda key, parameter: draw(neurons, parameter, key=key)
