"""The README's verdicts are the ledger's."""

import re
from pathlib import Path

from proofs.ledger import LEDGER

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
ROWS = dict(re.findall(r"^\| `([\w.]+)` \| ([^|]+?) \|", README, flags=re.MULTILINE))


def test_verdicts_that_rest_on_certificates_are_the_ledgers():
    proved = LEDGER.prove(LEDGER.closure(ROWS))
    judgements = LEDGER.judge(each for per_claim in proved.values() for each in per_claim)
    by_simulation = {claim.id for claim in LEDGER.claims if not claim.arguments}
    assert len(ROWS) >= 20
    for claim_id, verdict in ROWS.items():
        if claim_id not in by_simulation:
            assert judgements[claim_id].verdict.value == verdict, claim_id


def test_no_placeholder_is_left():
    assert "@@" not in README
