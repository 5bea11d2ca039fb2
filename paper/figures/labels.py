"""Labels beside points, placed so that they cover neither each other nor the points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""Left, lower, right and upper edges in pixels, shape [box, 4]."""

DIRECTIONS = np.stack([each(np.arange(16) * np.pi / 8) for each in (np.cos, np.sin)], axis=1)
DISTANCES = np.array([5.0, 8.0, 12.0, 17.0, 23.0])
"""Points (of 1/72 inch) from the point to its label that are tried, the nearest first."""

NEAR = 6.0
"""Labels farther away than this get a line to their point."""


@dataclass(frozen=True)
class Label:
    """A text to be placed beside a point.

    Attributes:
        x: of the point, in data units.
        y: likewise.
        text: of the label.
        colour: of the label.
    """

    x: float
    y: float
    text: str
    colour: str


def place(
    axes: Axes, labels: Sequence[Label], bars: Sequence[tuple[float, float, float, float]] = (), size: float = 5.5
) -> None:
    """Write labels beside their points, first come, first placed.

    A label for which no free place is left gets the one that covers least.

    Args:
        axes: with its limits set and the layout of its figure settled.
        labels: in the order in which they choose.
        bars: from lower left to upper right, in data units, what else must not be covered.
        size: of the text.
    """
    unit = axes.get_figure(root=True).dpi / 72  # pyright: ignore[reportOptionalMemberAccess]
    frame = np.array(axes.get_window_extent().extents)
    spots = axes.transData.transform([(each.x, each.y) for each in labels])
    ends = axes.transData.transform(np.reshape(bars, (-1, 2))).reshape(-1, 4)
    texts = [each.get_window_extent().extents for each in axes.texts if each.get_text()]
    points = np.hstack([spots - 2.5 * unit, spots + 2.5 * unit])
    taken = np.concatenate([points, np.reshape(texts, (-1, 4)), ends + np.array([-1, -1, 1, 1]) * unit])
    for label, spot in zip(labels, spots, strict=True):
        text = axes.annotate(
            label.text, (label.x, label.y), xytext=(0, 0), textcoords="offset points", ha="center", va="center",
            fontsize=size, color=label.colour, in_layout=False,
        )  # fmt: skip
        extent = text.get_window_extent()
        half = np.array([extent.width, extent.height]) / 2
        ways = DISTANCES[:, None, None] * unit + half
        centres = (spot + DIRECTIONS * ways).reshape(-1, 2)
        boxes = np.hstack([centres - half, centres + half])
        best = int(_covered(boxes, taken, frame).argmin())
        taken = np.concatenate([taken, boxes[best : best + 1]])
        offset = (centres[best] - spot) / unit
        text.set_position((offset[0], offset[1]))
        if np.repeat(DISTANCES, len(DIRECTIONS))[best] > NEAR:
            axes.annotate(
                "", (label.x, label.y), xytext=(offset[0], offset[1]), textcoords="offset points", in_layout=False,
                arrowprops={"arrowstyle": "-", "color": label.colour, "linewidth": 0.3, "shrinkA": 3, "shrinkB": 2},
            )  # fmt: skip


def _covered(boxes: Boxes, taken: Boxes, frame: Boxes) -> Boxes:
    """Area of each box that is taken, each time it is, or outside the frame."""
    own = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return own - _common(boxes, frame[None])[:, 0] + _common(boxes, taken).sum(axis=1)


def _common(some: Boxes, others: Boxes) -> Boxes:
    """Area that each of some boxes shares with each of others."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, 2:], others[None, :, 2:])
    return np.maximum(high - low, 0).prod(axis=-1)
