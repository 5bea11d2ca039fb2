"""Experiment 2: is there a ceiling on (tasks) x (information per task) for one sparsity, and for other methods?"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats

from transformer_checks.bootstrap import bootstrap_interval, mean_bootstrap
from transformer_checks.ceilings import EPSILONS, Ceiling, Floats, ceiling, forgetting, retained, sparsity
from transformer_checks.long_sequences import LongPoint
from transformer_checks.trends import merge_levels, trend_row

SINGLE = "single"
"""System of the sweep over sparsities."""

MIXTURES = {"moe-active": "active", "moe-total": "total"}
"""Mixtures of experts with as many parameters a token as the dense model, and with as many in all."""

QUANTITIES = ("capacity", "unbroken", "richness", "product", "retained")

Rows = list[dict[str, Any]]


def summarise_ceilings(points: Sequence[LongPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """C, B and their product for every system and eps, by seed (dims point, eps, seed) with 95% bootstrap intervals.

    `retained` (bits after the whole sequence) and `sparsity` do not depend on eps and are repeated along it.
    `parameters` [point] are the model's.
    """
    rows: dict[str, list[Floats]] = {name: [] for name in (*QUANTITIES, "sparsity", "censored")}
    for data in datasets:
        each = [ceiling(data, eps) for eps in EPSILONS]
        last, measured = retained(data)[:, -1], sparsity(data)
        for name in Ceiling._fields:
            rows[name].append(np.stack([np.asarray(getattr(found, name), np.float64) for found in each]))
        rows["retained"].append(np.broadcast_to(last, (len(EPSILONS), last.size)))
        rows["sparsity"].append(np.broadcast_to(measured, (len(EPSILONS), measured.size)))
    columns: dict[str, Any] = {name: (("point", "eps", "seed"), np.stack(values)) for name, values in rows.items()}
    for name in (*QUANTITIES, "sparsity"):
        found = [[mean_bootstrap(values) for values in by_eps] for by_eps in columns[name][1]]
        for end, field in (("mean", "estimate"), ("low", "low"), ("high", "high")):
            columns[f"{name}_{end}"] = (("point", "eps"), [[getattr(each, field) for each in row] for row in found])
    for name in ("system", "implementation", "label"):
        columns[name] = (("point",), [getattr(point, name) for point in points])
    columns["level"] = (("point",), [point.levels[-1] for point in points])
    columns["parameters"] = (("point",), [data.attrs["parameters"] for data in datasets])
    return xr.Dataset(columns, coords={"eps": list(EPSILONS)})


def summarise_prefixes(points: Sequence[LongPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Forgetting (mean and worst task, nats), accuracy and retained bits after every number of tasks (point, T)."""
    columns: dict[str, Any] = {}
    for data in datasets:
        rise = forgetting(data)
        tasks = rise.shape[1]
        accuracy = data["accuracy"].values.astype(np.float64)[:, 1:]
        seen = np.where(np.arange(tasks) <= np.arange(tasks)[:, None], accuracy, np.nan)
        by_seed = {
            "forgetting": np.nanmean(rise, axis=2),
            "worst_forgetting": np.nanmax(rise, axis=2),
            "accuracy": np.nanmean(seen, axis=2),
            "retained": retained(data),
        }
        for name, values in by_seed.items():
            intervals = [mean_bootstrap(column) for column in values.T]
            for end, field in (("mean", "estimate"), ("low", "low"), ("high", "high")):
                columns.setdefault(f"{name}_{end}", []).append([getattr(each, field) for each in intervals])
    tasks = np.arange(1, len(next(iter(columns.values()))[0]) + 1)
    dataset = xr.Dataset({name: (("point", "tasks"), values) for name, values in columns.items()}, {"tasks": tasks})
    for name in ("system", "implementation", "label"):
        dataset[name] = ("point", [getattr(point, name) for point in points])
    dataset["level"] = ("point", [point.levels[-1] for point in points])
    return dataset


def sweep_trends(table: xr.Dataset) -> xr.Dataset:
    """Trends of C, B, their product and what is retained with measured sparsity, for every eps and implementation.

    Rows as `trends.trend_row`, the regime being `eps=...`; with `censored`, the largest share of seeds of any level
    whose bound was kept to the end of the sequence (their capacity is only known to be no less), and `spread`, the
    largest over the smallest mean of the levels and its bootstrap bounds `spread_low` and `spread_high`, for quantities
    that are positive.
    """
    rows: Rows = []
    sweep = table.isel(point=np.flatnonzero(table["system"].values == SINGLE))
    for implementation in dict.fromkeys(sweep["implementation"].values.tolist()):
        own = sweep.isel(point=np.flatnonzero(sweep["implementation"].values == implementation))
        if len(merge_levels(own["sparsity"].isel(eps=0).values)[0]) < 3:
            continue
        for eps in own["eps"].values:
            some = own.sel(eps=eps)
            for name in QUANTITIES:
                row = trend_row(f"eps={eps:g}", name, implementation, some["sparsity"].values, some[name].values)
                censored = float(some["censored"].mean("seed").max())
                rows.append({**row, "censored": censored, **_spread(some[name].values)})
    return _table(rows)


