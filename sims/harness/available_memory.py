"""Memory a simulation needs against the memory there is, compared before anything is allocated."""

import os
from pathlib import Path

import jax

_CGROUP = Path("/sys/fs/cgroup")


def check_memory(needed: int, what: str) -> None:
    """Refuse work that would not fit.

    Args:
        needed: bytes.
        what: what they are for, for the message.

    Raises:
        ValueError: more bytes are needed than are available.
    """
    available = available_memory()
    if needed > available:
        raise ValueError(
            f"{what} needs {needed / 2**20:,.0f} MiB of memory, but only {available / 2**20:,.0f} MiB are available"
        )


def available_memory() -> int:
    """Bytes that can still be allocated: of the first accelerator if there is one, else of this machine's memory."""
    statistics = jax.devices()[0].memory_stats()
    if statistics and "bytes_limit" in statistics:
        return statistics["bytes_limit"] - statistics.get("bytes_in_use", 0)
    return min(_machine_memory(), _container_memory())


def _machine_memory() -> int:
    """Linux says what is available; elsewhere half of the physical memory is a careful guess."""
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _container_memory() -> int:
    """What a container's limit (cgroup v2) leaves, or no limit."""
    try:
        limit, used = ((_CGROUP / name).read_text().strip() for name in ("memory.max", "memory.current"))
        return int(limit) - int(used)
    except (OSError, ValueError):
        return 2**62
