"""The ledger as text: verdicts, their reasons, and certificates as they are checked."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from proofs.book import Ledger
from proofs.certificate import Step, StepResult
from proofs.claim import Claim
from proofs.verdict import Judgement

WIDTH = 110


def table(ledger: Ledger, judgements: Mapping[str, Judgement], ids: Iterable[str] | None = None) -> str:
    """Return the verdict table: one line a claim, its evidence indented below, in the order of the ledger."""
    chosen = [claim for claim in ledger.claims if ids is None or claim.id in set(ids)]
    wide = max(len(claim.id) for claim in chosen)
    lines = []
    for claim in chosen:
        judgement = judgements[claim.id]
        domain = f" ({judgement.domain})" if judgement.domain else ""
        lines.append(f"{claim.id:<{wide}}  {judgement.verdict.value.upper()}{domain} - {claim.title}")
        indent = " " * (wide + 2)
        if judgement.repair:
            lines += textwrap.wrap(
                f"repaired as: {judgement.repair}", WIDTH, initial_indent=indent, subsequent_indent=indent
            )
        for evidence in judgement.evidence:
            subject = f"{evidence.grade.value}, {evidence.target.value} statement {evidence.finding.value}"
            text = f"- {subject}: {evidence.summary}"
            lines += textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
        if judgement.void:
            lines += textwrap.wrap(lapse(judgement), WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
        if not judgement.evidence and not judgement.void and claim.depends_on:
            lines.append(f"{indent}- {judgement.reason}; rests on {', '.join(claim.depends_on)}")
    if lapsed := [claim.id for claim in chosen if judgements[claim.id].void]:
        lines.append(f"LAPSED EVIDENCE: the wording of {', '.join(lapsed)} was changed after there were results")
    return "\n".join(lines)


def lapse(judgement: Judgement) -> str:
    """Return a line about the evidence on a claim that was recorded for another wording and does not count."""
    first, *others = judgement.void
    more = f", and {len(others)} more" if others else ""
    summary = textwrap.shorten(first.summary, WIDTH, placeholder=" ...")
    found = f"{first.grade.value}, {first.target.value} statement {first.finding.value}"
    return f"- LAPSED, recorded for an earlier wording ({first.fingerprint}): {found}: {summary}{more}"


def record(claim: Claim, judgement: Judgement) -> dict[str, Any]:
    """Return a claim and its verdict as JSON values."""
    return {
        "id": claim.id,
        "title": claim.title,
        "source": claim.source,
        "proposed": claim.proposed.text if claim.proposed else None,
        "exact": claim.exact.text if claim.exact else None,
        "propositions": [each.latex() for each in claim.exact.propositions] if claim.exact else [],
        "depends_on": list(claim.depends_on),
        "fingerprint": claim.fingerprint,
        "verdict": judgement.verdict.value,
        "printed": judgement.printed,
        "domain": judgement.domain,
        "reason": judgement.reason,
        "evidence": [each.to_json() for each in judgement.evidence],
        "void": [each.to_json() for each in judgement.void],
    }


def step_line(step: Step, result: StepResult) -> str:
    """Return one line about a checked step: outcome, method, time, and the relation."""
    mark = "ok  " if result.passed else "FAIL"
    relation = textwrap.shorten(" ".join(step.proposition.latex().split()), 96, placeholder=" ...")
    line = f"  {mark} {step.method} ({result.seconds:.2f} s)  {relation}"
    return line if result.passed else f"{line}\n       {result.detail}"
