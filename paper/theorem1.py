"""Theorem 1 as a part of the paper: its studies at every scale, its tables, its evidence and its figures."""

import math
from dataclasses import dataclass

import xarray as xr
from matplotlib.figure import Figure

from paper.figures.theorem1 import forgetting, interference, overlaps, real_codes, variance
from paper.part import Drawing, Part, Results, Studies, Tables, named
from proofs.claim import Evidence
from proofs.theorem1 import CLAIMS, judge
from sims.forgetting import ForgettingPoint, measure_forgetting, summarise_forgetting
from sims.gradients import GradientPoint, measure_gradients
from sims.harness.sweep import Study
from sims.interference import OverlapPoint, measure_overlaps, summarise_overlaps
from sims.real_codes import RealCodePoint, Source, measure_real_codes, summarise_real_codes
from theory.activity import CODING_LEVELS, Code

CODES: tuple[Code, ...] = ("bernoulli", "fixed-size")

ACTIVITIES: tuple[float, ...] = (0.001, 0.002, 0.005, 0.01, *CODING_LEVELS, round(math.sqrt(0.5), 4), 0.9)
"""Three decades of activity: the shared coding levels, sparser ones, and the dense side with the variance's maximum."""

Network = tuple[Code, int, float, int]
"""Code, neurons, activity and patterns between checkpoints."""

NETWORKS: tuple[Network, ...] = (
    ("bernoulli", 1000, 0.1, 80),
    ("fixed-size", 1000, 0.1, 80),
    ("fixed-size", 1000, 0.05, 160),
)
"""The networks of the forgetting study."""

GRADIENTS: tuple[tuple[Code, int], ...] = tuple((code, size) for code in CODES for size in (64, 200))
"""Codes and sizes of the networks whose gradients are taken by automatic differentiation."""

SOURCES: tuple[Source, ...] = ("digits", "photographs")
"""Images whose k-WTA codes are measured beside independent ones."""

FEW_ACTIVITIES: tuple[float, ...] = (0.005, 0.01, 0.05, 0.2, 0.5, round(math.sqrt(0.5), 4), 0.9)
"""Fewer points, for a first look."""

FEWEST_UNITS = 200
"""Expected units shared by all pairs of a point together, below which there is nothing to measure."""

LARGEST_SHARE = 6
"""How many times its usual units a sparse point may draw to reach `FEWEST_UNITS`; it is left out beyond that."""


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes:
        sizes: network sizes N of the overlap study.
        activities: activities of the overlap study.
        units: units drawn per point, `2 N` a pair; together with `pairs` it bounds the work.
        pairs: most pairs per point and replica.
        replicas: independent replicas per point.
        networks: the networks of the forgetting study.
        trials: independent copies of each of them.
        gradients: codes and network sizes at which gradients are taken by automatic differentiation.
        code_units: units of the codes of real images.
        image_pairs: pairs of images per projection.
    """

    sizes: tuple[int, ...]
    activities: tuple[float, ...]
    units: int
    pairs: int
    replicas: int
    networks: tuple[Network, ...]
    trials: int
    gradients: tuple[tuple[Code, int], ...]
    code_units: int
    image_pairs: int


EFFORTS: dict[str, Effort] = {
    "quick": Effort(
        sizes=(100, 10_000),
        activities=FEW_ACTIVITIES,
        units=2 * 10**7,
        pairs=2_000,
        replicas=8,
        networks=NETWORKS[1:],
        trials=30,
        gradients=(("bernoulli", 64),),
        code_units=500,
        image_pairs=1_000,
    ),
    "laptop": Effort(
        sizes=(100, 1_000, 10_000, 100_000, 1_000_000),
        activities=ACTIVITIES,
        units=8 * 10**7,
        pairs=10_000,
        replicas=10,
        networks=NETWORKS,
        trials=400,
        gradients=GRADIENTS,
        code_units=2_000,
        image_pairs=5_000,
    ),
    "large": Effort(
        sizes=(100, 1_000, 10_000, 100_000, 1_000_000),
        activities=ACTIVITIES,
        units=10**10,
        pairs=30_000,
        replicas=20,
        networks=NETWORKS,
        trials=4_000,
        gradients=GRADIENTS,
        code_units=10_000,
        image_pairs=50_000,
    ),
}


def plan(scale: str, seed: int) -> Studies:
    """Return the studies of a scale."""
    effort = EFFORTS[scale]
    return named(
        Study(
            "gradients",
            tuple(GradientPoint(code, size, 0.1, 50, seed) for code, size in effort.gradients),
            measure_gradients,
        ),
        Study("overlaps", tuple(_overlap_points(effort, seed)), measure_overlaps),
        Study(
            "forgetting",
            tuple(ForgettingPoint(*network, 8, effort.trials, seed) for network in effort.networks),
            measure_forgetting,
        ),
        Study(
            "real-codes",
            tuple(
                RealCodePoint(source, centred, effort.code_units, effort.image_pairs, effort.replicas, seed)
                for source in SOURCES
                for centred in (False, True)
            ),
            measure_real_codes,
        ),
    )


def _overlap_points(effort: Effort, seed: int) -> list[OverlapPoint]:
    points = []
    for code in CODES:
        for size in effort.sizes:
            usual = max(2, min(effort.pairs, effort.units // (2 * size * effort.replicas)))
            for level in effort.activities:
                needed = math.ceil(FEWEST_UNITS / (size * level**2 * effort.replicas))
                affordable = 2 * size * needed * effort.replicas <= LARGEST_SHARE * effort.units
                if level * size >= 1 and (needed <= usual or affordable):
                    points.append(OverlapPoint(code, size, level, max(usual, needed), effort.replicas, seed))
    return points


def tables(studies: Studies, results: Results) -> Tables:
    """Return the summary tables, by study."""
    return {
        "overlaps": summarise_overlaps(results["overlaps"]),
        "forgetting": summarise_forgetting(studies["forgetting"].points, results["forgetting"]),
        "real-codes": summarise_real_codes(studies["real-codes"].points, results["real-codes"]),
    }


def evidence(results: Results, summary: Tables) -> tuple[Evidence, ...]:
    """Return what the simulations say about the claims."""
    return (
        *judge.from_gradients(results["gradients"]),
        *judge.from_overlaps(summary["overlaps"]),
        *judge.from_forgetting(summary["forgetting"]),
        *judge.from_real_codes(summary["real-codes"]),
    )


def _overlaps(measured: list[xr.Dataset]) -> Figure:
    """Draw overlaps of both codes at small and large networks, sparse and dense."""
    cells = ((100, 0.2), (10_000, 0.05), (10_000, 0.5))
    wanted = [(code, size, level) for code in CODES for size, level in cells]
    by_cell = {(each.code.item(), each.neurons.item(), each.activity.item()): each for each in measured}
    return overlaps.draw([by_cell[cell] for cell in wanted if cell in by_cell])


DRAWINGS = {
    "theorem1_interference": Drawing(interference.draw, ("overlaps",)),
    "theorem1_variance": Drawing(variance.draw, ("overlaps",)),
    "theorem1_overlaps": Drawing(_overlaps, results=("overlaps",)),
    "theorem1_forgetting": Drawing(forgetting.draw, ("forgetting",)),
    "theorem1_real_codes": Drawing(real_codes.draw, ("real-codes",)),
}
"""The figures of Theorem 1."""

THEOREM1 = Part("theorem1", "Theorem 1: write interference against activity", CLAIMS, plan, tables, evidence, DRAWINGS)
