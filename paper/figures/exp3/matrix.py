"""The whole accuracy matrices of the dual system, of a dense network, and of one that rehearses."""

from collections.abc import Sequence

import xarray as xr
from matplotlib.figure import Figure

from paper.figures.exp2.matrix import matrices
from paper.figures.exp3 import looks
from transformer_checks.exp3 import DUAL, REHEARSAL_DENSE


def draw(table: xr.Dataset, comparisons: xr.Dataset, datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the runs of the first seed.

    Args:
        table: `transformer_checks.exp2.summarise_ceilings` of the systems.
        comparisons: `transformer_checks.exp3.comparisons` of them.
        datasets: `transformer_checks.long_sequences.measure_long` of the systems in the order of the table.
    """
    places = looks.places(table, comparisons, looks.JUDGED)
    return matrices({looks.look(name).name: datasets[places[name]] for name in (DUAL, "B0", REHEARSAL_DENSE)})
