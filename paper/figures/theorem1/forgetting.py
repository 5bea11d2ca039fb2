"""What later writes do to the first pattern: its loss, and its retrieval errors under both rules."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title


def draw(table: xr.Dataset) -> Figure:
    """Draw loss and one-step errors against the number of stored patterns.

    Args:
        table: `sims.forgetting.summarise_forgetting`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 3.0), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    for index, network in enumerate(table["network"].values):
        row = table.sel(network=network)
        colour, marker = COLOURS[index], MARKERS[index]
        code, neurons, activity = (part.split("=")[-1] for part in str(network).split(","))
        name = f"{'fixed size' if code == 'fixed-size' else 'Bernoulli'}, $N={neurons}$, $a={activity}$"
        point = {"color": colour, "marker": marker, "linestyle": "none", "label": name}
        loss = row["loss_change"].values
        low, high = row["loss_change_low"].values, row["loss_change_high"].values
        left.errorbar(row.patterns, loss, (loss - low, high - loss), **point)
        left.plot(row.patterns, row["loss_change_exact"], color=colour)
        for axes, rule in ((middle, "hebb"), (right, "covariance")):
            one = row.sel(rule=rule)
            estimate = one["error"].values
            interval = (estimate - one["error_low"].values, one["error_high"].values - estimate)
            axes.errorbar(one.patterns, estimate, np.minimum(interval, 0.999 * estimate), **point)
            axes.plot(one.patterns, one["error_exact"], color=colour)
        gaussian = "Gaussian crosstalk" if index == 0 else None
        right.plot(row.patterns, row["error_gaussian"], color=colour, linestyle=":", label=gaussian)
    for axes, letter, title in (
        (left, "a", "Loss of the first pattern"),
        (middle, "b", "Errors, Hebb rule"),
        (right, "c", "Errors, covariance rule"),
    ):
        axes.set_xlabel("patterns stored $p$")
        panel_title(axes, letter, title)
    left.axhline(0, color="0.6", linewidth=0.6)
    left.set_ylabel("change of loss $F_1$")
    middle.set(ylabel="wrong units per unit", yscale="log")
    right.set(yscale="log")
    right.set_ylim(bottom=1e-6)
    handles, labels = right.get_legend_handles_labels()
    figure.legend([*handles, Line2D([], [], color="0.4")], [*labels, "exact law"], loc="outside lower center", ncols=3)
    return figure
