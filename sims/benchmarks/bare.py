"""How fast this machine moves bytes: bare loops that read and add as the kernels do, and do nothing else.

The loops run on all processors, over as much memory as the kernels use and in the kernels' order, so that their rates
are those of the cache or memory in question. But for noise on a shared machine a kernel cannot be faster; how much
slower it is tells how much of its time goes into other work.
"""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sims.kernels.atomics import take
from sims.kernels.compile import Integer, kernel
from sims.kernels.counts import PROBES, RANGE
from sims.kernels.threads import share
from sims.kernels.vectors import BITS, LANES, add, load, majority, parity, store, widen, zero

VECTOR = BITS // 8
"""Bytes of a vector."""

PART = 2**18
"""Integers of 32 bits that a task reads of a long array."""

LISTED = 2**18
"""Random places that are listed, at least: more than stay in a core's own memory."""

VISITED = 2**29
"""Bytes that a measurement visits, at least, so that starting threads takes none of its time to speak of."""

NEAR = 2**12
"""Integers of 32 bits that stay in the nearest cache."""

REPEATS = 5
"""The fastest of so many runs counts; the first one compiles."""


def stream_rate(size: int) -> float:
    """Bytes a second of reading and adding up `size` bytes (rounded up to 1 MiB) once, in their order."""
    tasks = -(-size // (4 * PART))
    return tasks * PART * 4 / _fastest(stream, tasks, _ones(tasks * PART, np.int32), np.empty(tasks * LANES, np.int32))


def adder_rate() -> float:
    """Bytes a second that full adders take up, one for each vector, from a core's own cache: the peak of counting bits.

    A full adder turns three vectors of bits into two, so that counting n vectors takes n of them, less the planes of
    the result.
    """
    tasks = -(-VISITED // (4 * PART))
    return tasks * PART * 4 / _fastest(adders, tasks, _ones(NEAR, np.int32), np.empty(tasks * LANES, np.int32))


def gather_rate(vectors: int, density: float) -> float:
    """Bytes a second of adding up random vectors of a table, a fraction `density` of them at a time, in their order."""
    lists, length = _lists(vectors, density)
    table = _ones(vectors * LANES, np.int32)
    tasks = -(-VISITED // (length * VECTOR))
    result = np.empty(tasks * LANES, np.int32)
    return tasks * length * VECTOR / _fastest(gather, tasks, table, lists, length, result)


def update_rate(kind: np.dtype, density: float) -> float:
    """Bytes a second, read and written, of adding a vector to random rows of a table that a core keeps to itself.

    The rows are the sums of `PROBES` probes, one for each unit of a range of units (`sims.kernels.counts`).
    """
    lists, length = _lists(RANGE * 32, density)
    moved = 2 * PROBES * kind.itemsize * length
    tasks = -(-VISITED // moved)
    return tasks * moved / _fastest(update, tasks, _ones(PROBES, kind), lists, length)


def row_rate(kind: np.dtype, rows: int, length: int) -> float:
    """Bytes of rows a second, of adding `length` integers each, in random order, to 32-bit sums in a cache."""
    kept = _ones(rows * length, kind)
    visits = max(1, -(-VISITED // kept.nbytes))
    order = np.concatenate([np.random.default_rng(seed).permutation(rows) for seed in range(visits)])
    return visits * kept.nbytes / _fastest(add_rows, -(-len(order) // 64), kept, length, order)


def _ones(count: int, kind: npt.DTypeLike) -> np.ndarray:
    """Ones that begin where a line of the cache begins: vectors that lie across two lines take longer."""
    size = count * np.dtype(kind).itemsize
    room = np.empty(size + VECTOR, np.uint8)
    first = -room.ctypes.data % VECTOR
    found = room[first : first + size].view(kind)
    found[:] = 1
    return found


def _lists(vectors: int, density: float) -> tuple[np.ndarray, int]:
    """Random lists of so many of `vectors` places, each ascending, one after another; and how long each is."""
    generator, length = np.random.default_rng(0), max(1, round(density * vectors))
    lists = [np.sort(generator.choice(vectors, length, replace=False)) for _ in range(-(-LISTED // length))]
    return np.concatenate(lists).astype(np.int32), length


def _fastest(loop: Callable[..., object], tasks: int, *arguments: object) -> float:
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        share(loop, tasks, *arguments)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@kernel
def stream(tickets: np.ndarray, tasks: Integer, words: np.ndarray, result: np.ndarray) -> None:
    """Add up the vectors of each part of an array."""
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        total = zero()
        for at in range(task * PART, (task + 1) * PART, LANES):
            total = add(total, load(words, at))
        store(result, task * LANES, total)


@kernel
def adders(tickets: np.ndarray, tasks: Integer, words: np.ndarray, result: np.ndarray) -> None:
    """Read an array as often as makes up a part, through one full adder for each vector."""
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        ones, twos, fours, eights = zero(), zero(), zero(), zero()
        for _ in range(PART // NEAR):
            for at in range(0, NEAR, 4 * LANES):
                a, b = load(words, at), load(words, at + LANES)
                two_a, ones = majority(ones, a, b), parity(ones, a, b)
                a, b = load(words, at + 2 * LANES), load(words, at + 3 * LANES)
                two_b, ones = majority(ones, a, b), parity(ones, a, b)
                four, twos = majority(twos, two_a, two_b), parity(twos, two_a, two_b)
                eights, fours = majority(fours, eights, four), parity(fours, eights, four)
        store(result, task * LANES, add(add(ones, twos), add(fours, eights)))


@kernel
def gather(
    tickets: np.ndarray, tasks: Integer, table: np.ndarray, lists: np.ndarray, length: Integer, result: np.ndarray
) -> None:
    """Add up the listed vectors of a table, a list a task."""
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        total = zero()
        first = task * length % len(lists)
        for index in range(first, first + length):
            total = add(total, load(table, np.int64(lists[np.uint64(index)]) * LANES))
        store(result, task * LANES, total)


@kernel
def update(tickets: np.ndarray, tasks: Integer, row: np.ndarray, lists: np.ndarray, length: Integer) -> None:
    """Add a row to the listed rows of a thread's own table, a list a task and a vector at a time."""
    table, lanes = np.zeros(RANGE * 32 * PROBES, row.dtype), LANES * 4 // row.itemsize
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        first = task * length % len(lists)
        for lane in range(0, PROBES, lanes):
            own = load(row, lane)
            for index in range(first, first + length):
                place = np.int64(lists[np.uint64(index)]) * PROBES + lane
                store(table, place, add(load(table, place), own))


@kernel
def add_rows(tickets: np.ndarray, tasks: Integer, kept: np.ndarray, length: Integer, order: np.ndarray) -> None:
    """Add rows in a given order, 64 a task, to a thread's own sums."""
    sums = np.zeros(length, np.int32)
    while True:
        task = take(tickets, 0)
        if task >= tasks:
            return
        for index in range(task * 64, min(len(order), (task + 1) * 64)):
            start = order[index] * length
            for at in range(0, length, LANES):
                store(sums, at, add(load(sums, at), widen(kept, start + at)))
