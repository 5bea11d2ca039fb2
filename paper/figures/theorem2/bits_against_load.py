"""Bits per synapse against load, under Shannon's curve: one step, fixed points, graded patterns."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title
from theory.ceiling import shannon_ceiling
from theory.information import SHANNON_LIMIT
from theory.mean_field import critical_point, fixed_point
from theory.one_step import most_informative_recall, one_step_recall

ACTIVITIES = (0.5, 0.1, 0.02, 0.005)
"""Activities shown; measured points of others are left out."""


def draw(keyed: xr.Dataset, graded: xr.Dataset, retrieval: xr.Dataset) -> Figure:
    """Draw C B / N^2 against p/N: keyed and graded recall in one step, and fixed points of recurrent retrieval.

    Args:
        keyed: `sims.keyed.summarise_keyed`.
        graded: `sims.graded.summarise_graded`.
        retrieval: `sims.recall.summarise_retrieval`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    loads = np.geomspace(0.03, 300, 160)
    for axes in (left, right):
        axes.axhline(SHANNON_LIMIT, color=COLOURS[1], linestyle="--", label=r"$1/(2\ln 2)$")
        axes.plot(loads, [shannon_ceiling(load) for load in loads], color=COLOURS[1], label="ceiling")
    for colour, marker, level in zip(COLOURS[2:], MARKERS, ACTIVITIES, strict=False):
        colour = COLOURS[0] if colour == COLOURS[2] else colour
        best = [most_informative_recall(load, level).bits_per_synapse for load in loads]
        dotted = "most informative threshold" if level == ACTIVITIES[0] else None
        left.plot(loads, best, color=colour, linestyle=":", label=dotted)
        left.plot(loads, [one_step_recall(load, level).bits_per_synapse for load in loads], color=colour)
        rows = keyed.isel(point=np.flatnonzero(keyed["activity"].values == level))
        bits = rows["bits_per_synapse"].values
        ends = np.abs(np.stack([rows["bits_per_synapse_low"], rows["bits_per_synapse_high"]]) - bits)
        left.errorbar(
            rows["load"], bits, ends, color=colour, marker=marker, linestyle="none", fillstyle="none",
            label=f"$a={level:g}$",
        )  # fmt: skip
        summit = critical_point(level, retrieval="kwta").load
        branch = np.geomspace(0.03, summit * (1 - 1e-6), 60)
        right.plot(
            branch,
            [fixed_point(load, level, retrieval="kwta").recall.bits_per_synapse for load in branch],
            color=colour,
            label=f"$a={level:g}$",
        )
        rows = retrieval.isel(point=np.flatnonzero(retrieval["activity"].values == level))
        bits, low, high = (rows["bits_per_synapse"].sel(statistic=name).values for name in ("estimate", "low", "high"))
        right.errorbar(rows["load"], bits, (bits - low, high - bits), color=colour, marker=marker, linestyle="none")
    gaussian = graded.isel(point=np.flatnonzero(graded["law"].values == "gaussian"))
    bits = gaussian["bits_per_synapse"].values
    ends = np.abs(np.stack([gaussian["bits_per_synapse_low"], gaussian["bits_per_synapse_high"]]) - bits)
    left.errorbar(
        gaussian["load"], bits, ends, color=COLOURS[1], marker="*", markersize=6, linestyle="none",
        label="Gaussian patterns",
    )  # fmt: skip
    panel_title(left, "a", "One step")
    panel_title(right, "b", "Fixed points, $k$ winners take all")
    left.set(ylabel="bits per synapse $C\\,B/N^2$")
    for axes in (left, right):
        axes.set(xscale="log", xlabel="load $p/N$", ylim=(0, 0.78))
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure
