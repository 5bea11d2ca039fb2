"""Steps decided by exact algebra: identities, signs on intervals, exact domains, and exact evaluations.

Nothing here concludes anything from a floating-point number. Identities are reduced to zero by normal forms;
signs are read off exact sign tables (`proofs.cells`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy as sp
from sympy.core.relational import Relational

from proofs.cells import Cell, cells
from proofs.certificate import Outcome, Step
from proofs.enclose import sign_of_constant
from proofs.formulas import holds, rational_poly, truth_table
from proofs.grades import Grade
from proofs.points import sample_points, sharpened

_NORMAL_FORMS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("evaluation", lambda e: e),
    ("expansion", sp.expand),
    ("cancellation", lambda e: sp.cancel(sp.together(e))),
    ("combsimp", sp.combsimp),
    ("gammasimp", sp.gammasimp),
    ("simplification", sp.simplify),
    ("factorisation", sp.factor),
    ("expansion of functions", lambda e: sp.simplify(sp.expand(e, func=True))),
)


@dataclass(frozen=True)
class Identity(Step):
    """An equation, proved by reducing the difference of its sides to exactly zero.

    Exact evaluation at a few points comes first: it refutes false equations, and it guards the normal forms.
    """

    grade: ClassVar[Grade] = Grade.EXACT_ALGEBRA
    method: ClassVar[str] = "reduction of the difference of both sides to zero"

    def decide(self) -> Outcome:
        """Try the points, then the normal forms in turn; only an exact zero is accepted."""
        relation: Any = self.proposition.relation
        ranges = self.proposition.ranges
        if not isinstance(relation, sp.Equality):
            return Outcome(False, f"undecided: {relation} is not an equation")
        left, right = self.proposition.sides
        difference = left - right
        for point in sample_points(ranges):
            sign = _sign_at(difference, point)
            if sign in (1, -1):
                return Outcome(False, f"false at {_words(point)}: the sides differ there")
        sharper: dict[Any, Any] = {symbol: sharpened(symbol, values) for symbol, values in ranges.items()}
        reduced = _drop_excluded_cases(difference.doit(), ranges).subs(sharper)
        for name, normal_form in _NORMAL_FORMS:
            reduced = normal_form(reduced)
            if reduced == 0:
                return Outcome(True, f"the difference is zero after {name}")
        return Outcome(False, f"undecided: the difference was only reduced to {reduced}")


@dataclass(frozen=True)
class Evaluation(Step):
    """A relation between algebraic constants, such as a counter-example, decided exactly."""

    grade: ClassVar[Grade] = Grade.EXACT_ALGEBRA
    method: ClassVar[str] = "exact evaluation"

    def decide(self) -> Outcome:
        """Compute the exact sign of (left - right)."""
        relation: Any = self.proposition.relation
        if not isinstance(relation, Relational) or relation.free_symbols:
            return Outcome(False, f"undecided: {relation} is not a relation between constants")
        left, right = self.proposition.sides
        difference: Any = sp.expand((left - right).doit())
        if difference.is_algebraic is not True or difference.is_real is not True:
            return Outcome(False, f"undecided: {difference} is not known to be algebraic (use a BallInequality)")
        sign = sign_of_constant(difference)
        if sign is None:
            return Outcome(False, f"undecided: no exact sign of {difference}")
        value = f"left minus right is {difference}"
        return Outcome(holds(relation, sign), value if holds(relation, sign) else f"false: {value}")


@dataclass(frozen=True)
class ExactDomain(Step):
    """A formula in one variable over an interval, decided exactly by the sign table.

    The formula combines relations between rational functions (rational coefficients; lines may have algebraic
    ones) by and, or, not, implies and equivalent. Its typical form is "f > 0 exactly when a < 1/√2", over 0 <
    a < 1, which says where a sign changes; but any inequality in one variable will do.
    """

    grade: ClassVar[Grade] = Grade.EXACT_ALGEBRA
    method: ClassVar[str] = "exact root isolation and the signs between the roots"

    def decide(self) -> Outcome:
        """Evaluate the formula on every cell of the interval."""
        over = self.proposition.over
        if len(over) != 1 or not _is_interval(over[0][1]):
            return Outcome(False, "undecided: an exact domain needs one variable, over an interval")
        ((variable, values),) = over
        table = truth_table(self.proposition.relation, variable, _interval(values))
        failed = sorted((each for each in table if each[1] is not True), key=lambda each: each[0].root is not None)
        if failed:
            cell, value = failed[0]
            why = "a side is undefined" if value is None else "false"
            return Outcome(False, f"{why} {cell.place(variable)}")
        points = sum(cell.root is not None for cell, _ in table)
        return Outcome(True, f"holds on all {len(table)} cells ({points} points)")


@dataclass(frozen=True)
class SignOnInterval(Step):
    """An inequality between rational functions of one variable and of parameters bounded below.

    Every parameter is written as its lower bound plus t ≥ 0. It is then enough that the coefficients of the
    powers of t are non-negative polynomials on the interval, and (for a strict inequality) that one whose
    power of t is never zero is positive. This is sufficient, and for a single variable also necessary.

    Attributes:
        variable: the variable; by default the only symbol that ranges over an interval.
    """

    variable: sp.Symbol | None = None

    grade: ClassVar[Grade] = Grade.EXACT_ALGEBRA
    method: ClassVar[str] = "exact signs of the coefficients, by root isolation"

    def decide(self) -> Outcome:
        """Certify the signs of numerator and denominator; on failure look for an exact violation."""
        relation: Any = self.proposition.relation
        ranges = self.proposition.ranges
        if not isinstance(relation, (sp.Gt, sp.Ge, sp.Lt, sp.Le)):
            return Outcome(False, f"undecided: {relation} is not an inequality")
        left, right = self.proposition.sides
        difference = (left - right).doit()
        if isinstance(relation, (sp.Lt, sp.Le)):
            difference = -difference
        together: Any = sp.together(difference)
        written_below = together.as_numer_denom()[1]
        above, below = sp.fraction(sp.cancel(together))
        variable = self._variable()
        signs = [_sign_at(below, point) for point in sample_points(ranges)]
        if -1 in signs:
            above, below = -above, -below
        if -1 in [_sign_at(written_below, point) for point in sample_points(ranges)]:
            written_below = -written_below
        strict = isinstance(relation, (sp.Gt, sp.Lt))
        tried = sample_points(ranges)
        for part, must_be_strict in ((written_below, True), (below, True), (above, strict)):
            problem, cell = _certify(part, variable, ranges, must_be_strict)
            if problem:
                tried += [] if cell is None else list(_points_near(cell, variable, ranges))
                return Outcome(False, self._violation(tried) or f"undecided: {problem}")
        return Outcome(True, "all coefficients have the required sign")

    def _variable(self) -> sp.Symbol | None:
        if self.variable is not None:
            return self.variable
        intervals = [symbol for symbol, values in self.proposition.over if _is_interval(values)]
        if len(intervals) > 1:
            raise ValueError(f"say which of {intervals} is the variable; the others are parameters")
        return intervals[0] if intervals else None

    def _violation(self, points: Iterable[dict[sp.Symbol, sp.Basic]]) -> str | None:
        relation: Any = self.proposition.relation
        for point in points:
            sign = _sign_at(relation.lhs - relation.rhs, point)
            if sign is not None and not holds(relation, sign):
                return f"false at {_words(point)}"
        return None


def _certify(
    expression: Any, variable: sp.Symbol | None, ranges: dict[sp.Symbol, sp.Set], strict: bool
) -> tuple[str | None, Cell | None]:
    """Return what keeps the expression from being certified positive (or non-negative), and where."""
    axis = variable or sp.Dummy("x")
    interval = _interval(ranges[variable]) if variable else sp.Interval(0, 1)
    excess: dict[sp.Symbol, sp.Symbol] = {}
    never_zero = []
    for symbol in set(ranges) - {variable}:
        low = ranges[symbol].inf
        if not low.is_Rational:
            raise ValueError(f"the parameter {symbol} needs a rational lower bound")
        excess[symbol] = sp.Dummy(f"t_{symbol}")
        never_zero.append(_is_interval(ranges[symbol]) and bool(_interval(ranges[symbol]).left_open))
        expression = expression.subs(symbol, low + excess[symbol])
    terms = sp.Poly(expression, *excess.values()).terms() if excess else [((), expression)]
    positive, problem = False, None
    for powers, coefficient in terms:
        poly = rational_poly(coefficient, axis)
        signs = [(cell.sign(poly), cell) for cell in cells(interval, [poly] if poly.degree() > 0 else [], [], axis)]
        worst, where = min(signs, key=lambda pair: pair[0])
        if worst < 0:
            return f"the coefficient {poly.as_expr()} is negative {where.place(axis)}", where
        present = all(power == 0 or open_end for power, open_end in zip(powers, never_zero, strict=True))
        positive = positive or (worst > 0 and present)
        if worst == 0 and present:
            problem = (f"the coefficient {poly.as_expr()} vanishes {where.place(axis)}", where)
    if strict and not positive:
        return problem or ("no coefficient is positive throughout", None)
    return None, None


def _points_near(
    cell: Cell, variable: sp.Symbol | None, ranges: dict[sp.Symbol, sp.Set]
) -> Iterable[dict[sp.Symbol, sp.Basic]]:
    """Yield points over a cell, with parameters from just at their lower bounds to far away."""
    exact = cell.root is not None and cell.root.low == cell.root.high
    place = cell.root.low if cell.root is not None and exact else cell.sample
    for excess in (0, 1, 10, 1000):
        point = {symbol: values.inf + excess for symbol, values in ranges.items() if symbol != variable}
        point |= {variable: place} if variable else {}
        if all(values.contains(point[symbol]) == sp.true for symbol, values in ranges.items()):
            yield point


def _sign_at(expression: Any, point: dict[Any, Any]) -> int | None:
    """Return the exact sign of an expression at a point, or None where it is undefined or undecided."""
    try:
        return sign_of_constant(sp.expand(expression.subs(point).doit()))
    except (NotImplementedError, TypeError, ValueError, ZeroDivisionError):
        return None


def _drop_excluded_cases(expression: Any, ranges: dict[Any, sp.Set]) -> Any:
    """Drop the cases of piecewise results that a range excludes, such as a = 1 when 0 < a < 1."""
    for condition in expression.atoms(sp.Equality):
        if condition.lhs in ranges and ranges[condition.lhs].contains(condition.rhs) == sp.false:
            expression = expression.subs(condition, sp.false)
    return expression


def _is_interval(values: sp.Set) -> bool:
    return isinstance(values, sp.Interval) or values == sp.S.Reals


def _interval(values: Any) -> Any:
    return values if isinstance(values, sp.Interval) else sp.Interval(-sp.oo, sp.oo)


def _words(point: dict[sp.Symbol, sp.Basic]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items()) or "the only point"
