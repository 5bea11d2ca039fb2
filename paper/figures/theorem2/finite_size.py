"""Measured capacity of the plain dynamics against network size, and what changes it."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title
from sims.finite_size import extrapolate_capacity

FITS = 0.01
"""Smallest p-value of a law of corrections that counts as fitting."""

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
    """Draw capacity over the mean field's, against N^-1/2 and for every condition.

    At infinite N: the limit if corrections fall like N^-1/2, where that fits, with the range of the limits under all
    laws that fit. None where capacity still rises with N.

    Args:
        capacity: `sims.capacity.summarise_capacity`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    keys = condition_keys(capacity)
    usual = next(iter(CONDITIONS))
    chosen = capacity.isel(point=usual_rows(capacity))
    limits = extrapolate_capacity(chosen)
    for index, level in enumerate(np.unique(chosen["activity"].values)[::-1]):
        rows = chosen.isel(point=np.flatnonzero(chosen["activity"].values == level)).sortby("neurons")
        scale = rows["predicted"].values
        ratio = rows["load"].values / scale
        ends = np.abs(np.stack([rows["load_low"], rows["load_high"]]) / scale - ratio)
        colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
        left.errorbar((1e3 / rows["neurons"]) ** 0.5, ratio, ends, color=colour, marker=marker, label=f"$a={level:g}$")
        _limit(left, limits, level, colour, marker)
    left.axhline(1, color="0.6", linewidth=0.6)
    left.set(xlabel=r"$\sqrt{1000/N}$", ylabel=r"capacity / mean field's $\alpha_c$")
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


def _limit(axes: Axes, limits: xr.Dataset | None, level: float, colour: str, marker: str) -> None:
    if limits is None:
        return
    falling = limits["slope"].values > 0  # capacities that still rise with N are not yet near their limit
    told = (limits["activity"].values == level) & (limits["p_value"].values > FITS) & falling
    some = limits.isel(point=np.flatnonzero(told))
    half = some.isel(point=np.flatnonzero(np.isclose(some["exponent"].values, 0.5)))
    if half.sizes["point"]:
        low = float((some["limit"] - 1.96 * some["standard_error"]).min())
        high = float((some["limit"] + 1.96 * some["standard_error"]).max())
        limit = float(half["limit"][0])
        reach = [[limit - low], [high - limit]]
        axes.errorbar(0, limit, reach, color=colour, marker=marker, fillstyle="none", capsize=3)


def usual_rows(table: xr.Dataset) -> list[int]:
    """The rows under the usual condition: fixed-size code, k winners, plain dynamics, clean cues."""
    return [row for row, key in enumerate(condition_keys(table)) if key == next(iter(CONDITIONS))]


def condition_keys(table: xr.Dataset) -> list[tuple]:
    """Code, retrieval, dynamics, order of updates and cue noise of every row."""
    columns = [table[name].values.tolist() for name in ("code", "retrieval", "dynamics", "update", "cue_miss")]
    return list(zip(*columns, strict=True))
