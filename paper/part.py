"""A part of the paper that is reproduced by itself: its claims, its studies at every scale, its evidence, its figures.

`quick` is for a first look and for continuous integration, `laptop` for two cores and a few minutes, `large` for a
workstation or one GPU. The scales of a part differ only in how much is simulated.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from proofs.claim import Claim, Evidence
from sims.harness.cluster import Cluster
from sims.harness.cluster_sweep import run_studies
from sims.harness.sweep import Study, check_study, load_study, run_study

QUICK = "quick"
"""The smallest scale."""

SCALES = (QUICK, "laptop", "large")
"""The scales, smallest first."""

Studies = Mapping[str, Study]
"""Studies by name, in the order in which they run."""

Results = Mapping[str, list[xr.Dataset]]
"""The datasets of every study, in the order of its points."""

Tables = Mapping[str, xr.Dataset]
"""Summary tables by name."""


@dataclass(frozen=True)
class Drawing:
    """A figure: the script that draws it, and what that needs.

    Attributes:
        draw: from the tables and the results named below, in this order, to the figure.
        tables: summary tables, by name.
        results: studies of which every dataset is needed, by name.
        optional: summary tables that scales need not have; None is passed for one that is not there.
    """

    draw: Callable[..., Figure]
    tables: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def ready(self, results: Results, tables: Tables) -> bool:
        """Whether there is all that is needed."""
        return tables.keys() >= {*self.tables} and results.keys() >= {*self.results}

    def __call__(self, results: Results, tables: Tables) -> Figure:
        """Draw the figure from the results and tables of its part."""
        needed = [*(tables[name] for name in self.tables), *(results[name] for name in self.results)]
        return self.draw(*needed, *(tables.get(name) for name in self.optional))


@dataclass(frozen=True)
class Part:
    """One part of the paper.

    Attributes:
        name: as on the command line, such as `theorem1`; also the folder of its results.
        title: what it is about.
        claims: its claims, in reading order.
        plan: from a scale and a seed to the studies.
        tables: from the studies and their results to the summary tables.
        evidence: from results and tables to what the simulations say about the claims.
        drawings: the figures by name, which is that of the part and that of the script that draws it.
    """

    name: str
    title: str
    claims: tuple[Claim, ...]
    plan: Callable[[str, int], Studies]
    tables: Callable[[Studies, Results], Tables]
    evidence: Callable[[Results, Tables], tuple[Evidence, ...]]
    drawings: Mapping[str, Drawing]

    def studies(self, scale: str, seed: int) -> Studies:
        """Return the studies of a scale.

        Raises:
            ValueError: unknown scale, or a negative seed.
        """
        if scale not in SCALES:
            raise ValueError(f"scale must be one of {', '.join(SCALES)}, got {scale!r}")
        if seed < 0:
            raise ValueError(f"seed must be an integer of at least 0, got {seed}")
        return self.plan(scale, seed)

    def figures(self, results: Results, tables: Tables) -> dict[str, Callable[[], Figure]]:
        """Return the figures by name, each drawn when called; without those whose studies the scale does not have."""
        found = {name: each for name, each in self.drawings.items() if each.ready(results, tables)}
        return {name: functools.partial(each, results, tables) for name, each in found.items()}


def named(*studies: Study) -> Studies:
    """Return studies by name."""
    return {study.name: study for study in studies}


def check(studies: Studies, folder: Path) -> int:
    """Check the folder and every result file already there; return how many points are still to be measured.

    Raises:
        OutputFolderError: results cannot be written to `folder`.
        CorruptResultsError: a result file is damaged.
    """
    return sum(check_study(study, folder) for study in studies.values())


def simulate(studies: Studies, folder: Path, progress: bool = True, cluster: Cluster | None = None) -> Results:
    """Run what is still missing of every study, here or on a cluster, and return the results of all.

    Raises as `run_study` and `run_studies`.
    """
    if cluster is not None:
        return dict(zip(studies, run_studies([*studies.values()], folder, cluster, progress), strict=True))
    return {name: run_study(study, folder, progress) for name, study in studies.items()}


def load(studies: Studies, folder: Path) -> Results:
    """Return the results of finished studies.

    Raises:
        MissingResultsError: a study is not finished.
        CorruptResultsError: a result file is damaged.
    """
    return {name: load_study(study, folder) for name, study in studies.items()}
