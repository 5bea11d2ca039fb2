r"""Tail probabilities of a sum from its characteristic function, where the lattice of its values is too fine to list.

A variable X with values on a lattice of spacing g has, half-way between two lattice points,

    P(X > x) = 1/2 + (g delta / 2 pi) sum_j Im[phi(t_j) exp(-i t_j x)] / sin(g t_j / 2),    t_j = (j + 1/2) delta,

over the t_j below pi / g: the midpoint rule for the inversion integral, whose only error is P(|X - x| > 2 pi / delta)
at most (Davies 1973, Biometrika 60, 415).
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PERIOD = 40.0
"""Standard deviations after which the midpoint rule repeats itself, besides twice the threshold."""

_FEWEST = 128
"""Frequencies that are always evaluated: twice as many as a Gaussian sum needs."""

Real = NDArray[np.float64]


def upper_tail(
    log_characteristic: Callable[[Real], NDArray[np.complexfloating[Any, Any]]],
    deviation: float,
    threshold: float,
    spacing: float,
    nodes: int,
) -> float:
    """P(X > threshold) of a centred variable on a lattice, to rounding (1e-12) if all frequencies are evaluated.

    They are if the lattice has at most `nodes / 20` points to the standard deviation. Beyond that the characteristic
    function is taken to vanish at the higher ones, as it does for a sum of many terms.

    Args:
        log_characteristic: from frequencies, shape (t,), to `ln E exp(i t X)`, shape (t,).
        deviation: standard deviation of X.
        threshold: half-way between two values of X.
        spacing: g, of the lattice of X's values.
        nodes: most frequencies evaluated.

    Raises:
        ValueError: `deviation` or `spacing` not positive.
    """
    if not (deviation > 0 and spacing > 0):
        raise ValueError(f"deviation and spacing must be positive, got {deviation!r} and {spacing!r}")
    points = math.ceil((_PERIOD * deviation + 2 * abs(threshold)) / spacing)
    points += points % 2  # half of them lie on half a turn of the lattice
    delta = 2 * math.pi / (points * spacing)
    t: Real = (np.arange(min(points // 2, max(nodes, _FEWEST)), dtype=np.float64) + 0.5) * delta
    log = log_characteristic(t)
    turned = np.exp(log.real) * np.sin(log.imag - t * threshold)
    return float(0.5 + spacing * delta / (2 * math.pi) * (turned / np.sin(spacing * t / 2)).sum())
