"""Which weights interfere: interference split by layer group, against measured sparsity."""

import xarray as xr
from matplotlib.figure import Figure

from paper.figures.exp1 import looks
from paper.figures.exp1.grid import regime_grid
from paper.style import COLOURS, MARKERS

GROUPS: dict[str, looks.Look] = {
    name: looks.Look(name if name != "mlp" else "MLP", COLOURS[colour], MARKERS[place], line, hollow)
    for place, (name, colour, line, hollow) in enumerate(
        (("embedding", 4, ":", True), ("attention", 3, "-.", False), ("mlp", 0, "-", False),
         ("head", 2, "--", True))
    )
}  # fmt: skip
"""Layer groups, as `transformer_checks.groups.GROUPS`."""

SHOWN = ("kwta", "l1")


def draw(table: xr.Dataset) -> Figure:
    """Draw every group's mean |inner product| under k-WTA and, below on the same axis, under L1.

    The groups' inner products have signs, so that their moduli do not add up to I. A group without interference has no
    place on the logarithmic axis and is named in the panel.

    Args:
        table: `transformer_checks.exp1_quantities.summarise`.
    """
    shown = [name for name in SHOWN if (table["implementation"].values == name).any()]
    labels = [f"{looks.LOOKS[name].name}:\n$I$ by group (nats²)" for name in shown]
    grid = regime_grid(looks.regimes(table), labels, 1.1)
    looks.sparsity_axes([axes for panels in grid.panels.values() for axes in panels], table)
    for regime, panels in grid.panels.items():
        own = {name: rows for name, _, rows in looks.curves(table, regime)}
        for name, axes in zip(shown, panels, strict=True):
            if name not in own:
                axes.annotate("not run", (0.5, 0.5), xycoords="axes fraction", ha="center", fontsize=6)
                axes.set_yticks([])
                continue
            silent = []
            for group, drawn in GROUPS.items():
                quantity = f"interference_{group}"
                if (own[name][f"{quantity}_mean"] > 0).any():
                    looks.curve(axes, own[name], quantity, drawn)
                else:
                    silent.append(drawn.name)
            if silent:
                axes.annotate(
                    f"none in {', '.join(silent)}", (0.03, 1), xycoords="axes fraction", va="top", fontsize=5.5
                )
        looks.share_y([axes for name, axes in zip(shown, panels, strict=True) if name in own], True, 0.2)
    grid.label_x("sparsity $s$, measured")
    grid.legend()
    return grid.figure
