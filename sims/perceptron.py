r"""How many random patterns some weights can recall without error: separability decided exactly, and learnt.

A unit with N inputs is to fire for a fraction a of p random patterns. Its problem, given labels y = +-1 and inputs x,
is solved if `y (w . x - theta) > 0` for all p patterns. Whether any (w, theta) solves it is decided exactly: the point
of the convex hull of the `y x` nearest to zero is found by non-negative least squares (Lawson & Hanson 1974); either it
is zero, and then the positive weights that make it zero prove that no solution exists (Gordan's theorem), or it is a
solution itself. Both certificates are checked.

- Without threshold and with a = 1/2, inputs in general position are separable with probability exactly
  `2 sum_{k<N} binom(p-1, k) / 2^p` (Cover 1965): one half at p = 2 N.
- With a threshold and a < 1/2 the 50% point tends to Gardner's `alpha_G(a) N` (Gardner 1988).

The perceptron rule (Rosenblatt 1962) visits all patterns again and again and stops, after finitely many errors, exactly
where a solution exists. It needs interleaved replay of everything stored, which the one-shot rules do not.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import lax
from jaxtyping import Array, Bool, Float32, Int32, Key
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.special import ndtri
from scipy.stats import binom

from sims.filling import Filling
from sims.harness.mesh import point_key, trial_keys
from sims.harness.statistics import binomial_interval
from sims.replicas import interval_columns, jackknife, rows_table
from theory.activity import check_activity, check_count
from theory.any_rule import cover_bits, gardner_load

Inputs = Literal["gaussian", "binary"]
"""Input patterns: standard normal, which are in general position, or centred Bernoulli(a) patterns."""

ZERO = 1e-9
"""Distances of a convex hull of unit vectors from zero below this are rounding."""


class UndecidedError(RuntimeError):
    """Neither certificate of a separability problem could be verified."""


@dataclass(frozen=True)
class PerceptronPoint(Filling):
    """Units of one size with random labels, at ascending loads.

    Attributes:
        inputs: "gaussian" or "binary".
        neurons: N, inputs of a unit.
        activity: a, probability that a unit is to fire.
        biased: whether the unit has a threshold of its own.
        loads: p / N, ascending; p is rounded.
        units: units per network; they share the inputs, their labels are independent.
        replicas: independent networks.
        sweeps: most sweeps of the perceptron rule over all patterns; 0: do not learn.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    inputs: Inputs
    neurons: int
    activity: float
    biased: bool
    loads: tuple[float, ...]
    units: int
    replicas: int
    sweeps: int
    seed: int

    def __post_init__(self) -> None:
        if self.inputs not in get_args(Inputs):
            raise ValueError(f"inputs must be one of {', '.join(get_args(Inputs))}, got {self.inputs!r}")
        check_activity(self.activity)
        check_count(self.units, "units")
        check_count(self.sweeps, "sweeps", minimum=0)
        self.check_filling()

    @property
    def label(self) -> str:
        """A readable name."""
        kind = "biased" if self.biased else "unbiased"
        return f"perceptron {self.inputs} {kind} N={self.neurons} a={self.activity:g}"


# Measurement


