"""Tables from the sequential study: retention as the sequence grows, and capacity and gain against prediction."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sims.harness.statistics import Interval, mean_interval
from sims.replicas import crossing_load, interval_columns, jackknife, rows_table
from sims.sequential import SequencePoint
from sims.sizing import single_units
from theory.block_code import one_shot_bits, output_units
from theory.block_code_exact import exact_bit_error, most_items
from theory.block_code_finite import expected_bit_error
from theory.dual_regime import dual_bits
from theory.information import binary_entropy

DUAL = ("frozen", "live", "batch-hebb", "none")


def bit_errors(point: SequencePoint, data: xr.Dataset) -> NDArray[np.float64]:
    """Wrong bits per bit over all items so far: (replica, checkpoint)."""
    return np.maximum(data["wrong"].values, 0).sum(axis=2) / (data["items"].values * point.item_bits)


def exact_items(data: xr.Dataset) -> NDArray[np.int64]:
    """Items that come back without a wrong bit: (replica, checkpoint)."""
    return (data["wrong"].values == 0).sum(axis=2)


def summarise_retention(points: Sequence[SequencePoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Over (point, checkpoint): bit errors, exact items and the bits they retain per synapse, and what it cost.

    `retained` counts the bits of exact items; `information` is the second view: what bits with this error rate say of
    the stored ones if errors were independent (`1 - H2(error)` a bit), whatever use they are. Intervals are t-intervals
    over replicas. `predicted_bit_error` is what theory expects of a one-shot zone (NaN of other memories): exactly if
    dense.

    Raises:
        ValueError: points with different numbers of checkpoints.
    """
    if len({point.checkpoints for point in points}) != 1:
        raise ValueError("all points of one table need the same number of checkpoints")
    return xr.concat(
        [_retention(point, data) for point, data in zip(points, datasets, strict=True)],
        dim=xr.Variable("point", [point.label for point in points]),
    )


def _retention(point: SequencePoint, data: xr.Dataset) -> xr.Dataset:
    synapses, items = int(data["synapses"]), data["items"].values
    errors, exact = bit_errors(point, data), exact_items(data)
    columns = {
        "bit_error": errors,
        "exact_items": exact,
        "retained": exact * point.item_bits / synapses,
        "information": items * point.item_bits / synapses * (1 - binary_entropy(errors)),
    }
    table: dict[str, tuple[str, list[float]]] = {}
    for name, values in columns.items():
        rows = [interval_columns(name, mean_interval(values[:, column])) for column in range(len(items))]
        table |= {key: ("checkpoint", [row[key] for row in rows]) for key in rows[0]}
    costs = {
        name: ("checkpoint", data[name].values.mean(axis=0)) for name in ("offline_phases", "updates", "unconverged")
    }
    return xr.Dataset(
        {
            **table,
            **costs,
            "items": ("checkpoint", items),
            "predicted_bit_error": ("checkpoint", [_predicted_bit_error(point, int(each)) for each in items]),
            "system": point.system,
            "label": point.label,
            "activity": _activity(point),
            "fast_activity": _fast_activity(point),
            "equal_zones": point.fast_activity == 0.5,
            "replicas": point.replicas,
            "item_bits": point.item_bits,
            "rho": point.rho,
            "size": point.neurons,
            "synapses": synapses,
            "copies": int(data["copies"]),
        }
    )


