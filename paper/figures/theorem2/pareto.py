"""The trade-off: patterns C against bits per pattern B, for every activity, under lines of constant C B."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.theorem2 import curves
from paper.style import COLOURS, ONE_COLUMN, log_axes
from theory.any_rule import gardner_load
from theory.information import SHANNON_LIMIT, binary_entropy
from theory.mean_field import most_informative_point


def draw(keyed: xr.Dataset, sequential: xr.Dataset) -> Figure:
    """Draw C/N against B/N: theory as curves along activity, simulations as points.

    Args:
        keyed: `sims.keyed.summarise_keyed_capacity`.
        sequential: `sims.capacity.summarise_sequential`.
    """
    figure = Figure(figsize=(ONE_COLUMN, 3.6), layout="constrained")
    axes = figure.subplots()
    levels = curves.activities(3e-4)
    bits = np.geomspace(1e-3, 1.2, 50)
    axes.plot(bits, 2 / bits, color=COLOURS[2], linestyle="--", linewidth=0.8, label="$C\\,B = 2N^2$")
    axes.plot(bits, SHANNON_LIMIT / bits, color=COLOURS[1], linestyle="--", label=r"$C\,B = N^2/(2\ln 2)$")
    axes.plot(binary_entropy(levels), [gardner_load(float(a)) for a in levels], color=COLOURS[2], label="best weights")
    points = [most_informative_point(float(a)).recall for a in levels]
    axes.plot(
        [each.bits_per_unit for each in points], [each.load for each in points], color=COLOURS[0],
        label="covariance rule",
    )  # fmt: skip
    for table, marker, name in ((keyed, "s", "keyed, one step"), (sequential, "o", "every pattern kept")):
        if name == "keyed, one step":
            low, high, load = table["load_low"], table["load_high"], table["load"]
        else:
            low, high = table["patterns_low"] / table["neurons"], table["patterns_high"] / table["neurons"]
            load = table["load"]
        axes.errorbar(
            table["bits_per_unit"], load, np.abs(np.stack([low, high]) - load.values), color=COLOURS[0],
            marker=marker, fillstyle="none", linestyle="none", label=f"simulated: {name}",
        )  # fmt: skip
    for level in (0.5, 0.1, 0.01, 0.001):
        recall = most_informative_point(level).recall
        axes.annotate(
            f"$a={level:g}$", (recall.bits_per_unit, recall.load), xytext=(-4, -4), textcoords="offset points",
            ha="right", va="top", fontsize=6, color="0.3",
        )  # fmt: skip
    log_axes(axes)
    axes.set(xlabel="bits per pattern and neuron $B/N$", ylabel="patterns per neuron $C/N$", ylim=(0.03, 2000))
    figure.legend(loc="outside lower center", ncols=2)
    return figure
