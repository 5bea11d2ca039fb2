r"""One step of recall by the covariance rule: errors, information and capacity, for clean cues and for keys.

`p` patterns are stored and recalled in one step, in either of two ways:

    auto:   the cue is a stored pattern itself; no self-coupling;
    keyed:  every pattern is stored under an independent key of the same code, and its key is the cue.

Probes share the other p - 1 patterns: each probe adds one pattern of its own, with k = a N active units, to the same
background. So every probe has exactly the law of `theory.field_law`, and a probe needs no N x N matrix: with overlaps
`n^mu` of the cue and sizes `z^mu` of the stored keys (auto: of the stored patterns), the integers

    sum_mu xi_i^mu n^mu,   sum_mu xi_i^mu,   sum_mu xi_i^mu z^mu   (one per unit),   sum_mu n^mu,   sum_mu z^mu

determine its fields. Units fire above the threshold with the fewest errors under the exact law.
"""

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import lax
from jaxtyping import Array, Bool, Float32, Float64, Int, Int32, Key, UInt32
from numpy.typing import NDArray
from scipy import stats

from sims.filling import LARGEST_NETWORK, Filling, draw_pairs, fill, probe_pairs
from sims.harness.mesh import point_key, trial_keys
from sims.harness.statistics import mean_interval
from sims.patterns import unpack
from sims.replicas import count_test, crossing_load, interval_columns, jackknife, rows_table
from theory.activity import (
    Access,
    Code,
    active_units,
    check_access,
    check_activity,
    check_code,
    check_count,
)
from theory.ceiling import shannon_ceiling
from theory.field_law import LARGEST_LATTICE, FieldLaw, OneStepError, one_step_error
from theory.information import Recall, mutual_information
from theory.one_step import one_step_load

TIE = 1e-9
"""Fields nearer to the threshold than this, in units of the gap, count as equal to it: unit stays silent."""


class Sums(NamedTuple):
    """Exact integer sums over stored patterns; `xi` are the values, `n` and `z` overlaps and sizes of the keys.

    Attributes:
        weighted: sum of `xi_i n`.
        fired: sum of `xi_i`.
        sized: sum of `xi_i z`.
        overlaps: sum of `n`.
        sizes: sum of `z`.
    """

    weighted: Int[np.ndarray | Array, "probe neuron"]
    fired: Int[np.ndarray | Array, " neuron"]
    sized: Int[np.ndarray | Array, " neuron"]
    overlaps: Int[np.ndarray | Array, " probe"]
    sizes: Int[np.ndarray | Array, ""]


