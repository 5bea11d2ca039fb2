r"""Whether a bound on the load, or on the information per synapse, holds on a whole box of margins and activities.

It does if u + v <= 0 or B <= 0 on all of the box; or if a bound from its ends does:

- `B <= A - a phi(u) - (1-a) phi(v)`, where A, the mean of phi over [-v, u], is at most the largest phi there and at
  most `(Phi(u_high) - Phi(-v_high)) / (u_low + v_low)`,
- `q'/a` is least at the largest a and the fewest hits and false alarms,
- `I/a` is largest at the smallest a, the most hits and the fewest false alarms: I is concave in a and 0 at a = 0, and
  a channel whose rows are further apart tells more,
- for u < 0, where `B <= phi(u)` and `Phi(u) >= phi(u) |u| / (1 + u^2)`: `B^2 <= phi(u) (|u| + 1/|u|) Phi(u)`;

or if `(bound q' - weight B^2) / a >= 0` at the worst face of the box by the mean value form: along a side on which the
slope has one sign only the worse end counts.
"""

import math
from functools import cache
from typing import Any, NamedTuple

import sympy as sp
from flint import arb, fmpq

from proofs.enclose import Program, program, rational_ball
from proofs.theorem2.margins import (
    BRACKET,
    MEAN_SQUARE,
    PER_ACTIVE,
    PER_ACTIVE_SLOPES,
    Input,
    Weight,
    u,
    v,
)
from theory.notation import a

_WIDE = 1.0


class MarginBox(NamedTuple):
    """A box of margins and activities; the ends of the margins are exact binary fractions, or infinite."""

    u_low: float
    u_high: float
    v_low: float
    v_high: float
    a_low: fmpq
    a_high: fmpq


