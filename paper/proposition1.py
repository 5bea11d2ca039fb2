"""Proposition 1 as a part of the paper: its studies at every scale, its tables, its evidence and its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import xarray as xr

from paper.figures.proposition1 import blackout, gain, lifetimes, offline, remembered, surface, training
from paper.part import Drawing, Part, Results, Studies, Tables, named
from proofs.claim import Evidence
from proofs.proposition1 import CLAIMS, judge
from sims.batch_writes import BatchPoint, measure_batch, summarise_batch
from sims.harness.sweep import Study
from sims.lifetimes import LifetimePoint, Synapse, error_profiles, measure_lifetime, summarise_lifetimes
from sims.sequential import SequencePoint, System, measure_sequence
from sims.sequential_tables import exactness, summarise_gain, summarise_retention
from sims.sizing import fast_activities
from sims.training import TrainingPoint, measure_training, summarise_precision, summarise_training
from theory.block_code_finite import expected_items

ITEM_BITS = 12
"""Bits of an item: blocks of 2, 4, 8, 16 and 64 outputs fit."""

LOAD = 1.5
"""Items per key unit to which a slow zone is trained; its limit is 2."""

EPS = 1e-3
"""Wrong bits per bit allowed, in every system."""

SHOWN_RHO = 0.1
"""The rho of the comparison over time and of the controls."""

REHEARSED_SPAN = 1.5
"""Items presented to a single zone that rehearses, in units of the dual memory's content: beyond what it can hold."""

