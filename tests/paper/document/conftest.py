"""What the paper is printed from if every certificate passes (which `tests/proofs` checks), without running them."""

import pytest

from paper.document.sources import Recorded, Sources, judged
from proofs.book import Ledger
from proofs.certificate import CertificateResult, StepResult
from proofs.ledger import LEDGER


def _passing(ledger: Ledger, *evidence) -> Sources:
    certificates = dict.fromkeys(argument.certificate for claim in ledger.claims for argument in claim.arguments)
    results = {
        each: CertificateResult(each, tuple(StepResult(True, step.grade, "fine", 0.0) for step in each.steps))
        for each in certificates
    }
    return judged(ledger, results, Recorded("quick", tuple(evidence), {}, {}))


@pytest.fixture(scope="session")
def passing():
    """From a ledger and evidence to sources in which all certificates passed and nothing else is simulated."""
    return _passing


@pytest.fixture(scope="session")
def passed() -> Sources:
    """The whole ledger, all certificates passed, nothing simulated."""
    return _passing(LEDGER)
