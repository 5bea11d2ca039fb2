"""The ledger as HTML: an entry a claim, which opens on its statements, its evidence and its proof."""

from collections.abc import Mapping
from html import escape

from paper.document.sources import Sources
from paper.report.mathematics import displayed, inline
from proofs.certificate import Certificate
from proofs.claim import Claim, Evidence, Statement
from proofs.verdict import Judgement, Verdict

MARKS = {
    Verdict.PROVED: "✓",
    Verdict.PROVED_ON_DOMAIN: "◐",
    Verdict.REFUTED: "✗",
    Verdict.SUPPORTED: "≈",
    Verdict.CONTRADICTED: "≠",
    Verdict.OPEN: "○",
}
"""A mark a verdict, so that none is told by colour alone."""

CHAPTERS = (
    (("D.", "H"), "Definitions and hypotheses"),
    (("T1",), "Theorem 1: write interference"),
    (("TF", "T2"), "Theorem 2: the ceiling of one regime"),
    (("P1",), "Proposition 1: two regimes"),
    (("L",), "Second and third layer"),
    (("E1",), "Experiment 1: interference in a Transformer"),
    (("E2",), "Experiment 2: the ceiling in a Transformer"),
    (("E3",), "Experiment 3: two regimes in a Transformer"),
)
"""Beginnings of ids and the chapter they belong to, in reading order."""

OTHERS = "Further claims"

Html = Mapping[str, str]
"""Texts in Markdown and the HTML they become, from `paper.report.mathematics.to_html`."""


def texts(sources: Sources) -> list[str]:
    """Return every text of the ledger that is Markdown."""
    found: list[str] = []
    for claim in sources.ledger.claims:
        judgement = sources.judgements[claim.id]
        found += [each.text for each in (claim.proposed, claim.exact) if each]
        found += [each for each in (judgement.domain, judgement.repair) if each]
        found += [each.domain for each in judgement.evidence if each.domain]
    for certificate in sources.proofs:
        found += certificate.assumptions
        for step in certificate.steps:
            found += [step.because, displayed(step.proposition)]
    return found


def chapter(claim_id: str) -> str:
    """Return the title of the chapter that a claim belongs to."""
    return next((title for beginnings, title in CHAPTERS if claim_id.startswith(beginnings)), OTHERS)


def chapters(sources: Sources, html: Html) -> str:
    """Return all entries under the headings of their chapters, each in the order of the ledger."""
    homes = _homes(sources)
    parts = []
    for title in (*(title for _, title in CHAPTERS), OTHERS):
        claims = [each for each in sources.ledger.claims if chapter(each.id) == title]
        if claims:
            entries = "\n".join(entry(sources, each, html, homes) for each in claims)
            parts.append(f'<section class="chapter">\n<h3>{escape(title)}</h3>\n<ul>\n{entries}\n</ul>\n</section>')
    return "\n".join(parts)


def entry(sources: Sources, claim: Claim, html: Html, homes: Mapping[Certificate, str]) -> str:
    """Return the entry of one claim.

    Args:
        sources: judgements and checked proofs.
        claim: the claim.
        html: what its texts became.
        homes: the id of the claim in whose entry each certificate is printed.
    """
    judgement = sources.judgements[claim.id]
    name = escape(claim.id)
    rows = [("Found in", escape(claim.source))]
    rows += [("As proposed", _statement(claim.proposed, html))] if claim.proposed else []
    rows += [("Exactly", _statement(claim.exact, html))] if claim.exact else []
    rows += [("Domain", inline(html, judgement.domain))] if judgement.domain else []
    rows += [("Repaired as", html[judgement.repair])] if judgement.repair else []
    rows += [("Why this verdict", escape(judgement.reason))]
    resting = [each.id for each in sources.ledger.claims if claim.id in each.depends_on]
    rows += [("Rests on", _links(sources, claim.depends_on))] if claim.depends_on else []
    rows += [("Is rested on by", _links(sources, resting))] if resting else []
    rows += [("Evidence", _evidence(judgement, html))]
    facts = "\n".join(f"<dt>{label}</dt>\n<dd>{value}</dd>" for label, value in rows)
    certificates = dict.fromkeys(argument.certificate for argument in claim.arguments)
    proofs = "\n".join(
        _proof(sources, each, html) if homes[each] == claim.id else _proof_elsewhere(each, homes[each])
        for each in certificates
    )
    return (
        f'<li class="claim" id="claim-{name}" data-verdict="{kind(judgement.verdict)}">\n<details>\n'
        f'<summary><span class="id">{name}</span> <span class="about">{escape(claim.title)}</span> '
        f"{badge(judgement.verdict)}</summary>\n"
        f'<div class="opened">\n<dl>\n{facts}\n</dl>\n{proofs}\n'
        f'<p class="fingerprint">Wording <code>{claim.fingerprint}</code></p>\n</div>\n</details>\n</li>'
    )


