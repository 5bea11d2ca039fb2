"""How long items live in memories that forget: errors against age in zones that have been written for ever.

Every replica is filled first, then asked for its latest items at intervals. Its errors at one age are pooled over all
of them; the lifetime is the age at which they pass the criterion.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sims.codes import KeyGenerator, ValueCode, random_bits
from sims.harness.statistics import mean_interval
from sims.memory import Memory
from sims.palimpsest import PalimpsestMemory, PartitionedMemory
from sims.replicas import interval_columns, jackknife, replica_seed, rows_table
from sims.zones import Zone
from theory.activity import check_count
from theory.gaussian import tail
from theory.palimpsest import best_clipped, best_decay, best_two_state, clipped_snr, decaying_snr, snr_at, two_state_snr

Synapse = Literal["decaying", "clipped", "two-state"]
"""Weights that decay, that are cut off, or that have two states and change by chance."""

FILLING = 8
"""Lifetimes before the first look: what an exponential decay leaves of the start is below e^-8."""

REACH = 2.5
"""Ages asked for, in predicted lifetimes."""

_VALUES, _KEYS = 0, 1


@dataclass(frozen=True)
class LifetimePoint:
    """A dense zone of synapses that forget, with the parameter that theory finds best at the criterion.

    Attributes:
        synapse: the kind.
        neurons: key units.
        item_bits: b; every bit is an output, independent given the keys.
        capacity: items that the same zone holds without forgetting (sets the decay).
        error_rate: eps, wrong bits per bit allowed.
        looks: times the latest items are asked for, half a lifetime apart.
        replicas: independent zones.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range, or a zone in which not even the latest item meets the criterion.
    """

    synapse: Synapse
    neurons: int
    item_bits: int
    capacity: int
    error_rate: float = 1e-3
    looks: int = 40
    replicas: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        if self.synapse not in get_args(Synapse):
            raise ValueError(f"synapse must be one of {', '.join(get_args(Synapse))}, got {self.synapse!r}")
        for name in ("neurons", "item_bits", "capacity", "looks"):
            check_count(getattr(self, name), name)
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)
        if not self.predicted > 0:
            raise ValueError(f"{self.neurons} key units are too few: not even the latest item is kept")

    @property
    def label(self) -> str:
        """A readable name."""
        return f"{self.synapse},N={self.neurons}"

    @property
    def parameter(self) -> float:
        """The decay per write, the number of levels (odd: weights are whole numbers), or the probability."""
        if self.synapse == "decaying":
            return best_decay(self.capacity).parameter
        if self.synapse == "clipped":
            return 2 * (best_clipped(self.error_rate, self.neurons).parameter // 2) + 1
        return best_two_state(self.error_rate, self.neurons).parameter

    def snr(self, age: NDArray[np.float64]) -> NDArray[np.float64]:
        """Signal-to-noise ratio of an output after `age` later writes, a whole number, elementwise."""
        if self.synapse == "decaying":
            return decaying_snr(age, self.neurons, self.parameter)
        if self.synapse == "clipped":
            return clipped_snr(age, self.neurons, int(self.parameter))
        return two_state_snr(age, self.neurons, self.parameter)

    @property
    def predicted(self) -> float:
        """The age at which the expected error rate passes the criterion; 0 if the latest item misses it."""
        wanted, ages = snr_at(self.error_rate), 16
        while float(self.snr(np.array([ages - 1.0]))[0]) > wanted:
            ages *= 2
        return lifetime(np.asarray(tail(self.snr(np.arange(float(ages))))), self.error_rate)

    def empty(self, seed: int) -> Memory:
        """The memory before anything is written."""
        keys, code = KeyGenerator(self.neurons, 2, seed, _KEYS), ValueCode(0.5, self.item_bits)
        if self.synapse == "two-state":
            return PartitionedMemory.empty(code, keys, (self.parameter,))
        if self.synapse == "clipped":
            return PalimpsestMemory(Zone.empty(code, keys), bound=(self.parameter - 1) / 2)
        return PalimpsestMemory(Zone.empty(code, keys), kept=1 - self.parameter)


def measure_lifetime(point: LifetimePoint) -> xr.Dataset:
    """Wrong bits per bit at every age (dims replica and age), age 0 being the latest item."""
    step, ages = max(round(point.predicted / 2), 1), max(round(REACH * point.predicted), 4)
    first = max(round(FILLING * point.predicted), ages)
    asked = [first + step * look for look in range(point.looks)]

    def run(replica: int) -> NDArray[np.float64]:
        seed = replica_seed(point.seed, point.label, replica)
        bits = random_bits(seed, _VALUES, 0, asked[-1], point.item_bits)
        memory, wrong = point.empty(seed), np.zeros(ages)
        for until in asked:
            memory = memory.write(bits[memory.written : until])
            latest = slice(until - ages, until)
            wrong += (memory.recall(until - ages, ages) != bits[latest]).mean(axis=1)[::-1]
        return wrong / len(asked)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        errors = np.array(list(pool.map(run, range(point.replicas))))
    return xr.Dataset({"bit_error": (("replica", "age"), errors, {"units": "wrong bits per bit"})})


def lifetime(errors: NDArray[np.float64], error_rate: float) -> float:
    """The age at which errors first pass the criterion, the logarithm of the error being interpolated; inf if never."""
    above = np.flatnonzero(errors > error_rate)
    if not above.size:
        return float("inf")
    after = int(above[0])
    if after == 0:
        return 0.0
    low, high = np.log(np.maximum(errors[[after - 1, after]], 1e-12))
    return float(after - 1 + (np.log(error_rate) - low) / (high - low))


def summarise_lifetimes(points: Sequence[LifetimePoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """One row per point: the lifetime with a jackknife interval over replicas, and the predicted one."""
    rows = []
    for point, data in zip(points, datasets, strict=True):
        crossing = partial(lifetime, error_rate=point.error_rate)
        rows.append(
            {
                "label": point.label,
                "system": point.synapse,
                "size": point.neurons,
                "parameter": point.parameter,
                **interval_columns("lifetime", jackknife(crossing, data["bit_error"].values)),
                "predicted_lifetime": point.predicted,
                "replicas": point.replicas,
            }
        )
    return rows_table(rows)


def error_profiles(points: Sequence[LifetimePoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Errors against age, NaN past the end: `bit_error` with its t interval, `predicted_bit_error`; dims point and age.

    The predicted error is `Q(SNR)`, for Gaussian crosstalk.
    """
    tables: list[xr.Dataset] = []
    for point, data in zip(points, datasets, strict=True):
        age = np.arange(data.sizes["age"])
        rows = [interval_columns("bit_error", mean_interval(column)) for column in data["bit_error"].values.T]
        columns = {name: ("age", [row[name] for row in rows]) for name in rows[0]}
        predicted = np.asarray(tail(point.snr(age.astype(float))))
        tables.append(
            xr.Dataset(
                {**columns, "predicted_bit_error": ("age", predicted), "system": point.synapse, "size": point.neurons},
                coords={"age": age},
            )
        )
    return xr.concat(tables, dim=xr.Variable("point", [point.label for point in points]), join="outer")
