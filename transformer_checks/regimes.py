"""The regimes of Experiment 1, declared in `proofs/predictions.toml` before any of them was run, and its controls.

Gentle and saturating training were chosen on the dense model, on other seeds than any experiment's: gentle training
leaves its forgetting between a quarter and three quarters of what it had learned, saturating training drives the loss
of every task to a thousandth of a nat. All regimes start from a network trained on a task of its own, so that training
only the MLPs and training everything differ in nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from theory.activity import ACTIVITY_GRID
from transformer_checks.catalogues import LanguagesSpec
from transformer_checks.consolidation import Consolidation
from transformer_checks.continual import Protocol
from transformer_checks.digits import DigitsSpec
from transformer_checks.exp1 import InterferencePoint
from transformer_checks.facts import FactsSpec
from transformer_checks.groups import GROUPS
from transformer_checks.markov import MarkovSpec
from transformer_checks.number_words import NumbersSpec
from transformer_checks.tasks import Spec, check_family

TASKS = 5
"""Tasks of the sequence (the proposal's Experiment 1)."""

PRETRAINING = 200
"""Steps on a task of its own before the sequence."""

GENTLE = Protocol(tasks=TASKS, steps=100, learning_rate=1e-3, stretches=4, pretraining=PRETRAINING)
SATURATING = replace(GENTLE, steps=200, learning_rate=3e-3)
REAL = replace(GENTLE, learning_rate=5e-4, stretches=2, batch=16)
"""For texts: fewer measurements, as each costs as much as ten steps."""

L1_LEVELS = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Coefficients of the penalty. The densities that come of them are measured, and are no lower than about 0.15."""


@dataclass(frozen=True)
class Regime:
    """A family of tasks and a way to learn it.

    Attributes:
        name: as in the predictions; names that are not declared there are explored, not judged.
        spec: of the tasks.
        protocol: how they are learned.
    """

    name: str
    spec: Spec
    protocol: Protocol

    def points(self, levels: Mapping[str, tuple[float, ...]], **options: Any) -> list[InterferencePoint]:
        """One point for every level of every implementation; `options` are fields of the points."""
        return [
            InterferencePoint(self.name, self.spec.family, self.spec, self.protocol, implementation, level, **options)
            for implementation, chosen in levels.items()
            for level in chosen
        ]


def _facts(overlap: float) -> FactsSpec:
    return FactsSpec(overlap=overlap, most_tasks=TASKS + 1)


DECLARED: dict[str, Regime] = {
    name: Regime(name, _facts(overlap), replace(protocol, plastic=plastic))
    for alphabet, overlap in (("disjoint", 0.0), ("shared", 1.0))
    for training, protocol in (("gentle", GENTLE), ("saturating", SATURATING))
    for weights, plastic in (("all", GROUPS), ("mlp", ("mlp",)))
    for name in (f"{alphabet}-{training}-{weights}",)
}
"""Regimes on facts: {disjoint, shared} keys x {gentle, saturating} training x {all weights, MLPs only}."""

REAL_TASKS: dict[str, Regime] = {
    "numbers": Regime("numbers", NumbersSpec(numbers=100, train=64, held_out=32), replace(REAL, batch=8)),
    "languages": Regime("languages", LanguagesSpec(length=48, held_out=32), REAL),
}
"""Declared regimes on natural languages."""

OTHER_TASKS: dict[str, Regime] = {
    "markov": Regime("markov", MarkovSpec(held_out=32), REAL),
    "digits": Regime("digits", DigitsSpec(held_out=32), replace(REAL, learning_rate=1e-3)),
}
"""Families that are offered and not judged."""

BASE = DECLARED["disjoint-gentle-all"]

CRITERION = Regime("disjoint-criterion-all", BASE.spec, replace(GENTLE, steps=400, criterion=0.1))
"""Every task trained until its loss is the same, in case sparse networks forget less because they learn less."""

FACTORS: dict[str, Regime] = {
    f"factor: {name}": Regime(f"factor: {name}", spec, protocol)
    for name, spec, protocol in (
        ("none changed", BASE.spec, GENTLE),
        ("learning rate x 3", BASE.spec, replace(GENTLE, learning_rate=3e-3)),
        ("steps x 2", BASE.spec, replace(GENTLE, steps=200)),
        ("half the keys shared", _facts(0.5), GENTLE),
        ("all keys shared", _facts(1.0), GENTLE),
        ("no pretraining", BASE.spec, replace(GENTLE, pretraining=0)),
        ("MLPs only", BASE.spec, replace(GENTLE, plastic=("mlp",))),
        ("optimiser state carried", BASE.spec, replace(GENTLE, carried=True)),
        ("SGD with momentum", BASE.spec, replace(GENTLE, optimiser="sgd", learning_rate=0.1)),
        ("Muon", BASE.spec, replace(GENTLE, optimiser="muon", learning_rate=3e-3)),
    )
}
"""One thing changed at a time from gentle training on disjoint keys, to see what the effect of sparsity depends on."""

FACTOR_LEVELS = (0.05, 1.0)
"""k/m between which forgetting is compared for every factor."""


def regimes_of(family: str) -> list[Regime]:
    """The regimes of one family of tasks.

    Raises:
        ValueError: no family has this name.
    """
    check_family(family)
    return [
        each for each in (*DECLARED.values(), *REAL_TASKS.values(), *OTHER_TASKS.values()) if each.spec.family == family
    ]


LEVELS = (*ACTIVITY_GRID[:4], 0.3, *ACTIVITY_GRID[4:])
"""The proposal's k/m, and one between, since k-winners-take-all and L1 overlap there in measured sparsity."""

SWEEP: dict[str, tuple[float, ...]] = {"kwta": LEVELS, "l1": L1_LEVELS}
"""Both implementations of sparsity at all their levels."""

CONSOLIDATION = Consolidation(fast=(1,), interval=2, steps=200, batch=64, replay=16)
"""Experiment 3's consolidation: the last layer is the fast zone, and learns first.

Chosen on other seeds than the experiment's, for the dual system alone: the fast zone's learning rate so that it knows a
task after as many steps as a dense network; the interval as many tasks as it then holds; as many steps of distillation
as of learning.
"""

LONG_PRETRAINING = 1000
"""Steps before a long sequence. After fewer the head has so little gain that layers below it, learning by themselves,
name the right value and cannot be sure of it."""


def long_facts(tasks: int) -> FactsSpec:
    """Facts with disjoint keys for Experiments 2 and 3: fewer keys a task, as every key is a row of the embedding."""
    return FactsSpec(keys=12, most_tasks=tasks + 1)


def long_protocol(tasks: int, pretraining: int = LONG_PRETRAINING) -> Protocol:
    """Gentle training on a long sequence, without measurements on the way."""
    return replace(GENTLE, tasks=tasks, stretches=0, pretraining=pretraining)
