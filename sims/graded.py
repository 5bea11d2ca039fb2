r"""Graded patterns in one step with a linear readout: how much of the Shannon ceiling the field carries.

Rates are standardised, x = (rate - mean) / deviation; p patterns are stored as W = (1/N) sum x x^T without
self-coupling, and one of them is the cue. Its field `h_i = sum_j W_ij x_j` is a noisy copy of x_i, and with
`kappa = E x^4`, for every law of rates and every N and p, exactly,

    E h x = (N-1)/N,   E h^2 = (N-1) (N + p + kappa - 3) / N^2,   SNR = rho^2 / (1 - rho^2) = (N-1) / (p + kappa - 2).

The information is measured through an auxiliary channel (Arnold et al. 2006): for any conditional density q,

    I(x; h) >= E log2( q(h|x) / sum_x' P(x') q(h|x') ),

here given the strength of the rest of the cue, `R = sum_{j != i} x_j^2`, which is independent of x_i and known to
whoever presents the cue: q is Gaussian of mean R x / N and variance (p-1) R / N^2, the crosstalk's own moments. The
estimate is a mean over units, hence unbiased, and bounds I(x; h, R) from below; as crosstalk becomes Gaussian the bound
becomes the information itself. Probes share p - 1 stored patterns and each adds its own.
"""

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import lax
from jaxtyping import Array, Float32, Int32, Key
from numpy.typing import NDArray
from scipy.special import log_ndtr

from sims.filling import CHUNK, Filling, fill
from sims.harness.mesh import point_key, trial_keys
from sims.harness.statistics import mean_interval, t_test
from sims.replicas import interval_columns, jackknife, rows_table
from theory.activity import check_count
from theory.ceiling import shannon_ceiling
from theory.graded import RateLaw, binary_rates, exponential_rates, graded_information, ternary_rates

Law = Literal["gaussian", "binary", "ternary", "exponential"]
"""Laws of rates: normal, or those of `theory.graded` at a given sparseness."""

STATISTICS = ("estimate", "standard_error", "predicted")
"""What a summary tells of the signal-to-noise ratio: jackknife over replicas, its error, the exact finite-N value."""


class Moments(NamedTuple):
    """Sums over stored patterns, in floating point.

    Attributes:
        weighted: sum of `x_i^mu (x^mu . cue)`, shape (probe, neuron).
        squares: sum of `(x_i^mu)^2`, shape (neuron,).
    """

    weighted: NDArray[np.float64]
    squares: NDArray[np.float64]


