"""Products of bit-packed patterns with states and weights, a tile of patterns at a time: what costs the time.

Each tile is unpacked inside the compiled loop and multiplied in 32-bit floats, so memory holds one unpacked tile and
never an N x N matrix. The number of patterns is traced: any prefix of the rows can be used without compiling again.
Patterns that are spread over several devices (`sims.sharded`) are multiplied where they lie.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Bool, Float32, Int32, Shaped, UInt32

from sims.patterns import WORD
from sims.sharded import BY_PATTERN, over_devices

TILE = 128
"""Patterns unpacked at once: 128 of 2^17 units still sum exactly in 32-bit floats."""

BATCHES = (4, 16, 64, 256)
"""Numbers of states that are compiled for; others are filled up with empty states, or cut."""


@over_devices(P(), summed=True)
@jax.jit
def overlap_sums(
    words: UInt32[Array, "row word"], states: Bool[Array, "probe unit"], patterns: int | Int32[Array, ""]
) -> Int32[Array, "probe unit"]:
    """`sum_mu xi_i^mu n^mu` over the first `patterns` rows: exact while the sums stay below 2^31."""
    units = states.astype(jnp.float32)

    def add(index: Int32[Array, ""], sums: Int32[Array, "probe unit"]) -> Int32[Array, "probe unit"]:
        bits = _tile(words, index)
        overlaps = jnp.where(_stored(index, patterns), _dot(units, bits.T), 0)
        return sums + _dot(overlaps, bits).astype(jnp.int32)

    return lax.fori_loop(0, _tiles(patterns), add, jnp.zeros(states.shape, jnp.int32))


@over_devices(P(), summed=False)
@jax.jit
def pattern_overlaps(
    words: UInt32[Array, "row word"], states: Shaped[Array, "probe unit"], patterns: int | Int32[Array, ""]
) -> Int32[Array, "probe row"]:
    """`n^mu = sum_i xi_i^mu s_i` of the first `patterns` rows, 0 of the others; states are -1, 0 or 1. Exact."""
    units = states.astype(jnp.float32)

    def add(index: Int32[Array, ""], overlaps: Int32[Array, "probe row"]) -> Int32[Array, "probe row"]:
        found = jnp.where(_stored(index, patterns), _dot(units, _tile(words, index).T), 0).astype(jnp.int32)
        return lax.dynamic_update_slice(overlaps, found, (0, index * TILE))

    return lax.fori_loop(0, _tiles(patterns), add, jnp.zeros((len(states), len(words)), jnp.int32))


@over_devices(BY_PATTERN, summed=True)
@jax.jit
def weighted_sums(
    words: UInt32[Array, "row word"], weights: Shaped[Array, "probe row"], patterns: int | Int32[Array, ""]
) -> Shaped[Array, "probe unit"]:
    """`sum_mu xi_i^mu w^mu` over the first `patterns` rows, in the type of the weights.

    Exact for integer weights below 2^17 while the sums stay below 2^31; 32-bit floats are rounded.
    """

    def add(index: Int32[Array, ""], sums: Shaped[Array, "probe unit"]) -> Shaped[Array, "probe unit"]:
        own = lax.dynamic_slice(weights, (0, index * TILE), (len(weights), TILE)).astype(jnp.float32)
        added = _dot(jnp.where(_stored(index, patterns), own, 0), _tile(words, index))
        return sums + added.astype(weights.dtype)

    start = jnp.zeros((len(weights), words.shape[1] * WORD), weights.dtype)
    return lax.fori_loop(0, _tiles(patterns), add, start)


def _tile(words: UInt32[Array, "row word"], index: Int32[Array, ""]) -> Float32[Array, "tile unit"]:
    rows = lax.dynamic_slice(words, (index * TILE, 0), (TILE, words.shape[1]))
    bits = (rows[:, :, None] >> jnp.arange(WORD, dtype=jnp.uint32)) & 1
    return bits.astype(jnp.float32).reshape(TILE, -1)


def _stored(index: Int32[Array, ""], patterns: int | Int32[Array, ""]) -> Bool[Array, " tile"]:
    return index * TILE + jnp.arange(TILE) < patterns


def _dot(left: Float32[Array, "row inner"], right: Float32[Array, "inner column"]) -> Float32[Array, "row column"]:
    """A matrix product in full 32-bit floats, also where a device would round its factors."""
    return jnp.dot(left, right, precision=lax.Precision.HIGHEST)


def _tiles(patterns: int | Int32[Array, ""]) -> int | Int32[Array, ""]:
    return (patterns + TILE - 1) // TILE


# Batches


def pad_states(states: np.ndarray, units: int) -> np.ndarray:
    """States filled up with silent units to `units`, and with empty states to the next of `BATCHES`."""
    size = next((size for size in BATCHES if size >= len(states)), len(states))
    padded = np.zeros((size, units), states.dtype)
    padded[: len(states), : states.shape[1]] = states
    return padded


def batches(count: int) -> list[slice]:
    """The rows of each batch, when `count` states are worked through in the largest of `BATCHES`."""
    return [slice(start, start + BATCHES[-1]) for start in range(0, count, BATCHES[-1])]


def allocated_rows(patterns: int) -> int:
    """Rows to allocate: a power of two of tiles, so that few shapes are compiled for."""
    return TILE * 2 ** max(0, (-(-patterns // TILE) - 1).bit_length())
