"""Boolean combinations of relations between rational functions of one variable, read off the sign table.

This is quantifier elimination in one dimension: the truth value of such a formula is constant on every cell
of the table made from all polynomials in it, so it holds on an interval exactly when it holds on each of the
finitely many cells.
"""

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import CoercionFailed, GeneratorsError, PolynomialError

from proofs.cells import Cell, cells
from proofs.enclose import sign_of_constant


@dataclass(frozen=True)
class Atom:
    """A rational function as numerator and denominator, or a sloped line through a mark."""

    numerator: sp.Poly | None
    denominator: sp.Poly | None
    mark: Any = None
    slope: int = 1

    @property
    def polys(self) -> list[sp.Poly]:
        """The non-constant polynomials whose roots cut the interval."""
        both = [poly for poly in (self.numerator, self.denominator) if poly is not None]
        return [poly for poly in both if poly.degree() > 0]

    def sign(self, cell: Cell, variable: sp.Symbol) -> int | None:
        """Return the sign on a cell, or None where the denominator vanishes."""
        if self.numerator is None or self.denominator is None:
            return self.slope * cell.side(self.mark, variable)
        below = cell.sign(self.denominator)
        return cell.sign(self.numerator) * below if below else None


def rational_poly(expression: sp.Expr, variable: sp.Symbol) -> sp.Poly:
    """Return a polynomial with rational coefficients.

    Raises:
        ValueError: the expression is not one.
    """
    try:
        return sp.Poly(expression, variable, domain="QQ")
    except (CoercionFailed, GeneratorsError, PolynomialError):
        message = f"{expression} is not a polynomial in {variable} with rational coefficients"
        raise ValueError(message) from None


def atom(expression: sp.Expr, variable: sp.Symbol) -> Atom:
    """Return the atom of a rational function with rational coefficients, or of a line with algebraic ones.

    Common factors are not cancelled, so the function counts as undefined wherever it was written with a zero
    denominator.

    Raises:
        ValueError: the expression is neither.
    """
    whole: Any = sp.together(expression.doit())
    above, below = whole.as_numer_denom()
    try:
        return Atom(rational_poly(above, variable), rational_poly(below, variable))
    except ValueError:
        slope, rest = sp.expand(expression).coeff(variable, 1), sp.expand(expression).coeff(variable, 0)
        line = (
            not slope.has(variable) and not rest.has(variable) and sp.expand(expression - slope * variable - rest) == 0
        )
        sign = sign_of_constant(slope) if line else None
        if not sign:
            raise
        return Atom(None, None, sp.radsimp(-rest / slope), sign)


def truth_table(formula: Boolean, variable: sp.Symbol, interval: sp.Interval) -> list[tuple[Cell, bool | None]]:
    """Return a formula's truth value on every cell of an interval; None where a side is undefined.

    Raises:
        ValueError: the formula is not a Boolean combination of relations between rational functions.
    """
    relations: set[Any] = formula.atoms(Relational)
    atoms = {each: atom(each.lhs - each.rhs, variable) for each in relations}
    polys = [poly for each in atoms.values() for poly in each.polys]
    marks = [each.mark for each in atoms.values() if each.mark is not None]
    table: list[tuple[Cell, bool | None]] = []
    for cell in cells(interval, polys, marks, variable):
        signs = {each: atoms[each].sign(cell, variable) for each in atoms}
        undefined = None in signs.values()
        values = {each: holds(each, sign) for each, sign in signs.items() if sign is not None}
        table.append((cell, None if undefined else _combine(formula, values)))
    return table


def holds(relation: Relational, sign: int) -> bool:
    """Return whether a relation holds, given the sign of (left side - right side).

    Raises:
        ValueError: the relation is of an unknown kind.
    """
    kinds = {
        sp.Eq: sign == 0,
        sp.Ne: sign != 0,
        sp.Gt: sign > 0,
        sp.Ge: sign >= 0,
        sp.Lt: sign < 0,
        sp.Le: sign <= 0,
    }
    for kind, value in kinds.items():
        if isinstance(relation, kind):
            return value
    raise ValueError(f"{relation} is not one of =, ≠, <, ≤, >, ≥")


def _combine(formula: Any, values: dict[Any, bool]) -> bool:
    if formula in values:
        return values[formula]
    parts = [_combine(each, values) for each in formula.args]
    if isinstance(formula, sp.And):
        return all(parts)
    if isinstance(formula, sp.Or):
        return any(parts)
    if isinstance(formula, sp.Not):
        return not parts[0]
    if isinstance(formula, sp.Implies):
        return not parts[0] or parts[1]
    if isinstance(formula, sp.Equivalent):
        return len(set(parts)) == 1
    raise ValueError(f"{formula} is not built from and, or, not, implies, equivalent")
