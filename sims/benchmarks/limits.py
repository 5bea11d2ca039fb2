"""Where the time of this repository's retrieval goes, and how far each phase is from what memory allows.

A run is watched: every kernel's seconds, and the bytes it must move, which follow from its own arguments and counters.
A phase's least time is what bare loops (`sims.benchmarks.bare`) need for the same bytes from the same place; for
counting rows, the slower of reading their patterns and passing them through full adders.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import jax
import numpy as np

from sims.benchmarks import bare
from sims.benchmarks.bare import VECTOR
from sims.benchmarks.case import Case
from sims.fields import draw_network
from sims.kernels import batch, counts, dynamics
from sims.kernels.dynamics import Probes
from sims.kernels.rows import Rows
from sims.kernels.threads import watched
from sims.kernels.vectors import LANES
from sims.retrieval import retrieve

OVERLAPS, SUMS, ROWS, STEPS, REST = (
    "overlaps of the cues",
    "first sums",
    "counting rows together",
    "steps: adding rows, fields, winners",
    "set-up and the rest",
)
"""Phases of a retrieval."""


@dataclass(frozen=True)
class Phase:
    """A phase of a retrieval.

    Attributes:
        name: one of the names above.
        seconds: it took.
        moved: bytes that it must read and write, from its core's own memory or from further away.
        least: seconds that bare loops need for these bytes, on all processors; 0 where none are moved.
    """

    name: str
    seconds: float
    moved: int
    least: float


@dataclass(frozen=True)
class Phased:
    """The phases of the fastest of some retrievals, and what was counted in it.

    Attributes:
        case: what was measured.
        seconds: the retrieval with its set-up.
        phases: whose seconds add up to it.
        rows: rows of `X^T X` that were counted.
        additions: rows that were added to a probe's sums, or taken away.
    """

    case: Case
    seconds: float
    phases: tuple[Phase, ...]
    rows: int
    additions: int


@dataclass(frozen=True)
class Limits:
    """What this machine's memory allows, and what retrieval makes of it.

    Attributes:
        memory_rate: bytes a second that all processors together read from memory and add.
        adder_rate: bytes a second that their full adders take up.
        retrievals: an activity each.
    """

    memory_rate: float
    adder_rate: float
    retrievals: tuple[Phased, ...]


@dataclass
class _Watched:
    """Seconds of every phase and bytes by what reads them, added up as kernels return."""

    seconds: dict[str, float] = field(default_factory=dict)
    overlaps: int = 0
    sums: int = 0
    kind: np.dtype = field(default_factory=lambda: np.dtype(np.int16))
    batched: int = 0
    rows: Rows | None = None
    tally: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))

    def __call__(self, work: object, arguments: tuple, seconds: float) -> None:
        phase = PHASES.get(work, REST)
        self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds
        if work is counts.overlaps:
            units: np.ndarray = arguments[-1]
            self.overlaps += len(units) * VECTOR
        elif work is counts.sums:
            _, found, _, _, units, _, result = arguments
            self.kind = found.dtype
            lanes = VECTOR // found.itemsize
            self.sums += 2 * len(units) * -(-len(result) // lanes) * VECTOR
        elif work is batch.count_rows:
            rows, _, ends, *_ = arguments
            self.batched += int(ends[-1]) * packed_bytes(rows)
        elif work is dynamics.synchronous:
            probes: Probes = arguments[2]
            self.rows, self.tally = arguments[1], probes.tally


PHASES: dict[object, str] = {
    counts.overlaps: OVERLAPS,
    counts.sums: SUMS,
    batch.members: ROWS,
    batch.count_rows: ROWS,
    dynamics.synchronous: STEPS,
}
"""Which phase a kernel belongs to."""


def packed_bytes(rows: Rows) -> int:
    """Bytes of a pattern, as counting a row reads it: in whole vectors."""
    return -(-rows.width // LANES) * VECTOR


def measure_limits(cases: Sequence[Case], memory: int) -> Limits:
    """Measure the limits of some cases of this repository's engine, and the rate of reading `memory` bytes."""
    adders = bare.adder_rate()
    return Limits(bare.stream_rate(memory), adders, tuple(measure_phases(case, adders) for case in cases))


