"""Sweeps of the experiments on any preset: what there is to measure, measuring it, how far it is, and judging it.

Results lie under `OUT/SCALE/PART/`, as those of `cwb reproduce`; the proposal's own grid is one more scale.
"""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from paper import grid
from paper import part as parts
from paper.evidence import Say, certify
from paper.part import SCALES, Part, Studies, named
from paper.reproduce import FIGURES, draw, folder_of, judge
from sims.harness.cluster import Cluster
from sims.harness.progress import Progress, progress_of
from sims.harness.sweep import MissingResultsError, Study
from theory.activity import check_count
from transformer_checks.checkpoints import check_checkpoint_seconds
from transformer_checks.presets import check_preset

PROPOSAL = "proposal"
"""The scale that is the proposal's grid."""

ALL = "all"
"""All experiments."""


@dataclass(frozen=True)
class Sweep:
    """One experiment at one scale.

    Attributes:
        experiment: `exp1`, `exp2` or `exp3`.
        scale: one of `paper.part.SCALES`, or `PROPOSAL`.
        seed: of all random numbers.
        part: the experiment as a part of the paper.
        studies: what is measured.
    """

    experiment: str
    scale: str
    seed: int
    part: Part
    studies: Studies

    def folder(self, out: Path) -> Path:
        """Where its results lie."""
        return folder_of(out, self.scale, self.part)


def sweeps_of(experiment: str, scale: str, preset: str | None, seed: int) -> tuple[Sweep, ...]:
    """The sweep of an experiment, or of all three.

    Args:
        experiment: one of `grid.BUILDERS`, or `ALL`.
        scale: one of `paper.part.SCALES`, or `PROPOSAL`.
        preset: of the model; None: that of the scale.
        seed: of all random numbers.

    Raises:
        ValueError: an unknown name, or a negative seed.
    """
    names = tuple(grid.BUILDERS) if experiment == ALL else (experiment,)
    if experiment != ALL and experiment not in grid.BUILDERS:
        raise ValueError(f"experiment must be one of {', '.join(grid.BUILDERS)} or {ALL}, got {experiment!r}")
    if scale not in (*SCALES, PROPOSAL):
        raise ValueError(f"scale must be one of {', '.join((*SCALES, PROPOSAL))}, got {scale!r}")
    check_count(seed, "seed", minimum=0)
    if scale == PROPOSAL:
        preset = preset or grid.PRESET
    if preset is not None:
        check_preset(preset)
    found = []
    for name in names:
        part = grid.BUILDERS[name](preset)
        studies = grid.studies(name, str(preset), seed) if scale == PROPOSAL else part.studies(scale, seed)
        folder = name if preset is None else f"{name}-{preset}"  # sizes side by side, each with tables of its own
        found.append(Sweep(name, scale, seed, replace(part, name=folder), studies))
    return tuple(found)


def with_checkpoints(sweeps: tuple[Sweep, ...], seconds: float) -> tuple[Sweep, ...]:
    """The same sweeps, with so much time at least between two checkpoints within a point.

    Raises:
        ValueError: seconds that are negative or not finite.
    """
    check_checkpoint_seconds(seconds)

    def kept(study: Study) -> Study:
        return study if study.checkpoint_seconds is None else replace(study, checkpoint_seconds=seconds)

    return tuple(replace(each, studies=named(*map(kept, each.studies.values()))) for each in sweeps)


def run(sweeps: tuple[Sweep, ...], out: Path, say: Say, cluster: Cluster | None = None) -> None:
    """Measure what is missing of some sweeps, here or on a cluster; judge nothing.

    Raises:
        ValueError: as `paper.part.check` and `paper.part.simulate`; nothing is measured if any sweep's folder or
            results cannot be used.
    """
    missing = [parts.check(sweep.studies, sweep.folder(out)) for sweep in sweeps]
    for sweep, count in zip(sweeps, missing, strict=True):
        folder = sweep.folder(out)
        say(f"{sweep.part.name}: {count} of {points_of(sweep)} points to measure in {folder}")
        parts.simulate(sweep.studies, folder, cluster=cluster)
        say(f"{sweep.part.name}: all {points_of(sweep)} points are measured")


def status(sweep: Sweep, out: Path) -> tuple[Progress, ...]:
    """How far every point of a sweep is; changes nothing."""
    return progress_of(sweep.studies.values(), sweep.folder(out))


def status_text(sweep: Sweep, found: tuple[Progress, ...]) -> str:
    """How far a sweep is, for the reader: counts, and a line for each point that is more than done or missing."""
    count = Counter(each.state for each in found)
    head = ", ".join(f"{count[state]} {state}" for state in ("done", "running", "missing", "damaged"))
    told = [f"  {each.state}  {each.study}, {each.label}: {each.detail}" for each in found if each.detail]
    return "\n".join([f"{sweep.part.name} ({sweep.scale}): {head}, of {len(found)} points", *told])


def check_complete(sweep: Sweep, out: Path) -> None:
    """Check that every point of a sweep has sound results.

    Raises:
        MissingResultsError: points have no results; the message says how many, and what is known of the first.
        CorruptResultsError: a result file is damaged.
    """
    missing = [each for each in status(sweep, out) if each.state in ("missing", "running")]
    if missing:
        first = missing[0]
        raise MissingResultsError(
            f"{len(missing)} of {points_of(sweep)} points of {sweep.part.name} have no results in {sweep.folder(out)} "
            f"(first: {first.study}, {first.label}{', ' + first.detail if first.detail else ''}); cwb sweep run, with "
            "the same arguments, measures them"
        )
    parts.load(sweep.studies, sweep.folder(out))


def collect(sweep: Sweep, out: Path, say: Say) -> bool:
    """Judge a sweep that has been measured: tables, evidence, verdicts and figures, as `cwb reproduce` leaves them.

    Returns:
        Whether no certificate failed and nothing measured contradicts what one proves.

    Raises:
        MissingResultsError: a study is not finished.
        CorruptResultsError: a result file is damaged.
    """
    folder = sweep.folder(out)
    measured = parts.load(sweep.studies, folder)
    say(sweep.part.title)
    certificates = certify(sweep.part.claims, lambda _: None)
    settings = {"scale": sweep.scale, "seed": sweep.seed}
    summary, sound = judge(sweep.part, sweep.studies, measured, certificates, folder, settings, say)
    for path in draw(sweep.part.figures(measured, summary), Path(out) / sweep.scale / FIGURES, sweep.scale):
        say(f"  {path}")
    return sound


def points_of(sweep: Sweep) -> int:
    """How many points a sweep has."""
    return sum(len(study.points) for study in sweep.studies.values())
