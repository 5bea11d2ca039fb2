"""Placeholders of the prose, `{{ name words ... }}`, replaced by what they name; an unknown one is an error."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import paper.figures
from paper import go_no_go
from paper.document import claims_text, experiments_text, numbers, proofs_text
from paper.document.assertions import asserted
from paper.document.sources import Sources

PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
FIGURE = re.compile(r"!\[(?P<caption>[^\]]*)\]\((?P<name>\w+)\)\{#(?P<label>fig:\w+)\}")
APPENDIX = "```{=typst}\n#show: appendix\n```\n\n```{=latex}\n\\appendix\\small\n```"
REFERENCES = (
    "```{=typst}\n#heading(numbering: none)[References]\n```\n\n::: {#refs}\n:::\n\n"
    "```{=latex}\n\\bibliographystyle{plainnat}\n\\bibliography{references}\n```"
)
TEXT_WIDTH = 160 / 25.4 * 72
"""Of a page of the paper, points."""
_LABEL = re.compile(r"\{#(fig:\w+)")


def fill(text: str, sources: Sources) -> str:
    """Return Markdown with all assertions checked, and all placeholders and figures filled.

    Raises:
        ValueError: a placeholder is unknown, or takes other arguments; or an assertion that the verdicts contradict.
    """
    with_figures = FIGURE.sub(lambda match: _figure(match, sources), asserted(text, sources))
    shown = set(_LABEL.findall(with_figures))
    return PLACEHOLDER.sub(lambda match: _filled(match[1].split(), sources, shown), with_figures)


def _filled(words: list[str], sources: Sources, shown: set[str]) -> str:
    name, *rest = words or [""]
    one = {
        "statement": claims_text.statement,
        "verdict": claims_text.verdict,
        "simulations": claims_text.simulations,
        "predictions": experiments_text.predictions,
        "registered": experiments_text.registered,
        "outcomes": experiments_text.outcomes,
    }
    if name in one and len(rest) == 1:
        return one[name](sources, rest[0])
    if name == "verdicts" and rest:
        return claims_text.table(sources, rest)
    if name == "figures" and rest:
        return _figures(sources, *rest)
    if name == "systems" and len(rest) == 2:
        return experiments_text.systems(sources, *rest)
    if name == "proofs" and rest:
        return proofs_text.proofs(sources, *rest)
    if name in _WHOLE and not rest:
        return _WHOLE[name](sources)
    if name == "ref" and len(rest) == 1:
        return _reference(rest[0], shown)
    if name == "section" and len(rest) == 1:
        return rf"`@{rest[0]}`{{=typst}}`Section~\ref{{{rest[0]}}}`{{=latex}}"
    return numbers.number(sources, name, *rest)


_WHOLE: dict[str, Callable[[Sources], str]] = {
    "ledger": lambda sources: claims_text.table(sources, [claim.id for claim in sources.ledger.claims]),
    "repairs": claims_text.repairs,
    "lapsed": claims_text.lapsed,
    "methods": proofs_text.legend,
    "regimes": lambda _sources: experiments_text.regimes(),
    "decision": lambda sources: go_no_go.markdown(sources.judgements),
    "scale": lambda sources: sources.scale,
    "references": lambda _sources: REFERENCES,
    "appendix": lambda _sources: APPENDIX,
}
"""Placeholders that take no words."""


def _reference(label: str, shown: set[str]) -> str:
    if label not in shown:
        return "the figure (not yet drawn)"
    return rf"`@{label}`{{=typst}}`Figure~\ref{{{label}}}`{{=latex}}"


def _figure(match: re.Match[str], sources: Sources) -> str:
    if match["name"] not in sources.figures:
        return f"*Figure not yet drawn (`{match['name']}`): its simulations have not been run.*"
    return _drawn(sources, match["name"], match["caption"], f"#{match['label']} ")


def _figures(sources: Sources, part: str, *chosen: str) -> str:
    """Return figures of a part, by default all; a caption is the first paragraph of the module that draws it."""
    drawn = [each.removeprefix(f"{part}_") for each in sources.figures if each.startswith(f"{part}_")]
    wanted = [each for each in chosen or drawn if each in drawn]
    texts = [_drawn(sources, f"{part}_{each}", _caption(part, each)) for each in wanted]
    return "\n\n".join(texts) or f"*No figure: {part} is not yet simulated.*"


def _drawn(sources: Sources, name: str, caption: str, label: str = "") -> str:
    return f"![{caption}](figures/{name}.pdf){{{label}width={_percent(sources.figures[name])}%}}"


def _percent(figure: Path) -> int:
    """Return the width at which a figure has its natural size on the page, in percent of the text's."""
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)", figure.read_bytes())
    return min(100, round(100 * float(box[1]) / TEXT_WIDTH)) if box else 100


def _caption(part: str, name: str) -> str:
    module = Path(paper.figures.__file__ or "").parent / part / f"{name}.py"
    if not module.exists():
        return name.replace("_", " ")
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or name
    return " ".join(said.split("\n\n")[0].split())
