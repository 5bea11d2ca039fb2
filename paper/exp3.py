"""Experiment 3 as a part of the paper: two regimes with consolidation against every control."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from matplotlib.figure import Figure

from paper.part import Part, Results, Studies, Tables, named
from proofs.claim import Evidence
from proofs.experiments import EXPERIMENT3
from proofs.experiments.ceilings import from_experiment3
from sims.harness.sweep import Study
from transformer_checks.exp2 import summarise_ceilings, summarise_prefixes
from transformer_checks.exp3 import comparisons, dual_systems, replayed
from transformer_checks.long_sequences import measure_long
from transformer_checks.presets import check_preset
from transformer_checks.regimes import CONSOLIDATION, long_facts, long_protocol


@dataclass(frozen=True)
class Effort:
    """How much is run.

    Attributes:
        tasks: in the sequence.
        seeds: of every system.
        replay: examples kept of every consolidated task, first that of the comparison, then others for the dual system
            and the two that rehearse.
        preset: of the model's sizes.
    """

    tasks: int
    seeds: int
    replay: tuple[int, ...]
    preset: str = "tiny"


EFFORTS: dict[str, Effort] = {
    "quick": Effort(6, 4, (16,)),
    "laptop": Effort(20, 6, (16, 0, 4, 64)),
    "large": Effort(50, 16, (16, 0, 4, 64), "small"),
}


def plan(scale: str, seed: int) -> Studies:
    """The studies of a scale: all systems at one replay budget, and those that replay at others."""
    effort = EFFORTS[scale]
    first, *others = effort.replay
    interval = CONSOLIDATION.interval if effort.tasks >= 2 * CONSOLIDATION.interval else effort.tasks // 2
    depth = check_preset(effort.preset).depth
    upper = tuple(range(depth - depth // 2, depth))
    settings = replace(CONSOLIDATION, fast=upper, interval=interval)
    options = {"preset": effort.preset, "seeds": effort.seeds, "seed": seed}
    network = (long_facts(effort.tasks), long_protocol(effort.tasks))
    budgets = [
        point for replay in others for point in replayed(*network, replace(settings, replay=replay), depth, **options)
    ]
    studies = [
        Study("systems", dual_systems(*network, replace(settings, replay=first), depth, **options), measure_long)
    ]
    return named(*studies, *([Study("budgets", tuple(budgets), measure_long)] if budgets else []))


def tables(studies: Studies, results: Results) -> Tables:
    """The summary tables, by name."""
    found = {}
    for name, study in studies.items():
        found[name] = summarise_ceilings(study.points, results[name])
        found[f"{name}-prefixes"] = summarise_prefixes(study.points, results[name])
    return {**found, "comparisons": comparisons(found["systems"])}


def evidence(results: Results, summary: Tables) -> tuple[Evidence, ...]:
    """What the experiment says about the claims."""
    return from_experiment3(summary["comparisons"])


def figures(results: Results, summary: Tables) -> dict[str, Callable[[], Figure]]:
    """No figures are drawn of this experiment yet; its tables and evidence say all."""
    return {}


EXP3 = Part("exp3", "Experiment 3: two regimes in a Transformer", EXPERIMENT3, plan, tables, evidence, figures)
