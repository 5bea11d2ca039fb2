"""Theorem 2 as a part of the paper: its studies at every scale, its tables, its evidence and its figures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.theorem2 import bits, bits_against_load, capacity, finite_size, overlap, pareto, state_evolution
from paper.part import Drawing, Part, Results, Studies, Tables, named
from proofs.claim import Evidence
from proofs.theorem2 import CLAIMS, judge
from sims.capacity import (
    CapacityPoint,
    Dynamics,
    SequentialPoint,
    measure_capacity,
    measure_sequential,
    summarise_capacity,
    summarise_sequential,
)
from sims.finite_size import extrapolate_capacity
from sims.graded import GradedPoint, Law, measure_graded, summarise_graded
from sims.harness.sweep import Study
from sims.keyed import KeyedPoint, measure_keyed, summarise_keyed, summarise_keyed_capacity
from sims.one_step import OneStepPoint, measure_one_step, summarise_one_step
from sims.optimum import OptimumPoint, best_sizes, measure_optimum, summarise_optimum
from sims.perceptron import (
    PerceptronPoint,
    measure_perceptron,
    summarise_perceptron,
    summarise_perceptron_capacity,
)
from sims.projection import ProjectionPoint, measure_projection, summarise_projection
from sims.recall import (
    AmpPoint,
    RetrievalPoint,
    measure_amp,
    measure_retrieval,
    summarise_amp,
    summarise_retrieval,
)
from sims.retrieval import Update
from sims.willshaw import WillshawPoint, measure_willshaw, summarise_willshaw
from theory.activity import Code
from theory.any_rule import gardner_load
from theory.mean_field import Retrieval, critical_point
from theory.one_step import one_step_load
from theory.willshaw import willshaw_capacity

EPS = 0.01
"""Error criterion of the measured C(a, eps), wrong units per active unit."""

CONTROL_ACTIVITY = 0.1
"""Activity of the controlled comparisons."""

Condition = tuple[Code, Retrieval, Dynamics, Update, float]
"""Code, retrieval, dynamics, order of updates, and fraction of active units missing from the cue."""

USUAL: Condition = ("fixed-size", "kwta", "plain", "synchronous", 0.0)

CONTROLS: tuple[Condition, ...] = (
    ("fixed-size", "kwta", "amp", "synchronous", 0.0),
    ("fixed-size", "kwta", "plain", "random", 0.0),
    ("fixed-size", "kwta", "plain", "synchronous", 0.2),
    ("bernoulli", "kwta", "plain", "synchronous", 0.0),
    ("fixed-size", "threshold", "plain", "synchronous", 0.0),
    ("bernoulli", "threshold", "plain", "synchronous", 0.0),
)
"""Each differs from the usual condition in one respect, the last in two."""

LOAD_SHARES = (0.4, 0.7, 0.9, 1.0, 1.1, 1.3)
"""Loads of the retrieval study, in units of the mean field's capacity."""

AMP_SHARES = (0.7, 0.8, 0.9)
"""Loads of the Onsager-corrected study, in the same units."""

AMP_STEPS = 20

KEYED_SHARES = (0.3, 0.6, 0.8, 1.0, 1.25, 2.0, 5.0)
"""Loads of the keyed study, in units of the one-step capacity at `EPS`."""

ONE_STEP_ACTIVITY = 0.01

ONE_STEP_REPLICAS = 200
"""Independent draws of overlaps in the one-step study; what each leaves to chance is computed."""

ONE_STEP_STATES = 2
"""Draws of overlaps of which every unit is drawn."""

LARGEST_JOINT = 10**6
"""Units up to which the active units of the one-step study are drawn jointly."""

