"""Items, keys and values: random bits, the patterns that stand for them, and the readout that gives the bits back.

Items come one by one; item t has an index t and b fair bits. A fixed generator turns the index into a key pattern, for
every memory alike and at no cost. The bits become a value pattern: one unit a bit if dense (activity 1/2), one active
unit in every block of M for each log2 M bits if sparse (activity 1/M; Gripon & Berrou 2011), read by winner-take-all.

Every pattern is centred and scaled to whole numbers: the active unit of a block of M is `M - 1` and the others are -1;
dense units are +-1. Sums of products of such patterns are exact in floating point, in any order, so that two ways of
writing the same items can be compared bit for bit.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8, UInt64

from theory.activity import check_count
from theory.block_code import Keys, bits_per_block, block_size, output_units

_WORDS_PER_STEP = 4
"""Words that one step of the Philox counter gives."""


def random_words(seed: int, stream: int, first: int, count: int, words: int) -> UInt64[np.ndarray, "item word"]:
    """`words` random 64-bit words for each of the items `first`, ..., `first + count - 1`.

    An item's words depend on nothing but the seed, the stream and the item's index: Philox is a function of a counter
    (Salmon et al. 2011), and item t owns a stretch of it.
    """
    steps = -(-words // _WORDS_PER_STEP)
    generator = np.random.Philox(key=np.array([seed, stream], np.uint64)).advance(first * steps)
    raw = generator.random_raw(count * steps * _WORDS_PER_STEP)
    return raw.reshape(count, steps * _WORDS_PER_STEP)[:, :words]


def random_bits(seed: int, stream: int, first: int, count: int, bits: int) -> UInt8[np.ndarray, "item bit"]:
    """Fair bits, zeros and ones, for each of the items `first`, ..., `first + count - 1`."""
    words = random_words(seed, stream, first, count, -(-bits // 64))
    return np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")[:, :bits]


@dataclass(frozen=True)
class KeyGenerator:
    """The fixed map from an item's index to its key pattern.

    Attributes:
        units: n, key units.
        block: units of a block, one of them active; 2 for independent fair signs.
        seed: of the random numbers.
        stream: which of a seed's generators this is.

    Raises:
        ValueError: no units, or units that do not fill whole blocks.
    """

    units: int
    block: int
    seed: int
    stream: int

    def __post_init__(self) -> None:
        check_count(self.units, "key units")
        check_count(self.seed, "seed", minimum=0)
        if self.block > 2 and self.units % self.block:
            raise ValueError(f"key units must fill whole blocks of {self.block}, got {self.units}")

    @property
    def square(self) -> int:
        """The squared length of every key, the same for all."""
        return self.units if self.block == 2 else self.units * (self.block - 1)

    def patterns(self, first: int, count: int) -> Float[np.ndarray, "item unit"]:
        """The centred keys of the items `first`, ..., `first + count - 1`, in whole numbers."""
        if self.block == 2:
            return 2.0 * random_bits(self.seed, self.stream, first, count, self.units) - 1
        words = random_words(self.seed, self.stream, first, count, self.units // self.block)
        return _one_hot((words % np.uint64(self.block)).astype(np.int64), self.block)


@dataclass(frozen=True)
class ValueCode:
    """Items of `item_bits` bits as patterns of activity `activity`, and back.

    Attributes:
        activity: 1/2, 1/4, 1/8, ...
        item_bits: b.

    Raises:
        ValueError: an activity of no code, or bits that do not fill whole blocks.
    """

    activity: float
    item_bits: int

    def __post_init__(self) -> None:
        output_units(self.activity, self.item_bits)

    @property
    def units(self) -> int:
        """Outputs: b if dense, `M b / log2 M` in blocks."""
        return output_units(self.activity, self.item_bits)

    @property
    def block(self) -> int:
        """Units of a block, M; 2 if dense."""
        return block_size(self.activity)

    def encode(self, bits: UInt8[np.ndarray, "item bit"]) -> Float[np.ndarray, "item unit"]:
        """The centred value patterns, in whole numbers."""
        if self.block == 2:
            return 2.0 * bits - 1
        blocks = self.units // self.block
        digits = bits.reshape(len(bits), blocks, bits_per_block(self.activity)).astype(np.int64)
        return _one_hot(digits @ self._places, self.block)

    def decode(self, fields: Float[np.ndarray, "item unit"]) -> UInt8[np.ndarray, "item bit"]:
        """The bits read from the fields: their signs if dense, the winner of each block otherwise.

        Of equal fields the first wins (zero reads as 0): as good as a draw, since codes are random.
        """
        if self.block == 2:
            return (fields > 0).astype(np.uint8)
        winners = fields.reshape(len(fields), self.units // self.block, self.block).argmax(axis=2)
        digits = (winners[..., None] // self._places) % 2
        return digits.reshape(len(fields), self.item_bits).astype(np.uint8)

    @property
    def _places(self) -> np.ndarray:
        return 2 ** np.arange(bits_per_block(self.activity))


def keys_for(code: ValueCode, keys: Keys, units: int, seed: int, stream: int) -> KeyGenerator:
    """Keys of blocks like the code's own (`block`), or of independent fair signs (`independent`)."""
    return KeyGenerator(units, code.block if keys == "block" else 2, seed, stream)


def _one_hot(winners: np.ndarray, block: int) -> Float[np.ndarray, "item unit"]:
    pattern = np.full((*winners.shape, block), -1.0)
    np.put_along_axis(pattern, winners[..., None], block - 1.0, axis=-1)
    return pattern.reshape(len(winners), winners.shape[1] * block)
