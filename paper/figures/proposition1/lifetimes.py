"""Memories that forget: errors against age, and lifetimes, beside their predictions."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title
from theory.block_code_finite import expected_items


def draw(profiles: xr.Dataset, lifetimes: xr.Dataset, error_rate: float) -> Figure:
    """Draw bit errors by age in the largest zones, and lifetimes against the size of the zone.

    Args:
        profiles: `sims.lifetimes.error_profiles`.
        lifetimes: `sims.lifetimes.summarise_lifetimes`.
        error_rate: the criterion.
    """
    figure = Figure(figsize=(TWO_COLUMNS, 2.7), layout="constrained")
    left, right = figure.subplots(1, 2)
    kinds = dict.fromkeys(str(each) for each in lifetimes["system"].values)
    largest = profiles["size"].values.max()
    sizes = np.unique(lifetimes["size"].values)
    for number, kind in enumerate(kinds):
        colour, marker = COLOURS[number], MARKERS[number]
        (row,) = np.flatnonzero((profiles["system"].values == kind) & (profiles["size"].values == largest))
        profile = profiles.isel(point=int(row)).dropna("age", subset=["bit_error"])
        left.plot(profile["age"], profile["predicted_bit_error"], color=colour)
        some = slice(None, None, max(profile.sizes["age"] // 25, 1))
        error = profile["bit_error"].values[some]
        reach = np.stack(
            [error - profile["bit_error_low"].values[some], profile["bit_error_high"].values[some] - error]
        )
        reach[0] = np.minimum(reach[0], error * (1 - 1e-3))
        left.errorbar(
            profile["age"].values[some], error, reach, color=colour, marker=marker, linestyle="none", label=kind
        )
        rows = lifetimes.isel(point=np.flatnonzero(lifetimes["system"].values == kind)).sortby("size")
        value = rows["lifetime"].values
        reach = np.stack([value - rows["lifetime_low"].values, rows["lifetime_high"].values - value])
        right.errorbar(rows["size"].values, value, reach, color=colour, marker=marker, linestyle="none")
        right.plot(rows["size"], rows["predicted_lifetime"], color=colour)
    right.plot(
        sizes, [expected_items(int(each), 0.5, error_rate) for each in sizes], color="0.5", linestyle="--",
        marker="_", label="capacity without forgetting",
    )  # fmt: skip
    left.axhline(error_rate, color="0.6", linewidth=0.6)
    left.set(yscale="log", ylim=(1e-5, 0.5), xlabel="age, later items", ylabel="wrong bits per bit")
    right.set(
        xscale="log",
        yscale="log",
        ylim=(1, None),
        xlim=(sizes[0] / 1.5, 1.5 * sizes[-1]),
        xlabel="key units $n$",
        ylabel="lifetime, later items",
    )
    right.set_xticks(sizes, [str(each) for each in sizes])
    right.minorticks_off()
    panel_title(left, "a", f"errors by age, $n={largest}$; lines: theory")
    panel_title(right, "b", f"lifetime at bit error {error_rate:g}")
    left.legend(loc="lower right")
    right.legend(loc="upper left")
    return figure
