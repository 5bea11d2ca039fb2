"""Small multiples over regimes: a block of panels one above the other for every regime, four blocks in a row."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.exp1.looks import title
from paper.style import ONE_COLUMN, TWO_COLUMNS, panel_title

COLUMNS = 4
"""Regimes in one row, so that the eight on facts stand as {disjoint, shared} keys above each other."""


@dataclass(frozen=True)
class Grid:
    """A figure of small multiples.

    Attributes:
        figure: the figure.
        panels: for every regime its panels, uppermost first.
        lowest: panels with no other below them.
        empty: place left over for a legend, if any.
    """

    figure: Figure
    panels: dict[str, list[Axes]]
    lowest: list[Axes]
    empty: Axes | None

    def legend(self) -> None:
        """Name every line once, in the place left over or below."""
        handles = {
            name: line
            for panels in self.panels.values()
            for axes in panels
            for line, name in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        if self.empty is not None:
            self.empty.legend(handles.values(), handles.keys(), loc="center left")
        else:
            columns = 2 if self.figure.get_figwidth() < TWO_COLUMNS else 4
            self.figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=columns)

    def label_x(self, label: str, shared: bool = True) -> None:
        """Label the lowest panels; if all share the axis, take the labels of ticks from the others."""
        for panels in self.panels.values():
            for axes in panels:
                if axes in self.lowest:
                    axes.set_xlabel(label)
                elif shared:
                    axes.tick_params(labelbottom=False)


def regime_grid(regimes: list[str], labels: list[str], height: float) -> Grid:
    """Lay out panels, each regime's lettered and titled on the first.

    Args:
        regimes: names.
        labels: of the vertical axes, one for each panel of a regime.
        height: of one panel, inches.
    """
    columns, rows = min(COLUMNS, len(regimes)), len(labels)
    blocks = -(-len(regimes) // columns)
    width = TWO_COLUMNS if columns > 1 else ONE_COLUMN
    figure = Figure(figsize=(width, blocks * (rows * height + 0.35) + 0.45), layout="constrained")
    grid = figure.subplots(blocks * rows, columns, squeeze=False)
    panels: dict[str, list[Axes]] = {}
    lowest: list[Axes] = []
    for number, regime in enumerate(regimes):
        block, column = divmod(number, columns)
        panels[regime] = list(grid[block * rows : (block + 1) * rows, column])
        panel_title(panels[regime][0], chr(ord("a") + number), title(regime))
        panels[regime][0].title.set_fontsize(7)
        if number + columns >= len(regimes):
            lowest.append(panels[regime][-1])
        if column == 0:
            for axes, label in zip(panels[regime], labels, strict=True):
                axes.set_ylabel(label)
    left = grid[(blocks - 1) * rows :, len(regimes) - (blocks - 1) * columns :]
    for axes in left.ravel():
        axes.axis("off")
    return Grid(figure, panels, lowest, left[0, 0] if left.size else None)
