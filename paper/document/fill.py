"""Placeholders of the prose, `{{ name words ... }}`, replaced by what they name; an unknown one is an error."""

import re

from paper.document import claims_text, numbers
from paper.document.sources import Sources

PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
FIGURE = re.compile(r"!\[(?P<caption>[^\]]*)\]\((?P<name>\w+)\)\{#(?P<label>fig:\w+)\}")
_LABEL = re.compile(r"\{#(fig:\w+)")


def fill(text: str, sources: Sources) -> str:
    """Return Markdown with all placeholders and figures filled.

    Raises:
        ValueError: a placeholder is unknown, or takes other arguments.
    """
    with_figures = FIGURE.sub(lambda match: _figure(match, sources), text)
    shown = set(_LABEL.findall(with_figures))
    return PLACEHOLDER.sub(lambda match: _filled(match[1].split(), sources, shown), with_figures)


def _filled(words: list[str], sources: Sources, shown: set[str]) -> str:
    name, *rest = words or [""]
    one = {
        "statement": claims_text.statement,
        "verdict": claims_text.verdict,
        "simulations": claims_text.simulations,
        "experiment": claims_text.of_experiment,
        "figures": _figures,
    }
    if name in one and len(rest) == 1:
        return one[name](sources, rest[0])
    if name == "verdicts" and rest:
        return claims_text.table(sources, rest)
    if name == "ledger" and not rest:
        return claims_text.table(sources, [claim.id for claim in sources.ledger.claims])
    if name == "repairs" and not rest:
        return claims_text.repairs(sources)
    if name == "proofs" and rest:
        return claims_text.proofs(sources, *rest)
    if name == "scale" and not rest:
        return sources.scale
    if name == "ref" and len(rest) == 1:
        return _reference(rest[0], shown)
    if name == "section" and len(rest) == 1:
        return rf"`@{rest[0]}`{{=typst}}`Section~\ref{{{rest[0]}}}`{{=latex}}"
    return numbers.number(sources, name, *rest)


def _reference(label: str, shown: set[str]) -> str:
    if label not in shown:
        return "the figure (not yet drawn)"
    return rf"`@{label}`{{=typst}}`Figure~\ref{{{label}}}`{{=latex}}"


def _figure(match: re.Match[str], sources: Sources) -> str:
    if match["name"] not in sources.figures:
        return f"*Figure not yet drawn (`{match['name']}`): its simulations have not been run.*"
    return f"![{match['caption']}](figures/{match['name']}.pdf){{#{match['label']} width=100%}}"


def _figures(sources: Sources, part: str) -> str:
    """Return every figure of a part whose captions the prose cannot know beforehand."""
    names = [each for each in sources.figures if each.startswith(f"{part}_")]
    drawn = [
        f"![{each.removeprefix(f'{part}_').replace('_', ' ')}](figures/{each}.pdf){{width=100%}}" for each in names
    ]
    return "\n\n".join(drawn) or f"*No figure: {part} is not yet simulated.*"
