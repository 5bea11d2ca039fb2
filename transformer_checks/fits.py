"""Is one quantity proportional to another? Proportional, power and saturating fits to the means over seeds.

The means of the outcome F at the levels are fitted by least squares as functions of those of the predictor I:
`c I`, `c I^p` (concave for p < 1) and `c (1 - exp(-I / I0))`. Whole seeds are resampled for the intervals, so that the
scatter of both quantities counts. The exponent decides; the information criteria say which form describes the means
best.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sims.harness.statistics import Interval
from transformer_checks.bootstrap import Floats, bootstrap_interval, levels_by_seed

EXPONENTS: Floats = np.geomspace(0.05, 4, 221)
"""Exponents tried in the power fit, each 2 % above the one before."""
SATURATIONS: Floats = np.geomspace(0.05, 20, 200)
"""Saturation scales I0 tried, in units of the mean predictor."""


@dataclass(frozen=True)
class Proportionality:
    """How an outcome depends on a predictor over the levels.

    Attributes:
        scale: c of the proportional fit, in units of outcome over predictor.
        exponent: p of the power fit, at most 4 and at least 0.05; NaN unless every measured predictor is positive. Its
            standard error is that of its logarithm.
        r_squared: share of the variance of the outcome's means that the proportional fit explains; negative if the mean
            alone explains more, NaN if they do not vary.
        bic_proportional: Bayesian information criterion of the proportional fit, one parameter.
        bic_power: of the power fit, two parameters (NaN as the exponent).
        bic_saturating: of the saturating fit, two parameters (NaN as the exponent).
    """

    scale: Interval
    exponent: Interval
    r_squared: float
    bic_proportional: float
    bic_power: float
    bic_saturating: float


def proportionality(
    predictor: ArrayLike, outcome: ArrayLike, confidence: float = 0.95, seed: int = 0
) -> Proportionality:
    """Fit the outcome to the predictor, both [level, seed].

    Raises:
        ValueError: as `levels_by_seed`, shapes that differ, fewer than 3 levels, or a predictor that is 0 throughout.
    """
    x, y = levels_by_seed(predictor, "predictor"), levels_by_seed(outcome, "outcome")
    if x.shape != y.shape or len(x) < 3:
        raise ValueError(f"predictor and outcome need one shape and at least 3 levels, got {x.shape} and {y.shape}")
    if not x.any():
        raise ValueError("a predictor that is 0 throughout predicts nothing")

    def means(chosen: NDArray[np.intp]) -> tuple[Floats, Floats]:
        return x[:, chosen].mean(axis=-1).T, y[:, chosen].mean(axis=-1).T  # [resample, level]

    def scale(chosen: NDArray[np.intp]) -> Floats:
        return _best(means(chosen)[0][None], means(chosen)[1])[1]

    def log_exponent(chosen: NDArray[np.intp]) -> Floats:
        at, target = means(chosen)
        return np.log(EXPONENTS[_best(_powers(at), target)[0]])

    seeds = x.shape[1]
    at, target = x.mean(axis=1)[None], y.mean(axis=1)[None]
    spread = float(((target - target.mean()) ** 2).sum())
    straight = float(_best(at[None], target)[2][0])
    undefined = Interval(math.nan, math.nan, math.nan, math.nan, seeds)
    power, saturating, exponents = math.nan, math.nan, undefined
    if (x > 0).all():
        power = _criterion(float(_best(_powers(at), target)[2][0]), target, 2)
        saturating = _criterion(float(_best(_saturating(at), target)[2][0]), target, 2)
        logs = bootstrap_interval(log_exponent, seeds, confidence, seed=seed)
        estimate, low, high = (math.exp(each) for each in (logs.estimate, logs.low, logs.high))
        exponents = Interval(estimate, low, high, logs.standard_error, seeds)
    return Proportionality(
        bootstrap_interval(scale, seeds, confidence, seed=seed),
        exponents,
        1 - straight / spread if spread > 0 else math.nan,
        _criterion(straight, target, 1),
        power,
        saturating,
    )


def _powers(at: Floats) -> Floats:
    relative = at / at.mean(axis=-1, keepdims=True)
    return relative ** EXPONENTS[:, None, None]


def _saturating(at: Floats) -> Floats:
    relative = at / at.mean(axis=-1, keepdims=True)
    return -np.expm1(-relative / SATURATIONS[:, None, None])


def _best(shapes: Floats, target: Floats) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Least squares of each target [resample, level] on the best of several shapes [shape, resample, level].

    Returns the index of the shape, its factor and the squares left, each [resample].
    """
    factors = (shapes * target).sum(axis=-1) / (shapes**2).sum(axis=-1)
    left = ((target - factors[..., None] * shapes) ** 2).sum(axis=-1)
    best = left.argmin(axis=0)
    pick = best, np.arange(best.size)
    return best, factors[pick], left[pick]


def _criterion(squares: float, target: Floats, parameters: int) -> float:
    """Bayesian information criterion of normal residuals of unknown variance, floored at rounding."""
    levels = target.size
    floor = 1e-24 * float((target**2).sum()) + np.finfo(np.float64).tiny
    return levels * math.log(max(squares, floor) / levels) + parameters * math.log(levels)
