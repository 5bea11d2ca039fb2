r"""The projection (pseudo-inverse) rule: recall without error up to load 1, and what happens at and beyond it.

Patterns `x = xi - a` are the values v of keys k: independent ones (keyed), or themselves (auto). The weights

    keyed:  W = sum_mu,nu v^mu (K K^T)^+_{mu nu} k^nu^T,     auto:  W = P - diag(P),  P the projector onto the patterns,

recall every linearly independent set without error (Personnaz et al. 1985; Kanter & Sompolinsky 1987): the field of a
key is its value, that of a pattern is `(1 - P_ii) x_i`, since self-couplings carry no memory. Written one by one, each
pattern changes W only along the part of its key that is orthogonal to all earlier ones, as orthogonal gradient descent
and gradient projection memory do for tasks; that gives the same W.

Beyond load 1 the keyed weights are the least-squares ones. For keys with independent components, a cue of overlap m
with its key (`cue = m k + d`, |d|^2 = N V (1 - m^2), V = a (1-a)) gives, with Wishart averages and Gaussian noise,

    alpha < 1:  gap m,         variance / V = (1 - m^2) alpha / (1 - alpha)                    (auto: gap m (1 - alpha),
    alpha > 1:  gap m / alpha, variance / V = m^2 (alpha - 1) / alpha^2 + (1 - m^2) / (alpha - 1)    the same ratio)

so that noise is amplified without bound at alpha = 1 from either side, while a clean key beyond it has the crosstalk of
the covariance rule at load `alpha - 1`: what the rule gains over it is one pattern per input. (Patterns of a fixed size
have N - 1 inputs: their centred units sum to zero.)
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import xarray as xr
from jaxtyping import Array, Key
from numpy.typing import NDArray

from sims.filling import CHUNK, Filling, draw_chunks
from sims.harness.mesh import point_key, trial_keys
from sims.harness.statistics import mean_interval
from sims.patterns import WORD
from sims.replicas import interval_columns, jackknife, rows_table
from theory.activity import (
    Access,
    Code,
    active_units,
    check_access,
    check_activity,
    check_code,
    check_neurons,
)
from theory.information import Recall, mutual_information
from theory.one_step import gaussian_error

LARGEST_NETWORK = 4000
"""Units beyond which a dense matrix and its factors are not made: 128 MB each."""

RANK_TOLERANCE = 1e-10
"""Singular values below this fraction of the largest are rounding."""


@dataclass(frozen=True)
class ProjectionPoint(Filling):
    """Networks of one size that store patterns by the projection rule.

    Attributes:
        access: "auto" or "keyed".
        code: law of the patterns and keys.
        neurons: N.
        activity: a.
        loads: p / N, ascending; p is rounded.
        replaced: fraction of the cue's active units replaced by silent ones, in [0, 1).
        replicas: independent sets of patterns; each is stored to every load.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    access: Access
    code: Code
    neurons: int
    activity: float
    loads: tuple[float, ...]
    replaced: float
    replicas: int
    seed: int

    def __post_init__(self) -> None:
        check_access(self.access)
        check_code(self.code)
        check_activity(self.activity)
        if check_neurons(self.neurons) > LARGEST_NETWORK:
            raise ValueError(
                f"neurons must be at most {LARGEST_NETWORK}, the rule needs dense matrices; got {self.neurons}"
            )
        if not 0 <= self.replaced < 1:
            raise ValueError(f"replaced must be a fraction of the active units in [0, 1), got {self.replaced!r}")
        self.check_filling()

    @property
    def label(self) -> str:
        """A readable name."""
        return f"projection {self.access} {self.code} N={self.neurons} a={self.activity:g} replaced={self.replaced:g}"

    @property
    def inputs(self) -> int:
        """Independent inputs: the largest number of patterns that can be linearly independent."""
        return self.neurons - (self.code == "fixed-size")

    @property
    def cue_overlap(self) -> float:
        """m, the overlap of a cue with its key."""
        return 1 - self.replaced / (1 - active_units(self.neurons, self.activity) / self.neurons)


# Measurement


