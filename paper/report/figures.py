"""The figures of a scale as HTML, inside the page itself, and which of them are missing."""

import ast
import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from paper.document.build import section_files
from paper.document.fill import FIGURE
from paper.document.sources import Sources
from paper.report.mathematics import inline

DRAWN_BY = Path(__file__).parent.parent / "figures"


@dataclass(frozen=True)
class Gallery:
    """Figures that exist and figures that do not.

    Attributes:
        captions: Markdown by name of every figure that exists, in the order of their parts.
        pictures: PNG files by name.
        missing: a sentence for each figure or part of which there is nothing to show.
    """

    captions: Mapping[str, str]
    pictures: Mapping[str, Path]
    missing: tuple[str, ...]


def gallery(sources: Sources, titles: Mapping[str, str]) -> Gallery:
    """Return what there is to show.

    Args:
        sources: with the PDF figures; the PNG lie beside them.
        titles: of the parts by name, in reading order.
    """
    prose = _captions_of_the_paper()
    drawn = {name: path.with_suffix(".png") for name, path in sources.figures.items()}
    order = sorted(drawn, key=lambda name: ([*titles, _part(name)].index(_part(name)), name not in prose, name))
    pictures = {name: drawn[name] for name in order if drawn[name].exists()}
    without = [name for name in titles if not any(_part(each) == name for each in pictures)]
    missing = [f"{titles[name]}: no figure, as it is not simulated at this scale or draws none." for name in without]
    missing += [
        f"{name}: named in the paper, not drawn."
        for name in prose
        if name not in pictures and _part(name) not in without
    ]
    missing += [f"{name}: there is a PDF but no PNG." for name in order if name not in pictures]
    captions = {name: prose.get(name) or _caption_of_module(name) for name in pictures}
    return Gallery(captions, pictures, tuple(missing))


def figures(shown: Gallery, titles: Mapping[str, str], html: Mapping[str, str]) -> str:
    """Return the gallery as HTML, under the titles of the parts."""
    blocks: list[str] = []
    part = ""
    for name, path in shown.pictures.items():
        if _part(name) != part:
            part = _part(name)
            blocks.append(f"<h3>{escape(titles.get(part, part))}</h3>")
        content = path.read_bytes()
        width, height = png_size(content)
        caption = shown.captions[name]
        blocks.append(
            f'<figure id="figure-{escape(name)}">\n<img alt="{escape(caption)}" width="{width}" height="{height}" '
            f'src="data:image/png;base64,{base64.b64encode(content).decode("ascii")}">\n'
            f"<figcaption>{inline(html, caption)} <code>{escape(name)}</code></figcaption>\n</figure>"
        )
    if shown.missing:
        items = "".join(f"<li>{escape(each)}</li>" for each in shown.missing)
        blocks.append(f"<h3>Missing</h3>\n<ul>{items}</ul>")
    return "\n".join(blocks)


def png_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, in pixels.

    Raises:
        ValueError: it is none.
    """
    if content[:8] != b"\x89PNG\r\n\x1a\n" or len(content) < 24:
        raise ValueError("a figure is not a PNG file; draw it again with `cwb figures`")
    return struct.unpack(">II", content[16:24])


def _part(name: str) -> str:
    return name.split("_")[0]


def _captions_of_the_paper() -> dict[str, str]:
    found = (match for path in section_files() for match in FIGURE.finditer(path.read_text(encoding="utf-8")))
    return {match["name"]: match["caption"] for match in found}


def _caption_of_module(name: str) -> str:
    """Return the first paragraph of the module that draws a figure, or the figure's name in words."""
    part, _, rest = name.partition("_")
    for path in sorted((DRAWN_BY / part).glob(f"*{rest}.py"), key=lambda path: len(path.stem)):
        if text := ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))):
            return " ".join(text.split("\n\n")[0].split())
    return f"{rest.replace('_', ' ').capitalize()}."
