"""The exact sign table of polynomials in one variable on an interval.

The real roots of some polynomials with rational coefficients, and some algebraic "marks", cut an interval
into points and open cells on which every sign is constant. Roots are isolated exactly (never approximated): a
root is an irreducible polynomial together with a rational interval that contains exactly one of its roots. On
an open cell the sign of a polynomial is its sign at one rational sample; at a root it is zero exactly when
the irreducible polynomial divides.

Every isolation is cross-checked with Sturm's theorem.

Source: S. Basu, R. Pollack, M.-F. Roy, Algorithms in Real Algebraic Geometry (2006), chapters 2 and 10.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

import sympy as sp

from proofs.points import is_less, rational_between


@dataclass(frozen=True)
class Root:
    """A real algebraic number: the root, number `index` of its polynomial, in [low, high]."""

    poly: sp.Poly
    index: int
    low: sp.Rational
    high: sp.Rational

    def same_as(self, other: "Root | None") -> bool:
        """Return whether two roots are the same number."""
        return other is not None and (self.poly, self.index) == (other.poly, other.index)

    def narrower(self) -> "Root":
        """Return the same root in a narrower interval."""
        if self.low == self.high:
            return self
        ends: Any = self.poly.refine_root(self.low, self.high, eps=(self.high - self.low) / 4)
        low, high = ends
        return Root(self.poly, self.index, low, high)


@dataclass(frozen=True)
class Cell:
    """A point of the table (with a `root`), or an open cell; `sample` lies in or beside it."""

    sample: sp.Rational
    root: Root | None = None

    def sign(self, poly: sp.Poly) -> int:
        """Return the sign on this cell of a polynomial that the table was made for."""
        if self.root is not None and (poly.is_zero or sp.rem(poly, self.root.poly).is_zero):
            return 0
        return int(sp.sign(poly.eval(self.sample)))

    def side(self, mark: sp.Expr, variable: sp.Symbol) -> int:
        """Return the sign of (variable - mark) on this cell, for a mark that the table was made for."""
        if self.root is not None and self.root.same_as(locate(mark, variable)):
            return 0
        return 1 if is_less(mark, self.sample) else -1

    def place(self, variable: sp.Symbol) -> str:
        """Return where the cell is, in words."""
        if self.root is None or self.root.low == self.root.high:
            return f"at {variable} = {self.sample if self.root is None else self.root.low}"
        return f"at the root of {self.root.poly.as_expr()} between {self.root.low} and {self.root.high}"


def cells(interval: Any, polys: Iterable[sp.Poly], marks: Iterable[sp.Expr], variable: sp.Symbol) -> list[Cell]:
    """Return the cells of the interval, from left to right, cut at all roots and marks.

    Raises:
        ValueError: an endpoint or a mark is not an algebraic number, or a coefficient is not rational.
        ArithmeticError: root isolation and Sturm's theorem disagree (a bug in the computer algebra system).
    """
    ends = [None if end.is_infinite else locate(end, variable) for end in (interval.start, interval.end)]
    found = [root for poly in polys for root in roots(poly)] + [locate(mark, variable) for mark in marks]
    distinct: list[Root] = []
    for root in [*found, *(end for end in ends if end is not None)]:
        if not any(root.same_as(other) for other in distinct):
            distinct.append(root)
    ordered = sorted(_separated(distinct), key=cmp_to_key(lambda x, y: -1 if x.high < y.low else 1))
    first, last = (_position(end, ordered) for end in ends)
    inner = ordered[(0 if first is None else first + 1) : last]
    left = -sp.oo if first is None else ordered[first].high
    table = []
    for root in inner:
        table += [Cell(rational_between(left, root.low)), Cell(rational_between(left, root.low), root)]
        left = root.high
    table.append(Cell(rational_between(left, sp.oo if last is None else ordered[last].low)))
    if first is not None and not interval.left_open:
        table.insert(0, Cell(table[0].sample, ordered[first]))
    if last is not None and not interval.right_open:
        table.append(Cell(table[-1].sample, ordered[last]))
    return table


def roots(poly: sp.Poly) -> list[Root]:
    """Return the distinct real roots of a polynomial with rational coefficients, isolated exactly.

    Raises:
        ValueError: a coefficient is not rational, or the polynomial is zero.
        ArithmeticError: root isolation and Sturm's theorem disagree.
    """
    if poly.is_zero or not (poly.domain.is_ZZ or poly.domain.is_QQ):
        raise ValueError(f"{poly.as_expr()} is not a non-zero polynomial with rational coefficients")
    found = []
    for factor, _ in poly.set_domain(sp.QQ).factor_list()[1]:
        factor = factor.primitive()[1].set_domain(sp.QQ).monic()
        if factor.degree() == 1:
            value: Any = sp.Rational(-factor.eval(0))
            found.append(Root(factor, 0, value, value))
            continue
        isolated: list[Any] = [pair for pair, _ in factor.intervals()]
        if len(isolated) != factor.count_roots():
            raise ArithmeticError(f"root isolation and Sturm's theorem disagree on {factor.as_expr()}")
        found += [Root(factor, index, pair[0], pair[1]) for index, pair in enumerate(isolated)]
    return found


def locate(number: sp.Expr, variable: sp.Symbol) -> Root:
    """Return an algebraic number as a `Root`.

    Raises:
        ValueError: the number is not known to be algebraic and real.
    """
    number = sp.sympify(number)
    if number.is_algebraic is not True or number.is_real is not True:
        raise ValueError(f"{number} is not an algebraic number")
    candidates = roots(sp.Poly(sp.minimal_polynomial(number, variable), variable))
    for root in candidates:
        inside = root.low == root.high or (is_less(root.low, number) and is_less(number, root.high))
        if inside:
            return root
    raise ArithmeticError(f"{number} is not among the roots of its minimal polynomial")


def _separated(found: list[Root]) -> list[Root]:
    """Narrow the intervals of distinct roots until they are disjoint, with gaps between them."""
    for index in range(len(found)):
        for other in range(index):
            while found[index].low <= found[other].high and found[other].low <= found[index].high:
                found[index], found[other] = found[index].narrower(), found[other].narrower()
    return found


def _position(end: Root | None, ordered: list[Root]) -> int | None:
    return None if end is None else next(i for i, root in enumerate(ordered) if root.same_as(end))
