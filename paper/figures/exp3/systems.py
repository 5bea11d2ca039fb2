"""The dual system against every control: capacities at each eps, what is retained, accuracy, and differences."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from paper.figures.exp1.looks import Look, reach
from paper.figures.exp2.looks import censored, handle, level_looks
from paper.figures.exp3 import looks
from paper.style import COLOURS, TWO_COLUMNS, panel_title
from transformer_checks.exp3 import DUAL

WHOLE = {"capacity": "capacity $C$ (tasks)", "unbroken": "unbroken (tasks)"}
"""Quantities that are shown at every eps, and their labels."""

SPREAD = 0.16
"""Distance between two eps of a row, in rows."""

SUMMARY = Look("whole sequence; B1 as judged", COLOURS[6], "o", "-")
"""How quantities are drawn that do not depend on eps, but for the choice of B1."""


def draw(table: xr.Dataset, prefixes: xr.Dataset, comparisons: xr.Dataset) -> Figure:
    """Draw, above, every system and, below, the dual one less every control, paired by seed; all with 95 % intervals.

    B1 is, at every eps, the single regime of the largest C B; what does not depend on eps shows B1 at the eps of the
    predictions. An arrow marks a bound: the sequence ended before the forgetting of some seed exceeded eps.

    Args:
        table: `transformer_checks.exp2.summarise_ceilings` of the systems.
        prefixes: `transformer_checks.exp2.summarise_prefixes` of the same.
        comparisons: `transformer_checks.exp3.comparisons` of them.
    """
    names = looks.controls(comparisons)
    figure = Figure(figsize=(TWO_COLUMNS, 1.5 + 0.46 * len(names)), layout="constrained")
    grid = figure.subplots(2, 4, sharey="row", height_ratios=(len(names) + 1, len(names)))
    levels = table["eps"].values.tolist()
    drawn = level_looks([rf"$\epsilon = {eps:g}$" for eps in levels])
    for axes, quantity in zip(grid[0], WHOLE, strict=False):
        _at_every_eps(axes, table, comparisons, quantity, drawn)
    judged = looks.places(table, comparisons, looks.JUDGED)
    last = prefixes.isel(tasks=-1)
    _once(grid[0, 2], table.sel(eps=looks.JUDGED), judged, "retained", 1 / 1000)
    _once(grid[0, 3], last, judged, "accuracy", 1)
    for axes, quantity in zip(grid[1], WHOLE, strict=False):
        for place, (eps, how) in enumerate(zip(levels, drawn, strict=True)):
            found = looks.rows(comparisons, quantity=quantity, eps=eps)
            reached = censored(table.sel(eps=eps), quantity)
            bounds = {name: bool(reached[at]) for name, at in looks.places(table, comparisons, eps).items()}
            _differences(axes, found, names, how, _shift(place, len(levels)), 1, bounds)
    found = looks.rows(comparisons, quantity="retained", eps=looks.JUDGED)
    _differences(grid[1, 2], found, names, SUMMARY, 0.0, 1 / 1000, {})
    titles = [*WHOLE.values(), "retained (kbit)", "accuracy, at the end"]
    for place, (axes, title) in enumerate(zip(grid[0], titles, strict=True)):
        panel_title(axes, "abcd"[place], title)
    for place, (axes, title) in enumerate(zip(grid[1, :3], titles, strict=False)):
        panel_title(axes, "efg"[place], f"dual less control,\n{title}")
    _rows(grid[0], [looks.look(name).name for name in judged])
    _rows(grid[1], [looks.look(name).name for name in names])
    grid[0, 3].set_xlim(0, 1.05)
    for axes in (*grid[0, :3], *grid[1, :3]):
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=axes in grid[:, :2]))
    for axes in grid[0, :3]:
        axes.set_xlim(left=0)
    for axes in grid[1, :3]:
        axes.axvline(0, color="0.6", linewidth=0.6, zorder=0)
    grid[1, 3].axis("off")
    bound = Line2D(
        [], [], color="0.3", linestyle="none", marker=r"$\rightarrow$", markersize=6, label="bound (two: undecided)"
    )
    handles = [*(handle(each, False) for each in (*drawn, SUMMARY)), bound]
    grid[1, 3].legend(handles=handles, loc="center", title="forgetting allowed\n(nats per fact)", title_fontsize=6.5)
    return figure


def _shift(place: int, count: int) -> float:
    return (place - (count - 1) / 2) * SPREAD


def _rows(panels: Sequence[Axes], names: list[str]) -> None:
    panels[0].set_yticks(range(len(names)), names)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    for axes in panels:
        axes.grid(axis="y", color="0.92", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)


def _at_every_eps(axes: Axes, table: xr.Dataset, comparisons: xr.Dataset, quantity: str, drawn: Sequence[Look]) -> None:
    for number, (eps, how) in enumerate(zip(table["eps"].values, drawn, strict=True)):
        at = table.sel(eps=eps)
        bounds = censored(at, quantity)
        for row, place in enumerate(looks.places(table, comparisons, eps).values()):
            one, height = at.isel(point=[place]), row + _shift(number, len(drawn))
            _bar(axes, one[f"{quantity}_mean"].values, height, reach(one, quantity), how)
            if bounds[place]:
                _arrow(axes, float(one[f"{quantity}_high"][0]), height, how.colour, 1)


def _once(axes: Axes, table: xr.Dataset, places: dict[str, int], quantity: str, unit: float) -> None:
    for row, place in enumerate(places.values()):
        one = table.isel(point=[place])
        _bar(axes, one[f"{quantity}_mean"].values * unit, row, reach(one, quantity) * unit, SUMMARY)


def _differences(
    axes: Axes,
    comparisons: xr.Dataset,
    names: list[str],
    how: Look,
    shift: float,
    unit: float,
    bounds: Mapping[str, bool],
) -> None:
    """Draw the differences to every control; `bounds` says of which systems only a lower bound is known."""
    for row, name in enumerate(names):
        one = looks.rows(comparisons, second=name)
        mean, low, high = (one[f"difference{end}"].values * unit for end in ("", "_low", "_high"))
        _bar(axes, mean, row + shift, np.stack([mean - low, high - mean]), how)
        if bounds.get(DUAL):
            _arrow(axes, float(high[0]), row + shift, how.colour, 1)
        if bounds.get(name):
            _arrow(axes, float(low[0]), row + shift, how.colour, -1)


def _bar(axes: Axes, at: np.ndarray, row: float, ends: np.ndarray, how: Look) -> None:
    axes.errorbar(at, [row], xerr=np.maximum(ends, 0), linestyle="none", markersize=2.6, capsize=1, **how.points())


def _arrow(axes: Axes, x: float, y: float, colour: str, sign: int) -> None:
    """Mark a lower bound (to the right), or an upper one (to the left)."""
    axes.annotate(
        "", (x, y), xytext=(9 * sign, 0), textcoords="offset points", in_layout=False, annotation_clip=False,
        arrowprops={"arrowstyle": "<|-,head_width=0.1,head_length=0.2", "color": colour, "linewidth": 0.6,
                    "shrinkA": 0, "shrinkB": 1},
    )  # fmt: skip
