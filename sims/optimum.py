"""The best activity of a finite network, measured: keyed memories of every code size, each filled to its capacity.

Networks, rules and thresholds are those of `theory.best_activity`: fixed-size keys and values, fields in integers, as
many patterns as the exact law allows at the error criterion. Probes share the other patterns, as in `sims.keyed`.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import xarray as xr
from jaxtyping import Bool, Int64
from scipy import stats

from sims.harness.mesh import point_key, trial_keys
from sims.harness.statistics import mean_interval
from sims.keyed import KeyedPoint, Sums, filled, probes
from sims.replicas import count_test, interval_columns, jackknife, rows_table
from theory.activity import check_active_units, check_count
from theory.best_activity import FiniteMemory, KeyedLaw, keyed_capacity, keyed_law
from theory.information import Recall

AdditiveRule = Literal["covariance", "hebb"]
"""Rules measured: covariance, and Hebb with centred input."""

DOUBT = 0.05
"""Probability that the interval of the best size misses the truly best size of the table."""


@dataclass(frozen=True)
class OptimumPoint:
    """One code size of one network, filled until `criterion` units per active unit are wrong by the exact law.

    Attributes:
        rule: "covariance", or "hebb" with centred input.
        neurons: N.
        active: k; for the covariance rule k/N should have a small denominator.
        criterion: eps, wrong units per active unit.
        probes: recalls per replica.
        replicas: independent networks.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    rule: AdditiveRule
    neurons: int
    active: int
    criterion: float
    probes: int
    replicas: int
    seed: int

    def __post_init__(self) -> None:
        if self.rule not in get_args(AdditiveRule):
            raise ValueError(f"rule must be one of {', '.join(get_args(AdditiveRule))}, got {self.rule!r}")
        if 2 * check_active_units(self.active, self.neurons) > self.neurons:
            raise ValueError(f"active units must be at most half of the {self.neurons} neurons, got {self.active}")
        if not 0 < self.criterion < 1:
            raise ValueError(
                f"criterion counts wrong units per active unit, strictly between 0 and 1, got {self.criterion!r}"
            )
        check_count(self.probes, "probes")
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"optimum {self.rule} N={self.neurons} k={self.active} eps={self.criterion:g}"


def measure_optimum(point: OptimumPoint) -> xr.Dataset:
    """Count the wrong units of every replica's probes at capacity.

    Returns:
        `misses` and `false_alarms` (dim replica; wrong units over all probes) and `patterns` (stored, the probe's own
        included).

    Raises:
        ValueError: the lattice of the exact law is too large, or two patterns are too many (`theory.best_activity`).
    """
    law, patterns = _law(point)
    load = patterns / point.neurons
    network = KeyedPoint(
        "keyed", "fixed-size", point.neurons, point.active / point.neurons, (load,), point.probes, point.replicas,
        point.seed,
    )  # fmt: skip
    cues, targets = probes(network)
    counts = []
    for key in trial_keys(point_key(point.seed, point.label), point.replicas):
        (sums,) = filled(network, cues, key)
        fires = integer_fields(point, law, sums, targets, patterns - 1) >= law.threshold
        counts.append([(targets & ~fires).sum(), (~targets & fires).sum()])
    names = {"misses": "active units silent", "false_alarms": "silent units firing"}
    units = "wrong units of all probes"
    return xr.Dataset(
        {
            name: ("replica", np.array(counts)[:, at], {"long_name": text, "units": units})
            for at, (name, text) in enumerate(names.items())
        }
        | {"patterns": ((), patterns, {"long_name": "patterns stored", "units": "patterns"})}
    )


def integer_fields(
    point: OptimumPoint, law: KeyedLaw, sums: Sums, targets: Bool[np.ndarray, "probe neuron"], others: int
) -> Int64[np.ndarray, "probe neuron"]:
    """The fields of all units in the integers of `theory.best_activity.KeyedLaw`, from the sums over `others` pairs."""
    fields = law.parts * np.asarray(sums.weighted) - law.centre * np.asarray(sums.fired)
    if point.rule == "covariance":
        key_part = law.parts * np.asarray(sums.overlaps)[:, None] - law.centre * others
        fields = point.neurons * fields - point.active * key_part
    return fields + law.gap * targets


