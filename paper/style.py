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
from matplotlib.transforms import Bbox

ONE_COLUMN = 3.4
"""Width of a one-column figure, inches."""
TWO_COLUMNS = 7.0
"""Width of a two-column figure, inches."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's palette (2008), distinguishable in the common kinds of colour blindness."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Markers go with the colours, so that no figure needs colour to be read."""

_NOTE_STRIP = 0.11  # inches

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


def save(figure: Figure, folder: Path, name: str, note: str = "") -> tuple[Path, Path]:
    """Write a figure as PDF and PNG, each whole, without time stamps; return the two paths.

    Args:
        figure: what is written.
        folder: where; made if need be.
        name: of the files.
        note: a line in a strip below the figure, if any.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if engine := figure.get_layout_engine():
        engine.execute(figure)  # settle the layout once, for both files
        figure.set_layout_engine(None)
    area = _note_below(figure, note) if note else None
    paths = (folder / f"{name}.pdf", folder / f"{name}.png")
    for path, metadata in zip(paths, ({"CreationDate": None}, {"Software": None}), strict=True):
        temporary = path.with_name(f".{path.name}.tmp")
        figure.savefig(temporary, format=path.suffix[1:], metadata=metadata, bbox_inches=area)
        os.replace(temporary, path)
    return paths


def _note_below(figure: Figure, note: str) -> Bbox:
    """Put a line into a strip below a figure whose layout is settled; return the area of both, inches."""
    width, height = figure.get_size_inches()
    figure.text(0.005, -0.75 * _NOTE_STRIP / height, note, fontsize=5.5, color="0.35")
    return Bbox.from_bounds(0, -_NOTE_STRIP, width, height + _NOTE_STRIP)
