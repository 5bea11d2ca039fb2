"""Capacity as a user would measure it: the largest load at which stored patterns are still retrieved.

Two criteria. `CapacityPoint`: at least a fraction of the probes keeps an overlap of at least m0 where the dynamics
end. `SequentialPoint`, the proposal's C(a, eps): as patterns are stored one after another, *every* stored pattern
still has forgetting at most eps, in wrong units per active unit. Both bisect on the number of patterns, over nested
prefixes of one network: pattern mu stays the same whatever the load, so that a replica has one clear crossing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import jax
import numpy as np
import xarray as xr

from sims.amp import retrieve_amp
from sims.fields import Network
from sims.harness.statistics import binomial_interval, mean_interval
from sims.probes import NetworkPoint
from sims.retrieval import Update, check_update, retrieve
from sims.tiles import BATCHES, allocated_rows
from theory.activity import active_units
from theory.information import mutual_information
from theory.mean_field import critical_point, spinodal
from theory.one_step import one_step_load

Dynamics = Literal["plain", "amp"]
"""Plain retrieval, or Onsager-corrected retrieval with estimated coefficients."""

STRIDE = 1.2
"""Factor between the loads tried until the crossing is bracketed."""

AMP_STEPS = 60
"""Steps after which Onsager-corrected retrieval is judged."""


@dataclass(frozen=True, kw_only=True)
class CapacityPoint(NetworkPoint):
    """The largest load at which enough probes keep their overlap.

    Attributes:
        dynamics: plain or Onsager-corrected.
        update: order of updates (plain dynamics).
        overlap: m0, the overlap to keep.
        kept: fraction of the probes that must keep it.
        resolution: relative width of the final bracket.

    Raises:
        ValueError: a field out of range.
    """

    dynamics: Dynamics = "plain"
    update: Update = "synchronous"
    overlap: float = 0.7
    kept: float = 0.5
    resolution: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        check_update(self.update)
        check_dynamics(self.dynamics)
        for name in ("overlap", "kept", "resolution"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in (0, 1], got {getattr(self, name)!r}")
        if self.dynamics == "amp" and self.update == "random":
            raise ValueError("Onsager-corrected retrieval is synchronous, got random updates")

    @property
    def label(self) -> str:
        """A readable name."""
        return f"capacity {self.network_label} {self.dynamics} {self.update}"

    @property
    def predicted(self) -> float:
        """The mean field's capacity: of the best threshold, of the one given, or of k winners."""
        if self.retrieval == "threshold" and self.threshold is not None:
            return spinodal(self.threshold, self.centre).load
        return critical_point(self.centre, "centred", self.retrieval).load


@dataclass(frozen=True)
class SequentialPoint:
    """Patterns stored one after another until one of them is forgotten; k winners, fixed-size code, clean cues.

    Attributes:
        neurons: N; every stored pattern is cued, so this is for small networks.
        activity: a.
        forgetting: eps, the wrong units per active unit that are tolerated in every pattern.
        replicas: independent networks.
        seed: of the random numbers.
        resolution: relative width of the final bracket.
    """

    neurons: int
    activity: float
    forgetting: float
    replicas: int
    seed: int
    resolution: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.forgetting < 1 or not 0 < self.resolution <= 1:
            raise ValueError(f"forgetting and resolution must lie in (0, 1), got {self.forgetting}, {self.resolution}")
        _ = self.networks

    @property
    def label(self) -> str:
        """A readable name."""
        return f"sequential N={self.neurons} a={self.activity:g} eps={self.forgetting:g}"

    @property
    def networks(self) -> NetworkPoint:
        """The networks."""
        return NetworkPoint("fixed-size", self.neurons, self.activity, "kwta", 0.0, 1, self.replicas, self.seed)


# Measuring


