"""What the effect of sparsity depends on: the fall of forgetting with one factor of training changed at a time."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.exp1 import looks
from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title
from sims.harness.statistics import Interval
from transformer_checks.bootstrap import Floats, bootstrap_interval

PREFIX = "factor: "
"""Of the names of regimes that change one factor."""


def draw(table: xr.Dataset) -> Figure:
    """Draw, for every factor, the relative fall of F from the densest to the sparsest level, beside F at both.

    The two levels share a seed's tasks and initial weights, so seeds are resampled in pairs (95 % intervals).

    Args:
        table: `transformer_checks.exp1_quantities.summarise` of two levels of k-winners-take-all for every factor;
            factors with fewer levels are left out.

    Raises:
        ValueError: no factor has two levels.
    """
    found = {name: ends for name in looks.regimes(table) if (ends := _ends(table, name)) is not None}
    if not found:
        raise ValueError("no factor has two levels of k-winners-take-all")
    figure = Figure(figsize=(TWO_COLUMNS, 0.21 * len(found) + 1.1), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.2, 1))
    for place, ends in enumerate(found.values()):
        dense, sparse = (ends["forgetting"].values[row] for row in (0, 1))
        fall = relative_fall(dense, sparse)
        left.errorbar(
            fall.estimate, place, xerr=[[fall.estimate - fall.low], [fall.high - fall.estimate]], color=COLOURS[6],
            marker=MARKERS[0],
        )  # fmt: skip
        for row, shift, colour, number, fill in ((0, -0.13, COLOURS[1], 1, "full"), (1, 0.13, COLOURS[0], 0, "none")):
            mean = float(ends["forgetting_mean"][row])
            reach = looks.reach(ends.isel(point=[row]), "forgetting")
            name = f"$k/m = {float(ends['level'][row]):g}$"
            right.errorbar(
                mean, place + shift, xerr=reach, color=colour, marker=MARKERS[number], fillstyle=fill,
                linestyle="none", label=name if place == 0 else None,
            )  # fmt: skip
    names = [name.removeprefix(PREFIX).replace(" x ", " × ") for name in found]
    left.set_yticks(range(len(found)), names)
    left.set_ylim(len(found) - 0.5, -0.5)
    left.axvline(0, color="0.6", linewidth=0.6)
    for axes in (left, right):
        axes.grid(axis="y", color="0.92", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
    right.set_xlim(left=min(0.0, right.get_xlim()[0]))
    left.set_xlabel("fall of $F$ from dense to sparse, relative to dense")
    right.set_xlabel("forgetting $F$ (nats per position)")
    panel_title(left, "a", "effect of sparsity")
    panel_title(right, "b", "forgetting itself")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def relative_fall(dense: Floats, sparse: Floats) -> Interval:
    """Mean fall over the dense mean, resampling seeds in pairs; both shape [seed]."""

    def fall(chosen: np.ndarray) -> Floats:
        return 1 - sparse[chosen].mean(axis=-1) / dense[chosen].mean(axis=-1)

    return bootstrap_interval(fall, dense.size)


def _ends(table: xr.Dataset, regime: str) -> xr.Dataset | None:
    """The densest and the sparsest level of a factor, in that order, without seeds that either lacks."""
    own = table.isel(
        point=np.flatnonzero((table["regime"].values == regime) & (table["implementation"].values == "kwta"))
    )
    if own.sizes["point"] < 2:
        return None
    ends = own.sortby("level", ascending=False).isel(point=[0, -1])
    return ends.isel(seed=np.isfinite(ends["forgetting"].values).all(axis=0))
