"""Exact mathematical content: a relation, and the ranges over which it is claimed to hold.

A `Proposition` reads "the relation holds for all values of its free symbols in their ranges, wherever both
sides are defined". It is the unit that a certificate proves and a claim consists of, so it can be compared,
hashed, printed and fingerprinted. A `Statement` is an English sentence together with the propositions that
say the same thing exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean, BooleanAtom
from sympy.printing.latex import LatexPrinter

Ranges = Mapping[sp.Symbol, sp.Set] | Iterable[tuple[sp.Symbol, sp.Set]]

BOOLEANS = sp.FiniteSet(sp.true, sp.false)
"""The range of a symbol that stands for a truth value."""

MOST_ROWS = 4
"""Rows of a table that are printed; the others are only counted (all are checked)."""

_ZERO = sp.FiniteSet(0)
_RANGE_OF_FACT: dict[str, sp.Set] = {
    "positive": sp.Interval.open(0, sp.oo),
    "nonnegative": sp.Interval(0, sp.oo),
    "negative": sp.Interval.open(-sp.oo, 0),
    "nonpositive": sp.Interval(-sp.oo, 0),
    "nonzero": sp.Complement(sp.S.Reals, _ZERO),
    "integer": sp.S.Integers,
    "rational": sp.S.Rationals,
    "algebraic": sp.S.Rationals,
}
_RANGE_OF_FACT |= {f"extended_{fact}": _RANGE_OF_FACT[fact] for fact in list(_RANGE_OF_FACT)[:5]}
_REAL_FACTS = {"real", "extended_real", "complex", "hermitian", "finite", "commutative"}


@dataclass(frozen=True)
class Proposition:
    """A relation that holds for all values of its free symbols in `over`, wherever both sides are defined.

    Ranges are kept in the order of the symbols' names, and ranges of symbols that do not occur are dropped,
    so that equal claims compare equal.

    Raises:
        ValueError: the relation has been evaluated to a truth value, contains a floating-point number, or has
            a free symbol without a range; a range is empty, given twice, or contradicts what the symbol
            assumes.
    """

    relation: Boolean
    over: tuple[tuple[sp.Symbol, sp.Set], ...] = ()

    def __post_init__(self) -> None:
        relation = self.relation
        if isinstance(relation, (bool, BooleanAtom)) or not isinstance(relation, Boolean):
            raise ValueError(f"{relation!r} is not an unevaluated relation: build it with evaluate=False")
        if relation.atoms(sp.Float):
            raise ValueError(f"{relation} contains a floating-point number: write exact numbers")
        pairs = list(self.over.items() if isinstance(self.over, Mapping) else self.over)
        ranges = dict(pairs)
        if len(ranges) < len(pairs):
            raise ValueError(f"a symbol of {relation} has two ranges")
        free: list[Any] = sorted(relation.free_symbols, key=str)
        if len({str(symbol) for symbol in free}) < len(free):
            raise ValueError(f"two different symbols of {relation} share a name")
        for symbol in free:
            if symbol not in ranges:
                raise ValueError(f"the symbol {symbol} of {relation} has no range (are its assumptions the same?)")
            _check_range(symbol, ranges[symbol])
        object.__setattr__(self, "over", tuple((symbol, ranges[symbol]) for symbol in free))

    @property
    def ranges(self) -> dict[sp.Symbol, sp.Set]:
        """The range of every free symbol."""
        return dict(self.over)

    @property
    def sides(self) -> tuple[Any, Any]:
        """The left and the right side of the relation."""
        left, right = self.relation.args
        return left, right

    def latex(self) -> str:
        """Return the proposition in LaTeX: the relation, then "for all" and the ranges."""
        formula = _Printer().doprint(self.relation)
        if not self.over:
            return formula
        return formula + r" \quad \text{for all } " + r",\ ".join(_range_latex(*pair) for pair in self.over)

    def fingerprint_text(self) -> str:
        """Return a text that is always the same and differs whenever the mathematical content does."""
        ranges = "; ".join(f"{sp.srepr(symbol)} in {sp.srepr(values)}" for symbol, values in self.over)
        return f"{sp.srepr(self.relation)} for all {ranges}"


@dataclass(frozen=True)
class Statement:
    """An English sentence (Markdown with $mathematics$) and its exact content.

    Raises:
        ValueError: the text is empty.
    """

    text: str
    propositions: tuple[Proposition, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a statement needs a text")

    def fingerprint_text(self) -> str:
        """Return the text and the propositions, one to a line."""
        return "\n".join([self.text, *(each.fingerprint_text() for each in self.propositions)])


def proposition(relation: Boolean, over: Ranges = ()) -> Proposition:
    """Return the proposition that a relation holds over ranges given as a mapping or as pairs."""
    pairs: Any = over.items() if isinstance(over, Mapping) else over
    return Proposition(relation, tuple(pairs))


def equal(left: sp.Expr | int, right: sp.Expr | int, over: Ranges = ()) -> Proposition:
    """Return the proposition left = right, unevaluated."""
    return _compare(sp.Equality, left, right, over)


def unequal(left: sp.Expr | int, right: sp.Expr | int, over: Ranges = ()) -> Proposition:
    """Return the proposition left ≠ right, unevaluated."""
    return _compare(sp.Unequality, left, right, over)


def greater(left: sp.Expr | int, right: sp.Expr | int, over: Ranges = ()) -> Proposition:
    """Return the proposition left > right, unevaluated."""
    return _compare(sp.StrictGreaterThan, left, right, over)


def less(left: sp.Expr | int, right: sp.Expr | int, over: Ranges = ()) -> Proposition:
    """Return the proposition left < right, unevaluated."""
    return _compare(sp.StrictLessThan, left, right, over)


def at_least(left: sp.Expr | int, right: sp.Expr | int, over: Ranges = ()) -> Proposition:
    """Return the proposition left ≥ right, unevaluated."""
    return _compare(sp.GreaterThan, left, right, over)


def at_most(left: sp.Expr | int, right: sp.Expr | int, over: Ranges = ()) -> Proposition:
    """Return the proposition left ≤ right, unevaluated."""
    return _compare(sp.LessThan, left, right, over)


def equivalent(left: Proposition | Boolean, right: Proposition | Boolean, over: Ranges) -> Proposition:
    """Return the proposition that two relations hold for the same values: an exact domain of validity."""
    sides = [side.relation if isinstance(side, Proposition) else side for side in (left, right)]
    return proposition(sp.Equivalent(*sides, evaluate=False), over)


class _Printer(LatexPrinter):
    """SymPy's printer, which by itself drops the brackets around what is kept as it was written."""

    def _print_UnevaluatedExpr(self, expr: sp.UnevaluatedExpr) -> str:  # the name is SymPy's
        inner = expr.args[0]
        printed = self._print(inner)
        return printed if inner.is_Atom else rf"\left({printed}\right)"

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:  # the name is SymPy's
        """A long table by its first rows and its last."""
        left_out = len(expr.args) - MOST_ROWS
        if left_out <= 0:
            return super()._print_Piecewise(expr)
        short = super()._print_Piecewise(sp.Piecewise(*expr.args[: MOST_ROWS - 1], expr.args[-1], evaluate=False))
        *first, last = short.split(r" \\")
        return r" \\".join([*first, rf"\vdots & \text{{({left_out} more rows)}}", last])

    def parenthesize(self, item: sp.Basic, level: int, is_neg: bool = False, strict: bool = False) -> str:
        """Return an operand, in brackets if it needs them: never twice."""
        if isinstance(item, sp.UnevaluatedExpr):
            return self._print(item)
        return super().parenthesize(item, level, is_neg, strict)


