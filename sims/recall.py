"""Recall at a given load: where the plain dynamics end, and the Onsager-corrected ones step by step."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sims.amp import Response, check_response, retrieve_amp
from sims.harness.statistics import mean_interval
from sims.probes import NetworkPoint
from sims.retrieval import Status, Update, check_update, retrieve
from theory.activity import check_count
from theory.information import mutual_information
from theory.mean_field import Retrieval, fixed_point
from theory.state_evolution import state_evolution

STATISTICS = ("estimate", "low", "high", "standard_error", "predicted")
"""What a summary tells of every quantity: mean over replicas, 95% t interval, its error, the large-N prediction."""


@dataclass(frozen=True, kw_only=True)
class RetrievalPoint(NetworkPoint):
    """Plain dynamics from cue to fixed point at one load.

    Attributes:
        load: alpha; `round(alpha N)` patterns are stored.
        update: order of updates.
    """

    load: float
    update: Update = "synchronous"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_update(self.update)
        check_patterns(self)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"retrieval {self.network_label} load={self.load:g} {self.update}"


@dataclass(frozen=True, kw_only=True)
class AmpPoint(NetworkPoint):
    """Onsager-corrected dynamics, step by step, at one load.

    Attributes:
        load: alpha; `round(alpha N)` patterns are stored.
        steps: steps after the cue.
        response: where the Onsager coefficients come from.
    """

    load: float
    steps: int
    response: Response = "predicted"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.steps, "steps")
        check_response(self.response)
        check_patterns(self)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"amp {self.network_label} load={self.load:g} {self.response}"


def check_patterns(point: RetrievalPoint | AmpPoint) -> int:
    """The number of patterns stored, or ValueError if it is less than the number of probes."""
    if not math.isfinite(point.load) or round(point.load * point.neurons) < point.probes:
        raise ValueError(
            f"load {point.load!r} of {point.neurons} units stores fewer patterns than {point.probes} probes"
        )
    return round(point.load * point.neurons)


def measure_retrieval(point: RetrievalPoint) -> xr.Dataset:
    """Where every probe of every replica ends (dims replica and probe).

    Returns:
        `overlap`, `misses`, `false_alarms`, `size` (active units of the pattern), `cue_misses`, `cue_false_alarms`,
        `steps` and `status` (a `sims.retrieval.Status`).
    """
    names = ("overlap", "misses", "false_alarms", "size", "cue_misses", "cue_false_alarms", "steps", "status")
    rows = []
    for replica in range(point.replicas):
        network = point.network(replica, check_patterns(point))
        stored = network.stored(np.arange(point.probes))
        cues = point.cues(replica, stored)
        options = {"threshold": point.firing_threshold, "update": point.update, "key": point.key(replica)}
        end = retrieve(network, cues, stored, **options)
        noise = ((stored & ~cues).sum(axis=1), (cues & ~stored).sum(axis=1))
        rows.append((end.overlap, end.misses, end.false_alarms, end.sizes, *noise, end.steps, end.status))
    data = [np.stack(values) for values in zip(*rows, strict=True)]
    dims = ("replica", "probe")
    return xr.Dataset({name: (dims, values) for name, values in zip(names, data, strict=True)})


def summarise_retrieval(points: Sequence[RetrievalPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table over points: what is retrieved at the fixed point, beside the mean field.

    Quantities have dims point and statistic (`STATISTICS`): `overlap`, `miss_rate`, `false_alarm_rate`,
    `bits_per_synapse` (load times the mutual information at a replica's pooled rates), `bits_per_synapse_of_cue` (the
    same for the cues). Predicted are the mean field's values at the same load, activity and threshold; NaN above its
    capacity. With dim point: `steps` (mean), `cycles`, `unfinished` (shares of probes), and the points' fields.
    """
    rows = [_retrieval_row(point, data) for point, data in zip(points, datasets, strict=True)]
    return xr.concat(rows, dim="point")


