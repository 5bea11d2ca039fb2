"""Interference of k-WTA codes of real images beside the law of independent patterns."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, log_axes, panel_title
from theory.activity import DENTATE_GYRUS, NEOCORTEX


def draw(table: xr.Dataset) -> Figure:
    """Draw interference, and its excess over independent codes, at every coding level of the shared grid.

    Args:
        table: `sims.real_codes.summarise_real_codes`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(table.activity, table["independent"].isel(code=0), color="0.4", label="independent codes (exact)")
    for index, code in enumerate(table["code"].values):
        source, centring, _ = str(code).split(",")
        row = table.sel(code=code)
        style = {
            "color": COLOURS[index],
            "marker": MARKERS[index],
            "label": f"{source}, {'mean image subtracted' if centring == 'centred' else 'as they are'}",
            "linestyle": "--",
            "linewidth": 0.6,
        }
        for axes, name in ((left, "interference"), (right, "excess")):
            estimate, low, high = (row[f"{name}{suffix}"].values for suffix in ("", "_low", "_high"))
            axes.errorbar(row.activity, estimate, np.stack([estimate - low, high - estimate]), **style)
    right.axhline(1, color="0.4")
    for axes in (left, right):
        log_axes(axes)
        axes.set(xlabel="activity $a = k/N$")
        axes.set_xticks(table.activity.values, [f"{level:g}" for level in table.activity.values])
        axes.minorticks_off()
        for span, name in ((DENTATE_GYRUS, "dentate\ngyrus"), (NEOCORTEX, "neocortex")):
            axes.axvspan(*span, color="0.93", zorder=0)
            centre = float(np.sqrt(span[0] * span[1]))
            axes.text(
                centre,
                0.02,
                name,
                transform=axes.get_xaxis_transform(),
                ha="center",
                va="bottom",
                fontsize=6,
                color="0.35",
            )
    left.set_ylabel("write interference $I$ (Hebb rule)")
    right.set_ylabel("measured / independent")
    panel_title(left, "a", "Interference of k-WTA codes")
    panel_title(right, "b", "Excess over independent codes")
    right.set_ylim(bottom=0.3)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
