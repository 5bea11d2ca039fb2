"""Checked proofs as compact Markdown: a step is a sentence, a relation, its ranges, and how it was decided."""

import re
from dataclasses import replace

from paper.document.sources import Sources
from paper.document.symbols import escaped, plain_symbols
from proofs.certificate import Certificate, CertificateResult, Step, StepResult
from proofs.statement import Proposition

LONGEST = 400
"""Characters of LaTeX beyond which a line of a displayed relation cannot be read on a page, however it is scaled."""

SHORTEST = 70
"""Characters of LaTeX up to which a relation stands in the line instead of on one of its own."""

BROKEN = 200
"""Characters of LaTeX beyond which a displayed relation is broken before its sign."""

_TOKEN = re.compile(r"\\left|\\right|\\begin|\\end|[{}]| (?:=|<|>|\\leq|\\geq|\\neq|\\Leftrightarrow|\\Rightarrow) ")
_DEPTH = {"\\left": 1, "\\right": -1, "\\begin": 1, "\\end": -1, "{": 1, "}": -1}


def methods(sources: Sources) -> dict[str, str]:
    """Return a letter for every method that decides steps, in the order in which proofs use them."""
    steps = (step for certificate in sources.proofs for step in certificate.steps)
    names = dict.fromkeys(f"{step.method} ({step.grade.value})" for step in steps)
    return {name: chr(ord("a") + place) for place, name in enumerate(names)}


def legend(sources: Sources) -> str:
    """Return the letters of the methods with what they stand for."""
    return plain_symbols("; ".join(f"*{letter}*: {name}" for name, letter in methods(sources).items())) or "none"


def proofs(sources: Sources, *prefixes: str) -> str:
    """Return the checked proofs of all claims whose ids begin with one of some prefixes, in the ledger's order."""
    certificates = dict.fromkeys(
        argument.certificate
        for claim in sources.ledger.claims
        if claim.id.startswith(prefixes)
        for argument in claim.arguments
    )
    letters, seen = methods(sources), dict[Step, str]()
    return plain_symbols("\n\n".join(_proof(each, sources.proofs[each], letters, seen) for each in certificates))


def _proof(certificate: Certificate, result: CertificateResult, letters: dict[str, str], seen: dict[Step, str]) -> str:
    premises = " ".join(f"{each.rstrip('.')}." for each in certificate.assumptions)
    outcome = "all steps passed." if result.passed else f"**not proved:** {escaped(result.summary)}"
    about = [f"Certificate `{certificate.name}`, {outcome}"]
    if premises:
        about.append(f"Assumes: {premises}")
    if not certificate.rests_on.rigorous:
        about.append(f"Its conclusion is of grade *{certificate.rests_on.value}*, however exact the steps.")
    parts = [f"### {certificate.title} {{-}}", " ".join(about)]
    for number, (step, found) in enumerate(zip(certificate.steps, result.results, strict=True), 1):
        bare = replace(step, because="")
        parts.append(_step(number, step, found, letters[f"{step.method} ({step.grade.value})"], seen.get(bare, "")))
        seen.setdefault(bare, f"step {number} of `{certificate.name}`")
    return "\n\n".join(parts)


def _step(number: int, step: Step, found: StepResult, letter: str, before: str) -> str:
    """Return a step; one that another proof has too repeats a relation only where it is short."""
    mark = "" if found.passed else "**Failed:** "
    how = f"[{mark}*{letter}*, {escaped(found.detail)}]{{.checked}}"
    relation, ranges = split(step.proposition)
    over = f" (${ranges}$)" if ranges else ""
    said = f"**{number}.** {step.because.rstrip()}"
    if len(relation) <= SHORTEST:
        return f"{said} ${relation}${over}. {how}"
    if before:
        return f"{said} *(The relation of* {before}*.)*"
    lines = broken(relation)
    if max(map(len, lines)) > LONGEST:
        return f"{said} *(A relation of {len(relation)} characters, in the certificate.)*{over} {how}"
    if len(lines) > 1:
        relation = r"\begin{aligned}" + r" \\ ".join(f"& {line}" for line in lines) + r"\end{aligned}"
    return f"{said}{over} {how}\n\n$$\n{relation}\n$$"


def broken(relation: str) -> list[str]:
    """Return a relation in LaTeX as one line, or if both its sides are long as two, the second from its sign on."""
    depth = 0
    for token in _TOKEN.finditer(relation) if len(relation) > BROKEN else ():
        depth += _DEPTH.get(token[0], 0)
        apart = min(token.start(), len(relation) - token.start()) >= SHORTEST
        if depth == 0 and token[0] not in _DEPTH and apart:
            return [relation[: token.start()], relation[token.start() :].strip()]
    return [relation]


def split(proposition: Proposition) -> tuple[str, str]:
    """Return a relation in LaTeX, and the ranges of its symbols (empty if it has none)."""
    relation, _, ranges = proposition.latex().partition(r" \quad \text{for all } ")
    return relation, ranges
