"""Propositions decided by an SMT solver: polynomial relations and logic.

The symbols stand for integers, reals and truth values. The negation of the proposition goes to Z3, with the
ranges as assumptions. If it is unsatisfiable the proposition is proved; a model of it is a counter-example;
"unknown" (such as after the time limit) is undecided.

Source: L. de Moura, N. Bjørner, "Z3: an efficient SMT solver", TACAS 2008.
"""

from dataclasses import dataclass, field
from functools import reduce
from operator import add, mul
from typing import Any, ClassVar

import sympy as sp
import z3

from proofs.certificate import Outcome, Step
from proofs.grades import Grade
from proofs.statement import BOOLEANS

_if: Any = z3.If
_LOGIC: dict[type, Any] = {
    sp.And: z3.And,
    sp.Or: z3.Or,
    sp.Not: z3.Not,
    sp.Implies: z3.Implies,
    sp.Eq: lambda x, y: x == y,
    sp.Ne: lambda x, y: x != y,
    sp.Gt: lambda x, y: x > y,
    sp.Ge: lambda x, y: x >= y,
    sp.Lt: lambda x, y: x < y,
    sp.Le: lambda x, y: x <= y,
    sp.Abs: lambda x: z3.If(x >= 0, x, -x),
    sp.Max: lambda *xs: reduce(lambda x, y: _if(x >= y, x, y), xs),
    sp.Min: lambda *xs: reduce(lambda x, y: _if(x <= y, x, y), xs),
    sp.Equivalent: lambda *xs: z3.And(*(x == xs[0] for x in xs[1:])),
    sp.Add: lambda *xs: reduce(add, xs),
    sp.Mul: lambda *xs: reduce(mul, xs),
}


@dataclass(frozen=True)
class SmtHolds(Step):
    """A formula over integers, reals and truth values, decided by Z3 within a time limit.

    Attributes:
        seconds: the time limit.
    """

    seconds: float = 10.0

    grade: ClassVar[Grade] = Grade.SMT
    method: ClassVar[str] = "Z3, which finds the negation unsatisfiable"

    def decide(self) -> Outcome:
        """Ask for a counter-example in the ranges."""
        translation = _Translation(self.proposition.ranges)
        formula = translation.term(self.proposition.relation)
        solver = z3.Solver()
        solver.set("timeout", max(1, round(1000 * self.seconds)))
        solver.add(*translation.assumptions, z3.Not(formula))
        answer = solver.check()
        if answer == z3.unsat:
            return Outcome(True, "the negation is unsatisfiable")
        if answer == z3.sat:
            return Outcome(False, f"false at {translation.words(solver.model())}")
        return Outcome(False, f"undecided: Z3 answers unknown ({solver.reason_unknown()})")


@dataclass
class _Translation:
    """Z3 variables for the symbols, what their ranges say, and which denominators are not zero."""

    ranges: dict[sp.Symbol, sp.Set]
    variables: dict[sp.Symbol, Any] = field(default_factory=dict)
    assumptions: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        for symbol, values in self.ranges.items():
            whole = values != BOOLEANS and values.is_subset(sp.S.Integers)
            make = z3.Bool if values == BOOLEANS else z3.Int if whole else z3.Real
            self.variables[symbol] = make(symbol.name)
            self.assumptions += self._range(self.variables[symbol], values)

    def term(self, expression: Any) -> Any:
        """Return the Z3 term of an expression or formula.

        Raises:
            NotImplementedError: it is not built from polynomials, quotients, |x|, max, min, relations and
                logic.
        """
        if expression in self.variables:
            return self.variables[expression]
        if expression in (sp.true, sp.false):
            return z3.BoolVal(expression == sp.true)
        if isinstance(expression, sp.Integer):
            return z3.IntVal(int(expression))
        if isinstance(expression, sp.Rational):
            return z3.Q(int(expression.p), int(expression.q))
        if isinstance(expression, sp.Pow) and isinstance(expression.exp, sp.Integer):
            base = self.term(expression.base)
            power = reduce(mul, [base] * abs(int(expression.exp)))
            if expression.exp > 0:
                return power
            self.assumptions.append(base != 0)  # the proposition is about the values where both sides are defined
            real: Any = z3.ToReal(power) if power.is_int() else power
            return 1 / real
        for kind, build in _LOGIC.items():
            if isinstance(expression, kind):
                return build(*(self.term(each) for each in expression.args))
        raise NotImplementedError(f"no SMT translation of {expression!r} ({type(expression).__name__})")

    def words(self, model: z3.ModelRef) -> str:
        """Return a counter-example in words."""
        pairs = [(symbol, model.eval(each, model_completion=True)) for symbol, each in self.variables.items()]
        return ", ".join(f"{symbol} = {value}" for symbol, value in pairs) or "the only point"

    def _range(self, variable: Any, values: sp.Set) -> list[Any]:
        if values in (BOOLEANS, sp.S.Reals, sp.S.Integers):
            return []
        if isinstance(values, sp.FiniteSet):
            return [z3.Or(*(variable == self.term(each) for each in values.args))]
        if isinstance(values, sp.Range) and values.step != 1:
            raise NotImplementedError(f"no SMT translation of the range {values}")
        if not isinstance(values, (sp.Interval, sp.Range)) and values not in (sp.S.Naturals, sp.S.Naturals0):
            raise NotImplementedError(f"no SMT translation of the range {values}")
        is_interval = isinstance(values, sp.Interval)
        bounds = []
        if values.inf != -sp.oo:
            low = self.term(values.inf)
            bounds.append(variable > low if is_interval and values.left_open else variable >= low)
        if values.sup != sp.oo:
            high = self.term(values.sup)
            bounds.append(variable < high if is_interval and values.right_open else variable <= high)
        return bounds
