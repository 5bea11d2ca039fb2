"""Threads that share the tasks of a kernel."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np


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
    tickets = np.zeros(1, np.int64)
    workers = min(threads(), tasks)
    if workers <= 1:
        work(tickets, tasks, *arguments)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work, tickets, tasks, *arguments) for _ in range(workers)]:
            done.result()
