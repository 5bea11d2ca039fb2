"""Claims, verdicts, evidence and proofs of the ledger as Markdown with LaTeX mathematics."""

import re
from collections.abc import Iterable

from paper.document.numbers import NOT_SIMULATED
from paper.document.sources import Sources
from proofs.claim import Claim, Evidence
from proofs.grades import Grade

_SYMBOLS = {
    "✓": "Passed:",
    "✗": "Failed:",
    "∎": r"$\square$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≠": r"$\ne$",
    "→": r"$\to$",
    "≈": r"$\approx$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": "-",
    "∞": r"$\infty$",
    "α": r"$\alpha$",
    "ε": r"$\epsilon$",
    "η": r"$\eta$",
    "ρ": r"$\rho$",
    "θ": r"$\theta$",
    "σ": r"$\sigma$",
    "ξ": r"$\xi$",
    "μ": r"$\mu$",
    "Φ": r"$\Phi$",
    "·": r"$\cdot$",
    "²": r"$^2$",
}


LONGEST = 600
"""Characters of LaTeX beyond which a displayed relation cannot be read on a page, however it is scaled."""


def plain_symbols(text: str) -> str:
    """Return a text with symbols outside mathematics as LaTeX, which every TeX engine has."""
    return "".join(_SYMBOLS.get(each, each) for each in text)


def statement(sources: Sources, claim_id: str) -> str:
    """Return a claim as proposed and as it is exactly, with its verdict, set off from the text."""
    claim = sources.ledger.claim(claim_id)
    parts = [f"**{_title(claim)}** (`{claim.id}`). *Verdict: {verdict(sources, claim_id)}.*"]
    if claim.proposed:
        parts.append(f"*As proposed:* {claim.proposed.text}")
    if claim.exact:
        parts.append(f"*Exactly:* {claim.exact.text}")
    if claim.depends_on:
        parts.append(f"*Rests on:* {', '.join(f'`{each}`' for each in claim.depends_on)}.")
    return plain_symbols("\n>\n".join(f"> {part}" for part in parts))


def verdict(sources: Sources, claim_id: str) -> str:
    """Return a verdict in words, with its domain if it has one."""
    judgement = sources.judgements[sources.ledger.claim(claim_id).id]
    return judgement.verdict.value + (f" ({judgement.domain})" if judgement.domain else "")


def simulations(sources: Sources, claim_id: str) -> str:
    """Return what simulations say about a claim, or that it is not yet simulated."""
    judgement = sources.judgements[sources.ledger.claim(claim_id).id]
    found = [_finding(each) for each in judgement.evidence if each.grade is Grade.MONTE_CARLO]
    return plain_symbols("; ".join(found)) or NOT_SIMULATED


def _finding(evidence: Evidence) -> str:
    return f"{evidence.target.value} statement {evidence.finding.value} ({evidence.summary})"


def table(sources: Sources, claim_ids: Iterable[str]) -> str:
    """Return the verdicts of some claims as a table of id, verdict, kind of evidence and title."""
    rows = ["| claim | verdict | evidence | about |", f"|:{'-' * 26}|:{'-' * 20}|:{'-' * 18}|:{'-' * 36}|"]
    for claim_id in claim_ids:
        claim, judgement = sources.ledger.claim(claim_id), sources.judgements[claim_id]
        grades = ", ".join(dict.fromkeys(each.grade.value for each in judgement.evidence)) or "none"
        rows.append(f"| `{claim.id}` | {verdict(sources, claim_id)} | {grades} | {_title(claim)} |")
    return plain_symbols("\n".join(rows))


def _title(claim: Claim) -> str:
    return re.sub(r"([*_|])", r"\\\1", claim.title)


def repairs(sources: Sources) -> str:
    """Return every proposed statement that does not stand as proposed, with its repair, as a list."""
    lines = []
    for claim in sources.ledger.claims:
        judgement = sources.judgements[claim.id]
        if judgement.verdict.value.startswith(("refuted", "contradicted", "proved on")) and claim.proposed:
            instead = judgement.repair or (claim.exact.text if claim.exact else "no repair is known")
            lines.append(
                f"- `{claim.id}`, {verdict(sources, claim.id)}. *Proposed:* {claim.proposed.text} *Instead:* {instead}"
            )
    return plain_symbols("\n".join(lines)) or "None."


def proofs(sources: Sources, *prefixes: str) -> str:
    """Return the checked proofs of all claims whose ids begin with one of some prefixes, in the ledger's order."""
    certificates = dict.fromkeys(
        argument.certificate
        for claim in sources.ledger.claims
        if claim.id.startswith(prefixes)
        for argument in claim.arguments
    )
    texts = [_readable(each.markdown(sources.proofs[each]), each.name) for each in certificates]
    return plain_symbols("\n".join(texts))


def _readable(proof: str, name: str) -> str:
    """Move the ranges of displayed relations to lines of their own; only name a relation too long for any page."""
    apart = re.sub(r" \\quad \\text\{for all \} (.*)\n\$\$", r"\n$$\n\nfor all $\1$.", proof)

    def shown(match: re.Match[str]) -> str:
        if len(match[1]) <= LONGEST:
            return match[0]
        return f"*(A relation of {len(match[1])} characters, checked in full; it is in the certificate* `{name}`*.)*"

    return re.sub(r"\$\$\n(.*?)\n\$\$", shown, apart, flags=re.DOTALL)


def of_experiment(sources: Sources, number: str) -> str:
    """Return every prediction of an experiment with its verdict and what the runs say."""
    chosen: list[Claim] = [each for each in sources.ledger.claims if each.id.startswith(f"E{number}.")]
    if not chosen:
        raise ValueError(f"there is no experiment {number}")
    blocks = [f"{statement(sources, each.id)}\n>\n> *Runs:* {simulations(sources, each.id)}." for each in chosen]
    return "\n\n".join(blocks)
