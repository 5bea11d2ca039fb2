"""Activation sparsity as a strategy per layer: dense, k-winners-take-all, or a penalty on activations.

k-winners-take-all keeps the units whose value is at least the k-th largest. `k` is traced, so one compiled program
serves a whole sweep of sparsities: the k-th largest value is found exactly by bisection on the bits of the floats, one
comparison and one sum a bit, since the bits of floats, read as integers, are ordered as the floats are.
"""

from typing import Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

Implementation = Literal["kwta", "raw-kwta", "l1"]
"""k-winners-take-all after the squared ReLU; without any other nonlinearity; or squared ReLU and an L1 penalty."""

_BITS = 31


class Sparsity(NamedTuple):
    """What every layer does to the activations of its MLP. All fields are traced.

    Attributes:
        active: k, the most units that stay active, shape [depth]; k equal to the width is dense.
        rectified: whether the squared ReLU comes first, shape [depth]. Without it and at k equal to the width that
            MLP is linear.
        penalty: coefficient in the loss of the units' mean rectified input, summed over layers (L1).
    """

    active: Int[Array, " depth"]
    rectified: Bool[Array, " depth"]
    penalty: Float[Array, ""]


def sparsity_of(implementation: str, level: float, depth: int, width: int) -> Sparsity:
    """The strategy of a sweep: the same in every layer.

    Args:
        implementation: one of `Implementation`.
        level: k/m for the two kinds of k-winners-take-all, the coefficient of the penalty for L1.
        depth: layers.
        width: m, units of an MLP's hidden layer.

    Raises:
        ValueError: an unknown implementation, k/m outside (0, 1], or a negative penalty.
    """
    check_implementation(implementation)
    if implementation == "l1":
        if not 0 <= level < float("inf"):
            raise ValueError(f"the penalty must be a finite number of at least 0, got {level!r}")
        active, penalty = width, level
    else:
        active, penalty = active_of(level, width), 0.0
    return Sparsity(
        jnp.full(depth, active, jnp.int32),
        jnp.full(depth, implementation != "raw-kwta"),
        jnp.asarray(penalty, jnp.float32),
    )


def check_implementation(implementation: str) -> None:
    """Raise ValueError unless `implementation` is one of `Implementation`."""
    if implementation not in get_args(Implementation):
        raise ValueError(f"implementation must be one of {', '.join(get_args(Implementation))}, got {implementation!r}")


def active_of(level: float, width: int) -> int:
    """The k of a level k/m: the nearest integer, at least 1.

    Raises:
        ValueError: `level` outside (0, 1].
    """
    if not 0 < level <= 1:
        raise ValueError(f"k/m must lie in (0, 1], as k cannot exceed the width m = {width}, got {level!r}")
    return max(1, round(level * width))


def kth_largest(values: Float[Array, "... width"], k: Int[Array, ""]) -> Float[Array, "... 1"]:
    """The k-th largest of each row, exactly, for traced k from 1 to the width; not differentiable.

    No value may be NaN. Negative zero counts as less than zero.
    """
    bits = _ordered(jax.lax.bitcast_convert_type(values.astype(jnp.float32), jnp.int32))
    enough = lambda candidate: (bits >= candidate).sum(axis=-1, keepdims=True) >= k  # noqa: E731
    lowest = jnp.full((*values.shape[:-1], 1), jnp.iinfo(jnp.int32).min)
    found = jnp.where(enough(jnp.zeros_like(lowest)), 0, lowest)

    def decide(place: Int[Array, ""], found: Int[Array, "... 1"]) -> Int[Array, "... 1"]:
        candidate = found | (1 << (_BITS - 1 - place))
        return jnp.where(enough(candidate), candidate, found)

    found = jax.lax.fori_loop(0, _BITS, decide, found)
    return jax.lax.bitcast_convert_type(_ordered(found), jnp.float32)


def winners(values: Float[Array, "... width"], k: Int[Array, ""]) -> Bool[Array, "... width"]:
    """The units whose value is at least the k-th largest of their row: more than k where values tie."""
    values = jax.lax.stop_gradient(values)
    return values >= kth_largest(values, k)


def activate(
    preactivation: Float[Array, "... width"], active: Int[Array, ""], rectified: Bool[Array, ""]
) -> Float[Array, "... width"]:
    """The activations of an MLP: squared ReLU (or nothing), then the k winners; the others are zero."""
    values = jnp.where(rectified, jnp.square(jax.nn.relu(preactivation)), preactivation)
    return jnp.where(winners(values, active), values, 0.0)


def _ordered(bits: Int[Array, "..."]) -> Int[Array, "..."]:
    """Float bits as integers in the order of the floats; its own inverse."""
    return bits ^ ((bits >> 31) & jnp.int32(0x7FFFFFFF))
