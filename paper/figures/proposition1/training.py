"""Filling a slow zone: epochs as the load nears its limit, and how precise the weights must be."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title


def draw(training: xr.Dataset, precision: xr.Dataset) -> Figure:
    """Draw epochs against the distance from load 2, and bit errors against bits per weight.

    Args:
        training: `sims.training.summarise_training`.
        precision: `sims.training.summarise_precision`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 2.7), layout="constrained")
    left, right = figure.subplots(1, 2)
    for number, size in enumerate(np.unique(training["size"].values)):
        some = training.isel(point=np.flatnonzero(training["size"].values == size)).sortby("load")
        epochs = some["epochs"].values
        reach = np.stack([epochs - some["epochs_low"].values, some["epochs_high"].values - epochs])
        reach[0] = np.minimum(reach[0], 0.99 * epochs)
        left.errorbar(
            2 - some["load"].values, epochs, reach, color=COLOURS[number], marker=MARKERS[number], label=f"$n={size}$"
        )
    gap = np.array([(2 - training["load"].values).min(), (2 - training["load"].values).max()])
    anchor = float(training["epochs"].values.min()) * gap[1] ** 2
    left.plot(gap, anchor / gap**2, color="0.5", linestyle=":", label="slope $-2$")
    left.set(xscale="log", yscale="log", xlabel="distance from the limit, $2-$ load", ylabel="epochs to no error")
    ticks = np.unique((2 - training["load"].values).round(6))
    left.set_xticks(ticks, [f"{each:g}" for each in ticks])
    left.minorticks_off()
    left.legend()
    loads = np.unique(precision["load"].values)
    largest = precision.isel(point=np.flatnonzero(precision["size"].values == precision["size"].values.max()))
    for row in range(largest.sizes["point"]):
        some = largest.isel(point=row)
        number = int(np.flatnonzero(loads == float(some["load"]))[0])
        error = np.maximum(some["bit_error"].values, 1e-5)
        name = f"load {float(some['load']):g}"
        right.plot(some["precision"], error, color=COLOURS[number], marker=MARKERS[number], label=name)
    right.set(yscale="log", xlabel="bits per weight", ylabel="wrong bits per bit (0 drawn at $10^{-5}$)")
    right.legend()
    panel_title(left, "a", "perceptron rule, all items at once")
    panel_title(right, "b", f"weights rounded after training, $n={int(largest['size'][0])}$")
    return figure
