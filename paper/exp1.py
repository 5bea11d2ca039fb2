"""Experiment 1 as a part of the paper: its studies at every scale, its tables, its evidence and its figures."""

from dataclasses import dataclass, replace
from functools import partial

from paper.figures.exp1 import confounds, curves, factors, groups, proportionality
from paper.part import Drawing, Part, Results, Studies, Tables, named
from proofs.claim import Evidence
from proofs.experiments import EXPERIMENT1, judge
from sims.harness.sweep import Study
from transformer_checks.checkpoints import CHECKPOINT_SECONDS
from transformer_checks.exp1 import InterferencePoint, measure_interference
from transformer_checks.exp1_quantities import agreement, linear, summarise, trends
from transformer_checks.presets import check_preset
from transformer_checks.regimes import (
    BASE,
    CRITERION,
    DECLARED,
    FACTOR_LEVELS,
    FACTORS,
    LEVELS,
    REAL_TASKS,
    SWEEP,
    Regime,
    regimes_of,
)


@dataclass(frozen=True)
class Effort:
    """How much is run.

    Attributes:
        regimes: on facts, by name.
        real: families of natural languages.
        seeds: of every point.
        kwta: levels of k-winners-take-all.
        l1: levels of the penalty, on facts.
        real_l1: and on natural languages.
        controls: whether also the arms without a rectifier, trained to a criterion, and with one factor changed.
        preset: of the model's sizes.
    """

    regimes: tuple[str, ...]
    real: tuple[str, ...]
    seeds: int
    kwta: tuple[float, ...]
    l1: tuple[float, ...]
    real_l1: tuple[float, ...]
    controls: bool
    preset: str = "tiny"


QUICK_REGIMES = ("disjoint-gentle-all", "shared-saturating-all")
"""Two declared regimes that differ in all that `regimes` varies but which weights learn."""

EFFORTS: dict[str, Effort] = {
    "quick": Effort(QUICK_REGIMES, (), 4, (0.02, 0.1, 0.3, 1.0), (0.03, 3.0), (), False),
    "laptop": Effort(tuple(DECLARED), ("numbers",), 8, LEVELS, SWEEP["l1"], (0.03, 0.3, 3.0), True),
    "large": Effort(tuple(DECLARED), ("numbers", "languages"), 16, LEVELS, SWEEP["l1"], SWEEP["l1"], True, "small"),
}


def plan(scale: str, seed: int, family: str | None = None, preset: str | None = None) -> Studies:
    """The studies of a scale: regimes, and controls where the scale has them.

    Args:
        scale: one of `EFFORTS`.
        seed: of all random numbers.
        family: only the regimes of this family of tasks, all of them, without controls.
        preset: of the model's sizes instead of the scale's.

    Raises:
        ValueError: unknown family or preset.
    """
    effort = EFFORTS[scale]
    if preset is not None:
        check_preset(preset)
        effort = replace(effort, preset=preset)
    chosen = [DECLARED[name] for name in effort.regimes] + [REAL_TASKS[name] for name in effort.real]
    if family is not None:
        chosen = regimes_of(family)
        if family == "facts":
            chosen = [each for each in chosen if each.name in effort.regimes]
    for regime in chosen:
        regime.spec.sequence(1, seed)  # says at once which data are missing
    options = {"seeds": effort.seeds, "seed": seed, "preset": effort.preset}

    def points(regime: Regime, **levels: tuple[float, ...]) -> list[InterferencePoint]:
        suffix = "" if effort.preset == "tiny" else f"@{effort.preset}"
        return replace(regime, name=regime.name + suffix).points(levels, **options)

    sweep = [
        point
        for regime in chosen
        for point in points(regime, kwta=effort.kwta, l1=effort.l1 if regime.spec.family == "facts" else effort.real_l1)
    ]
    studies = [Study("regimes", tuple(sweep), measure_interference, CHECKPOINT_SECONDS)]
    if effort.controls and family is None:
        control = [*points(BASE, **{"raw-kwta": LEVELS}), *points(CRITERION, kwta=LEVELS)]
        changed = [point for each in FACTORS.values() for point in points(each, kwta=FACTOR_LEVELS)]
        studies += [
            Study("controls", tuple(control), measure_interference, CHECKPOINT_SECONDS),
            Study("factors", tuple(changed), measure_interference, CHECKPOINT_SECONDS),
        ]
    return named(*studies)


def tables(studies: Studies, results: Results) -> Tables:
    """The summary tables, by name."""
    every = {name: summarise(study.points, results[name]) for name, study in studies.items()}
    swept = [name for name in ("regimes", "controls") if name in studies]
    points = [point for name in swept for point in studies[name].points]
    merged = summarise(points, [data for name in swept for data in results[name]])
    return {**every, "trends": trends(merged), "linear": linear(merged), "agreement": agreement(every["regimes"])}


def evidence(results: Results, summary: Tables) -> tuple[Evidence, ...]:
    """What the experiment says about the claims."""
    return judge.from_experiment1(summary["trends"], summary["linear"], summary["agreement"])


DRAWINGS = {
    "exp1_curves": Drawing(curves.draw, ("regimes",)),
    "exp1_proportionality": Drawing(proportionality.draw, ("regimes", "linear")),
    "exp1_groups": Drawing(groups.draw, ("regimes",)),
    "exp1_confounds": Drawing(confounds.draw, ("regimes",), optional=("controls",)),
    "exp1_factors": Drawing(factors.draw, ("factors",)),
}
"""The figures of Experiment 1."""


def part(family: str | None = None, preset: str | None = None) -> Part:
    """Experiment 1, whole or restricted to a family of tasks, with the preset of the scale or another.

    Raises:
        ValueError: unknown family or preset.
    """
    if family is not None:
        regimes_of(family)
    if preset is not None:
        check_preset(preset)
    return Part(
        "-".join(["exp1", *(each for each in (family, preset) if each)]),
        "Experiment 1: activation sparsity and interference in a Transformer",
        EXPERIMENT1,
        partial(plan, family=family, preset=preset),
        tables,
        evidence,
        DRAWINGS,
    )


EXP1 = part()
