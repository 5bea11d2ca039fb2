r"""Forgetting of one pattern as others are written after it: loss and one-step retrieval errors.

Pattern 0, with k active units, is stored and cued; further patterns are stored one after another, without
self-coupling. The fields of the cue need no N x N matrix: with overlaps `n^mu` and sizes `z^mu` the integers

    sum_mu xi_i^mu n^mu,   sum_mu xi_i^mu,   sum_mu xi_i^mu z^mu   (one per unit),   sum_mu n^mu,   sum_mu z^mu

determine the fields of the Hebb and of the covariance rule alike, exactly. Both are judged on the same patterns, at
the thresholds `theory.field_law` finds best.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float64, Int, Int32, Key

from sims.harness.mesh import map_trials, point_key, trial_keys
from sims.harness.statistics import mean_interval, t_test
from sims.patterns import bernoulli_code, fixed_size_code, unpack
from theory.activity import Code, Rule, active_units, check_activity, check_code, check_count, check_neurons
from theory.field_law import OneStepError, one_step_error
from theory.one_step import crosstalk_variance, gaussian_error
from theory.overlap import overlap_law_given_size

RULES: tuple[Rule, ...] = ("hebb", "covariance")


FEWEST_EVENTS = 50
"""Expected wrong units over all trials below which a mean count is not tested: it is too skewed for a t-test."""


class Sums(NamedTuple):
    """Exact integer sums over the patterns written so far, at each checkpoint.

    Attributes:
        weighted: sum of `xi_i n`, shape (checkpoint, neuron).
        fired: sum of `xi_i`, shape (checkpoint, neuron).
        sized: sum of `xi_i z`, shape (checkpoint, neuron).
        overlaps: sum of `n`, shape (checkpoint,).
        sizes: sum of `z`, shape (checkpoint,).
        squares: sum of `n^2`, shape (checkpoint,).
    """

    weighted: Int[Array, "*trial checkpoint neuron"]
    fired: Int[Array, "*trial checkpoint neuron"]
    sized: Int[Array, "*trial checkpoint neuron"]
    overlaps: Int[Array, "*trial checkpoint"]
    sizes: Int[Array, "*trial checkpoint"]
    squares: Int[Array, "*trial checkpoint"]


@dataclass(frozen=True)
class ForgettingPoint:
    """One network filled step by step.

    Attributes:
        code: law of the patterns written after the cue.
        neurons: N.
        activity: a.
        step: patterns written between checkpoints.
        checkpoints: number of checkpoints.
        trials: independent networks.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    code: Code
    neurons: int
    activity: float
    step: int
    checkpoints: int
    trials: int
    seed: int

    def __post_init__(self) -> None:
        check_code(self.code)
        check_neurons(self.neurons)
        check_activity(self.activity)
        check_count(self.step, "step")
        check_count(self.checkpoints, "checkpoints")
        check_count(self.trials, "trials", minimum=2)
        check_count(self.seed, "seed", minimum=0)
        active = active_units(self.neurons, self.activity)
        if self.step * self.checkpoints * active**2 > 2**31 - 1:
            raise ValueError(f"sums of {self.step * self.checkpoints} squared overlaps may overflow 32-bit integers")

    @property
    def label(self) -> str:
        """A readable name."""
        return f"{self.code},N={self.neurons},a={self.activity:g}"

    @property
    def patterns(self) -> list[int]:
        """Stored patterns at each checkpoint, the cue included."""
        return [1 + self.step * (index + 1) for index in range(self.checkpoints)]


