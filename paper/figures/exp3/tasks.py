"""Accuracy, retained bits and worst forgetting as the sequence grows, for the dual system and its controls."""

import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paper.figures.exp1.looks import from_zero
from paper.figures.exp2.looks import against_tasks, everything, handle, task_axis
from paper.figures.exp3 import looks
from paper.style import TWO_COLUMNS, panel_title
from transformer_checks.exp3 import DUAL

PANELS = {
    "accuracy": "accuracy, tasks so far",
    "retained": "retained (kbit)",
    "worst_forgetting": "worst forgetting (nats per fact)",
}
"""Quantities and their titles."""


def draw(table: xr.Dataset, prefixes: xr.Dataset, comparisons: xr.Dataset, task_bits: float) -> Figure:
    """Draw the dual system above with the controls that replay, below with the others; 95 % intervals where marked.

    Args:
        table: `transformer_checks.exp2.summarise_ceilings` of the systems.
        prefixes: `transformer_checks.exp2.summarise_prefixes` of the same.
        comparisons: `transformer_checks.exp3.comparisons` of them; B1 is that at the eps of the predictions.
        task_bits: what there is to know about one task.
    """
    prefixes = prefixes.assign(
        {f"retained_{end}": prefixes[f"retained_{end}"] / 1000 for end in ("mean", "low", "high")}
    )
    places = looks.places(table, comparisons, looks.JUDGED)
    controls = [name for name in places if name != DUAL]
    groups = [
        [*(name for name in controls if name in looks.REPLAYING), DUAL],
        [*(name for name in controls if name not in looks.REPLAYING), DUAL],
    ]
    figure = Figure(figsize=(TWO_COLUMNS, 4.4), layout="constrained")
    grid = figure.subplots(2, len(PANELS), sharex=True, sharey="col")
    tasks = int(prefixes["tasks"].values[-1])
    for number, (panels, names) in enumerate(zip(grid, groups, strict=True)):
        for place, (axes, quantity) in enumerate(zip(panels, PANELS, strict=True)):
            for name in names:
                against_tasks(axes, prefixes.isel(point=places[name]), quantity, looks.look(name))
            panel_title(axes, "abcdef"[number * len(PANELS) + place], PANELS[quantity])
    task_axis(grid[0, 0], tasks)
    for panels in grid:
        everything(panels[1], tasks, task_bits)
    for axes in grid[0]:
        from_zero(axes)
    grid[0, 0].set_ylim(0, 1.04)
    for axes in grid[-1]:
        axes.set_xlabel("tasks learned, $T$")
    for axes, text in zip(grid[:, 0], ("taught from one store", "nothing replayed"), strict=True):
        axes.set_ylabel(f"dual, and controls\n{text}")
    handles = [handle(looks.look(name)) for name in (DUAL, *controls)]
    handles.append(Line2D([], [], color="0.8", label="everything"))
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure
