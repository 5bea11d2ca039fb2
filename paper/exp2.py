"""Experiment 2 as a part of the paper: the single-regime ceiling, and the methods said to share it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.figures.exp2 import matrix, pareto, prefixes, product
from paper.part import Drawing, Part, Results, Studies, Tables, named
from proofs.claim import Evidence
from proofs.experiments import EXPERIMENT2
from proofs.experiments.ceilings import from_experiment2
from sims.harness.sweep import Study
from theory.activity import ACTIVITY_GRID
from transformer_checks.checkpoints import CHECKPOINT_SECONDS
from transformer_checks.costs import costs
from transformer_checks.exp2 import (
    MIXTURES,
    SINGLE,
    against_sweep,
    summarise_ceilings,
    summarise_prefixes,
    sweep_trends,
)
from transformer_checks.long_sequences import LongPoint, measure_long
from transformer_checks.presets import check_preset
from transformer_checks.regimes import LONG_PRETRAINING, long_facts, long_protocol


@dataclass(frozen=True)
class Effort:
    """How much is run.

    Attributes:
        tasks: in the sequence; shorter ones are read off its start.
        seeds: of every point.
        kwta: levels of k-winners-take-all.
        l1: levels of the penalty.
        methods: single-regime methods and mixtures, by name.
        preset: of the model's sizes.
        pretraining: steps before the sequence.
    """

    tasks: int
    seeds: int
    kwta: tuple[float, ...]
    l1: tuple[float, ...]
    methods: tuple[str, ...]
    preset: str = "tiny"
    pretraining: int = LONG_PRETRAINING


METHODS = ("ewc", "ogd", "gpm", "replay", "der", "lwf")
"""The methods that the proposal says share the ceiling."""

EFFORTS: dict[str, Effort] = {
    "quick": Effort(5, 4, (0.05, 0.2, 1.0), (), ("ewc", "replay"), pretraining=300),
    "laptop": Effort(50, 4, ACTIVITY_GRID, (0.03, 0.3, 3.0), (*METHODS, *MIXTURES)),
    "large": Effort(50, 16, ACTIVITY_GRID, (0.03, 0.1, 0.3, 1.0, 3.0), (*METHODS, *MIXTURES), "small"),
}


def plan(scale: str, seed: int, preset: str | None = None) -> Studies:
    """The studies of a scale: the sweep over sparsities, and the methods on a dense network.

    Args:
        scale: one of `EFFORTS`.
        seed: of all random numbers.
        preset: of the model's sizes instead of the scale's.

    Raises:
        ValueError: unknown preset.
    """
    effort = EFFORTS[scale]
    spec, protocol = long_facts(effort.tasks), long_protocol(effort.tasks, effort.pretraining)
    options: dict[str, Any] = {"preset": preset or effort.preset, "seeds": effort.seeds, "seed": seed}

    def sweep(implementation: str, levels: tuple[float, ...]) -> list[LongPoint]:
        return [LongPoint(SINGLE, spec, protocol, implementation, (level,), **options) for level in levels]

    def method(name: str) -> LongPoint:
        how = {"mixture": MIXTURES[name]} if name in MIXTURES else {"method": name}
        return LongPoint(name, spec, protocol, "kwta", (1.0,), **how, **options)

    return named(
        Study("sweep", (*sweep("kwta", effort.kwta), *sweep("l1", effort.l1)), measure_long, CHECKPOINT_SECONDS),
        Study("methods", tuple(method(name) for name in effort.methods), measure_long, CHECKPOINT_SECONDS),
    )


def tables(studies: Studies, results: Results) -> Tables:
    """The summary tables, by name."""
    points = [point for study in studies.values() for point in study.points]
    datasets = [data for found in results.values() for data in found]
    ceilings = summarise_ceilings(points, datasets)
    return {
        "ceilings": ceilings,
        "prefixes": summarise_prefixes(points, datasets),
        "trends": sweep_trends(ceilings),
        "methods": against_sweep(ceilings),
        "costs": costs(points),
    }


def evidence(results: Results, summary: Tables) -> tuple[Evidence, ...]:
    """What the experiment says about the claims."""
    return from_experiment2(summary["trends"], summary["methods"])


def _prefixes(by_tasks: xr.Dataset, ceilings: xr.Dataset, measured: list[xr.Dataset]) -> Figure:
    return prefixes.draw(by_tasks, ceilings, task_bits(measured))


def _matrix(ceilings: xr.Dataset, swept: list[xr.Dataset], methods: list[xr.Dataset]) -> Figure:
    return matrix.draw(ceilings, [*swept, *methods])


def task_bits(measured: list[xr.Dataset]) -> float:
    """What there is to know about one task of these measurements, bits."""
    first = measured[0].attrs
    return float(first["facts"] * np.log2(first["values"]))


DRAWINGS = {
    "exp2_pareto": Drawing(pareto.draw, ("ceilings",)),
    "exp2_product": Drawing(product.draw, ("ceilings",)),
    "exp2_prefixes": Drawing(_prefixes, ("prefixes", "ceilings"), ("sweep",)),
    "exp2_matrix": Drawing(_matrix, ("ceilings",), ("sweep", "methods")),
}
"""The figures of Experiment 2."""


def part(preset: str | None = None) -> Part:
    """Experiment 2, at the sizes of its scale or of a preset.

    Raises:
        ValueError: unknown preset.
    """
    if preset is not None:
        check_preset(preset)

    title = "Experiment 2: the single-regime ceiling in a Transformer"
    return Part("exp2", title, EXPERIMENT2, partial(plan, preset=preset), tables, evidence, DRAWINGS)


EXP2 = part()
"""Experiment 2 as its scales declare it."""