@dataclass(frozen=True)
class KeyedPoint(Filling):
    """One network filled to ascending loads, and probed at each of them.

    Attributes:
        access: "auto" or "keyed".
        code: law of the stored patterns and keys.
        neurons: N.
        activity: a.
        loads: p / N at which recall is measured, ascending; p is rounded, the probe's own pattern included.
        probes: recalls per replica and load.
        replicas: independent networks.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    access: Access
    code: Code
    neurons: int
    activity: float
    loads: tuple[float, ...]
    probes: int
    replicas: int
    seed: int

    def __post_init__(self) -> None:
        check_access(self.access)
        check_code(self.code)
        check_activity(self.activity)
        check_count(self.probes, "probes")
        self.check_filling(LARGEST_NETWORK)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"{self.access} {self.code} N={self.neurons} a={self.activity:g}"

    @property
    def level(self) -> float:
        """The activity that the rule subtracts: k/N of a fixed-size code, else a."""
        return active_units(self.neurons, self.activity) / self.neurons if self.code == "fixed-size" else self.activity


# Measurement


def measure_keyed(point: KeyedPoint) -> xr.Dataset:
    """Count the wrong units of every replica's probes at every load.

    Returns:
        `misses` and `false_alarms` (dims replica, load; wrong units over all probes of the replica) and `threshold`
        (load; in units of the gap).

    Raises:
        ValueError: the lattice of the exact law, which sets the threshold, is too large (see `theory.field_law`).
    """
    thresholds = np.array([recall_error(point, patterns).threshold for patterns in point.patterns])
    cues, targets = probes(point)
    counts = []
    for key in trial_keys(point_key(point.seed, point.label), point.replicas):
        for sums, patterns, threshold in zip(filled(point, cues, key), point.patterns, thresholds, strict=True):
            fires = fields(sums, cues, targets, point, patterns) > threshold + TIE
            counts.append([(targets & ~fires).sum(), (~targets & fires).sum()])
    counts = np.array(counts).reshape(point.replicas, len(point.loads), 2)
    units = {"units": "wrong units of all probes"}
    return xr.Dataset(
        {
            "misses": (("replica", "load"), counts[..., 0], {"long_name": "active units silent", **units}),
            "false_alarms": (("replica", "load"), counts[..., 1], {"long_name": "silent units firing", **units}),
            "threshold": ("load", thresholds, {"long_name": "best threshold, exact law", "units": "gap"}),
        },
        {"patterns": ("load", point.patterns, {"long_name": "patterns stored", "units": "patterns"})},
    )


def fields(
    sums: Sums,
    cues: Bool[np.ndarray, "probe neuron"],
    targets: Bool[np.ndarray, "probe neuron"],
    point: KeyedPoint,
    patterns: int,
) -> Float64[np.ndarray, "probe neuron"]:
    """The fields of every unit of every probe, in units of the gap, from the sums over the `patterns - 1` others."""
    neurons, a = point.neurons, point.level
    weighted, fired, sized, overlaps, sizes = (np.asarray(each, np.float64) for each in sums)
    cue, target = cues - a, targets - a
    constant = neurons * a**2 - a * cues.sum(axis=1)[:, None]  # of sum_j (xi_j - a)(cue_j - a), beside n - a z
    crosstalk = weighted - a * sized + constant * fired
    crosstalk -= a * (overlaps[:, None] - a * sizes + (patterns - 1) * constant)
    own = (cue**2).sum(axis=1)[:, None] * np.ones_like(cue)
    if point.access == "auto":  # no self-coupling
        crosstalk -= cue * ((1 - 2 * a) * fired + a**2 * (patterns - 1))
        own -= cue**2
    return (crosstalk + target * own) / (neurons * a * (1 - a))


def probes(point: KeyedPoint) -> tuple[Bool[np.ndarray, "probe neuron"], Bool[np.ndarray, "probe neuron"]]:
    """The cues and the patterns they should recall, with k active units each; the same in every replica."""
    active = active_units(point.neurons, point.activity)
    return probe_pairs(point.access, point.neurons, active, point.probes, point.seed)


def filled(point: KeyedPoint, cues: Bool[np.ndarray, "probe neuron"], key: Key[Array, ""]) -> Iterator[Sums]:
    """The sums over all patterns but the probe's own, at every load."""
    shown = jnp.asarray(cues, jnp.float32)

    def write(sums: Sums, chunk: tuple[np.ndarray, ...], first: int, last: int) -> Sums:
        added = _chunk_sums(*chunk, shown, first, last)
        return Sums(*(total + np.asarray(each) for total, each in zip(sums, added, strict=True)))

    per_unit = np.zeros(point.neurons, np.int64)
    empty = Sums(np.zeros(cues.shape, np.int64), per_unit, per_unit, np.zeros(len(cues), np.int64), np.array(0))
    chunks = draw_pairs(point.access, point.code, point.neurons, point.activity, key=key)
    return fill(chunks, write, empty, [patterns - 1 for patterns in point.patterns])


