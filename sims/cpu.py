r"""Retrieval on processors: exact integer sums `R = X^T X s` that follow every change of a state.

The first `R` of all probes is counted from the patterns, 64 probes at a time. From then on a unit that changes adds or
takes away its row of `X^T X`; rows are counted when they are first needed and shared by all probes
(`sims.kernels.rows`). While a step changes so many units that new rows would cost more, `R` is counted again.

Why nothing overflows. `R_i <= F_i m` for `m` active units, and `F_i m < 2^31` is required. A row's entries are at
most `F_i`; whether their distances from the row's mean fit into 8 or 16 bits is checked row by row. `R` less the shift
is only ever wrong by multiples of 2^32, which come out right in the end. Fields fit into 64 bits by the bound that
`sims.fields.Network` checks.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from sims.fields import Network
from sims.kernels import batch, columns, counts, dynamics, sweeps
from sims.kernels.dynamics import Law, Probes
from sims.kernels.rows import KEPT, UNFIT, Rows
from sims.kernels.threads import share
from sims.kernels.vectors import LANES
from sims.kernels.vertical import flatten

ROWS_MEMORY = 768 * 2**20
"""Bytes that rows may take; more are counted anew whenever they are needed."""

COLUMNS_MEMORY = 2**30
"""Bytes that the patterns turned about may take; beyond, the patterns are searched for each row."""

LISTED = 2**24
"""Active units that are listed at a time when `R` is counted."""

FITTING = 7.0
"""Standard deviations of a row's entries that must fit into 8 bits, or rows are kept in 16 bits."""

COUNT_COST, ROW_COST, CHANGE_COST = 16.0, 3.0, 1.0
"""Time of counting a pattern's active unit again, of a pattern in 512 units of a row, of adding 16 units of a row:
in nanoseconds on one processor, but only their ratios matter."""

ALONE = 2.0
"""How often all patterns may be read, a row at a time, before reading them all for all rows together pays."""

STEPS_SAVED = 5.0
"""How many counts of `R` are worth the rows that one step needs, because later steps need most of them again."""

