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


def load_sources(ledger: Ledger, proofs: Mapping[Certificate, CertificateResult], results: Path, scale: str) -> Sources:
    """Read what `cwb reproduce` left of a scale and judge the claims by it and by the certificates.

    Args:
        ledger: the claims.
        proofs: `check_proofs(ledger)`.
        results: the output folder of `cwb reproduce`; an empty or missing one holds no results.
        scale: one of `paper.part.SCALES`.

    Raises:
        ValueError: an unknown scale, or a damaged result file.
    """
    from paper.part import SCALES  # imports JAX: only where results are read
    from sims.harness.results import read_results

    if scale not in SCALES:
        raise ValueError(f"scale must be one of {', '.join(SCALES)}, got {scale!r}")
    folder = Path(results) / scale
    recorded: list[Evidence] = []
    for path in sorted(folder.glob(f"*/{EVIDENCE}")):
        recorded += read_evidence(path)
    paths = sorted(folder.glob("*/table-*.nc"))
    tables = {(path.parent.name, path.stem.removeprefix("table-")): read_results(path) for path in paths}
    certified = [each for claim in ledger.claims for each in claim.evidence(proofs)]
    judgements = ledger.judge([*certified, *recorded])
    figures = {path.stem: path for path in sorted(folder.glob("figures/*.pdf"))}
    return Sources(scale, ledger, judgements, proofs, tables, figures)
