"""What every memory of the comparison can do, what it costs, and the simplest of them: one zone, one write an item."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import UInt8

from sims.zones import Zone


@dataclass(frozen=True)
class Ledger:
    """What a memory has spent so far.

    Attributes:
        offline_phases: phases in which no item arrives.
        updates: presentations of an item times outputs, arrivals included: each lets all synapses of an output change.
        unconverged: offline phases that ended before everything was learnt.
    """

    offline_phases: int = 0
    updates: int = 0
    unconverged: int = 0

    def arrival(self, presentations: int, outputs: int) -> "Ledger":
        """After items have been written on arrival."""
        return replace(self, updates=self.updates + presentations * outputs)

    def phase(self, presentations: int, outputs: int, converged: bool = True) -> "Ledger":
        """After an offline phase."""
        return Ledger(
            self.offline_phases + 1, self.updates + presentations * outputs, self.unconverged + (not converged)
        )


NOTHING_SPENT = Ledger()


class Memory(ABC):
    """A memory of a stream of items, numbered from 0 as they arrive. Immutable: changes return a new memory.

    Attributes:
        written: items that have arrived.
        ledger: what has been spent.
    """

    written: int
    ledger: Ledger

    @property
    @abstractmethod
    def synapses(self) -> int:
        """Numbers stored while items arrive, all of them."""

    @property
    def copies(self) -> int:
        """Numbers stored besides during an offline phase."""
        return 0

    @property
    def room(self) -> int | None:
        """Items that can arrive before the next offline phase; None if there never needs to be one."""
        return None

    @abstractmethod
    def write(self, bits: UInt8[np.ndarray, "item bit"]) -> "Memory":
        """The memory after these items have arrived, one by one.

        Raises:
            ZoneOverflowError: there is no room for them; none of them is written.
        """

    def consolidate(self) -> "Memory":
        """The memory after an offline phase; the same memory if it has none."""
        return self

    @abstractmethod
    def recall(self, first: int, count: int) -> UInt8[np.ndarray, "item bit"]:
        """The bits of the items `first`, ..., `first + count - 1`, as far as they are remembered."""


class ZoneOverflowError(ValueError):
    """More items arrived than there was room for before an offline phase."""

    def __init__(self, arriving: int, room: int) -> None:
        super().__init__(
            f"{arriving} items arrived but there is room for {room} before the next offline phase; none was written: "
            "consolidate first, or give the fast zone more room"
        )


@dataclass(frozen=True)
class OneShotMemory(Memory):
    """A single regime: one zone, one covariance write an item, nothing else.

    Attributes:
        zone: the synapses.
        written: items that have arrived.
        ledger: what has been spent.
    """

    zone: Zone
    written: int = 0
    ledger: Ledger = NOTHING_SPENT

    @property
    def synapses(self) -> int:
        """Of the one zone."""
        return self.zone.synapses

    def write(self, bits: UInt8[np.ndarray, "item bit"]) -> "OneShotMemory":
        """The memory after these items have arrived."""
        ledger = self.ledger.arrival(len(bits), self.zone.code.units)
        return replace(self, zone=self.zone.write(self.written, bits), written=self.written + len(bits), ledger=ledger)

    def recall(self, first: int, count: int) -> UInt8[np.ndarray, "item bit"]:
        """The bits read out at the items' keys."""
        return self.zone.recall(first, count)