@dataclass(frozen=True)
class GradedPoint(Filling):
    """One network of graded units filled to ascending loads, and probed at each of them.

    Attributes:
        law: law of the rates.
        sparseness: Treves and Rolls's `<x>^2 / <x^2>` of the rates; 0 for Gaussian patterns (mean 0).
        neurons: N.
        loads: p / N at which the field is measured, ascending; p is rounded, the probe's own pattern included.
        probes: cues per replica and load, at most a chunk.
        replicas: independent networks.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    law: Law
    sparseness: float
    neurons: int
    loads: tuple[float, ...]
    probes: int
    replicas: int
    seed: int

    def __post_init__(self) -> None:
        if self.law not in get_args(Law):
            raise ValueError(f"law must be one of {', '.join(get_args(Law))}, got {self.law!r}")
        if self.law == "gaussian" and self.sparseness != 0:
            raise ValueError(f"Gaussian patterns have mean 0, so sparseness must be 0, got {self.sparseness!r}")
        _ = self.rates  # raises ValueError where the law has no such sparseness
        if check_count(self.probes, "probes") > CHUNK:
            raise ValueError(f"probes must be at most {CHUNK}, got {self.probes}")
        self.check_filling()

    @property
    def label(self) -> str:
        """A readable name."""
        return f"graded {self.law} {self.sparseness:g} N={self.neurons}"

    @property
    def rates(self) -> RateLaw | None:
        """The law of the rates; None if Gaussian."""
        if self.law == "gaussian":
            return None
        laws = {"binary": binary_rates, "ternary": ternary_rates, "exponential": exponential_rates}
        return laws[self.law](self.sparseness)

    @property
    def firing(self) -> float:
        """Fraction of units whose rate is not zero: what the sparseness makes it, for each law."""
        return self.sparseness * {"gaussian": 0, "binary": 1, "ternary": 10 / 9, "exponential": 2}[self.law]

    def moment(self, power: int) -> float:
        """`E rate^power`."""
        if self.law == "gaussian":
            return {1: 0.0, 2: 1.0, 3: 0.0, 4: 3.0}[power]
        each = {"binary": 1, "ternary": (1 + 0.5**power) / 2, "exponential": math.factorial(power)}
        return self.firing * each[self.law]

    @property
    def deviation(self) -> float:
        """Standard deviation of the rate."""
        return math.sqrt(self.moment(2) - self.moment(1) ** 2)

    @property
    def fourth_moment(self) -> float:
        """kappa, of the standardised rate."""
        m1, m2, m3, m4 = (self.moment(power) for power in range(1, 5))
        return (m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4) / self.deviation**4


# Measurement


def measure_graded(point: GradedPoint) -> xr.Dataset:
    """The moments of every replica's fields at every load, and the bits they carry.

    Returns:
        With dims replica and load, means over units and probes: `signal` (h x), `power` (h^2) and `bits` (the
        auxiliary-channel bound, per unit).
    """
    found = []
    for key in trial_keys(point_key(point.seed, point.label), point.replicas):
        stored_key, cue_key = jax.random.split(key)
        cues = np.asarray(_draw(point, cue_key)[: point.probes], np.float64)
        for moments, patterns in zip(_filled(point, stored_key, cues), point.patterns, strict=True):
            fields = graded_fields(moments, cues)
            bits = channel_information(point, patterns, cues, fields)
            found.append([(fields * cues).mean(), (fields**2).mean(), bits.mean()])
    values = np.array(found).reshape(point.replicas, len(point.loads), 3)
    names = {"signal": "mean of field times pattern", "power": "mean squared field", "bits": "information per unit"}
    return xr.Dataset(
        {
            name: (("replica", "load"), values[..., at], {"long_name": text, "units": "bits" if at == 2 else "1"})
            for at, (name, text) in enumerate(names.items())
        },
        {"patterns": ("load", point.patterns, {"long_name": "patterns stored", "units": "patterns"})},
    )


def graded_fields(moments: Moments, cues: NDArray[np.float64]) -> NDArray[np.float64]:
    """The fields of cues that are stored besides the patterns summed up, shape (probe, neuron); no self-coupling."""
    own = cues * ((cues**2).sum(axis=1, keepdims=True) - cues**2)
    return (moments.weighted - cues * moments.squares + own) / cues.shape[1]


def channel_information(
    point: GradedPoint, patterns: int, cues: NDArray[np.float64], fields: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`log2(q(h|x,R) / q(h|R))` of every unit, in bits; its mean bounds the information from below (see the module)."""
    strength = (cues**2).sum(axis=1, keepdims=True) - cues**2
    read, variance = fields * (point.neurons / strength), (patterns - 1) / strength  # x + noise of this variance
    return (_log_normal(read - cues, variance) - _log_marginal(point, read, variance)) / math.log(2)