def exactness(points: Sequence[SequencePoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Over (point, checkpoint, item): `exact`, the share of replicas in which an item comes back without a wrong bit.

    NaN before it arrived. Points must present equally many items.
    """
    rows: list[xr.Dataset] = []
    for point, data in zip(points, datasets, strict=True):
        wrong = data["wrong"].values
        exact = np.where(wrong[0] < 0, np.nan, (wrong == 0).mean(axis=0))
        columns = {"exact": (("checkpoint", "item"), exact), "items": ("checkpoint", data["items"].values)}
        zones = {"activity": _activity(point), "equal_zones": point.fast_activity == 0.5}
        rows.append(xr.Dataset({**columns, **zones, "system": point.system, "rho": point.rho}))
    return xr.concat(rows, dim="point")


def capacity_items(items: Sequence[int], errors: NDArray[np.float64], error_rate: float) -> float:
    """The most items at which the criterion is met; the last asked for if it is met there.

    Past the last checkpoint that meets it, the logarithm of the error rate is interpolated (`crossing_load`), or, from
    a checkpoint without any error, the error rate itself.
    """
    met = np.flatnonzero(errors <= error_rate)
    if met.size and met[-1] == len(items) - 1:
        return float(items[-1])
    after = int(met[-1]) + 1 if met.size else 0
    before, low = (items[after - 1], float(errors[after - 1])) if after else (0, 0.0)
    if low > 0:
        return crossing_load([before, items[after]], [low, float(errors[after])], error_rate)
    return float(before + (items[after] - before) * error_rate / errors[after])


def capacity(point: SequencePoint, data: xr.Dataset) -> Interval:
    """C(eps) in items: of the mean error over replicas, with a jackknife interval.

    A memory that meets the criterion at the end of its stream has at least that capacity, and no interval; where only
    some replicas do, the interval ends there.
    """
    items = [int(each) for each in data["items"].values]
    found = jackknife(lambda mean: capacity_items(items, mean, point.error_rate), bit_errors(point, data))
    most = float(items[-1])
    return dataclasses.replace(found, estimate=min(found.estimate, most), high=min(found.high, most))


def summarise_gain(points: Sequence[SequencePoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """One row per memory (two for a frozen copy: uncounted and counted): capacity, prediction, and gain over the best.

    The best single regime is the one-shot zone with the highest measured capacity among those of the same size and rho;
    gains are NaN where there is none. `predicted` uses the exact capacity of the fast zone at its size,
    `predicted_large` the large-n law; G is the load trained to. Intervals of gains treat memories as independent.
    """
    capacities = [capacity(point, data) for point, data in zip(points, datasets, strict=True)]
    rows = []
    for point, data, held in zip(points, datasets, capacities, strict=True):
        synapses, copies, bits = int(data["synapses"]), int(data["copies"]), point.item_bits
        singles = [
            (_scaled(other_held, bits / int(other_data["synapses"])), other)
            for other, other_data, other_held in zip(points, datasets, capacities, strict=True)
            if other.system == "one-shot"
            and (other.neurons, other.rho, other.load) == (point.neurons, point.rho, point.load)
        ]
        best = max(singles, key=lambda each: each[0].estimate, default=None)
        for counted in range(2 if copies else 1):
            stored = _scaled(held, bits / (synapses + counted * copies))
            finite, large = _predicted(point, counted)
            base, base_finite, base_large = math.nan, math.nan, math.nan
            gain = Interval(math.nan, math.nan, math.nan, math.nan, 0)
            if best is not None:
                gain = _ratio(stored, best[0])
                base = best[0].estimate
                base_finite, base_large = _predicted(best[1], 0)
            rows.append(
                {
                    "label": point.label,
                    "system": point.system,
                    "accounting": _accounting(point.system, counted),
                    "rho": point.rho,
                    "size": point.neurons,
                    "synapses": synapses + counted * copies,
                    "fast_activity": _fast_activity(point),
                    "equal_zones": point.fast_activity == 0.5,
                    "activity": _activity(point),
                    "interval": point.interval,
                    **interval_columns("bits_per_synapse", stored),
                    "standard_error": stored.standard_error,
                    "met_at_end": bool(bit_errors(point, data)[:, -1].mean() <= point.error_rate),
                    "last_bit_error": float(bit_errors(point, data)[:, -1].mean()),
                    "predicted": finite,
                    "predicted_large": large,
                    "best_single": base,
                    **interval_columns("gain", gain),
                    "predicted_gain": finite / base_finite,
                    "predicted_gain_large": large / base_large,
                    "offline_phases": float(data["offline_phases"].values[:, -1].mean()),
                    "updates": float(data["updates"].values[:, -1].mean()),
                    "unconverged": int(data["unconverged"].values.max()),
                    "replicas": point.replicas,
                }
            )
    return rows_table(rows)


def _activity(point: SequencePoint) -> float:
    """Of the zone that holds the long-term content."""
    return point.single_activity if point.system == "one-shot" else 0.5


def _fast_activity(point: SequencePoint) -> float:
    return point.sizes.fast_activity if point.system in DUAL else math.nan


def _predicted_bit_error(point: SequencePoint, items: int) -> float:
    if point.system != "one-shot":
        return math.nan
    activity = point.single_activity
    units = single_units(point.sizes.synapses, point.item_bits, activity)
    return (exact_bit_error if activity == 0.5 else expected_bit_error)(items, units, activity)


def _accounting(system: str, counted: int) -> str:
    if system != "frozen":
        return "no copy"
    return "copy counted" if counted else "copy not counted"


def _predicted(point: SequencePoint, copies: int) -> tuple[float, float]:
    """Bits per synapse at this size and at large n; NaN for systems without a prediction."""
    eps = point.error_rate
    if point.system == "one-shot":
        units = single_units(point.sizes.synapses, point.item_bits, point.single_activity)
        items = most_items(eps, units, point.single_activity)
        outputs = output_units(point.single_activity, point.item_bits)
        return items * point.item_bits / (units * outputs), one_shot_bits(point.single_activity, eps)
    if point.system not in ("frozen", "live"):
        return math.nan, math.nan
    sizes = point.sizes
    eta = most_items(eps, sizes.fast_units, sizes.fast_activity) * sizes.item_bits / sizes.fast_synapses
    finite = dual_bits(point.rho, eta, point.load, copies)
    return finite, dual_bits(point.rho, one_shot_bits(sizes.fast_activity, eps), point.load, copies)


def _scaled(interval: Interval, factor: float) -> Interval:
    return Interval(
        factor * interval.estimate,
        factor * interval.low,
        factor * interval.high,
        factor * interval.standard_error,
        interval.seeds,
    )


def _ratio(top: Interval, bottom: Interval) -> Interval:
    """The ratio of independent estimates, with the interval of the propagated relative errors."""
    ratio = top.estimate / bottom.estimate
    relative = [(each.high - each.low) / 2 / each.estimate for each in (top, bottom) if each.estimate > 0]
    reach = abs(ratio) * math.hypot(*relative)
    errors = [each.standard_error / each.estimate for each in (top, bottom) if each.estimate > 0]
    return Interval(ratio, ratio - reach, ratio + reach, abs(ratio) * math.hypot(*errors), min(top.seeds, bottom.seeds))
