"""How the figures of Experiment 3 name and draw the dual system and its controls, and where tables have them."""

import numpy as np
import xarray as xr

from paper.figures.exp1.looks import Look
from paper.figures.exp2.looks import METHODS
from paper.style import COLOURS, MARKERS
from proofs.predictions import PREDICTIONS
from transformer_checks.exp3 import (
    DUAL,
    NO_CONSOLIDATION,
    NO_ZONES,
    REHEARSAL_DENSE,
    REHEARSAL_SPARSE,
    SAME_DENSE,
    SAME_SPARSE,
)

JUDGED: float = PREDICTIONS["E3.dual"].parameters["eps"]
"""Forgetting allowed where the predictions are judged, nats per fact."""

SYSTEMS: dict[str, Look] = {
    DUAL: Look("dual", COLOURS[0], MARKERS[0], "-"),
    SAME_SPARSE: Look("B1-same, both zones sparse", COLOURS[1], MARKERS[1], "--", True),
    SAME_DENSE: Look("B1-same, both zones dense", COLOURS[1], MARKERS[1], "-"),
    REHEARSAL_DENSE: Look("rehearsal, no zones, dense", COLOURS[2], MARKERS[3], "-"),
    REHEARSAL_SPARSE: Look("rehearsal, no zones, sparse", COLOURS[2], MARKERS[3], "--", True),
    "B0": Look("B0: dense", COLOURS[6], MARKERS[6], ":"),
    "B1": Look("B1: best single regime", "0.5", MARKERS[5], "-"),
    NO_CONSOLIDATION: Look("dual, nothing consolidated", COLOURS[5], MARKERS[4], "-"),
    NO_ZONES: Look("both sparsities, no zones", COLOURS[4], MARKERS[2], "-"),
    "moe-active": METHODS["moe-active"],
    "moe-total": METHODS["moe-total"],
}
"""Names of the comparisons' controls, in the order in which they are drawn: first those that replay."""

REPLAYING = (SAME_SPARSE, SAME_DENSE, REHEARSAL_DENSE, REHEARSAL_SPARSE)
"""The controls that are taught from the same store as the dual system."""


def look(name: str) -> Look:
    """How to draw a system; one without a look of its own is grey."""
    return SYSTEMS.get(name, Look(name, "0.5", "*", ":"))


def controls(comparisons: xr.Dataset) -> list[str]:
    """The controls of a table of comparisons, in the order in which they are drawn."""
    there = list(dict.fromkeys(str(name) for name in comparisons["second"].values))
    return [*(name for name in SYSTEMS if name in there), *(name for name in there if name not in SYSTEMS)]


def rows(comparisons: xr.Dataset, **wanted: object) -> xr.Dataset:
    """The rows of the comparisons that have these values."""
    chosen = np.logical_and.reduce([comparisons[name].values == value for name, value in wanted.items()])
    return comparisons.isel(row=np.flatnonzero(chosen))


def places(table: xr.Dataset, comparisons: xr.Dataset, eps: float) -> dict[str, int]:
    """Where the dual system and every control at one eps stand in a table of systems.

    Args:
        table: `transformer_checks.exp2.summarise_ceilings` of the systems, or `summarise_prefixes`.
        comparisons: `transformer_checks.exp3.comparisons`, which says which single regime is the best.
        eps: forgetting allowed, nats.
    """
    labels = table["label"].values.tolist()
    found = {DUAL: table["system"].values.tolist().index(DUAL)}
    for name in controls(comparisons):
        label = str(rows(comparisons, second=name, eps=eps)["second_label"].values[0])
        found[name] = labels.index(label)
    return found