FAULTS: tuple[dict[str, float], ...] = (
    {"replay_error": 0.01},
    {"replay_error": 0.1},
    {"max_epochs": 1},
    {"max_epochs": 5},
    {"max_epochs": 20},
)
"""Replay that arrives corrupted, and offline phases cut short after so many epochs, the fast zone emptied anyway."""


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes:
        sizes: key units of the slow zone, with the fractions rho and the replicas measured there.
        shown: key units of the slow zone in the comparison over time and the controls.
        replicas: independent memories in those.
        intervals: arrivals between two rehearsals of the single dense regime.
        lifetimes: key units of the palimpsests.
        training: key units and loads of the slow zones trained at once.
    """

    sizes: tuple[tuple[int, tuple[float, ...], int], ...]
    shown: int
    replicas: int
    intervals: tuple[int, ...]
    lifetimes: tuple[int, ...]
    training: tuple[tuple[int, tuple[float, ...]], ...]


EFFORTS: dict[str, Effort] = {
    "quick": Effort(
        sizes=((300, (0.1, 1.0), 6),),
        shown=300,
        replicas=3,
        intervals=(8, 32),
        lifetimes=(300,),
        training=((200, (1.0, 1.5)),),
    ),
    "laptop": Effort(
        sizes=((300, (0.05, 0.1, 0.25, 0.5, 1.0), 8), (1000, (0.05, 0.1, 0.25, 0.5, 1.0), 4)),
        shown=300,
        replicas=6,
        intervals=(1, 3, 12, 48, 192),
        lifetimes=(300, 1000),
        training=((300, (1.0, 1.3, 1.5, 1.6, 1.7)), (1000, (1.0, 1.3, 1.5, 1.6))),
    ),
    "large": Effort(
        sizes=(
            (300, (0.02, 0.05, 0.1, 0.25, 0.5, 1.0), 32),
            (1000, (0.02, 0.05, 0.1, 0.25, 0.5, 1.0), 16),
            (3000, (0.02, 0.05, 0.1, 0.25, 0.5, 1.0), 8),
        ),
        shown=1000,
        replicas=8,
        intervals=(1, 2, 4, 8, 16, 32, 64, 128, 256),
        lifetimes=(300, 1000, 3000),
        training=(
            (300, (1.0, 1.3, 1.5, 1.6, 1.7, 1.8)),
            (1000, (1.0, 1.3, 1.5, 1.6, 1.7)),
            (3000, (1.0, 1.3, 1.5, 1.6)),
        ),
    ),
}


def plan(scale: str, seed: int) -> Studies:
    """Return the studies of a scale."""
    effort = EFFORTS[scale]
    zones = [
        LifetimePoint(synapse, units, 250, expected_items(units, 0.5, EPS), EPS, seed=seed)
        for units in effort.lifetimes
        for synapse in _SYNAPSES
    ]
    return named(
        Study("batch", tuple(BatchPoint(a, 300, ITEM_BITS, 60, seed=seed) for a in (0.5, 0.25, 1 / 16)), measure_batch),
        Study("gain", tuple(_gain_points(effort, seed)), measure_sequence),
        Study("retention", tuple(_retention_points(effort, seed)), measure_sequence),
        Study("offline", tuple(_offline_points(effort, seed)), measure_sequence),
        Study("faults", tuple(_point("frozen", effort, seed, **fault) for fault in FAULTS), measure_sequence),
        Study("lifetimes", tuple(zones), measure_lifetime),
        Study(
            "training",
            tuple(TrainingPoint(n, ITEM_BITS, load, seed=seed) for n, loads in effort.training for load in loads),
            measure_training,
        ),
    )


_SYNAPSES: tuple[Synapse, ...] = ("decaying", "clipped", "two-state")


def _point(system: System, effort: Effort, seed: int, **options: Any) -> SequencePoint:
    """A memory of the comparison over time and of the controls."""
    usual: dict[str, Any] = {"rho": SHOWN_RHO, "replicas": effort.replicas, "seed": seed}
    return SequencePoint(system, effort.shown, ITEM_BITS, LOAD, **{**usual, **options})


def _gain_points(effort: Effort, seed: int) -> list[SequencePoint]:
    """Dual memories with every consolidation and with a dense fast zone, and single ones: best by theory, and dense."""
    points = []
    for neurons, fractions, replicas in effort.sizes:
        for rho in fractions:
            network: Any = (neurons, ITEM_BITS, LOAD, rho)
            options: Any = {"replicas": replicas, "seed": seed}
            points += [SequencePoint(system, *network, **options) for system in ("frozen", "live", "batch-hebb")]
            points += [SequencePoint("frozen", *network, fast_activity=0.5, **options)]
            # cheap, and the denominator of every gain
            many = {**options, "replicas": 4 * replicas}
            points += [SequencePoint("one-shot", *network, activity=level, **many) for level in (None, 0.5)]
    return points


def _retention_points(effort: Effort, seed: int) -> list[SequencePoint]:
    """Every system, shown the same number of items: as many as the dual memory's slow zone is to hold."""
    systems: tuple[System, ...] = ("frozen", "live", "batch-hebb", "none", "clipped", "decaying", "partitioned")
    points = [_point(system, effort, seed, span=1.0) for system in systems]
    points.append(_point("frozen", effort, seed, span=1.0, fast_activity=0.5))
    points += [_point("one-shot", effort, seed, span=1.0, activity=level) for level in fast_activities(ITEM_BITS)]
    points.append(
        _point("rehearsed-delta", effort, seed, span=1.0, interval=effort.intervals[len(effort.intervals) // 2])
    )
    return points


def _offline_points(effort: Effort, seed: int) -> list[SequencePoint]:
    """Dual memories by their number of offline phases, and one dense zone that rehearses itself every few arrivals."""
    fractions = next(each for neurons, each, _ in effort.sizes if neurons == effort.shown or len(effort.sizes) == 1)
    points = [_point(system, effort, seed, rho=rho) for rho in fractions for system in ("frozen", "live")]
    rehearsed: tuple[System, ...] = ("rehearsed-hebb", "rehearsed-delta")
    return points + [
        _point(each, effort, seed, interval=every, span=REHEARSED_SPAN)
        for each in rehearsed
        for every in effort.intervals
    ]


def tables(studies: Studies, results: Results) -> Tables:
    """Return the summary tables, by name."""

    def of(name: str, summarise: Callable[..., xr.Dataset]) -> xr.Dataset:
        return summarise(studies[name].points, results[name])

    return {
        "batch": of("batch", summarise_batch),
        "gain": of("gain", summarise_gain),
        "retention": of("retention", summarise_retention),
        "remembered": of("retention", exactness),
        "offline": of("offline", summarise_gain),
        "faults": of("faults", summarise_gain),
        "lifetimes": of("lifetimes", summarise_lifetimes),
        "profiles": of("lifetimes", error_profiles),
        "training": of("training", summarise_training),
        "precision": of("training", summarise_precision),
    }


def evidence(results: Results, summary: Tables) -> tuple[Evidence, ...]:
    """Return what the simulations say about the claims."""
    return (
        *judge.from_identity(summary["batch"]),
        *judge.from_gain(summary["gain"]),
        *judge.from_rehearsal(summary["offline"]),
        *judge.from_retention(summary["retention"]),
        *judge.from_lifetimes(summary["lifetimes"]),
    )


DRAWINGS = {
    "proposition1_blackout": Drawing(blackout.draw, ("retention",)),
    "proposition1_gain": Drawing(partial(gain.draw, ceiling=LOAD, error_rate=EPS), ("gain",)),
    "proposition1_surface": Drawing(partial(surface.draw, EPS)),
    "proposition1_remembered": Drawing(remembered.draw, ("remembered",)),
    "proposition1_offline": Drawing(offline.draw, ("offline",)),
    "proposition1_lifetimes": Drawing(partial(lifetimes.draw, error_rate=EPS), ("profiles", "lifetimes")),
    "proposition1_training": Drawing(training.draw, ("training", "precision")),
}
"""The figures of Proposition 1."""

PROPOSITION1 = Part(
    "proposition1", "Proposition 1: two regimes against one of equal size", CLAIMS, plan, tables, evidence, DRAWINGS
)
