"""How the figures of Proposition 1 name and draw the memories they compare."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from paper.style import COLOURS, MARKERS


class Look(NamedTuple):
    """A memory's name, colour, marker and line."""

    name: str
    colour: str
    marker: str
    line: str
    width: float = 1.0


FROZEN = Look("dual, frozen copy", COLOURS[5], MARKERS[0], "-", 2.5)
FROZEN_COUNTED = Look("dual, copy counted", COLOURS[0], MARKERS[5], "-")
LIVE = Look("dual, live targets", COLOURS[2], MARKERS[2], "-")
EQUAL = Look("dual, both zones dense", COLOURS[3], MARKERS[3], "-")
EQUAL_COUNTED = Look("dual, both zones dense, copy counted", COLOURS[3], MARKERS[4], ":")
BATCH_HEBB = Look("dual, batch Hebb (proposed)", COLOURS[4], MARKERS[4], "-")
NO_CONSOLIDATION = Look("dual, nothing consolidated", "0.6", MARKERS[6], "-")
SINGLE = Look("single, one-shot", COLOURS[1], MARKERS[1], "--")
DENSE = Look("single, one-shot, dense", COLOURS[6], MARKERS[6], "--")
REHEARSED_DELTA = Look("single dense, rehearsed (delta)", COLOURS[3], MARKERS[3], "-.")
REHEARSED_HEBB = Look("single dense, rehearsed (Hebb)", COLOURS[4], MARKERS[4], "-.")
DECAYING = Look("decaying", COLOURS[0], MARKERS[0], ":")
CLIPPED = Look("clipped", COLOURS[1], MARKERS[1], ":")
PARTITIONED = Look("partitions of binary synapses", COLOURS[2], MARKERS[2], ":")

_LOOKS = {
    "live": LIVE,
    "batch-hebb": BATCH_HEBB,
    "none": NO_CONSOLIDATION,
    "rehearsed-delta": REHEARSED_DELTA,
    "rehearsed-hebb": REHEARSED_HEBB,
    "decaying": DECAYING,
    "clipped": CLIPPED,
    "partitioned": PARTITIONED,
}


def look(table: xr.Dataset) -> Look:
    """How to draw the memory of one row: dense one-shot zones and dual ones of equal zones are told apart."""
    system = str(table["system"].item())
    if system == "one-shot":
        return DENSE if float(table["activity"]) == 0.5 else SINGLE
    if system == "frozen":
        counted = "accounting" in table and table["accounting"].item() == "copy counted"
        if bool(table["equal_zones"]):
            return EQUAL_COUNTED if counted else EQUAL
        return FROZEN_COUNTED if counted else FROZEN
    return _LOOKS[system]


def rows(table: xr.Dataset, chosen: np.ndarray) -> xr.Dataset:
    """The points of a table that are chosen."""
    return table.isel(point=np.flatnonzero(chosen))


def looks(table: xr.Dataset) -> list[Look]:
    """How to draw every row."""
    return [look(table.isel(point=row)) for row in range(table.sizes["point"])]
