r"""One step of retrieval at any N: patterns are grouped by their overlap with the cue and never stored.

A replica draws the counts {P_n} of overlaps of p - 1 patterns with a cue of k = a N active units; the cue's own pattern
is the p-th. Given them the rates at which active units are missed and silent ones fire are computed exactly
(`theory.overlap_groups`). Their means over replicas are the network's rates, with little scatter. In some replicas,
the states, every unit's field is drawn as well (`sims.grouped_fields`) and the wrong units are counted:

- Bernoulli codes, raw input, `joint`: the state has the exact law of one-step retrieval, and so have both counts.
- Fixed-size codes, centred input: silent units are drawn one by one, each from its exact law given {P_n}. The number
  of false alarms has the exact mean; its variance is at least the exact one.
- Active units are drawn jointly from their exact law (`joint`, at the cost of p a k random words), or one by one.

Units fire above the threshold with fewest errors under Gaussian crosstalk, theta* of `theory.one_step`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float, Key
from scipy import stats

from sims.grouped_fields import active_fields, unit_fields
from sims.harness.mesh import point_key, trial_keys
from sims.harness.statistics import mean_interval, t_test
from sims.replicas import FEWEST_EVENTS, interval_columns, jackknife, rows_table
from theory.activity import Code, check_count
from theory.field_law import OneStepError
from theory.information import Recall
from theory.one_step import gaussian_error, one_step_load
from theory.overlap_groups import OverlapGroups


@dataclass(frozen=True)
class OneStepPoint:
    """One step of retrieval at a load.

    Attributes:
        code: law of the stored patterns; fixed-size with centred, Bernoulli with raw input.
        neurons: N.
        activity: a = r/q with q at most 1000; a N must be whole.
        load: p / N; p is rounded, the cue's own pattern included.
        joint: whether the active units of a state are drawn jointly.
        states: replicas of which every unit is drawn.
        replicas: independent draws of the counts of overlaps.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range, or fields that may overflow 64-bit integers.
    """

    code: Code
    neurons: int
    activity: float
    load: float
    joint: bool
    states: int
    replicas: int
    seed: int

    def __post_init__(self) -> None:
        groups = self.groups
        if not 0 < self.load < np.inf or self.patterns < 2:
            raise ValueError(f"load (patterns per neuron) must be finite and give two patterns, got {self.load!r}")
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.states, "states")
        if self.states > self.replicas:
            raise ValueError(f"at most replicas = {self.replicas} states can be drawn, got {self.states}")
        check_count(self.seed, "seed", minimum=0)
        largest = max(
            int(abs(each).max()) for active in (True, False) for each in (groups.steps(active), groups.bases(active))
        )
        if 4 * largest * self.patterns >= 2**63:
            raise ValueError(f"fields of {self.patterns} patterns of {self.neurons} units may overflow 64-bit integers")

    @property
    def label(self) -> str:
        """A readable name."""
        return f"{self.code} N={self.neurons} a={self.activity:g} load={self.load:g}"

    @property
    def patterns(self) -> int:
        """How many patterns are stored, the cue included."""
        return round(self.load * self.neurons)

    @property
    def groups(self) -> OverlapGroups:
        """The groups of patterns with the same overlap."""
        return OverlapGroups(self.code, self.neurons, self.activity)

    @property
    def gaussian(self) -> OneStepError:
        """The theory at large N: crosstalk of variance `alpha a (1-a)` for centred, `alpha a` for raw input."""
        spread = 1 - self.activity if self.groups.input == "centred" else 1.0
        return gaussian_error(self.patterns / self.neurons * self.activity * spread, self.activity)


def measure_one_step(point: OneStepPoint) -> xr.Dataset:
    """Draw the counts of overlaps of every replica, and every unit's field of the states.

    Returns:
        `miss_rate` and `false_alarm_rate` (dim replica; exact given the replica's counts of overlaps), `misses` and
        `false_alarms` (dim state; wrong units drawn in the first replicas), and `threshold` (in units of the gap).
    """
    groups, threshold = point.groups, point.gaussian.threshold
    highest = groups.threshold(threshold)
    rates, wrong = [], []
    for replica, key in enumerate(trial_keys(point_key(point.seed, point.label), point.replicas)):
        overlaps, members = jax.random.split(key)
        counts = _random(overlaps).multinomial(point.patterns - 1, groups.probabilities)
        rates.append([1 - groups.rate_given(counts, True, highest), groups.rate_given(counts, False, highest)])
        if replica < point.states:
            words = np.asarray(jax.random.bits(members, (2,), jnp.uint32))
            silent = unit_fields(groups, counts, False, point.neurons - groups.active, words)
            if point.joint:
                active = active_fields(groups, counts, words)
            else:
                active = unit_fields(groups, counts, True, groups.active, words)
            wrong.append([(active <= highest).sum(), (silent > highest).sum()])
    (miss, alarm), (misses, alarms) = np.array(rates).T, np.array(wrong).T
    units = {"units": "wrong units"}
    return xr.Dataset(
        {
            "miss_rate": ("replica", miss, {"long_name": "P(active unit silent | overlaps)"}),
            "false_alarm_rate": ("replica", alarm, {"long_name": "P(silent unit fires | overlaps)"}),
            "misses": ("state", misses, {"long_name": "active units silent", **units}),
            "false_alarms": ("state", alarms, {"long_name": "silent units firing", **units}),
            "threshold": ((), threshold, {"long_name": "best threshold, Gaussian crosstalk", "units": "gap"}),
        }
    )


def _random(key: Key[Array, ""]) -> np.random.Generator:
    """NumPy's generator, for the multinomial law, which JAX lacks at these counts."""
    words = np.asarray(jax.random.bits(key, (4,), jnp.uint32))
    return np.random.Generator(np.random.Philox(key=words.view(np.uint64)))


# Summary


def summarise_one_step(points: Sequence[OneStepPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """A table with a row for every point: rates, information and load, measured, exact at this N, and Gaussian.

    `miss_rate` and `false_alarm_rate` are means of the rates given the overlaps; their p-values are two-sided t-tests
    over replicas against the exact rates. `miss_drawn` and `false_alarm_drawn` are the shares of wrong units among
    those drawn; their p-values are two-sided binomial tests against the rates given the overlaps of the same states.
    Each falls below x with probability about x, or less where units are dependent (NaN where fewer than
    `FEWEST_EVENTS` are expected). `load_found` is alpha(eps, a) at the measured number of wrong units, times the factor
    that separates the crosstalk of raw from that of centred input.

    Raises:
        ValueError: points and datasets differ in number.
    """
    return rows_table([_row(point, data) for point, data in zip(points, datasets, strict=True)])


def _row(point: OneStepPoint, data: xr.Dataset) -> dict[str, Any]:
    groups, gaussian = point.groups, point.gaussian
    highest = groups.threshold(float(data["threshold"]))
    exact = np.array(
        [1 - groups.rate(point.patterns, True, highest), groups.rate(point.patterns, False, highest)], np.float64
    )
    rates = np.stack([data["miss_rate"].values, data["false_alarm_rate"].values], axis=1)
    level, load = groups.active / point.neurons, point.patterns / point.neurons
    spread = 1.0 if groups.input == "centred" else 1 - level

    def recall(pair: Float[np.ndarray, " two"]) -> Recall:
        return Recall(level, load, *pair)

    def found(pair: Float[np.ndarray, " two"]) -> float:
        return spread * one_step_load(recall(pair).error_rate, level).load

    row: dict[str, Any] = {
        "code": point.code,
        "input": groups.input,
        "neurons": point.neurons,
        "activity": point.activity,
        "load": load,
        "patterns": point.patterns,
        "replicas": point.replicas,
        "states": point.states,
        "joint": point.joint,
        "threshold": float(data["threshold"]),
    }
    units = (groups.active, point.neurons - groups.active)
    for side, (name, wrong) in enumerate((("miss", "misses"), ("false_alarm", "false_alarms"))):
        total, drawn = int(data[wrong].sum()), point.states * units[side]
        row |= {
            **interval_columns(f"{name}_rate", mean_interval(rates[:, side])),
            f"{name}_rate_exact": exact[side],
            f"{name}_rate_gaussian": gaussian[1 + side],
            f"{name}_p_value": t_test(rates[:, side], float(exact[side])),
            f"{name}_drawn": total / drawn,
            f"{name}_drawn_p_value": _drawn_test(total, drawn, float(rates[: point.states, side].mean())),
        }
    predicted = recall(np.array([gaussian.miss_rate, gaussian.false_alarm_rate]))
    return {
        **row,
        **interval_columns("bits_per_synapse", jackknife(lambda pair: recall(pair).bits_per_synapse, rates)),
        "bits_per_synapse_exact": recall(exact).bits_per_synapse,
        "bits_per_synapse_gaussian": predicted.bits_per_synapse,
        **interval_columns("load_found", jackknife(found, rates)),
        "load_found_exact": found(exact),
    }


def _drawn_test(wrong: int, drawn: int, rate: float) -> float:
    """Two-sided p-value that so many of the units drawn are wrong at this rate; NaN if too few are expected."""
    if rate * drawn < FEWEST_EVENTS:
        return float("nan")
    return float(stats.binomtest(wrong, drawn, rate).pvalue)