OPTIMUM_PROBES = 64
"""Recalls per network of the study of the best activity, whose few errors decide."""


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes:
        capacities: network sizes of the capacity study, by activity.
        controls: network size of the controlled comparisons.
        conditions: what is compared there.
        retrieval: network size of the retrieval study, by activity.
        amp: network sizes of the Onsager-corrected study, by activity.
        sequential: network sizes at which every stored pattern is checked, by activity.
        probes: cued patterns per network.
        replicas: independent networks.
        keyed: network size of the one-step study, by activity.
        one_step: network sizes of the one-step study without stored patterns.
        optimum: network sizes of the study of the best activity, multiples of 100 from 200 on (with one active unit,
            smaller ones do not hold two patterns at `EPS`).
        graded: laws of rates with their sparseness.
        graded_neurons: network size of the graded study.
        willshaw: network sizes and active units.
        projection: activities of the projection rule.
        projection_neurons: its network size.
        perceptron: network sizes of the perceptron, by activity.
        units: perceptron units per network.
    """

    capacities: dict[float, tuple[int, ...]]
    controls: int
    conditions: tuple[Condition, ...]
    retrieval: dict[float, int]
    amp: dict[float, tuple[int, ...]]
    sequential: dict[float, tuple[int, ...]]
    probes: int
    replicas: int
    keyed: dict[float, int]
    one_step: tuple[int, ...]
    optimum: tuple[int, ...]
    graded: tuple[tuple[Law, float], ...]
    graded_neurons: int
    willshaw: tuple[tuple[int, int], ...]
    projection: tuple[float, ...]
    projection_neurons: int
    perceptron: dict[float, tuple[int, ...]] = field(default_factory=dict)
    units: int = 40


EFFORTS: dict[str, Effort] = {
    "quick": Effort(
        capacities={0.5: (1000,), 0.1: (1000,), 0.02: (1000,)},
        controls=1000,
        conditions=CONTROLS[:1],
        retrieval={0.1: 1000},
        amp={0.1: (4000,)},
        sequential={0.1: (200,)},
        probes=16,
        replicas=6,
        keyed={0.5: 1000, 0.1: 1000, 0.02: 1000},
        one_step=(100_000,),
        optimum=(200, 400),
        graded=(("gaussian", 0.0),),
        graded_neurons=500,
        willshaw=((500, 9),),
        projection=(0.5, 0.1),
        projection_neurons=100,
        perceptron={0.5: (30,), 0.1: (30,)},
        units=20,
    ),
    "laptop": Effort(
        capacities=dict.fromkeys((0.5, 0.2, 0.1, 0.05, 0.02, 0.01), (1000, 2000, 5000, 10_000)),
        controls=1000,
        conditions=CONTROLS,
        retrieval={0.5: 4000, 0.1: 4000, 0.02: 2000},
        amp={0.5: (4000, 20_000), 0.1: (5000, 10_000, 20_000), 0.02: (5000, 20_000)},
        sequential=dict.fromkeys((0.5, 0.2, 0.1, 0.05, 0.02), (500,)),
        probes=32,
        replicas=5,
        keyed={0.5: 2000, 0.2: 2000, 0.1: 2000, 0.05: 2000, 0.02: 2000, 0.01: 2000, 0.005: 2000},
        one_step=(100_000, 1_000_000),
        optimum=(200, 1000, 2000),
        graded=(("gaussian", 0.0), ("binary", 0.1), ("ternary", 0.1), ("exponential", 0.1)),
        graded_neurons=1000,
        willshaw=((1000, 10), (2000, 11)),
        projection=(0.5, 0.1, 0.02),
        projection_neurons=200,
        perceptron=dict.fromkeys((0.5, 0.2, 0.1), (25, 50, 100)),
    ),
    "large": Effort(
        capacities=dict.fromkeys((0.5, 0.2, 0.1, 0.05, 0.02, 0.01), (1000, 2000, 5000, 10000, 20000)),
        controls=10_000,
        conditions=CONTROLS,
        retrieval=dict.fromkeys((0.5, 0.1, 0.02), 20_000),
        amp=dict.fromkeys((0.5, 0.1, 0.02, 0.01), (2000, 5000, 10_000, 20_000)),
        sequential=dict.fromkeys((0.5, 0.2, 0.1, 0.05, 0.02), (500, 1000, 2000)),
        probes=64,
        replicas=10,
        keyed=dict.fromkeys((0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005), 10_000),
        one_step=(100_000, 1_000_000, 10_000_000),
        optimum=(200, 1000, 2000, 5000),
        graded=(("gaussian", 0.0), ("binary", 0.1), ("ternary", 0.1), ("exponential", 0.1), ("exponential", 0.02)),
        graded_neurons=4000,
        willshaw=((1000, 10), (2000, 11), (4000, 12), (8000, 13)),
        projection=(0.5, 0.1, 0.02),
        projection_neurons=200,
        perceptron=dict.fromkeys((0.5, 0.2, 0.1, 0.05), (40, 80, 160, 320)),
        units=200,
    ),
}


def plan(scale: str, seed: int) -> Studies:
    """Return the studies of a scale."""
    effort = EFFORTS[scale]
    network: dict[str, Any] = {"probes": effort.probes, "replicas": effort.replicas, "seed": seed}
    return named(
        Study("keyed", tuple(_keyed_points(effort, seed)), measure_keyed),
        Study("one-step", tuple(_one_step_points(effort, seed)), measure_one_step),
        Study("optimum", tuple(_optimum_points(effort, seed)), measure_optimum),
        Study("graded", tuple(_graded_points(effort, seed)), measure_graded),
        Study("willshaw", tuple(_willshaw_points(effort, seed)), measure_willshaw),
        Study("projection", tuple(_projection_points(effort, seed)), measure_projection),
        Study("perceptron", tuple(_perceptron_points(effort, seed)), measure_perceptron),
        Study(
            "amp",
            tuple(
                AmpPoint(
                    "fixed-size", neurons, level, "kwta", 0.0, **network, load=_load(share, level), steps=AMP_STEPS
                )
                for level, sizes in effort.amp.items()
                for neurons in sizes
                for share in AMP_SHARES
            ),
            measure_amp,
        ),
        Study(
            "retrieval",
            tuple(
                RetrievalPoint("fixed-size", neurons, level, "kwta", 0.0, **network, load=_load(share, level))
                for level, neurons in effort.retrieval.items()
                for share in LOAD_SHARES
            ),
            measure_retrieval,
        ),
        Study(
            "capacity",
            tuple(
                CapacityPoint(code, neurons, level, retrieval, cue, **network, dynamics=dynamics, update=update)
                for (code, retrieval, dynamics, update, cue), neurons, level in _conditions(effort)
            ),
            measure_capacity,
        ),
        Study(
            "sequential",
            tuple(
                SequentialPoint(neurons, level, EPS, effort.replicas, seed)
                for level, sizes in effort.sequential.items()
                for neurons in sizes
            ),
            measure_sequential,
        ),
    )


def _load(share: float, activity: float) -> float:
    """A load in units of the mean field's capacity for k winners, to four digits."""
    return float(f"{share * critical_point(activity, retrieval='kwta').load:.4g}")


