"""Intervals and tests that compare a simulation with an exact prediction.

Every test returns a p-value whose false-alarm behaviour is stated: under the prediction, how often it falls below a
threshold. Tests in this project fail below 1e-6, so a correct simulation fails about once in a million runs.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """An estimate with a confidence interval, all in the units of the estimate.

    Attributes:
        estimate: the mean over seeds.
        low: lower end of the interval.
        high: upper end of the interval.
        standard_error: standard deviation over seeds, divided by the square root of their number.
        seeds: how many independent seeds.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    seeds: int

    def contains(self, value: float) -> bool:
        """Whether `value` lies in the interval, ends included."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class GoodnessOfFit:
    """A chi-square comparison of counts with an exact law.

    Attributes:
        statistic: sum over cells of (observed - expected)^2 / expected.
        dof: degrees of freedom, cells - 1.
        p_value: probability of a statistic at least this large under the law.
        cells: cells left after merging neighbours.
    """

    statistic: float
    dof: int
    p_value: float
    cells: int


def mean_interval(values_by_seed: ArrayLike, confidence: float = 0.95) -> Interval:
    """Student's t interval for a mean, from one value per independent seed.

    Covers the true mean with probability `confidence` when the values are normal; means over many trials nearly are.

    Raises:
        ValueError: fewer than 2 seeds, a value that is not finite, or `confidence` outside (0, 1).
    """
    values = np.asarray(values_by_seed, dtype=np.float64)
    if values.ndim != 1 or values.size < 2:
        raise ValueError(f"an interval over seeds needs one value for each of at least 2, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("an interval over seeds needs finite values")
    _check_confidence(confidence)
    mean = float(values.mean())
    error = float(values.std(ddof=1) / math.sqrt(values.size))
    reach = float(stats.t.isf((1 - confidence) / 2, values.size - 1)) * error
    return Interval(mean, mean - reach, mean + reach, error, values.size)


def t_test(values_by_seed: ArrayLike, mean: float) -> float:
    """Two-sided p-value of Student's t-test that independent values have this mean.

    Falls below x with probability x when the values are normal with this mean; with skewed values only nearly.

    Raises:
        ValueError: as `mean_interval`, or values without any scatter.
    """
    interval = mean_interval(values_by_seed)
    if interval.standard_error == 0:
        raise ValueError("a t-test needs values that are not all equal")
    score = abs(interval.estimate - mean) / interval.standard_error
    return float(2 * stats.t.sf(score, interval.seeds - 1))


def binomial_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact (Clopper-Pearson) interval for a probability; it covers with probability at least `confidence`.

    Raises:
        ValueError: `trials` below 1, `successes` outside 0..trials, or `confidence` outside (0, 1).
    """
    _check_confidence(confidence)
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"need 0 <= successes <= trials and trials >= 1, got {successes} of {trials}")
    miss = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(stats.beta.ppf(miss, successes, trials - successes + 1))
    high = 1.0 if successes == trials else float(stats.beta.isf(miss, successes + 1, trials - successes))
    return low, high


def goodness_of_fit(
    counts: ArrayLike, probabilities: ArrayLike, minimum_expected: float = 5.0, *, outside: int = 0
) -> GoodnessOfFit:
    """Pearson's chi-square test of a histogram against an exact discrete law.

    Neighbouring values are merged, from the first on, until each cell expects at least `minimum_expected`
    observations; what is left over joins the last cell. Merging looks only at the law, never at the counts. The law's
    mass outside the listed values is one more value at the end, observed `outside` times. An observation the law
    calls impossible gives p = 0. With a single cell left nothing can be tested and p = 1.

    False alarms: `p_value < level` with probability close to `level` under the law. The chi-square limit has thin
    tails, so with `minimum_expected = 5` the rate at extreme levels (1e-6) can be several times higher.

    Args:
        counts: observations of each value, integers, shape [values].
        probabilities: the law's probability of each value, shape [values].
        minimum_expected: smallest expected count of a cell.
        outside: observations of values not listed.

    Raises:
        ValueError: shapes differ, a negative entry, no observation, or probabilities that exceed 1 in sum.
    """
    observed, law = np.asarray(counts), np.asarray(probabilities, dtype=np.float64)
    if observed.shape != law.shape or observed.ndim != 1:
        raise ValueError(f"counts and probabilities must be vectors alike, got {observed.shape} and {law.shape}")
    if (observed < 0).any() or outside < 0 or not (law >= 0).all() or law.sum() > 1 + 1e-9:
        raise ValueError("counts and probabilities must not be negative, and probabilities must sum to at most 1")
    remainder = 1 - math.fsum(law)
    law = np.append(law, remainder if remainder > 1e-12 else 0.0)
    observed = np.append(observed, outside)
    total = int(observed.sum())
    if total == 0:
        raise ValueError("a goodness of fit needs at least one observation")
    starts = _cell_starts(total * law, minimum_expected)
    expected_in_cell = np.add.reduceat(total * law, starts)
    observed_in_cell = np.add.reduceat(observed, starts)
    dof = len(starts) - 1
    if (observed[law == 0] > 0).any():
        return GoodnessOfFit(math.inf, dof, 0.0, len(starts))
    statistic = float(((observed_in_cell - expected_in_cell) ** 2 / expected_in_cell).sum())
    p_value = float(stats.chi2.sf(statistic, dof)) if dof else 1.0
    return GoodnessOfFit(statistic, dof, p_value, len(starts))


def mean_test(values: ArrayLike, mean: float, variance: float) -> float:
    """Two-sided p-value of independent `values` against a law of known mean and variance (z test).

    False alarms: `p < level` with probability close to `level` once the mean of the values is nearly normal; exact
    for normal values. A law of zero variance gives p = 1 if every value equals the mean, else 0.

    Raises:
        ValueError: no values, or a negative variance.
    """
    sample = np.asarray(values, dtype=np.float64).ravel()
    if sample.size == 0 or variance < 0:
        raise ValueError(f"a mean test needs values and a variance >= 0, got {sample.size} and {variance}")
    if variance == 0:
        return float((sample == mean).all())
    z = (sample.mean() - mean) / math.sqrt(variance / sample.size)
    return float(2 * stats.norm.sf(abs(z)))


def variance_test(values: ArrayLike, mean: float, variance: float, fourth_moment: float) -> float:
    """Two-sided p-value of independent `values` against a law of known mean, variance and fourth central moment.

    The z test of the squared deviations from the known mean, whose variance is `fourth_moment - variance^2`.
    False alarms: as `mean_test`, though squares need more values before their mean is nearly normal.

    Raises:
        ValueError: no values, or moments that no law has.
    """
    deviations = np.asarray(values, dtype=np.float64) - mean
    return mean_test(deviations**2, variance, fourth_moment - variance**2)


def _cell_starts(expected: NDArray[np.float64], minimum: float) -> NDArray[np.intp]:
    """First index of every cell, merging neighbours until each expects at least `minimum`."""
    starts, mass = [0], 0.0
    for index, value in enumerate(expected[:-1].tolist()):
        mass += value
        if mass >= minimum:
            starts.append(index + 1)
            mass = 0.0
    if len(starts) > 1 and mass + expected[-1] < minimum:
        starts.pop()
    return np.asarray(starts)


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, got {confidence!r}")
