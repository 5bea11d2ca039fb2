"""The whole accuracy matrix of a run: every task, before the first and after each."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.exp2 import looks
from paper.style import TWO_COLUMNS, panel_title

SPARSE = 0.05
"""k/m of the sparse network that is shown (the proposal's fast zone)."""
METHOD = "replay"
"""The method that is shown, where it was run."""


def draw(table: xr.Dataset, datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the runs of the first seed of the dense network, a sparse one, and a method.

    Args:
        table: `transformer_checks.exp2.summarise_ceilings`.
        datasets: `transformer_checks.long_sequences.measure_long` of the same points in the same order.
    """
    where = np.arange(table.sizes["point"])
    sweep = looks.swept(table.assign(place=("point", where)).isel(eps=0), "kwta")
    methods = looks.compared(table.assign(place=("point", where)).isel(eps=0))
    sparse = int(np.abs(sweep["level"].values - SPARSE).argmin())
    shown = {
        f"{name}, $s = {looks.sparsity_text(float(sweep['sparsity_mean'][row]))}$": int(sweep["place"][row])
        for name, row in (("dense", sweep.sizes["point"] - 1), ("sparse", sparse))
    }
    if names := methods["system"].values.tolist():
        row = names.index(METHOD) if METHOD in names else 0
        shown[f"dense, {looks.method(names[row]).name}"] = int(methods["place"][row])
    return matrices({title: datasets[place] for title, place in shown.items()})


def matrices(runs: Mapping[str, xr.Dataset]) -> Figure:
    """Draw the accuracy on every task after T = 0, 1, ... tasks; right of the line a task has not been learned yet.

    Args:
        runs: by title; of each the first seed is shown.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 2.6), layout="constrained")
    panels = figure.subplots(1, len(runs), sharex=True, sharey=True, squeeze=False)[0]
    for place, (axes, (title, data)) in enumerate(zip(panels, runs.items(), strict=True)):
        accuracy = data["accuracy"].isel(seed=0).values
        tasks = accuracy.shape[1]
        axes.imshow(
            accuracy, cmap="cividis", vmin=0, vmax=1, aspect="auto", interpolation="nearest",
            extent=(0.5, tasks + 0.5, tasks + 0.5, -0.5),
        )  # fmt: skip
        edge = np.arange(tasks + 1) + 0.5
        axes.step(edge, edge, where="post", color="white", linewidth=0.6)
        ticks = [each for each in range(1, tasks + 1) if tasks <= looks.FEW or each in (1, 5) or each % 10 == 0]
        axes.set_xticks(ticks)
        axes.set_yticks([0, *(ticks[1:] if tasks > looks.FEW else ticks)])
        axes.spines[:].set_visible(False)
        panel_title(axes, "abcdef"[place], title)
        axes.set_xlabel("task $t$")
    panels[0].set_ylabel("tasks learned, $T$")
    bar = figure.colorbar(panels[0].images[0], ax=list(panels), label="accuracy on task $t$", aspect=30, pad=0.01)
    bar.outline.set_visible(False)
    return figure