class MarginBounds:
    """Bounds on one objective, with a memory of the normal law at the ends of boxes.

    Raises:
        ValueError: the bound is not rational.
    """

    def __init__(self, weight: Weight, input: Input, bound: Any) -> None:
        if not bound.is_Rational:
            raise ValueError(f"the bound {bound} is not rational")
        self.weight, self.input = weight, input
        self.bound = arb(fmpq(int(bound.p), int(bound.q)))
        self.values, self.slopes = _programs(weight, input)
        self._known: dict[float, tuple[arb, arb, arb]] = {}

    def done_by_ends(self, box: MarginBox) -> bool:
        """Return whether the bounds from the ends of the box suffice."""
        u_low, u_high, v_low, v_high, a_low, a_high = box
        if u_high + v_high <= 0:  # the sign of a sum of floating-point numbers is exact
            return True
        few, many = arb(a_low), arb(a_high)
        hit, miss, _ = self._normal(u_high)
        correct, alarm, _ = self._normal(v_high)
        mean = self._normal(min(u_high, v_high, 0.0))[2]
        if u_low + v_low > 0:
            mean = mean.min((hit - alarm) / (arb(u_low) + arb(v_low)))
        bracket = mean - few * self._least(u_low, u_high) - (1 - many) * self._least(v_low, v_high)
        if bracket < 0:
            return True
        centred = self.input == "centred"
        scale = 1 - 2 * many if centred else arb(1)
        square = scale * (self._normal(u_low)[0] + (1 - many) / many * alarm) + (few if centred else 0)
        weight = self._weight((hit, miss), (alarm, correct), few)
        if weight * bracket * bracket <= self.bound * square:
            return True
        if u_high >= 0:
            return False
        far = self._normal(u_high)[2] * (-arb(u_high) - 1 / arb(u_high))
        return bool(weight * far <= self.bound * scale)

    def done_by_slopes(self, box: MarginBox) -> tuple[bool | None, list[float] | None]:
        """Return whether the mean value form suffices (False: a counter-example), and how far each side matters."""
        if not (box.u_low + box.v_low > 0 and max(box.u_high - box.u_low, box.v_high - box.v_low) <= _WIDE):
            return None, None
        sides = [(arb(low), arb(high)) for low, high in (box[:2], box[2:4], box[4:])]
        value, bracket, rises, sizes = self._expand([_ball(*box[:2]), _ball(*box[2:4]), rational_ball(*box[4:])], sides)
        if value < 0 and bracket > 0:
            return False, None
        if sum(rises, value) >= 0:
            return True, None
        return None, sizes if all(math.isfinite(each) for each in sizes) else None

    def surplus(self, margins: list[arb], a_low: fmpq, a_high: fmpq) -> tuple[arb, arb]:
        """Return (bound q' - weight B^2) / a by the mean value form in a, and B directly, at given margins."""
        whole, centre = [*margins, rational_ball(a_low, a_high)], [*margins, arb((a_low + a_high) / 2)]
        square, objective, _ = self.values(centre)
        slopes = self.slopes(whole)
        rise = (self.bound * slopes[2] - slopes[5]) * (whole[2] - centre[2])
        return self.bound * square - objective + rise, self.values(whole)[2]

    def _expand(self, balls: list[arb], sides: list[tuple[arb, arb]]) -> tuple[arb, arb, list[arb], list[float]]:
        """Return the surplus and B in the middle of the worst face, and by how much each side can change the surplus.

        `balls` contain the sides. The surplus on the whole box is at least the value plus the rises, which are those
        along the face; the sizes count all sides.
        """
        slopes = self.slopes(balls)
        point, rises, sizes = [], [], []
        for side, (low, high) in enumerate(sides):
            slope = self.bound * slopes[side] - slopes[side + 3]
            worst = low if slope > 0 else high if slope < 0 else None
            point.append((low + high) / 2 if worst is None else worst)
            rises.append(slope * (balls[side] - point[-1]) if worst is None else arb(0))
            sizes.append(float((slope * (high - low)).abs_upper()))
        square, objective, bracket = self.values(point)
        return self.bound * square - objective, bracket, rises, sizes

    def _weight(self, hits: tuple[arb, arb], false_alarms: tuple[arb, arb], few: arb) -> arb:
        """Return an upper bound on weight/a, given the most hits, the fewest false alarms and the smallest a."""
        if self.weight != "information":
            return 1 / few if self.weight == "one" else arb(1)
        active, silent = (few * hit + (1 - few) * alarm for hit, alarm in zip(hits, false_alarms, strict=True))
        nats = _entropy(active, silent) - few * _entropy(*hits) - (1 - few) * _entropy(*false_alarms)
        return nats / few / arb(2).log()

    def _least(self, low: float, high: float) -> arb:
        """Return the least density on [low, high]: at one of its ends."""
        return self._normal(low)[2].min(self._normal(high)[2])

    def _normal(self, x: float) -> tuple[arb, arb, arb]:
        """Return Phi(x), Phi(-x), phi(x)."""
        if x not in self._known:
            scaled = arb(x) / arb(2).sqrt()
            below, above = (-scaled).erfc() / 2, scaled.erfc() / 2
            limits = {math.inf: (arb(1), arb(0), arb(0)), -math.inf: (arb(0), arb(1), arb(0))}
            self._known[x] = limits.get(x, (below, above, (-(scaled**2)).exp() / (2 * arb.pi()).sqrt()))
        return self._known[x]


@cache
def _programs(weight: Weight, input: Input) -> tuple[Program, Program]:
    """Return programs for (q'/a, weight B^2 / a, B), and for the slopes of the first two by u, v and a."""
    symbols, per_active = (u, v, a), PER_ACTIVE[weight]
    square = sp.expand(MEAN_SQUARE[input] / a)
    slopes = [
        BRACKET * (PER_ACTIVE_SLOPES[weight][symbol] * BRACKET + 2 * per_active * sp.diff(BRACKET, symbol))
        for symbol in symbols
    ]
    values = (MEAN_SQUARE[input] / a, per_active * BRACKET**2, BRACKET)
    return program(values, symbols), program((*(sp.diff(square, symbol) for symbol in symbols), *slopes), symbols)


def _entropy(probability: arb, complement: arb) -> arb:
    """Return the entropy in nats; 0 ln 0 = 0 for exact zeros."""
    return sum((-each * each.log() for each in (probability, complement) if not each.is_zero()), arb(0))


def _ball(low: float, high: float) -> arb:
    """Return a ball that contains [low, high]."""
    return arb(low).union(arb(high))