@functools.lru_cache(maxsize=32)
def _trial(code: Code, neurons: int, activity: float, step: int, checkpoints: int):
    """The function from a trial's key to its `Sums`, cached so that it is compiled once."""
    active = active_units(neurons, activity)

    def draw(key: Key[Array, ""]) -> Int32[Array, " neuron"]:
        if code == "fixed-size":
            words = fixed_size_code(neurons, active, key=key)
        else:
            words = bernoulli_code(neurons, activity, key=key)
        return unpack(words, neurons).astype(jnp.int32)

    def trial(key: Key[Array, ""]) -> Sums:
        def write(sums: Sums, index: Int32[Array, ""]) -> tuple[Sums, None]:
            pattern = draw(jax.random.fold_in(key, index))
            overlap, size = pattern[:active].sum(), pattern.sum()  # the cue's units are the first k
            added = Sums(pattern * overlap, pattern, pattern * size, overlap, size, overlap**2)
            return jax.tree.map(jnp.add, sums, added), None

        def fill(sums: Sums, checkpoint: Int32[Array, ""]) -> tuple[Sums, Sums]:
            sums, _ = jax.lax.scan(write, sums, checkpoint * step + jnp.arange(step))
            return sums, sums

        per_unit, single = jnp.zeros(neurons, jnp.int32), jnp.zeros((), jnp.int32)
        empty = Sums(per_unit, per_unit, per_unit, single, single, single)
        return jax.lax.scan(fill, empty, jnp.arange(checkpoints))[1]

    return trial


def fields(sums: Sums, rule: Rule, point: ForgettingPoint) -> Float64[np.ndarray, "trial checkpoint neuron"]:
    """The fields of the cue (its first k units are the active ones) from the integer sums, as in `theory.field_law`.

    Args:
        sums: NumPy arrays with a leading trial axis.
        rule: learning rule; no self-coupling.
        point: the network.
    """
    neurons, active = point.neurons, active_units(point.neurons, point.activity)
    cue = (np.arange(neurons) < active).astype(float)
    weighted, fired, sized = (np.asarray(each, float) for each in sums[:3])
    if rule == "hebb":
        return (weighted - cue * fired + cue * (active - cue)) / neurons
    a = active / neurons if point.code == "fixed-size" else point.activity
    others = np.asarray(point.patterns, float)[:, None] - 1
    overlaps, sizes = (np.asarray(each, float)[..., None] for each in (sums.overlaps, sums.sizes))
    constant = neurons * a**2 - a * active
    products = weighted - a * sized + constant * fired - a * (overlaps - a * sizes + others * constant)
    diagonal = (cue - a) * ((1 - 2 * a) * fired + a**2 * others)
    signal = (cue - a) * (((cue - a) ** 2).sum() - (cue - a) ** 2)
    return (products - diagonal + signal) / (neurons * a * (1 - a))