def measure_projection(point: ProjectionPoint) -> xr.Dataset:
    """Recall every stored pattern in one step, at every load of every replica, and count the wrong units.

    Units fire above the threshold that is best for Gaussian fields as predicted, in units of their own gap: that of an
    auto unit is `m (1 - P_ii)`. Where self-couplings were all there is (rank N, auto), no unit fires.

    Returns:
        With dims replica and load: `misses` and `false_alarms` (wrong units over all patterns), `rank` (of the keys),
        `gap` (of the fields of active and silent units, by regression on the pattern) and `sequential_difference`
        (largest difference between a synapse written one by one and all at once; NaN when the keys are dependent).
    """
    units = {
        "misses": "wrong units of all patterns",
        "false_alarms": "wrong units of all patterns",
        "active": "active units of all patterns",
        "rank": "patterns",
        "gap": "1",
        "sequential_difference": "1",
    }
    found = np.empty((point.replicas, len(point.loads), len(units)))
    for replica, key in enumerate(trial_keys(point_key(point.seed, point.label), point.replicas)):
        value_key, key_key, cue_key = jax.random.split(key, 3)
        values = _patterns(point, value_key)
        keys = values if point.access == "auto" else _patterns(point, key_key)
        noise = np.random.default_rng(np.asarray(jax.random.bits(cue_key, (4,))))
        cues = _replace_active(keys, point.replaced, noise)
        sequential = sequential_weights(_centred(values, point), _centred(keys, point), point.patterns)
        for index, (patterns, one_by_one) in enumerate(zip(point.patterns, sequential, strict=True)):
            stored, shown = values[:patterns], _centred(cues[:patterns], point)
            pattern = _centred(stored, point)
            weights, rank = projection_weights(pattern, _centred(keys[:patterns], point))
            own = np.diag(weights) if point.access == "auto" else np.zeros(point.neurons)
            fields = shown @ weights.T - own * shown
            fires = fields > _unit_thresholds(1 - own, threshold(point, patterns))
            found[replica, index] = (
                (stored & ~fires).sum(),
                (~stored & fires).sum(),
                stored.sum(),
                rank,
                (fields * pattern).sum() / (pattern**2).sum(),
                np.abs(weights - one_by_one).max() if rank == patterns else math.nan,
            )
    return xr.Dataset(
        {name: (("replica", "load"), found[..., at], {"units": unit}) for at, (name, unit) in enumerate(units.items())},
        {"patterns": ("load", point.patterns, {"long_name": "patterns stored", "units": "patterns"})},
    )


