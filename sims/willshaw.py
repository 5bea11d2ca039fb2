"""The clipped rule (Willshaw, Buneman & Longuet-Higgins 1969), its matrix packed to bits: false alarms and capacity.

A synapse is set once its two units have been active together in some pattern (auto), or its input unit in a key and
its output unit in the pattern stored under it (keyed). A unit fires if all the k active units of the cue reach it, so
that active units are never missed. As in `sims.keyed`, probes share p - 1 stored patterns and each brings one of its
own, which only sets synapses onto its own active units: its silent units have exactly the law of `theory.willshaw`.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import lax
from jaxtyping import Array, Int32, Key, UInt32
from numpy.typing import NDArray

from sims.filling import LARGEST_NETWORK, Filling, draw_pairs, fill, probe_pairs
from sims.harness.mesh import point_key, trial_keys
from sims.harness.statistics import mean_interval, t_test
from sims.patterns import WORD, pack, unpack
from sims.replicas import count_test, crossing_load, interval_columns, jackknife, rows_table
from theory.activity import Access, check_access, check_active_units, check_count
from theory.information import mutual_information
from theory.willshaw import false_alarm_rate, set_synapses, willshaw_capacity, willshaw_recall


@dataclass(frozen=True)
class WillshawPoint(Filling):
    """One clipped network filled to ascending loads, and probed at each of them.

    Attributes:
        access: "auto" (self-synapses included) or "keyed".
        neurons: N.
        active: k, active units of every pattern and key.
        loads: p / N at which recall is measured, ascending; p is rounded, the probe's own pattern included.
        probes: recalls per replica and load.
        replicas: independent networks.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    access: Access
    neurons: int
    active: int
    loads: tuple[float, ...]
    probes: int
    replicas: int
    seed: int

    def __post_init__(self) -> None:
        check_access(self.access)
        if check_active_units(self.active, self.neurons) == self.neurons:
            raise ValueError(f"active units must leave some of the {self.neurons} neurons silent, got {self.active}")
        check_count(self.probes, "probes")
        self.check_filling(LARGEST_NETWORK)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"willshaw {self.access} N={self.neurons} k={self.active}"


def measure_willshaw(point: WillshawPoint) -> xr.Dataset:
    """Count the false alarms of every replica's probes, and the synapses set, at every load.

    Returns:
        `false_alarms` (dims replica, load; silent units firing, over all probes of the replica) and `set_synapses`
        (replica, load; the fraction of synapses between different units, or from any key unit, that are set).
    """
    cues, targets = probe_pairs(point.access, point.neurons, point.active, point.probes, point.seed)
    own = jax.vmap(pack)(jnp.asarray(targets))
    rows = jnp.asarray(np.nonzero(cues)[1].reshape(point.probes, point.active), jnp.int32)
    alarms, density = [], []
    for key in trial_keys(point_key(point.seed, point.label), point.replicas):
        for matrix in _filled(point, key):
            alarms.append(int(_false_alarms(matrix, rows, own)))
            density.append(_set_fraction(matrix, point))
    shape = (point.replicas, len(point.loads))
    units = {"long_name": "silent units firing", "units": "wrong units of all probes"}
    return xr.Dataset(
        {
            "false_alarms": (("replica", "load"), np.array(alarms).reshape(shape), units),
            "set_synapses": (
                ("replica", "load"),
                np.array(density).reshape(shape),
                {"long_name": "fraction of synapses set", "units": "1"},
            ),
        },
        {"patterns": ("load", point.patterns, {"long_name": "patterns stored", "units": "patterns"})},
    )


