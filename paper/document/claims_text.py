"""Claims, verdicts and evidence of the ledger as Markdown with LaTeX mathematics."""

from collections.abc import Iterable

from paper.document.numbers import NOT_SIMULATED
from paper.document.sources import Sources
from paper.document.symbols import escaped, plain_symbols
from proofs.claim import Claim, Evidence
from proofs.grades import Grade
from proofs.verdict import Judgement


def statement(sources: Sources, claim_id: str) -> str:
    """Return a claim as proposed and as it is exactly, with its verdict, set off from the text."""
    claim = sources.ledger.claim(claim_id)
    parts = [f"**{escaped(claim.title)}** (`{claim.id}`). *Verdict: {verdict(sources, claim_id)}.*"]
    if claim.proposed:
        parts.append(f"*As proposed:* {claim.proposed.text}")
    if claim.exact:
        parts.append(f"*Exactly:* {claim.exact.text}")
    if claim.depends_on:
        parts.append(f"*Rests on:* {', '.join(f'`{each}`' for each in claim.depends_on)}.")
    return plain_symbols("\n>\n".join(f"> {part}" for part in parts))


def verdict(sources: Sources, claim_id: str) -> str:
    """Return a verdict in words, with its domain if it has one, and whether recorded evidence has lapsed."""
    judgement = sources.judgements[sources.ledger.claim(claim_id).id]
    domain = f" ({judgement.domain})" if judgement.domain else ""
    lapsed = "; **recorded evidence lapsed**" if judgement.void else ""
    return judgement.verdict.value + domain + lapsed


def simulations(sources: Sources, claim_id: str) -> str:
    """Return what simulations say about a claim, or that it is not yet simulated."""
    judgement = sources.judgements[sources.ledger.claim(claim_id).id]
    return plain_symbols("; ".join(_finding(each) for each in findings(judgement))) or NOT_SIMULATED


def findings(judgement: Judgement) -> list[Evidence]:
    """Return what simulations found on a claim as a whole, without the findings on single regimes of an experiment."""
    trials = [each for each in judgement.evidence if each.grade is Grade.MONTE_CARLO]
    whole = {each.source for each in trials}
    return [each for each in trials if each.source.partition(" ")[0] not in whole - {each.source}]


def _finding(evidence: Evidence) -> str:
    return f"the {evidence.target.value} statement {evidence.finding.value} ({escaped(evidence.summary)})"


def table(sources: Sources, claim_ids: Iterable[str]) -> str:
    """Return the verdicts of some claims as a table of id, verdict, kind of evidence and title."""
    rows = ["| claim | verdict | evidence | about |", f"|:{'-' * 26}|:{'-' * 30}|:{'-' * 34}|:{'-' * 56}|"]
    for claim_id in claim_ids:
        claim, judgement = sources.ledger.claim(claim_id), sources.judgements[claim_id]
        grades = ", ".join(dict.fromkeys(each.grade.value for each in judgement.evidence)) or "none"
        rows.append(f"| `{claim.id}` | {verdict(sources, claim_id)} | {grades} | {escaped(claim.title)} |")
    return plain_symbols("\n".join(rows))


def repairs(sources: Sources) -> str:
    """Return every proposed statement that does not stand as proposed, with its repair, as a list."""
    lines = []
    for claim in sources.ledger.claims:
        judgement = sources.judgements[claim.id]
        if judgement.verdict.value.startswith(("refuted", "contradicted", "proved on")) and claim.proposed:
            proposed = claim.proposed.text.partition(" Falsified if:")[0]  # how predictions fail stands elsewhere
            lines.append(
                f"- `{claim.id}`, {verdict(sources, claim.id)}. *Proposed:* {proposed} "
                f"*Instead:* {_instead(claim, judgement)}"
            )
    return plain_symbols("\n".join(lines)) or "None."


def _instead(claim: Claim, judgement: Judgement) -> str:
    text = judgement.repair or (claim.exact.text if claim.exact else "no repair is known")
    return text if text.endswith(".") else f"{text}."


def lapsed(sources: Sources) -> str:
    """Return which claims have evidence that was recorded for another wording and therefore does not count."""
    ids = [each.id for each in sources.ledger.claims if sources.judgements[each.id].void]
    if not ids:
        return "No recorded evidence has lapsed."
    named = ", ".join(f"`{each}`" for each in ids)
    return f"**Evidence lapsed:** the wording of {named} was changed after evidence on it had been recorded."
