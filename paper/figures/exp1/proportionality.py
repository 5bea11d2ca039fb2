"""Is forgetting proportional to interference? One against the other as the sparsity varies, with both fits."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.exp1 import looks
from paper.figures.exp1.grid import regime_grid
from transformer_checks.fits import EXPONENTS
from transformer_checks.trends import merge_levels

TEXT = 0.35
"""Room above the points for the exponents, in units of the axis below it."""


def draw(table: xr.Dataset, linear: xr.Dataset) -> Figure:
    """Draw F against I in every regime with `c I^p` (95 % interval of p) and the best proportional line, dotted.

    Both axes are logarithmic, so that p is a slope and proportionality the slope 1; forgetting is on a linear axis
    where an interval of it is not positive.

    Args:
        table: `transformer_checks.exp1_quantities.summarise`.
        linear: `transformer_checks.exp1_quantities.linear` of the same points, and perhaps others.
    """
    grid = regime_grid(looks.regimes(table), ["forgetting $F$\n(nats per position)"], 1.5)
    for regime, (axes,) in grid.panels.items():
        shown = [(drawn, rows, _fit(linear, regime, name)) for name, drawn, rows in looks.curves(table, regime)]
        for drawn, rows, _ in shown:
            axes.errorbar(
                rows["interference_mean"].values, rows["forgetting_mean"].values, looks.reach(rows, "forgetting"),
                looks.reach(rows, "interference"), linestyle="none", label=drawn.name, **drawn.points(),
            )  # fmt: skip
        _scale(axes, all(bool((rows["forgetting_low"] > 0).all()) for _, rows, _ in shown))
        fits = [(drawn, rows, fit) for drawn, rows, fit in shown if fit is not None]
        for place, (drawn, rows, fit) in enumerate(fits):
            _lines(axes, drawn, rows, fit)
            axes.annotate(
                _exponent(fit), (0.03, 1), xycoords="axes fraction", xytext=(0, -7 * place), va="top", fontsize=5.5,
                textcoords="offset points", color=drawn.colour,
            )  # fmt: skip
    first = next(iter(grid.panels.values()))[0]
    first.plot([], [], color="0.3", linestyle="-", label="$F = c\\,I^p$, dashed for L1")
    first.plot([], [], color="0.3", linestyle=":", label="$F = c\\,I$")
    grid.label_x("interference $I$ (nats²)", shared=False)
    grid.legend()
    return grid.figure


def _fit(linear: xr.Dataset, regime: str, implementation: str) -> xr.Dataset | None:
    """The fit of forgetting to interference in one curve, if it was made and has an exponent."""
    wanted = {"regime": regime, "implementation": implementation, "predictor": "interference", "outcome": "forgetting"}
    if not wanted.keys() <= set(linear):
        return None
    (found,) = np.nonzero(
        np.logical_and.reduce([linear[column].values == value for column, value in wanted.items()])
        & np.isfinite(linear["exponent"].values)
    )
    return linear.isel(row=int(found[0])) if found.size else None


def _scale(axes: Axes, positive: bool) -> None:
    """Set the scales; a logarithmic vertical axis spans at least half the decades of the horizontal one."""
    looks.plain_logarithm(axes, "x")
    if not positive:
        looks.from_zero(axes)
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + TEXT * (high - low))
        return
    axes.set_yscale("log")
    low, high = np.log10(axes.get_ylim())
    left, right = np.log10(axes.get_xlim())
    below = max((right - left) / 2 - (high - low), 0.0) / 2
    low, high = low - below, high + below
    axes.set_ylim(10**low, 10 ** (high + TEXT * (high - low)))
    looks.plain_logarithm(axes, "y")


def _lines(axes: Axes, drawn: looks.Look, rows: xr.Dataset, fit: xr.Dataset) -> None:
    """Draw both fits over the range of I measured, within the axes as they are."""
    axes.autoscale(False)
    power = float(fit["exponent"])
    own = rows.isel(seed=np.isfinite(rows["interference"].values).all(axis=0))
    _, interference, forgetting = (
        each.mean(axis=1)
        for each in merge_levels(own["sparsity"].values, own["interference"].values, own["forgetting"].values)
    )
    shape = interference**power
    factor = float((shape * forgetting).sum() / (shape**2).sum())
    at = np.geomspace(interference.min(), interference.max(), 50)
    axes.plot(at, factor * at**power, color=drawn.colour, linestyle=drawn.line if drawn.line != ":" else "-.")
    axes.plot(at, float(fit["scale"]) * at, color=drawn.colour, linestyle=":", linewidth=0.8)


def _exponent(fit: xr.Dataset) -> str:
    """The exponent and its interval; the least or the most that was tried is only a bound."""
    name = looks.LOOKS[str(fit["implementation"].item())].name.split(", ")[-1]
    power, low, high = (float(fit[f"exponent{end}"]) for end in ("", "_low", "_high"))
    return f"{name}: $p{_bound(power) or '='}{power:.2f}$ [${_bound(low)}{low:.2f}$, ${_bound(high)}{high:.2f}$]"


def _bound(power: float) -> str:
    """The sign before an exponent at an end of the range that was tried, else nothing."""
    if power < EXPONENTS[0] * 1.001:
        return r"{\leq}"
    return r"{\geq}" if power > EXPONENTS[-1] / 1.001 else ""
