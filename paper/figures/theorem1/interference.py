"""Write interference against activity: exact theory, simulation with error bars, and their difference."""

import numpy as np
import sympy as sp
import xarray as xr
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, log_axes, panel_title
from theory.interference import interference_formula
from theory.notation import N, a

CODES = ("bernoulli", "fixed-size")
_FILL = {"bernoulli": "full", "fixed-size": "none"}


def draw(table: xr.Dataset) -> Figure:
    """Draw I(a) of the Hebb rule for every network size, with residuals in standard errors below.

    Args:
        table: `sims.interference.summarise_overlaps`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 4.2), layout="constrained")
    grid = figure.subplots(2, 2, sharex=True, sharey="row", height_ratios=(2.4, 1))
    sizes = np.unique(table["neurons"].values)
    activities = np.geomspace(0.6 * float(table.activity.min()), 0.995, 400)
    largest = 4.0
    for column, code in enumerate(CODES):
        top, bottom = grid[0, column], grid[1, column]
        curve = sp.lambdify((a, N), interference_formula(code))
        for index, size in enumerate(sizes):
            colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
            shown = activities[activities * size >= 1]  # at least one active unit
            top.plot(shown, curve(shown, float(size)), color=colour, zorder=1)
            chosen = (table["code"].values == code) & (table["neurons"].values == size)
            if not chosen.any():
                continue
            points = table.isel(point=np.flatnonzero(chosen))
            measured = points["interference_hebb"]
            estimate, error, predicted = (
                measured.sel(statistic=name).values for name in ("estimate", "standard_error", "predicted")
            )
            interval = np.abs(np.stack([measured.sel(statistic=name).values for name in ("low", "high")]) - estimate)
            interval[0] = np.minimum(interval[0], 0.999 * estimate)  # a logarithmic axis has no zero
            style = {"color": colour, "marker": marker, "linestyle": "none", "fillstyle": _FILL[code]}
            label = f"$N = 10^{{{round(np.log10(size))}}}$"
            top.errorbar(points.activity, estimate, interval, label=label, **style)
            with np.errstate(invalid="ignore", divide="ignore"):
                residual = (estimate - predicted) / error
            bottom.plot(points.activity, residual, **style)
            largest = max(largest, float(np.nanmax(np.abs(residual))))
        top.plot(activities, activities**4, color="0.6", linestyle="--", linewidth=0.8, label="$a^4$ (large $N$)")
        log_axes(top)
        panel_title(top, "ab"[column], f"{'Bernoulli' if column == 0 else 'Fixed-size'} codes")
        bottom.axhspan(-2, 2, color="0.93", zorder=0)
        bottom.axhline(0, color="0.6", linewidth=0.6)
        bottom.set(xlabel="activity $a$")
    grid[1, 0].set_ylim(-1.1 * largest, 1.1 * largest)
    grid[0, 0].set_ylabel("write interference $I$ (Hebb rule)")
    grid[1, 0].set_ylabel("(measured − exact)\n/ standard error")
    grid[0, 0].legend(loc="upper left")
    return figure
