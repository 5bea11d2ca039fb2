"""Experiment 3: do two regimes of different sparsity, with consolidation, beat one?

Every system has the same weights and learns the same tasks in as many steps. The dual one learns with its fast zone
(sparse layers) and consolidates into its slow one (dense). Its controls differ in one thing each: the same zones at one
sparsity (B1-same), no consolidation, no zones (all weights learn, with the two sparsities), or one zone that rehearses
what the dual one is taught, with the same store and as many steps. Mixtures of experts stand beside them. B1 is the
best single regime without rehearsal, of a sweep of sparsities at their own learning rate and of two at that of the fast
zone, which is larger as it learns with fewer weights. B0 is the dense one at the former.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from theory.activity import ACTIVITY_GRID
from transformer_checks.ceilings import EPSILONS
from transformer_checks.consolidation import Consolidation
from transformer_checks.continual import Protocol
from transformer_checks.exp2 import MIXTURES, SINGLE, paired
from transformer_checks.facts import FactsSpec
from transformer_checks.long_sequences import LongPoint

FAST_LEVEL = 0.05
"""k/m of the fast zone (the proposal's Experiment 3)."""

WHOLE = ("capacity", "unbroken")
"""Quantities counted in whole tasks."""

DUAL = "dual"
SAME_SPARSE, SAME_DENSE = "B1-same, sparse", "B1-same, dense"
NO_CONSOLIDATION, NO_ZONES = "dual, no consolidation", "both sparsities, no zones"
FAST_SINGLE = "single, fast rate"
REHEARSAL_DENSE, REHEARSAL_SPARSE = "rehearsal, dense", "rehearsal, sparse"


def dual_systems(
    spec: FactsSpec,
    protocol: Protocol,
    plan: Consolidation,
    depth: int,
    levels: tuple[float, ...] = ACTIVITY_GRID,
    mixtures: tuple[str, ...] = tuple(MIXTURES),
    **options: Any,
) -> tuple[LongPoint, ...]:
    """The dual system, its controls, and single regimes of several levels.

    Args:
        spec: of the tasks.
        protocol: how a task is learned.
        plan: of the consolidation; its fast layers are the fast zone.
        depth: layers of the model.
        levels: k/m of the single regimes at their own learning rate; at the fast zone's, only its level and dense.
        mixtures: of experts, names of `exp2.MIXTURES`.
        options: fields of all points, such as seeds.

    Raises:
        ValueError: as `LongPoint`, or a plan without a fast zone.
    """
    if not plan.fast:
        raise ValueError("a dual system needs layers for its fast zone")

    def point(
        system: str,
        levels: tuple[float, ...],
        consolidation: Consolidation | None,
        how: Protocol = protocol,
        mixture: str | None = None,
    ) -> LongPoint:
        return LongPoint(system, spec, how, "kwta", levels, consolidation, mixture=mixture, **options)

    differentiated = tuple(FAST_LEVEL if layer in plan.fast else 1.0 for layer in range(depth))
    rehearsal, never = replace(plan, fast=()), replace(plan, interval=protocol.tasks + 1)
    fast = replace(protocol, learning_rate=plan.fast_learning_rate)
    return (
        point(DUAL, differentiated, plan),
        point(SAME_SPARSE, (FAST_LEVEL,), plan),
        point(SAME_DENSE, (1.0,), plan),
        point(NO_CONSOLIDATION, differentiated, never),
        point(NO_ZONES, differentiated, None),
        point(REHEARSAL_DENSE, (1.0,), rehearsal),
        point(REHEARSAL_SPARSE, (FAST_LEVEL,), rehearsal),
        *(point(name, (1.0,), None, mixture=MIXTURES[name]) for name in mixtures),
        *(point(SINGLE, (level,), None) for level in levels),
        *(point(FAST_SINGLE, (level,), None, fast) for level in (FAST_LEVEL, 1.0)),
    )


REPLAYING = (DUAL, REHEARSAL_DENSE)
"""The systems that are compared at several replay budgets and intervals."""


def replayed(
    spec: FactsSpec, protocol: Protocol, plan: Consolidation, depth: int, **options: Any
) -> tuple[LongPoint, ...]:
    """The systems of `dual_systems` named in `REPLAYING`; arguments and errors as there."""
    every = dual_systems(spec, protocol, plan, depth, **options)
    return tuple(point for point in every if point.system in REPLAYING)


def comparisons(table: xr.Dataset, margin: float = 1.0) -> xr.Dataset:
    """Capacities (tasks), C times B and retained bits of the dual system less those of every other, paired by seed.

    B1 is the single regime with the largest mean of C times B at that eps, of both learning rates; B0 the dense one.

    Args:
        table: `exp2.summarise_ceilings` of `dual_systems`; where a sequence ended before its bound was broken, a
            capacity is only known to be no less, and what this leaves open is not tested (p-values of 1).
        margin: tasks; `less_p` is the p-value that the dual system's lead in capacity is below it.

    Returns:
        One row for every eps, quantity and control: `second` (the control), `quantity`, `eps`, `difference` with
        `_low` and `_high`, `more_p`, `less_p`, `seeds`, `first_mean`, `second_mean`, `second_label`, and the shares of
        seeds at the end of their sequence, `first_censored` and `second_censored`.

    Raises:
        ValueError: no row of the dual system.
    """
    names = table["system"].values
    if not (names == DUAL).any():
        raise ValueError(f"the table must have a row of the system {DUAL!r}, got {', '.join(dict.fromkeys(names))}")
    (dual,) = np.flatnonzero(names == DUAL)
    rows: list[dict[str, Any]] = []
    for eps in EPSILONS:
        at = table.sel(eps=eps)
        for control, place in _controls(at).items():
            for quantity in ("capacity", "unbroken", "product", "retained"):
                first, second = (at[quantity].values[each] for each in (dual, place))
                open_first, open_second = (
                    0.0 if quantity == "retained" else float(at["censored"].values[each].mean())
                    for each in (dual, place)
                )
                tested = paired(first - second, margin, 1.0 if quantity in WHOLE else 0.0)
                rows.append(
                    {
                        "first": DUAL,
                        "second": control,
                        "second_label": str(at["label"].values[place]),
                        "quantity": quantity,
                        "eps": eps,
                        "first_mean": float(first.mean()),
                        "second_mean": float(second.mean()),
                        "first_censored": open_first,
                        "second_censored": open_second,
                        **tested,
                        "more_p": 1.0 if open_second else tested["more_p"],
                        "less_p": 1.0 if open_first else tested["less_p"],
                    }
                )
    return xr.Dataset({name: ("row", [row[name] for row in rows]) for name in rows[0]})


def _controls(table: xr.Dataset) -> dict[str, int]:
    """Where each control stands in the table at one eps."""
    names, levels = table["system"].values, table["level"].values
    swept, gentle = np.flatnonzero(np.isin(names, (SINGLE, FAST_SINGLE))), np.flatnonzero(names == SINGLE)
    best = int(swept[table["product"].values[swept].mean(axis=1).argmax()])
    dense = int(gentle[levels[gentle].argmax()])
    others = [name for name in dict.fromkeys(names.tolist()) if name not in (DUAL, SINGLE, FAST_SINGLE)]
    return {"B0": dense, "B1": best, **{name: int(np.flatnonzero(names == name)[0]) for name in others}}
