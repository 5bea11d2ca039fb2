"""Propositions are unevaluated, ranged, exact, and compare by content."""

import pytest
import sympy as sp

from proofs.statement import (
    BOOLEANS,
    Proposition,
    Statement,
    at_least,
    equal,
    equivalent,
    greater,
    less,
    proposition,
)

a, b = sp.symbols("a b")
N = sp.Symbol("N", integer=True)
UNIT = sp.Interval.open(0, 1)
SIZES = sp.Range(2, sp.oo)


def test_true_relations_stay_relations() -> None:
    assert equal(a + 1, 1 + a, {a: UNIT}).relation == sp.Eq(a + 1, a + 1, evaluate=False)
    assert greater(1, 0).relation.args == (1, 0)


def test_order_and_unused_ranges_do_not_matter() -> None:
    first, second = equal(a, N, {a: UNIT, N: SIZES}), equal(a, N, ((b, UNIT), (N, SIZES), (a, UNIT)))
    assert first == second
    assert hash(first) == hash(second)
    assert first.fingerprint_text() == second.fingerprint_text()


@pytest.mark.parametrize("relation", [True, sp.true, sp.Gt(2, 1)])
def test_evaluated_relations_are_refused(relation: object) -> None:
    with pytest.raises((ValueError, TypeError), match="relation"):  # TypeError under run-time type checks
        Proposition(relation)  # pyright: ignore[reportArgumentType]


def test_a_symbol_without_a_range_is_named() -> None:
    with pytest.raises(ValueError, match="symbol b"):
        equal(a, b, {a: UNIT})


def test_floating_point_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="floating"):
        less(a, sp.Float("0.5"), {a: UNIT})


def test_a_symbol_with_two_ranges_is_refused() -> None:
    with pytest.raises(ValueError, match="two ranges"):
        less(a, 2, ((a, UNIT), (a, SIZES)))


@pytest.mark.parametrize(
    ("facts", "values"),
    [
        ({"positive": True}, sp.Interval(-1, 1)),
        ({"positive": True}, sp.Interval(0, 1)),
        ({"integer": True}, UNIT),
        ({"nonzero": True}, sp.Interval(-1, 1)),
        ({"even": True}, SIZES),
        ({}, sp.S.EmptySet),
        ({}, sp.S.Complexes),
    ],
)
def test_ranges_must_guarantee_what_symbols_assume(facts: dict[str, bool], values: sp.Set) -> None:
    symbol = sp.Symbol("s", **facts)
    with pytest.raises(ValueError, match="range"):
        less(symbol, 2, {symbol: values})


def test_assumptions_within_the_range_are_fine() -> None:
    symbol = sp.Symbol("s", positive=True, integer=True)
    assert less(0, symbol, {symbol: SIZES}).ranges == {symbol: SIZES}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (UNIT, "0 < a < 1"),
        (sp.Interval(0, 1), r"0 \le a \le 1"),
        (sp.Interval.open(0, sp.oo), "a > 0"),
        (sp.Interval(0, sp.oo), r"a \ge 0"),
        (sp.Interval.open(-sp.oo, 0), "a < 0"),
        (SIZES, r"\text{integers } a \ge 2"),
        (sp.S.Reals, r"a \in \mathbb{R}"),
    ],
)
def test_latex_of_ranges(values: sp.Set, expected: str) -> None:
    text = at_least(a, 0, {a: values}).latex()
    assert text == r"a \geq 0 \quad \text{for all } " + expected


def test_fingerprints_depend_on_relation_range_and_assumptions() -> None:
    positive = sp.Symbol("a", positive=True)
    texts = {
        each.fingerprint_text()
        for each in (
            less(a, 1, {a: UNIT}),
            less(a, 2, {a: UNIT}),
            less(a, 1, {a: sp.Interval(0, 1)}),
            less(positive, 1, {positive: UNIT}),
            greater(1, a, {a: UNIT}),
        )
    }
    assert len(texts) == 5


def test_logic_and_equivalence() -> None:
    p = sp.Symbol("p")
    assert proposition(sp.Implies(p, sp.Not(p)), {p: BOOLEANS}).latex().endswith("\\}")
    same = equivalent(greater(a, 0, {a: UNIT}), less(a, 1, {a: UNIT}), {a: UNIT})
    assert isinstance(same.relation, sp.Equivalent)


def test_a_statement_needs_a_text() -> None:
    with pytest.raises(ValueError, match="text"):
        Statement("  ")


def test_latex_keeps_the_brackets_of_what_is_kept_as_written():
    a = sp.Symbol("a", positive=True)
    printed = equal(1 - sp.UnevaluatedExpr(1 - a), a, {a: sp.Interval.open(0, 1)}).latex()
    assert r"- \left(1 - a\right)" in printed


def test_latex_of_a_long_table_is_its_ends():
    rows = [(sp.Integer(row), sp.Le(a, sp.Rational(row, 20))) for row in range(1, 10)]
    table = sp.Piecewise(*rows, (sp.Integer(10), True), evaluate=False)
    printed = at_least(table, 0, {a: sp.Interval.open(0, 1)}).latex()
    assert r"3 & \text{for}\: a \leq \frac{3}{20} \\\vdots & \text{(6 more rows)} \\10 & \text{otherwise}" in printed
    whole = sp.Piecewise(*rows[:2], (sp.Integer(3), True), evaluate=False)
    assert "vdots" not in at_least(whole, 0, {a: sp.Interval.open(0, 1)}).latex()
