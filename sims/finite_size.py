"""From capacities at several network sizes to infinite N: limits under several laws of the corrections.

No theory of the corrections is known for the plain dynamics, so the exponent is not fitted away: the limit is told for
each of several exponents, with how well that law fits. A law that does not fit says that N is still too small.
"""

import numpy as np
import xarray as xr

from sims.replicas import extrapolate, rows_table

EXPONENTS = (1 / 3, 1 / 2, 2 / 3, 1.0)
"""Of the corrections `N^-exponent` tried."""

FEWEST_SIZES = 4
"""So that a law with a limit and a slope can be seen not to fit."""


def extrapolate_capacity(capacity: xr.Dataset) -> xr.Dataset | None:
    """Limits of `load / predicted` as N -> oo, one row per activity and exponent; None without enough sizes.

    Columns: `activity`, `exponent`, `sizes`, `largest`, `limit`, `standard_error`, `slope`, `p_value` of
    the fit.

    Args:
        capacity: rows of `sims.capacity.summarise_capacity` under one condition.
    """
    rows = []
    for level in np.unique(capacity["activity"].values)[::-1]:
        some = capacity.isel(point=np.flatnonzero(capacity["activity"].values == level)).sortby("neurons")
        if some.sizes["point"] < FEWEST_SIZES:
            continue
        sizes, scale = some["neurons"].values, some["predicted"].values
        ratio, error = some["load"].values / scale, some["standard_error"].values / scale
        for exponent in EXPONENTS:
            fit = extrapolate(sizes, ratio, error, exponent)
            rows.append(
                {
                    "activity": float(level),
                    "exponent": exponent,
                    "sizes": len(sizes),
                    "largest": int(sizes[-1]),
                    "limit": fit.limit,
                    "standard_error": fit.standard_error,
                    "slope": fit.slope,
                    "p_value": fit.p_value,
                }
            )
    return rows_table(rows) if rows else None
