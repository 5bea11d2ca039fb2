"""From nothing to a verdict: derive, certify, simulate, judge and draw a part of the paper, in one call.

Results lie under `OUT/SCALE/PART/`: one netCDF file a point, the summary tables, the evidence (JSON); the figures of
all parts lie under `OUT/SCALE/figures/`. A run that was stopped goes on where it was: finished points are never
measured again.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from paper import part as parts
from paper import verdicts
from paper.evidence import EVIDENCE, Say, certify
from paper.part import QUICK, Part, Results, Studies, Tables
from paper.style import paper_style, save
from proofs.book import write_evidence
from proofs.certificate import Certificate, CertificateResult
from proofs.claim import Finding, Target
from proofs.ledger import LEDGER
from sims.harness.cluster import Cluster
from sims.harness.results import write_results

FIGURES = "figures"
"""Folder of the figures of a scale."""

QUICK_NOTE = "From quick simulations: few seeds, small networks."
"""What figures of the smallest scale say below."""


def folder_of(out: Path, scale: str, part: Part) -> Path:
    """Return where the results of a part lie at a scale."""
    return Path(out) / scale / part.name


def reproduce(part: Part, out: Path, scale: str, seed: int, say: Say, cluster: Cluster | None = None) -> bool:
    """Reproduce a part; return whether every certificate passed and no simulation contradicts what one proves.

    Args:
        part: what to reproduce.
        out: output folder; the results go to `out/scale/part`.
        scale: one of `paper.part.SCALES`.
        seed: of all random numbers.
        say: takes each line for the reader.
        cluster: where to simulate, if not in this process.

    Raises:
        ValueError: bad arguments, an unusable folder or a damaged result file, before any work starts; or jobs of
            the cluster that left points without results.
    """
    studies = part.studies(scale, seed)
    folder = folder_of(out, scale, part)
    missing = parts.check(studies, folder)
    start = time.perf_counter()
    say(part.title)
    say(f"1. Deriving and certifying {len(part.claims)} claims")
    results = certify(part.claims, say)
    points = sum(len(study.points) for study in studies.values())
    say(f"2. Simulating: {missing} of {points} points to measure in {folder}")
    measurements = parts.simulate(studies, folder, cluster=cluster)
    say("3. Judging")
    summary, sound = judge(part, studies, measurements, results, folder, {"scale": scale, "seed": seed}, say)
    say("4. Drawing")
    for path in draw(part.figures(measurements, summary), Path(out) / scale / FIGURES, scale):
        say(f"  {path}")
    say(f"Done in {time.perf_counter() - start:.0f} s (scale {scale}, seed {seed}).")
    return sound


def judge(
    part: Part,
    studies: Studies,
    measurements: Results,
    certificates: Mapping[Certificate, CertificateResult],
    folder: Path,
    settings: Mapping[str, Any],
    say: Say,
) -> tuple[Tables, bool]:
    """Write tables and evidence of what was measured, say the verdicts on the part's claims; return the tables.

    With them whether every certificate passed and no simulation contradicts what one proves.

    Args:
        part: what was measured.
        studies: of the part.
        measurements: their results.
        certificates: of the part's claims, checked.
        folder: of the part's results.
        settings: scale and seed, for the record.
        say: takes each line for the reader.
    """
    summary = part.tables(studies, measurements)
    for name, table in summary.items():
        write_results(folder / f"table-{name}.nc", table, {"table": name, **settings})
    measured = part.evidence(measurements, summary)
    write_evidence(folder / EVIDENCE, measured)
    certified = [each for claim in part.claims for each in claim.evidence(certificates)]
    own = [claim.id for claim in part.claims]
    premises = LEDGER.prove(each for each in LEDGER.closure(own) if each not in own)
    judgements = LEDGER.judge([*certified, *(each for proved in premises.values() for each in proved), *measured])
    say(verdicts.table(LEDGER, judgements, own))
    unproved = [each for each in certified if each.finding is Finding.INCONCLUSIVE]
    argued = {claim.id for claim in part.claims if claim.arguments}
    exact = [each for each in measured if each.target is Target.EXACT and each.claim_id in argued]
    unexpected = [each for each in exact if each.finding is Finding.FAILS]
    return summary, not unproved and not unexpected


def draw(figures: Mapping[str, Callable[[], Figure]], folder: Path, scale: str | None = None) -> list[Path]:
    """Draw and save figures in the style of the paper; return the paths of PDF and PNG.

    Args:
        figures: by name, each drawn when called.
        folder: where they go.
        scale: of the simulations; figures of the smallest say so.
    """
    paths: list[Path] = []
    with paper_style():
        for name, make in figures.items():
            paths += save(make(), folder, name, QUICK_NOTE if scale == QUICK else "")
    return paths
