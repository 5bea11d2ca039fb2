"""Optimisers by name, with a traced learning rate."""

from typing import Any, Literal, get_args

import jax
import optax
from jaxtyping import Array, Float, PyTree

from transformer_checks.groups import GROUPS, group_of

Optimiser = Literal["adamw", "sgd", "muon"]

MOMENTUM = 0.9
"""Of plain stochastic gradient descent."""


def check_optimiser(name: str) -> None:
    """Raise ValueError unless `name` is one of `Optimiser`."""
    if name not in get_args(Optimiser):
        raise ValueError(f"optimiser must be one of {', '.join(get_args(Optimiser))}, got {name!r}")


def optimiser(name: str, learning_rate: float | Float[Array, ""]) -> optax.GradientTransformation:
    """The optimiser of a `Transformer`, without weight decay.

    Muon (Jordan et al. 2024) orthogonalises the updates of the layers' matrices, which are stored (in, out) and stacked
    by layer; embedding and head are left to AdamW, with Nesterov momentum, at the same learning rate. Momentum and
    Newton-Schulz steps are optax's defaults (0.95, 5); updates are scaled by `sqrt(max(1, out / in))`.

    Raises:
        ValueError: unknown name.
    """
    check_optimiser(name)
    if name == "adamw":
        return optax.adamw(learning_rate, weight_decay=0.0)
    if name == "sgd":
        return optax.sgd(learning_rate, momentum=MOMENTUM)
    return optax.contrib.muon(learning_rate, weight_decay=0.0, muon_weight_dimension_numbers=_matrices)


def _matrices(model: PyTree[Array]) -> PyTree[Any]:
    """For every leaf: which axes are (in, out), or None where AdamW is to be used."""
    stacked = optax.contrib.MuonDimensionNumbers(reduction_axis=1, output_axis=2)
    outside = (GROUPS.index("embedding"), GROUPS.index("head"))
    return jax.tree_util.tree_map_with_path(lambda path, _: None if group_of(path) in outside else stacked, model)