def projection_weights(values: NDArray[np.float64], keys: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """All patterns at once: `V^T (K^+)^T`, shape (neuron, neuron), self-couplings included, and the rank of the keys.

    Args:
        values: centred patterns, shape (pattern, neuron).
        keys: centred keys, shape (pattern, neuron).
    """
    left, sizes, right = np.linalg.svd(keys, full_matrices=False)
    rank = int((sizes > RANK_TOLERANCE * sizes[0]).sum())
    return values.T @ (left[:, :rank] / sizes[:rank]) @ right[:rank], rank


def sequential_weights(
    values: NDArray[np.float64], keys: NDArray[np.float64], checkpoints: Sequence[int]
) -> Iterator[NDArray[np.float64]]:
    """Patterns one by one, each along the part of its key orthogonal to all earlier keys; the weights at checkpoints.

    A key in the span of earlier ones changes nothing: beyond load 1 new patterns are not stored.
    """
    neurons = keys.shape[1]
    weights, free = np.zeros((neurons, neurons)), np.eye(neurons)  # free: projector onto what no key has used
    written = 0
    for stop in checkpoints:
        for value, key in zip(values[written:stop], keys[written:stop], strict=True):
            new = free @ (free @ key)  # projected twice: orthogonal to rounding
            size = float(new @ new)
            if size > RANK_TOLERANCE * float(key @ key):
                weights += np.outer(value - weights @ key, new / size)
                free -= np.outer(new, new / size)
        written = stop
        yield weights.copy()


def _patterns(point: ProjectionPoint, key: Key[Array, ""]) -> NDArray[np.bool_]:
    """As many patterns as the largest load needs, shape (pattern, neuron)."""
    chunks = draw_chunks(point.code, point.neurons, point.activity, key=key)
    words = np.concatenate([next(chunks) for _ in range(-(-point.patterns[-1] // CHUNK))])
    bits = (words[:, :, None] >> np.arange(WORD, dtype=np.uint32)) & 1
    return bits.reshape(len(words), -1)[: point.patterns[-1], : point.neurons].astype(bool)


def _centred(patterns: NDArray[np.bool_], point: ProjectionPoint) -> NDArray[np.float64]:
    fixed = point.code == "fixed-size"
    level = active_units(point.neurons, point.activity) / point.neurons if fixed else point.activity
    return patterns.astype(np.float64) - level


def _replace_active(patterns: NDArray[np.bool_], share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Cues: a share of every pattern's active units silenced, and as many of its silent units activated."""
    cues = patterns.copy()
    for cue, pattern in zip(cues, patterns, strict=True):
        active, silent = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        count = min(round(share * active.size), silent.size)
        cue[random.permutation(active)[:count]] = False
        cue[random.permutation(silent)[:count]] = True
    return cues


# Prediction


def predicted_field(point: ProjectionPoint, patterns: int) -> tuple[float, float]:
    """The mean gap between the fields of active and silent units, and the fields' variance over the squared gap.

    The module's large-N means, with Wishart's finite-N ones `p / (n - p - 1)` for `alpha / (1 - alpha)` and `n / (p - n
    - 1)` for `1 / (alpha - 1)`, n inputs; near p = n, where these diverge, with 1 for their denominators.
    """
    inputs, m = point.inputs, point.cue_overlap
    load, room = patterns / inputs, max(abs(inputs - patterns) - 1, 1)
    noise, variance = 1 / m**2 - 1, point.activity * (1 - point.activity)
    if patterns <= inputs:
        return m * (1 - patterns / point.neurons if point.access == "auto" else 1), variance * noise * patterns / room
    if point.access == "auto":
        return 0.0, math.inf
    return m / load, variance * (load - 1 + noise * load**2 * inputs / room)


def threshold(point: ProjectionPoint, patterns: int) -> float:
    """The best threshold for Gaussian fields as predicted; auto: of a unit without self-coupling, over `1 - P_ii`."""
    gap, ratio = predicted_field(point, patterns)
    if gap == 0:
        return math.inf
    scale = point.cue_overlap if point.access == "auto" else gap
    return scale * ((1 - 2 * point.activity) / 2 + ratio * math.log(1 / point.activity - 1))


def _unit_thresholds(gaps: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """The threshold of every unit; a unit whose field is only its self-coupling has none it should pass."""
    if math.isinf(threshold):
        return np.full_like(gaps, math.inf)
    return np.where(gaps > RANK_TOLERANCE, gaps * threshold, math.inf)


# Summary


def summarise_projection(points: Sequence[ProjectionPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every load of every point: errors, information, rank, gap, and their predictions.

    Intervals are over replicas (information: jackknife). Predicted rates are large-N ones with Gaussian noise, so they
    come without p-values; below load 1 a clean cue is predicted to make no error at all. `independent` is the fraction
    of replicas whose keys are linearly independent.

    Raises:
        ValueError: points and datasets differ in number.
    """
    rows = [
        _summarise_load(point, data.isel(load=index), patterns)
        for point, data in zip(points, datasets, strict=True)
        for index, patterns in enumerate(point.patterns)
    ]
    return rows_table(rows)


def _summarise_load(point: ProjectionPoint, data: xr.Dataset, patterns: int) -> dict[str, Any]:
    load, level = patterns / point.neurons, active_units(point.neurons, point.activity) / point.neurons
    active = data["active"].values
    rates = np.column_stack(
        [data["misses"].values / active, data["false_alarms"].values / (patterns * point.neurons - active)]
    )
    gap, ratio = predicted_field(point, patterns)
    miss, alarm = gaussian_error(ratio, point.activity)[1:3] if 0 < ratio < math.inf else (float(gap == 0), 0.0)
    predicted = Recall(level, load, miss, alarm)
    bits = jackknife(lambda mean: load * float(mutual_information(level, *mean)), rates)
    return {
        "access": point.access,
        "code": point.code,
        "neurons": point.neurons,
        "activity": point.activity,
        "replaced": point.replaced,
        "replicas": point.replicas,
        "load": load,
        "patterns": patterns,
        "independent": float((data["rank"].values == patterns).mean()),
        **interval_columns("overlap", mean_interval(1 - rates.sum(axis=1))),
        "overlap_predicted": predicted.overlap,
        **interval_columns("error_rate", mean_interval(rates @ [1, 1 / level - 1])),
        "error_rate_predicted": predicted.error_rate,
        **interval_columns("gap", mean_interval(data["gap"].values)),
        "gap_predicted": gap,
        **interval_columns("bits_per_synapse", bits),
        "bits_per_synapse_predicted": predicted.bits_per_synapse,
        "sequential_difference": float(data["sequential_difference"].max()),
    }
