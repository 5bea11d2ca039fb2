"""Exact algebra proves what is true and refutes what is not, at points that really violate it."""

from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.algebra import Evaluation, ExactDomain, Identity, SignOnInterval
from proofs.cells import cells, locate, roots
from proofs.enclose import sign_of_constant
from proofs.points import rational_between
from proofs.statement import Proposition, at_least, at_most, equal, equivalent, greater, less, unequal

a, i, x = sp.symbols("a i x")
N: Any = sp.Symbol("N", integer=True)
UNIT = sp.Interval.open(0, 1)
ALL = {a: UNIT, N: sp.Range(2, sp.oo)}
ROOT = 1 / sp.sqrt(2)
TINY = sp.Rational(1, 10**12)

GEOMETRIC: Any = sp.Sum(a**i, (i, 0, N))
TRUE_IDENTITIES = [
    equal((a + 1) ** 2, a**2 + 2 * a + 1, ALL),
    equal(sp.Derivative(a * (1 - a**2), a), 1 - 3 * a**2, ALL),
    equal(GEOMETRIC, (1 - a ** (N + 1)) / (1 - a), ALL),
    equal(sp.binomial(N, 2), N * (N - 1) / 2, ALL),
    equal(sp.sqrt(a**2), a, ALL),
    equal(sp.sqrt(2) * sp.sqrt(3), sp.sqrt(6)),
]
FALSE_IDENTITIES = [
    equal((a + 1) ** 2, a**2 + 3 * a + 1, ALL),
    equal(sp.Derivative(a * (1 - a**2), a), 1 - 2 * a**2, ALL),
    equal(GEOMETRIC, (1 - a**N) / (1 - a), ALL),
    equal(sp.sqrt(a**2), a, {a: sp.Interval(-1, 1)}),
    equal(a, a + TINY, ALL),
]


@pytest.mark.parametrize("claim", TRUE_IDENTITIES, ids=str)
def test_true_identities_are_proved(claim: Proposition) -> None:
    result = Identity(claim, "").check()
    assert result.passed, result.detail


@pytest.mark.parametrize("claim", FALSE_IDENTITIES, ids=str)
def test_false_identities_are_refuted_by_a_point(claim: Proposition) -> None:
    result = Identity(claim, "").check()
    assert not result.passed
    assert result.detail.startswith("false at")


def test_an_identity_that_no_normal_form_reaches_is_undecided() -> None:
    unknown = sp.Function("f")
    result = Identity(equal(unknown(a), unknown(a) ** 2, ALL), "").check()
    assert not result.passed
    assert "undecided" in result.detail


def test_an_inequality_is_not_an_identity() -> None:
    assert not Identity(greater(a, 0, ALL), "").check().passed


TRUE_SIGNS = [
    greater(N**2 * (1 - a) + N * a - 1, 0, ALL),
    greater(1 / (1 - a), 1, ALL),
    less(2 * a**2 - 1, 0, {a: sp.Interval.open(0, ROOT)}),
    at_most(2 * a**2 - 1, 0, {a: sp.Interval(0, ROOT)}),
    at_least((a - sp.Rational(1, 3)) ** 2, 0, ALL),
    greater(a**2 * (1 - a), 0, ALL),
    greater(N**2 - N - 1, 0, ALL),
    greater(a**2 - a + 1, 0, {a: sp.S.Reals}),
    less((a - 2) / (a + 1), 0, ALL),
]
FALSE_SIGNS = [
    greater(N * (1 - a) - a - 1, 0, ALL),
    greater((a - sp.Rational(1, 3)) ** 2, 0, ALL),
    less(2 * a**2 - 1, 0, {a: sp.Interval.open(0, ROOT + TINY)}),
    greater(a * (1 - a) / (2 * a - 1), 0, ALL),
    greater(a, 0, {a: sp.Interval(0, 1)}),
    greater(N**2 - N - 2, 0, ALL),
    at_least(a**2 - a, 0, {a: sp.Interval(0, 1)}),
    at_least(a - TINY, 0, ALL),
]


@pytest.mark.parametrize("claim", TRUE_SIGNS, ids=str)
def test_true_signs_are_proved(claim: Proposition) -> None:
    result = SignOnInterval(claim, "").check()
    assert result.passed, result.detail


@pytest.mark.parametrize("claim", FALSE_SIGNS, ids=str)
def test_false_signs_are_refuted_by_a_point(claim: Proposition) -> None:
    result = SignOnInterval(claim, "").check()
    assert not result.passed
    assert result.detail.startswith("false at")
    point: dict[Any, Any] = {
        sp.Symbol(n): sp.Rational(v) for n, v in (s.split(" = ") for s in result.detail[9:].split(", "))
    }
    by_name: Any = {symbol: point[sp.Symbol(symbol.name)] for symbol, _ in claim.over}
    assert all(values.contains(by_name[symbol]) == sp.true for symbol, values in claim.over)
    assert claim.relation.subs(by_name) == sp.false


