"""C times B against measured sparsity, beside the methods, and the shape that the Hopfield theory predicts."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paper.figures.exp1.looks import LOOKS, curve, from_zero, plain_logarithm, reach, sparsity_axes
from paper.figures.exp2 import looks
from paper.style import TWO_COLUMNS, panel_title
from theory.mean_field import most_informative_point

THEORY = "Hopfield theory, shape only (scaled to the mean of k-WTA)"


def draw(table: xr.Dataset) -> Figure:
    """Draw C B against sparsity, a block for every eps: the sweep, and at its side every method.

    Only the shape of the theory's curve is compared: it is scaled so that its mean over the levels of
    k-winners-take-all is the measured one.

    Args:
        table: `transformer_checks.exp2.summarise_ceilings`.
    """
    table = table.assign({name: table[name] / 1000 for name in map(str, table) if name.startswith("product")})
    figure = Figure(figsize=(TWO_COLUMNS, 4.4), layout="constrained")
    methods = looks.compared(table)
    count = methods.sizes["point"]
    grid = figure.subplots(2, 4, sharex="col", width_ratios=(2.2, max(0.4, 0.14 * count)) * 2)
    mains, sides = grid[:, ::2].ravel(), grid[:, 1::2].ravel()
    for place, (main, side, eps) in enumerate(zip(mains, sides, table["eps"].values, strict=True)):
        some = table.sel(eps=eps)
        side.sharey(main)
        for implementation in looks.IMPLEMENTATIONS:
            rows = looks.swept(some, implementation).sortby("sparsity_mean")
            if rows.sizes["point"]:
                curve(main, rows, "product", LOOKS[implementation])
                _bounds(main, rows["sparsity_mean"].values, rows, LOOKS[implementation].colour)
        _methods(side, looks.compared(some))
        _theory(main, looks.swept(some, "kwta"))
        _scale(main, side, some)
        panel_title(main, "abcd"[place], rf"$\epsilon = {eps:g}$ nats per fact")
    for main in mains[2:]:
        main.set_xlabel("sparsity $s$, measured")
    for main in mains[::2]:
        main.set_ylabel("$C\\,B$ (kbit)")
    sparsity_axes(list(mains), looks.swept(table, "kwta"), *(_some(looks.swept(table, "l1"))))
    figure.legend(handles=_handles(table), loc="outside lower center", ncols=2)
    return figure


def shape(sparsity: np.ndarray) -> np.ndarray:
    """What a Hopfield network of the best load holds per synapse at the activity `1 - sparsity` (covariance rule)."""
    return np.array([most_informative_point(float(1 - each)).recall.bits_per_synapse for each in sparsity])


def _theory(axes: Axes, rows: xr.Dataset) -> None:
    at = rows["sparsity_mean"].values
    if at.size < 2:
        return
    scale = rows["product_mean"].values.mean() / shape(at).mean()
    fine = 1 - np.geomspace(1 - at.min(), 1 - at.max(), 40)
    axes.plot(fine, scale * shape(fine), color="0.45", linestyle="-.", linewidth=0.9, zorder=1)


def _methods(axes: Axes, rows: xr.Dataset) -> None:
    names = []
    for point in range(rows.sizes["point"]):
        row = rows.isel(point=[point])
        drawn = looks.method(str(row["system"].values[0]))
        names.append(drawn.name)
        axes.errorbar([point], row["product_mean"].values, reach(row, "product"), linestyle="none", **drawn.points())
        _bounds(axes, [point], row, drawn.colour)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.tick_params(labelleft=False)
    axes.grid(axis="y", color="0.92", linewidth=0.5)
    axes.set_axisbelow(True)


def _bounds(axes: Axes, at: np.ndarray | list[int], rows: xr.Dataset, colour: str) -> None:
    for point in np.flatnonzero(looks.censored(rows)):
        looks.arrow(axes, float(at[point]), float(rows["product_mean"][point]), "up", colour)


def _scale(main: Axes, side: Axes, table: xr.Dataset) -> None:
    """A logarithmic axis where the products span more than a decade, else one from zero."""
    low, high = float(table["product_low"].min()), float(table["product_high"].max())
    if low > 0 and high > 10 * low:
        side.set_ylim(low / 1.3, high * 1.6)
        plain_logarithm(main, "y")
    else:
        from_zero(main)


def _some(rows: xr.Dataset) -> list[xr.Dataset]:
    return [rows] if rows.sizes["point"] else []


def _handles(table: xr.Dataset) -> list[Line2D]:
    there = [name for name in looks.IMPLEMENTATIONS if looks.swept(table, name).sizes["point"]]
    found = [looks.handle(LOOKS[name]) for name in there]
    found.append(Line2D([], [], color="0.45", linestyle="-.", linewidth=0.9, label=THEORY))
    return [*found, looks.arrow_handle("up")] if looks.censored(table).any() else found
