"""The ledger as text says when evidence does not count any more."""

from paper import verdicts
from proofs.book import Ledger
from proofs.claim import Evidence, Finding, Target
from proofs.grades import Grade
from proofs.ledger import LEDGER

LITTLE = Ledger((LEDGER.claim("E1.monotone"), LEDGER.claim("L2.linear")))
CLAIM = LITTLE.claim("E1.monotone")


def told(fingerprint: str) -> str:
    evidence = Evidence(CLAIM.id, fingerprint, Grade.MONTE_CARLO, Target.PROPOSED, Finding.FAILS, "fails in a regime")
    return verdicts.table(LITTLE, LITTLE.judge([evidence]))


def test_a_prediction_changed_after_its_results_is_flagged():
    text = " ".join(told("0" * 16).split())
    assert "E1.monotone OPEN" in text
    assert "LAPSED, recorded for an earlier wording (0000000000000000): Monte Carlo, proposed statement fails" in text
    assert text.endswith("LAPSED EVIDENCE: the wording of E1.monotone was changed after there were results")


def test_evidence_on_the_present_wording_is_not():
    text = told(CLAIM.fingerprint)
    assert "E1.monotone  CONTRADICTED BY EXPERIMENT" in text
    assert "LAPSED" not in text
