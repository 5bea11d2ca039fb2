r"""Bounds on the load, or on the information per synapse, over all margins: branch and bound in ball arithmetic.

The plane of margins (u, v), infinite ends included, times an interval of activities is cut into boxes, and every box
on which the bound is not certain (`proofs.theorem2.margin_bounds`) is halved.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy as sp
from flint import fmpq

from proofs.certificate import Outcome, Step
from proofs.enclose import rational_ball, working_precision
from proofs.grades import Grade
from proofs.statement import Proposition
from proofs.theorem2.margin_bounds import MarginBounds, MarginBox
from proofs.theorem2.margins import LOADS, Input, Weight, lower_bound, u, upper_bound, v
from theory.notation import a

_FAR = 8.0


@dataclass(frozen=True)
class LoadAtMost(Step):
    """A proposition made by `proofs.theorem2.margins.upper_bound`, with a rational bound and a closed range.

    Attributes:
        max_pieces: how many boxes to examine before giving up.
        precision: the working precision in bits.
    """

    max_pieces: int = 30_000
    precision: int = 80

    grade: ClassVar[Grade] = Grade.BALL_ARITHMETIC
    method: ClassVar[str] = "branch and bound over all margins in ball arithmetic"

    def decide(self) -> Outcome:
        """Halve boxes until all are done, one contains a certain counter-example, or the limit is reached."""
        objective = _read_upper(self.proposition)
        if objective is None:
            return Outcome(False, "undecided: not an upper bound on the load over all margins")
        root = MarginBox(-math.inf, math.inf, -math.inf, math.inf, *_activities(self.proposition))
        with working_precision(self.precision):
            return self._search(MarginBounds(*objective), deque([root]))

    def _search(self, bounds: MarginBounds, boxes: deque[MarginBox]) -> Outcome:
        for piece in range(1, self.max_pieces + 1):
            box = boxes.popleft()
            if not bounds.done_by_ends(box):
                done, sizes = bounds.done_by_slopes(box)
                if done is False:
                    return Outcome(False, f"false somewhere in {_words(box)}")
                if done is None:
                    boxes.extend(_halves(box, sizes))
            if not boxes:
                return Outcome(True, f"certain on each of {piece} pieces")
        return Outcome(False, f"undecided after {self.max_pieces} pieces, as for {_words(boxes[0])}")


@dataclass(frozen=True)
class LoadAtLeast(Step):
    """A proposition made by `proofs.theorem2.margins.lower_bound`, with rational bound and margins and a closed range.

    Attributes:
        max_pieces: how many intervals of activities to examine before giving up.
        precision: the working precision in bits.
    """

    max_pieces: int = 1000
    precision: int = 80

    grade: ClassVar[Grade] = Grade.BALL_ARITHMETIC
    method: ClassVar[str] = "ball arithmetic on an adaptive subdivision"

    def decide(self) -> Outcome:
        """Halve the interval of activities until each part is done or the limit is reached."""
        found = _read_lower(self.proposition)
        if found is None:
            return Outcome(False, "undecided: not a lower bound on the load at given margins")
        objective, margins = found
        with working_precision(self.precision):
            return self._search(MarginBounds(*objective), margins)

    def _search(self, bounds: MarginBounds, margins: tuple[Any, Any]) -> Outcome:
        at, todo = [rational_ball(each, each) for each in margins], deque([_activities(self.proposition)])
        for piece in range(1, self.max_pieces + 1):
            low, high = todo.popleft()
            surplus, bracket = bounds.surplus(at, low, high)
            if not (bracket > 0 and surplus <= 0):
                middle = (low + high) / 2
                if bounds.surplus(at, middle, middle)[0] > 0:
                    return Outcome(False, f"false at a = {middle}")
                if low == high:
                    return Outcome(False, f"undecided: the ball at a = {low} touches the bound")
                todo.extend([(low, middle), (middle, high)])
            if not todo:
                return Outcome(True, f"certain on each of {piece} pieces")
        return Outcome(False, f"undecided after {self.max_pieces} pieces, as for {todo[0][0]} ≤ a ≤ {todo[0][1]}")


_Objective = tuple[Weight, Input, Any]


def _read_upper(claim: Proposition) -> _Objective | None:
    """Return weight, input and bound, if the proposition is an upper bound on all margins."""
    relation: Any = claim.relation
    if not isinstance(relation, sp.Implies) or not isinstance(relation.args[1], sp.Le) or a not in claim.ranges:
        return None
    sides: Any = relation.args[1].args
    load, bound = sides
    for weight, input in LOADS:
        if LOADS[weight, input] == load and claim == upper_bound(weight, input, bound, claim.ranges[a]):
            return weight, input, bound
    return None


def _read_lower(claim: Proposition) -> tuple[_Objective, tuple[Any, Any]] | None:
    """Return weight, input and bound, and the margins, if the proposition is a lower bound at given margins."""
    relation: Any = claim.relation
    if not isinstance(relation, sp.Implies) or a not in claim.ranges:
        return None
    places: Any = [each for each in sp.And.make_args(relation.args[0]) if isinstance(each, sp.Eq)]
    margins = {each.lhs: each.rhs for each in places}
    attained: Any = next((each for each in sp.And.make_args(relation.args[1]) if isinstance(each, sp.Ge)), None)
    if attained is None or set(margins) != {u, v}:
        return None
    at, bound = (margins[u], margins[v]), attained.rhs
    for weight, input in LOADS:
        if LOADS[weight, input] == attained.lhs and claim == lower_bound(weight, input, bound, at, claim.ranges[a]):
            return (weight, input, bound), at
    return None


def _activities(claim: Proposition) -> tuple[fmpq, fmpq]:
    """Return the ends of the range of activities.

    Raises:
        ValueError: it is not a closed range of rational numbers in (0, 1/2].
    """
    values: Any = claim.ranges.get(a)
    low, high = (values.inf, values.sup) if isinstance(values, (sp.Interval, sp.FiniteSet)) else (sp.S.Zero, sp.S.Zero)
    if not (low.is_Rational and high.is_Rational and low > 0 and high <= sp.Rational(1, 2)):
        raise ValueError(f"the range {values} of {a} is not a closed range of rational numbers in (0, 1/2]")
    return fmpq(int(low.p), int(low.q)), fmpq(int(high.p), int(high.q))


def _halves(box: MarginBox, sizes: list[float] | None) -> list[MarginBox]:
    """Return the halves of a box, cut across the side that matters most, or else across the widest."""
    if sizes is None:
        sizes = [_size(*box[:2]), _size(*box[2:4]), float(1 - box.a_low / box.a_high)]
    side = sizes.index(max(sizes))
    if side == 0:
        cut = _cut(box.u_low, box.u_high)
        return [box._replace(u_high=cut), box._replace(u_low=cut)]
    if side == 1:
        cut = _cut(box.v_low, box.v_high)
        return [box._replace(v_high=cut), box._replace(v_low=cut)]
    middle = (box.a_low + box.a_high) / 2
    return [box._replace(a_high=middle), box._replace(a_low=middle)]


def _size(low: float, high: float) -> float:
    """Return the width, relative to the distance from zero if that is large; infinite sides count 1 once cut off."""
    if math.isinf(high - low):
        return 1.0 if max(low, -high) >= _FAR else math.inf
    return (high - low) / max(1.0, min(abs(low), abs(high)) / _FAR)


def _cut(low: float, high: float) -> float:
    if math.isfinite(high - low):
        return (low + high) / 2
    if low > -math.inf:
        return max(_FAR, 2 * low)
    return min(-_FAR, 2 * high) if high < math.inf else 0.0


def _words(box: MarginBox) -> str:
    return ", ".join(f"{box[i]} ≤ {name} ≤ {box[i + 1]}" for i, name in ((0, "u"), (2, "v"), (4, "a")))
