"""Rows of the statistics tables of Experiment 1: from sparsities and quantities by level and seed to named columns.

Levels are ordered by the sparsity measured, never by the nominal one, and levels of one measured sparsity are one
level: with a nonlinearity that is itself half silent, k/m = 0.5 and 1 are the same model. Intervals are 95 %
over seeds unless named otherwise; p-values are those of single tests, and whoever reads a table accounts for their
number.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sims.harness.statistics import Interval
from transformer_checks.bootstrap import Floats, bootstrap_interval, levels_by_seed
from transformer_checks.curves import compare
from transformer_checks.fits import proportionality
from transformer_checks.monotone import Trend, misfit, reversal, trend

SAME_SPARSITY = 0.01
"""Levels whose mean measured sparsities lie closer than this are one level."""
AGREEMENT_CONFIDENCE = 0.995
"""Of the bounds on the difference of two curves: 95 % for ten regimes together, by Bonferroni."""

Row = dict[str, Any]


def merge_levels(sparsity: ArrayLike, *quantities: ArrayLike) -> tuple[Floats, ...]:
    """Order levels by mean sparsity and average, within each seed, those of one sparsity.

    Only sparsities decide, never the quantities, so merging favours no finding. A level joins the levels before it if
    it lies within `SAME_SPARSITY` of the first of them.

    Args:
        sparsity: shape [level, seed].
        quantities: each of that shape.

    Returns:
        The sparsity and the quantities, each [merged level, seed], in rising order of sparsity.

    Raises:
        ValueError: as `levels_by_seed`, or shapes that differ.
    """
    measured = levels_by_seed(sparsity, "sparsity")
    arrays = [measured, *(levels_by_seed(each) for each in quantities)]
    for each in arrays:
        if each.shape != measured.shape:
            raise ValueError(f"sparsity and quantities must have one shape, got {measured.shape} and {each.shape}")
    groups: list[list[int]] = []
    mean = measured.mean(axis=1)
    for level in np.argsort(mean, kind="stable").tolist():
        if groups and mean[level] - mean[groups[-1][0]] < SAME_SPARSITY:
            groups[-1].append(level)
        else:
            groups.append([level])
    return tuple(np.stack([each[group].mean(axis=0) for group in groups]) for each in arrays)


def trend_row(regime: str, quantity: str, implementation: str, sparsity: ArrayLike, values: ArrayLike) -> Row:
    """One quantity against sparsity in one regime: its trend, its reversal and its fall.

    Columns: `regime`, `quantity`, `implementation`, `levels` (after merging), `seeds`, `sparsity_least`,
    `sparsity_most`; `spearman` with `_low`, `_high` and `_error` (standard error); `trend_p_falling`,
    `trend_p_rising` (Page); `rises_p`, `falls_p` (it rises, or falls, between some two levels), `nonmonotone_p` (it
    does both: the larger of the two);
    `isotonic_p` (its distance from the best falling fit); `reversal` with `_low` and `_high` (most significant rise
    with sparsity, in the quantity's units; simultaneous interval), `reversal_from` and `reversal_to` (its measured
    sparsities); `fall` with `_low`, `_high` and `_error` (from the least to the most sparse level, over the largest
    absolute mean of any level).

    Raises:
        ValueError: as `merge_levels`, or fewer than 3 levels left after merging; the row is named.
    """
    try:
        measured, merged = merge_levels(sparsity, values)
        with_order, rise = trend(merged), reversal(merged)
    except ValueError as error:
        raise ValueError(f"{quantity} of {implementation} in the regime {regime}: {error}") from error
    mean_sparsity, falls_p = measured.mean(axis=1), reversal(-merged).p_value
    return {
        "regime": regime,
        "quantity": quantity,
        "implementation": implementation,
        "levels": len(merged),
        "seeds": merged.shape[1],
        "sparsity_least": float(mean_sparsity[0]),
        "sparsity_most": float(mean_sparsity[-1]),
        **_interval("spearman", with_order.spearman),
        "trend_p_falling": with_order.falling_p,
        "trend_p_rising": with_order.rising_p,
        "rises_p": rise.p_value,
        "falls_p": falls_p,
        "nonmonotone_p": max(rise.p_value, falls_p),
        "isotonic_p": misfit(merged),
        "reversal": rise.rise,
        "reversal_low": rise.low,
        "reversal_high": rise.high,
        "reversal_from": float(mean_sparsity[rise.lower]),
        "reversal_to": float(mean_sparsity[rise.upper]),
        **_interval("fall", _fall(merged)),
    }


def linear_row(
    regime: str, predictor: str, outcome: str, implementation: str, sparsity: ArrayLike, x: ArrayLike, y: ArrayLike
) -> Row:
    """One quantity as a function of another in one regime, over all levels.

    Columns: `regime`, `predictor`, `outcome`, `implementation`, `levels`, `seeds`; `scale` and `exponent` with `_low`,
    `_high` and `_error` (of the exponent's logarithm); `r_squared`, `bic_proportional`, `bic_power`, `bic_saturating`.

    Raises:
        ValueError: as `merge_levels` and `proportionality`; the row is named.
    """
    try:
        _, at, target = merge_levels(sparsity, x, y)
        fit = proportionality(at, target)
    except ValueError as error:
        raise ValueError(f"{outcome} against {predictor} of {implementation} in {regime}: {error}") from error
    return {
        "regime": regime,
        "predictor": predictor,
        "outcome": outcome,
        "implementation": implementation,
        "levels": len(at),
        "seeds": at.shape[1],
        **_interval("scale", fit.scale),
        **_interval("exponent", fit.exponent),
        "r_squared": fit.r_squared,
        "bic_proportional": fit.bic_proportional,
        "bic_power": fit.bic_power,
        "bic_saturating": fit.bic_saturating,
    }


def agreement_row(regime: str, quantity: str, curves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Row:
    """Two implementations' curves over their common range of measured sparsity.

    Columns: `regime`, `quantity`, `first`, `second` (implementations), `seeds`, `common_low`, `common_high` (range of
    sparsity); for each of `first_` and `second_`: `spearman`, `p_falling`, `p_rising`; `difference` (first
    minus second over the mean height of both, where it is largest in size); `difference_low` and `difference_high`
    (bounds anywhere in the range), `difference_at_least` (what its size surely reaches somewhere), all simultaneous
    with confidence `AGREEMENT_CONFIDENCE`; `differ_p`. All but the names are NaN if there is no common range.

    Args:
        regime: its name.
        quantity: its name.
        curves: from two implementations' names to their sparsities and values, each [level, seed].

    Raises:
        ValueError: not two curves, or as `merge_levels` and `compare`; the row is named.
    """
    if len(curves) != 2:
        raise ValueError(f"an agreement is between two implementations, got {list(curves)}")
    names = list(curves)
    try:
        first, second = (merge_levels(*curves[name]) for name in names)
        found = compare(first[0], first[1], second[0], second[1], AGREEMENT_CONFIDENCE)
    except ValueError as error:
        raise ValueError(f"{quantity} of {' and '.join(names)} in the regime {regime}: {error}") from error
    row: Row = {"regime": regime, "quantity": quantity, "first": names[0], "second": names[1]}
    row |= {"seeds": first[0].shape[1]}
    numbers = ["common_low", "common_high"]
    numbers += [f"{each}_{column}" for each in ("first", "second") for column in ("spearman", "p_falling", "p_rising")]
    numbers += ["difference", "difference_low", "difference_high", "difference_at_least", "differ_p"]
    if found is None:
        return row | dict.fromkeys(numbers, math.nan)
    difference = found.difference
    reach = difference.reach * difference.errors
    return row | dict(
        zip(
            numbers,
            (
                found.low,
                found.high,
                *_trend(found.first),
                *_trend(found.second),
                float(difference.means[np.abs(difference.means).argmax()]),
                float((difference.means - reach).min()),
                float((difference.means + reach).max()),
                float(max(0.0, (np.abs(difference.means) - reach).max())),
                difference.differ_p,
            ),
            strict=True,
        )
    )


def _trend(found: Trend) -> tuple[float, float, float]:
    return found.spearman.estimate, found.falling_p, found.rising_p


def _fall(values: Floats) -> Interval:
    """Mean at the first level minus that at the last, over the largest absolute mean of any level."""

    def fall(chosen: np.ndarray) -> Floats:
        means = values[:, chosen].mean(axis=-1)
        largest = np.abs(means).max(axis=0)
        return np.divide(means[0] - means[-1], largest, out=np.zeros_like(largest), where=largest > 0)

    return bootstrap_interval(fall, values.shape[1])


def _interval(name: str, interval: Interval) -> dict[str, float]:
    return {
        name: interval.estimate,
        f"{name}_low": interval.low,
        f"{name}_high": interval.high,
        f"{name}_error": interval.standard_error,
    }
