"""Fields of one probe, and synchronous retrieval to its end, from sums `R_i` that follow every change."""

from typing import NamedTuple

import numpy as np

from sims.kernels.atomics import take
from sims.kernels.compile import Integer, kernel
from sims.kernels.rows import ABSENT, Desk, Rows, change, desk
from sims.kernels.selection import BINS, at_least, winners

FIXED_POINT, CYCLE, STEP_LIMIT, UNSETTLED = 0, 1, 2, 3
"""How a probe's retrieval stands; the first three are the values of `sims.retrieval.Status`."""

NO_UNIT = np.int32(2**31 - 1)
"""After every unit."""

LOWEST = -(2**63)
"""Below every field."""


class Law(NamedTuple):
    """The integer fields of `sims.fields` as a function of the sums, and who fires.

    With `m` active units and `O` the summed `F_i` of the active units,

        h_i = cubed R_i + (slope_0 - slope_1 m) F_i + rest_i - own_i s_i - (mean_0 + mean_1 m + mean_2 O).

    Attributes:
        cubed: factor of R.
        fired: `F_i`, int64.
        rest: int64.
        own: int64.
        slope: `slope_0`, `slope_1`, int64.
        mean: `mean_0`, `mean_1`, `mean_2`, int64.
        active: winners; 0 for a fixed threshold.
        level: the field that units must exceed, for a fixed threshold.
    """

    cubed: int
    fired: np.ndarray
    rest: np.ndarray
    own: np.ndarray
    slope: np.ndarray
    mean: np.ndarray
    active: int
    level: int


class Probes(NamedTuple):
    """Where every probe stands.

    Attributes:
        live: which probes to run.
        sums: `R_i` of the current state, or of the one before where rows are next; int32 (probe, unit of any word).
        current: active units, ascending, int32 (probe, neuron + `SLACK`).
        before: the same one step earlier; the current ones at the start.
        sizes: how many active units there are: current, before; int64 (probe, 2).
        guesses: level near the last winner's field, int64.
        steps: taken so far, int64.
        status: `FIXED_POINT`, ..., int8.
        tally: kept rows added or taken away by `synchronous`, and patterns it read to count rows; int64 (probe, 2).
    """

    live: np.ndarray
    sums: np.ndarray
    current: np.ndarray
    before: np.ndarray
    sizes: np.ndarray
    guesses: np.ndarray
    steps: np.ndarray
    status: np.ndarray
    tally: np.ndarray


@kernel
def write_fields(
    law: Law, sums: np.ndarray, shift: Integer, units: np.ndarray, size: Integer, fields: np.ndarray
) -> Integer:
    """The fields in a state less their mean, which is returned.

    Args:
        law: of the network.
        sums: `R_i` less `shift`, int32.
        shift: see `sims.kernels.rows.change`.
        units: the active units.
        size: how many there are.
        fields: the result, int64.
    """
    slope, constant = law.slope[0] - law.slope[1] * size, law.cubed * shift
    for index in range(len(law.fired)):
        unit = np.uint64(index)
        fields[unit] = law.cubed * sums[unit] + slope * law.fired[unit] + law.rest[unit] + constant
    overlap = 0
    for index in range(size):
        unit = np.uint64(units[np.uint64(index)])
        fields[unit] -= law.own[unit]
        overlap += law.fired[unit]
    return law.mean[0] + law.mean[1] * size + law.mean[2] * overlap


@kernel
def synchronous(
    tickets: np.ndarray, tasks: Integer, law: Law, rows: Rows, probes: Probes, by_rows: bool, once: bool, most: Integer
) -> None:
    """Take one step with every live probe or, by rows and unless `once`, as many as it needs (at most `most` in all).

    By rows, the sums first follow from the state before to the current one.
    """
    neurons = len(law.fired)
    fields, some = np.empty(neurons, np.int64), np.empty(neurons, np.int64)
    bins = np.empty(BINS, np.int32)
    own = desk(rows)
    found = np.empty(neurons + 1, np.int32)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        probe = probes.live[task]
        sums = probes.sums[probe]
        current, before = probes.current[probe], probes.before[probe]
        size: Integer = np.int64(probes.sizes[probe, 0])
        size_before: Integer = np.int64(probes.sizes[probe, 1])
        count: Integer = law.active
        shift = 0
        while True:
            if by_rows:
                shift += _follow(rows, own, sums, before, size_before, current, size)
            mean = write_fields(law, sums, shift, current, size, fields)
            if law.active:
                _, guess = winners(fields, neurons, law.active, np.int64(probes.guesses[probe]), found, bins, some)
                probes.guesses[probe] = guess
            else:
                count = at_least(fields, neurons, law.level + mean + 1, found)
            probes.steps[probe] += 1
            step = probes.steps[probe]
            status = UNSETTLED
            if equal(found, count, current, size):
                status = FIXED_POINT
            elif step > 1 and equal(found, count, before, size_before):
                status = CYCLE
            elif step == most:
                status = STEP_LIMIT
            copy(current, size, before)
            copy(found, count, current)
            size, size_before = count, size
            if status != UNSETTLED or once:
                break
        for index in range(len(sums)):
            sums[np.uint64(index)] += shift
        probes.sizes[probe, 0], probes.sizes[probe, 1] = size, size_before
        probes.status[probe] = status
        for index in range(2):
            probes.tally[probe, index] += own.tally[index]
            own.tally[index] = 0


@kernel
def copy(source: np.ndarray, count: Integer, target: np.ndarray) -> None:
    """Copy the first `count` elements (numba takes seconds to compile a slice's assignment)."""
    for index in range(count):
        target[np.uint64(index)] = source[np.uint64(index)]


@kernel
def equal(first: np.ndarray, count: Integer, second: np.ndarray, other: Integer) -> bool:
    """Whether the first `count` and `other` elements of two lists are the same."""
    if count != other:
        return False
    for index in range(count):  # noqa: SIM110 (numba compiles no generators)
        if first[np.uint64(index)] != second[np.uint64(index)]:
            return False
    return True


@kernel
def _follow(
    rows: Rows,
    own: Desk,
    sums: np.ndarray,
    before: np.ndarray,
    size_before: Integer,
    current: np.ndarray,
    size: Integer,
) -> Integer:
    """Let the sums follow from one list of active units to another; return what their shift grows by."""
    shift, old, new = 0, np.uint64(0), np.uint64(0)
    while old < np.uint64(size_before) or new < np.uint64(size):
        left = before[old] if old < np.uint64(size_before) else NO_UNIT
        right = current[new] if new < np.uint64(size) else NO_UNIT
        old += np.uint64(left <= right)
        new += np.uint64(right <= left)
        if left != right:
            shift += change(rows, own, np.int64(min(left, right)), right < left, sums)
    return shift


@kernel
def pending(rows: Rows, probes: Probes, marks: np.ndarray) -> Integer:
    """Mark the units whose rows must be counted for the live probes' next sums; return how many changes these follow.

    Args:
        rows: the network.
        probes: where they stand.
        marks: bool, False for every unit.
    """
    changes = 0
    for probe in probes.live:
        old, new = 0, 0
        size, size_before = probes.sizes[probe, 0], probes.sizes[probe, 1]
        while old < size_before or new < size:
            left = probes.before[probe, old] if old < size_before else NO_UNIT
            right = probes.current[probe, new] if new < size else NO_UNIT
            old += left <= right
            new += right <= left
            if left != right:
                changes += 1
                unit = min(left, right)
                marks[unit] |= rows.status[unit] == ABSENT
    return changes
