"""Long-term content and gain of dual memories against rho, beside their predictions and the critical line."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.proposition1 import systems
from paper.style import TWO_COLUMNS, panel_title
from theory.block_code import one_shot_bits
from theory.dual_regime import critical_rho, gain

DRAWN = (systems.FROZEN, systems.FROZEN_COUNTED, systems.LIVE, systems.EQUAL, systems.BATCH_HEBB)


def draw(table: xr.Dataset, ceiling: float, error_rate: float) -> Figure:
    """Draw bits per synapse at the criterion and the gain over the best single regime of equal size.

    Args:
        table: `sims.sequential_tables.summarise_gain`.
        ceiling: G, bits per synapse to which slow zones are trained.
        error_rate: the criterion.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.3), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True)
    sizes = np.unique(table["size"].values)
    looks = np.array([each.name for each in systems.looks(table)])
    for place, drawn in enumerate((*DRAWN, systems.SINGLE, systems.DENSE)):
        for number, size in enumerate(sizes):
            shift = 1.012 ** (place - 3 + 7 * (number - (len(sizes) - 1) / 2))  # so that no point hides another
            some = systems.rows(table, (looks == drawn.name) & (table["size"].values == size)).sortby("rho")
            if some.sizes["point"]:
                fill = "full" if number == len(sizes) - 1 else "none"
                _points(panels[0], some, "bits_per_synapse", drawn, fill, shift)
                if drawn in DRAWN:
                    _points(panels[1], some, "gain", drawn, fill, shift)
                if number == len(sizes) - 1:
                    panels[0].plot(some["rho"], some["predicted"], color=drawn.colour, linestyle=drawn.line)
                    if drawn in DRAWN:
                        panels[1].plot(some["rho"], some["predicted_gain"], color=drawn.colour, linestyle=drawn.line)
    eta = one_shot_bits(2.0**-8, error_rate)
    rho = np.geomspace(table["rho"].values.min(), 1, 100)
    panels[1].plot(
        rho, [gain(each, eta, ceiling) for each in rho], color="0.3", linestyle=":", label="large $n$, $a_1=1/256$"
    )
    panels[1].axvline(critical_rho(eta, ceiling), color="0.6", linewidth=0.6)
    panels[1].annotate(
        r"critical $\rho$", (critical_rho(eta, ceiling), 1), xycoords=("data", "axes fraction"), xytext=(-2, -8),
        textcoords="offset points", rotation=90, ha="right", va="top", fontsize=6,
    )  # fmt: skip
    panels[1].axhline(1, color="0.6", linewidth=0.6)
    for axes in panels:
        axes.set(xscale="log", xlabel=r"$\rho$, share of content between offline phases")
        axes.set_xticks(np.unique(table["rho"].values), [f"{each:g}" for each in np.unique(table["rho"].values)])
        axes.minorticks_off()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(bottom=0)
    panels[0].set_ylabel(f"bits per synapse at bit error {error_rate:g}")
    panels[1].set_ylabel("gain over the best single regime")
    panel_title(panels[0], "a", "long-term content; lines: predicted, largest size")
    hollow = ", ".join(str(size) for size in sizes[:-1])
    panel_title(panels[1], "b", f"filled $N_2={sizes[-1]}$" + (f", open {hollow}" if hollow else ""))
    handles = dict(zip(*reversed(panels[0].get_legend_handles_labels()), strict=True))
    handles |= dict(zip(*reversed(panels[1].get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    return figure


def _points(axes: Axes, some: xr.Dataset, quantity: str, drawn: systems.Look, fill: str, shift: float) -> None:
    value = some[quantity].values
    reach = np.stack([value - some[f"{quantity}_low"].values, some[f"{quantity}_high"].values - value])
    axes.errorbar(
        some["rho"].values * shift, value, np.maximum(reach, 0), color=drawn.colour, marker=drawn.marker,
        linestyle="none", fillstyle=fill, label=drawn.name if fill == "full" else None,
    )  # fmt: skip
