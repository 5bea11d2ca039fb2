"""What else changes with sparsity: gradient norms, dead units, overlap of activation patterns, learning itself."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.exp1 import looks
from paper.figures.exp1.grid import COLUMNS, regime_grid

SHOWN = (
    "disjoint-gentle-all", "disjoint-saturating-all", "shared-gentle-all", "shared-saturating-all", "numbers",
    "languages",
)  # fmt: skip
"""Regimes preferred where there are more than fit: those in which all weights learn."""

ROWS = {
    "interference": "$I$ (nats²)",
    "gradient_norm": "gradient\nnorm (nats)",
    "relative_interference": "$I$ / product\nof norms",
    "relative_forgetting": "forgetting\n$F/B$",
    "accuracy": "accuracy,\nown task",
    "overlap": "overlap\n(cosine)",
    "dead": "dead units\n(share)",
    "steps": "steps\nper task",
}
"""Quantities and their labels; the steps only where they are not the same at all levels of a regime."""

LOGARITHMIC = ("interference", "gradient_norm", "relative_interference")


def draw(table: xr.Dataset, controls: xr.Dataset | None = None) -> Figure:
    """Draw every confound against measured sparsity in some regimes, one axis for all of a row.

    Args:
        table: `transformer_checks.exp1_quantities.summarise`.
        controls: the same of the control arms: implementations join the panels of their regime, regimes of their own
            come last.
    """
    tables = [each for each in (table, controls) if each is not None]
    chosen = _chosen(table, controls)
    shown = [each.isel(point=np.isin(each["regime"].values, chosen)) for each in tables]
    budgets = any(_varies(each) for each in shown)
    rows = {name: label for name, label in ROWS.items() if budgets or name != "steps"}
    grid = regime_grid(chosen, list(rows.values()), 0.85)
    looks.sparsity_axes([axes for panels in grid.panels.values() for axes in panels], *shown)
    for regime, panels in grid.panels.items():
        for some in shown:
            for _, drawn, points in looks.curves(some, regime):
                for quantity, axes in zip(rows, panels, strict=True):
                    looks.curve(axes, points, quantity, drawn)
    for number, quantity in enumerate(rows):
        row = [panels[number] for panels in grid.panels.values()]
        looks.share_y(row, quantity in LOGARITHMIC)
        for axes in row[1:]:
            axes.tick_params(labelleft=False)
    grid.label_x("sparsity $s$, measured")
    grid.legend()
    return grid.figure


def _chosen(table: xr.Dataset, controls: xr.Dataset | None) -> list[str]:
    """One row of regimes: those of the controls that the table lacks last, before them preferred ones, then others."""
    known = looks.regimes(table)
    own = [name for name in looks.regimes(controls) if name not in known][: COLUMNS - 1]
    reached = [name for name in looks.regimes(controls) if name in known]
    wanted = [*reached, *(name for name in SHOWN if name in known), *known]
    few = list(dict.fromkeys(wanted))[: COLUMNS - len(own)]
    return [*(name for name in known if name in few), *own]


def _varies(table: xr.Dataset) -> bool:
    steps, regime = table["steps_mean"].values, table["regime"].values
    return any(np.ptp(steps[regime == name]) > 0 for name in looks.regimes(table))