def measure_capacity(point: CapacityPoint) -> xr.Dataset:
    """The bracket of the crossing in every replica (dim replica).

    Returns:
        `patterns_kept`, `patterns_lost`: the largest load tried at which enough probes were kept, the smallest at
        which they were not; `probes_kept`, `probes_lost`: how many were kept at either; `overlap_kept`: mean overlap
        of the kept probes at the former.
    """
    names = ("patterns_kept", "patterns_lost", "probes_kept", "probes_lost", "overlap_kept")
    rows = []
    for replica in range(point.replicas):
        seen: dict[int, tuple[int, float]] = {0: (point.probes, 1.0)}
        network = _growing(point, replica)

        def enough(patterns: int, seen=seen, network=network, replica=replica) -> bool:
            overlaps = _overlaps(point, replica, network(patterns))
            kept = overlaps >= point.overlap
            seen[patterns] = (int(kept.sum()), float(overlaps[kept].mean()) if kept.any() else math.nan)
            return bool(kept.mean() >= point.kept)

        start = point.predicted * point.neurons * _dither(point, replica)
        low, high = crossing(enough, round(start), point.resolution)
        rows.append((low, high, seen[low][0], seen[high][0], seen[low][1]))
    data = np.asarray(rows).T
    return xr.Dataset({name: ("replica", values) for name, values in zip(names, data, strict=True)})


def measure_sequential(point: SequentialPoint) -> xr.Dataset:
    """The bracket of the crossing in every replica, and what is retrieved there (dim replica).

    Returns:
        `patterns_kept`: the largest number tried at which every pattern was within eps; `patterns_lost`; `miss_rate`
        and `false_alarm_rate`, over all patterns at the former.
    """
    names = ("patterns_kept", "patterns_lost", "miss_rate", "false_alarm_rate")
    active = active_units(point.neurons, point.activity)
    rows = []
    for replica in range(point.replicas):
        rates = {0: 0.0}
        network = _growing(point.networks, replica)

        def all_within(patterns: int, rates=rates, network=network) -> bool:
            wrong = 0
            for start in range(0, patterns, BATCHES[-1]):
                stored = network(patterns).stored(np.arange(start, min(start + BATCHES[-1], patterns)))
                end = retrieve(network(patterns), stored, stored)
                wrong += int(end.misses.sum())
                if ((end.misses + end.false_alarms) > point.forgetting * active).any():
                    return False
            rates[patterns] = wrong / (patterns * active)
            return True

        guess = one_step_load(point.forgetting, point.activity).load * point.neurons
        low, high = crossing(all_within, round(guess / 2 * _dither(point.networks, replica)), point.resolution)
        rows.append((low, high, rates[low], rates[low] * active / (point.neurons - active)))
    data = np.asarray(rows).T
    return xr.Dataset({name: ("replica", values) for name, values in zip(names, data, strict=True)})


def crossing(holds: Callable[[int], bool], start: int, resolution: float) -> tuple[int, int]:
    """A bracket (n, m), n < m, of where a property of whole numbers is lost: it holds at n (or n = 0), not at m.

    Steps by `STRIDE` from `start` until the crossing is bracketed, then bisects until `m - n <= max(1, resolution m)`.
    Where the property comes and goes, one of its crossings is found.
    """
    low, high, tried = 0, 0, max(1, start)
    while not (low and high) and high != 1:
        if holds(tried):
            low, tried = tried, math.ceil(tried * STRIDE)
        else:
            high, tried = tried, max(1, min(math.floor(tried / STRIDE), tried - 1))
    while high - low > max(1, resolution * high):
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low, high


def _overlaps(point: CapacityPoint, replica: int, network: Network) -> np.ndarray:
    stored = network.stored(np.arange(min(point.probes, network.patterns)))
    cues = point.cues(replica, stored)
    if point.dynamics == "amp":
        run = retrieve_amp(network, cues, stored, AMP_STEPS, threshold=point.firing_threshold, response="estimated")
        return np.where(run.stopped, -1.0, run.overlap[:, -1])
    options = {"threshold": point.firing_threshold, "update": point.update, "key": point.key(replica)}
    return retrieve(network, cues, stored, **options).overlap


