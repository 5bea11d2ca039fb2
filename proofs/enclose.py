"""Rigorous enclosures: a SymPy expression evaluated in ball arithmetic.

The result of `enclose` is a python-flint `arb`: a midpoint and a radius such that the exact value lies in the
ball. `x > 0` is true only if every number in the ball is positive; both `x > 0` and `x < 0` are false when
the ball touches zero, so nothing may ever be concluded from a comparison being false.

Source: F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans.
Comput. 66 (2017).
"""

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

MAX_PRECISION = 1 << 14

_FUNCTIONS: dict[type, Callable[[arb], arb]] = {
    sp.exp: lambda x: x.exp(),
    sp.log: lambda x: x.log(),
    sp.erf: lambda x: x.erf(),
    sp.erfc: lambda x: x.erfc(),
    sp.Abs: lambda x: abs(x),
    sp.sin: lambda x: x.sin(),
    sp.cos: lambda x: x.cos(),
    sp.tanh: lambda x: x.tanh(),
}


def enclose(expression: sp.Expr, balls: Mapping[sp.Symbol, arb], precision: int = 64) -> arb:
    """Return a ball that contains the expression's value for all values in the symbols' balls.

    Where the expression is undefined for some choice, the ball is unbounded or not a number, and certifies
    nothing.

    Raises:
        NotImplementedError: the expression uses a function or constant that is not translated.
    """
    before = ctx.prec
    ctx.prec = precision
    try:
        return _ball(sp.sympify(expression), balls)
    finally:
        ctx.prec = before


def rational_ball(low: Any, high: Any) -> arb:
    """Return a ball (in the current precision) that contains the rational interval [low, high]."""
    middle, radius = (low + high) / 2, (high - low) / 2
    return arb(fmpq(middle.p, middle.q)) + arb(0, 1) * arb(fmpq(radius.p, radius.q))


def sign_of_constant(expression: sp.Expr) -> int | None:
    """Return the exact sign (-1, 0, 1) of a real constant, or None where it cannot be decided.

    A sign is certified by a ball that excludes zero; that a number is zero is certified by its minimal
    polynomial, which exists only for algebraic numbers. Floating-point numbers play no part.
    """
    expression = sp.sympify(expression)
    if expression.is_Rational:
        return int(sp.sign(expression))
    if expression in (sp.oo, -sp.oo):
        return 1 if expression == sp.oo else -1
    if expression.free_symbols or expression.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        return None
    precision = 64
    while precision <= MAX_PRECISION:
        ball = enclose(expression, {}, precision)
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        if precision == 128 and _is_zero(expression):
            return 0
        precision *= 2
    return None


def _is_zero(expression: sp.Expr) -> bool:
    if not expression.is_algebraic:
        return sp.simplify(expression) == 0
    variable = sp.Dummy()
    return sp.minimal_polynomial(expression, variable) == variable


def _ball(expression: sp.Basic, balls: Mapping[sp.Symbol, arb]) -> arb:
    if isinstance(expression, sp.Symbol) and expression in balls:
        return balls[expression]
    if isinstance(expression, sp.Rational):
        return arb(fmpq(int(expression.p), int(expression.q)))
    if expression is sp.pi:
        return arb.pi()
    if expression is sp.E:
        return arb.const_e()
    if isinstance(expression, sp.Add):
        return sum((_ball(each, balls) for each in expression.args), arb(0))
    if isinstance(expression, sp.Mul):
        product = arb(1)
        for each in expression.args:
            product *= _ball(each, balls)
        return product
    if isinstance(expression, sp.Pow):
        return _power(expression, balls)
    if type(expression) in _FUNCTIONS and len(expression.args) == 1:
        return _FUNCTIONS[type(expression)](_ball(expression.args[0], balls))
    raise NotImplementedError(f"ball arithmetic does not know {expression!r} ({type(expression).__name__})")


def _power(expression: sp.Pow, balls: Mapping[sp.Symbol, arb]) -> arb:
    base, exponent = expression.args
    ball = _ball(base, balls)
    if isinstance(exponent, sp.Rational):
        root = ball if exponent.q == 1 else ball.sqrt() if exponent.q == 2 else ball.root(int(exponent.q))
        power = root ** abs(int(exponent.p))
        return power if exponent > 0 else 1 / power
    return (ball.log() * _ball(exponent, balls)).exp()
