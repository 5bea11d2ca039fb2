"""Formulas as MathML by pandoc, for Sphinx's writer of HTML: pages need neither scripts nor a network."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from paper.document.build import pandoc

_VERBATIM = re.compile(r"<(pre|code|script|style|math)\b.*?</\1>", re.DOTALL)
_UNSET = re.compile(r"\$\$|\$[^$<\n]*\\[A-Za-z]")

_CUT = "CUT-BETWEEN-FORMULAS"


def mathml(formulas: Iterable[str]) -> dict[str, str]:
    """Return formulas in LaTeX with the MathML, displayed, that each becomes, in one call of pandoc.

    Raises:
        ValueError: a formula that pandoc cannot convert.
    """
    known = list(dict.fromkeys(formulas))
    if not known:
        return {}
    html = pandoc(f"\n\n{_CUT}\n\n".join(f"$$\n{each.strip()}\n$$" for each in known), "html", "--mathml")
    found = [re.search(r"<math.*</math>", each, flags=re.DOTALL) for each in html.split(_CUT)]
    if len(found) != len(known) or not all(found):
        raise ValueError(f"not all of these are formulas: {known}")
    return {latex: each[0] for latex, each in zip(known, found, strict=True) if each}


def unset(folder: Path) -> list[str]:
    """Return the pages within a folder that show a formula as its LaTeX, each with the beginning of the first one."""
    texts = {path: _VERBATIM.sub("", path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    found = {path: match for path, text in texts.items() if (match := _UNSET.search(text))}
    return [f"{path.relative_to(folder)}: {match.string[match.start() :][:40]}" for path, match in found.items()]


_SET: dict[str, str] = {}
"""The formulas of the pages read so far."""


def prepare(_app: Any, document: Any, _name: str) -> None:
    """Convert all formulas of a page, a handler of Sphinx's event `doctree-resolved`."""
    _SET.update(mathml(node.astext() for node in document.findall(_is_formula)))


def visit(writer: Any, node: Any) -> None:
    """Write a formula, in the text or displayed."""
    html = _SET[node.astext()]
    inline = html.replace('display="block"', 'display="inline"', 1)
    writer.body.append(f'<div class="math">{html}</div>' if node.tagname == "math_block" else inline)
    node.clear()


def depart(_writer: Any, _node: Any) -> None:
    """Write nothing more: `visit` has written it all."""


def _is_formula(node: Any) -> bool:
    return getattr(node, "tagname", "") in ("math", "math_block")
