"""Formulas become MathML, each its own."""

import pytest

from paper.site.mathematics import mathml, unset


def test_each_formula_becomes_its_own_mathml():
    made = mathml([r"\alpha_c", r"\frac{1}{2}", r"\alpha_c"])
    assert list(made) == [r"\alpha_c", r"\frac{1}{2}"]
    assert "<msub>" in made[r"\alpha_c"]
    assert "<mfrac>" in made[r"\frac{1}{2}"]


def test_a_formula_that_cannot_be_set_is_refused():
    with pytest.raises(ValueError, match="cannot convert"):
        mathml([r"\frac{1}"])


def test_nothing_makes_nothing():
    assert mathml([]) == {}


@pytest.mark.parametrize("raw", ["<p>$$ x = 1 $$</p>", r"<li>as $\alpha \to 0$ it falls</li>"])
def test_a_page_that_shows_latex_is_named(raw, tmp_path):
    (tmp_path / "good.html").write_text(
        r"<p>from $5 to $6</p><pre>$\alpha$</pre><math>x<annotation>$\beta$</annotation></math>"
    )
    assert unset(tmp_path) == []
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "bad.html").write_text(raw)
    (line,) = unset(tmp_path)
    assert line.startswith("a/bad.html: $")