def _log_marginal(point: GradedPoint, read: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log density of a standardised rate with Gaussian noise of the given variance."""
    if point.law == "gaussian":
        return _log_normal(read, 1 + variance)
    # in units of the rate itself: rate + noise of deviation `noise`
    rate, noise = read * point.deviation + point.moment(1), np.sqrt(variance) * point.deviation
    silent = math.log1p(-point.firing) + _log_normal(rate, noise**2) if point.firing < 1 else -math.inf
    if point.law == "exponential":  # an exponential of mean 1 plus Gaussian noise
        fires = noise**2 / 2 - rate + log_ndtr(rate / noise - noise)
    elif point.law == "ternary":
        fires = np.logaddexp(_log_normal(rate - 0.5, noise**2), _log_normal(rate - 1, noise**2)) - math.log(2)
    else:
        fires = _log_normal(rate - 1, noise**2)
    return np.logaddexp(silent, math.log(point.firing) + fires) + math.log(point.deviation)


def _log_normal(x: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log density of a centred normal variable."""
    return -(x**2) / (2 * variance) - np.log(2 * math.pi * variance) / 2


def _filled(point: GradedPoint, key: Key[Array, ""], cues: NDArray[np.float64]) -> Iterator[Moments]:
    """The sums over all patterns but the probe's own, at every load."""
    shown = jnp.asarray(cues, jnp.float32)

    def chunks() -> Iterator[Array]:
        number = 0
        while True:
            yield _draw(point, jax.random.fold_in(key, number))
            number += 1

    def write(moments: Moments, chunk: Array, first: int, last: int) -> Moments:
        weighted, squares = _chunk_moments(chunk, shown, first, last)
        return Moments(moments.weighted + np.asarray(weighted), moments.squares + np.asarray(squares))

    empty = Moments(np.zeros(cues.shape), np.zeros(point.neurons))
    return fill(chunks(), write, empty, [patterns - 1 for patterns in point.patterns])


@jax.jit
def _chunk_moments(
    chunk: Float32[Array, "chunk neuron"],
    cues: Float32[Array, "probe neuron"],
    first: int | Int32[Array, ""],
    last: int | Int32[Array, ""],
) -> tuple[Float32[Array, "probe neuron"], Float32[Array, " neuron"]]:
    place = jnp.arange(len(chunk))
    stored = jnp.where(((place >= first) & (place < last))[:, None], chunk, 0)
    overlaps = jnp.dot(cues, stored.T, precision=lax.Precision.HIGHEST)
    return jnp.dot(overlaps, stored, precision=lax.Precision.HIGHEST), (stored**2).sum(axis=0)


def _draw(point: GradedPoint, key: Key[Array, ""]) -> Float32[Array, "chunk neuron"]:
    """A chunk of independent standardised rates."""
    rates = _draw_rates(key, point.law, point.firing, (CHUNK, point.neurons))
    return (rates - point.moment(1)) / point.deviation


@functools.partial(jax.jit, static_argnames=("law", "shape"))
def _draw_rates(
    key: Key[Array, ""], law: Law, firing: float | Float32[Array, ""], shape: tuple[int, int]
) -> Float32[Array, "row neuron"]:
    if law == "gaussian":
        return jax.random.normal(key, shape)
    share = jax.random.uniform(key, shape) / firing  # uniform on [0, 1) among the units that fire
    rates = {
        "binary": 1.0,
        "ternary": jnp.where(share < 0.5, 1.0, 0.5),
        "exponential": -jnp.log1p(-jnp.minimum(share, 1 - 2**-24)),
    }
    return jnp.where(share < 1, rates[law], 0.0)


# Summary


def summarise_graded(points: Sequence[GradedPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every load of every point: signal-to-noise ratio and information beside theory.

    `snr` has a dim statistic (`STATISTICS`). `signal_p_value` and `power_p_value` are two-sided t-tests over replicas
    of the exact second moments: under the theory each falls below x with probability x, up to the skewness of replica
    means. `bits_per_synapse` is load times the mean auxiliary-channel bound, with a t interval over replicas;
    `bits_per_synapse_predicted` is that of Gaussian crosstalk at large N and `ceiling` Shannon's.

    Raises:
        ValueError: points and datasets differ in number.
    """
    rows = [
        _summarise_load(point, data.isel(load=index), patterns)
        for point, data in zip(points, datasets, strict=True)
        for index, patterns in enumerate(point.patterns)
    ]
    ratios = [row.pop("snr") for row in rows]
    table = rows_table(rows)
    return table.assign(snr=(("point", "statistic"), ratios)).assign_coords(statistic=list(STATISTICS))


def _summarise_load(point: GradedPoint, data: xr.Dataset, patterns: int) -> dict[str, Any]:
    neurons, load, kappa = point.neurons, patterns / point.neurons, point.fourth_moment
    signal, power = data["signal"].values, data["power"].values
    ratio = jackknife(snr, np.column_stack([signal, power]))
    bits = mean_interval(load * data["bits"].values)
    gaussian = float(shannon_ceiling(load))
    return {
        "law": point.law,
        "sparseness": point.sparseness,
        "neurons": neurons,
        "probes": point.probes,
        "replicas": point.replicas,
        "load": load,
        "patterns": patterns,
        "snr": [ratio.estimate, ratio.standard_error, (neurons - 1) / (patterns + kappa - 2)],
        "signal_p_value": t_test(signal, (neurons - 1) / neurons),
        "power_p_value": t_test(power, (neurons - 1) * (neurons + patterns + kappa - 3) / neurons**2),
        **interval_columns("bits_per_synapse", bits),
        "bits_per_synapse_predicted": gaussian if point.rates is None else load * graded_information(point.rates, load),
        "ceiling": gaussian,
    }


def snr(moments: NDArray[np.float64]) -> float:
    """`rho^2 / (1 - rho^2)` from the means of `h x` and `h^2`, with `E x^2 = 1`."""
    explained = moments[0] ** 2
    return float(explained / (moments[1] - explained))