def _retrieval_row(point: RetrievalPoint, data: xr.Dataset) -> xr.Dataset:
    active = data["size"].sum("probe").values
    silent = point.neurons * point.probes - active
    patterns = check_patterns(point)
    load = patterns / point.neurons

    def rates(misses: str, false_alarms: str) -> tuple[np.ndarray, np.ndarray]:
        return data[misses].sum("probe").values / active, data[false_alarms].sum("probe").values / silent

    miss, alarm = rates("misses", "false_alarms")
    bits = load * mutual_information(point.centre, miss, alarm)
    cue_bits = load * mutual_information(point.centre, *rates("cue_misses", "cue_false_alarms"))
    try:
        law = fixed_point(load, point.centre, "centred", point.retrieval, point.firing_threshold).recall
        predicted = (law.overlap, law.miss_rate, law.false_alarm_rate, law.bits_per_synapse)
    except ValueError:  # above capacity
        predicted = (math.nan,) * 4
    names = ("overlap", "miss_rate", "false_alarm_rate", "bits_per_synapse", "bits_per_synapse_of_cue")
    values = (data["overlap"].mean("probe").values, miss, alarm, bits, cue_bits)
    table = {
        name: ("statistic", with_interval(by_replica, expected))
        for name, by_replica, expected in zip(names, values, (*predicted, math.nan), strict=True)
    }
    status = data["status"].values
    return xr.Dataset(
        {
            **table,
            "steps": float(data["steps"].mean()),
            "cycles": float((status == Status.CYCLE).mean()),
            "unfinished": float((status == Status.STEP_LIMIT).mean()),
            **point.columns,
            "update": point.update,
            "load": load,
            "patterns": patterns,
        },
        coords={"statistic": list(STATISTICS)},
    )


def measure_amp(point: AmpPoint) -> xr.Dataset:
    """`overlap`, `miss_rate`, `false_alarm_rate` and `response` at every step, means over a replica's probes.

    Dims replica and step; step 0 is the cue.
    """
    names = ("overlap", "miss_rate", "false_alarm_rate", "response")
    rows = []
    for replica in range(point.replicas):
        network = point.network(replica, check_patterns(point))
        stored = network.stored(np.arange(point.probes))
        cues = point.cues(replica, stored)
        options = {"threshold": point.firing_threshold, "response": point.response}
        run = retrieve_amp(network, cues, stored, point.steps, **options, cue_rates=(point.cue_miss, point.false_alarm))
        rows.append([getattr(run, name).mean(axis=0) for name in names])
    data = [np.stack(values) for values in zip(*rows, strict=True)]
    return xr.Dataset({name: (("replica", "step"), values) for name, values in zip(names, data, strict=True)})


def summarise_amp(points: Sequence[AmpPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table over points and steps: the trajectory beside the state evolution's.

    `overlap`, `miss_rate`, `false_alarm_rate`, `response` have dims point, step and statistic (`STATISTICS`); the
    points' fields have dim point.

    Raises:
        ValueError: the points differ in their number of steps.
    """
    if len({point.steps for point in points}) != 1:
        raise ValueError("all points of one table need the same number of steps")
    rows = [_amp_row(point, data) for point, data in zip(points, datasets, strict=True)]
    return xr.concat(rows, dim="point")


def _amp_row(point: AmpPoint, data: xr.Dataset) -> xr.Dataset:
    patterns = check_patterns(point)
    law = _law(
        patterns / point.neurons, point.centre, point.steps, point.retrieval, point.firing_threshold,
        point.cue_miss, point.false_alarm,
    )  # fmt: skip
    names = ("overlap", "miss_rate", "false_alarm_rate", "response")
    table = {
        name: (
            ("step", "statistic"),
            [
                with_interval(values, predicted)
                for values, predicted in zip(data[name].values.T, getattr(law, name), strict=True)
            ],
        )
        for name in names
    }
    return xr.Dataset(
        {**table, **point.columns, "load": patterns / point.neurons, "response_from": point.response},
        coords={"statistic": list(STATISTICS)},
    )


@functools.cache
def _law(load: float, activity: float, steps: int, retrieval: Retrieval, threshold: float | None, *cue: float):
    return state_evolution(load, activity, steps, retrieval, "centred", threshold, *cue)


def with_interval(by_replica: np.ndarray, predicted: float) -> list[float]:
    """The values of `STATISTICS`."""
    interval = mean_interval(by_replica)
    return [interval.estimate, interval.low, interval.high, interval.standard_error, predicted]
