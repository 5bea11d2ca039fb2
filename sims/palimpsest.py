r"""Bounded and decaying synapses: memories that never black out, because they forget (palimpsests).

All are dense, one write an item, and nothing happens offline as far as the clipped and the decaying one go:

- *clipped* (Nadal, Toulouse, Changeux & Dehaene 1986; Parisi 1986): the covariance write, then weights are cut off at
  +-A. The best bound grows as sqrt(n), and about sqrt(n)/3 keeps a bit error of 1e-3 for the longest.
- *decaying*: weights shrink by the factor `1 - 1/tau` at every arrival. At age t the signal of an item is
  `exp(-t/tau)` against crosstalk of variance `tau / (2 n)`.
- *partitioned* (Roxin & Fusi 2013): binary synapses in a chain of partitions, each slower than the one before. On an
  arrival a synapse of the first is set to `y key` with probability q_1, and one of partition k + 1 copies its
  counterpart in partition k with probability q_(k+1): memories are handed down, synapse by synapse. All partitions see
  the same key units, and their fields are added.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, UInt8

from sims.codes import KeyGenerator, ValueCode
from sims.memory import NOTHING_SPENT, Ledger, Memory
from sims.zones import Zone

_COPYING = 98
"""The random stream that decides which synapses change."""


@dataclass(frozen=True)
class PalimpsestMemory(Memory):
    """One dense zone whose weights are cut off, or decay.

    Attributes:
        zone: the synapses.
        bound: A, in units of one write.
        kept: factor on all weights at every arrival.
        written: items that have arrived.
        ledger: what has been spent.

    Raises:
        ValueError: a bound that is not positive, or a factor outside (0, 1].
    """

    zone: Zone
    bound: float = float("inf")
    kept: float = 1.0
    written: int = 0
    ledger: Ledger = NOTHING_SPENT

    def __post_init__(self) -> None:
        if not self.bound > 0:
            raise ValueError(f"bound must be positive, got {self.bound!r}")
        if not 0 < self.kept <= 1:
            raise ValueError(f"kept must be a factor above 0 and at most 1, got {self.kept!r}")

    @property
    def synapses(self) -> int:
        """Of the one zone."""
        return self.zone.synapses

    def write(self, bits: UInt8[np.ndarray, "item bit"]) -> "PalimpsestMemory":
        """The memory after these items have arrived."""
        weights = self.zone.weights
        keys = self.zone.keys.patterns(self.written, len(bits))
        for key, value in zip(keys, self.zone.code.encode(bits), strict=True):
            weights = np.clip(self.kept * weights + np.outer(value, key), -self.bound, self.bound)
        ledger = self.ledger.arrival(len(bits), len(weights))
        return replace(self, zone=replace(self.zone, weights=weights), written=self.written + len(bits), ledger=ledger)

    def recall(self, first: int, count: int) -> UInt8[np.ndarray, "item bit"]:
        """The bits read out at the items' keys."""
        return self.zone.recall(first, count)


@dataclass(frozen=True)
class PartitionedMemory(Memory):
    """A chain of partitions of binary synapses, dense, each slower than the one before.

    Attributes:
        code: of the values, dense.
        keys: generator of the keys, which all partitions share.
        rates: q_1, q_2, ...: how likely a synapse of each partition changes at an arrival.
        weights: partition by output by key unit, +-1 (0 until first set).
        written: items that have arrived.
        ledger: what has been spent.

    Raises:
        ValueError: a rate outside (0, 1].
    """

    code: ValueCode
    keys: KeyGenerator
    rates: tuple[float, ...]
    weights: Float[np.ndarray, "partition output unit"]
    written: int = 0
    ledger: Ledger = NOTHING_SPENT

    def __post_init__(self) -> None:
        if not self.rates or not all(0 < rate <= 1 for rate in self.rates):
            raise ValueError(f"rates must be probabilities above 0 and at most 1, got {self.rates!r}")

    @classmethod
    def empty(cls, code: ValueCode, keys: KeyGenerator, rates: tuple[float, ...]) -> "PartitionedMemory":
        """A chain in which nothing has been written."""
        return cls(code, keys, rates, np.zeros((len(rates), code.units, keys.units)))

    @property
    def synapses(self) -> int:
        """Of all partitions."""
        return self.weights.size

    def write(self, bits: UInt8[np.ndarray, "item bit"]) -> "PartitionedMemory":
        """The memory after these items have arrived."""
        weights = self.weights
        keys = self.keys.patterns(self.written, len(bits))
        rates = np.array(self.rates)[:, None, None]
        for offset, (key, value) in enumerate(zip(keys, self.code.encode(bits), strict=True)):
            draws = np.random.default_rng([self.keys.seed, _COPYING, self.written + offset])
            shown = np.concatenate([np.outer(value, key)[None], weights[:-1]])
            changes = (draws.random(weights.shape, np.float32) < rates) & (shown != 0)
            weights = np.where(changes, shown, weights)
        ledger = self.ledger.arrival(len(bits), self.code.units * len(self.rates))
        return replace(self, weights=weights, written=self.written + len(bits), ledger=ledger)

    def recall(self, first: int, count: int) -> UInt8[np.ndarray, "item bit"]:
        """The bits read out at the items' keys, from the fields of all partitions added."""
        return self.code.decode(self.keys.patterns(first, count) @ self.weights.sum(axis=0).T)