def _dither(point: NetworkPoint, replica: int) -> float:
    """A random factor within a stride, so that the loads tried differ between replicas.

    The width of the brackets then scatters the replicas as well, and their interval includes it.
    """
    return STRIDE ** float(jax.random.uniform(point.key(replica), minval=-0.5, maxval=0.5))


def _growing(point: NetworkPoint, replica: int) -> Callable[[int], Network]:
    """The network of a replica at any number of patterns; more are drawn when they are needed."""
    drawn: list[Network] = []

    def network(patterns: int) -> Network:
        if not drawn or patterns > len(drawn[-1].words):
            drawn[:] = [point.network(replica, allocated_rows(patterns))]
        return drawn[-1].prefix(patterns)

    return network


# Tables


def summarise_capacity(points: Sequence[CapacityPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table over points: the measured capacity beside the mean field's.

    Variables (dim point): `load`, `load_low`, `load_high` (mean of the brackets' centres over replicas and its 95% t
    interval), `standard_error`, `predicted`; `kept_low`, `kept_high` (binomial 95% interval of the fraction of probes
    kept at the largest load at which enough were, all replicas together); `overlap` (of the kept probes there); and
    the points' fields.
    """
    rows: list[xr.Dataset] = []
    for point, data in zip(points, datasets, strict=True):
        interval = mean_interval(_centre(data) / point.neurons)
        kept = binomial_interval(int(data["probes_kept"].sum()), point.probes * point.replicas)
        row = {
            **point.columns,
            "dynamics": point.dynamics,
            "update": point.update,
            "load": interval.estimate,
            "load_low": interval.low,
            "load_high": interval.high,
            "standard_error": interval.standard_error,
            "predicted": point.predicted,
            "kept_low": kept[0],
            "kept_high": kept[1],
            "overlap": float(data["overlap_kept"].mean()),
        }
        rows.append(xr.Dataset(row))
    return xr.concat(rows, dim="point")


def summarise_sequential(points: Sequence[SequentialPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table over points: C(a, eps), B and C B.

    Variables (dim point): `patterns`, `patterns_low`, `patterns_high` (C: mean over replicas and 95% t interval),
    `standard_error`, `load`; `bits_per_unit` (B/N at the error rates made), `bits_per_synapse` (C B / N^2), and the
    points' fields.
    """
    rows: list[xr.Dataset] = []
    for point, data in zip(points, datasets, strict=True):
        interval = mean_interval(_centre(data))
        centre = active_units(point.neurons, point.activity) / point.neurons
        bits = mutual_information(centre, data["miss_rate"].values, data["false_alarm_rate"].values)
        row = {
            "neurons": point.neurons,
            "activity": point.activity,
            "forgetting": point.forgetting,
            "replicas": point.replicas,
            "patterns": interval.estimate,
            "patterns_low": interval.low,
            "patterns_high": interval.high,
            "standard_error": interval.standard_error,
            "load": interval.estimate / point.neurons,
            "bits_per_unit": float(bits.mean()),
            "bits_per_synapse": float((bits * _centre(data)).mean()) / point.neurons,
        }
        rows.append(xr.Dataset(row))
    return xr.concat(rows, dim="point")


def check_dynamics(value: str) -> Dynamics:
    """Return `value`, or raise ValueError unless it names one of the dynamics."""
    if value not in get_args(Dynamics):
        raise ValueError(f"dynamics must be one of {', '.join(get_args(Dynamics))}, got {value!r}")
    return cast(Dynamics, value)


def _centre(data: xr.Dataset) -> np.ndarray:
    """The middle of each replica's bracket, in patterns."""
    return (data["patterns_kept"].values + data["patterns_lost"].values) / 2
