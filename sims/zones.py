"""A memory zone: key patterns to value patterns through one matrix of synapses, written by the covariance rule.

The one-shot write of item t is `dW = (value - a)(key - a)^T / (n a (1-a))`: every synapse changes once, by a function
of its two units. Patterns are whole numbers (`sims.codes`) and the common factor is left out, which no readout notices.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, UInt8

from sims.codes import KeyGenerator, ValueCode


@dataclass(frozen=True)
class Zone:
    """Synapses from key units to outputs. Nothing else is stored: keys are generated, values are read out.

    Attributes:
        code: of the values.
        keys: generator of the keys.
        weights: output by key unit.
    """

    code: ValueCode
    keys: KeyGenerator
    weights: Float[np.ndarray, "output unit"]

    @classmethod
    def empty(cls, code: ValueCode, keys: KeyGenerator) -> "Zone":
        """A zone in which nothing has been written."""
        return cls(code, keys, np.zeros((code.units, keys.units)))

    @property
    def synapses(self) -> int:
        """How many numbers the zone stores."""
        return self.code.units * self.keys.units

    def write(self, first: int, bits: UInt8[np.ndarray, "item bit"]) -> "Zone":
        """The zone after a one-shot write of each of the items `first`, `first + 1`, ...

        The writes add, exactly and in any order: one by one or as a batch, the weights are the same bit for bit.
        """
        change = self.code.encode(bits).T @ self.keys.patterns(first, len(bits))
        return replace(self, weights=self.weights + change)

    def fields(self, first: int, count: int) -> Float[np.ndarray, "item output"]:
        """The outputs' fields at the keys of the items `first`, ..., `first + count - 1`."""
        return self.keys.patterns(first, count) @ self.weights.T

    def recall(self, first: int, count: int) -> UInt8[np.ndarray, "item bit"]:
        """The bits read out at the keys of the items `first`, ..., `first + count - 1`."""
        return self.code.decode(self.fields(first, count))
