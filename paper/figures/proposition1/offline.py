"""The currency in which a dual memory wins: offline phases and weight updates for the same long-term content."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.proposition1 import systems
from paper.style import TWO_COLUMNS, panel_title

DRAWN = (systems.FROZEN, systems.FROZEN_COUNTED, systems.LIVE, systems.REHEARSED_DELTA, systems.REHEARSED_HEBB)


def draw(table: xr.Dataset) -> Figure:
    """Draw bits per synapse at the criterion against offline phases, and against presentations per item.

    Args:
        table: `sims.sequential_tables.summarise_gain` of dual memories at several rho and of rehearsed single ones at
            several intervals.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 2.9), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    looks = np.array([each.name for each in systems.looks(table)])
    value = table["bits_per_synapse"].values
    reach = np.stack([value - table["bits_per_synapse_low"].values, table["bits_per_synapse_high"].values - value])
    bits = value * table["synapses"].values
    updates = table["updates"].values / np.maximum(bits, 1)
    for drawn in DRAWN:
        chosen = np.flatnonzero(looks == drawn.name)
        for axes, cost, line in (
            (panels[0], table["offline_phases"].values, drawn.line),
            (panels[1], updates, "none"),  # not a function of this cost
        ):
            order = chosen[np.argsort(cost[chosen])]
            axes.errorbar(
                cost[order], value[order], np.maximum(reach[:, order], 0), color=drawn.colour, marker=drawn.marker,
                linestyle=line, label=drawn.name,
            )  # fmt: skip
            axes.set_xscale("log")
    panels[0].set_xlabel("offline phases")
    panels[1].set_xlabel("presentations (item and output) per bit kept")
    panels[0].set_ylabel("bits per synapse at the criterion")
    panels[0].set_ylim(bottom=0)
    panel_title(panels[0], "a", "by offline phases")
    panel_title(panels[1], "b", "by weight updates")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
