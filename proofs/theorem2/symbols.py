"""Symbols and functions that the certificates of Theorem 2 share, beside those of `theory.notation`."""

import sympy as sp

from theory.notation import a

alpha = sp.Symbol("alpha", positive=True)
"""Load p/N."""

eps = sp.Symbol("epsilon", positive=True)
"""Wrong units per active unit."""

u = sp.Symbol("u", real=True)
"""Margin of the active units, in standard deviations of the field."""

v = sp.Symbol("v", positive=True)
"""Margin of the silent units."""

sigma = sp.Symbol("sigma", positive=True)
"""Standard deviation of the crosstalk, in units of the gap between active and silent units."""

V = a * (1 - a)
"""Variance of one unit of a pattern."""

LOG_ODDS = sp.log((1 - a) / a)
"""Log odds of silence."""

POSITIVE = sp.Interval.open(0, sp.oo)
NONNEGATIVE = sp.Interval(0, sp.oo)
SPARSE = sp.Interval.open(0, sp.Rational(1, 2))
CLOSED_UNIT = sp.Interval(0, 1)

kept = sp.UnevaluatedExpr
"""Keeps a quotient or a sum as it is written."""


def Phi(t: sp.Expr) -> sp.Expr:
    """The standard normal distribution function."""
    return sp.erfc(-t / sp.sqrt(2)) / 2


def phi(t: sp.Expr) -> sp.Expr:
    """The standard normal density."""
    return sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi)


def entropy(t: sp.Expr) -> sp.Expr:
    """The binary entropy in nats (divided by ln 2: in bits)."""
    return -t * sp.log(t) - (1 - t) * sp.log(1 - t)