@pytest.mark.parametrize(
    "claim",
    [
        less(2 * a**2 - 1, 0, {a: sp.Interval.Lopen(0, ROOT)}),  # zero at an irrational end only
        greater((2 * a**2 - 1) ** 2, 0, ALL),  # a double root at an irrational number
        greater((a - ROOT) ** 2, 0, ALL),  # irrational coefficients
        greater(sp.exp(a), 0, ALL),  # not rational
        greater(a / (2 * a - 1) * (2 * a - 1), 0, {a: sp.Interval(-1, 0)}),
    ],
    ids=str,
)
def test_other_false_or_foreign_signs_fail(claim: Proposition) -> None:
    assert not SignOnInterval(claim, "").check().passed


def test_a_cancelled_pole_is_still_a_pole() -> None:
    hidden = (4 * a**2 - 1) / (2 * a - 1)
    assert not SignOnInterval(greater(hidden, 0, {a: UNIT}), "").check().passed
    assert SignOnInterval(greater(hidden, 0, {a: sp.Interval.open(0, sp.Rational(1, 2))}), "").check().passed


SLOPE = a - 2 * a**3


def test_an_exact_domain_is_proved() -> None:
    claim = equivalent(sp.Gt(SLOPE, 0), sp.Lt(a, ROOT), {a: UNIT})
    assert ExactDomain(claim, "").check().passed
    both = sp.And(sp.Equivalent(sp.Gt(SLOPE, 0), sp.Lt(a, ROOT)), sp.Equivalent(sp.Eq(SLOPE, 0), sp.Eq(a, ROOT)))
    assert ExactDomain(Proposition(both, ((a, UNIT),)), "").check().passed


@pytest.mark.parametrize(
    "domain",
    [
        sp.Lt(a, sp.Rational(1, 2)),
        sp.Le(a, ROOT),
        sp.Lt(a, ROOT + TINY),
        sp.Lt(a, ROOT - TINY),
        sp.Gt(a, ROOT),
    ],
    ids=str,
)
def test_a_wrong_exact_domain_is_refuted(domain: sp.Basic) -> None:
    result = ExactDomain(equivalent(sp.Gt(SLOPE, 0), domain, {a: UNIT}), "").check()  # pyright: ignore[reportArgumentType]
    assert not result.passed
    assert "false" in result.detail


def test_an_exact_domain_sees_double_roots_and_poles() -> None:
    assert not ExactDomain(greater((3 * a - 1) ** 2, 0, {a: UNIT}), "").check().passed
    assert (
        ExactDomain(equivalent(sp.Gt((3 * a - 1) ** 2, 0), unequal(a, sp.Rational(1, 3), {a: UNIT}), {a: UNIT}), "")
        .check()
        .passed
    )
    pole = ExactDomain(unequal(1 / (2 * a - 1), 0, {a: UNIT}), "").check()
    assert not pole.passed
    assert "undefined" in pole.detail


def test_evaluation_is_exact() -> None:
    digits = sp.Rational(141421356237309504880168872420969807856967187537694, 10**50)
    assert Evaluation(greater(sp.sqrt(2), digits), "").check().passed
    assert not Evaluation(less(sp.sqrt(2), digits), "").check().passed
    assert Evaluation(equal(sp.sqrt(5 + 2 * sp.sqrt(6)), sp.sqrt(2) + sp.sqrt(3)), "").check().passed
    assert not Evaluation(unequal(sp.sqrt(5 + 2 * sp.sqrt(6)), sp.sqrt(2) + sp.sqrt(3)), "").check().passed
    assert "undecided" in Evaluation(less(sp.log(2), 1), "").check().detail
    assert not Evaluation(less(a, 2, ALL), "").check().passed


def test_signs_of_constants() -> None:
    assert sign_of_constant(sp.sqrt(2) - 1) == 1
    assert sign_of_constant(sp.exp(1) - 3) == -1
    assert sign_of_constant(sp.sqrt(6) - sp.sqrt(2) * sp.sqrt(3)) == 0
    assert sign_of_constant(sp.zoo) is None
    assert sign_of_constant(a) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.fractions(-2, 2, max_denominator=6), min_size=1, max_size=4))
def test_the_sign_table_matches_the_factors(values: list) -> None:
    known = [sp.Rational(each.numerator, each.denominator) for each in values]
    poly = sp.Poly(sp.prod([x - each for each in known]) * (x**2 - 2), x, domain="QQ")
    table = cells(sp.Interval.open(-1, 1), [poly], [], x)
    points = [cell.root.low for cell in table if cell.root is not None]
    assert points == sorted({each for each in known if -1 < each < 1})
    for cell in table:
        at = cell.sample if cell.root is None else cell.root.low
        assert cell.sign(poly) == sp.sign(poly.eval(at))


def test_roots_are_located_among_their_conjugates() -> None:
    assert len(roots(sp.Poly((x**2 - 2) ** 2 * (x - 1), x))) == 3
    assert locate(sp.sqrt(2), x).index == 1
    assert locate(-sp.sqrt(2), x).index == 0
    with pytest.raises(ValueError, match="algebraic"):
        locate(sp.pi, x)
    assert rational_between(sp.sqrt(2), sp.Rational(3, 2)) < sp.Rational(3, 2)
