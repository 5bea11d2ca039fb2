"""The strongest control: one dense zone, written on arrival and rehearsed offline every few arrivals, no fast zone.

Rehearsal presents every item so far by its key and restores its margin at its own present sign (`sims.slow_zone`).
On arrival an output adds `step y key / n`:

- *hebb*: the same step for every item and output, in units of the margin that rehearsal restores;
- *delta*: `step = 1 - y h` where the field h falls short of the margin, so that the new item is just learnt
  (Widrow & Hoff 1960, one-sided). It needs the field, which the covariance rule does not.
"""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from jaxtyping import UInt8

from sims.memory import NOTHING_SPENT, Ledger, Memory, ZoneOverflowError
from sims.slow_zone import rehearse
from sims.zones import Zone
from theory.activity import check_count

Write = Literal["hebb", "delta"]


@dataclass(frozen=True)
class RehearsedMemory(Memory):
    """One dense zone that rehearses itself.

    Attributes:
        zone: the synapses.
        arrival: how an arriving item is written.
        interval: arrivals between two rehearsals.
        strength: step of a Hebbian write, in units of the restored margin.
        relaxation: of a rehearsal, see `sims.slow_zone`.
        max_epochs: after which a rehearsal ends, converged or not.
        written: items that have arrived.
        rehearsed: items that had arrived at the last rehearsal.
        ledger: what has been spent.

    Raises:
        ValueError: a field out of range, or a zone that is not dense.
    """

    zone: Zone
    arrival: Write
    interval: int
    strength: float = 4.0
    relaxation: float = 0.5
    max_epochs: int = 1000
    written: int = 0
    rehearsed: int = 0
    ledger: Ledger = NOTHING_SPENT

    def __post_init__(self) -> None:
        check_count(self.interval, "interval")
        check_count(self.max_epochs, "max_epochs")
        if self.arrival not in get_args(Write):
            raise ValueError(f"arrival must be one of {get_args(Write)}, got {self.arrival!r}")
        if not 0 < self.relaxation < 2:
            raise ValueError(f"relaxation must lie strictly between 0 and 2, got {self.relaxation!r}")
        if not self.strength > 0:
            raise ValueError(f"strength must be positive, got {self.strength!r}")
        if self.zone.code.activity != 0.5 or self.zone.keys.block != 2:
            raise ValueError(f"the zone must be dense (activity 1/2), got activity {self.zone.code.activity}")

    @property
    def room(self) -> int:
        """Arrivals before the next rehearsal."""
        return self.interval - (self.written - self.rehearsed)

    @property
    def synapses(self) -> int:
        """Of the one zone."""
        return self.zone.synapses

    def write(self, bits: UInt8[np.ndarray, "item bit"]) -> "RehearsedMemory":
        """The memory after these items have arrived.

        Raises:
            ZoneOverflowError: a rehearsal is due before.
        """
        if len(bits) > self.room:
            raise ZoneOverflowError(len(bits), self.room)
        weights, units = self.zone.weights.copy(), self.zone.keys.units
        keys = self.zone.keys.patterns(self.written, len(bits))
        for key, value in zip(keys, self.zone.code.encode(bits), strict=True):
            lack = self.strength if self.arrival == "hebb" else np.maximum(1 - value * (weights @ key), 0)
            weights += np.outer(lack * value, key) / units
        ledger = self.ledger.arrival(len(bits), len(weights))
        return replace(self, zone=replace(self.zone, weights=weights), written=self.written + len(bits), ledger=ledger)

    def consolidate(self) -> "RehearsedMemory":
        """The memory after every item has been rehearsed until it has a margin, or the epochs are spent."""
        if self.rehearsed == self.written:
            return self
        keys = self.zone.keys.patterns(0, self.written)
        live = np.zeros((self.written, self.zone.code.units))
        result = rehearse(self.zone.weights, keys, live, self.max_epochs, self.relaxation)
        ledger = self.ledger.phase(result.epochs * self.written, self.zone.code.units, result.converged)
        return replace(self, zone=replace(self.zone, weights=result.weights), rehearsed=self.written, ledger=ledger)

    def recall(self, first: int, count: int) -> UInt8[np.ndarray, "item bit"]:
        """The bits read out at the items' keys."""
        return self.zone.recall(first, count)