def measure_forgetting(point: ForgettingPoint) -> xr.Dataset:
    """Count the retrieval errors of the cue at every checkpoint, for both rules, in every trial.

    Returns:
        Variables `misses` and `false_alarms` (dims rule, trial, checkpoint; units: wrong units of the cue),
        `threshold` (rule, checkpoint) and `loss_change` (trial, checkpoint; the Hebb loss, self-coupling included).
    """
    trial = _trial(point.code, point.neurons, point.activity, point.step, point.checkpoints)
    keys = trial_keys(point_key(point.seed, point.label), point.trials)
    sums: Sums = map_trials(trial, keys, batch=max(1, 2**22 // point.neurons))
    active = active_units(point.neurons, point.activity)
    thresholds = np.array([[_predict(rule, point, p).threshold for p in point.patterns] for rule in RULES])
    fires = np.stack(
        [fields(sums, rule, point) > threshold[:, None] for rule, threshold in zip(RULES, thresholds, strict=True)]
    )
    dims = ("rule", "trial", "checkpoint")
    units = {"units": "wrong units"}
    return xr.Dataset(
        {
            "misses": (dims, (~fires[..., :active]).sum(-1), {"long_name": "active units silent", **units}),
            "false_alarms": (dims, fires[..., active:].sum(-1), {"long_name": "silent units firing", **units}),
            "threshold": (("rule", "checkpoint"), thresholds, {"long_name": "best threshold, exact law", "units": "1"}),
            "loss_change": (
                ("trial", "checkpoint"),
                -np.asarray(sums.squares, float) / point.neurons**2,
                {"long_name": "change of the first pattern's Hebb loss", "units": "1"},
            ),
        },
        coords={"rule": list(RULES), "patterns": ("checkpoint", point.patterns, {"long_name": "patterns stored"})},
    )


def _predict(rule: Rule, point: ForgettingPoint, patterns: int) -> OneStepError:
    return one_step_error(point.code, rule, point.neurons, point.activity, patterns)


def summarise_forgetting(points: tuple[ForgettingPoint, ...], datasets: list[xr.Dataset]) -> xr.Dataset:
    """A table over (network, rule, checkpoint): error rates with intervals, exact predictions and p-values.

    The p-values are two-sided t-tests over independent trials that the mean number of misses (false alarms) is the
    exact law's: under the law each falls below x with probability x, up to the skewness of rare counts (NaN where
    fewer than `FEWEST_EVENTS` are expected).

    Raises:
        ValueError: the networks differ in their number of checkpoints.
    """
    if len({point.checkpoints for point in points}) != 1:
        raise ValueError("all networks of one table need the same number of checkpoints")
    rows = [_summary(point, data) for point, data in zip(points, datasets, strict=True)]
    return xr.concat(rows, dim=xr.Variable("network", [point.label for point in points]))


def _summary(point: ForgettingPoint, data: xr.Dataset) -> xr.Dataset:
    active = active_units(point.neurons, point.activity)
    shape = (len(RULES), point.checkpoints)
    names = ("error", "error_low", "error_high", "error_exact", "miss_p_value", "false_alarm_p_value")
    table = {name: np.empty(shape) for name in names}
    for row, rule in enumerate(RULES):
        for column, patterns in enumerate(point.patterns):
            threshold = float(data["threshold"][row, column])
            exact = one_step_error(point.code, rule, point.neurons, point.activity, patterns, threshold)
            misses = data["misses"].values[row, :, column]
            alarms = data["false_alarms"].values[row, :, column]
            interval = mean_interval((misses + alarms) / point.neurons)
            values = (
                interval.estimate,
                interval.low,
                interval.high,
                exact.error_rate,
                _t_test(misses, active * exact.miss_rate),
                _t_test(alarms, (point.neurons - active) * exact.false_alarm_rate),
            )
            for name, value in zip(names, values, strict=True):
                table[name][row, column] = value
    losses = [mean_interval(data["loss_change"].values[:, column]) for column in range(point.checkpoints)]
    overlap = overlap_law_given_size(point.code, point.neurons, point.activity, active)
    square = float(overlap.var() + overlap.mean() ** 2) / point.neurons**2
    gaussian = [
        gaussian_error(crosstalk_variance(point.neurons, point.activity, p), point.activity).error_rate
        for p in point.patterns
    ]
    return xr.Dataset(
        {
            **{name: (("rule", "checkpoint"), values) for name, values in table.items()},
            "error_gaussian": ("checkpoint", gaussian),
            "loss_change": ("checkpoint", [loss.estimate for loss in losses]),
            "loss_change_low": ("checkpoint", [loss.low for loss in losses]),
            "loss_change_high": ("checkpoint", [loss.high for loss in losses]),
            "loss_change_error": ("checkpoint", [loss.standard_error for loss in losses]),
            "loss_change_exact": ("checkpoint", [-(p - 1) * square for p in point.patterns]),
            "loss_change_highest": ("checkpoint", data["loss_change"].values.max(axis=0)),
            "patterns": ("checkpoint", point.patterns),
            "trials": point.trials,
        },
        coords={"rule": list(RULES)},
    )


def _t_test(counts: np.ndarray, expected: float) -> float:
    """Two-sided p-value that independent counts have this mean; NaN if too few are expected for a t-test."""
    if expected * len(counts) < FEWEST_EVENTS:
        return float("nan")
    return t_test(counts, expected)