def _conditions(effort: Effort) -> list[tuple[Condition, int, float]]:
    """Every network size under the usual condition, and the controls at one size and activity."""
    sizes = [(neurons, level) for level, each in effort.capacities.items() for neurons in each]
    if (effort.controls, CONTROL_ACTIVITY) not in sizes:
        sizes.append((effort.controls, CONTROL_ACTIVITY))
    usual = [(USUAL, neurons, level) for neurons, level in sizes]
    return usual + [(condition, effort.controls, CONTROL_ACTIVITY) for condition in effort.conditions]


def _keyed_points(effort: Effort, seed: int) -> list[KeyedPoint]:
    points = []
    for level, neurons in effort.keyed.items():
        capacity_at_eps = one_step_load(EPS, level).load
        loads = tuple(float(f"{share * capacity_at_eps:.4g}") for share in KEYED_SHARES)
        points.append(KeyedPoint("keyed", "fixed-size", neurons, level, loads, effort.probes, effort.replicas, seed))
    return points


def _one_step_points(effort: Effort, seed: int) -> list[OneStepPoint]:
    """At the one-step capacity: fixed-size codes with centred, Bernoulli codes with raw input."""
    load = float(f"{one_step_load(EPS, ONE_STEP_ACTIVITY).load:.4g}")
    codes: tuple[Code, ...] = ("fixed-size", "bernoulli")
    return [
        OneStepPoint(
            code, neurons, ONE_STEP_ACTIVITY, load, neurons <= LARGEST_JOINT, ONE_STEP_STATES, ONE_STEP_REPLICAS, seed
        )
        for neurons in effort.one_step
        for code in codes
    ]


