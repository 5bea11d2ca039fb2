r"""The load and the retrieved information as functions of the two margins: the formulas that the bounds are about.

`alpha(u, v; a) = B^2 / q'` for u + v > 0 and B > 0, with the bracket
`B = (Phi(u) - Phi(-v)) / (u + v) - a phi(u) - (1 - a) phi(v)` and the mean square input
`q' = (1 - 2a) q + a^2` (centred) or `q` (raw), `q = a Phi(u) + (1 - a) Phi(-v)`. Here `alpha_c(a)` and `eta(a)` are
by definition the suprema over (u, v) of `alpha` and of `alpha I`, with I the mutual information (bits) of the binary
channel with miss rate Phi(-u) and false-alarm rate Phi(-v). What they say about networks is not decided here.
"""

from typing import Any, Literal

import sympy as sp

from proofs.statement import Proposition, proposition
from theory.notation import a

Input = Literal["centred", "raw"]
Weight = Literal["one", "activity", "information"]

u, v = sp.symbols("u v", real=True)
"""Margins of the active and of the silent units, in standard deviations of the noise."""


def cdf(x: sp.Expr) -> sp.Expr:
    """Return the normal distribution function."""
    return sp.erfc(-x / sp.sqrt(2)) / 2


def density(x: sp.Expr) -> sp.Expr:
    """Return the normal density."""
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


def entropy(probability: sp.Expr, complement: sp.Expr) -> sp.Expr:
    """Return the entropy (nats) of a binary variable, given both probabilities."""
    return -probability * sp.log(probability) - complement * sp.log(complement)


HIT, MISS, ALARM, CORRECT = cdf(u), cdf(-u), cdf(-v), cdf(v)
ACTIVE = a * HIT + (1 - a) * ALARM
SILENT = a * MISS + (1 - a) * CORRECT

BRACKET = (HIT - ALARM) / (u + v) - a * density(u) - (1 - a) * density(v)
"""B: the load is B^2 / q' where it is positive."""

MEAN_SQUARE: dict[Input, sp.Expr] = {"centred": (1 - 2 * a) * ACTIVE + a**2, "raw": ACTIVE}
"""q', the mean square of what a unit sends."""

_FROM_ACTIVE = HIT * sp.log(HIT / ACTIVE) + MISS * sp.log(MISS / SILENT)
_RISE = a * (HIT - ALARM)  # ACTIVE - ALARM, which is CORRECT - SILENT
_FROM_SILENT = CORRECT * sp.log(1 + _RISE / SILENT) - ALARM * sp.log(1 + _RISE / ALARM)
_ODDS = sp.log(SILENT) - sp.log(ACTIVE)

INFORMATION = (a * _FROM_ACTIVE + (1 - a) * _FROM_SILENT) / sp.log(2)
"""I, the mutual information of stored and retrieved bit, in bits: the mean divergence of the output's law."""

WEIGHTS: dict[Weight, sp.Expr] = {"one": sp.S.One, "activity": a, "information": INFORMATION}
"""What the load is multiplied by: `a alpha` varies little with a; `I alpha` is the information per synapse."""

PER_ACTIVE: dict[Weight, sp.Expr] = {
    "one": 1 / a,
    "activity": sp.S.One,
    "information": (_FROM_ACTIVE + (1 - a) / a * _FROM_SILENT) / sp.log(2),
}
"""Weight/a, written so that ball arithmetic encloses it well."""

PER_ACTIVE_SLOPES: dict[Weight, dict[sp.Symbol, sp.Expr]] = {
    "one": {u: sp.S.Zero, v: sp.S.Zero, a: -1 / a**2},
    "activity": {u: sp.S.Zero, v: sp.S.Zero, a: sp.S.Zero},
    "information": {
        u: density(u) * (_ODDS + sp.log(HIT) - sp.log(MISS)) / sp.log(2),
        v: (1 - a) / a * density(v) * (sp.log(CORRECT) - sp.log(ALARM) - _ODDS) / sp.log(2),
        a: -_FROM_SILENT / a**2 / sp.log(2),
    },
}
"""The partial derivatives of weight/a, without terms that nearly cancel (ball arithmetic would not see that)."""


LOADS: dict[tuple[Weight, Input], sp.Expr] = {
    (weight, input): WEIGHTS[weight] * BRACKET**2 / MEAN_SQUARE[input] for weight in WEIGHTS for input in MEAN_SQUARE
}
"""Weight times load."""

DEFINED = sp.And(sp.Gt(u + v, 0, evaluate=False), sp.Gt(BRACKET, 0, evaluate=False))
"""Where the load is defined."""


def upper_bound(weight: Weight, input: Input, bound: sp.Expr, activities: sp.Set) -> Proposition:
    """Return the proposition that weight times load is at most `bound` for all margins where the load is defined."""
    conclusion = sp.Le(LOADS[weight, input], bound, evaluate=False)
    over = {u: sp.S.Reals, v: sp.S.Reals, a: activities}
    return proposition(sp.Implies(DEFINED, conclusion, evaluate=False), over)


def lower_bound(
    weight: Weight, input: Input, bound: sp.Expr, margins: tuple[sp.Expr, sp.Expr], activities: sp.Set
) -> Proposition:
    """Return the proposition that at these margins B > 0, and weight times load is at least `bound`."""
    places: list[Any] = [sp.Eq(symbol, each, evaluate=False) for symbol, each in zip((u, v), margins, strict=True)]
    attained = sp.Ge(LOADS[weight, input], bound, evaluate=False)
    conclusion = sp.And(sp.Gt(BRACKET, 0, evaluate=False), attained)
    over = {u: sp.S.Reals, v: sp.S.Reals, a: activities}
    return proposition(sp.Implies(sp.And(*places), conclusion, evaluate=False), over)
