"""Resampling whole seeds: intervals and simultaneous tests for quantities measured at several levels by every seed.

Arrays are [level, seed]: a seed's values at different levels share its tasks and initial weights, so a resample takes
or leaves the whole column. With few seeds the plain percentile interval is too short; here its percentiles are moved
outwards as Student's t asks (the expanded percentile interval, Hesterberg 2015). It never reaches beyond the range of
the resamples, which is why 3 seeds cannot give 95 % coverage (75 % for a mean;
with 8 seeds 93 %, plain percentiles 90 %).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from sims.harness.statistics import Interval

Floats = NDArray[np.float64]
RESAMPLES = 4000
"""Bootstrap resamples of an interval."""
DRAWS = 10_000
"""Monte Carlo draws of the null law of a largest t statistic."""


def levels_by_seed(values: ArrayLike, what: str = "values") -> Floats:
    """The values as a finite array [level, seed].

    Raises:
        ValueError: not two dimensions, no level, fewer than 2 seeds, or a value that is not finite.
    """
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] < 2:
        raise ValueError(f"{what} must have shape [level, seed] with at least 2 seeds, got {array.shape}")
    if not np.isfinite(array).all():
        level, seed = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(f"{what} must be finite, got {array[level, seed]} at level {level}, seed {seed}")
    return array


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], ArrayLike],
    seeds: int,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """The expanded percentile interval of a statistic of the seeds, and its standard error.

    The error is the scatter of the resamples, scaled so that for a mean it is the usual one.

    Args:
        statistic: from indices of seeds, shape [resample, seed], to one number a resample.
        seeds: how many there are.
        confidence: of the interval.
        resamples: how many.
        seed: of the resampling.

    Raises:
        ValueError: fewer than 2 seeds, or `confidence` outside (0, 1).
    """
    if seeds < 2:
        raise ValueError(f"a bootstrap over seeds needs at least 2 of them, got {seeds}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, got {confidence!r}")
    chosen = np.random.default_rng(seed).integers(0, seeds, (resamples, seeds))
    estimate = np.asarray(statistic(np.arange(seeds)[None]), np.float64)[0]
    found = np.asarray(statistic(chosen), np.float64)
    reach = stats.t.isf((1 - confidence) / 2, seeds - 1) * np.sqrt(seeds / (seeds - 1))
    low, high = np.quantile(found, [stats.norm.sf(reach), stats.norm.cdf(reach)])
    error = float(found.std() * np.sqrt(seeds / (seeds - 1)))
    return Interval(float(estimate), float(low), float(high), error, seeds)


def mean_bootstrap(values_by_seed: ArrayLike, confidence: float = 0.95, seed: int = 0) -> Interval:
    """The interval of a mean over seeds, from one value a seed.

    Raises:
        ValueError: as `levels_by_seed`.
    """
    values = levels_by_seed(np.asarray(values_by_seed, np.float64)[None])[0]
    return bootstrap_interval(lambda chosen: values[chosen].mean(axis=-1), values.size, confidence, seed=seed)


@dataclass(frozen=True)
class Contrasts:
    """Means over seeds of several contrasts, tested and bounded together.

    Attributes:
        means: of the contrasts, shape [contrast].
        errors: standard errors of the means, shape [contrast].
        above_p: p-value of the largest t statistic: that some mean is positive, against none is.
        differ_p: p-value of the largest absolute t statistic: that some mean is not zero.
        reach: standard errors that cover all means at once with the confidence asked for.
    """

    means: Floats
    errors: Floats
    above_p: float
    differ_p: float
    reach: float

    @property
    def scores(self) -> Floats:
        """Means in standard errors, shape [contrast]; 0 for a contrast that is always 0."""
        return t_scores(self.means, self.errors)


def t_scores(means: Floats, errors: Floats) -> Floats:
    """Means over their standard errors; without scatter, infinite or, for a mean of 0, zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(means == 0, 0.0, means / errors)


def contrasts(by_seed: ArrayLike, confidence: float = 0.95, draws: int = DRAWS, seed: int = 0) -> Contrasts:
    """Test several contrasts together by the largest of their t statistics (max-t).

    Under the null each statistic follows Student's law with seeds - 1 degrees, whatever the scatter of each contrast;
    their joint law is drawn from normal seeds with the covariance measured. The p-value is at most Bonferroni's, which
    also serves below the resolution of the draws.

    False alarms, measured on all pairs of 6 levels with equal means (1500 samples, scatter equal or tenfold from level
    to level): with 8 seeds 5.7 % at 5 % and 0.5-0.7 % at 0.5 %; with 3 seeds, whose covariance is poorly known, 7-8 %
    and 0.3-0.9 % (two-sided 8-10 % and 0.5-0.7 %).

    Args:
        by_seed: every contrast by every seed, shape [contrast, seed].
        confidence: of the simultaneous intervals.
        draws: Monte Carlo draws of the null law.
        seed: of the draws.

    Raises:
        ValueError: as `levels_by_seed`.
    """
    values = levels_by_seed(by_seed, "contrasts")
    count, seeds = values.shape
    means = values.mean(axis=1)
    errors = values.std(axis=1, ddof=1) / np.sqrt(seeds)
    largest, largest_absolute = _null_scores((values - means[:, None]) / np.sqrt(seeds - 1), draws, seed)
    scores = t_scores(means, errors)

    def p_value(score: float, null: Floats, sides: int) -> float:
        bonferroni = sides * count * float(stats.t.sf(score, seeds - 1))
        return min(1.0, bonferroni, (1 + int((null >= score).sum())) / (1 + draws))

    return Contrasts(
        means,
        errors,
        p_value(float(scores.max()), largest, 1),
        p_value(float(np.abs(scores).max()), largest_absolute, 2),
        float(np.quantile(largest_absolute, confidence)),
    )


def _null_scores(root: Floats, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Largest and largest absolute t statistic of normal seeds whose covariance is `root @ root.T`, per draw."""
    seeds = root.shape[1]
    noise = np.random.default_rng(seed).standard_normal((draws, seeds, seeds))
    fake = root @ noise  # draw, contrast, seed
    scores = t_scores(fake.mean(axis=-1), fake.std(axis=-1, ddof=1) / np.sqrt(seeds))
    return scores.max(axis=-1), np.abs(scores).max(axis=-1)
