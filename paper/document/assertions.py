"""Sentences that say what a claim's verdict is, checked against the verdict computed now.

`{{# proved T1 T2 }} sentence {{/}}` prints the sentence with the ids of its claims. A verdict of another kind stops the
build: the prose would say what is not so. Only a sentence about simulations may wait for them: while the claim is open
it is left out, and the text says so.
"""

import re

from paper.document.sources import Sources
from proofs.verdict import Verdict

ASSERTION = re.compile(r"\{\{#\s*(?P<words>[^{}]*?)\s*\}\}(?P<text>.*?)\{\{/\}\}", re.DOTALL)

KINDS = {
    "proved": Verdict.PROVED,
    "restricted": Verdict.PROVED_ON_DOMAIN,
    "refuted": Verdict.REFUTED,
    "supported": Verdict.SUPPORTED,
    "contradicted": Verdict.CONTRADICTED,
    "open": Verdict.OPEN,
}
"""What a sentence can say of claims, and the verdict that each of them must then have."""

WAITING = ("supported", "contradicted")
"""Kinds that rest on simulations, which may not have been run."""


def asserted(text: str, sources: Sources) -> str:
    """Return prose with every assertion checked, its ids printed where the sentence does not name them itself.

    Raises:
        ValueError: an unknown kind or claim, an assertion about no claim, one that is not closed, or one that the
            verdicts contradict.
    """
    checked = ASSERTION.sub(lambda match: _sentence(match["words"].split(), match["text"].strip(), sources), text)
    if "{{#" in checked or "{{/" in checked:
        raise ValueError(f"an assertion is not closed near {checked[max(checked.find('{{#'), 0) :][:60]!r}")
    return checked


def _sentence(words: list[str], sentence: str, sources: Sources) -> str:
    kind, *ids = words or [""]
    if kind not in KINDS:
        raise ValueError(f"unknown kind of assertion {kind!r}; known are {', '.join(KINDS)}")
    if not ids:
        raise ValueError(f"an assertion must name its claims: {sentence!r}")
    verdicts = {each: sources.judgements[sources.ledger.claim(each).id].verdict for each in ids}
    wrong = {each: verdict for each, verdict in verdicts.items() if verdict is not KINDS[kind]}
    waiting = [each for each, verdict in wrong.items() if kind in WAITING and verdict is Verdict.OPEN]
    if len(waiting) < len(wrong):
        said = "; ".join(f"{each} is {verdict.value}" for each, verdict in wrong.items())
        raise ValueError(f"the paper says {KINDS[kind].value}, but {said}: {sentence!r}")
    if waiting:
        return f"*(Not yet decided by simulation: {_codes(waiting)}.)*"
    unnamed = [each for each in ids if f"`{each}`" not in sentence]
    return f"{sentence} [{_codes(unnamed)}]{{.claims}}" if unnamed else sentence


def _codes(ids: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in ids)
