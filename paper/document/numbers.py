"""Every number of the prose by name: from the theory's functions, or from the tables of the simulations."""

import math
from collections.abc import Callable

import numpy as np
import xarray as xr

from paper.document.sources import NotSimulated, Sources
from theory.any_rule import gardner_bits, gardner_load
from theory.block_code import one_shot_bits
from theory.dual_regime import ASYMPTOTIC_CRITICAL_RHO, ASYMPTOTIC_GAIN, critical_rho, gain
from theory.mean_field import critical_point, most_informative_point
from theory.one_step import one_step_load

NOT_SIMULATED = "*(not yet simulated)*"

Number = Callable[..., str]
"""From sources and the words after the name to the printed number."""


def number(sources: Sources, name: str, *arguments: str) -> str:
    """Return a number as printed, or that it is not yet simulated.

    Raises:
        ValueError: an unknown name, or arguments that it does not take.
    """
    if name not in NUMBERS:
        raise ValueError(f"unknown number {name!r}; known are {', '.join(NUMBERS)}")
    try:
        return NUMBERS[name](sources, *arguments)
    except NotSimulated:
        return NOT_SIMULATED
    except TypeError as error:
        raise ValueError(f"the number {name} does not take {' '.join(arguments) or 'no argument'}: {error}") from error


def _digits(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}g}" if 1e-4 <= abs(value) < 1e6 else f"{value:.{digits - 1}e}"


def _theory(function: Callable[[float], float]) -> Number:
    return lambda _sources, argument, digits="3": _digits(function(float(argument)), int(digits))


def _constant(value: float) -> Number:
    return lambda _sources, digits="3": _digits(value, int(digits))


def _dual_gain(_sources: Sources, activity: str, rho: str) -> str:
    """Gain at one wrong bit in a thousand with a dense slow zone."""
    return _digits(gain(float(rho), one_shot_bits(float(activity)), 2.0))


def _dual_end(_sources: Sources, activity: str) -> str:
    return _digits(critical_rho(one_shot_bits(float(activity)), 2.0), 2)


def _plain(sources: Sources, activity: float) -> xr.Dataset:
    """The largest network's measured capacity of plain k-WTA dynamics started on the pattern."""
    table = sources.table("theorem2", "capacity")
    usual = {"code": "fixed-size", "retrieval": "kwta", "dynamics": "plain", "update": "synchronous"}
    chosen = np.isclose(table["activity"], activity) & (table["cue_miss"] == 0).values
    for column, value in usual.items():
        chosen &= (table[column] == value).values
    if not chosen.any():
        raise NotSimulated(f"no capacity at activity {activity}")
    rows = table.isel(point=np.flatnonzero(chosen))
    return rows.isel(point=int(np.argmax(rows["neurons"].values)))


def _plain_capacity(sources: Sources, activity: str) -> str:
    row = _plain(sources, float(activity))
    low, high = float(row["load_low"]), float(row["load_high"])
    return f"{float(row['load']):.4f} (95% interval {low:.4f} to {high:.4f}, $N = {int(row['neurons'])}$)"


def _plain_excess(sources: Sources, activity: str) -> str:
    row = _plain(sources, float(activity))
    return f"{100 * (float(row['load']) / float(row['predicted']) - 1):.0f}%"


def _range(values: xr.DataArray) -> str:
    return f"{_digits(float(values.min()))} to {_digits(float(values.max()))}"


def _column(part: str, table: str, column: str) -> Number:
    return lambda sources: _range(sources.table(part, table)[column])


def _highest_share(sources: Sources) -> str:
    table = sources.table("theorem2", "keyed-capacity")
    return f"{100 * float((table['bits_per_synapse'] / table['ceiling']).max()):.0f}%"


def _amp_deviation(sources: Sources) -> str:
    table = sources.table("theorem2", "amp")["overlap"].isel(step=-1)
    deviation = abs(table.sel(statistic="estimate") - table.sel(statistic="predicted"))
    return _digits(float(deviation.max()), 2)


def _best_active(sources: Sources) -> str:
    table = sources.table("theorem2", "optimum-best")
    rows = table.isel(point=np.flatnonzero(table["rule"] == "covariance"))
    pairs = zip(rows["neurons"].values, rows["active"].values, strict=True)
    return ", ".join(f"{int(active)} active units at $N = {int(neurons)}$" for neurons, active in pairs)


NUMBERS: dict[str, Number] = {
    "shannon": _constant(1 / (2 * math.log(2))),
    "asymptotic_gain": _constant(ASYMPTOTIC_GAIN),
    "asymptotic_end": _constant(ASYMPTOTIC_CRITICAL_RHO),
    "capacity": _theory(lambda activity: critical_point(activity).load),
    "capacity_overlap": _theory(lambda activity: critical_point(activity).overlap),
    "missed": _theory(lambda activity: 100 * critical_point(activity).miss_rate),
    "eta": _theory(lambda activity: most_informative_point(activity).recall.bits_per_synapse),
    "law_share": _theory(lambda a: critical_point(a).load * 2 * a * math.log(1 / a)),
    "gardner_load": _theory(gardner_load),
    "gardner_bits": _theory(gardner_bits),
    "one_step_bits": _theory(lambda activity: one_step_load(0.01, activity).bits_per_synapse),
    "one_shot_bits": _theory(one_shot_bits),
    "dual_gain": _dual_gain,
    "dual_end": _dual_end,
    "plain_capacity": _plain_capacity,
    "plain_excess": _plain_excess,
    "amp_deviation": _amp_deviation,
    "keyed_bits": _column("theorem2", "keyed-capacity", "bits_per_synapse"),
    "keyed_share": _highest_share,
    "keyed_load": _column("theorem2", "keyed-capacity", "load"),
    "best_active": _best_active,
    "real_excess": _column("theorem1", "real-codes", "excess"),
}
"""The numbers by name; the words after a name in a placeholder are its arguments."""
