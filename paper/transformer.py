"""What a step of training costs: memory by compiling it ahead of time, time by taking one. `cwb transformer`."""

import resource
import time
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from theory.activity import check_count
from transformer_checks.model import Numerics, Sizes, parameters
from transformer_checks.objectives import Split, loss_of
from transformer_checks.parallel import (
    batch_shapes,
    place,
    precision_on,
    start,
    state_shapes,
    step_program,
    training_mesh,
)
from transformer_checks.presets import check_preset
from transformer_checks.sparsity import sparsity_of
from transformer_checks.training import Trainer, dials

GIB = 2**30
_LEVEL = 0.05  # k/m; traced, so that it changes neither time nor memory
_RATE = 1e-3


def simulate_devices(count: int) -> None:
    """Let this process compile for `count` devices, simulated by the CPU.

    Raises:
        ValueError: JAX has started with another number of devices.
    """
    check_count(count, "devices")
    try:
        jax.config.update("jax_platforms", "cpu")
        jax.config.update("jax_num_cpu_devices", count)
    except RuntimeError:
        started = len(jax.devices())
        if started != count:
            raise ValueError(f"{count} devices need a new process, JAX runs with {started}") from None


def step_memory(
    preset: str,
    tensor: int,
    batch: int,
    precision: str,
    remat: bool = True,
    length: int | None = None,
    optimiser: str = "adamw",
) -> dict[str, Any]:
    """GiB a device needs for a step of training on all devices of this process, from shapes alone.

    These are the compiler's own figures for the devices it compiles for. `arguments` are weights, optimiser state and
    batch; the next state is written over the old one (`reused`), and `temporaries` hold gradients and activations.
    Simulated devices compute bfloat16 in float32, so the temporaries of real ones are smaller.

    Args:
        preset: of the model.
        tensor: devices that share an example; batches are split over the others.
        batch: examples of a step, over all devices together.
        precision: one of `model.Precision`.
        remat: whether the backward pass computes each layer anew.
        length: tokens of an example; the preset's by default.
        optimiser: one of `optimisers.Optimiser`.

    Raises:
        ValueError: an unknown name, a length beyond the preset's, or a mesh that does not divide the model.
    """
    sizes, mesh, trainer = _sized(preset, length), training_mesh(tensor), Trainer(optimiser, batch)
    begun = time.perf_counter()
    state = state_shapes(trainer, sizes)
    program = step_program(mesh, trainer, sizes, Numerics(precision, remat))
    traced = program.lower(state, batch_shapes(trainer, sizes.length), _sparsity(sizes), dials(_RATE))
    used = traced.compile().memory_analysis()
    sizes_in_bytes = {
        "arguments": used.argument_size_in_bytes,
        "outputs": used.output_size_in_bytes,
        "reused": used.alias_size_in_bytes,
        "temporaries": used.temp_size_in_bytes,
    }
    total = sum(sizes_in_bytes.values()) - 2 * sizes_in_bytes["reused"]
    return {
        "preset": preset,
        "parameters": parameters(state.model),
        "devices": mesh.size,
        "data": mesh.size // tensor,
        "tensor": tensor,
        "batch": batch,
        "length": sizes.length,
        "precision": precision,
        "remat": remat,
        "optimiser": optimiser,
        "gib_per_device": {**{name: size / GIB for name, size in sizes_in_bytes.items()}, "total": total / GIB},
        "compiled_for": jax.devices()[0].device_kind,
        "seconds": time.perf_counter() - begun,
    }


def time_step(
    preset: str,
    tensor: int,
    batch: int,
    precision: str | None = None,
    remat: bool = True,
    length: int | None = None,
    optimiser: str = "adamw",
    seed: int = 0,
) -> dict[str, Any]:
    """Take two steps of training on one batch of random tokens, on all devices of this process, and time them.

    Arguments and errors as `step_memory`; `precision` is by default what suits the devices. The peak is of this
    process, in host memory, and includes compilation. The first loss is `log(vocabulary)`, since the head starts at
    zero; the last is that of the same batch after both steps.
    """
    sizes, mesh, trainer = _sized(preset, length), training_mesh(tensor), Trainer(optimiser, batch)
    numerics = Numerics(precision or precision_on(mesh), remat)
    program = step_program(mesh, trainer, sizes, numerics)
    key = jax.random.key(seed)
    tokens = jax.random.randint(jax.random.fold_in(key, 1), (batch, sizes.length + 1), 0, sizes.vocabulary)
    data = place(mesh, Split(tokens, jnp.ones((batch, sizes.length))))
    sparsity, settings = _sparsity(sizes), dials(_RATE)
    begun = time.perf_counter()
    compiled = program.lower(
        state_shapes(trainer, sizes), batch_shapes(trainer, sizes.length), sparsity, settings
    ).compile()
    seconds = {"compile": time.perf_counter() - begun}
    state = jax.block_until_ready(start(mesh, trainer, sizes, key))
    losses = []
    for name in ("first_step", "second_step"):
        begun = time.perf_counter()
        state = jax.block_until_ready(compiled(state, data, sparsity, settings))
        seconds[name] = time.perf_counter() - begun
        losses.append(float(state.loss))
    losses.append(float(jax.jit(loss_of)(state.model, data, sparsity)))
    return {
        "preset": preset,
        "parameters": parameters(state.model),
        "devices": mesh.size,
        "device": jax.devices()[0].device_kind,
        "tensor": tensor,
        "batch": batch,
        "length": sizes.length,
        "precision": numerics.precision,
        "remat": remat,
        "optimiser": optimiser,
        "seconds": seconds,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB,
        "loss_before": losses[0],
        "loss_after": losses[-1],
    }


def text(record: dict[str, Any]) -> str:
    """A record for the reader, one line a quantity."""
    lines = []
    for name, value in record.items():
        for inner, each in value.items() if isinstance(value, dict) else [("", value)]:
            shown = f"{each:.4g}" if isinstance(each, float) else str(each)
            lines.append(f"{f'{name} {inner}'.replace('_', ' '):<28}{shown}")
    return "\n".join(lines)


def _sized(preset: str, length: int | None) -> Sizes:
    sizes = check_preset(preset)
    if length is None:
        return sizes
    if not 1 <= length <= sizes.length:
        raise ValueError(f"length must be between 1 and the {sizes.length} tokens of preset {preset}, got {length}")
    return replace(sizes, length=length)


def _sparsity(sizes: Sizes) -> Any:
    return sparsity_of("kwta", _LEVEL, sizes.depth, sizes.hidden)