def against_sweep(table: xr.Dataset) -> xr.Dataset:
    """C times B of every method, less that of the best level of the sparsity sweep, paired by seed; one row a method.

    Columns: `system`, `eps`, `difference` (bits) with `_low` and `_high` (95%, Student), `more_p` and `less_p`
    (one-sided p-values that the method exceeds, or does not reach), `censored` and `reference_censored` (shares of
    seeds whose bound was kept to the end of the sequence; what that leaves open is not tested, its p-value is 1),
    `reference` (label of the best level, by its mean), `product`, `reference_product`; and beside it, the same at every
    eps, what is retained after the whole sequence, less that of the level that retains most: `retained_difference` with
    `_low` and `_high`, `retained`, `retained_reference` (label), `reference_retained`.
    """
    rows: Rows = []
    names = table["system"].values
    sweep = table.isel(point=np.flatnonzero(names == SINGLE))
    kept = sweep["retained"].isel(eps=0).values
    most = int(kept.mean(axis=1).argmax())
    for eps in table["eps"].values:
        products = sweep["product"].sel(eps=eps).values
        best = int(products.mean(axis=1).argmax())
        limited = float(sweep["censored"].sel(eps=eps).values[best].mean())
        for place in np.flatnonzero(names != SINGLE):
            own = table.isel(point=place).sel(eps=eps)
            ahead = paired(own["retained"].values - kept[most])
            tested, censored = paired(own["product"].values - products[best]), float(own["censored"].mean())
            rows.append(
                {
                    "system": str(own["system"].values),
                    "eps": float(eps),
                    **tested,
                    "more_p": 1.0 if limited else tested["more_p"],
                    "less_p": 1.0 if censored else tested["less_p"],
                    "censored": censored,
                    "reference_censored": limited,
                    "product": float(own["product"].mean()),
                    "reference": str(sweep["label"].values[best]),
                    "reference_product": float(products[best].mean()),
                    **{f"retained_{name}": ahead[name] for name in ahead if name.startswith("difference")},
                    "retained": float(own["retained"].mean()),
                    "retained_reference": str(sweep["label"].values[most]),
                    "reference_retained": float(kept[most].mean()),
                }
            )
    return _table(rows)


def paired(difference: Floats, margin: float = 0.0, resolution: float = 0.0) -> dict[str, float]:
    """A paired `difference` with `_low` and `_high` (95%), `more_p` (it is above 0) and `less_p` (below `margin`).

    Args:
        difference: one a seed, shape [seed].
        margin: of `less_p`.
        resolution: steps in which both quantities are counted. Seeds that agree to a step may differ by less than it,
            so the variance of a difference is taken to be at least that of two rounding errors.
    """
    seeds, mean = difference.size, float(difference.mean())
    error = math.sqrt(max(float(difference.var(ddof=1)), resolution**2 / 6) / seeds)
    reach = float(stats.t.isf(0.025, seeds - 1)) * error

    def above(limit: float) -> float:
        if error == 0:
            return 0.0 if mean > limit else 1.0
        return float(stats.t.sf((mean - limit) / error, seeds - 1))

    return {
        "difference": mean,
        "difference_low": mean - reach,
        "difference_high": mean + reach,
        "more_p": above(0.0),
        "less_p": 1.0 - above(margin),
        "seeds": float(seeds),
    }


def _spread(values: Floats) -> dict[str, float]:
    def ratio(chosen: Any) -> Floats:
        means = values[:, chosen].mean(axis=-1)
        smallest = means.min(axis=0)
        return np.divide(means.max(axis=0), smallest, out=np.full(smallest.shape, np.inf), where=smallest > 0)

    if not (values.mean(axis=1) > 0).all():
        return {"spread": np.inf, "spread_low": np.nan, "spread_high": np.inf}
    found = bootstrap_interval(ratio, values.shape[1])
    return {"spread": found.estimate, "spread_low": found.low, "spread_high": found.high}


def _table(rows: Iterable[dict[str, Any]]) -> xr.Dataset:
    listed = list(rows)
    return xr.Dataset({name: ("row", [row[name] for row in listed]) for name in listed[0]}) if listed else xr.Dataset()
