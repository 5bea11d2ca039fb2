"""Where the variance arguments turn: the overlap's variance, the covariance rule, and interference over its norm."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title


def _measured(axes: Axes, table: xr.Dataset, quantity: str, scale: np.ndarray, shift: float, **style) -> None:
    """Plot a quantity of the table times a factor per point, with its interval; activities shifted by a factor."""
    values = table[quantity]
    estimate, low, high = (values.sel(statistic=name).values * scale for name in ("estimate", "low", "high"))
    shift = shift if quantity == "normalised_covariance" else 1.0
    axes.errorbar(table.activity * shift, estimate, (estimate - low, high - estimate), linestyle="none", **style)


def draw(table: xr.Dataset) -> Figure:
    """Draw three panels, each scaled by N so that all network sizes fall on one curve.

    Args:
        table: `sims.interference.summarise_overlaps`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 2.5), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    bernoulli = table.isel(point=np.flatnonzero(table["code"].values == "bernoulli"))
    activities = np.linspace(0, 1, 400)
    for index, size in enumerate(np.unique(bernoulli["neurons"].values)):
        points = bernoulli.isel(point=np.flatnonzero(bernoulli["neurons"].values == size))
        style = {
            "color": COLOURS[index % len(COLOURS)],
            "marker": MARKERS[index % len(MARKERS)],
            "label": f"$N = 10^{{{round(np.log10(size))}}}$",
            "shift": 1.05 ** (index - 1.5),  # keeps the intervals of different sizes apart
        }
        ones = np.ones(points.sizes["point"])
        _measured(left, points, "overlap_variance", ones / size, **style)
        _measured(middle, points, "interference_covariance", ones * size, **style)
        _measured(right, points, "normalised_covariance", ones * size, **style)
    left.plot(activities, activities**2 * (1 - activities**2), color="0.4", zorder=0)
    left.axvline(1 / np.sqrt(2), color="0.6", linestyle=":")
    left.annotate("$1/\\sqrt{2}$", (1 / np.sqrt(2), 0.02), xytext=(3, 0), textcoords="offset points", color="0.3")
    left.set(xlabel="activity $a$", ylabel="Var$(n)/N$", ylim=(0, None))
    panel_title(left, "a", "Overlap variance: $a^2(1-a^2)$")
    middle.plot(activities, activities**2 * (1 - activities) ** 2, color="0.4", zorder=0)
    middle.axvline(0.5, color="0.6", linestyle=":")
    middle.annotate("$1/2$", (0.5, 0.005), xytext=(3, 0), textcoords="offset points", color="0.3")
    middle.set(xlabel="activity $a$", ylabel="$N I$", ylim=(0, None))
    panel_title(middle, "b", "Covariance rule: $a^2(1-a)^2$")
    right.axhline(1, color="0.4", zorder=0)
    right.set(xlabel="activity $a$", ylabel="$N I / (E\\,\\|\\nabla L\\|)^2$", xscale="log", ylim=(0, None))
    panel_title(right, "c", "The same over its norm: 1")
    left.legend(loc="upper left")
    return figure