def _compare(kind: type, left: sp.Expr | int, right: sp.Expr | int, over: Ranges) -> Proposition:
    return proposition(kind(sp.sympify(left), sp.sympify(right), evaluate=False), over)


def _check_range(symbol: sp.Symbol, values: sp.Set) -> None:
    """Refuse a range that is empty or has values which the symbol's own assumptions exclude."""
    if values == BOOLEANS:
        return
    if values.is_empty is not False:
        raise ValueError(f"the range {values} of {symbol} is empty, or not known to be non-empty")
    if values.is_subset(sp.S.Reals) is not True:
        raise ValueError(f"the range {values} of {symbol} is not a set of real numbers")
    for fact, value in symbol.assumptions0.items():
        if fact in _REAL_FACTS or (value is False and fact != "zero"):
            continue
        allowed = _RANGE_OF_FACT["nonzero"] if fact == "zero" and value is False else _RANGE_OF_FACT.get(fact)
        if allowed is _RANGE_OF_FACT["nonzero"]:
            fits = values.contains(sp.Integer(0)) == sp.false
        else:
            fits = allowed is not None and values.is_subset(allowed) is True
        if not fits:
            raise ValueError(f"{symbol} is assumed {fact}={value}, which its range {values} does not guarantee")


def _range_latex(symbol: sp.Symbol, values: sp.Set) -> str:
    name = sp.latex(symbol)
    if values == BOOLEANS:
        return rf"{name} \in \{{\text{{true}}, \text{{false}}\}}"
    if values == sp.S.Reals:
        return rf"{name} \in \mathbb{{R}}"
    if isinstance(values, sp.Range) and values.step == 1 and values.sup == sp.oo and values.inf.is_finite:
        return rf"\text{{integers }} {name} \ge {sp.latex(values.inf)}"
    if values in (sp.S.Naturals, sp.S.Naturals0):
        return rf"\text{{integers }} {name} \ge {sp.latex(values.inf)}"
    if not isinstance(values, sp.Interval):
        return rf"{name} \in {sp.latex(values)}"
    low, high = sp.latex(values.start), sp.latex(values.end)
    below, above = ("<" if is_open else r"\le" for is_open in (values.left_open, values.right_open))
    above_low = ">" if values.left_open else r"\ge"
    if values.end == sp.oo:
        return f"{name} {above_low} {low}"
    if values.start == -sp.oo:
        return f"{name} {above} {high}"
    return f"{low} {below} {name} {above} {high}"
