"""Inequalities on boxes, proved by ball arithmetic and subdivision.

Each piece of the box is evaluated in balls, directly and by the mean value form f(m) + f'(box)·(box - m). A
piece counts only if the relation holds for every number in its ball; a piece that is not certain is halved,
up to a limit.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy as sp
from flint import arb, fmpq

from proofs.certificate import Outcome, Step
from proofs.enclose import Program, program, rational_ball, working_precision
from proofs.grades import Grade

Box = dict[sp.Symbol, tuple[fmpq, fmpq]]


@dataclass(frozen=True)
class BallInequality(Step):
    """An inequality over closed intervals with rational ends (or between constants), proved by subdivision.

    Attributes:
        max_pieces: how many pieces to examine before giving up.
        precision: the working precision in bits.
    """

    max_pieces: int = 10_000
    precision: int = 128

    grade: ClassVar[Grade] = Grade.BALL_ARITHMETIC
    method: ClassVar[str] = "ball arithmetic on an adaptive subdivision"

    def decide(self) -> Outcome:
        """Halve the box until every piece is certain, one is certainly false, or the limit is reached."""
        relation: Any = self.proposition.relation
        if not isinstance(relation, (sp.Gt, sp.Ge, sp.Lt, sp.Le)):
            return Outcome(False, f"undecided: {relation} is not an inequality")
        downwards = isinstance(relation, (sp.Lt, sp.Le))
        left, right = self.proposition.sides
        difference = (right - left if downwards else left - right).doit()
        strict = isinstance(relation, (sp.Gt, sp.Lt))
        symbols = tuple(symbol for symbol, _ in self.proposition.over)
        value, slopes = program((difference,), symbols), _slopes(difference, symbols)
        boxes: deque[Box] = deque([{symbol: _ends(symbol, values) for symbol, values in self.proposition.over}])
        with working_precision(self.precision):
            for piece in range(1, self.max_pieces + 1):
                box = boxes.popleft()
                found = _on_box(value, slopes, box, strict)
                if found is False:
                    return Outcome(False, f"false for all {_words(box)}")
                if found is None:
                    middle: Box = {s: ((low + high) / 2, (low + high) / 2) for s, (low, high) in box.items()}
                    if _on_box(value, None, middle, strict) is False:
                        return Outcome(False, f"false at {_words(middle)}")
                    if not box or all(low == high for low, high in box.values()):
                        return Outcome(False, f"undecided: the ball at {_words(box)} touches zero")
                    boxes.extend(_halves(box))
                if not boxes:
                    return Outcome(True, f"certain on each of {piece} pieces")
        return Outcome(False, f"undecided after {self.max_pieces} pieces, as for {_words(boxes[0])}")


def _slopes(difference: sp.Expr, symbols: tuple[sp.Symbol, ...]) -> Program | None:
    """Return the program of the partial derivatives, or None if there is no variable or no translation."""
    try:
        return program(tuple(sp.diff(difference, symbol) for symbol in symbols), symbols) if symbols else None
    except NotImplementedError:  # such as the derivative of Abs
        return None


def _on_box(value: Program, slopes: Program | None, box: Box, strict: bool) -> bool | None:
    """Return whether the difference is certainly of the right sign, certainly not, or neither."""
    balls = [rational_ball(*ends) for ends in box.values()]
    (direct,) = value(balls)
    found = _certain(direct, strict)
    if found is None and slopes is not None and direct.is_finite():  # finite: defined, continuous on the whole box
        centre = [rational_ball((low + high) / 2, (low + high) / 2) for low, high in box.values()]
        rises = [slope * (ball - middle) for slope, ball, middle in zip(slopes(balls), balls, centre, strict=True)]
        return _certain(sum(rises, value(centre)[0]), strict)
    return found


def _certain(ball: arb, strict: bool) -> bool | None:
    """Return True or False only when the comparison is certain; a comparison that is false says nothing."""
    if (strict and ball > 0) or (not strict and ball >= 0):
        return True
    if (strict and ball <= 0) or (not strict and ball < 0):
        return False
    return None


def _ends(symbol: sp.Symbol, values: sp.Set) -> tuple[fmpq, fmpq]:
    low, high = values.inf, values.sup
    if not isinstance(values, (sp.Interval, sp.FiniteSet)) or not (low.is_Rational and high.is_Rational):
        raise ValueError(f"the range {values} of {symbol} is not an interval with rational ends")
    return fmpq(int(low.p), int(low.q)), fmpq(int(high.p), int(high.q))


def _halves(box: Box) -> tuple[Box, Box]:
    widest = max(box, key=lambda symbol: (box[symbol][1] - box[symbol][0], symbol.name))
    low, high = box[widest]
    middle = (low + high) / 2
    return {**box, widest: (low, middle)}, {**box, widest: (middle, high)}


def _words(box: Box) -> str:
    sides = [f"{s} = {low}" if low == high else f"{low} ≤ {s} ≤ {high}" for s, (low, high) in box.items()]
    return ", ".join(sides) or "the only point"
