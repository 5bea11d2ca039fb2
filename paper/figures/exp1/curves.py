"""Interference and forgetting against measured sparsity, every regime at the same size, whatever it shows."""

import xarray as xr
from matplotlib.figure import Figure

from paper.figures.exp1 import looks
from paper.figures.exp1.grid import regime_grid


def draw(table: xr.Dataset) -> Figure:
    """Draw I above F, in every regime, for every implementation of sparsity; bars are 95 % intervals over seeds.

    Interference is on a logarithmic axis if it spans more than a decade in the table.

    Args:
        table: `transformer_checks.exp1_quantities.summarise`.
    """
    grid = regime_grid(looks.regimes(table), ["interference $I$\n(nats²)", "forgetting $F$\n(nats per position)"], 1.15)
    looks.sparsity_axes([axes for panels in grid.panels.values() for axes in panels], table)
    logarithmic = looks.decades(table, "interference") > 1
    for regime, (upper, lower) in grid.panels.items():
        for _, drawn, rows in looks.curves(table, regime):
            looks.curve(upper, rows, "interference", drawn)
            looks.curve(lower, rows, "forgetting", drawn)
        if logarithmic:
            looks.plain_logarithm(upper, "y")
        else:
            looks.from_zero(upper)
        looks.from_zero(lower)
    grid.label_x("sparsity $s$, measured")
    grid.legend()
    return grid.figure
