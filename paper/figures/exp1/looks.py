"""How the figures of Experiment 1 name and draw implementations, regimes, measured sparsity and intervals."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from paper.style import COLOURS, MARKERS


class Look(NamedTuple):
    """A curve's name, colour, marker, line, and whether its markers are open."""

    name: str
    colour: str
    marker: str
    line: str
    open: bool = False

    def points(self) -> dict[str, Any]:
        """How the curve's points are drawn."""
        face = "white" if self.open else self.colour
        return {"color": self.colour, "marker": self.marker, "markerfacecolor": face, "elinewidth": 0.7}


LOOKS: dict[str, Look] = {
    "kwta": Look("k-WTA", COLOURS[0], MARKERS[0], "-"),
    "l1": Look("L1", COLOURS[1], MARKERS[1], "--", True),
    "raw-kwta": Look("k-WTA, no rectifier", COLOURS[2], MARKERS[2], ":"),
}
"""Implementations of sparsity."""

DENSEST = 1e-4
"""Densities below this are drawn at it: the axis of sparsity is logarithmic in density."""

_WORDS = {"disjoint": "disjoint keys", "shared": "shared keys", "criterion": "to criterion", "all": "all weights",
          "mlp": "MLPs only"}  # fmt: skip
_TICKS = (0.0, 0.5, 0.8, 0.95)
_BETWEEN = (0.3, 0.65, 0.9, 0.98, 0.99, 0.995, 0.998)


def regimes(*tables: xr.Dataset | None) -> list[str]:
    """Names of the regimes of all tables, in order of first appearance."""
    return list(dict.fromkeys(str(name) for table in tables if table is not None for name in table["regime"].values))


def title(regime: str) -> str:
    """A regime's name in words, on two lines where it has several parts; other names stay as they are."""
    name, *preset = regime.split("@")
    words = [_WORDS.get(part, part) for part in name.split("-")]
    lines = f"{words[0]},\n{', '.join(words[1:])}" if len(words) > 2 else name
    return f"{lines}, {preset[0]}" if preset else lines


def curves(table: xr.Dataset, regime: str) -> Iterator[tuple[str, Look, xr.Dataset]]:
    """Implementations of a regime that the table has, each with its points in rising order of measured sparsity."""
    for implementation, drawn in LOOKS.items():
        chosen = (table["regime"].values == regime) & (table["implementation"].values == implementation)
        if chosen.any():
            yield implementation, drawn, table.isel(point=np.flatnonzero(chosen)).sortby("sparsity_mean")


def reach(rows: xr.Dataset, quantity: str) -> np.ndarray:
    """Lengths of the interval below and above the mean, shape [2, point]."""
    mean = rows[f"{quantity}_mean"].values
    ends = np.stack([mean - rows[f"{quantity}_low"].values, rows[f"{quantity}_high"].values - mean])
    return np.maximum(ends, 0)  # rounding


def curve(axes: Axes, rows: xr.Dataset, quantity: str, drawn: Look) -> None:
    """Draw a quantity with its intervals against measured sparsity, with those of the sparsity."""
    axes.errorbar(
        rows["sparsity_mean"].values, rows[f"{quantity}_mean"].values, reach(rows, quantity),
        reach(rows, "sparsity"), linestyle=drawn.line, label=drawn.name, **drawn.points(),
    )  # fmt: skip


def sparsity_axes(panels: list[Axes], *tables: xr.Dataset | None) -> None:
    """Give all panels one axis of sparsity s that covers the tables, logarithmic in the density 1 - s."""
    some = [table for table in tables if table is not None]
    least = min(float(table["sparsity_low"].min()) for table in some)
    most = max(float(table["sparsity_high"].max()) for table in some)
    low, high = (float(each) for each in _stretch(np.array([least, most])))
    room = 0.06 * max(high - low, 0.1)
    limits = _shrink(np.array([low - room, high + room]))
    ends = (0.99, 0.999) if most > 0.985 else (0.98,)  # labels of both 0.98 and 0.99 would touch
    ticks = [each for each in (*_TICKS, *ends) if limits[0] <= each <= limits[1]]
    for axes in panels:
        axes.set_xscale("function", functions=(_stretch, _shrink))
        axes.set_xlim(*limits)
        axes.set_xticks(ticks, [f"{each:g}" for each in ticks])
        axes.set_xticks([each for each in _BETWEEN if limits[0] <= each <= limits[1] and each not in ticks], minor=True)


def _stretch(sparsity: np.ndarray) -> np.ndarray:
    return -np.log10(np.maximum(1 - np.asarray(sparsity), DENSEST))


def _shrink(stretched: np.ndarray) -> np.ndarray:
    return 1 - 10.0 ** -np.asarray(stretched)


def decades(table: xr.Dataset, *quantities: str) -> float:
    """Decades that the positive means of the quantities span."""
    means = np.concatenate([table[f"{name}_mean"].values for name in quantities])
    positive = means[means > 0]
    return float(np.log10(positive.max() / positive.min())) if positive.size else 0.0


def from_zero(axes: Axes) -> None:
    """Let a linear vertical axis begin at zero, or lower if what is drawn does, with zero marked."""
    least, (low, high) = axes.dataLim.y0, axes.get_ylim()
    high = max(1.04 * high, 0.0)
    if least > 0:
        axes.set_ylim(0, high)
    else:
        axes.set_ylim(low if least < 0 else -0.04 * high, high)  # a marker at zero is drawn whole
        axes.axhline(0, color="0.6", linewidth=0.6, zorder=0)


def share_y(panels: Sequence[Axes], logarithmic: bool, room: float = 0.0) -> None:
    """Give panels one vertical axis that covers all of them.

    Args:
        panels: with everything drawn.
        logarithmic: whether the axis is; otherwise it begins at zero or below.
        room: left above, in units of the axis.
    """
    for axes in panels:
        if logarithmic:
            axes.set_yscale("log")
        else:
            from_zero(axes)
    change, back = (np.log10, lambda end: 10**end) if logarithmic else (np.asarray, np.asarray)
    ends = np.array([change(axes.get_ylim()) for axes in panels])
    low, high = ends[:, 0].min(), ends[:, 1].max()
    for axes in panels:
        axes.set_ylim(float(back(low)), float(back(high + room * (high - low))))
        if logarithmic:
            plain_logarithm(axes, "y")


def plain_logarithm(axes: Axes, which: Literal["x", "y"]) -> None:
    """Make an axis logarithmic, with as many labelled ticks as its present limits leave room for, in plain numbers."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    low, high = axes.get_xlim() if which == "x" else axes.get_ylim()
    span = float(np.log10(high / low))
    steps = next(steps for least, steps in _STEPS if span > least)
    axis.set_major_locator(LogLocator(subs=steps, numticks=5))
    axis.set_major_formatter(FuncFormatter(_plain))
    axis.set_minor_formatter(NullFormatter())


def _plain(value: float, _: int) -> str:
    exponent = np.log10(value)
    return f"$10^{{{exponent:.0f}}}$" if abs(exponent) > 3.5 and exponent == np.round(exponent) else f"{value:g}"


_STEPS = ((2.5, (1.0,)), (1.1, (1.0, 3.0)), (0.45, (1.0, 2.0, 5.0)), (0.2, (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)),
          (0.0, (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0)))  # fmt: skip
"""Ticks in a decade for axes that span more than so many decades."""
