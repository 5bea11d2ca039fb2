"""Rigorous enclosures: a SymPy expression evaluated in ball arithmetic.

The result of `enclose` is a python-flint `arb`: a midpoint and a radius such that the exact value lies in the
ball. `x > 0` is true only if every number in the ball is positive; both `x > 0` and `x < 0` are false when
the ball touches zero, so nothing may ever be concluded from a comparison being false.

Expressions are translated once, into a Python function in which every subexpression occurs once; to evaluate it costs
microseconds. Constants stay exact rationals, so it runs at any precision.

Source: F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans.
Comput. 66 (2017).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

MAX_PRECISION = 1 << 14

Program = Callable[[Sequence[arb]], tuple[arb, ...]]
"""Takes balls for some symbols and returns balls that contain some expressions, in flint's current precision."""

_FUNCTIONS: dict[type, str] = {
    sp.exp: "monotone(arb.exp, {})",
    sp.log: "{}.log()",
    sp.erf: "{}.erf()",
    sp.erfc: "monotone(arb.erfc, {})",
    sp.Abs: "abs({})",
    sp.sin: "{}.sin()",
    sp.cos: "{}.cos()",
    sp.tanh: "{}.tanh()",
}


@lru_cache(maxsize=1024)
def program(expressions: tuple[sp.Expr, ...], symbols: tuple[sp.Symbol, ...]) -> Program:
    """Return the program that encloses some expressions, given balls for the symbols in this order.

    Raises:
        NotImplementedError: an expression uses a function, constant or symbol that is not translated.
    """
    writer = _Writer(symbols)
    results = [writer.name(sp.sympify(each)) for each in expressions]
    inputs = "".join(f"{writer.names[symbol]}, " for symbol in symbols)
    lines = [f"{inputs}= balls"] if symbols else []
    body = [*lines, *writer.lines, f"return ({''.join(f'{each}, ' for each in results)})"]
    names: dict[str, Any] = {"arb": arb, "monotone": _monotone, **writer.constants}
    exec("def run(balls):\n    " + "\n    ".join(body), names)  # as in sympy.lambdify; the text is made here
    return names["run"]


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Set flint's precision inside a block, and restore it afterwards."""
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


def enclose(expression: sp.Expr, balls: Mapping[sp.Symbol, arb], precision: int = 64) -> arb:
    """Return a ball that contains the expression's value for all values in the symbols' balls.

    Where the expression is undefined for some choice, the ball is unbounded or not a number, and certifies
    nothing.

    Raises:
        NotImplementedError: the expression uses a function or constant that is not translated.
    """
    translated = program((sp.sympify(expression),), tuple(balls))
    with working_precision(precision):
        return translated(tuple(balls.values()))[0]


def rational_ball(low: Any, high: Any) -> arb:
    """Return a ball (in the current precision) that contains the rational interval [low, high].

    The ends are SymPy's rationals or flint's.
    """
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


def _monotone(function: Callable[[arb], arb], x: arb) -> arb:
    """Return the values of a monotone function on a ball: from the ends where the ball is too wide for its middle."""
    ball = function(x)
    if ball.rel_accuracy_bits() >= 4 or not x.is_finite():
        return ball
    return function(x.lower()).union(function(x.upper()))


class _Writer:
    """Writes the lines of a program, each subexpression once."""

    def __init__(self, symbols: tuple[sp.Symbol, ...]) -> None:
        self.names: dict[Any, str] = {symbol: f"x{index}" for index, symbol in enumerate(symbols)}
        self.constants: dict[str, fmpq] = {}
        self.lines: list[str] = []

    def name(self, expression: Any) -> str:
        """Return the name of an expression's value, writing the lines to it that are not there yet."""
        if expression not in self.names:
            self.names[expression] = self._write(expression)
        return self.names[expression]

    def _write(self, expression: Any) -> str:
        if isinstance(expression, sp.Rational):
            constant = f"c{len(self.constants)}"
            self.constants[constant] = fmpq(int(expression.p), int(expression.q))
            return self._line(f"arb({constant})")
        if expression is sp.pi:
            return self._line("arb.pi()")
        if expression is sp.E:
            return self._line("arb.const_e()")
        if isinstance(expression, (sp.Add, sp.Mul)):
            sign = " + " if isinstance(expression, sp.Add) else " * "
            return self._line(sign.join([self.name(each) for each in expression.args]))
        if isinstance(expression, sp.Pow):
            return self._power(*expression.args)
        if type(expression) in _FUNCTIONS and len(expression.args) == 1:
            return self._line(_FUNCTIONS[type(expression)].format(self.name(expression.args[0])))
        raise NotImplementedError(f"ball arithmetic does not know {expression!r} ({type(expression).__name__})")

    def _power(self, base: Any, exponent: Any) -> str:
        if not isinstance(exponent, sp.Rational):
            return self._line(f"({self.name(base)}.log() * {self.name(exponent)}).exp()")
        ball = self.name(base)
        root = ball if exponent.q == 1 else f"{ball}.sqrt()" if exponent.q == 2 else f"{ball}.root({exponent.q})"
        power = root if abs(exponent.p) == 1 else f"{root} ** {abs(exponent.p)}"
        return self._line(power if exponent > 0 else f"1 / ({power})")

    def _line(self, text: str) -> str:
        self.lines.append(f"y{len(self.lines)} = {text}")
        return f"y{len(self.lines) - 1}"
