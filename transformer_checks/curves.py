"""Two curves over measured sparsity, say k-WTA and L1: do they have one trend, and one height?

Both are [level, seed], with the same seeds, and levels at different measured sparsities. They are compared over the
range of sparsity that both cover: the trends at the levels measured there, the heights by interpolation, seed by seed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from transformer_checks.bootstrap import Contrasts, Floats, contrasts, levels_by_seed
from transformer_checks.monotone import Trend, trend

GRID = 7
"""Sparsities at which heights are compared, evenly spaced over the common range."""


@dataclass(frozen=True)
class Comparison:
    """Two curves over their common range.

    Attributes:
        low: least sparsity that every seed of both curves covers.
        high: largest such sparsity.
        first: trend of the first curve at its levels in the range.
        second: trend of the second curve.
        difference: first minus second on `GRID` sparsities, over the mean absolute height of both curves there.
    """

    low: float
    high: float
    first: Trend
    second: Trend
    difference: Contrasts


def compare(
    first_sparsity: ArrayLike,
    first: ArrayLike,
    second_sparsity: ArrayLike,
    second: ArrayLike,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison | None:
    """Compare two curves; None where they share no range with at least 3 levels of each.

    Raises:
        ValueError: as `levels_by_seed`, a sparsity and its curve of different shapes, or different numbers of seeds.
    """
    pairs = [
        (levels_by_seed(sparsity, "sparsity"), levels_by_seed(values))
        for sparsity, values in ((first_sparsity, first), (second_sparsity, second))
    ]
    for sparsity, values in pairs:
        if sparsity.shape != values.shape:
            raise ValueError(f"sparsity and values must have one shape, got {sparsity.shape} and {values.shape}")
    if pairs[0][0].shape[1] != pairs[1][0].shape[1]:
        raise ValueError(f"both curves need the same seeds, got {pairs[0][0].shape[1]} and {pairs[1][0].shape[1]}")
    low = max(float(sparsity.min(axis=0).max()) for sparsity, _ in pairs)
    high = min(float(sparsity.max(axis=0).min()) for sparsity, _ in pairs)
    inside = [_inside(sparsity, values, low, high) for sparsity, values in pairs]
    if high <= low or min(len(values) for values in inside) < 3:
        return None
    grid = np.linspace(low, high, GRID)
    heights = [_interpolated(sparsity, values, grid) for sparsity, values in pairs]
    scale = float(np.mean([np.abs(height.mean(axis=1)).mean() for height in heights]))
    difference = (heights[0] - heights[1]) / (scale if scale > 0 else 1.0)
    first_trend, second_trend = (trend(values, confidence, seed) for values in inside)
    return Comparison(low, high, first_trend, second_trend, contrasts(difference, confidence, seed=seed))


def _inside(sparsity: Floats, values: Floats, low: float, high: float) -> Floats:
    """The levels in the common range, in rising order of mean sparsity, with the levels that bound it."""
    mean = sparsity.mean(axis=1)
    slack = sparsity.std(axis=1).max()
    chosen = [level for level in np.argsort(mean, kind="stable") if low - slack <= mean[level] <= high + slack]
    return values[chosen]


def _interpolated(sparsity: Floats, values: Floats, grid: Floats) -> Floats:
    """Every seed's curve on the grid, shape [grid, seed]."""
    order = np.argsort(sparsity, axis=0, kind="stable")
    at, heights = np.take_along_axis(sparsity, order, axis=0), np.take_along_axis(values, order, axis=0)
    return np.stack([np.interp(grid, at[:, each], heights[:, each]) for each in range(at.shape[1])], axis=1)
