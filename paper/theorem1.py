"""Theorem 1 end to end: its studies at every scale, its tables, its evidence and its figures.

The scales differ only in how much is simulated. `quick` is for a first look and for continuous integration, `laptop`
for two cores and a few minutes, `large` for a workstation or one GPU.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from paper.figures import forgetting, interference, overlaps, real_codes, variance
from proofs.claim import Evidence
from proofs.theorem1 import judge
from sims.forgetting import ForgettingPoint, measure_forgetting, summarise_forgetting
from sims.harness.sweep import Study, check_study, load_study, run_study
from sims.interference import (
    GradientPoint,
    OverlapPoint,
    measure_gradients,
    measure_overlaps,
    summarise_overlaps,
)
from sims.real_codes import RealCodePoint, Source, measure_real_codes, summarise_real_codes
from theory.activity import CODING_LEVELS, Code

CODES: tuple[Code, ...] = ("bernoulli", "fixed-size")

ACTIVITIES: tuple[float, ...] = (0.001, 0.002, 0.005, 0.01, *CODING_LEVELS, round(math.sqrt(0.5), 4), 0.9)
"""Three decades of activity: the shared coding levels, sparser ones, and the dense side with the variance's maximum."""

NETWORKS: tuple[tuple[Code, int, float, int], ...] = (
    ("bernoulli", 1000, 0.1, 80),
    ("fixed-size", 1000, 0.1, 80),
    ("fixed-size", 1000, 0.05, 160),
)
"""Code, neurons, activity and patterns between checkpoints of the forgetting study."""

SOURCES: tuple[Source, ...] = ("digits", "photographs")
"""Images whose k-WTA codes are measured beside independent ones."""

FEWEST_UNITS = 200
"""Expected units shared by all pairs of a point together, below which there is nothing to measure."""


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes:
        sizes: network sizes N of the overlap study.
        units: units drawn per point, `2 N` a pair; together with `pairs` it bounds the work.
        pairs: most pairs per point and replica.
        replicas: independent replicas per point.
        networks: trials of the forgetting study.
        image_pairs: pairs of images per projection.
    """

    sizes: tuple[int, ...]
    units: int
    pairs: int
    replicas: int
    networks: int
    image_pairs: int


EFFORTS: dict[str, Effort] = {
    "quick": Effort((100, 1_000, 10_000, 1_000_000), 2 * 10**7, 2_000, 8, 60, 1_000),
    "laptop": Effort((100, 1_000, 10_000, 100_000, 1_000_000), 2 * 10**8, 10_000, 10, 400, 5_000),
    "large": Effort((100, 1_000, 10_000, 100_000, 1_000_000), 10**10, 30_000, 20, 4_000, 50_000),
}


@dataclass(frozen=True)
class Theorem1:
    """The four studies of Theorem 1 at one scale."""

    overlaps: Study[OverlapPoint]
    gradients: Study[GradientPoint]
    forgetting: Study[ForgettingPoint]
    real_codes: Study[RealCodePoint]

    @property
    def all(self) -> tuple[Study, ...]:
        """The studies, in the order in which they run."""
        return (self.gradients, self.overlaps, self.forgetting, self.real_codes)


def studies(scale: str, seed: int) -> Theorem1:
    """Return the studies of a scale.

    Raises:
        ValueError: unknown scale, or a negative seed.
    """
    if scale not in EFFORTS:
        raise ValueError(f"scale must be one of {', '.join(EFFORTS)}, got {scale!r}")
    if seed < 0:
        raise ValueError(f"seed must be an integer of at least 0, got {seed}")
    effort = EFFORTS[scale]
    return Theorem1(
        overlaps=Study("overlaps", tuple(_overlap_points(effort, seed)), measure_overlaps),
        gradients=Study(
            "gradients",
            tuple(
                GradientPoint(code, size, level, 50, seed) for code in CODES for size, level in ((64, 0.1), (200, 0.5))
            ),
            measure_gradients,
        ),
        forgetting=Study(
            "forgetting",
            tuple(ForgettingPoint(*network, 8, effort.networks, seed) for network in NETWORKS),
            measure_forgetting,
        ),
        real_codes=Study(
            "real-codes",
            tuple(
                RealCodePoint(source, centred, 2000, effort.image_pairs, effort.replicas, seed)
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
            pairs = min(effort.pairs, effort.units // (2 * size * effort.replicas))
            for level in ACTIVITIES:
                shared = size * level**2 * pairs * effort.replicas
                if shared >= FEWEST_UNITS and level * size >= 1:
                    points.append(OverlapPoint(code, size, level, max(pairs, 2), effort.replicas, seed))
    return points


def check(chosen: Theorem1, folder: Path) -> int:
    """Check the output folder and every result file already there; return how many points are still to be measured.

    Raises:
        OutputFolderError: results cannot be written to `folder`.
        CorruptResultsError: a result file is damaged.
    """
    return sum(check_study(study, folder) for study in chosen.all)


def simulate(chosen: Theorem1, folder: Path) -> None:
    """Run what is still missing of every study; existing files were checked by `check`. Raises as `run_study`."""
    for study in chosen.all:
        run_study(study, folder)


def tables(chosen: Theorem1, folder: Path) -> dict[str, xr.Dataset]:
    """Return the summary tables of finished studies, by study.

    Raises:
        MissingResultsError: a study is not finished.
        CorruptResultsError: a result file is damaged.
    """
    return {
        "overlaps": summarise_overlaps(load_study(chosen.overlaps, folder)),
        "forgetting": summarise_forgetting(chosen.forgetting.points, load_study(chosen.forgetting, folder)),
        "real-codes": summarise_real_codes(chosen.real_codes.points, load_study(chosen.real_codes, folder)),
    }


def evidence(chosen: Theorem1, folder: Path, summary: dict[str, xr.Dataset]) -> tuple[Evidence, ...]:
    """Return what the simulations say about the claims."""
    return (
        *judge.from_gradients(load_study(chosen.gradients, folder)),
        *judge.from_overlaps(summary["overlaps"]),
        *judge.from_forgetting(summary["forgetting"]),
        *judge.from_real_codes(summary["real-codes"]),
    )


def figures(chosen: Theorem1, folder: Path, summary: dict[str, xr.Dataset]) -> dict[str, Callable[[], Figure]]:
    """Return the figures of Theorem 1 by name, each drawn when called."""
    return {
        "theorem1_interference": lambda: interference.draw(summary["overlaps"]),
        "theorem1_variance": lambda: variance.draw(summary["overlaps"]),
        "theorem1_overlaps": lambda: overlaps.draw(_histograms(chosen, folder)),
        "theorem1_forgetting": lambda: forgetting.draw(summary["forgetting"]),
        "theorem1_real_codes": lambda: real_codes.draw(summary["real-codes"]),
    }


def _histograms(chosen: Theorem1, folder: Path) -> list[xr.Dataset]:
    """Return overlaps of both codes at a sparse, a middle and a dense point of the networks with 1000 and 10000 "
    "units.
    """
    cells = ((1_000, 0.1), (10_000, 0.02), (10_000, 0.5))
    wanted = [(code, size, level) for code in CODES for size, level in cells]
    data = dict(zip(chosen.overlaps.points, load_study(chosen.overlaps, folder), strict=True))
    by_cell = {(point.code, point.neurons, point.activity): each for point, each in data.items()}
    return [by_cell[cell] for cell in wanted if cell in by_cell]
