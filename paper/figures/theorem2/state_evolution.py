"""Onsager-corrected retrieval step by step, beside its state evolution."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title


def draw(amp: xr.Dataset) -> Figure:
    """Draw the share of a pattern's active units that is missed against steps; and residuals in standard errors.

    Args:
        amp: `sims.recall.summarise_amp`; of every activity the largest network is shown above, all below.
    """
    levels = np.unique(amp["activity"].values)[::-1]
    figure = Figure(figsize=(TWO_COLUMNS, 3.6), layout="constrained")
    grid = figure.subplots(2, len(levels), sharex=True, sharey="row", squeeze=False, height_ratios=(2, 1))
    steps = np.arange(amp.sizes["step"])
    for column, level in enumerate(levels):
        top, bottom = grid[:, column]
        here = amp.isel(point=np.flatnonzero(amp["activity"].values == level))
        largest = here["neurons"].values.max()
        rows = here.isel(point=np.flatnonzero(here["neurons"].values == largest))
        for index in range(rows.sizes["point"]):
            one = rows["miss_rate"].isel(point=index)
            estimate, low, high, predicted = (
                one.sel(statistic=name).values for name in ("estimate", "low", "high", "predicted")
            )
            colour = COLOURS[index]
            top.plot(steps[1:], predicted[1:], color=colour)
            ends = np.abs(np.stack([low, high]) - estimate)[:, 1:]
            top.errorbar(
                steps[1:], estimate[1:], ends, color=colour, marker=MARKERS[index], linestyle="none",
                label=rf"$\alpha={rows['load'].values[index]:.3g}$",
            )  # fmt: skip
        for index in range(here.sizes["point"]):
            one = here["overlap"].isel(point=index, step=slice(1, None))
            estimate, error, predicted = (
                one.sel(statistic=name).values for name in ("estimate", "standard_error", "predicted")
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                bottom.plot(steps[1:], (estimate - predicted) / error, color="0.5", marker=".", linestyle="none")
        panel_title(top, "abcdef"[column], f"$a={level:g}$, $N={largest}$")
        bottom.axhspan(-2, 2, color="0.93", zorder=0)
        bottom.set_xlabel("step")
        bottom.xaxis.set_major_locator(MaxNLocator(integer=True))
        top.legend(loc="best")
    grid[0, 0].set_ylabel("active units missed")
    grid[1, 0].set_ylabel("(measured − predicted)\n/ standard error")
    return figure
