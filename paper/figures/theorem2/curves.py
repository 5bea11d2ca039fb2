"""Theory curves that several figures of Theorem 2 share, against activity."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from paper.capacity import NEURONS
from theory.any_rule import gardner_bits, gardner_load
from theory.mean_field import critical_point, most_informative_point
from theory.minimal_errors import load_with_errors
from theory.one_step import one_step_load
from theory.one_step_capacity import one_step_capacity

Curve = NDArray[np.float64]

EPS = 0.01
"""Error criterion of the one-step curves, wrong units per active unit."""


def activities(lowest: float, highest: float = 0.5, points: int = 160) -> Curve:
    """Activities evenly spaced on a logarithmic axis."""
    return np.geomspace(lowest, highest, points)


def capacity(levels: Curve) -> Curve:
    """alpha_c, threshold retrieval, centred input."""
    return _each(levels, _capacity)


def capacity_kwta(levels: Curve) -> Curve:
    """alpha_c of k-winners-take-all."""
    return _each(levels, _capacity_kwta)


def capacity_raw(levels: Curve) -> Curve:
    """alpha_c, threshold retrieval, raw input."""
    return _each(levels, _capacity_raw)


def one_step(levels: Curve) -> Curve:
    """alpha(eps, a) of one step, at `EPS`."""
    return _each(levels, lambda a: one_step_load(EPS, a).load)


def one_step_bits(levels: Curve) -> Curve:
    """Bits per synapse of one step, at `EPS`."""
    return _each(levels, lambda a: one_step_load(EPS, a).bits_per_synapse)


def gardner(levels: Curve) -> Curve:
    """Gardner's load for the best weights."""
    return _each(levels, gardner_load)


def best_weights_bits(levels: Curve) -> Curve:
    """G(a), bits per synapse of the best weights without error."""
    return _each(levels, gardner_bits)


def erring_weights_bits(levels: Curve) -> Curve:
    """Bits per synapse of the best weights at `EPS` (replica-symmetric, an upper bound)."""
    return _each(levels, lambda a: load_with_errors(EPS, a).bits_per_synapse)


@cache
def hebb_bits() -> tuple[Curve, Curve]:
    """Activities, and bits per synapse of the Hebb rule with raw input in one step of `NEURONS` units, at `EPS`.

    The exact law, as `cwb capacity --rule hebb` has it; 20 sizes of code from 3 units to half of them all.
    """
    found = []
    for active in np.unique(np.rint(np.geomspace(3, NEURONS / 2, 20)).astype(int)):
        recall = one_step_capacity("fixed-size", "hebb", NEURONS, active / NEURONS, EPS)
        found.append((recall.activity, recall.bits_per_synapse))
    levels, bits = np.array(found).T
    return levels, bits


def most_bits(levels: Curve) -> Curve:
    """eta(a), most bits per synapse of the covariance rule at its fixed points."""
    return _each(levels, _most_bits)


def sparse_law(levels: Curve) -> Curve:
    """Tsodyks and Feigelman's limit `1 / (2 a ln(1/a))`."""
    return 1 / (2 * levels * np.log(1 / levels))


def printed_law(levels: Curve) -> Curve:
    """The law as the proposal prints it, `a / ln(1/a)`, with factor one."""
    return levels / np.log(1 / levels)


@cache
def _capacity(activity: float) -> float:
    return critical_point(activity).load


@cache
def _capacity_kwta(activity: float) -> float:
    return critical_point(activity, retrieval="kwta").load


@cache
def _capacity_raw(activity: float) -> float:
    return critical_point(activity, "raw").load


@cache
def _most_bits(activity: float) -> float:
    return most_informative_point(activity).recall.bits_per_synapse


def _each(levels: Curve, function: Callable[[float], float]) -> Curve:
    return np.array([function(float(level)) for level in levels])
