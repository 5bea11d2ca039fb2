"""What Experiment 1 asks of one measured point: one number a seed for every quantity, and the tables of them.

Interference is taken at every checkpoint between the task in training and every task learned before it, over the
weights that learn: what frozen weights would do has no effect.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from transformer_checks.bootstrap import mean_bootstrap
from transformer_checks.exp1 import InterferencePoint
from transformer_checks.groups import GROUPS
from transformer_checks.trends import Row, agreement_row, linear_row, merge_levels, trend_row

Floats = NDArray[np.float64]

TESTED = ("interference", "forgetting", "relative_interference", "relative_forgetting", "gradient_norm", "overlap")
"""Quantities whose trend with sparsity is tested."""

CURVES = ("interference", "forgetting")
"""Quantities compared between k-winners-take-all and L1."""

FITTED = (("interference", "forgetting"), ("path_interference", "forgetting"))
"""Predictors and outcomes whose proportionality is tested."""


def quantities(point: InterferencePoint, data: xr.Dataset) -> dict[str, Floats]:
    """Every quantity of one point, shape [seed].

    - `sparsity`: 1 - density after training, mean over stages, layers and tasks.
    - `interference`: I, the mean of |inner product| of the gradients of the task in training and an earlier one;
      `interference_GROUP` the same within one group of weights; `signed_interference` without the modulus.
    - `gradient_norm`: the root of the mean squared gradient norm of the same tasks.
    - `relative_interference`: I over the mean product of both norms; `own_interference`: I over the mean squared
      gradient of the task in training.
    - `forgetting`: F, rise of a task's loss from the end of its training to the end of the sequence, mean over all but
      the last task; `accuracy_forgetting` the fall of its accuracy; `path_interference`: the rise that gradients along
      the path account for.
    - `richness`: B, fall of a task's loss in its own training; `relative_forgetting`: F / B. `accuracy`: at the end of
      its own training.
    - `overlap`: cosine of how often two tasks use each unit, at the end, 0 where one uses none; `dead`: units no task
      uses, at the end; `excess`: winners beyond k per token; `steps`: a task's training steps.
    """
    loss, accuracy = data["loss"].values.astype(np.float64), data["accuracy"].values.astype(np.float64)
    tasks = loss.shape[2]
    learned = np.arange(tasks)
    end, start = loss[:, learned + 1, learned], loss[:, learned, learned]
    forgetting = (loss[:, tasks, :-1] - end[:, :-1]).mean(axis=1)
    richness = (start - end).mean(axis=1)
    training = data["training"].values
    path = np.stack([data["path"].values[:, training > task, task].sum(axis=1) for task in range(tasks - 1)])
    own_accuracy = accuracy[:, learned + 1, learned]
    return {
        "sparsity": 1 - data["density"].values[:, 1:].mean(axis=(1, 2, 3)),
        **_interference(data, point.memorised, point.protocol.plastic),
        "forgetting": forgetting,
        "accuracy_forgetting": (own_accuracy[:, :-1] - accuracy[:, tasks, :-1]).mean(axis=1),
        "path_interference": path.mean(axis=0),
        "richness": richness,
        "relative_forgetting": forgetting / richness,
        "accuracy": own_accuracy.mean(axis=1),
        "overlap": _overlap(data),
        "dead": data["dead"].values[:, -1].mean(axis=1),
        "excess": data["excess"].values.mean(axis=(1, 2, 3)),
        "steps": data["steps"].values.mean(axis=1),
    }


def _interference(data: xr.Dataset, memorised: bool, plastic: tuple[str, ...]) -> dict[str, Floats]:
    """All that is made of inner products of gradients."""
    inner = data["inner"].values.astype(np.float64)  # seed, checkpoint, group, task, other
    learns = np.isin(GROUPS, plastic)
    total = inner[:, :, learns].sum(axis=2)
    # A sampled gradient's squared norm is biased upwards by noise; that between independent halves is not.
    unbiased = total if memorised else data["crossed"].values.astype(np.float64)[:, :, learns].sum(axis=2)
    squares = np.maximum(np.diagonal(unbiased, axis1=2, axis2=3), 0.0)  # seed, checkpoint, task
    training = data["training"].values
    pairs = [(at, old, now) for at, now in enumerate(training.tolist()) for old in range(now)]
    at, old, now = (np.array(each) for each in zip(*pairs, strict=True))
    magnitude = np.abs(total[:, at, old, now]).mean(axis=1)
    both = (squares[:, at, old] + squares[:, at, now]) / 2
    norms = np.sqrt(squares[:, at, old] * squares[:, at, now]).mean(axis=1)
    return {
        "interference": magnitude,
        **{
            f"interference_{name}": np.abs(inner[:, at, group, old, now]).mean(axis=1)
            for group, name in enumerate(GROUPS)
        },
        "signed_interference": total[:, at, old, now].mean(axis=1),
        "gradient_norm": np.sqrt(both.mean(axis=1)),
        "relative_interference": magnitude / norms,
        "own_interference": magnitude / squares[:, at, now].mean(axis=1),
    }


def _overlap(data: xr.Dataset) -> Floats:
    used = data["overlap"].values[:, -1].astype(np.float64)  # seed, layer, task, other
    size = np.sqrt(np.diagonal(used, axis1=2, axis2=3))
    both = size[..., :, None] * size[..., None, :]
    cosine = np.divide(used, both, out=np.zeros_like(used), where=both > 0)
    apart = ~np.eye(used.shape[-1], dtype=bool)
    return cosine[..., apart].mean(axis=(1, 2))


def summarise(points: Sequence[InterferencePoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """All quantities of all points by seed (dims point and seed, NaN beyond a point's seeds), with what they are of.

    For every quantity also `NAME_mean`, `NAME_low` and `NAME_high`: 95% bootstrap interval over seeds.
    """
    found = [quantities(point, data) for point, data in zip(points, datasets, strict=True)]
    most = max(point.seeds for point in points)
    columns: dict[str, tuple[tuple[str, ...], list[object] | Floats]] = {
        name: (("point",), [getattr(point, name) for point in points])
        for name in ("regime", "family", "implementation", "level", "label")
    }
    for name in found[0]:
        values = np.full((len(points), most), np.nan)
        for row, (point, each) in enumerate(zip(points, found, strict=True)):
            values[row, : point.seeds] = each[name]
        columns[name] = (("point", "seed"), values)
        intervals = [mean_bootstrap(each[name]) for each in found]
        columns |= {
            f"{name}_{end}": (("point",), np.array([getattr(each, field) for each in intervals]))
            for end, field in (("mean", "estimate"), ("low", "low"), ("high", "high"))
        }
    return xr.Dataset(columns)


def trends(table: xr.Dataset) -> xr.Dataset:
    """The trend of every tested quantity in every regime and implementation with at least three levels."""
    return _rows(
        trend_row(regime, name, implementation, own["sparsity"], own[name])
        for regime, implementation, own in _curves(table)
        for name in TESTED
    )


def linear(table: xr.Dataset) -> xr.Dataset:
    """Fits of every predictor and outcome in every regime and implementation."""
    return _rows(
        linear_row(regime, predictor, outcome, implementation, own["sparsity"], own[predictor], own[outcome])
        for regime, implementation, own in _curves(table)
        for predictor, outcome in FITTED
    )


def agreement(table: xr.Dataset) -> xr.Dataset:
    """Comparison of k-winners-take-all with L1 in every regime that has both."""
    curves = {(regime, implementation): own for regime, implementation, own in _curves(table)}
    both = [regime for regime, implementation in curves if implementation == "kwta" and (regime, "l1") in curves]
    return _rows(
        agreement_row(
            regime,
            name,
            {each: (curves[regime, each]["sparsity"], curves[regime, each][name]) for each in ("kwta", "l1")},
        )
        for regime in both
        for name in CURVES
    )


def _curves(table: xr.Dataset) -> Iterable[tuple[str, str, dict[str, Floats]]]:
    """Every regime and implementation with at least three levels of different sparsity: quantities as [level, seed]."""
    regime, implementation = table["regime"].values, table["implementation"].values
    for name in dict.fromkeys(regime.tolist()):
        for kind in dict.fromkeys(implementation[regime == name].tolist()):
            own = table.isel(point=np.flatnonzero((regime == name) & (implementation == kind)))
            own = own.isel(seed=np.isfinite(own["sparsity"].values).any(axis=0))
            if len(merge_levels(own["sparsity"])[0]) >= 3:
                yield name, kind, {str(each): own[each].values for each in own if own[each].ndim == 2}


def _rows(rows: Iterable[Row]) -> xr.Dataset:
    listed = list(rows)
    return xr.Dataset({name: ("row", [row[name] for row in listed]) for name in listed[0]}) if listed else xr.Dataset()