def summarise_willshaw(points: Sequence[WillshawPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every load of every point: false alarms, set synapses and information beside exact laws.

    The p-values are two-sided t-tests over replicas that a mean is the exact law's: under the law each falls below x
    with probability x, up to the skewness of rare counts (false alarms: NaN where too few are expected). Bits are the
    mutual information of the pooled rates, with jackknife intervals over replicas.

    Raises:
        ValueError: points and datasets differ in number.
    """
    rows = [
        _summarise_load(point, data, index)
        for point, data in zip(points, datasets, strict=True)
        for index in range(len(point.loads))
    ]
    return rows_table(rows)


def summarise_willshaw_capacity(
    points: Sequence[WillshawPoint], datasets: Sequence[xr.Dataset], error_rate: float
) -> xr.Dataset:
    """A table with a row for every point: the load at which `error_rate` units are wrong per active unit.

    `load` interpolates between the measured loads, with a jackknife interval over replicas (NaN where they do not
    bracket it), `load_exact` is the exact capacity; bits are per synapse at that load and error rate.

    Raises:
        ValueError: `error_rate` out of range (see `theory.willshaw`), or points and datasets differ in number.
    """
    rows = []
    for point, data in zip(points, datasets, strict=True):
        exact = willshaw_capacity(point.neurons, point.active, error_rate, point.access)
        level, per_active = point.active / point.neurons, point.neurons / point.active - 1
        loads = np.array(point.patterns) / point.neurons
        load = jackknife(
            functools.partial(crossing_load, loads, error_rate=error_rate), per_active * _rates(point, data)
        )
        bits = float(mutual_information(level, 0.0, error_rate / per_active))
        rows.append(
            {
                **_point_columns(point),
                "criterion": error_rate,
                **interval_columns("load", load),
                "load_exact": exact.load,
                "bits_per_synapse": load.estimate * bits,
                "bits_per_synapse_low": load.low * bits,
                "bits_per_synapse_high": load.high * bits,
                "bits_per_synapse_exact": exact.bits_per_synapse,
            }
        )
    return rows_table(rows)


def _summarise_load(point: WillshawPoint, data: xr.Dataset, index: int) -> dict[str, Any]:
    patterns, level = point.patterns[index], point.active / point.neurons
    load = patterns / point.neurons
    alarms, rates = data["false_alarms"].values[:, index], _rates(point, data)[:, index]
    exact = false_alarm_rate(point.neurons, point.active, patterns - 1, point.access)
    density = set_synapses(point.neurons, point.active, patterns - 1, point.access)
    measured = data["set_synapses"].values[:, index]
    bits = jackknife(lambda mean: load * float(mutual_information(level, 0.0, mean)), rates)
    return {
        **_point_columns(point),
        "load": load,
        "patterns": patterns,
        **interval_columns("false_alarm_rate", mean_interval(rates)),
        "false_alarm_rate_exact": exact,
        "false_alarm_p_value": count_test(alarms, exact * point.probes * (point.neurons - point.active)),
        **interval_columns("set_synapses", mean_interval(measured)),
        "set_synapses_exact": density,
        "set_synapses_p_value": t_test(measured, density) if np.ptp(measured) > 0 else float("nan"),
        **interval_columns("bits_per_synapse", bits),
        "bits_per_synapse_exact": willshaw_recall(point.neurons, point.active, patterns, point.access).bits_per_synapse,
    }


def _point_columns(point: WillshawPoint) -> dict[str, Any]:
    return {
        "access": point.access,
        "neurons": point.neurons,
        "active": point.active,
        "activity": point.active / point.neurons,
        "probes": point.probes,
        "replicas": point.replicas,
    }


def _rates(point: WillshawPoint, data: xr.Dataset) -> NDArray[np.float64]:
    """False alarms per silent unit, shape (replica, load)."""
    return data["false_alarms"].values / (point.probes * (point.neurons - point.active))


# The network


def _filled(point: WillshawPoint, key: Key[Array, ""]) -> Iterator[UInt32[Array, "neuron word"]]:
    """The matrix at every load, without the probes' own patterns: row j has the units that unit j reaches."""
    chunks = draw_pairs(point.access, "fixed-size", point.neurons, point.active / point.neurons, key=key)

    def write(matrix: UInt32[Array, "neuron word"], chunk: tuple[np.ndarray, ...], first: int, last: int) -> Array:
        return _set_rows(matrix, *chunk, first, last, point.active)

    empty = jnp.zeros((point.neurons, -(-point.neurons // WORD)), jnp.uint32)
    return fill(chunks, write, empty, [patterns - 1 for patterns in point.patterns])


@functools.partial(jax.jit, static_argnames="active")
def _set_rows(
    matrix: UInt32[Array, "neuron word"],
    values: UInt32[Array, "chunk word"],
    keys: UInt32[Array, "chunk word"],
    first: int | Int32[Array, ""],
    last: int | Int32[Array, ""],
    active: int,
) -> UInt32[Array, "neuron word"]:
    """The matrix after writing the patterns from `first` to before `last` of a chunk."""
    neurons = len(matrix)
    rows = jax.vmap(lambda words: jnp.nonzero(unpack(words, neurons), size=active)[0])(keys)

    def write(index: Int32[Array, ""], matrix: UInt32[Array, "neuron word"]) -> UInt32[Array, "neuron word"]:
        return matrix.at[rows[index]].set(matrix[rows[index]] | values[index], unique_indices=True)

    return lax.fori_loop(first, last, write, matrix)


@jax.jit
def _false_alarms(
    matrix: UInt32[Array, "neuron word"], rows: Int32[Array, "probe active"], targets: UInt32[Array, "probe word"]
) -> Int32[Array, ""]:
    """Units reached by every active unit of a cue that are not in its target, over all probes."""

    def count(active: Int32[Array, " active"], target: UInt32[Array, " word"]) -> Int32[Array, ""]:
        reached = lax.reduce(matrix[active], jnp.uint32(0xFFFFFFFF), lax.bitwise_and, (0,))
        return lax.population_count(reached & ~target).astype(jnp.int32).sum()

    return jax.vmap(count)(rows, targets).sum()


def _set_fraction(matrix: UInt32[Array, "neuron word"], point: WillshawPoint) -> float:
    words, units = np.asarray(matrix), np.arange(point.neurons)
    total = int(np.bitwise_count(words).sum())
    if point.access == "keyed":
        return total / point.neurons**2
    diagonal = int(((words[units, units // WORD] >> (units % WORD).astype(np.uint32)) & 1).sum())
    return (total - diagonal) / (point.neurons * (point.neurons - 1))
