"""Docstrings as MyST Markdown: Google's sections become lists, names of this repository become links."""

import re
import textwrap

from paper.site.packages import PACKAGES

_SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises):\s*(.*)$")
_ENTRY = re.compile(r"^(\*{0,2}[\w, ]+): (.*)$")
_NAME = re.compile(rf"(?<![`\w])`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)`(?!`)")
_LISTED = ("Args", "Attributes", "Raises")


def markdown(docstring: str, known: frozenset[str] = frozenset()) -> str:
    """Return a docstring as Markdown.

    Args:
        docstring: as `inspect.cleandoc` leaves it.
        known: full names that links may lead to; other names stay code.
    """
    lines = docstring.splitlines()
    parts: list[str] = []
    while lines:
        section = _SECTION.match(lines[0])
        if section is None:
            parts.append(lines.pop(0))
            continue
        lines.pop(0)
        body: list[str] = [section[2]] if section[2] else []
        while lines and (not lines[0].strip() or lines[0].startswith(" ")):
            body.append(lines.pop(0))
        parts += ["", f"**{section[1]}**", "", *_section(section[1], textwrap.dedent("\n".join(body)).strip()), ""]
    return _NAME.sub(lambda found: _link(found[1], known), "\n".join(parts))


def summary(docstring: str) -> str:
    """Return the first paragraph in one line, without links."""
    return " ".join(docstring.split("\n\n")[0].split())


def _section(name: str, body: str) -> list[str]:
    """The lines of a section: a list if it has entries, else a paragraph."""
    lines: list[str] = []
    for line in body.splitlines():
        entry = _ENTRY.match(line) if name in _LISTED else None
        if entry:
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        elif name in _LISTED and line.strip():
            lines.append(f"  {line.strip()}" if lines else line)
        else:
            lines.append(line)
    return lines


def _link(name: str, known: frozenset[str]) -> str:
    return f"{{py:obj}}`{name}`" if name in known else f"`{name}`"
