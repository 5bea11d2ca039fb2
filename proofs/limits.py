"""Limits, found symbolically and confirmed numerically.

SymPy finds limits by Gruntz's algorithm, a decision procedure whose implementation has had wrong answers; so
its exact answer counts only if values at high precision also approach it, for several values of the
parameters.

Source: D. Gruntz, "On computing limits in a symbolic manipulation system", ETH Zürich (1996).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import mpmath
import sympy as sp

from proofs.certificate import Outcome, Step
from proofs.enclose import sign_of_constant
from proofs.grades import Grade
from proofs.points import sample_points, sharpened

_EXPONENTS = (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Limit(Step):
    """The proposition that a SymPy `Limit` equals a value, for all parameters in their ranges.

    Attributes:
        digits: the precision of the numerical confirmation beyond what the approach itself takes.
    """

    digits: int = 50

    grade: ClassVar[Grade] = Grade.EXACT_ALGEBRA
    method: ClassVar[str] = "Gruntz's algorithm, confirmed by values at high precision"

    def decide(self) -> Outcome:
        """Compare the exact limit with the value, then watch the error shrink."""
        relation: Any = self.proposition.relation
        ranges = self.proposition.ranges
        if not isinstance(relation, sp.Equality) or not isinstance(relation.lhs, sp.Limit):
            return Outcome(False, f"undecided: {relation} does not equate a limit with a value")
        expression, variable, point, side = _parts(relation.lhs)
        value: Any = relation.rhs
        points = sample_points(ranges, limit=4)
        if not points:
            return Outcome(False, "undecided: no values of the parameters to confirm the limit at")
        plain: Any = next(_substitutions(ranges))
        found = [_found(expression, variable, point, str(side), each) for each in _substitutions(ranges)]
        if not any(each == value or sp.simplify((each - value).subs(plain)) == 0 for each in found):
            differs = any(sign_of_constant((found[0] - value).subs(each)) in (1, -1) for each in points)
            return Outcome(False, f"{'false' if differs else 'undecided'}: the limit found is {found[0]}")
        for parameters in points:
            for direction in (1, -1) if str(side) == "+-" else (-1 if str(side) == "-" else 1,):
                errors = self._errors(relation.lhs, value, parameters, direction)
                if not _shrinks(errors, self.digits):
                    shown = ", ".join(str(mpmath.nstr(error, 3)) for error in errors)
                    return Outcome(False, f"undecided: the values do not confirm the limit; errors {shown}")
        return Outcome(True, f"the limit is {value}, and the values approach it")

    def _errors(self, limit: sp.Limit, value: sp.Expr, parameters: dict[Any, Any], direction: int) -> list[Any]:
        """Return the distances from the value (reciprocals if it is infinite) on the way there."""
        expression, variable, point, _ = _parts(limit)
        expression, value, point = (each.doit().subs(parameters) for each in (expression, value, point))
        errors = []
        for exponent in _EXPONENTS:
            with mpmath.workdps(self.digits + 4 * exponent):
                step = mpmath.mpf(10) ** exponent
                target = None if point.is_infinite else _number(point)
                at = (step if point == sp.oo else -step) if target is None else target + direction / step
                reached = mpmath.mpmathify(sp.lambdify(variable, expression, "mpmath")(at))
                if value.is_infinite:
                    signed = reached if value == sp.oo else -reached
                    errors.append(1 / signed if signed > 0 else mpmath.inf)
                else:
                    errors.append(abs(reached - _number(value)))
        return errors


def _substitutions(ranges: dict[sp.Symbol, sp.Set]) -> Iterator[dict[Any, Any]]:
    """Yield ways to write the parameters that tell SymPy their ranges; e^-s > 0 lies below one."""
    plain = {symbol: sharpened(symbol, values) for symbol, values in ranges.items()}
    yield plain
    below_one = [symbol for symbol, values in ranges.items() if values.is_subset(sp.Interval.open(0, 1))]
    if below_one:
        yield plain | {symbol: sp.exp(-sp.Dummy(symbol.name, positive=True)) for symbol in below_one}


def _found(expression: sp.Expr, variable: sp.Symbol, point: sp.Expr, side: str, written: dict[Any, Any]) -> sp.Expr:
    """Return SymPy's limit in terms of the original parameters."""
    name = sp.Dummy(variable.name, positive=True) if point == sp.oo else variable
    found = sp.limit(expression.doit().subs({**written, variable: name}), name, point.subs(written), side)
    back = {}
    for symbol, image in written.items():
        back |= {image: symbol} if image.is_Symbol else {-image.args[0]: -sp.log(symbol)}
    return found.subs(back)


def _parts(limit: sp.Limit) -> tuple[Any, Any, Any, Any]:
    """Return expression, variable, point and direction."""
    expression, variable, point, side = limit.args
    return expression, variable, point, side


def _number(expression: sp.Expr) -> Any:
    """Return the value of a constant in mpmath's current precision."""
    return mpmath.mpmathify(sp.lambdify((), expression, "mpmath")())


def _shrinks(errors: list[Any], digits: int) -> bool:
    """Return whether errors go to zero: negligible at the end, or clearly falling at the end."""
    if not all(mpmath.isfinite(error) for error in errors[-3:]):
        return False
    tiny = mpmath.mpf(10) ** (-digits + 10)
    falling = all(later < 0.75 * earlier for earlier, later in zip(errors[-4:], errors[-3:], strict=False))
    return errors[-1] < tiny or falling
