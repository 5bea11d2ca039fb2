"""The trade-off: capacity C against richness B, for every level of sparsity and every method, at each eps."""

from typing import Any, Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paper.figures import labels
from paper.figures.exp1.looks import LOOKS, Look, plain_logarithm, reach
from paper.figures.exp2 import looks
from paper.style import TWO_COLUMNS, panel_title

PRODUCTS = (500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 20_000.0, 50_000.0, 100_000.0)
"""Bits for which lines of constant C B are drawn."""


def draw(table: xr.Dataset) -> Figure:
    """Draw B against C, a panel for every eps, with 95 % intervals both ways.

    The step line is the Pareto frontier of the swept levels: nothing of the sweep lies above and to the right of it.

    Args:
        table: `transformer_checks.exp2.summarise_ceilings`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 5.6), layout="constrained")
    panels = figure.subplots(2, 2).ravel()
    bits = task_bits(table)
    for place, (axes, eps) in enumerate(zip(panels, table["eps"].values, strict=True)):
        some = table.sel(eps=eps)
        for implementation in looks.IMPLEMENTATIONS:
            _points(axes, looks.swept(some, implementation), LOOKS[implementation])
        for point in range((methods := looks.compared(some)).sizes["point"]):
            row = methods.isel(point=[point])
            _points(axes, row, looks.method(str(row["system"].values[0])))
        _limits(axes, some)
        sweep = xr.concat([looks.swept(some, name) for name in looks.IMPLEMENTATIONS], "point")
        axes.step(*frontier(sweep), where="pre", color="0.45", linewidth=0.8, zorder=1)
        _products(axes, bits)
        panel_title(axes, "abcd"[place], rf"forgetting up to $\epsilon = {eps:g}$ nats per fact")
    for axes in panels[2:]:
        axes.set_xlabel("capacity $C$ (tasks)")
    for axes in panels[::2]:
        axes.set_ylabel("richness $B$ (nats per fact)")
    figure.legend(handles=_handles(table), loc="outside lower center", ncols=4)
    if engine := figure.get_layout_engine():
        engine.execute(figure)
    for axes, eps in zip(panels, table["eps"].values, strict=True):
        _label(axes, table.sel(eps=eps))
    return figure


def frontier(rows: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Means of C and B that no other row exceeds in both, in rising order of C, with the ends led to the axes."""
    pairs = sorted(zip(rows["capacity_mean"].values.tolist(), rows["richness_mean"].values.tolist(), strict=True))
    best: list[tuple[float, float]] = []
    for capacity, richness in reversed(pairs):
        if not best or richness > best[-1][1]:
            best.append((capacity, richness))
    best.reverse()
    ends = [(1e-3, best[0][1]), *best, (best[-1][0], 1e-3)]
    return np.array([each[0] for each in ends]), np.array([each[1] for each in ends])


def task_bits(table: xr.Dataset) -> float:
    """Bits of a whole task in one nat per fact."""
    return float((table["product"] / (table["capacity"] * table["richness"])).median())


def _limits(axes: Axes, table: xr.Dataset) -> None:
    """Logarithmic axes, with room for labels, over no less than a factor 1.6; linear ones if B is not positive."""
    axes.autoscale(False)
    sides: tuple[tuple[Literal["x", "y"], str, float, Any], ...] = (
        ("x", "capacity", 0.12, axes.set_xlim),
        ("y", "richness", 0.25, axes.set_ylim),
    )
    for which, name, room, change in sides:
        low, high = float(table[f"{name}_low"].min()), float(table[f"{name}_high"].max())
        if low <= 0:
            change(low - room * (high - low) - 0.1, high + room * (high - low) + 0.1)
            continue
        span = np.log(high / low) * (1 + 2 * room)
        reach, middle = max(span, np.log(1.6)) / 2, np.log(high * low) / 2
        change(float(np.exp(middle - reach)), float(np.exp(middle + reach)))
        plain_logarithm(axes, which)


def _points(axes: Axes, rows: xr.Dataset, drawn: Look) -> None:
    axes.errorbar(
        rows["capacity_mean"].values, rows["richness_mean"].values, reach(rows, "richness"), reach(rows, "capacity"),
        linestyle="none", **drawn.points(),
    )  # fmt: skip
    for point in np.flatnonzero(looks.censored(rows)):
        x, y = (float(rows[f"{name}_mean"][point]) for name in ("capacity", "richness"))
        looks.arrow(axes, x, y, "right", drawn.colour)


def _products(axes: Axes, bits: float) -> None:
    """Lines of constant C B, named where they leave the panel above."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    at = np.geomspace(left, right, 60)
    for product in PRODUCTS:
        if not left * max(low, 0) * bits < product < right * high * bits:
            continue
        axes.plot(at, product / (bits * at), color="0.75", linestyle=":", linewidth=0.7, zorder=0)
        start = product / (bits * high)
        if left < start < left * (right / left) ** 0.88:
            axes.annotate(
                f"{product / 1000:g} kbit", (start, high), xytext=(3, -1), textcoords="offset points", fontsize=5,
                color="0.5", va="top",
            )  # fmt: skip


def _label(axes: Axes, table: xr.Dataset) -> None:
    """Write the sparsity measured beside every swept level."""
    wanted = []
    for implementation in looks.IMPLEMENTATIONS:
        rows = looks.swept(table, implementation)
        wanted += [
            labels.Label(
                float(rows["capacity_mean"][point]), float(rows["richness_mean"][point]),
                looks.sparsity_text(float(rows["sparsity_mean"][point])), LOOKS[implementation].colour,
            )
            for point in range(rows.sizes["point"])
        ]  # fmt: skip
    labels.place(axes, wanted, [*_bars(table, "capacity", "richness"), *_bars(table, "richness", "capacity")])


def _bars(table: xr.Dataset, along: str, across: str) -> list[tuple[float, float, float, float]]:
    """The interval bars of all points in one direction, as boxes."""
    low, high, mean = (table[name].values for name in (f"{along}_low", f"{along}_high", f"{across}_mean"))
    ends = (low, mean, high, mean) if along == "capacity" else (mean, low, mean, high)
    return list(zip(*(each.tolist() for each in ends), strict=True))


def _handles(table: xr.Dataset) -> list[Line2D]:
    there = [name for name in looks.IMPLEMENTATIONS if looks.swept(table, name).sizes["point"]]
    found = [looks.handle(LOOKS[name]._replace(name=f"{LOOKS[name].name} at sparsity"), False) for name in there]
    found += [looks.handle(looks.method(str(name)), False) for name in looks.compared(table)["system"].values]
    found.append(Line2D([], [], color="0.45", linewidth=0.8, label="Pareto frontier of the sparsities"))
    found.append(Line2D([], [], color="0.8", linestyle=":", linewidth=0.7, label="constant $C\\,B$"))
    return [*found, looks.arrow_handle("right")] if looks.censored(table).any() else found
