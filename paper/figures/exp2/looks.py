"""How the figures of Experiments 2 and 3 name and draw systems, levels, numbers of tasks and lower bounds."""

from collections.abc import Sequence
from typing import Any, Literal

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from paper.figures.exp1.looks import Look
from paper.style import COLOURS, MARKERS
from transformer_checks.exp2 import SINGLE

METHODS: dict[str, Look] = {
    "ewc": Look("EWC", COLOURS[2], MARKERS[2], "-"),
    "ogd": Look("OGD", COLOURS[3], MARKERS[3], "-"),
    "gpm": Look("GPM", COLOURS[4], MARKERS[4], "-"),
    "replay": Look("replay", COLOURS[5], MARKERS[5], "-"),
    "der": Look("DER", COLOURS[6], MARKERS[6], "-"),
    "lwf": Look("LwF", COLOURS[2], "<", "--", True),
    "moe-active": Look("MoE, active", COLOURS[3], "p", "--", True),
    "moe-total": Look("MoE, total", COLOURS[4], "h", "--", True),
}
"""Methods on a dense network, and mixtures of experts with as many active, or as many total, parameters."""

IMPLEMENTATIONS = ("kwta", "l1")
"""Implementations of sparsity that are swept."""

LENGTHS = (5, 10, 20, 50)
"""Numbers of tasks of the proposal."""

FEW = 6
"""Sequences up to this length are marked at every task."""

AT_LEAST = "at least: bound kept to the end by some seed"


def method(name: str) -> Look:
    """How to draw a method; one without a look of its own is grey."""
    return METHODS.get(name, Look(name, "0.5", "*", ":"))


def swept(table: xr.Dataset, implementation: str) -> xr.Dataset:
    """The levels of one implementation of sparsity, in rising order of k/m or of the penalty."""
    chosen = (table["system"].values == SINGLE) & (table["implementation"].values == implementation)
    return table.isel(point=np.flatnonzero(chosen)).sortby("level")


def compared(table: xr.Dataset) -> xr.Dataset:
    """The methods of a table."""
    return table.isel(point=np.flatnonzero(table["system"].values != SINGLE))


def sparsity_text(sparsity: float) -> str:
    """A sparsity with two digits, or as many as its density needs."""
    return f"{sparsity:.2f}" if sparsity < 0.985 else f"{sparsity:.3f}"


def level_looks(names: Sequence[str]) -> list[Look]:
    """Looks of levels in order, from dark to light with a marker each."""
    shades = matplotlib.colormaps["viridis"](np.linspace(0, 0.85, len(names)))
    return [
        Look(name, to_hex(shade), (*MARKERS, "*", "<", ">")[place % 10], "-")
        for place, (name, shade) in enumerate(zip(names, shades, strict=True))
    ]


def censored(table: xr.Dataset, quantity: str = "capacity") -> np.ndarray:
    """Where some seed kept the bound to the end, so that the mean of `quantity` is at least what is drawn.

    `unbroken` reaches the end where it equals the capacity of such a seed. Shape is that of the table without seeds.
    """
    reached = table["censored"].astype(bool)
    if quantity == "unbroken":
        reached = reached & (table["unbroken"] == table["capacity"])
    return reached.any("seed").values


def arrow(axes: Axes, x: float, y: float, towards: Literal["right", "up"], colour: str) -> None:
    """Mark a point as a lower bound."""
    axes.annotate(
        "", (x, y), xytext=(11, 0) if towards == "right" else (0, 11), textcoords="offset points",
        arrowprops={"arrowstyle": "<|-,head_width=0.12,head_length=0.25", "color": colour, "linewidth": 0.7,
                    "shrinkA": 0, "shrinkB": 2}, annotation_clip=False, in_layout=False,
    )  # fmt: skip


def arrow_handle(towards: Literal["right", "up"]) -> Line2D:
    """What a legend shows for `arrow`."""
    marker = r"$\rightarrow$" if towards == "right" else r"$\uparrow$"
    return Line2D([], [], color="0.3", linestyle="none", marker=marker, markersize=6, label=AT_LEAST)


def handle(drawn: Look, line: bool = True) -> Line2D:
    """What a legend shows for a look."""
    style: Any = drawn.line if line else "none"
    return Line2D(
        [], [], color=drawn.colour, marker=drawn.marker, label=drawn.name, linestyle=style,
        markerfacecolor="white" if drawn.open else drawn.colour,
    )  # fmt: skip


def marked(tasks: int) -> list[int]:
    """Numbers of tasks at which curves are marked: all of a few, else the proposal's and the end."""
    if tasks <= FEW:
        return list(range(1, tasks + 1))
    return [*(each for each in LENGTHS if each < tasks), tasks]


def task_axis(axes: Axes, tasks: int) -> None:
    """An axis of numbers of tasks, logarithmic for long sequences."""
    if tasks > 20:
        axes.set_xscale("log")
        ticks = [each for each in (1, 2, 5, 10, 20, 50, 100, 200) if each <= tasks]
        axes.set_xlim(0.9, 1.15 * tasks)
    else:
        ticks = [each for each in range(1, tasks + 1) if tasks <= FEW or each == 1 or each % 5 == 0]
        axes.set_xlim(1 - 0.05 * tasks, 1.05 * tasks)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(ticks, [str(each) for each in ticks])


def everything(axes: Axes, tasks: int, task_bits: float) -> None:
    """Draw in kbit all there is to know about the tasks so far."""
    at = np.arange(1, tasks + 1)
    axes.plot(at, at * task_bits / 1000, color="0.8", zorder=0)


def against_tasks(axes: Axes, row: xr.Dataset, quantity: str, drawn: Look) -> None:
    """Draw a quantity of one system against the number of tasks, with 95 % intervals where it is marked.

    Args:
        axes: where.
        row: one point of `transformer_checks.exp2.summarise_prefixes`.
        quantity: one of its quantities.
        drawn: how.
    """
    tasks = row["tasks"].values
    mean, low, high = (row[f"{quantity}_{end}"].values for end in ("mean", "low", "high"))
    axes.plot(tasks, mean, color=drawn.colour, linestyle=drawn.line, linewidth=0.9)
    at = np.isin(tasks, marked(int(tasks[-1])))
    reach = np.maximum(np.stack([mean - low, high - mean]), 0)[:, at]
    axes.errorbar(tasks[at], mean[at], reach, linestyle="none", **drawn.points())
