"""What independent replicas say of a function of their mean: intervals, capacities, and tables of them."""

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from sims.harness.statistics import Interval, t_test

FEWEST_EVENTS = 50
"""Expected events over all replicas below which a mean count is not tested: it is too skewed for a t-test."""


def replica_seed(seed: int, label: str, replica: int) -> int:
    """The seed of one replica of a point: independent of those of other replicas, points and studies."""
    return int(np.random.SeedSequence([seed, zlib.crc32(label.encode()), replica]).generate_state(1, np.uint64)[0])


def count_test(counts: ArrayLike, expected: float) -> float:
    """Two-sided p-value that independent counts have the mean `expected`; NaN if too few are expected for a t-test.

    Falls below x with probability x under the null, up to the skewness of rare counts. Counts without any scatter are
    not tested either.
    """
    values = np.asarray(counts, np.float64)
    if expected * values.size < FEWEST_EVENTS or np.ptp(values) == 0:
        return math.nan
    return t_test(values, expected)


def jackknife(
    statistic: Callable[[NDArray[np.float64]], float], by_replica: ArrayLike, confidence: float = 0.95
) -> Interval:
    """A function of the mean over independent replicas, with its bias removed and a t interval (Tukey's jackknife).

    Covers with probability about `confidence` when the function is smooth on the scale of the replicas' scatter.

    Args:
        statistic: from the mean over replicas (any shape) to a number.
        by_replica: one value, or array of values, per replica, shape (replica, ...).
        confidence: of the interval.

    Raises:
        ValueError: fewer than 2 replicas.
    """
    values = np.asarray(by_replica, np.float64)
    replicas = len(values)
    if replicas < 2:
        raise ValueError(f"a jackknife needs at least 2 replicas, got {replicas}")
    total = values.sum(axis=0)
    without = np.array([statistic((total - value) / (replicas - 1)) for value in values])
    estimate = replicas * statistic(total / replicas) - (replicas - 1) * float(without.mean())
    error = math.sqrt((replicas - 1) * without.var())
    reach = float(stats.t.isf((1 - confidence) / 2, replicas - 1)) * error
    return Interval(estimate, estimate - reach, estimate + reach, error, replicas)


def crossing_load(loads: ArrayLike, error_rates: ArrayLike, error_rate: float) -> float:
    """The load at which error rates measured at ascending loads first exceed a given one; NaN if they never do.

    Between the two loads that bracket it, the logarithm of the error rate is taken as linear in 1 / load, which it
    nearly is: Gaussian crosstalk gives `-1 / (8 load a (1-a))` and slower terms. NaN also if no error at all was
    counted at the lower of the two, for there is nothing to interpolate from.
    """
    load, rate = np.asarray(loads, np.float64), np.asarray(error_rates, np.float64)
    above = np.flatnonzero(rate > error_rate)
    if not above.size or above[0] == 0 or rate[above[0] - 1] <= 0:
        return math.nan
    pair = [above[0] - 1, above[0]]
    low, high = np.log(rate[pair])
    share = (math.log(error_rate) - low) / (high - low)
    return float(1 / (1 / load[pair[0]] + share * (1 / load[pair[1]] - 1 / load[pair[0]])))


class Extrapolation(NamedTuple):
    """What sizes say of infinite N, if the corrections are `slope * N^-exponent`.

    Attributes:
        limit: the value at infinite N.
        standard_error: of the limit, from the errors of the values.
        slope: of the correction.
        p_value: of the fit (chi-square); NaN with two sizes.
    """

    limit: float
    standard_error: float
    slope: float
    p_value: float


def extrapolate(sizes: ArrayLike, values: ArrayLike, errors: ArrayLike, exponent: float = 1.0) -> Extrapolation:
    """Fit `value = limit + slope * N^-exponent` by weighted least squares.

    Raises:
        ValueError: fewer than two sizes, or an error or exponent that is not positive.
    """
    sizes, scale = np.asarray(sizes, np.float64), np.asarray(errors, np.float64)
    if len(np.unique(sizes)) < 2 or not (scale > 0).all():
        raise ValueError(f"need at least two sizes and positive errors, got {sizes.tolist()} and {scale.tolist()}")
    if not exponent > 0:
        raise ValueError(f"exponent must be positive, got {exponent!r}")
    design = np.column_stack([np.ones(len(sizes)), sizes**-exponent]) / scale[:, None]
    scaled = np.asarray(values, np.float64) / scale
    covariance = np.linalg.inv(design.T @ design)
    limit, slope = covariance @ design.T @ scaled
    misfit, degrees = float(((scaled - design @ [limit, slope]) ** 2).sum()), len(sizes) - 2
    fit = float(stats.chi2.sf(misfit, degrees)) if degrees else math.nan
    return Extrapolation(float(limit), math.sqrt(covariance[0, 0]), float(slope), fit)


def rows_table(rows: Sequence[Mapping[str, Any]]) -> xr.Dataset:
    """A table with one row per mapping: every name becomes a variable of dimension `point`.

    Raises:
        ValueError: no rows.
    """
    if not rows:
        raise ValueError("a table needs at least one row")
    return xr.Dataset({name: ("point", [row[name] for row in rows]) for name in rows[0]})


def interval_columns(name: str, interval: Interval) -> dict[str, float]:
    """An interval as the columns `name`, `name_low` and `name_high`."""
    return {name: interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high}
