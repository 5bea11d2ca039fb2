"""Items arriving one by one at memories of equal size: what each still knows, item by item, as the sequence grows.

A point is one memory. Its size and stream come from a dual memory's design (`sims.sizing`), so that systems compared
have the same number of synapses d and see as many items. Capacity is the number of items up to which the wrong bits,
over all items so far, stay within the criterion: mutual information grows on while every item becomes unreadable.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import xarray as xr
from jaxtyping import UInt8

from sims.codes import KeyGenerator, ValueCode, random_bits
from sims.dual_memory import LONGEST_PHASE, DualMemory
from sims.memory import Memory, OneShotMemory
from sims.palimpsest import PalimpsestMemory, PartitionedMemory
from sims.rehearsal import RehearsedMemory
from sims.replicas import replica_seed
from sims.sizing import Sizes, best_single_activity, dual_sizes, single_units
from sims.zones import Zone
from theory.activity import check_count
from theory.block_code_finite import expected_items
from theory.palimpsest import best_clipped, best_decay

System = Literal[
    "one-shot",
    "frozen",
    "live",
    "batch-hebb",
    "none",
    "rehearsed-hebb",
    "rehearsed-delta",
    "clipped",
    "decaying",
    "partitioned",
]
"""A single one-shot zone; the dual memory by its consolidation; one dense zone with rehearsal; palimpsests."""

BEYOND = 1.6
"""How far past its expected capacity a one-shot zone is filled, unless told otherwise."""

RATES = (0.5, 0.125, 0.03125)
"""Of the chain of partitions: three stages, each four times slower than the one before."""

_ITEMS, _SLOW_KEYS, _FAST_KEYS = 0, 1, 2
"""Random streams of a replica."""


@dataclass(frozen=True)
class SequencePoint:
    """One memory and its stream of items.

    Attributes:
        system: the kind of memory.
        neurons: key units of the slow zone of the dual memory that sets the size.
        item_bits: b.
        load: items per slow key unit of that dual memory's long-term content.
        rho: fraction of the long-term content between its offline phases.
        fast_activity: a1; the one with the fewest synapses if None.
        activity: of a one-shot zone; the one expected to hold most if None.
        interval: arrivals between rehearsals (the two rehearsed systems).
        span: items presented, in units of the dual memory's long-term content; if None, that content, or `BEYOND` times
            what a one-shot zone (batch-hebb: the slow zone) is expected to hold.
        checkpoints: evenly spaced counts of items at which everything is asked for.
        error_rate: eps, wrong bits per bit allowed.
        replay_error: fault: fraction of replayed bits flipped.
        max_epochs: after which an offline phase is cut short; a fault if small, the fast zone being emptied anyway.
        replicas: independent memories.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range, or a design that is impossible.
    """

    system: System
    neurons: int
    item_bits: int
    load: float
    rho: float
    fast_activity: float | None = None
    activity: float | None = None
    interval: int = 1
    span: float | None = None
    checkpoints: int = 20
    error_rate: float = 1e-3
    replay_error: float = 0.0
    max_epochs: int = LONGEST_PHASE
    replicas: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        if self.system not in get_args(System):
            raise ValueError(f"system must be one of {', '.join(get_args(System))}, got {self.system!r}")
        check_count(self.interval, "interval")
        check_count(self.checkpoints, "checkpoints", minimum=2)
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)
        if self.span is not None and not self.span > 0:
            raise ValueError(f"span must be positive, got {self.span!r}")
        if self.presented < self.checkpoints:
            raise ValueError(f"{self.presented} items are too few for {self.checkpoints} checkpoints")

    @property
    def label(self) -> str:
        """A readable name."""
        parts = [self.system, f"N={self.neurons}", f"rho={self.rho:g}"]
        if self.fast_activity is not None:
            parts.append(f"a1={self.fast_activity:g}")
        if self.activity is not None:
            parts.append(f"a={self.activity:g}")
        if self.system.startswith("rehearsed"):
            parts.append(f"every={self.interval}")
        if self.replay_error:
            parts.append(f"replay-error={self.replay_error:g}")
        if self.max_epochs < LONGEST_PHASE:
            parts.append(f"epochs={self.max_epochs}")
        return ",".join(parts)

    @property
    def sizes(self) -> Sizes:
        """Of the dual memory that sets the size."""
        return dual_sizes(self.neurons, self.item_bits, self.load, self.rho, self.fast_activity, self.error_rate)

    @property
    def single_activity(self) -> float:
        """Of a one-shot zone of this size."""
        if self.activity is not None:
            return self.activity
        return best_single_activity(self.sizes.synapses, self.item_bits, self.error_rate)

    @property
    def presented(self) -> int:
        """Items presented in all."""
        if self.span is not None:
            return round(self.span * self.sizes.items)
        if self.system == "one-shot":
            units = single_units(self.sizes.synapses, self.item_bits, self.single_activity)
            return round(BEYOND * expected_items(units, self.single_activity, self.error_rate))
        if self.system == "batch-hebb":
            return round(BEYOND * max(expected_items(self.neurons, 0.5, self.error_rate), self.sizes.fast_items))
        return self.sizes.items

    @property
    def asked(self) -> list[int]:
        """Items presented at each checkpoint."""
        return [round(self.presented * (index + 1) / self.checkpoints) for index in range(self.checkpoints)]


def build(point: SequencePoint, seed: int) -> Memory:
    """The memory of one replica before anything has been written."""
    sizes, bits = point.sizes, point.item_bits
    dense = ValueCode(0.5, bits)

    def zone(code: ValueCode, units: int, stream: int = _SLOW_KEYS) -> Zone:
        return Zone.empty(code, KeyGenerator(units, 2, seed, stream))

    def single(activity: float, share: int = 1) -> Zone:
        return zone(ValueCode(activity, bits), single_units(sizes.synapses // share, bits, activity))

    match point.system:
        case "one-shot":
            return OneShotMemory(single(point.single_activity))
        case "rehearsed-hebb":
            return RehearsedMemory(single(0.5), "hebb", point.interval)
        case "rehearsed-delta":
            return RehearsedMemory(single(0.5), "delta", point.interval)
        case "clipped":
            dense_zone = single(0.5)
            levels = best_clipped(point.error_rate, dense_zone.keys.units).parameter
            return PalimpsestMemory(dense_zone, bound=float(max(round((levels - 1) / 2), 1)))
        case "decaying":
            dense_zone = single(0.5)
            held = expected_items(dense_zone.keys.units, 0.5, point.error_rate)
            return PalimpsestMemory(dense_zone, kept=1 - best_decay(held).parameter)
        case "partitioned":
            return PartitionedMemory.empty(dense, single(0.5, len(RATES)).keys, RATES)
        case _:
            return DualMemory(
                fast=zone(ValueCode(sizes.fast_activity, bits), sizes.fast_units, _FAST_KEYS),
                slow=zone(dense, point.neurons),
                capacity=sizes.fast_items,
                consolidation=point.system,
                replay_error=point.replay_error,
                max_epochs=point.max_epochs,
                forced=point.max_epochs < LONGEST_PHASE,
            )


def stream(
    memory: Memory, bits: UInt8[np.ndarray, "item bit"], asked: list[int]
) -> Iterator[tuple[Memory, UInt8[np.ndarray, "item bit"]]]:
    """Write the items in order, with an offline phase whenever there is no room; yield memory and recall when asked.

    The stream ends with an offline phase for what is left.

    Raises:
        ZoneOverflowError: an offline phase made no room.
    """
    for until in asked:
        while memory.written < until:
            room = until if memory.room is None else memory.room
            arriving = min(until - memory.written, max(room, 1))
            memory = memory.write(bits[memory.written : memory.written + arriving])
            if memory.room == 0 or memory.written == asked[-1]:
                memory = memory.consolidate()
        yield memory, memory.recall(0, until)


def measure_sequence(point: SequencePoint) -> xr.Dataset:
    """Count the wrong bits of every earlier item at every checkpoint, in every replica.

    Returns:
        `wrong` (replica, checkpoint, item): wrong bits, -1 before the item arrived; `offline_phases`, `updates`,
        `unconverged` (replica, checkpoint); `synapses` and `copies`; coordinate `items` (checkpoint).
    """
    shape = (point.replicas, point.checkpoints)
    wrong = np.full((*shape, point.presented), -1, np.int16)
    spent = {name: np.zeros(shape, np.int64) for name in ("offline_phases", "updates", "unconverged")}

    def run(replica: int) -> Memory:
        seed = replica_seed(point.seed, point.label, replica)
        bits = random_bits(seed, _ITEMS, 0, point.presented, point.item_bits)
        memory = empty = build(point, seed)
        for checkpoint, (memory, recalled) in enumerate(stream(empty, bits, point.asked)):
            wrong[replica, checkpoint, : len(recalled)] = (recalled != bits[: len(recalled)]).sum(axis=1)
            for name, values in spent.items():
                values[replica, checkpoint] = getattr(memory.ledger, name)
        return memory

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        memory = list(pool.map(run, range(point.replicas)))[-1]
    units = {
        "offline_phases": "phases",
        "updates": "presentations of an item times outputs",
        "unconverged": "phases that ended before everything was learnt",
    }
    return xr.Dataset(
        {
            "wrong": (("replica", "checkpoint", "item"), wrong, {"long_name": "wrong bits", "units": "bits"}),
            **{name: (("replica", "checkpoint"), values, {"units": units[name]}) for name, values in spent.items()},
            "synapses": ((), memory.synapses, {"long_name": "numbers stored while items arrive"}),
            "copies": ((), memory.copies, {"long_name": "numbers stored besides during an offline phase"}),
        },
        coords={"items": ("checkpoint", point.asked, {"long_name": "items presented"})},
    )
