"""Independent trials over every device: the same results for any batch size and any number of devices.

Trial `i` draws from `jax.random.fold_in(key, i)` and from nothing else, so what a trial computes depends on neither
the batch it falls in nor the device it runs on. Integer results are the same bit for bit; floating-point results up
to the order in which XLA adds within a trial.
"""

import functools
import zlib
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Key, PRNGKeyArray, PyTree

TRIAL_AXIS = "trial"


def trial_mesh() -> Mesh:
    """The one-dimensional mesh of every device this process can use."""
    return Mesh(np.asarray(jax.devices()), (TRIAL_AXIS,))


def point_key(seed: int, label: str) -> Key[Array, ""]:
    """The key of one point of a study: points with different labels draw independently from the same seed."""
    return jax.random.fold_in(jax.random.key(seed), zlib.crc32(label.encode()))


def trial_keys(key: PRNGKeyArray, count: int, *, first: int = 0) -> Key[Array, " trial"]:
    """The keys of trials `first`, ..., `first + count - 1` of the experiment that `key` starts.

    They lie spread over all devices where `count` is a multiple of their number.

    Raises:
        ValueError: `count` below 1, or `first` below 0.
    """
    if count < 1 or first < 0:
        raise ValueError(f"need at least one trial, counted from 0 or later, got {count} from {first}")
    indices = first + np.arange(count, dtype=np.uint32)
    keys = jax.vmap(jax.random.fold_in, in_axes=(None, 0))(key, jnp.asarray(indices))
    return _place(keys, trial_mesh()) if count % jax.device_count() == 0 else keys


def map_trials(
    function: Callable[..., PyTree[Array]], keys: Key[Array, " trial"], batch: int, *parameters: PyTree[Array]
) -> PyTree[np.ndarray]:
    """`function` of every key, stacked along a leading trial axis in host memory.

    At most `batch` trials (rounded up to a multiple of the number of devices) are computed at once, in batches of
    equal width, so device memory is bounded. The last batch is padded with trials whose results are dropped. A
    function passed again is not compiled again, so prefer a function that lives on to a fresh lambda.

    Args:
        function: from one trial's key and the parameters to arrays; traced by JAX, and must be hashable.
        keys: one key per trial, as from `trial_keys`.
        batch: how many trials to compute at once.
        parameters: arrays that all trials share; other values of them need no new compilation.

    Raises:
        ValueError: no trials, or `batch` below 1.
    """
    count = len(keys)
    if count < 1 or batch < 1:
        raise ValueError(f"need at least one trial and a batch of at least 1, got {count} and {batch}")
    mesh = trial_mesh()
    batches = -(-count // batch)
    width = -(-count // (batches * mesh.size)) * mesh.size
    compiled = _compile(function, len(parameters), mesh)
    parts: list[PyTree[np.ndarray]] = []
    for start in range(0, count, width):
        chosen = np.minimum(np.arange(start, start + width), count - 1)
        results = compiled(_place(keys[chosen], mesh), *parameters)
        kept = min(width, count - start)
        parts.append(jax.tree.map(lambda leaf, kept=kept: np.asarray(leaf)[:kept], results))
    return jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)


@functools.lru_cache(maxsize=64)
def _compile(function: Callable[..., PyTree[Array]], parameters: int, mesh: Mesh) -> Callable[..., PyTree[Array]]:
    """`function` over a batch of keys, each device working through its own share without communication."""
    trials, everywhere = PartitionSpec(TRIAL_AXIS), PartitionSpec()
    over_batch = jax.vmap(function, in_axes=(0,) + (None,) * parameters)
    over_devices = jax.shard_map(
        over_batch,
        mesh=mesh,
        in_specs=(trials,) + (everywhere,) * parameters,
        out_specs=trials,
        check_vma=False,
    )
    return jax.jit(over_devices)


def _place(keys: Key[Array, " trial"], mesh: Mesh) -> Key[Array, " trial"]:
    return jax.device_put(keys, NamedSharding(mesh, PartitionSpec(TRIAL_AXIS)))
