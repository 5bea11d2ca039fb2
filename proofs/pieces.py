"""Propositions whose sides are piecewise constant in one variable: a table of bounds as one statement.

A `Piecewise` in a proposition stands for a row of the table on each of its intervals. The step below checks every row
by itself, on its closed interval, with a step of another kind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import sympy as sp

from proofs.balls import BallInequality
from proofs.certificate import Outcome, Step
from proofs.grades import Grade
from proofs.statement import Proposition


@dataclass(frozen=True)
class InPieces(Step):
    """A proposition with piecewise constants of one variable, proved row by row.

    Attributes:
        kind: the step that proves one row.
    """

    kind: type[Step] = BallInequality

    grade: ClassVar[Grade] = Grade.BALL_ARITHMETIC
    method: ClassVar[str] = "each row by ball arithmetic"

    def decide(self) -> Outcome:
        """Prove row after row; the first that is not proved decides."""
        rows = 0
        for row in pieces(self.proposition):
            outcome = self.kind(row, self.because).decide()
            if not outcome.passed:
                return Outcome(False, f"row {rows + 1}: {outcome.detail}")
            rows += 1
        return Outcome(True, f"certain on each of {rows} rows")


def piecewise(variable: sp.Symbol, rows: Sequence[tuple[Any, Any]]) -> sp.Expr:
    """Return the table as a function: each row is its right end (in increasing order) and the value up to there."""
    *before, (_, last) = rows
    parts = [(value, sp.Le(variable, end)) for end, value in before]
    return sp.Piecewise(*parts, (last, True), evaluate=False)


def pieces(claim: Proposition) -> Iterator[Proposition]:
    """Yield the proposition on each interval on which all its piecewise parts are constant, ends included.

    Raises:
        ValueError: the piecewise parts are not tables of one variable, or it does not range over an interval.
    """
    tables: set[Any] = claim.relation.atoms(sp.Piecewise)
    variables: set[Any] = set().union(*(table.free_symbols for table in tables))
    if len(variables) != 1:
        raise ValueError(f"the piecewise parts depend on {variables}, not on one variable")
    (variable,) = variables
    whole = claim.ranges[variable]
    if not isinstance(whole, sp.Interval):
        raise ValueError(f"{variable} must range over an interval, not {whole}")
    inside = {end for table in tables for end in _ends(table, variable) if whole.start < end < whole.end}
    marks: list[Any] = [whole.start, *sorted(inside), whole.end]
    for low, high in pairwise(marks):
        rows = {table: table.subs(variable, (low + high) / 2) for table in tables}
        over = {**claim.ranges, variable: sp.Interval(low, high)}
        relation: Any = claim.relation.xreplace(rows)
        yield Proposition(relation, tuple(over.items()))


def _ends(table: Any, variable: sp.Symbol) -> list[Any]:
    ends = []
    for value, condition in table.args:
        if condition != sp.true:
            if not isinstance(condition, sp.Le) or condition.lhs != variable or value.free_symbols:
                raise ValueError(f"{table} is not a table of constants for {variable} up to given ends")
            ends.append(condition.rhs)
    return ends
