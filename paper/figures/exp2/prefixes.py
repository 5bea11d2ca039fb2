"""Forgetting, accuracy and retained bits as the sequence grows, for levels of sparsity and for methods."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paper.figures.exp1.looks import LOOKS, Look, from_zero, plain_logarithm
from paper.figures.exp2 import looks
from paper.style import TWO_COLUMNS, panel_title

ROWS = {
    "forgetting": "mean forgetting\n(nats per fact)",
    "accuracy": "accuracy,\ntasks so far",
    "retained": "retained\n(kbit)",
}
"""Quantities and their labels."""

DENSE = Look("no method", "0.45", "", ":")
"""The dense network of the sweep, for comparison with the methods on it."""


LEVELS = {"kwta": "k/m", "l1": r"\lambda"}
"""What a level is, by implementation."""


def draw(prefixes: xr.Dataset, ceilings: xr.Dataset, task_bits: float) -> Figure:
    """Draw every quantity after T = 1, 2, ... tasks, with 95 % intervals at the numbers of tasks that are marked.

    Args:
        prefixes: `transformer_checks.exp2.summarise_prefixes`.
        ceilings: `transformer_checks.exp2.summarise_ceilings` of the same points, for the measured sparsities.
        task_bits: what there is to know about one task.
    """
    table = prefixes.assign(sparsity=ceilings["sparsity_mean"].isel(eps=0))
    table = table.assign({f"retained_{end}": table[f"retained_{end}"] / 1000 for end in ("mean", "low", "high")})
    columns = {f"{LOOKS[name].name}, sparsity": _levels(table, name) for name in looks.IMPLEMENTATIONS}
    columns["methods, dense network"] = _methods(table)
    columns = {title: curves for title, curves in columns.items() if curves}
    figure = Figure(figsize=(TWO_COLUMNS, 5.4), layout="constrained")
    grid = figure.subplots(len(ROWS), len(columns), sharex=True, sharey="row", squeeze=False)
    tasks = int(table["tasks"].values[-1])
    for column, (title, curves) in enumerate(columns.items()):
        for axes, quantity in zip(grid[:, column], ROWS, strict=True):
            for drawn, row in curves:
                looks.against_tasks(axes, row, quantity, drawn)
        looks.everything(grid[-1, column], tasks, task_bits)
        panel_title(grid[0, column], "abc"[column], title)
        grid[-1, column].set_xlabel("tasks learned, $T$")
        _legend(grid[-1, column], [drawn for drawn, _ in curves])
    looks.task_axis(grid[0, 0], tasks)
    for axes, (quantity, label) in zip(grid[:, 0], ROWS.items(), strict=True):
        axes.set_ylabel(label)
        if quantity == "accuracy":
            axes.set_ylim(0, 1.04)
        elif quantity == "retained" and (table["retained_low"] > 0).all():
            plain_logarithm(axes, "y")
        else:
            from_zero(axes)
    return figure


def _levels(table: xr.Dataset, implementation: str) -> list[tuple[Look, xr.Dataset]]:
    rows = looks.swept(table, implementation).sortby("sparsity", ascending=False)
    names = [
        f"{looks.sparsity_text(float(row))} (${LEVELS[implementation]} = {level:g}$)"
        for row, level in zip(rows["sparsity"].values, rows["level"].values, strict=True)
    ]
    return [(drawn, rows.isel(point=place)) for place, drawn in enumerate(looks.level_looks(names))]


def _methods(table: xr.Dataset) -> list[tuple[Look, xr.Dataset]]:
    rows = looks.compared(table)
    found = [
        (looks.method(str(rows["system"].values[place])), rows.isel(point=place))
        for place in range(rows.sizes["point"])
    ]
    dense = looks.swept(table, "kwta")
    if found and dense.sizes["point"]:
        found.append((DENSE, dense.isel(point=int(np.argmax(dense["level"].values)))))
    return found


def _legend(axes: Axes, curves: list[Look]) -> None:
    """Name the curves of a column below it."""
    handles = [looks.handle(each) for each in curves]
    handles.append(Line2D([], [], color="0.8", label="everything"))
    axes.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.36), ncols=2, columnspacing=0.8, handlelength=1.6,
        fontsize=6,
    )  # fmt: skip
