"""What memories of equal size retain as items arrive: blackout of a single regime, steady growth of a dual one."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.proposition1 import systems
from paper.style import TWO_COLUMNS, panel_title


def draw(retention: xr.Dataset) -> Figure:
    """Draw bits retained in exact items, and mutual information, against bits presented, all per synapse.

    Args:
        retention: `sims.sequential_tables.summarise_retention`, equally many items at every memory.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.3), layout="constrained")
    panels = figure.subplots(1, 3)
    regimes = (systems.FROZEN, systems.LIVE, systems.EQUAL, systems.BATCH_HEBB, systems.SINGLE, systems.DENSE)
    others = (
        systems.FROZEN, systems.REHEARSED_DELTA, systems.DECAYING, systems.CLIPPED, systems.PARTITIONED,
        systems.NO_CONSOLIDATION,
    )  # fmt: skip
    for axes, quantity, shown in zip(
        panels, ("retained", "retained", "information"), (regimes, others, regimes), strict=True
    ):
        for row in _best(retention, shown):
            _line(axes, retention.isel(point=row), quantity)
        presented = (retention["items"] * retention["item_bits"] / retention["synapses"]).max()
        axes.plot([0, presented], [0, presented], color="0.75", linewidth=0.6, zorder=0)
        axes.set_xlabel("bits presented per synapse")
        axes.set_ylim(bottom=0)
    panels[2].axhline(1 / (np.pi * np.log(2)), color="0.4", linewidth=0.6, linestyle=":")
    panels[2].annotate(
        r"$1/(\pi\ln 2)$", (1, 1 / (np.pi * np.log(2))), xycoords=("axes fraction", "data"), ha="right", va="bottom",
        fontsize=6,
    )  # fmt: skip
    panel_title(panels[0], "a", "regimes")
    panel_title(panels[1], "b", "rehearsal and palimpsests")
    panel_title(panels[2], "c", "information, errors ignored")
    panels[0].set_ylabel("bits in exact items per synapse")
    panels[1].set_ylabel("bits in exact items per synapse")
    panels[2].set_ylabel("mutual information, bits per synapse")
    handles = dict(zip(*reversed(panels[0].get_legend_handles_labels()), strict=True))
    handles |= dict(zip(*reversed(panels[1].get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    return figure


def _best(table: xr.Dataset, shown: tuple[systems.Look, ...]) -> list[int]:
    """One row for each look: the one that retains most at any time."""
    looks = systems.looks(table)
    peak = table["retained"].max("checkpoint").values
    candidates = [[row for row, each in enumerate(looks) if each == wanted] for wanted in shown]
    return [max(each, key=lambda row: peak[row]) for each in candidates if each]


def _line(axes: Axes, row: xr.Dataset, quantity: str) -> None:
    drawn = systems.look(row)
    presented = row["items"].values * float(row["item_bits"]) / float(row["synapses"])
    axes.plot(
        presented,
        row[quantity],
        color=drawn.colour,
        linestyle=drawn.line,
        linewidth=drawn.width,
        label=_name(row, drawn),
    )
    axes.fill_between(
        presented, row[f"{quantity}_low"], row[f"{quantity}_high"], color=drawn.colour, alpha=0.2, linewidth=0
    )


def _name(row: xr.Dataset, drawn: systems.Look) -> str:
    return f"{drawn.name}, best $a = 1/{1 / float(row['activity']):.0f}$" if drawn == systems.SINGLE else drawn.name
