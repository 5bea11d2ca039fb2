"""Ball arithmetic proves what is certain, refutes what is certainly false, and otherwise says undecided."""

import pytest
import sympy as sp
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.balls import BallInequality
from proofs.enclose import enclose, rational_ball
from proofs.statement import Proposition, at_least, equal, greater, less

a, b = sp.symbols("a b")
HALF = sp.Rational(1, 2)


@pytest.mark.parametrize(
    "claim",
    [
        greater(sp.exp(a), 1 + a, {a: sp.Interval(sp.Rational(1, 100), 2)}),
        less(sp.erfc(a / b), HALF + sp.log(b), {a: sp.Interval(1, 2), b: sp.Interval(1, sp.Rational(3, 2))}),
        greater(sp.sin(a) ** 2 + sp.cos(a) ** 2, sp.Rational(99, 100), {a: sp.Interval(0, 3)}),
        less(sp.log(2), sp.Rational(7, 10)),
        at_least(sp.sqrt(a) - a, 0, {a: sp.Interval(sp.Rational(1, 9), sp.Rational(8, 9))}),
        less(sp.Abs(a) ** 3, 9, {a: sp.Interval(-2, 2)}),
        greater(a**b, HALF, {a: sp.Interval(1, 2), b: sp.Interval(-HALF, 1)}),
    ],
    ids=str,
)
def test_true_inequalities_are_proved(claim: Proposition) -> None:
    result = BallInequality(claim, "").check()
    assert result.passed, result.detail


@pytest.mark.parametrize(
    "claim",
    [
        greater(sp.exp(a), sp.Rational(11, 10) + a, {a: sp.Interval(0, 2)}),
        greater(sp.sqrt(a), a, {a: sp.Interval(HALF, 1 + sp.Rational(1, 10**6))}),
        greater(sp.log(2), sp.Rational(7, 10)),
        less(a * b, 1, {a: sp.Interval(0, 2), b: sp.Interval(0, 1)}),
        greater(a - sp.Rational(1, 10**12), 0, {a: sp.Interval(0, 1)}),
    ],
    ids=str,
)
def test_false_inequalities_are_refuted(claim: Proposition) -> None:
    result = BallInequality(claim, "").check()
    assert not result.passed
    assert result.detail.startswith("false")


@pytest.mark.parametrize(
    "claim",
    [
        greater((a - sp.Rational(1, 3)) ** 2, 0, {a: sp.Interval(0, 1)}),  # zero at 1/3, which is never a midpoint
        greater((a - sp.Rational(1, 3)) ** 2, -sp.Rational(1, 10**300), {a: sp.Interval(0, 1)}),
        greater(sp.exp(a), 1 + a, {a: sp.Interval(0, 2)}),
        greater(sp.log(a), -1000, {a: sp.Interval(0, 1)}),
        greater(sp.log(2 * a) - sp.log(a), 0, {a: sp.Interval(-1, 1)}),
        greater(sp.gamma(a), 0, {a: sp.Interval(1, 2)}),
        greater(a, -1, {a: sp.Interval(0, sp.oo)}),
        greater(sp.sqrt(2) ** 2 - sp.sqrt(3 + 2 * sp.sqrt(2)) + sp.sqrt(2) - 1, 0),
    ],
    ids=str,
)
def test_overlaps_and_foreign_functions_are_undecided(claim: Proposition) -> None:
    result = BallInequality(claim, "", max_pieces=300).check()
    assert not result.passed
    assert "undecided" in result.detail


def test_equations_are_out_of_reach() -> None:
    assert not BallInequality(equal(a, a, {a: sp.Interval(0, 1)}), "").check().passed


def test_the_mean_value_form_saves_pieces() -> None:
    claim = greater(a * (1 - a) - a * (1 - a) ** 2 + sp.Rational(1, 10**3), 0, {a: sp.Interval(0, 1)})
    result = BallInequality(claim, "", max_pieces=60).check()
    assert result.passed, result.detail


def test_precision_is_restored() -> None:
    before = ctx.prec
    BallInequality(less(sp.log(2), 1), "", precision=999).check()
    assert ctx.prec == before


EXPRESSIONS = [
    a**3 - 2 * a,
    sp.exp(-(a**2)),
    1 / (a + 5),
    sp.sqrt(a + 4),
    sp.erf(a) * sp.cos(a),
    sp.Abs(a),
    sp.tanh(a),
]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(EXPRESSIONS), st.fractions(-3, 3), st.fractions(0, 1), st.fractions(0, 1))
def test_enclosures_contain_the_values(expression: sp.Expr, low: object, width: object, where: object) -> None:
    start, size, part = (sp.Rational(str(each)) for each in (low, width, where))
    inside = start + size * part
    exact = enclose(expression, {a: rational_ball(inside, inside)}, 200)
    assert enclose(expression, {a: rational_ball(start, start + size)}, 64).overlaps(exact)
