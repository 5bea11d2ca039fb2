"""Which engine retrieves: compiled kernels on processors, JAX on accelerators.

Both compute the same integers, so states, steps and ends are identical. On processors rows of `X^T X` that are counted
when they are needed (`sims.cpu`) were an order of magnitude faster than anything that multiplies matrices, at every
activity (`make bench`); an accelerator multiplies unpacked tiles (`sims.tiles`) faster than memory could feed it rows.
"""

from typing import Literal, get_args

import jax

Engine = Literal["auto", "cpu", "jax"]
"""Compiled kernels on the host's processors, JAX on its device, or what suits JAX's default device."""


def choose(engine: Engine) -> Literal["cpu", "jax"]:
    """The engine to use: for "auto" the kernels if JAX's default device is the processor.

    Raises:
        ValueError: no such engine.
    """
    if engine not in get_args(Engine):
        raise ValueError(f"engine must be one of {', '.join(get_args(Engine))}, got {engine!r}")
    if engine == "auto":
        return "cpu" if jax.default_backend() == "cpu" else "jax"
    return engine
