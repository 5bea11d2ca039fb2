"""Capacity and retained bits against the replay budget, and against the interval between consolidations."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from paper.figures.exp1.looks import from_zero, reach
from paper.figures.exp2.looks import arrow, arrow_handle, censored, handle
from paper.figures.exp3 import looks
from paper.style import TWO_COLUMNS, panel_title
from transformer_checks.exp3 import REPLAYING

DIALS = {
    "budgets": ("replay", "examples kept of every older task"),
    "intervals": ("interval", "tasks between consolidations"),
}
"""Studies, what they vary, and its label."""

ROWS = {"capacity": "capacity $C$\n(tasks)", "retained": "retained\n(kbit)"}


def draw(systems: xr.Dataset, studies: Mapping[str, xr.Dataset]) -> Figure:
    """Draw the dual system and dense rehearsal, with 95 % intervals, at the eps of the predictions.

    Steps of distillation a task are the same at every interval.

    Args:
        systems: summary of all systems, with columns `replay` and `interval` of their consolidations.
        studies: the same by the names of `DIALS`, at other budgets and intervals.
    """
    columns = {name: dial for name, dial in DIALS.items() if name in studies}
    figure = Figure(figsize=(TWO_COLUMNS, 3.6), layout="constrained")
    grid = figure.subplots(len(ROWS), len(columns), sharex="col", sharey="row", squeeze=False)
    bounded = False
    for column, (name, (dial, label)) in enumerate(columns.items()):
        both = xr.concat([systems, studies[name]], "point").sel(eps=looks.JUDGED)
        both = both.assign({f"retained_{end}": both[f"retained_{end}"] / 1000 for end in ("mean", "low", "high")})
        values: list[float] = []
        for system in REPLAYING:
            rows = both.isel(point=np.flatnonzero(both["system"].values == system)).sortby(dial)
            values = rows[dial].values.tolist()
            for axes, quantity in zip(grid[:, column], ROWS, strict=True):
                _curve(axes, rows, quantity, system)
            bounded = bounded or bool(censored(rows).any())
        grid[-1, column].set_xticks(range(len(values)), [f"{each:g}" for each in values])
        grid[-1, column].set_xlim(-0.3, len(values) - 0.7)
        grid[-1, column].set_xlabel(label)
        panel_title(grid[0, column], "ab"[column], rf"$\epsilon = {looks.JUDGED:g}$ nats per fact")
    for axes, (quantity, label) in zip(grid[:, 0], ROWS.items(), strict=True):
        from_zero(axes)
        axes.set_ylabel(label)
        if quantity == "capacity":
            axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    handles = [handle(looks.look(system)) for system in REPLAYING]
    handles += [arrow_handle("up")] if bounded else []
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _curve(axes: Axes, rows: xr.Dataset, quantity: str, system: str) -> None:
    drawn = looks.look(system)
    at = np.arange(rows.sizes["point"]) + 0.04 * (REPLAYING.index(system) - 0.5)
    mean = rows[f"{quantity}_mean"].values
    axes.errorbar(at, mean, reach(rows, quantity), linestyle=drawn.line, **drawn.points())
    if quantity == "capacity":
        for point in np.flatnonzero(censored(rows)):
            arrow(axes, float(at[point]), float(mean[point]), "up", drawn.colour)