Outcome = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Last states, steps and status of every probe."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A network as the kernels take it.

    Attributes:
        law: its fields and who fires.
        rows: its patterns and, later, its rows.
        ends: summed sizes of the patterns before each, and of all; int64.
    """

    law: Law
    rows: Rows
    ends: np.ndarray


def prepare(network: Network, active: int, level: int | None) -> Prepared:
    """Set a network up.

    Args:
        network: stored patterns.
        active: winners.
        level: the field that units must exceed; None for k winners.
    """
    flat, width = flatten(network.words[: network.patterns])
    totals = network.totals
    fired = np.zeros(width * 32, np.int64)
    fired[: network.neurons] = totals.fired
    sized = np.zeros_like(fired)
    sized[: network.neurons] = totals.sized
    deviation = math.sqrt(int(fired.max()) * float(network.centre) * (1 - float(network.centre)))
    kind = np.int8 if FITTING * deviation < 128 else np.int16
    length = width * 32
    room = min(network.neurons, ROWS_MEMORY // (length * np.dtype(kind).itemsize))
    rows = Rows(
        words=flat,
        width=width,
        neurons=network.neurons,
        patterns=network.patterns,
        columns=_columns(flat, width, network.patterns),
        fired=fired,
        means=np.rint((sized - fired) / max(1, network.neurons - 1)).astype(np.int64),
        status=np.zeros(length, np.int32),
        places=np.zeros(length, np.int32),
        kept=np.empty(room * length, kind),
        next=np.zeros(1, np.int64),
    )
    ends = np.concatenate([[0], np.cumsum(network.sizes[: network.patterns])])
    return Prepared(_law(network, active, level), rows, ends)


def _columns(flat: np.ndarray, width: int, patterns: int) -> np.ndarray:
    """The patterns turned about, or nothing if they take too much."""
    size = -(-patterns // 32) * columns.block_length(width)
    if 4 * size > COLUMNS_MEMORY:
        return np.empty(0, np.uint32)
    turned = np.empty(size, np.uint32)
    share(columns.turn, -(-patterns // (32 * columns.BLOCKS)), flat, width, patterns, turned)
    return turned


def _law(network: Network, active: int, level: int | None) -> Law:
    r, q = network.centre.numerator, network.centre.denominator
    b, d = r * (network.rule == "covariance"), r * (network.input == "centred")
    patterns, neurons, totals = network.patterns, network.neurons, network.totals
    own = totals.fired * (q * q - 2 * q * b) + patterns * b * b
    largest = 11 * q**3 * patterns * neurons // 2  # beyond every field, and with the fields' mean still below 2^63
    return Law(
        cubed=q**3,
        fired=totals.fired,
        rest=d * own - q * q * d * totals.sized,
        own=q * own,
        slope=np.array([q * neurons * b * d, q * q * b]),
        mean=np.array([b * (patterns * neurons * b * d - q * d * totals.sizes), -q * b * b * patterns, b * q * q]),
        active=0 if level is not None else active,
        level=0 if level is None else max(-largest, min(largest, level)),
    )


def settle(
    network: Network, cues: Bool[np.ndarray, "probe neuron"], active: int, level: int | None, most: int
) -> Outcome:
    """Synchronous retrieval from every cue; arguments and results as in `sims.retrieval`."""
    prepared = prepare(network, active, level)
    probes = _start(cues, prepared.rows.width)
    by_rows, once = False, True
    while len(probes.live):
        if not by_rows:
            _count(prepared, probes)
        share(dynamics.synchronous, len(probes.live), prepared.law, prepared.rows, probes, by_rows, once, most)
        probes = probes._replace(live=np.flatnonzero(probes.status == dynamics.UNSETTLED))
        if not len(probes.live):
            break
        absent = np.zeros(len(prepared.rows.fired), bool)
        changes = dynamics.pending(prepared.rows, probes, absent)
        by_rows = by_rows or _rows_are_cheaper(prepared, int(changes), int(absent.sum()), len(probes.live))
        if by_rows:
            once = _count_rows(prepared.rows, np.flatnonzero(absent).astype(np.int32))
    return _outcome(cues, probes)


def settle_in_order(
    network: Network,
    cues: Bool[np.ndarray, "probe neuron"],
    active: int,
    level: int | None,
    orders: Int[np.ndarray, "sweep block word"],
) -> Outcome:
    """Retrieval in random order from every cue; at most as many sweeps as there are orders."""
    prepared = prepare(network, active, level)
    probes = _start(cues, prepared.rows.width)
    if len(cues):
        _count(prepared, probes)
        share(sweeps.sweep, len(cues), prepared.law, prepared.rows, probes, orders.astype(np.int32))
    return _outcome(cues, probes)


def _outcome(cues: Bool[np.ndarray, "probe neuron"], probes: Probes) -> Outcome:
    states = np.zeros_like(cues)
    for state, units, size in zip(states, probes.current, probes.sizes[:, 0], strict=True):
        state[units[:size]] = True
    return states, probes.steps, probes.status


def _start(cues: Bool[np.ndarray, "probe neuron"], width: int) -> Probes:
    probes, neurons = cues.shape
    current = np.empty((probes, neurons + 1), np.int32)
    sizes = cues.sum(axis=1)
    for row, cue, size in zip(current, cues, sizes, strict=True):
        row[:size] = np.flatnonzero(cue)
    return Probes(
        live=np.arange(probes),
        sums=np.zeros((probes, width * 32), np.int32),
        current=current,
        before=current.copy(),
        sizes=np.stack([sizes, sizes], axis=1),
        guesses=np.full(probes, dynamics.LOWEST),
        steps=np.zeros(probes, np.int64),
        status=np.full(probes, dynamics.UNSETTLED, np.int8),
        tally=np.zeros((probes, 2), np.int64),
    )


def _count(prepared: Prepared, probes: Probes) -> None:
    """Count `R` of the live probes from the patterns."""
    largest = int(probes.sizes[probes.live, 0].max())
    kind = np.dtype(np.int16 if largest < 2**15 else np.int32)
    for start in range(0, len(probes.live), counts.PROBES):
        live = probes.live[start : start + counts.PROBES]
        states = np.zeros((prepared.rows.width * 32, counts.PROBES), np.int8)
        for lane, probe in enumerate(live):
            states[probes.current[probe, : probes.sizes[probe, 0]], lane] = 1
        probes.sums[live] = _sums(prepared, states.reshape(-1), len(live), kind)


def _sums(prepared: Prepared, states: np.ndarray, probes: int, kind: np.dtype) -> np.ndarray:
    """`R` of up to `counts.PROBES` probes, a part of the patterns after the other."""
    rows, ends = prepared.rows, prepared.ends
    result = np.zeros((probes, rows.width * 32), np.int32)
    parts = -(-rows.width // counts.RANGE)
    first = 0
    while first < rows.patterns:
        last = max(first + 1, int(np.searchsorted(ends, ends[first] + LISTED, side="right")) - 1)
        number, starts = last - first, ends[first : last + 1] - ends[first]
        found = np.empty(number * counts.PROBES, kind)
        most, ranges = np.empty(number, np.int64), np.empty(number * (parts + 1), np.int32)
        units = np.empty(starts[-1], np.uint16)
        words = rows.words[first * rows.width : last * rows.width]
        tasks = -(-number // counts.PATTERNS)
        share(counts.overlaps, tasks, words, rows.width, starts, states, found, most, ranges, units)
        share(counts.sums, parts, starts, found, most, ranges, units, np.iinfo(kind).max, result)
        first = last
    return result


def _rows_are_cheaper(prepared: Prepared, changes: int, absent: int, probes: int) -> bool:
    """Whether the next sums of live probes cost less by rows than counted again, all steps taken together."""
    rows = prepared.rows
    row = ROW_COST * rows.width / LANES * float(rows.fired.mean())
    again = COUNT_COST * int(prepared.ends[-1]) * math.ceil(probes / counts.PROBES)
    return absent * row + changes * CHANGE_COST * rows.width * 32 / LANES < STEPS_SAVED * again


def _count_rows(rows: Rows, wanted: Int[np.ndarray, " unit"]) -> bool:
    """Count wanted rows together, if they are so many that reading all patterns pays; return whether they were.

    A row counted alone reads its own patterns.
    """
    place, length = int(rows.next[0]), rows.width * 32
    wanted = wanted[: max(0, len(rows.kept) // length - place)]
    sizes = rows.fired[wanted]
    if sizes.sum() < ALONE * rows.patterns:
        return False
    ends = np.concatenate([[0], np.cumsum(sizes)])
    groups = np.concatenate([np.unique(wanted // batch.UNITS, return_index=True)[1], [len(wanted)]])
    found, fits = np.empty(ends[-1], np.int32), np.ones(len(wanted), np.uint8)
    share(batch.members, len(groups) - 1, rows, wanted, groups, ends, found)
    share(batch.count_rows, -(-rows.width // LANES), rows, wanted, ends, found, place, fits)
    rows.status[wanted] = np.where(fits, KEPT, UNFIT)
    rows.places[wanted] = place + np.arange(len(wanted))
    rows.next[0] = place + len(wanted)
    return True
