"""Stored patterns over many devices: each holds an equal run of the rows, works on its own, and sums are added up.

The mesh has one axis, the patterns. A product over patterns, such as `R_i = sum_mu xi_i^mu n^mu`, is a sum of what each
device makes of its own rows, added by one collective; a product that gives a number for each pattern stays where its
patterns are. The sums are integers, so they are the same on any number of devices. The devices may belong to several
processes (`jax.distributed.initialize`): every process then makes the same calls.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Int32, UInt32

PATTERN_AXIS = "pattern"

BY_PATTERN = P(None, PATTERN_AXIS)
"""How numbers of every probe and pattern, shape (probe, row), lie over the devices."""

F = TypeVar("F", bound=Callable[..., Array])


def pattern_mesh() -> Mesh:
    """The one-dimensional mesh of every device of every process."""
    return Mesh(np.asarray(jax.devices()), (PATTERN_AXIS,))


def place(words: UInt32[np.ndarray, "row word"], unit: int) -> UInt32[Array, "allocated word"]:
    """Packed patterns on the devices, in runs of rows, with empty rows after them.

    Args:
        words: the patterns in the host's memory, the same in every process.
        unit: each device holds a multiple of so many rows, at most an eighth more than it needs plus one unit.
    """
    mesh = pattern_mesh()
    units = -(-len(words) // (unit * mesh.size))
    coarse = 2 ** max(0, units.bit_length() - 4)  # few different shapes are compiled for
    shape = (mesh.size * unit * coarse * -(-units // coarse), words.shape[1])

    def part(index: tuple[slice, ...] | None) -> np.ndarray:
        start, stop, _ = (index or (slice(None),))[0].indices(shape[0])
        rows = words[start:stop]
        return np.concatenate([rows, np.zeros((stop - start - len(rows), shape[1]), words.dtype)])

    return jax.make_array_from_callback(shape, NamedSharding(mesh, P(PATTERN_AXIS)), part)


def over_devices(second: P, summed: bool) -> Callable[[F], F]:
    """Let a product of packed patterns also take patterns that `place` has spread over several devices.

    The product takes words of shape (row, word), a second array, and how many of the rows are stored.

    Args:
        second: how the second array lies over the devices.
        summed: whether the product sums over patterns; if not, it gives an array that lies `BY_PATTERN`.
    """

    def decorate(product: F) -> F:
        @functools.wraps(product)
        def anywhere(words: Array, other: Array, patterns: int | Array) -> Array:
            mesh = _mesh_of(words)
            if mesh is None:
                return product(words, other, patterns)
            spread = jax.device_put(other, NamedSharding(mesh, second))
            return _compile(product, mesh, second, summed)(words, spread, np.int32(patterns))

        return cast(F, anywhere)

    return decorate


@functools.lru_cache(maxsize=64)
def _compile(product: Callable[..., Array], mesh: Mesh, second: P, summed: bool) -> Callable[..., Array]:
    def own(words: Array, other: Array, patterns: Int32[Array, ""]) -> Array:
        earlier = lax.axis_index(PATTERN_AXIS) * len(words)
        result = product(words, other, jnp.clip(patterns - earlier, 0, len(words)))
        return lax.psum(result, PATTERN_AXIS) if summed else result

    out = P() if summed else BY_PATTERN
    specs = (P(PATTERN_AXIS), second, P())
    return jax.jit(jax.shard_map(own, mesh=mesh, in_specs=specs, out_specs=out, check_vma=False))


def _mesh_of(words: Any) -> Mesh | None:
    """The mesh of several devices that the words lie on, if they do."""
    if isinstance(words, Tracer) or not isinstance(words.sharding, NamedSharding):
        return None
    mesh = words.sharding.mesh
    return mesh if isinstance(mesh, Mesh) and mesh.size > 1 else None
