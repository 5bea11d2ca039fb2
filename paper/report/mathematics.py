"""Markdown with LaTeX mathematics to HTML with MathML, a whole page in one call of pandoc: no script sets it."""

import functools
import re
from collections.abc import Iterable, Mapping

from paper.document.build import pandoc
from proofs.statement import Proposition

_CUT = "<!-- cut -->"
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'
_THIN = '<mspace width="0.17em"></mspace>'

# TeX's thin spaces about names such as ln, which pandoc's MathML leaves out
_NAME = r'<mi mathvariant="normal">\w{2,}</mi>'
_BEFORE_NAME = re.compile(rf"</(?:mn|mi|msu[bp]|mfrac|msqrt|mrow)><mrow>(?=(?:<msu[bp]>)?{_NAME})")
_AFTER_NAME = re.compile(rf"(?<!<msu[bp]>)<mrow>(?:{re.escape(_THIN)})?{_NAME}<mo>&#8289;</mo>(?=</mrow><(?!mo\b))")


def to_html(texts: Iterable[str]) -> dict[str, str]:
    """Return texts in Markdown with the HTML blocks that they become.

    Raises:
        ValueError: mathematics that cannot be converted; the message is pandoc's.
    """
    known = list(dict.fromkeys(texts))
    if not known:
        return {}
    # HTML knows the element math without its namespace, which every formula would repeat
    whole = pandoc(f"\n\n{_CUT}\n\n".join(known), "html", "--mathml").replace(_NAMESPACE, "")
    blocks = _AFTER_NAME.sub(rf"\g<0>{_THIN}", _BEFORE_NAME.sub(rf"\g<0>{_THIN}", whole)).split(_CUT)
    return {text: block.strip() for text, block in zip(known, blocks, strict=True)}


def inline(html: Mapping[str, str], text: str) -> str:
    """Return what a text of one paragraph became, without the paragraph around it."""
    return re.sub(r"\A<p>(.*)</p>\Z", r"\1", html[text], flags=re.DOTALL)


@functools.cache
def displayed(proposition: Proposition) -> str:
    """Return a proposition as Markdown that displays it; printing a long one takes SymPy a while."""
    return f"$$\n{proposition.latex()}\n$$"