def kind(verdict: Verdict) -> str:
    """Return a verdict as a word for attributes."""
    return verdict.name.lower().replace("_", "-")


def badge(verdict: Verdict) -> str:
    """Return a verdict in words, with its mark."""
    return (
        f'<span class="verdict {kind(verdict)}"><span aria-hidden="true">{MARKS[verdict]}</span> '
        f"{escape(verdict.value)}</span>"
    )


def link(sources: Sources, claim_id: str) -> str:
    """Return a link to a claim's entry, with its verdict."""
    verdict = sources.judgements[claim_id].verdict
    return f'<a href="#claim-{escape(claim_id)}">{escape(claim_id)}</a> ({escape(verdict.value)})'


def _links(sources: Sources, ids: tuple[str, ...] | list[str]) -> str:
    return ", ".join(link(sources, each) for each in ids)


def _statement(statement: Statement, html: Html) -> str:
    unprovable = (
        ""
        if statement.propositions
        else '<p class="note">In words only, without a formula that a certificate could prove.</p>'
    )
    return html[statement.text] + unprovable


def _evidence(judgement: Judgement, html: Html) -> str:
    items = [_finding(each, html) for each in judgement.evidence]
    items += [f"<li>void, recorded for an earlier wording: {escape(each.summary)}</li>" for each in judgement.void]
    return "<ul>\n" + "\n".join(items) + "\n</ul>" if items else "none yet"


def _finding(evidence: Evidence, html: Html) -> str:
    domain = f" ({inline(html, evidence.domain)})" if evidence.domain else ""
    return (
        f"<li><strong>{escape(evidence.grade.value)}</strong>: the {evidence.target.value} statement "
        f"{escape(evidence.finding.value)}{domain}: {escape(evidence.summary)}</li>"
    )


def _homes(sources: Sources) -> dict[Certificate, str]:
    """Return in whose entry each certificate is printed: that of the first claim which it bears on."""
    homes: dict[Certificate, str] = {}
    for claim in sources.ledger.claims:
        for argument in claim.arguments:
            homes.setdefault(argument.certificate, claim.id)
    return homes


def _proof_elsewhere(certificate: Certificate, home: str) -> str:
    name = escape(certificate.name)
    return f'<p>Proof <a href="#proof-{name}">{name}</a>, printed under {escape(home)}.</p>'


def _proof(sources: Sources, certificate: Certificate, html: Html) -> str:
    checked = sources.proofs[certificate]
    name, count = escape(certificate.name), len(certificate.steps)
    outcome = "every step passed" if checked.passed else "NOT PROVED"
    assumed = "".join(f"<li>{inline(html, each)}</li>" for each in certificate.assumptions)
    steps = []
    for step, found in zip(certificate.steps, checked.results, strict=True):
        mark = "✓ passed" if found.passed else "✗ failed"
        steps.append(
            f'<li>{html[step.because]}\n<div class="formula">{html[displayed(step.proposition)]}</div>\n'
            f'<p class="checked">Checked by {escape(step.method)} ({escape(step.grade.value)}): {mark}; '
            f"{escape(found.detail)}.</p></li>"
        )
    limited = "" if certificate.rests_on.rigorous else f"; no better than {escape(certificate.rests_on.value)}"
    return (
        f'<details class="proof" id="proof-{name}">\n<summary>Proof <code>{name}</code>: {escape(certificate.title)} '
        f"({count} step{'s' * (count > 1)}, {outcome}{limited})</summary>\n"
        + (f"<p>Assumptions:</p>\n<ul>{assumed}</ul>\n" if assumed else "")
        + f"<ol>\n{chr(10).join(steps)}\n</ol>\n"
        + ("" if checked.passed else f"<p>{escape(checked.summary)}</p>\n")
        + "</details>"
    )
