"""Formulas become MathML, each its own."""

import pytest

from paper.site.mathematics import mathml


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
