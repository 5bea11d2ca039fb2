"""Two zones: a fast one that takes items as they arrive, and a dense slow one that learns them offline, interleaved.

Offline, the fast zone's items are read out through recall and recoded for the slow zone (bits in between: explicit,
and lossless but for the fast zone's own errors); the slow zone's old items are presented by the key generator, which
knows only their indices. What their targets are is the crux, and `Consolidation` names the choices:

- `frozen`: read once from the slow zone as it was before the phase, then trained with the perceptron rule to no
  error. It needs a copy of the slow weights during the phase: as many numbers again, to be counted or not.
- `live`: the sign of each item's present field, kept from changing by a margin. Two matrices, nothing else, ever.
- `batch-hebb`: the proposal's: one covariance write of the fast content. Nothing old is presented.
- `none`: the fast zone is emptied and nothing is learnt.

A phase that ends unconverged leaves the fast zone as it is, to be tried again, unless it is told to empty it anyway.
"""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from jaxtyping import UInt8

from sims.codes import random_words
from sims.memory import NOTHING_SPENT, Ledger, Memory, ZoneOverflowError
from sims.slow_zone import Training, rehearse, train
from sims.zones import Zone
from theory.activity import check_count

Consolidation = Literal["frozen", "live", "batch-hebb", "none"]

LONGEST_PHASE = 20_000
"""Epochs after which an offline phase is given up."""

_NOISE = 99
"""The random stream that corrupts replay."""


@dataclass(frozen=True)
class DualMemory(Memory):
    """A fast and a slow zone.

    Attributes:
        fast: the zone of arriving items.
        slow: the dense zone.
        capacity: items the fast zone may hold.
        consolidation: what happens offline.
        replay_error: fraction of the replayed bits that are flipped on the way (a fault).
        max_epochs: after which a phase ends, converged or not.
        forced: whether the fast zone is emptied even by an unconverged phase (a fault).
        written: items that have arrived.
        consolidated: items that have passed to the slow zone, the first ones.
        ledger: what has been spent.

    Raises:
        ValueError: a field out of range, a slow zone that is not dense, or zones for items of different sizes.
    """

    fast: Zone
    slow: Zone
    capacity: int
    consolidation: Consolidation
    replay_error: float = 0.0
    max_epochs: int = LONGEST_PHASE
    forced: bool = False
    written: int = 0
    consolidated: int = 0
    ledger: Ledger = NOTHING_SPENT

    def __post_init__(self) -> None:
        check_count(self.capacity, "capacity")
        check_count(self.max_epochs, "max_epochs")
        if self.consolidation not in get_args(Consolidation):
            raise ValueError(f"consolidation must be one of {get_args(Consolidation)}, got {self.consolidation!r}")
        if not 0 <= self.replay_error < 1:
            raise ValueError(f"replay_error must be a fraction in [0, 1), got {self.replay_error!r}")
        if self.slow.code.activity != 0.5 or self.slow.keys.block != 2:
            raise ValueError(f"the slow zone must be dense (activity 1/2), got activity {self.slow.code.activity}")
        if self.fast.code.item_bits != self.slow.code.item_bits:
            raise ValueError(
                f"both zones must carry items of the same size, got {self.fast.code.item_bits} and "
                f"{self.slow.code.item_bits} bits"
            )

    @property
    def room(self) -> int:
        """Items that can arrive before the next offline phase."""
        return self.capacity - (self.written - self.consolidated)

    @property
    def synapses(self) -> int:
        """Of both zones."""
        return self.fast.synapses + self.slow.synapses

    @property
    def copies(self) -> int:
        """The frozen copy of the slow weights, if there is one."""
        return self.slow.synapses if self.consolidation == "frozen" else 0

    def write(self, bits: UInt8[np.ndarray, "item bit"]) -> "DualMemory":
        """The memory after these items have arrived in the fast zone.

        Raises:
            ZoneOverflowError: the fast zone has no room for them; nothing is written.
        """
        if len(bits) > self.room:
            raise ZoneOverflowError(len(bits), self.room)
        ledger = self.ledger.arrival(len(bits), self.fast.code.units)
        fast = self.fast.write(self.written, bits)
        return replace(self, fast=fast, written=self.written + len(bits), ledger=ledger)

    def consolidate(self) -> "DualMemory":
        """The memory after an offline phase."""
        new = self.written - self.consolidated
        if new == 0:
            return self
        bits = self._replay()
        outputs = self.slow.code.units
        if self.consolidation == "none":
            return self._emptied(self.slow, self.ledger.phase(0, outputs))
        if self.consolidation == "batch-hebb":
            return self._emptied(self.slow.write(self.consolidated, bits), self.ledger.phase(new, outputs))
        result = self._learn(bits)
        slow = replace(self.slow, weights=result.weights)
        ledger = self.ledger.phase(result.epochs * self.written, outputs, result.converged)
        if result.converged or self.forced:
            return self._emptied(slow, ledger)
        return replace(self, slow=slow, ledger=ledger)

    def recall(self, first: int, count: int) -> UInt8[np.ndarray, "item bit"]:
        """The bits read out at the items' keys, in the slow zone for consolidated items, else in the fast one."""
        old = min(max(self.consolidated - first, 0), count)
        return np.concatenate([self.slow.recall(first, old), self.fast.recall(first + old, count - old)])

    def _replay(self) -> UInt8[np.ndarray, "item bit"]:
        """The fast zone's items, read out; with the fault, some bits flipped."""
        new = self.written - self.consolidated
        bits = self.fast.recall(self.consolidated, new)
        if self.replay_error == 0:
            return bits
        words = random_words(self.fast.keys.seed, _NOISE, self.consolidated, new, bits.shape[1])
        return bits ^ (words < self.replay_error * 2.0**64).astype(np.uint8)

    def _learn(self, bits: UInt8[np.ndarray, "item bit"]) -> Training:
        """Train the slow zone on its own items and on the new ones."""
        keys = self.slow.keys.patterns(0, self.written)
        new = self.slow.code.encode(bits)
        if self.consolidation == "live":
            old = np.zeros((self.consolidated, new.shape[1]))
            return rehearse(self.slow.weights, keys, np.concatenate([old, new]), self.max_epochs)
        old = self.slow.code.encode(self.slow.recall(0, self.consolidated))
        return train(self.slow.weights, keys, np.concatenate([old, new]), self.max_epochs)

    def _emptied(self, slow: Zone, ledger: Ledger) -> "DualMemory":
        fast = Zone.empty(self.fast.code, self.fast.keys)
        return replace(self, fast=fast, slow=slow, consolidated=self.written, ledger=ledger)
