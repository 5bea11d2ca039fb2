"""Retrieved overlap against load: plain and Onsager-corrected dynamics beside the mean field."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title
from theory.mean_field import critical_point, fixed_point


def draw(retrieval: xr.Dataset, amp: xr.Dataset) -> Figure:
    """Draw overlap at the end of retrieval against load in units of capacity, one panel an activity.

    Args:
        retrieval: `sims.recall.summarise_retrieval` (plain dynamics).
        amp: `sims.recall.summarise_amp`, of which the last step is shown.
    """
    plain = retrieval.isel(point=np.flatnonzero(_usual(retrieval)))
    corrected = amp.isel(point=np.flatnonzero(_usual(amp)), step=-1)
    levels = np.unique(np.concatenate([plain["activity"].values, corrected["activity"].values]))[::-1]
    figure = Figure(figsize=(TWO_COLUMNS, 2.7), layout="constrained")
    panels = figure.subplots(1, len(levels), sharey=True, squeeze=False)[0]
    for index, (axes, level) in enumerate(zip(panels, levels, strict=True)):
        summit = critical_point(float(level), retrieval="kwta").load
        share = np.linspace(0.3, 1 - 1e-7, 120)
        branch = [fixed_point(x * summit, float(level), retrieval="kwta").overlap for x in share]
        axes.plot(share, branch, color="0.3", label="mean field")
        axes.axvline(1, color="0.6", linewidth=0.6)
        for shift, (table, name) in enumerate(((corrected, "Onsager-corrected"), (plain, "plain"))):
            rows = table.isel(point=np.flatnonzero(table["activity"].values == level))
            for number, size in enumerate(np.unique(rows["neurons"].values)):
                some = rows.isel(point=np.flatnonzero(rows["neurons"].values == size)).sortby("load")
                estimate, low, high = (
                    some["overlap"].sel(statistic=each).values for each in ("estimate", "low", "high")
                )
                axes.errorbar(
                    some["load"] / summit, estimate, (estimate - low, high - estimate), color=COLOURS[shift],
                    marker=MARKERS[number], fillstyle="full" if shift else "none", linestyle="none",
                    label=f"{name}, $N={size}$",
                )  # fmt: skip
        panel_title(axes, "abcdef"[index], f"$a={level:g}$")
        axes.set_xlabel(r"load $\alpha/\alpha_c$")
        axes.set_ylim(0, 1.03)
    panels[0].set_ylabel("overlap $m$ at the end")
    panels[0].legend(loc="lower left")
    return figure


def _usual(table: xr.Dataset) -> np.ndarray:
    """Fixed-size codes, k winners, clean cues, synchronous updates."""
    usual = (table["code"].values == "fixed-size") & (table["retrieval"].values == "kwta")
    usual &= table["cue_miss"].values == 0
    if "update" in table:
        usual &= table["update"].values == "synchronous"
    return usual