@functools.lru_cache(maxsize=256)
def _law(point: OptimumPoint) -> tuple[KeyedLaw, int]:
    """The exact law at capacity, and the number of patterns."""
    memory = keyed_capacity(point.rule, point.neurons, point.active, point.criterion)
    patterns = round(memory.recall.load * point.neurons)
    return keyed_law(point.rule, point.neurons, point.active, patterns), patterns


def summarise_optimum(points: Sequence[OptimumPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every code size: errors and bits per synapse, measured and exact.

    P-values are two-sided t-tests over replicas that a mean count is the exact law's: under the law each falls below x
    with probability x, up to the skewness of rare counts (NaN where too few are expected). Bits are those of
    `theory.best_activity.FiniteMemory` at the pooled rates, with jackknife intervals over replicas.

    Raises:
        ValueError: points and datasets differ in number.
    """
    return rows_table([_row(point, data) for point, data in zip(points, datasets, strict=True)])


def _row(point: OptimumPoint, data: xr.Dataset) -> dict[str, Any]:
    patterns, silent = int(data["patterns"]), point.neurons - point.active
    exact = keyed_law(point.rule, point.neurons, point.active, patterns).recall
    misses, alarms = data["misses"].values, data["false_alarms"].values
    rates = np.column_stack([misses / (point.probes * point.active), alarms / (point.probes * silent)])

    def bits(mean: np.ndarray) -> float:
        recall = Recall(exact.activity, exact.load, float(mean[0]), float(mean[1]))
        return FiniteMemory(point.neurons, point.active, recall).bits_per_synapse

    return {
        "rule": point.rule,
        "neurons": point.neurons,
        "active": point.active,
        "activity": exact.activity,
        "criterion": point.criterion,
        "probes": point.probes,
        "replicas": point.replicas,
        "patterns": patterns,
        "load": exact.load,
        "miss_p_value": count_test(misses, point.probes * point.active * exact.miss_rate),
        "false_alarm_p_value": count_test(alarms, point.probes * silent * exact.false_alarm_rate),
        **interval_columns("error_rate", mean_interval(rates @ [1, silent / point.active])),
        "error_rate_exact": exact.error_rate,
        **interval_columns("bits_per_synapse", jackknife(bits, rates)),
        "bits_per_synapse_exact": FiniteMemory(point.neurons, point.active, exact).bits_per_synapse,
    }


def best_sizes(table: xr.Dataset) -> xr.Dataset:
    """A table with a row for every rule and network: the code size with most bits per synapse among those measured.

    `active` is the measured best, `active_exact` that of the exact law among the same sizes. A size is between
    `active_low` and `active_high` unless another one's bits are significantly above its own (one-sided t-tests at the
    level `DOUBT` over the number of other sizes): the interval misses the truly best one with at most that probability.

    Args:
        table: as `summarise_optimum` returns it.
    """
    rows, keys = [], list(zip(table["rule"].values, table["neurons"].values, strict=True))
    for rule, neurons in dict.fromkeys(keys):
        chosen = table.isel(point=[row for row, key in enumerate(keys) if key == (rule, neurons)])
        active, bits = chosen["active"].values, chosen["bits_per_synapse"].values
        freedom = int(chosen["replicas"].min()) - 1
        error = (chosen["bits_per_synapse_high"].values - bits) / stats.t.ppf(0.975, chosen["replicas"].values - 1)
        limit = float(stats.t.isf(DOUBT / max(len(active) - 1, 1), freedom)) if len(active) > 1 else math.inf
        behind = bits[None, :] - bits[:, None] > limit * np.hypot(error[None, :], error[:, None])
        possible = active[~behind.any(axis=1)]
        rows.append(
            {
                "rule": str(rule),
                "neurons": int(neurons),
                "active": int(active[np.argmax(bits)]),
                "active_low": int(possible.min()),
                "active_high": int(possible.max()),
                "active_exact": int(active[np.argmax(chosen["bits_per_synapse_exact"].values)]),
                "bits_per_synapse": float(bits.max()),
            }
        )
    return rows_table(rows)
