"""Measured capacity of the plain dynamics against network size, and what changes it."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title
from sims.replicas import extrapolate

CONDITIONS = {
    ("fixed-size", "kwta", "plain", "synchronous", 0.0): "plain, $k$ winners",
    ("fixed-size", "kwta", "plain", "random", 0.0): "random order",
    ("fixed-size", "kwta", "plain", "synchronous", 0.2): "20% of cue replaced",
    ("bernoulli", "kwta", "plain", "synchronous", 0.0): "Bernoulli code",
    ("fixed-size", "threshold", "plain", "synchronous", 0.0): "fixed threshold",
    ("bernoulli", "threshold", "plain", "synchronous", 0.0): "fixed threshold,\nBernoulli code",
    ("fixed-size", "kwta", "amp", "synchronous", 0.0): "Onsager-corrected",
}
"""The conditions compared, by code, retrieval, dynamics, order of updates and cue noise."""


def draw(capacity: xr.Dataset) -> Figure:
    """Draw capacity over the mean field's, against 1/N and for every condition.

    Args:
        capacity: `sims.capacity.summarise_capacity`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    keys = condition_keys(capacity)
    usual = next(iter(CONDITIONS))
    chosen = capacity.isel(point=[row for row, key in enumerate(keys) if key == usual])
    for index, level in enumerate(np.unique(chosen["activity"].values)[::-1]):
        rows = chosen.isel(point=np.flatnonzero(chosen["activity"].values == level)).sortby("neurons")
        scale = rows["predicted"].values
        ratio = rows["load"].values / scale
        ends = np.abs(np.stack([rows["load_low"], rows["load_high"]]) / scale - ratio)
        colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
        left.errorbar(1e3 / rows["neurons"], ratio, ends, color=colour, marker=marker, label=f"$a={level:g}$")
        if rows.sizes["point"] >= 3:
            limit, error, *_ = extrapolate(rows["neurons"].values, ratio, rows["standard_error"].values / scale)
            left.errorbar(0, limit, 1.96 * error, color=colour, marker=marker, fillstyle="none", capsize=3)
    left.axhline(1, color="0.6", linewidth=0.6)
    left.set(xlabel="$1000/N$", ylabel=r"capacity / mean field's $\alpha_c$")
    left.legend(ncols=2)
    panel_title(left, "a", "Plain dynamics from the pattern, $k$ winners")
    controls = [(row, CONDITIONS[key]) for row, key in enumerate(keys) if key != usual and key in CONDITIONS]
    if controls:
        first = controls[0][0]
        size, level = capacity["neurons"].values[first], capacity["activity"].values[first]
        same = (capacity["neurons"].values == size) & (capacity["activity"].values == level)
        shown = [row for row in np.flatnonzero(same) if keys[row] in CONDITIONS]
        for place, row in enumerate(shown):
            one = capacity.isel(point=row)
            ratio = float(one["load"] / one["predicted"])
            ends = np.abs(np.array([[one["load_low"]], [one["load_high"]]]) / float(one["predicted"]) - ratio)
            right.errorbar(ratio, place, xerr=ends, color=COLOURS[0], marker="o", capsize=2)
        right.set_yticks(range(len(shown)), [CONDITIONS[keys[row]] for row in shown])
        right.invert_yaxis()
        right.axvline(1, color="0.6", linewidth=0.6)
        right.set_xlabel(r"capacity / mean field's capacity")
        panel_title(right, "b", f"Controls, $N={size}$, $a={level:g}$")
    return figure


def condition_keys(table: xr.Dataset) -> list[tuple]:
    """Code, retrieval, dynamics, order of updates and cue noise of every row."""
    columns = [table[name].values.tolist() for name in ("code", "retrieval", "dynamics", "update", "cue_miss")]
    return list(zip(*columns, strict=True))