def _optimum_points(effort: Effort, seed: int) -> list[OptimumPoint]:
    """Code sizes 1, 2, 5, 10 and so on up to a tenth of the network, then a tenth, a fifth and half of it."""
    points = []
    for neurons in effort.optimum:
        sizes = {digit * 10**power for digit in (1, 2, 5) for power in range(4)}
        sizes = {size for size in sizes if size <= neurons // 10} | {neurons // 10, neurons // 5, neurons // 2}
        points += [
            OptimumPoint(rule, neurons, size, EPS, OPTIMUM_PROBES, effort.replicas, seed)
            for rule in ("covariance", "hebb")
            for size in sorted(sizes)
        ]
    return points


def _graded_points(effort: Effort, seed: int) -> list[GradedPoint]:
    loads = (0.1, 0.3, 1.0, 3.0, 10.0)
    return [
        GradedPoint(law, sparseness, effort.graded_neurons, loads, effort.probes, effort.replicas, seed)
        for law, sparseness in effort.graded
    ]


def _willshaw_points(effort: Effort, seed: int) -> list[WillshawPoint]:
    points = []
    for neurons, active in effort.willshaw:
        summit = willshaw_capacity(neurons, active, EPS).load
        loads = tuple(float(f"{share * summit:.4g}") for share in (0.7, 1.0, 1.5))
        points.append(WillshawPoint("auto", neurons, active, loads, effort.probes, effort.replicas, seed))
    return points


def _projection_points(effort: Effort, seed: int) -> list[ProjectionPoint]:
    loads = (0.25, 0.5, 0.75, 0.9, 0.95, 1.05, 1.5)
    return [
        ProjectionPoint("keyed", "bernoulli", effort.projection_neurons, level, loads, 0.0, effort.replicas, seed)
        for level in effort.projection
    ]


def _perceptron_points(effort: Effort, seed: int) -> list[PerceptronPoint]:
    """Around the load where half of the units are separable: with a threshold, and Cover's case without one."""
    points = []
    for level, sizes in effort.perceptron.items():
        for neurons in sizes:
            middle = gardner_load(level)
            loads = tuple(float(f"{middle * share:.4g}") for share in (0.8, 0.9, 1.0, 1.1, 1.2))
            network = (effort.units, effort.replicas, 0, seed)
            points.append(PerceptronPoint("gaussian", neurons, level, True, loads, *network))
            if level == 0.5:
                points.append(PerceptronPoint("gaussian", neurons, level, False, loads, *network))
    return points


def tables(studies: Studies, results: Results) -> Tables:
    """Return the summary tables, by name."""

    def of(name: str, summarise: Callable[..., xr.Dataset], *arguments: float) -> xr.Dataset:
        return summarise(studies[name].points, results[name], *arguments)

    summary = {
        "keyed": of("keyed", summarise_keyed),
        "keyed-capacity": of("keyed", summarise_keyed_capacity, EPS),
        "one-step": of("one-step", summarise_one_step),
        "optimum": of("optimum", summarise_optimum),
        "graded": of("graded", summarise_graded),
        "willshaw": of("willshaw", summarise_willshaw),
        "projection": of("projection", summarise_projection),
        "perceptron": of("perceptron", summarise_perceptron),
        "perceptron-capacity": of("perceptron", summarise_perceptron_capacity),
        "amp": of("amp", summarise_amp),
        "retrieval": of("retrieval", summarise_retrieval),
        "capacity": of("capacity", summarise_capacity),
        "sequential": of("sequential", summarise_sequential),
    }
    limits = extrapolate_capacity(summary["capacity"].isel(point=finite_size.usual_rows(summary["capacity"])))
    return {
        **summary,
        **({} if limits is None else {"finite-size": limits}),
        "optimum-best": best_sizes(summary["optimum"]),
        "rules": error_free(summary["projection"], summary["perceptron"]),
    }


def error_free(projection: xr.Dataset, perceptron: xr.Dataset) -> xr.Dataset:
    """How many wrong units two rules leave at each load: projection as measured, the best weights where all separate.

    Variables (dim point): rule, neurons, activity, load, error_rate; of the perceptron the fraction of units whose
    labels no weights realise.
    """
    names = ("neurons", "activity", "load")
    parts = (
        ("projection", projection, projection["error_rate"].values),
        ("perceptron", perceptron, 1 - perceptron["separable"].values),
    )
    columns = {name: np.concatenate([table[name].values for _, table, _ in parts]) for name in names}
    columns["rule"] = np.concatenate([np.full(len(errors), rule) for rule, _, errors in parts])
    columns["error_rate"] = np.concatenate([errors for *_, errors in parts])
    return xr.Dataset({name: ("point", values) for name, values in columns.items()})


def evidence(results: Results, summary: Tables) -> tuple[Evidence, ...]:
    """Return what the simulations say about the claims."""
    return (
        *judge.from_capacity(summary["capacity"]),
        *judge.from_keyed_capacity(summary["keyed-capacity"]),
        *judge.from_alpha(summary["keyed-capacity"]),
        *judge.from_one_step(summary["one-step"]),
        *judge.from_optimum(summary["optimum"], summary["optimum-best"]),
        *judge.from_keyed(summary["keyed"]),
        *judge.from_feedback(summary["retrieval"], summary["keyed"]),
        *judge.from_graded(summary["graded"]),
        *judge.from_amp(summary["amp"]),
        *judge.from_rules(summary["rules"]),
    )


def _capacity(table: xr.Dataset, perceptrons: xr.Dataset) -> Figure:
    """Draw capacity, with that of the perceptron with a threshold, at its largest size for each activity."""
    biased = perceptrons.isel(point=np.flatnonzero(perceptrons["biased"].values))
    rows = [
        max(np.flatnonzero(biased["activity"].values == level), key=lambda row: biased["neurons"].values[row])
        for level in np.unique(biased["activity"].values)
    ]
    return capacity.draw(table, biased.isel(point=rows))


DRAWINGS = {
    "theorem2_capacity": Drawing(_capacity, ("capacity", "perceptron-capacity")),
    "theorem2_bits": Drawing(bits.draw, ("keyed", "retrieval", "willshaw")),
    "theorem2_bits_against_load": Drawing(bits_against_load.draw, ("keyed", "graded", "retrieval")),
    "theorem2_overlap": Drawing(overlap.draw, ("retrieval", "amp")),
    "theorem2_state_evolution": Drawing(state_evolution.draw, ("amp",)),
    "theorem2_finite_size": Drawing(finite_size.draw, ("capacity",)),
    "theorem2_pareto": Drawing(pareto.draw, ("keyed-capacity", "sequential")),
}
"""The figures of Theorem 2."""

THEOREM2 = Part("theorem2", "Theorem 2: one regime has a ceiling on C B", CLAIMS, plan, tables, evidence, DRAWINGS)
