"""Threads that share the tasks of a kernel."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

import numba
import numpy as np

Watcher = Callable[[Callable[..., object], tuple[object, ...], float], None]
"""Is told of a kernel, the arguments after its tasks, and its seconds."""

_WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


def threads() -> int:
    """How many threads work at once: the processors this process may use, or `NUMBA_NUM_THREADS`."""
    return numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]


def share(work: Callable[..., object], tasks: int, *arguments: object) -> None:
    """Run `work(tickets, tasks, *arguments)` once a thread.

    Args:
        work: a kernel that takes task after task from `tickets` (`sims.kernels.atomics.take`) while it is below
            `tasks`.
        tasks: how many tasks there are.
        arguments: the kernel's other arguments.
    """
    watcher, start = _WATCHER.get(), time.perf_counter()
    _run(work, tasks, arguments)
    if watcher:
        watcher(work, arguments, time.perf_counter() - start)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell `watcher` of everything that this thread shares, each time all threads have returned."""
    token = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(token)


def _run(work: Callable[..., object], tasks: int, arguments: tuple[object, ...]) -> None:
    tickets = np.zeros(1, np.int64)
    workers = min(threads(), tasks)
    if workers <= 1:
        work(tickets, tasks, *arguments)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work, tickets, tasks, *arguments) for _ in range(workers)]:
            done.result()
