"""Experiment 3 as a part of the paper: two regimes with consolidation against every control."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paper.exp2 import task_bits
from paper.figures.exp3 import budgets, matrix
from paper.figures.exp3 import systems as against_controls
from paper.figures.exp3 import tasks as tasks_learned
from paper.part import Drawing, Part, Results, Studies, Tables, named
from proofs.claim import Evidence
from proofs.experiments import EXPERIMENT3
from proofs.experiments.ceilings import from_experiment3
from sims.harness.sweep import Study
from theory.activity import ACTIVITY_GRID
from transformer_checks.checkpoints import CHECKPOINT_SECONDS
from transformer_checks.costs import costs
from transformer_checks.exp2 import MIXTURES, summarise_ceilings, summarise_prefixes
from transformer_checks.exp3 import FAST_LEVEL, comparisons, dual_systems, replayed
from transformer_checks.long_sequences import LongPoint, measure_long
from transformer_checks.presets import check_preset
from transformer_checks.regimes import CONSOLIDATION, LONG_PRETRAINING, long_facts, long_protocol


@dataclass(frozen=True)
class Effort:
    """How much is run.

    Attributes:
        tasks: in the sequence.
        seeds: of every system.
        replay: other numbers of examples kept of a consolidated task, for the dual system and dense rehearsal.
        intervals: other numbers of tasks between consolidations, likewise.
        preset: of the model's sizes.
        levels: k/m of the single regimes.
        mixtures: of experts.
        pretraining: steps before the sequence.
    """

    tasks: int
    seeds: int
    replay: tuple[int, ...] = (0, 64)
    intervals: tuple[int, ...] = (4,)
    preset: str = "tiny"
    levels: tuple[float, ...] = ACTIVITY_GRID
    mixtures: tuple[str, ...] = tuple(MIXTURES)
    pretraining: int = LONG_PRETRAINING


EFFORTS: dict[str, Effort] = {
    "quick": Effort(4, 4, (), (), levels=(FAST_LEVEL, 1.0), mixtures=(), pretraining=300),
    "laptop": Effort(12, 6),
    "large": Effort(50, 16, preset="small"),
}


def plan(scale: str, seed: int, preset: str | None = None) -> Studies:
    """The studies of a scale: all systems at one replay budget and interval, and two of them at others.

    Args:
        scale: one of `EFFORTS`.
        seed: of all random numbers.
        preset: of the model's sizes instead of the scale's.

    Raises:
        ValueError: unknown preset.
    """
    effort = EFFORTS[scale]
    size = preset or effort.preset
    depth = check_preset(size).depth
    settings = replace(CONSOLIDATION, fast=tuple(range(depth - depth // 2, depth)))
    options: dict[str, Any] = {"preset": size, "seeds": effort.seeds, "seed": seed}
    network = (long_facts(effort.tasks), long_protocol(effort.tasks, effort.pretraining))
    steps = CONSOLIDATION.steps // CONSOLIDATION.interval
    others = {
        "budgets": [replace(settings, replay=replay) for replay in effort.replay],
        "intervals": [replace(settings, interval=each, steps=steps * each) for each in effort.intervals],
    }
    systems = dual_systems(*network, settings, depth, effort.levels, effort.mixtures, **options)
    studies = [Study("systems", systems, measure_long, CHECKPOINT_SECONDS)]
    for name, changed in others.items():
        points = tuple(point for each in changed for point in replayed(*network, each, depth, **options))
        studies += [Study(name, points, measure_long, CHECKPOINT_SECONDS)] if points else []
    return named(*studies)


def tables(studies: Studies, results: Results) -> Tables:
    """The summary tables, by name."""
    found = {}
    for name, study in studies.items():
        found[name] = summarise_ceilings(study.points, results[name]).assign(_dials(study.points))
        found[f"{name}-costs"] = costs(study.points)
        found[f"{name}-prefixes"] = summarise_prefixes(study.points, results[name])
    return {**found, "comparisons": comparisons(found["systems"])}


def evidence(results: Results, summary: Tables) -> tuple[Evidence, ...]:
    """What the experiment says about the claims."""
    return from_experiment3(summary["comparisons"])


def _dials(points: Sequence[LongPoint]) -> dict[str, Any]:
    """Replay budget and interval of every point's consolidation (NaN: none), as columns of a table."""
    plans = [point.consolidation for point in points]
    return {
        name: ("point", [np.nan if plan is None else float(getattr(plan, name)) for plan in plans])
        for name in ("replay", "interval")
    }


def _tasks(every: xr.Dataset, by_tasks: xr.Dataset, compared: xr.Dataset, measured: list[xr.Dataset]) -> Figure:
    return tasks_learned.draw(every, by_tasks, compared, task_bits(measured))


def _budgets(every: xr.Dataset, *others: xr.Dataset) -> Figure:
    return budgets.draw(every, dict(zip(budgets.DIALS, others, strict=True)))


_SYSTEMS = ("systems", "systems-prefixes", "comparisons")

DRAWINGS = {
    "exp3_systems": Drawing(against_controls.draw, _SYSTEMS),
    "exp3_tasks": Drawing(_tasks, _SYSTEMS, ("systems",)),
    "exp3_matrix": Drawing(matrix.draw, ("systems", "comparisons"), ("systems",)),
    "exp3_budgets": Drawing(_budgets, ("systems", *budgets.DIALS)),
}
"""The figures of Experiment 3; budgets and intervals are not varied at every scale."""


def part(preset: str | None = None) -> Part:
    """Experiment 3, at the sizes of its scale or of a preset.

    Raises:
        ValueError: unknown preset.
    """
    if preset is not None:
        check_preset(preset)

    return Part(
        "exp3",
        "Experiment 3: two regimes in a Transformer",
        EXPERIMENT3,
        partial(plan, preset=preset),
        tables,
        evidence,
        DRAWINGS,
    )


EXP3 = part()
"""Experiment 3 as its scales declare it."""
