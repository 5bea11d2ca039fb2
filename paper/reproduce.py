"""From nothing to a verdict: derive, certify, simulate, judge and draw, in that order and in one call.

Results lie under `OUT/SCALE/`: one netCDF file a point, the summary tables, the evidence (JSON) and the figures. A run
that was stopped goes on where it was: finished points are never measured again.
"""

import time
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from paper import theorem1, verdicts
from paper.evidence import EVIDENCE, Say, certify
from paper.style import paper_style, save
from proofs import theorem1 as theorem1_claims
from proofs.book import write_evidence
from proofs.claim import Finding, Target
from proofs.ledger import LEDGER
from sims.harness.results import write_results


def folder_of(out: Path, scale: str) -> Path:
    """Return where the results of a scale lie under the output folder."""
    return Path(out) / scale


def reproduce_theorem1(out: Path, scale: str, seed: int, say: Say) -> bool:
    """Reproduce Theorem 1; return whether every certificate passed and no simulation contradicts an exact statement.

    Args:
        out: output folder; the results go to `out/scale`.
        scale: one of `paper.theorem1.EFFORTS`.
        seed: of all random numbers.
        say: takes each line for the reader.

    Raises:
        ValueError: bad arguments, an unusable folder or a damaged result file, before any work starts.
    """
    chosen = theorem1.studies(scale, seed)
    folder = folder_of(out, scale)
    missing = theorem1.check(chosen, folder)
    start = time.perf_counter()
    claims = theorem1_claims.CLAIMS
    say(f"1. Deriving and certifying {len(claims)} claims")
    results = certify(claims, say)
    say(f"2. Simulating: {missing} of {sum(len(study.points) for study in chosen.all)} points to measure in {folder}")
    measurements = theorem1.simulate(chosen, folder)
    say("3. Judging")
    summary = theorem1.tables(chosen, measurements)
    for name, table in summary.items():
        write_results(folder / f"table-{name}.nc", table, {"table": name, "scale": scale, "seed": seed})
    measured = theorem1.evidence(measurements, summary)
    write_evidence(folder / EVIDENCE, measured)
    certified = [each for claim in claims for each in claim.evidence(results)]
    judgements = LEDGER.judge([*certified, *measured])
    say(verdicts.table(LEDGER, judgements, [claim.id for claim in claims]))
    say("4. Drawing")
    for path in draw(theorem1.figures(measurements, summary), folder / "figures"):
        say(f"  {path}")
    say(f"Done in {time.perf_counter() - start:.0f} s (scale {scale}, seed {seed}).")
    unproved = [each for each in certified if each.finding is Finding.INCONCLUSIVE]
    unexpected = [each for each in measured if each.target is Target.EXACT and each.finding is Finding.FAILS]
    return not unproved and not unexpected


def redraw_theorem1(out: Path, scale: str, seed: int) -> list[Path]:
    """Draw the figures of Theorem 1 again from existing results; return their paths.

    Raises:
        ValueError: bad arguments, missing or damaged results.
    """
    chosen = theorem1.studies(scale, seed)
    folder = folder_of(out, scale)
    results = theorem1.load(chosen, folder)
    return draw(theorem1.figures(results, theorem1.tables(chosen, results)), folder / "figures")


def draw(figures: dict[str, Callable[[], Figure]], folder: Path) -> list[Path]:
    """Draw and save figures in the style of the paper; return the paths of PDF and PNG."""
    paths: list[Path] = []
    with paper_style():
        for name, make in figures.items():
            paths += save(make(), folder, name)
    return paths
