"""Many runs at once: over devices first, then one after another on CPUs and side by side on accelerators.

A run is one training history; runs differ in their seed and share everything else. On CPUs small networks run faster
one after another than vectorised, so each device works through its share of the runs; `devices_per_core` makes one
device of every core, before JAX first looks for devices.
"""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Key, PyTree

from sims.harness.mesh import point_key

RUN_AXIS = "run"


def devices_per_core() -> None:
    """Make every CPU core a device of its own; without effect once JAX has started or where a number was set."""
    told = jax.config.jax_num_cpu_devices >= 0  # pyright: ignore[reportAttributeAccessIssue]
    if told or "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", ""):
        return
    try:
        jax.config.update("jax_num_cpu_devices", len(os.sched_getaffinity(0)))
    except RuntimeError:  # JAX has started
        return


def keep_compiled(folder: Path) -> None:
    """Keep compiled programs under `folder`/.compiled, so that the next process need not compile them again."""
    if jax.config.jax_compilation_cache_dir is None:  # pyright: ignore[reportAttributeAccessIssue]
        jax.config.update("jax_compilation_cache_dir", str(Path(folder).resolve() / ".compiled"))


def run_keys(seed: int, label: str, count: int) -> Key[Array, " run"]:
    """One key a run, the same for any number of runs and devices."""
    key = point_key(seed, label)
    return jax.vmap(lambda run: jax.random.fold_in(key, run))(jnp.arange(count))


def over_runs(function: Callable[..., PyTree[Array]], shared: tuple[int, ...] = ()) -> Callable[..., Any]:
    """`function` of one run's arguments, as a compiled function of the arguments of many runs.

    Every leaf of every argument gains a leading axis of runs, except arguments at the positions in `shared`, which
    all runs have in common. Any number of runs is allowed; they are spread over the devices.

    Args:
        function: must be hashable and live on, so that it is compiled once.
        shared: positions of the arguments that all runs have in common.
    """
    return functools.partial(_call, function, shared)


def _call(function: Callable[..., PyTree[Array]], shared: tuple[int, ...], *arguments: PyTree[Array]) -> Any:
    own = [each for position, each in enumerate(arguments) if position not in shared]
    common = [each for position, each in enumerate(arguments) if position in shared]
    runs = jax.tree.leaves(own)[0].shape[0]
    mesh = Mesh(np.asarray(jax.devices()), (RUN_AXIS,))
    missing = -runs % mesh.size
    if missing:  # the last run once more wherever a device would stand idle
        own = jax.tree.map(lambda leaf: jnp.concatenate([leaf, jnp.repeat(leaf[-1:], missing, axis=0)]), own)
    own = jax.device_put(own, NamedSharding(mesh, PartitionSpec(RUN_AXIS)))
    common = jax.device_put(common, NamedSharding(mesh, PartitionSpec()))
    results = _compile(function, shared, len(arguments), mesh)(own, common)
    return jax.tree.map(lambda leaf: leaf[:runs], results) if missing else results


@functools.lru_cache(maxsize=256)
def _compile(
    function: Callable[..., PyTree[Array]], shared: tuple[int, ...], count: int, mesh: Mesh
) -> Callable[..., Any]:
    def share(own: list[PyTree[Array]], common: list[PyTree[Array]]) -> PyTree[Array]:
        def one(mine: list[PyTree[Array]]) -> PyTree[Array]:
            given, together = iter(mine), iter(common)
            return function(*(next(together) if position in shared else next(given) for position in range(count)))

        if mesh.devices.flat[0].platform == "cpu":
            return jax.lax.map(one, own)
        return jax.vmap(one)(own)

    split, whole = PartitionSpec(RUN_AXIS), PartitionSpec()
    return jax.jit(jax.shard_map(share, mesh=mesh, in_specs=(split, whole), out_specs=split, check_vma=False))
