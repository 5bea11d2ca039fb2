"""Capacity against activity: theory, simulation, and the law as the proposal prints it."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.theorem2 import curves
from paper.style import COLOURS, TWO_COLUMNS, log_axes


def draw(capacity: xr.Dataset, perceptron: xr.Dataset | None = None) -> Figure:
    """Draw load p/N against activity over decades.

    Args:
        capacity: `sims.capacity.summarise_capacity`; of every condition the largest network is shown.
        perceptron: the perceptron's measured capacities, variables activity, load, load_low, load_high.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.6), layout="constrained")
    axes = figure.subplots()
    levels = curves.activities(1e-4)
    axes.plot(levels, 1 / levels, color="0.6", linestyle="--", label="any rule: Cover's count, $1/a$")
    axes.plot(levels, curves.gardner(levels), color=COLOURS[2], label="best weights (Gardner)")
    axes.plot(levels, curves.capacity(levels), color=COLOURS[0], label=r"covariance rule, $\alpha_c(a)$")
    axes.plot(levels, curves.capacity_kwta(levels), color=COLOURS[0], linestyle=":", label="  k winners take all")
    axes.plot(levels, curves.capacity_raw(levels), color=COLOURS[0], linestyle="-.", label="  raw input")
    axes.plot(
        levels, curves.one_step(levels), color=COLOURS[5], label=rf"  one step, {curves.EPS:.0%} wrong per active unit"
    )
    sparse = levels[levels < 0.2]
    axes.plot(
        sparse, curves.sparse_law(sparse), color="0.3", linestyle=":", label=r"$1/(2a\ln(1/a))$, limit of $a\to0$"
    )
    axes.plot(levels, curves.printed_law(levels), color=COLOURS[1], linewidth=1.4, label=r"as printed: $a/\ln(1/a)$")
    for index, (label, chosen) in enumerate(_conditions(capacity)):
        points = capacity.isel(point=chosen)
        interval = np.abs(np.stack([points["load_low"], points["load_high"]]) - points["load"].values)
        axes.errorbar(
            points["activity"], points["load"], interval, color=COLOURS[0], marker="os^"[index % 3], linestyle="none",
            fillstyle="none" if index else "full", label=label,
        )  # fmt: skip
    if perceptron is not None:
        interval = np.abs(np.stack([perceptron["load_low"], perceptron["load_high"]]) - perceptron["load"].values)
        axes.errorbar(
            perceptron["activity"], perceptron["load"], interval, color=COLOURS[2], marker="D", linestyle="none",
            label="simulated: perceptron",
        )  # fmt: skip
    log_axes(axes)
    axes.set(xlabel="activity $a$", ylabel="load $p/N$", xlim=(1e-4, 0.6), ylim=(2e-5, 3e4))
    figure.legend(loc="outside right upper")
    return figure


def _conditions(capacity: xr.Dataset) -> list[tuple[str, np.ndarray]]:
    """Plain and Onsager-corrected dynamics, k winners, clean cues: at each activity the largest network."""
    found = []
    for dynamics, name in (("plain", "plain dynamics"), ("amp", "Onsager-corrected")):
        plain = (
            (capacity["dynamics"].values == dynamics)
            & (capacity["retrieval"].values == "kwta")
            & (capacity["code"].values == "fixed-size")
            & (capacity["update"].values == "synchronous")
            & (capacity["cue_miss"].values == 0)
        )
        chosen = []
        for level in np.unique(capacity["activity"].values[plain]):
            here = np.flatnonzero(plain & (capacity["activity"].values == level))
            chosen.append(here[np.argmax(capacity["neurons"].values[here])])
        if chosen:
            found.append((f"simulated: {name}", np.array(chosen)))
    return found
