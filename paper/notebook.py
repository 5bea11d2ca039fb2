"""What the notebooks of the theorems share: claims, proofs and verdicts as Markdown."""

from collections.abc import Iterable, Mapping

from IPython.display import Markdown, display

from proofs.claim import Claim, Evidence
from proofs.ledger import LEDGER
from proofs.verdict import Judgement


def statement(claim_id: str) -> None:
    """Show a claim as it was proposed and as it is exactly."""
    claim = LEDGER.claim(claim_id)
    parts = [f"**{claim.id}: {claim.title}**"]
    if claim.proposed:
        parts.append(f"*As proposed* ({claim.source}): {claim.proposed.text}")
    if claim.exact:
        parts.append(f"*Exactly*: {claim.exact.text}")
    display(Markdown("\n\n".join(parts)))


def proof(claim_id: str) -> None:
    """Check the certificates of a claim and show them as they were checked."""
    for certificate in dict.fromkeys(argument.certificate for argument in LEDGER.claim(claim_id).arguments):
        display(Markdown(certificate.markdown(certificate.check())))


def judge(claims: Iterable[Claim], measured: Iterable[Evidence]) -> dict[str, Judgement]:
    """Return the verdicts that follow from the certificates of some claims, of their premises, and from simulations."""
    proved = LEDGER.prove(LEDGER.closure(claim.id for claim in claims))
    return LEDGER.judge([*(each for per_claim in proved.values() for each in per_claim), *measured])


def verdicts(claims: Iterable[Claim], judgements: Mapping[str, Judgement]) -> Markdown:
    """Return the verdicts of some claims as a table."""
    rows = ["| claim | verdict | about |", "|---|---|---|"]
    for claim in claims:
        judgement = judgements[claim.id]
        domain = f" ({judgement.domain})" if judgement.domain else ""
        rows.append(f"| {claim.id} | {judgement.printed}{domain} | {claim.title} |")
    return Markdown("\n".join(rows))


def findings(measured: Iterable[Evidence]) -> Markdown:
    """Return what simulations found as a table."""
    rows = ["| claim | target | finding | simulation |", "|---|---|---|---|"]
    rows += [f"| {each.claim_id} | {each.target.value} | {each.finding.value} | {each.summary} |" for each in measured]
    return Markdown("\n".join(rows))
