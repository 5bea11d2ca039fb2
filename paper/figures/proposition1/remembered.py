"""What is remembered over time, item by item: one small picture for every memory."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.proposition1 import systems
from paper.style import TWO_COLUMNS, panel_title

SHOWN = (
    systems.FROZEN, systems.LIVE, systems.EQUAL, systems.BATCH_HEBB,
    systems.SINGLE, systems.REHEARSED_DELTA, systems.DECAYING, systems.PARTITIONED,
)  # fmt: skip

STRIPES = 60
"""Bins of items."""


def draw(remembered: xr.Dataset) -> Figure:
    """Draw the share of items that come back exactly, by item and by how many have been presented.

    Args:
        remembered: `sims.sequential_tables.exactness`.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 4.3), layout="constrained")
    panels = figure.subplots(2, 4, sharex=True, sharey=True).ravel()
    looks = systems.looks(remembered)
    image = None
    for letter, axes, wanted in zip("abcdefgh", panels, SHOWN, strict=True):
        candidates = [row for row, each in enumerate(looks) if each == wanted]
        if not candidates:
            axes.set_visible(False)
            continue
        shares = remembered["exact"].values[candidates]
        best = int(np.nansum(shares, axis=2).max(axis=1).argmax())
        items = remembered["items"].values[candidates[best]]
        edges = np.linspace(0, items[-1], STRIPES + 1)
        image = axes.pcolormesh(
            np.concatenate([[0], items]), edges, _stripes(shares[best], edges).T, cmap="cividis", vmin=0, vmax=1,
            rasterized=True,
        )  # fmt: skip
        panel_title(axes, letter, wanted.name.replace(", ", ",\n", 1).replace("of binary", "of\nbinary"))
    for axes in panels[4:]:
        axes.set_xlabel("items presented")
    for axes in panels[::4]:
        axes.set_ylabel("item, in order of arrival")
    if image is not None:
        figure.colorbar(image, ax=list(panels), label="share of items recalled exactly")
    return figure


def _stripes(exact: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Means over bins of items: (checkpoint, bin); NaN where none has arrived."""
    item = np.arange(exact.shape[1])
    found = np.full((len(exact), len(edges) - 1), np.nan)
    for number in range(len(edges) - 1):
        inside = exact[:, (item >= edges[number]) & (item < edges[number + 1])]
        arrived = ~np.isnan(inside)
        some = arrived.any(axis=1)
        found[some, number] = np.nansum(inside[some], axis=1) / arrived[some].sum(axis=1)
    return found