def measure_perceptron(point: PerceptronPoint) -> xr.Dataset:
    """Decide for every unit whether its labels are separable, and let the perceptron rule learn them.

    Returns:
        With dims replica and load: `separable` and `learnt` (units), and `sweeps` (most that a learnt one took).

    Raises:
        UndecidedError: a problem's certificates fail.
        RuntimeError: the perceptron rule learnt labels that are not separable.
    """
    found = np.empty((point.replicas, len(point.loads), 3), np.int64)
    for replica, key in enumerate(trial_keys(point_key(point.seed, point.label), point.replicas)):
        for index, patterns in enumerate(point.patterns):
            inputs, labels = _problem(point, patterns, jax.random.fold_in(key, patterns))
            decided = np.array([separable(inputs, unit) for unit in labels])
            learnt, sweeps = np.zeros(point.units, bool), np.zeros(point.units, np.int64)
            if point.sweeps:
                learnt, sweeps = (
                    np.asarray(each) for each in learn(jnp.asarray(inputs, jnp.float32), labels, point.sweeps)
                )
            if (learnt & ~decided).any():
                raise RuntimeError(f"{point.label}: the perceptron rule learnt labels proved not to be separable")
            found[replica, index] = decided.sum(), learnt.sum(), sweeps[learnt].max(initial=0)
    names = {"separable": "units", "learnt": "units", "sweeps": "sweeps over all patterns"}
    return xr.Dataset(
        {name: (("replica", "load"), found[..., at], {"units": unit}) for at, (name, unit) in enumerate(names.items())},
        {"patterns": ("load", point.patterns, {"long_name": "patterns", "units": "patterns"})},
    )


def separable(inputs: NDArray[np.float64], labels: NDArray[np.floating]) -> bool:
    """Whether some weights give every input the sign of its label, exactly up to rounding.

    Args:
        inputs: shape (pattern, input).
        labels: -1 or 1, shape (pattern,).

    Raises:
        UndecidedError: neither certificate holds.
    """
    signed = inputs * labels[:, None]
    signed = signed / np.linalg.norm(signed, axis=1, keepdims=True)
    system = np.vstack([signed.T, np.ones(len(signed))])
    target = np.append(np.zeros(signed.shape[1]), 1.0)
    combination, _ = nnls(system, target, maxiter=50 * len(signed))
    residual = target - system @ combination  # (-d x, 1 - d): x the nearest point of the hull, unless all of it is zero
    if np.linalg.norm(residual) < ZERO:
        return False  # a convex combination of the signed inputs vanishes
    if (signed @ -residual[:-1] > 0).all():
        return True
    raise UndecidedError(f"{signed.shape[0]} patterns of {signed.shape[1]} inputs: residual {np.linalg.norm(residual)}")


