"""A table of bounds is proved row by row, over exactly its intervals."""

from typing import Any

import pytest
import sympy as sp

from proofs.pieces import InPieces, pieces, piecewise
from proofs.statement import at_most, equal, less

x: Any = sp.Symbol("x", positive=True)
OVER = {x: sp.Interval(sp.Rational(1, 2), 2)}
TABLE = piecewise(x, [(sp.Integer(1), sp.Rational(11, 10)), (sp.Integer(2), sp.Rational(41, 10))])


def test_rows_are_the_intervals_with_their_values():
    rows: list[Any] = list(pieces(less(x**2, TABLE, OVER)))
    assert [row.ranges[x] for row in rows] == [sp.Interval(sp.Rational(1, 2), 1), sp.Interval(1, 2)]
    assert [row.relation.rhs for row in rows] == [sp.Rational(11, 10), sp.Rational(41, 10)]


def test_a_true_table_is_proved():
    result = InPieces(less(x**2, TABLE, OVER), "").check()
    assert result.passed, result.detail


@pytest.mark.parametrize("values", [(sp.Rational(9, 10), 5), (2, sp.Rational(39, 10))])
def test_one_wrong_row_refutes_it(values):
    table = piecewise(x, [(sp.Integer(1), values[0]), (sp.Integer(2), values[1])])
    result = InPieces(less(x**2, table, OVER), "").check()
    assert not result.passed
    assert "false" in result.detail


def test_equal_rows_stay_apart():
    assert len(list(pieces(at_most(x, piecewise(x, [(1, 2), (2, 2)]), OVER)))) == 2


@pytest.mark.parametrize(
    "claim",
    [
        less(x, 3, OVER),
        less(x, sp.Piecewise((x + 1, x < 1), (3, True)), OVER),
        equal(x, TABLE, OVER),
        less(x, TABLE, {x: sp.FiniteSet(1)}),
    ],
)
def test_other_propositions_are_undecided(claim):
    result = InPieces(claim, "").check()
    assert not result.passed
    assert "undecided" in result.detail
