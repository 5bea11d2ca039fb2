"""The grid of runs that the proposal asks for, as it counts them, and the studies that measure it.

The studies need fewer sequences of tasks than Experiments 1 and 2 have runs: shorter sequences are read off the starts
of longer ones, and the dense network is the same one under both implementations of sparsity. Experiment 3 needs more:
the best single regime is known only after all levels have been measured, and the one sparsity of both zones (B1-same)
may be that of either zone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from paper import exp1, exp2, exp3
from paper.part import Part, Studies, named
from theory.activity import ACTIVITY_GRID
from transformer_checks.exp2 import SINGLE
from transformer_checks.exp3 import DUAL, FAST_LEVEL, SAME_DENSE, SAME_SPARSE
from transformer_checks.regimes import BASE, L1_LEVELS

PRESET = "nanochat-d20"
"""The model that the proposal asks for."""

SEEDS = 3
LENGTHS = (5, 10, 20, 50)
"""T of Experiment 2."""

HOURS = (8, 12)
"""A100 hours of a run, by the proposal's estimate."""

TOTAL_HOURS = (1500, 2300)
"""A100 hours of all runs, as the proposal rounds them."""

LEVELS: dict[str, tuple[float, ...]] = {"kwta": ACTIVITY_GRID, "l1": (0.0, *L1_LEVELS)}
"""Six levels of both implementations. A penalty sets no k/m; its densities are measured."""

BUILDERS: dict[str, Callable[[str | None], Part]] = {
    "exp1": lambda preset: exp1.part(preset=preset),
    "exp2": exp2.part,
    "exp3": exp3.part,
}
"""The experiments as parts of the paper, from a preset, or None for that of the scale."""


@dataclass(frozen=True)
class Run:
    """One run, as the proposal counts them.

    Attributes:
        system: what learns.
        sparsity: implementation and level (k/m, or the coefficient of the penalty); None where results must tell it.
        seed: of tasks and network, counted from 0.
        tasks: T.
    """

    system: str
    sparsity: tuple[str, float] | None
    seed: int
    tasks: int


def check_experiment(name: str) -> str:
    """Return `name`, or raise ValueError unless it names an experiment."""
    if name not in BUILDERS:
        raise ValueError(f"experiment must be one of {', '.join(BUILDERS)}, got {name!r}")
    return name


def runs(experiment: str) -> tuple[Run, ...]:
    """The runs of an experiment: 36, 144 or 12.

    The proposal fixes no T for Experiment 3; 50 is the longest of Experiment 2, which it is compared with.

    Raises:
        ValueError: no experiment has this name.
    """
    seeds = range(SEEDS)
    if check_experiment(experiment) == "exp3":
        systems = {DUAL: ("kwta", FAST_LEVEL), "B0": ("kwta", 1.0), "B1": None, "B1-same": None}
        return tuple(Run(name, known, seed, max(LENGTHS)) for name, known in systems.items() for seed in seeds)
    return tuple(
        Run(SINGLE, (implementation, level), seed, tasks)
        for implementation, levels in LEVELS.items()
        for level in levels
        for tasks in (LENGTHS if experiment == "exp2" else (BASE.protocol.tasks,))
        for seed in seeds
    )


def studies(experiment: str, preset: str, seed: int) -> Studies:
    """The study that measures the runs of an experiment: points of its largest scale, each with all seeds.

    Raises:
        ValueError: no experiment or preset has this name.
    """
    if check_experiment(experiment) == "exp1":
        planned = exp1.plan("large", seed, BASE.spec.family, preset)
    else:
        planned = BUILDERS[experiment](preset).studies("large", seed)
    study = planned[_STUDY[experiment]]
    chosen = tuple(replace(point, seeds=SEEDS) for point in study.points if _CHOICE[experiment](point))
    return named(replace(study, points=chosen))


def _in_levels(implementation: str, level: float) -> bool:
    """Whether a level is of the grid, and not the dense network a second time."""
    return level in LEVELS.get(implementation, ()) and (implementation, level) != ("l1", 0.0)


def _of_exp1(point: Any) -> bool:
    return point.regime.partition("@")[0] == BASE.name and _in_levels(point.implementation, point.level)


def _of_exp2(point: Any) -> bool:
    return point.system == SINGLE and _in_levels(point.implementation, point.levels[0])


def _of_exp3(point: Any) -> bool:
    return point.system in (DUAL, SAME_SPARSE, SAME_DENSE, SINGLE)


_STUDY = {"exp1": "regimes", "exp2": "sweep", "exp3": "systems"}
_CHOICE: dict[str, Callable[[Any], bool]] = {"exp1": _of_exp1, "exp2": _of_exp2, "exp3": _of_exp3}