@functools.partial(jax.jit, static_argnames="sweeps")
def learn(
    inputs: Float32[Array, "pattern input"], labels: Float32[Array, "unit pattern"], sweeps: int
) -> tuple[Bool[Array, " unit"], Int32[Array, " unit"]]:
    """Which units the perceptron rule teaches all their labels within `sweeps`, and how many sweeps each took."""
    units, size = labels.shape[0], inputs.shape[1]

    def visit(state: tuple[Array, Array], pattern: tuple[Array, Array]) -> tuple[tuple[Array, Array], None]:
        (weights, wrong), (x, y) = state, pattern
        error = y * (weights @ x) <= 0
        return (weights + jnp.where(error, y, 0.0)[:, None] * x, wrong | error), None

    def sweep(state: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
        weights, wrong, taken, count = state
        (weights, still), _ = lax.scan(visit, (weights, jnp.zeros(units, bool)), (inputs, labels.T))
        return weights, wrong & still, jnp.where(wrong, count + 1, taken), count + 1

    def unfinished(state: tuple[Array, Array, Array, Array]) -> Array:
        return state[1].any() & (state[3] < sweeps)

    start = (jnp.zeros((units, size)), jnp.ones(units, bool), jnp.zeros(units, jnp.int32), jnp.int32(0))
    _, wrong, taken, _ = lax.while_loop(unfinished, sweep, start)
    return ~wrong, taken


def _problem(
    point: PerceptronPoint, patterns: int, key: Key[Array, ""]
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Inputs (pattern, input), a constant one last if biased, and labels (unit, pattern)."""
    input_key, label_key = jax.random.split(key)
    shape = (patterns, point.neurons)
    if point.inputs == "gaussian":
        drawn = np.asarray(jax.random.normal(input_key, shape), np.float64)
    else:
        a = point.activity
        drawn = (np.asarray(jax.random.bernoulli(input_key, a, shape)) - a) / math.sqrt(a * (1 - a))
    inputs = np.column_stack([drawn, np.ones(patterns)]) if point.biased else drawn
    active = np.asarray(jax.random.bernoulli(label_key, point.activity, (point.units, patterns)))
    return inputs, np.where(active, 1, -1).astype(np.float32)


# Summary


def summarise_perceptron(points: Sequence[PerceptronPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every load of every point: the fraction of units whose labels are separable, and learnt.

    Intervals are binomial: exact in Cover's case, where the inputs do not matter, also for units that share them (else
    such units are slightly correlated; `summarise_perceptron_capacity` has intervals over networks). `cover` is the
    exact probability for a = 1/2 without threshold (NaN otherwise; binary inputs reach it only nearly, as they are not
    quite in general position) and `p_value` its exact two-sided binomial test: at most x with probability at most x.

    Raises:
        ValueError: points and datasets differ in number.
    """
    rows = []
    for point, data in zip(points, datasets, strict=True):
        trials = point.units * point.replicas
        for index, patterns in enumerate(point.patterns):
            count, learnt = (int(data[name].values[:, index].sum()) for name in ("separable", "learnt"))
            low, high = binomial_interval(count, trials)
            exact = cover_probability(point, patterns)
            rows.append(
                {
                    **_point_columns(point),
                    "load": patterns / point.neurons,
                    "patterns": patterns,
                    "trials": trials,
                    "separable": count / trials,
                    "separable_low": low,
                    "separable_high": high,
                    "learnt": learnt / trials if point.sweeps else math.nan,
                    "sweeps": int(data["sweeps"].values[:, index].max()),
                    "cover": exact,
                    "p_value": _binomial_p_value(count, trials, exact),
                }
            )
    return rows_table(rows)


def summarise_perceptron_capacity(points: Sequence[PerceptronPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every point: the load at which half of the units are separable, beside Gardner's.

    `load` comes from a probit fit in the load (jackknife interval over replicas), NaN unless fractions on both sides of
    one half were measured. `gardner` is the large-N value.

    Raises:
        ValueError: points and datasets differ in number.
    """
    rows = []
    for point, data in zip(points, datasets, strict=True):
        loads = np.array(point.patterns) / point.neurons
        half = jackknife(
            functools.partial(half_load, loads, point.units * point.replicas), data["separable"] / point.units
        )
        rows.append(
            {
                **_point_columns(point),
                **interval_columns("load", half),
                "standard_error": half.standard_error,
                "gardner": gardner_load(point.activity) if point.biased else 2.0,
            }
        )
    return rows_table(rows)


def half_load(loads: NDArray[np.float64], trials: int, fractions: NDArray[np.float64]) -> float:
    """The load where a probit line through the fractions (weighted by their information) passes one half; or NaN."""
    share = (fractions * trials + 0.5) / (trials + 1)
    if not (share > 0.5).any() or not (share < 0.5).any():
        return math.nan
    probit = ndtri(share)
    weight = np.exp(-(probit**2)) / (share * (1 - share))
    slope, offset = np.polyfit(loads, probit, 1, w=np.sqrt(weight))
    return float(-offset / slope)


def cover_probability(point: PerceptronPoint, patterns: int) -> float:
    """Cover's probability that random labels are separable, for a = 1/2 without threshold; else NaN."""
    if point.biased or point.activity != 0.5:
        return math.nan
    return 2 ** (cover_bits(patterns, point.neurons) - patterns)


def _binomial_p_value(count: int, trials: int, probability: float) -> float:
    if math.isnan(probability):
        return math.nan
    return float(min(1.0, 2 * min(binom.cdf(count, trials, probability), binom.sf(count - 1, trials, probability))))


def _point_columns(point: PerceptronPoint) -> dict[str, Any]:
    return {
        "inputs": point.inputs,
        "neurons": point.neurons,
        "activity": point.activity,
        "biased": point.biased,
    }
