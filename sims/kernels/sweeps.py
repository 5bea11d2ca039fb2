"""Retrieval in random order: blocks of units one after another, each seeing the changes before it."""

import numpy as np

from sims.kernels.atomics import take
from sims.kernels.bits import SLACK, active_units
from sims.kernels.compile import Integer, kernel
from sims.kernels.dynamics import (
    CYCLE,
    FIXED_POINT,
    LOWEST,
    STEP_LIMIT,
    UNSETTLED,
    Law,
    Probes,
    copy,
    equal,
    write_fields,
)
from sims.kernels.rows import Rows, change, desk
from sims.kernels.selection import BINS, winners


@kernel
def sweep(tickets: np.ndarray, tasks: Integer, law: Law, rows: Rows, probes: Probes, orders: np.ndarray) -> None:
    """Update every probe, from the counted sums of its cue, until it settles or the orders are used up.

    Args:
        tickets: see `sims.kernels.threads`.
        tasks: probes.
        law: of the network.
        rows: its rows.
        probes: where they stand; only the current states, steps and status are kept up to date.
        orders: the words of each sweep's blocks, int32 (sweep, block, word); numbers beyond the words stand for none.
    """
    neurons, words, most = len(law.fired), (len(law.fired) + 31) // 32, len(orders)
    own = desk(rows)
    fields, some, bins = np.empty(neurons, np.int64), np.empty(neurons, np.int64), np.empty(BINS, np.int32)
    found, changed = np.empty(neurons + SLACK, np.int32), np.empty(orders.shape[2] * 32, np.int32)
    visited = np.empty((most, words), np.uint32)
    while True:
        probe = take(tickets, 0)
        if probe >= tasks:
            return
        sums, units = probes.sums[probe], probes.current[probe]
        state = np.zeros(words, np.uint32)
        size, shift, overlap = probes.sizes[probe, 0], 0, 0
        for index in range(size):
            unit = units[index]
            state[unit // 32] |= np.uint32(1) << np.uint32(unit % 32)
            overlap += law.fired[unit]
        guess, status, step = LOWEST, UNSETTLED, 0
        while status == UNSETTLED:
            bar, last = law.level, -1
            moved = 0
            if law.active:
                mean = write_fields(law, sums, shift, units, size, fields)
                bar, guess = winners(fields, neurons, law.active, guess, found, bins, some)
                for index in range(law.active):
                    if fields[found[index]] == bar:
                        last = found[index]
                bar -= mean
            if not law.active or not equal(found, law.active, units, size):
                for block in orders[step]:
                    slope = law.slope[0] - law.slope[1] * size
                    mean = law.mean[0] + law.mean[1] * size + law.mean[2] * overlap
                    count = 0
                    for word in block:
                        for unit in range(word * 32, min(neurons, (word + 1) * 32)):
                            active = (state[word] >> np.uint32(unit % 32)) & np.uint32(1)
                            field = law.cubed * (sums[unit] + shift) + slope * law.fired[unit] + law.rest[unit] - mean
                            field -= law.own[unit] * active
                            if (field > bar or (field == bar and unit <= last)) != active:
                                changed[count] = unit
                                count += 1
                    moved += count
                    for index in range(count):
                        unit = changed[index]
                        state[unit // 32] ^= np.uint32(1) << np.uint32(unit % 32)
                        on = bool((state[unit // 32] >> np.uint32(unit % 32)) & np.uint32(1))
                        size += 1 if on else -1
                        overlap += law.fired[unit] if on else -law.fired[unit]
                        shift += change(rows, own, np.int64(unit), on, sums)
            active_units(state, 0, words, 0, found)
            copy(found, size, units)
            if moved == 0:
                status = FIXED_POINT
            elif _seen(visited, step, state):
                status = CYCLE
            elif step + 1 == most:
                status = STEP_LIMIT
            copy(state, words, visited[step])
            step += 1
        probes.sizes[probe, 0], probes.steps[probe], probes.status[probe] = size, step, status


@kernel
def _seen(visited: np.ndarray, count: Integer, state: np.ndarray) -> bool:
    """Whether a state is among the first `count` visited ones."""
    for index in range(count):
        same = True
        for word in range(len(state)):
            if visited[index, word] != state[word]:
                same = False
                break
        if same:
            return True
    return False
