"""Exact numbers picked from ranges: rational points between two reals, and a few points of every range."""

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import sympy as sp

from proofs.enclose import sign_of_constant
from proofs.statement import BOOLEANS

_FRACTIONS = tuple(sp.Rational(*pair) for pair in ((1, 2), (1, 3), (4, 5), (1, 10), (13, 14)))


def is_less(left: sp.Expr, right: sp.Expr) -> bool:
    """Return whether left < right, exactly; infinite values are allowed.

    Raises:
        ValueError: the two numbers cannot be compared exactly.
    """
    if left == right:
        return False
    if -sp.oo in (left, right):
        return left == -sp.oo
    if sp.oo in (left, right):
        return right == sp.oo
    sign = sign_of_constant(right - left)
    if sign is None:
        raise ValueError(f"cannot compare {left} with {right} exactly")
    return sign > 0


def rational_between(low: sp.Expr, high: sp.Expr) -> sp.Rational:
    """Return a simple rational number strictly between two reals, either possibly infinite.

    Raises:
        ValueError: low < high does not hold.
    """
    if not is_less(low, high):
        raise ValueError(f"there is no number between {low} and {high}")
    if low == -sp.oo:
        return sp.Integer(0) if high == sp.oo else sp.Integer(sp.ceiling(high) - 1)
    denominator = 1
    while True:
        candidate: Any = sp.Rational(sp.floor(low * denominator) + 1, denominator)
        if is_less(low, candidate) and is_less(candidate, high):
            return candidate
        denominator *= 2


def sample_points(ranges: dict[sp.Symbol, sp.Set], limit: int = 12) -> list[dict[sp.Symbol, sp.Basic]]:
    """Return a few points, always the same ones, at which a claim over these ranges can be tried."""
    values = [_members(each) for each in ranges.values()]
    points = [dict(zip(ranges, choice, strict=True)) for choice in product(*values)]
    stride = max(1, -(-len(points) // limit))
    if len(ranges) > 1 and stride > 1:
        stride += 1 - stride % 2  # an odd stride does not keep meeting the same value of the last symbol
    return points[::stride]


def sharpened(symbol: sp.Symbol, values: sp.Set) -> sp.Symbol:
    """Return a symbol that assumes what the range guarantees."""
    facts = dict(symbol.assumptions0) | {"real": True}
    if values.is_subset(sp.S.Integers):
        facts["integer"] = True
    if values.is_subset(sp.Interval(0, sp.oo)):
        facts["nonnegative"] = True
    if values.contains(sp.Integer(0)) == sp.false:
        facts["zero"] = False
    return sp.Dummy(symbol.name, **facts)


def _members(values: Any) -> list[sp.Basic]:
    if values == BOOLEANS:
        return [sp.true, sp.false]
    if isinstance(values, sp.FiniteSet):
        return list(values.args)
    if isinstance(values, sp.Interval):
        return list(_interval_members(values))
    if isinstance(values, (sp.Range, sp.Naturals, sp.Naturals0, sp.Integers)) and values.inf != -sp.oo:
        return list(islice(iter(values), 4))
    if values == sp.S.Integers:
        return [sp.Integer(each) for each in (-2, 0, 1, 3)]
    if values == sp.S.Reals:
        return list(_interval_members(sp.Interval(-sp.oo, sp.oo)))
    return []


def _interval_members(interval: Any) -> Iterator[sp.Expr]:
    low, high = interval.start, interval.end
    for fraction in _FRACTIONS:
        if low.is_infinite and high.is_infinite:
            yield (fraction - sp.Rational(2, 5)) / (fraction * (1 - fraction))
        elif high.is_infinite:
            yield low + fraction / (1 - fraction)
        elif low.is_infinite:
            yield high - fraction / (1 - fraction)
        else:
            yield low + (high - low) * fraction
