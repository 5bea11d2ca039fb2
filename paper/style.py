"""One style for all figures: sizes of a two-column paper, colour-blind safe colours, files the same from run to run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

ONE_COLUMN = 3.4
"""Width of a one-column figure, inches."""
TWO_COLUMNS = 7.0
"""Width of a two-column figure, inches."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's palette (2008), distinguishable in the common kinds of colour blindness."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Markers go with the colours, so that no figure needs colour to be read."""

_RC: dict[Any, Any] = {
    "backend": "agg",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.linewidth": 0.6,
    "figure.dpi": 200,
    "font.size": 8,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    "lines.markersize": 3.5,
    "errorbar.capsize": 1.5,
    "pdf.fonttype": 42,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Matplotlib settings of the paper, for the time of the context."""
    with matplotlib.rc_context(_RC):
        yield


def panel_title(axes: Axes, letter: str, title: str) -> None:
    """Set a panel's title with its letter in front."""
    axes.set_title(f"({letter}) {title}")


def log_axes(*axes: Axes) -> None:
    """Make both axes logarithmic, with labels at the decades only."""
    for each in axes:
        each.set(xscale="log", yscale="log")
        each.xaxis.set_minor_formatter(NullFormatter())
        each.yaxis.set_minor_formatter(NullFormatter())


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Write a figure as PDF and PNG, each whole, without time stamps; return the two paths."""
    folder.mkdir(parents=True, exist_ok=True)
    if engine := figure.get_layout_engine():
        engine.execute(figure)  # settle the layout once, for both files
        figure.set_layout_engine(None)
    paths = (folder / f"{name}.pdf", folder / f"{name}.png")
    for path, metadata in zip(paths, ({"CreationDate": None}, {"Software": None}), strict=True):
        temporary = path.with_name(f".{path.name}.tmp")
        figure.savefig(temporary, format=path.suffix[1:], metadata=metadata)
        os.replace(temporary, path)
    return paths