def measure_phases(case: Case, adders: float) -> Phased:
    """Watch `case.repeats` retrievals of this repository's engine, after one that compiles; take the fastest.

    Args:
        case: what is retrieved.
        adders: bytes a second that full adders take up, beyond which no row is counted.
    """
    _watch(case, 0)
    seconds, found = min((_watch(case, seed) for seed in range(case.repeats)), key=lambda each: each[0])
    rows = found.rows
    assert rows is not None, "every retrieval takes a step"
    additions, patterns = (int(each) for each in found.tally.sum(axis=0))
    counted, length = int((rows.status != 0).sum()), rows.width * 32
    kept, alone = additions * length * rows.kept.itemsize, patterns * packed_bytes(rows)
    adding = kept / bare.row_rate(rows.kept.dtype, max(1, counted), length)
    piece = min(adders, bare.gather_rate(min(batch.PIECE, rows.patterns), case.activity))
    phases = [
        (OVERLAPS, found.overlaps, found.overlaps / bare.gather_rate(length, case.activity)),
        (SUMS, found.sums, found.sums / bare.update_rate(found.kind, case.activity)),
        (ROWS, found.batched, found.batched / piece),
        (STEPS, kept + alone, adding + alone / piece),
    ]
    timed = [Phase(name, found.seconds.get(name, 0.0), moved, least) for name, moved, least in phases]
    rest = Phase(REST, seconds - sum(each.seconds for each in timed), 0, 0.0)
    return Phased(case, seconds, (*timed, rest), counted, additions)


def _watch(case: Case, seed: int) -> tuple[float, _Watched]:
    network = draw_network("fixed-size", case.neurons, case.activity, case.patterns, key=jax.random.key(seed))
    found = _Watched()
    with watched(found):
        start = time.perf_counter()
        stored = network.stored(np.arange(case.probes))
        retrieve(network, stored, stored)
        return time.perf_counter() - start, found


def lines(limits: Limits) -> list[str]:
    """The report's section on limits."""
    text = [
        f"All processors together read and add {limits.memory_rate / 1e9:.1f} GB/s from memory. The limit of a phase is"
        " the rate of bare loops that only read and add (or add in place) as many bytes from the same place, cache or"
        f" memory; for counting rows also the peak rate of full adders, {limits.adder_rate / 1e9:.1f} GB/s of patterns."
        " The bytes of the steps are those of rows.",
        "",
        "| a | phase | s | share of the time | GB moved | GB/s | limit, GB/s | share of the limit |",
        "|" + "---|" * 8,
    ]
    for each in limits.retrievals:
        for phase in each.phases:
            rates = "– | – | – | –"
            if phase.moved and phase.seconds:
                rates = (
                    f"{phase.moved / 1e9:.2f} | {phase.moved / phase.seconds / 1e9:.1f}"
                    f" | {phase.moved / phase.least / 1e9:.1f} | {phase.least / phase.seconds:.0%}"
                )
            share = phase.seconds / each.seconds
            text.append(f"| {each.case.activity:g} | {phase.name} | {phase.seconds:.3f} | {share:.0%} | {rates} |")
    return [*text, "", *(f"- {sentence(each)}" for each in limits.retrievals)]


def sentence(found: Phased) -> str:
    """Which phase bounds the time, and whether its limit bounds it."""
    longest = max(found.phases, key=lambda phase: phase.seconds)
    bound = "near its limit" if longest.least > longest.seconds / 2 else "more than twice its limit"
    least = sum(phase.least if phase.moved else phase.seconds for phase in found.phases)
    return (
        f"a = {found.case.activity:g}: {longest.name} takes longest, {longest.seconds / found.seconds:.0%} of"
        f" {found.seconds:.3f} s, {bound} ({longest.least:.3f} s);"
        f" {found.rows} rows counted, {found.additions} additions of rows. With every phase at its limit the"
        f" retrieval would take {least:.3f} s."
    )