@jax.jit
def _chunk_sums(
    values: UInt32[Array, "chunk word"],
    keys: UInt32[Array, "chunk word"],
    cues: Float32[Array, "probe neuron"],
    first: Int32[Array, ""],
    last: Int32[Array, ""],
) -> Sums:
    """The sums over the patterns from `first` to before `last` of a chunk of values and their keys."""
    place = jnp.arange(len(values))
    written = ((place >= first) & (place < last))[:, None]

    def bits(words: UInt32[Array, "chunk word"]) -> Float32[Array, "chunk neuron"]:
        return jnp.where(written, jax.vmap(lambda row: unpack(row, cues.shape[1]))(words), 0).astype(jnp.float32)

    stored, stored_keys = bits(values), bits(keys)
    overlaps, sizes = _dot(stored_keys, cues.T), stored_keys.sum(axis=1)
    products = _dot(jnp.column_stack([overlaps, jnp.ones_like(sizes), sizes]).T, stored).astype(jnp.int32)
    single = (overlaps.sum(axis=0).astype(jnp.int32), sizes.sum().astype(jnp.int32))
    return Sums(products[:-2], products[-2], products[-1], *single)


def _dot(left: Float32[Array, "row inner"], right: Float32[Array, "inner column"]) -> Float32[Array, "row column"]:
    """A matrix product in full 32-bit floats: exact for the integers here, below 2^24 within a chunk."""
    return jnp.dot(left, right, precision=lax.Precision.HIGHEST)


# Exact laws


@functools.lru_cache(maxsize=1024)
def recall_error(point: KeyedPoint, patterns: int, threshold: float | None = None) -> OneStepError:
    """The exact error rates of a point that has stored `patterns`, at the threshold with fewest errors unless given.

    Raises:
        ValueError: as `theory.field_law.field_law`.
    """
    code, neurons, activity = point.code, point.neurons, point.activity
    if point.access == "auto":
        return one_step_error(code, "covariance", neurons, activity, patterns, threshold)
    crosstalk = keyed_crosstalk(code, neurons, activity, patterns - 1)
    active, a = active_units(neurons, activity), point.level
    gap = (active * (1 - a) ** 2 + (neurons - active) * a**2) / (neurons * a * (1 - a))
    level = active / neurons
    if threshold is None:  # between lattice points of both states, as in `theory.field_law`
        middle = crosstalk.values + crosstalk.spacing / 2
        between = np.concatenate([middle - a * gap, middle + (1 - a) * gap])
        wrong = level * (1 - crosstalk.exceeds(between - (1 - a) * gap))
        wrong += (1 - level) * crosstalk.exceeds(between + a * gap)
        threshold = float(between[np.argmin(wrong)])
    miss = 1 - float(crosstalk.exceeds(threshold - (1 - a) * gap))
    alarm = float(crosstalk.exceeds(threshold + a * gap))
    return OneStepError(threshold, miss, alarm, level * miss + (1 - level) * alarm)


