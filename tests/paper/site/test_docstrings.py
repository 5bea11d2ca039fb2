"""Docstrings as Markdown: sections become lists, formulas stay, known names link."""

from paper.site.docstrings import markdown, summary

DOCSTRING = """Return x over `theory.ceiling`, not `theory.nothing`.

    C B / d = G / (1 + rho G / eta)

Args:
    rho: a fraction of the content
        that is long.
    eta: bits.

Returns:
    A number.

Raises:
    ValueError: an argument out of range.
"""


def test_sections_become_lists():
    text = markdown(DOCSTRING)
    assert "**Args**\n\n- `rho`: a fraction of the content\n  that is long.\n- `eta`: bits." in text
    assert "**Returns**\n\nA number." in text
    assert "- `ValueError`: an argument out of range." in text


def test_formulas_stay_code():
    assert "\n\n    C B / d = G / (1 + rho G / eta)\n\n" in markdown(DOCSTRING)


def test_only_known_names_link():
    text = markdown(DOCSTRING, frozenset({"theory.ceiling"}))
    assert "{py:obj}`theory.ceiling`" in text
    assert "{py:obj}`theory.nothing`" not in text


def test_summary_is_the_first_paragraph_in_one_line():
    assert summary("One\nline.\n\nMore.") == "One line."
