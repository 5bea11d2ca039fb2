"""Histograms of overlaps on their exact law."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from paper.style import COLOURS, TWO_COLUMNS, panel_title
from theory.overlap import overlap_law


def draw(datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw up to six histograms (one dataset of `sims.interference.measure_overlaps` each) with the exact law."""
    figure = Figure(figsize=(TWO_COLUMNS, 1.9 * -(-len(datasets) // 3)), layout="constrained")
    grid = np.ravel(figure.subplots(-(-len(datasets) // 3), 3, squeeze=False))
    for axes in grid[len(datasets) :]:
        axes.set_visible(False)
    for index, (axes, data) in enumerate(zip(grid, datasets, strict=False)):
        code, neurons, activity = data.code.item(), data.neurons.item(), data.activity.item()
        overlaps = data["overlap"].values.ravel()
        law = overlap_law(code, neurons, activity)
        width = max(1, round(float(law.std()) / 4))
        low, high = int(overlaps.min()), int(overlaps.max())
        edges = np.arange(low - (low % width), high + 2 * width, width)
        counts, _ = np.histogram(overlaps, edges - 0.5)
        expected = overlaps.size * np.diff(law.cdf(edges - 1))
        centres = edges[:-1] + (width - 1) / 2
        axes.bar(centres, counts, width=width, color=COLOURS[5], edgecolor="white", linewidth=0.3, label="simulated")
        axes.errorbar(
            centres, expected, 2 * np.sqrt(expected), fmt=".", color=COLOURS[1], markersize=2.5, label="exact ± 2 s.d."
        )
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.set(xlabel="overlap $n$", ylabel="pairs" if index % 3 == 0 else "")
        name = "Bernoulli" if code == "bernoulli" else "fixed size"
        panel_title(axes, "abcdef"[index], f"{name}, $N = 10^{{{round(np.log10(neurons))}}}$, $a = {activity:g}$")
    grid[0].legend(loc="upper right")
    return figure
