"""What the paper is printed from: judgements, checked certificates, result tables and figures of one scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from paper.evidence import EVIDENCE
from proofs.book import Ledger, read_evidence
from proofs.certificate import Certificate, CertificateResult, Step, StepResult
from proofs.claim import Evidence
from proofs.verdict import Judgement


class NotSimulated(LookupError):
    """A number of the paper needs results that do not exist yet."""


@dataclass(frozen=True)
class Sources:
    """Everything that a placeholder can look up.

    Attributes:
        scale: of the simulations.
        ledger: the claims.
        judgements: on every claim, by id.
        proofs: the certificates, checked.
        tables: summary tables by part and name, those that exist.
        figures: PDF files by name, those that exist.
    """

    scale: str
    ledger: Ledger
    judgements: Mapping[str, Judgement]
    proofs: Mapping[Certificate, CertificateResult]
    tables: Mapping[tuple[str, str], xr.Dataset]
    figures: Mapping[str, Path]

    def table(self, part: str, name: str) -> xr.Dataset:
        """Return a summary table.

        Raises:
            NotSimulated: it does not exist yet.
        """
        try:
            return self.tables[part, name]
        except KeyError:
            raise NotSimulated(f"{part} has no table {name} at scale {self.scale}") from None


def check_proofs(ledger: Ledger) -> dict[Certificate, CertificateResult]:
    """Check every certificate of a ledger, each step once."""
    known: dict[Step, StepResult] = {}
    certificates = dict.fromkeys(argument.certificate for claim in ledger.claims for argument in claim.arguments)
    return {certificate: certificate.check(known=known) for certificate in certificates}


@dataclass(frozen=True)
class Recorded:
    """What `cwb reproduce` left of a scale: evidence, summary tables by part and name, PDF figures by name."""

    scale: str
    evidence: tuple[Evidence, ...]
    tables: Mapping[tuple[str, str], xr.Dataset]
    figures: Mapping[str, Path]


def read_recorded(results: Path, scale: str) -> Recorded:
    """Read what `cwb reproduce` left of a scale.

    Args:
        results: its output folder; an empty or missing one holds no results.
        scale: one of `paper.part.SCALES`.

    Raises:
        ValueError: an unknown scale, or a damaged result file.
    """
    from paper.part import SCALES  # imports JAX: only where results are read
    from sims.harness.results import read_results

    if scale not in SCALES:
        raise ValueError(f"scale must be one of {', '.join(SCALES)}, got {scale!r}")
    folder = Path(results) / scale
    evidence = [each for path in sorted(folder.glob(f"*/{EVIDENCE}")) for each in read_evidence(path)]
    paths = sorted(folder.glob("*/table-*.nc"))
    tables = {(path.parent.name, path.stem.removeprefix("table-")): read_results(path) for path in paths}
    figures = {path.stem: path for path in sorted(folder.glob("figures/*.pdf"))}
    return Recorded(scale, tuple(evidence), tables, figures)


def judged(ledger: Ledger, proofs: Mapping[Certificate, CertificateResult], recorded: Recorded) -> Sources:
    """Judge the claims of a ledger by its checked certificates (`check_proofs`) and by what is recorded.

    Raises:
        ValueError: some evidence is about an unknown claim.
    """
    certified = [each for claim in ledger.claims for each in claim.evidence(proofs)]
    judgements = ledger.judge([*certified, *recorded.evidence])
    return Sources(recorded.scale, ledger, judgements, proofs, recorded.tables, recorded.figures)