def keyed_crosstalk(code: Code, neurons: int, activity: float, others: int) -> FieldLaw:
    """The exact law of what `others` keyed patterns add to a unit's field, in units of the gap.

    The cue is a key with k active units; the unit's own stored value is independent of the stored keys, so active and
    silent units have the same law. It is the `others`-fold convolution of one law on a lattice, computed by FFT as in
    `theory.field_law`, within 24 standard deviations around its mean (what lies beyond folds back).

    Raises:
        ValueError: a lattice of more than `theory.field_law.LARGEST_LATTICE` points.
    """
    size = active_units(neurons, activity)
    level = Fraction(size, neurons) if code == "fixed-size" else Fraction(activity).limit_denominator(10**6)
    r, q, a = level.numerator, level.denominator, float(level)
    inside = np.arange(size + 1)
    if code == "fixed-size":
        outside, weights = size - inside, stats.hypergeom.pmf(inside, neurons, size, size)
    else:
        outside = np.arange(neurons - size + 1)
        joint = np.outer(stats.binom.pmf(inside, size, a), stats.binom.pmf(outside, neurons - size, a))
        first, second = np.nonzero(joint > 1e-18)
        inside, outside, weights = inside[first], outside[second], joint[first, second]
    inner = q * (q * inside - r * (inside + outside) - r * size) + neurons * r * r  # q^2 sum_j (xi_j - a)(cue_j - a)
    values = np.concatenate([(q - r) * inner, -r * inner])
    weights = np.concatenate([a * weights, (1 - a) * weights])
    base = int(values.min())
    step = int(np.gcd.reduce(values - base)) or 1
    index = (values - base) // step
    mean = float(index @ weights)
    deviation = math.sqrt(max(others * float((index - mean) ** 2 @ weights), 1.0))
    reach = int(min(48 * deviation, others * float(index.max())) + index.max()) + 2
    points = 1 << (reach - 1).bit_length()
    if points > LARGEST_LATTICE:
        raise ValueError(
            f"the exact law at neurons = {neurons}, activity = {activity} needs a lattice of {points} points, at most "
            f"{LARGEST_LATTICE} are allowed: choose an activity that is a fraction with a small denominator"
        )
    folded = np.fft.irfft(np.fft.rfft(np.bincount(index % points, weights, points)) ** others, points)
    first = max(0, round(others * mean) - points // 2)
    pmf = np.clip(np.roll(folded, -(first % points)), 0.0, None)
    scale = 1 / (q**3 * neurons * a * (1 - a))
    return FieldLaw((others * base + first * step) * scale, step * scale, pmf / pmf.sum())


# Summary


def summarise_keyed(points: Sequence[KeyedPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every load of every point: errors and information, measured and exact.

    `miss_p_value` and `false_alarm_p_value` are two-sided t-tests over replicas that the mean count of wrong units is
    the exact law's: under the law each falls below x with probability x, up to the skewness of rare counts (NaN where
    fewer than `FEWEST_EVENTS` are expected in all). `error_rate` counts wrong units per active unit. Bits are the
    mutual information of the pooled rates (jackknife intervals over replicas); `ceiling` is Shannon's.

    Raises:
        ValueError: points and datasets differ in number.
    """
    rows = [
        _summarise_load(point, data, index)
        for point, data in zip(points, datasets, strict=True)
        for index in range(len(point.loads))
    ]
    return rows_table(rows)


def _summarise_load(point: KeyedPoint, data: xr.Dataset, index: int) -> dict[str, Any]:
    patterns, active = point.patterns[index], active_units(point.neurons, point.activity)
    load = patterns / point.neurons
    exact = recall_error(point, patterns)
    if exact.threshold != float(data["threshold"][index]):  # measured at another threshold
        exact = recall_error(point, patterns, float(data["threshold"][index]))
    misses, alarms = (data[name].values[:, index] for name in ("misses", "false_alarms"))
    rates = _rates(point, data)[:, index]
    error_rates = rates @ [1, point.neurons / active - 1]
    bits = jackknife(lambda mean: load * float(mutual_information(active / point.neurons, *mean)), rates)
    found = Recall(active / point.neurons, load, *rates.mean(axis=0))
    predicted = Recall(active / point.neurons, load, exact.miss_rate, exact.false_alarm_rate)
    anchor = one_step_load(found.error_rate, 0.5).load if 0 < found.error_rate < 1 else math.nan
    return {
        **point_columns(point),
        "load": load,
        "patterns": patterns,
        "threshold": exact.threshold,
        "miss_rate": found.miss_rate,
        "miss_rate_exact": exact.miss_rate,
        "miss_p_value": count_test(misses, point.probes * active * exact.miss_rate),
        "false_alarm_rate": found.false_alarm_rate,
        "false_alarm_rate_exact": exact.false_alarm_rate,
        "false_alarm_p_value": count_test(alarms, point.probes * (point.neurons - active) * exact.false_alarm_rate),
        **interval_columns("error_rate", mean_interval(error_rates)),
        "error_rate_exact": predicted.error_rate,
        **interval_columns("bits_per_synapse", bits),
        "bits_per_synapse_exact": predicted.bits_per_synapse,
        "ceiling": float(shannon_ceiling(load)),
        "printed_bound": printed_bits(anchor, point.activity),
    }


def summarise_keyed_capacity(
    points: Sequence[KeyedPoint], datasets: Sequence[xr.Dataset], error_rate: float
) -> xr.Dataset:
    """A table with a row for every point: C(a, eps), the load at which `error_rate` units are wrong per active unit.

    `load` interpolates between the measured loads (jackknife intervals over replicas; NaN where they do not bracket
    it) and `load_exact` between the exact error rates at the same loads, so that only chance separates the two;
    `load_gaussian` is the large-N law. Bits are those retrieved at that load, per unit of one pattern (B / N) and per
    synapse (C B / N^2). `printed_load` and `printed_bits` are the proposal's laws, anchored at a = 1/2.

    Raises:
        ValueError: `error_rate` outside (0, 1), or points and datasets differ in number.
    """
    if not 0 < error_rate < 1:
        raise ValueError(f"error_rate counts wrong units per active unit, strictly between 0 and 1, got {error_rate!r}")
    pairs = zip(points, datasets, strict=True)
    return rows_table([_summarise_capacity(point, data, error_rate) for point, data in pairs])


def _summarise_capacity(point: KeyedPoint, data: xr.Dataset, error_rate: float) -> dict[str, Any]:
    loads = np.array(point.patterns) / point.neurons
    level = active_units(point.neurons, point.activity) / point.neurons

    def capacity(rates: NDArray[np.float64]) -> float:
        return crossing_load(loads, rates[:, 0] + rates[:, 1] * (1 - level) / level, error_rate)

    def bits_per_unit(rates: NDArray[np.float64]) -> float:
        return float(np.interp(capacity(rates), loads, mutual_information(level, rates[:, 0], rates[:, 1])))

    rates = _rates(point, data)
    exact = np.array([recall_error(point, patterns)[1:3] for patterns in point.patterns])
    gaussian, dense = one_step_load(error_rate, point.activity), one_step_load(error_rate, 0.5).load
    load = jackknife(capacity, rates)
    return {
        **point_columns(point),
        "criterion": error_rate,
        **interval_columns("load", load),
        "load_exact": capacity(exact),
        "load_gaussian": gaussian.load,
        **interval_columns("bits_per_unit", jackknife(bits_per_unit, rates)),
        **interval_columns("bits_per_synapse", jackknife(lambda mean: capacity(mean) * bits_per_unit(mean), rates)),
        "bits_per_synapse_gaussian": gaussian.bits_per_synapse,
        "ceiling": math.nan if math.isnan(load.estimate) else float(shannon_ceiling(load.estimate)),
        "printed_load": printed_load(dense, point.activity),
        "printed_bits": printed_bits(dense, point.activity),
    }


def printed_load(dense: float, activity: float) -> float:
    """The capacity law as the proposal prints it, `alpha a / ln(1/a)`, with alpha such that a = 1/2 has load `dense`.

    The proposal leaves alpha open; no constant that does not depend on a could make it right (it falls as a -> 0).
    """
    return dense * 2 * math.log(2) * activity / math.log(1 / activity)


def printed_bits(dense: float, activity: float) -> float:
    """The proposal's ceiling on C B / N^2 in bits, `alpha a^2 / ln 2`: `printed_load` times its B = N a log2(1/a)."""
    return dense * 2 * activity**2


def point_columns(point: KeyedPoint) -> dict[str, Any]:
    """What every row says of its point."""
    return {
        "access": point.access,
        "code": point.code,
        "neurons": point.neurons,
        "activity": point.activity,
        "probes": point.probes,
        "replicas": point.replicas,
    }


def _rates(point: KeyedPoint, data: xr.Dataset) -> NDArray[np.float64]:
    """Miss and false-alarm rate, shape (replica, load, 2)."""
    active = active_units(point.neurons, point.activity)
    counts = np.stack([data["misses"].values, data["false_alarms"].values], axis=-1)
    return counts / (point.probes * np.array([active, point.neurons - active]))
