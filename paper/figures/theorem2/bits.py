"""Bits per synapse against activity for every rule, under the two ceilings."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.capacity import NEURONS
from paper.figures.theorem2 import curves
from paper.style import COLOURS, TWO_COLUMNS, panel_title
from theory.activity import DENTATE_GYRUS, NEOCORTEX
from theory.any_rule import projection_bits
from theory.information import SHANNON_LIMIT


def draw(keyed: xr.Dataset, retrieval: xr.Dataset, willshaw: xr.Dataset | None = None) -> Figure:
    """Draw C B / N^2 against activity, over decades and enlarged.

    Args:
        keyed: `sims.keyed.summarise_keyed`: of each activity the load with the most bits is shown.
        retrieval: `sims.recall.summarise_retrieval`: of each activity the load with the most bits is shown.
        willshaw: measured bits per synapse of the Willshaw rule, variables activity, bits_per_synapse and its ends.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.9), layout="constrained")
    wide, near = figure.subplots(1, 2)
    for axes, lowest in ((wide, 1e-12), (near, 1e-3)):
        levels = curves.activities(lowest)
        axes.axhline(2, color=COLOURS[2], linestyle="--", linewidth=0.8, label="2 bits: Cover, $a=1/2$")
        axes.plot(levels, curves.best_weights_bits(levels), color=COLOURS[2], label="best weights, no error: $G(a)$")
        axes.axhline(SHANNON_LIMIT, color=COLOURS[1], linestyle="--", label="one-shot ceiling $1/(2\\ln 2)$")
        axes.plot(levels, curves.most_bits(levels), color=COLOURS[0], label=r"covariance rule: $\eta(a)$")
        at_eps = f"covariance rule, one step, {curves.EPS:.0%} wrong"
        axes.plot(levels, curves.one_step_bits(levels), color=COLOURS[5], label=at_eps)
        axes.plot(
            levels, curves.erring_weights_bits(levels), color=COLOURS[2], linestyle=":",
            label=f"best weights, {curves.EPS:.0%} wrong (replica)",
        )  # fmt: skip
        axes.plot(
            *curves.hebb_bits(), color="0.45", linestyle="-.",
            label=f"Hebb rule, one step, {curves.EPS:.0%} wrong, $N=10^{{{np.log10(NEURONS):.0f}}}$",
        )  # fmt: skip
        axes.plot(levels, projection_curve(levels), color=COLOURS[3], label="projection rule")
        scale = curves.most_bits(np.array([0.5]))[0] / 0.25
        axes.plot(levels, scale * levels**2, color=COLOURS[6], linestyle=":", label=r"as printed: $\propto a^2$")
        axes.set(xscale="log", xlabel="activity $a$")
    for axes in (wide, near):
        axes.set_ylim(0, 2.1)
    near.set(xlim=(8e-4, 0.65), ylim=(0, 0.8))
    for (low, high), name in ((DENTATE_GYRUS, "dentate\ngyrus"), (NEOCORTEX, "neo-\ncortex")):
        near.axvspan(low, high, color="0.93", zorder=0)
        near.text(np.sqrt(low * high), 0.015, name, ha="center", va="bottom", fontsize=6, color="0.35")
    for table, marker, label in (
        (keyed, "s", "simulated: keyed, one step, any error"),
        (retrieval, "o", "simulated: fixed points"),
    ):
        level, bits, low, high = best_by_activity(table)
        near.errorbar(
            level, bits, (bits - low, high - bits), color=COLOURS[0], marker=marker, linestyle="none",
            fillstyle="none" if marker == "s" else "full", label=label,
        )  # fmt: skip
    if willshaw is not None:
        bits = willshaw["bits_per_synapse"].values
        ends = np.abs(np.stack([willshaw["bits_per_synapse_low"], willshaw["bits_per_synapse_high"]]) - bits)
        near.errorbar(
            willshaw["activity"],
            bits,
            ends,
            color=COLOURS[4],
            marker="^",
            linestyle="none",
            label="simulated: Willshaw",
        )
    wide.set_ylabel("bits per synapse $C\\,B/N^2$")
    panel_title(wide, "a", "Twelve decades")
    panel_title(near, "b", "Enlarged, with simulations")
    handles, labels = near.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def projection_curve(levels: curves.Curve) -> curves.Curve:
    """Bits per synapse of the projection rule."""
    return np.array([projection_bits(float(level)) for level in levels])


def best_by_activity(table: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Activity, bits per synapse and its interval, at the load with the most bits for each activity."""
    if "statistic" in table["bits_per_synapse"].dims:
        values = [table["bits_per_synapse"].sel(statistic=name).values for name in ("estimate", "low", "high")]
    else:
        values = [table[name].values for name in ("bits_per_synapse", "bits_per_synapse_low", "bits_per_synapse_high")]
    activity = table["activity"].values
    rows = []
    for level in np.unique(activity):
        here = np.flatnonzero(activity == level)
        rows.append(here[np.nanargmax(values[0][here])])
    return activity[rows], values[0][rows], values[1][rows], values[2][rows]
