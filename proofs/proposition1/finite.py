"""The gain in numbers, at finite activity and error criterion: the bits per synapse of blocks of 64, enclosed."""

import sympy as sp

from proofs.algebra import SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.proposition1.symbols import CRITERION, DUAL, GAUSSIAN, REPAIR, G, eta, rho, tail
from proofs.statement import Statement, at_least, at_most, greater, less

CELLS, LEFT = 48, sp.Rational(-9, 2)
_STEP = sp.Rational(3, 32)
_cell = sp.Symbol("i", integer=True)


def _beaten(z: sp.Expr, gap: sp.Expr) -> sp.Expr:
    """P(one of 63 other units exceeds z + gap)."""
    return 1 - (1 - tail(z + gap)) ** 63


def wrong_bits(load: sp.Expr, upper: bool) -> sp.Expr:
    """A Riemann sum above, or below, the bit error of blocks of 64 at a load (keys of independent units).

    The chance that another unit wins falls with the right unit's noise z, so the ends of each cell bound it.
    """
    gap = sp.sqrt(64 / load)
    left = LEFT + _cell * _STEP
    right = left + _STEP
    mass = tail(left) - tail(right)
    inside = sp.Sum(mass * _beaten(left if upper else right, gap), (_cell, 0, CELLS - 1))
    end = LEFT + CELLS * _STEP
    outside = tail(-LEFT) + tail(end) * _beaten(end, gap) if upper else sp.Integer(0)
    return sp.Rational(32, 63) * (inside + outside)


LOADS = (sp.Rational(39, 20), sp.Rational(43, 20))
ETAS = tuple(load * sp.Rational(6, 64) for load in LOADS)
MEETS = less(wrong_bits(LOADS[0], upper=True), CRITERION)
MISSES = greater(wrong_bits(LOADS[1], upper=False), CRITERION)
_ETA = {eta: sp.Interval(*ETAS)}


def gain_at(fraction: sp.Expr) -> sp.Expr:
    """The gain at rho = fraction with a slow zone of two bits per synapse."""
    return (DUAL / eta).subs({rho: fraction, G: 2})


GAINS = tuple(
    (fraction, at_least(gain_at(fraction), low, _ETA), at_most(gain_at(fraction), high, _ETA))
    for fraction, low, high in (
        (sp.Rational(1, 20), sp.Rational(66, 10), sp.Rational(71, 10)),
        (sp.Rational(1, 10), sp.Rational(49, 10), sp.Rational(53, 10)),
        (sp.Rational(1, 4), sp.Rational(28, 10), sp.Rational(3)),
        (sp.Rational(1, 2), sp.Rational(16, 10), sp.Rational(17, 10)),
    )
)
LOST = less(gain_at(sp.Rational(1)), 1, _ETA)
CRITICAL_LOW = at_least(1 - eta / 2, sp.Rational(89, 100), _ETA)
CRITICAL_HIGH = at_most(1 - eta / 2, sp.Rational(91, 100), _ETA)

finite_proof = Certificate(
    "P1.finite",
    "The gain at activity 1/64 and one wrong bit in a thousand",
    (
        BallInequality(
            MEETS,
            "Blocks of 64, keys of independent units: a Riemann sum above the error integral (P1.block) shows that the "
            "criterion is met at load 1.95,",
        ),
        BallInequality(
            MISSES,
            "and one below it that it is not at load 2.15. Errors rise with the load, so $\\eta$ lies between "
            "$1.95\\cdot 6/64$ and $2.15\\cdot 6/64$.",
        ),
        SignOnInterval(CRITICAL_LOW, "With $G = 2$ the gain ends at $\\rho = 1 - \\eta/2$, at least"),
        SignOnInterval(CRITICAL_HIGH, "and at most"),
        *(
            step
            for fraction, low, high in GAINS
            for step in (
                SignOnInterval(low, f"At $\\rho = {sp.latex(fraction)}$ the gain is at least"),
                SignOnInterval(high, "and at most"),
            )
        ),
        SignOnInterval(LOST, "At $\\rho = 1$ there is a loss."),
    ),
    assumptions=(GAUSSIAN, "A slow zone at load 2; at a lower load G is that load."),
)

finite = Claim(
    id="P1.finite",
    title="The gain at finite activity and criterion",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "At one wrong bit in a thousand and $a_1 = 1/64$ (blocks of 64), $0.182 \\le \\eta \\le 0.202$ bits per "
        "synapse. With $G = 2$ the gain over a single regime of this activity is $6.6$ to $7.1$ at $\\rho = 0.05$, "
        "$4.9$ to $5.3$ at $0.1$, $2.8$ to $3$ at $0.25$, $1.6$ to $1.7$ at $0.5$; it ends at $\\rho = 0.89$ to "
        "$0.91$, not at $0.639$.",
        (MEETS, MISSES, CRITICAL_LOW, CRITICAL_HIGH, *(each for _, *pair in GAINS for each in pair), LOST),
    ),
    depends_on=("P1.gain", "P1.block", "P1.slow_capacity"),
    arguments=(Argument(finite_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (finite,)
