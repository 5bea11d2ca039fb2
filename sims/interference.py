"""Theorem 1 measured: the overlaps of independent pairs of patterns, and the write interference they amount to.

The gradients of the Hopfield loss are outer products, so the inner product of two tasks' gradients is a function of the
overlap and the two sizes alone (`sims.gradients` shows that by automatic differentiation on small networks). Patterns
are bit-packed and whole populations of pairs are drawn at once, so that networks of any size can be measured.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, PRNGKeyArray, UInt32
from numpy.typing import NDArray

from sims.harness.mesh import map_trials, point_key, trial_keys
from sims.harness.statistics import goodness_of_fit, mean_interval, mean_test, variance_test
from sims.patterns import binary_digits, overlap, size, smallest_units, units_below
from theory.activity import Code, Rule, active_units, check_activity, check_code, check_count, check_neurons
from theory.interference import normalised_interference, write_interference
from theory.overlap import overlap_law, worst_overlap_cdf

BATCH_UNITS = 2**24
"""Units of one pattern drawn at once, over all trials of a batch: 2 MB a packed array, at any network size."""

WORST_OF = 50
"""Pairs whose largest overlap is compared with the law of the worst overlap."""

STATISTICS = ("estimate", "low", "high", "standard_error", "predicted")
"""What a summary tells of every quantity: mean over replicas, 95% t interval, its error, the exact prediction."""


class Overlaps(NamedTuple):
    """Overlaps and sizes of pairs of patterns, in active units; int32, shape [pairs]."""

    overlap: NDArray[np.int32]
    size_first: NDArray[np.int32]
    size_second: NDArray[np.int32]


@dataclass(frozen=True)
class OverlapPoint:
    """Independent pairs of patterns at one network size and activity.

    Attributes:
        code: "bernoulli" or "fixed-size".
        neurons: network size N.
        activity: fraction of active units a, in (0, 1).
        pairs: pairs of patterns in a replica.
        seeds: number of independent replicas, at least 2.
        seed: with the label, of the whole point; pair `j` of replica `r` is trial `r * pairs + j`.

    Raises:
        ValueError: a field out of range.
    """

    code: Code
    neurons: int
    activity: float
    pairs: int
    seeds: int
    seed: int

    def __post_init__(self) -> None:
        check_code(self.code)
        check_neurons(self.neurons)
        check_activity(self.activity)
        check_count(self.pairs, "pairs")
        check_count(self.seeds, "seeds", minimum=2)
        check_count(self.seed, "seed", minimum=0)

    @property
    def label(self) -> str:
        """A readable name for files and progress bars."""
        return f"overlaps {self.code} N={self.neurons} a={self.activity:g}"


# Overlaps


def overlaps(
    code: Code, neurons: int, activity: float, pairs: int, *, key: PRNGKeyArray, batch: int | None = None
) -> Overlaps:
    """Overlaps and sizes of `pairs` fresh, independent pairs of patterns; pair `i` draws from `fold_in(key, i)`.

    Args:
        code: "bernoulli" or "fixed-size" (`theory.activity.active_units(neurons, activity)` active units).
        neurons: network size N.
        activity: fraction of active units.
        pairs: how many pairs.
        key: of all pairs.
        batch: pairs drawn at once; chosen from `BATCH_UNITS` if not given. Never changes the result.

    Raises:
        ValueError: an argument out of range.
    """
    trial = _overlap_trial(check_code(code), check_neurons(neurons))
    keys = trial_keys(key, check_count(pairs, "pairs"))
    batch = max(1, BATCH_UNITS // neurons) if batch is None else batch
    return Overlaps(*map_trials(trial, keys, batch, code_parameter(code, neurons, activity)))


def measure_overlaps(point: OverlapPoint) -> xr.Dataset:
    """The overlap and sizes of every pair of every replica of a point (int32, dims replica and pair)."""
    key = point_key(point.seed, point.label)
    sample = overlaps(point.code, point.neurons, point.activity, point.seeds * point.pairs, key=key)
    names = {
        "overlap": "units active in both patterns",
        "size_first": "active units of the first pattern",
        "size_second": "active units of the second pattern",
    }
    variables = {
        name: (
            ("replica", "pair"),
            values.reshape(point.seeds, point.pairs),
            {"units": "units", "long_name": long_name},
        )
        for (name, long_name), values in zip(names.items(), sample, strict=True)
    }
    coordinates = {"replica": np.arange(point.seeds), "pair": np.arange(point.pairs)}
    return xr.Dataset(variables, {**coordinates, **_point_coordinates(point)})


def inner_product_from_overlap(
    sample: Overlaps, neurons: int, centre: float = 0.0, self_coupling: bool = True
) -> NDArray[np.float64]:
    """Gradient inner products `(x . x')^2 / N^2` of pairs of tasks, from overlaps and sizes alone, shape [pairs].

    Without self-coupling the diagonal's part, `sum_i x_i^2 x'_i^2 / N^2`, is taken off. Both sums are linear in the
    overlap n and the sizes s, s': `x . x' = n - c (s + s') + N c^2` with `x = xi - c`.
    """
    shared, sizes = (
        sample.overlap.astype(np.float64),
        sample.size_first + sample.size_second.astype(np.float64),
    )
    product = shared - centre * sizes + neurons * centre**2
    if self_coupling:
        return product**2 / neurons**2
    slope = 1 - 2 * centre
    diagonal = slope**2 * shared + slope * centre**2 * sizes + neurons * centre**4
    return (product**2 - diagonal) / neurons**2


def rule_centre(rule: Rule, code: Code, neurons: int, activity: float) -> float:
    """What a rule subtracts from a pattern: 0 (Hebb), or the mean activity of the code drawn (covariance)."""
    if rule == "hebb":
        return 0.0
    return activity if code == "bernoulli" else active_units(neurons, activity) / neurons


# Summary


def summarise_overlaps(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """What the overlaps of many points say about Theorem 1, next to its exact predictions.

    Quantities have dims point and statistic (`STATISTICS`; intervals are over replicas): `overlap_mean`,
    `overlap_variance` (about the exact mean), `interference_hebb`, `interference_covariance`, and
    `normalised_covariance`, the covariance rule's interference over its squared mean gradient norm. The p-values have
    dim point: `fit_p_value` compares all overlaps with the exact law (chi-square), `mean_p_value` and
    `variance_p_value` their first two moments (z tests), `worst_p_value` the largest of every `WORST_OF` (NaN where it
    does not apply).

    Raises:
        ValueError: no datasets.
    """
    if not datasets:
        raise ValueError("a summary needs at least one dataset of overlaps")
    return xr.concat([_summarise_point(dataset) for dataset in datasets], dim="point", join="exact")


def _summarise_point(dataset: xr.Dataset) -> xr.Dataset:
    code, neurons, activity = dataset.code.item(), dataset.neurons.item(), dataset.activity.item()
    sample = Overlaps(*(dataset[name].values for name in Overlaps._fields))
    law = overlap_law(code, neurons, activity)
    mean, variance, excess = (float(moment) for moment in law.stats(moments="mvk"))
    centre = rule_centre("covariance", code, neurons, activity)
    covariance = inner_product_from_overlap(sample, neurons, centre).mean(axis=1)
    sizes = (sample.size_first.mean(axis=1) + sample.size_second.mean(axis=1)) / 2
    gradient_norm = (1 - 2 * centre) * sizes / neurons + centre**2
    quantities: dict[str, tuple[NDArray[np.float64], float, str]] = {
        "overlap_mean": (sample.overlap.mean(axis=1), mean, "units"),
        "overlap_variance": (((sample.overlap - mean) ** 2).mean(axis=1), variance, "units^2"),
        "interference_hebb": (
            inner_product_from_overlap(sample, neurons).mean(axis=1),
            write_interference(code, neurons, activity, "hebb"),
            "1",
        ),
        "interference_covariance": (
            covariance,
            write_interference(code, neurons, activity, "covariance"),
            "1",
        ),
        "normalised_covariance": (
            covariance / gradient_norm**2,
            normalised_interference(code, neurons, activity, "covariance"),
            "1",
        ),
    }
    p_values = {
        "fit_p_value": _fit_p_value(sample.overlap.ravel(), law),
        "mean_p_value": mean_test(sample.overlap, mean, variance),
        "worst_p_value": _worst_p_value(sample.overlap.ravel(), code, neurons, activity),
        "variance_p_value": variance_test(sample.overlap, mean, variance, (excess + 3) * variance**2),
    }
    replicas, pairs = sample.overlap.shape
    return xr.Dataset(
        {
            **{name: _with_interval(*quantity) for name, quantity in quantities.items()},
            **{name: ((), value, {"units": "1"}) for name, value in p_values.items()},
        },
        {
            "statistic": list(STATISTICS),
            "code": code,
            "neurons": neurons,
            "activity": activity,
            "replicas": replicas,
            "pairs": pairs,
        },
    )


def _with_interval(by_replica: NDArray[np.float64], predicted: float, units: str) -> tuple[str, list[float], dict]:
    interval = mean_interval(by_replica)
    values = [interval.estimate, interval.low, interval.high, interval.standard_error, predicted]
    return "statistic", values, {"units": units}


def _fit_p_value(observed: NDArray[np.int32], law: Any) -> float:
    """Chi-square p-value of overlaps against a SciPy law, over what was seen and ten standard deviations around."""
    mean, reach = law.mean(), 10 * law.std() + 1
    low = max(0, min(int(mean - reach), int(observed.min())))
    high = max(int(mean + reach), int(observed.max()))
    probabilities = law.pmf(np.arange(low, high + 1))
    counts = np.bincount(observed - low, minlength=high - low + 1)
    return goodness_of_fit(counts, probabilities).p_value


def _worst_p_value(observed: NDArray[np.int32], code: Code, neurons: int, activity: float) -> float:
    """Chi-square p-value of the largest of every `WORST_OF` overlaps against its law; NaN where it does not apply.

    Fixed-size codes only: there the overlaps of fresh pairs have the law of overlaps with one common pattern.
    """
    blocks = observed.size // WORST_OF
    if code != "fixed-size" or blocks < WORST_OF:
        return float("nan")
    largest = observed[: blocks * WORST_OF].reshape(blocks, WORST_OF).max(axis=1)
    support = np.arange(int(largest.min()) - 1, int(largest.max()) + 1)
    below = worst_overlap_cdf(code, neurons, activity, WORST_OF, support)
    probabilities = np.diff(np.concatenate([[0.0], below, [1.0]]))  # first and last: everything beyond
    counts = np.bincount(largest - support[0], minlength=probabilities.size)
    return goodness_of_fit(counts, probabilities).p_value


# Trials


def code_parameter(code: Code, neurons: int, activity: float) -> Array:
    """What a trial needs to know of the activity: its binary digits, or the number of active units."""
    return binary_digits(activity) if code == "bernoulli" else jnp.int32(active_units(neurons, activity))


def measure_pair(pair: UInt32[Array, "pattern word"]) -> tuple[Array, Array, Array]:
    """The overlap and the two sizes of a pair of packed patterns."""
    return overlap(pair[0], pair[1]), size(pair[0]), size(pair[1])


@functools.cache
def pair_trial(code: Code, neurons: int) -> Callable[[PRNGKeyArray, Array], UInt32[Array, "pattern word"]]:
    """The trial that draws two independent packed patterns; one function a network size, so that it compiles once."""
    draw = units_below if code == "bernoulli" else smallest_units
    return lambda key, parameter: jax.vmap(lambda own: draw(neurons, parameter, key=own))(jax.random.split(key))


@functools.cache
def _overlap_trial(code: Code, neurons: int) -> Callable[[PRNGKeyArray, Array], tuple[Array, Array, Array]]:
    draw_pair = pair_trial(code, neurons)
    return lambda key, parameter: measure_pair(draw_pair(key, parameter))


def _point_coordinates(point: OverlapPoint) -> dict[str, Any]:
    return {"code": point.code, "neurons": point.neurons, "activity": point.activity}
