r"""G(a), the bits per synapse of the best possible weights by Gardner's formula: monotone, at most 2, and its limit.

`1/alpha_G(a) = min_t { a E[(z+t)_+^2] + (1-a) E[(z-t)_+^2] }` for a standard normal z, and `G = alpha_G H2`. All steps
are about these functions. That alpha_G is the capacity of a perceptron is Gardner's (1988) result, not shown here.

The minimum is explicit. With `mu(t) = E[(z-t)_+] = phi - t Q` (phi the density and Q the tail at t) and
`W = 2 mu + t = E|z+t|`, the activity at which t is the minimum is `a = mu / W`, and there `alpha_G = W / phi`.
"""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate, Step
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.statement import Proposition, Statement, at_least, at_most, equal, greater, less
from proofs.theorem2.margins import density
from theory.notation import UNIT, a

SOURCE = "Theorem 2 (H2), for every learning rule"
FAR = sp.Rational(9, 2)
"""Where the Mills bounds take over from ball arithmetic."""

t, z = sp.Symbol("t", nonnegative=True), sp.Symbol("z", real=True)
_phi, _Q, _mu = sp.symbols("phi Q mu", positive=True)  # density, tail and mean excess at t
_FROM_0, _FROM_FAR = sp.Interval(0, sp.oo), sp.Interval(FAR, sp.oo)
_POSITIVE = sp.Interval.open(0, sp.oo)
_FREE = {t: _FROM_0, _phi: _POSITIVE, _Q: UNIT, _mu: _POSITIVE, a: UNIT}


def _along_t(expression: sp.Expr) -> sp.Expr:
    """Return the derivative by t of a function of t, phi, Q and mu, by phi' = -t phi, Q' = -phi, mu' = -Q."""
    slopes = {t: sp.S.One, _phi: -t * _phi, _Q: -_phi, _mu: -_Q}
    parts = [rate * sp.Derivative(expression, each) for each, rate in slopes.items() if expression.has(each)]
    return sp.Add(*parts)


# --- the minimum ----------------------------------------------------------------------------------------------------

_ABOVE = (1 + t**2) * (1 - _Q) + t * _phi  # E[(z+t)_+^2]
_BELOW = (1 + t**2) * _Q - t * _phi  # E[(z-t)_+^2]
_COST = a * _ABOVE + (1 - a) * _BELOW
_EXCESS = _phi - t * _Q
_W = 2 * _mu + t
_DENSITY_OF_EXCESS = {_phi: _mu + t * _Q}

TAIL = equal(sp.Derivative(sp.erfc(t / sp.sqrt(2)) / 2, t), -density(t), {t: _FROM_0})
EXCESS_SLOPE = equal(_along_t(_EXCESS), -_Q, _FREE)
COST_SLOPE = equal(_along_t(_COST), 2 * (a * (_EXCESS + t) - (1 - a) * _EXCESS), _FREE)
CONVEX = equal(_along_t(2 * (a * (_EXCESS + t) - (1 - a) * _EXCESS)), 2 * (a * (1 - _Q) + (1 - a) * _Q), _FREE)
STATIONARY = equal((_mu / _W) * (_mu + t) - (1 - _mu / _W) * _mu, 0, _FREE)
VALUE = equal(_COST.subs(_DENSITY_OF_EXCESS).subs(a, _mu / _W), (_mu + t * _Q) / _W, _FREE)
ACTIVITY_SLOPE = equal(_along_t(_mu / _W).subs(_DENSITY_OF_EXCESS), -(_mu + t * _Q) / _W**2, _FREE)
HALF = equal(sp.Subs(_mu / _W, t, 0), sp.Rational(1, 2), _FREE)

TAIL_AT_T = sp.erfc(t / sp.sqrt(2)) / 2
EXCESS = density(t) - t * TAIL_AT_T
ACTIVITY = EXCESS / (2 * EXCESS + t)
"""a(t): the activity at which the minimum is at t."""
NO_EXCESS = equal(sp.Limit(EXCESS, t, sp.oo), 0)
NO_ACTIVITY = equal(sp.Limit(ACTIVITY, t, sp.oo), 0)

# --- G rises --------------------------------------------------------------------------------------------------------


def _nats(excess: sp.Expr, phi: sp.Expr) -> sp.Expr:
    """Return G in nats: alpha_G times the entropy of a = mu/W, where 1 - a = (mu+t)/W = 1/(1 + mu/(mu+t))."""
    ratio = sp.log(1 + excess / (excess + t))
    return (excess * (sp.log((excess + t) / excess) + ratio) + (excess + t) * ratio) / phi


def _slope(excess: sp.Expr, tail: sp.Expr, phi: sp.Expr) -> sp.Expr:
    """Return S: G (nats) has the slope -S/W along t."""
    curvature = 1 + t**2 - 2 * (tail - t * excess)  # E[(z+t)_+^2] - E[(z-t)_+^2]
    return sp.log((excess + t) / excess) - curvature * _nats(excess, phi)


SLOPE = equal(
    _along_t(_nats(_mu, _phi)).subs(_DENSITY_OF_EXCESS), (-_slope(_mu, _Q, _phi) / _W).subs(_DENSITY_OF_EXCESS), _FREE
)
S = _slope(EXCESS, TAIL_AT_T, density(t))
NEAR, MIDDLE = sp.Interval(0, sp.Rational(1, 2)), sp.Interval(sp.Rational(1, 2), FAR)
AT_0 = equal(sp.Subs(S, t, 0), 0)
RISES_NEAR = greater(sp.Derivative(S, t), 0, {t: NEAR})
POSITIVE_MIDDLE = greater(S, 0, {t: MIDDLE})

# Mills bounds on r = mu/phi: if phi R has a larger (smaller) second derivative than mu, which has phi, it is larger
# (smaller), because both and their first derivatives vanish at infinity.
MILLS_ABOVE, MILLS_BELOW, MILLS_SIMPLE = 1 / t**2 - 3 / t**4 + 15 / t**6, 1 / t**2 - 3 / t**4, 1 / t**2


def _second(ratio: sp.Expr) -> sp.Expr:
    """Return the second derivative of phi R over phi."""
    return (t**2 - 1) * ratio - 2 * t * sp.diff(ratio, t) + sp.diff(ratio, t, 2)


_R = sp.Function("R")(t)
SECOND = equal(
    sp.Derivative(density(t) * _R, (t, 2)),
    density(t) * ((t**2 - 1) * _R - 2 * t * sp.Derivative(_R, t) + sp.Derivative(_R, (t, 2))),
    {t: _FROM_0},
)
_BEYOND_0 = {t: _POSITIVE}
MILLS = (
    greater(_second(MILLS_ABOVE), 1, _BEYOND_0),
    greater(1, _second(MILLS_BELOW), _BEYOND_0),
    greater(_second(MILLS_SIMPLE), 1, _BEYOND_0),
)
TINY = 20 / t**9  # bounds mu/t for t >= FAR
TINY_DENSITY = less(48 / sp.sqrt(2 * sp.pi), 20)
KAPPA = 1 - (1 + t**2) * MILLS_ABOVE
_LOGS = sp.Rational(27, 5)
CONSTANTS = (
    greater(3 * sp.log(FAR) + sp.log(sp.sqrt(2 * sp.pi)), _LOGS),
    less(sp.log(sp.sqrt(2 * sp.pi)), sp.Rational(23, 25)),
    greater(sp.log(sp.sqrt(2 * sp.pi)), sp.Rational(9, 10)),
)
KAPPA_POSITIVE = greater(KAPPA, 0, {t: _FROM_FAR})
POSITIVE_FAR = greater((t**2 / 2 + _LOGS) * KAPPA - (1 - KAPPA) * (1 + TINY), 0, {t: _FROM_FAR})

# --- its limit ------------------------------------------------------------------------------------------------------

_x = sp.Symbol("x", nonnegative=True)
_UPPER = t**2 / 2 + sp.Rational(23, 25) + 3 / (t**2 - 3)  # bounds ln(t/mu) - 3 ln t
LOG_UPPER = equal(sp.Derivative(_x - sp.log(1 + _x), _x), _x / (1 + _x), {_x: _FROM_0})
LOG_LOWER = equal(sp.Derivative(sp.log(1 + _x) - _x + _x**2 / 2, _x), _x**2 / (1 + _x), {_x: _FROM_0})
BELOW_SIMPLE = at_most(MILLS_ABOVE, MILLS_SIMPLE, {t: _FROM_FAR})
LIMIT_ABOVE = at_most(2 * MILLS_ABOVE * (_UPPER + 1 + 2 * TINY), 1 + 2 / t**2, {t: _FROM_FAR})
LOG_SLOPE = at_least(sp.Rational(1, 2) - 1 / t, 0, {t: sp.Interval(2, sp.oo)})
LOG_AT_2 = greater(1 - sp.log(2), 0)
LIMIT_BELOW = at_least(
    2 * MILLS_BELOW * (t**2 / 2 + sp.Rational(19, 10) - TINY) - 9 / t**3, 1 - 2 / t**2, {t: _FROM_FAR}
)
LOGARITHM_OF_A = at_most(_UPPER + 3 * t / 2 + 2 * TINY, t**2, {t: _FROM_FAR})
VANISHES = equal(sp.Limit((6 * sp.log(t) + 2) / t**2, t, sp.oo), 0)

# --- its values -----------------------------------------------------------------------------------------------------

BITS = _nats(EXCESS, density(t)) / sp.log(2)
"""G(a(t)) in bits."""
DENSE = equal(sp.Subs(BITS, t, 0), 2)

POINTS = tuple(
    tuple(sp.Rational(each) for each in row.split())
    for row in """
0.4 0.1616575 0.1616576 1.993093 1.993094
0.3 0.3371198 0.3371199 1.970662 1.970663
0.2 0.5491558 0.5491559 1.925811 1.925812
0.1 0.8615921 0.8615922 1.835133 1.835134
0.05 1.1401711 1.1401712 1.742108 1.742109
0.02 1.4781831 1.4781832 1.627769 1.627771
0.01 1.7174368 1.7174369 1.551008 1.551009
0.001 2.4358282 2.4358283 1.355804 1.355805
0.0001 3.0621755 3.0621756 1.229112 1.229113
0.00001 3.6190328 3.6190329 1.143637 1.143638
0.000001 4.1225248 4.1225249 1.082950 1.082951
""".strip().splitlines()
)
"""Activity; a t just left and one just right of where a(t) is the activity; bounds on G between them."""


def _point(activity: sp.Expr, left: sp.Expr, right: sp.Expr, low: sp.Expr, high: sp.Expr) -> tuple[Proposition, ...]:
    return (
        greater(ACTIVITY.subs(t, left), activity),
        less(ACTIVITY.subs(t, right), activity),
        greater(BITS.subs(t, right), low),
        less(BITS.subs(t, left), high),
    )


VALUES = tuple(each for row in POINTS for each in _point(*row))


def _value_steps() -> tuple[Step, ...]:
    words = ("is left of where $a(t)$ is this activity,", "is right of it,", "$G$ at it exceeds", "and is below")
    return tuple(
        BallInequality(each, f"At activity {POINTS[i // 4][0]}: " + words[i % 4]) for i, each in enumerate(VALUES)
    )


_minimum = (
    Identity(
        TAIL,
        "Write $\\phi$, $Q$ for density and tail of the normal law at t, and $\\mu = E[(z-t)_+] = \\phi - tQ$; "
        "then $E[(z+t)_+] = \\mu + t$, and the second moments are $(1+t^2)(1-Q) + t\\phi$ and $(1+t^2)Q - t\\phi$. "
        "Derivatives by t follow from $\\phi' = -t\\phi$, $Q' = -\\phi$:",
    ),
    Identity(EXCESS_SLOPE, "The mean excess $\\mu$ falls,"),
    Limit(NO_EXCESS, "to zero, so that it is positive."),
    Identity(COST_SLOPE, "The derivative of $a E[(z+t)_+^2] + (1-a) E[(z-t)_+^2]$ is"),
    Identity(
        CONVEX,
        "and the second derivative, a mean of $1-Q$ and $Q$, is positive (negative t only give the larger moment the "
        "larger weight):",
    ),
    Identity(STATIONARY, "so the only stationary point is the minimum. It is at t when $a = a(t) = \\mu/(2\\mu+t)$:"),
    Identity(VALUE, "The minimum, $1/\\alpha_G$, is then $\\phi/(2\\mu + t)$, as $\\phi = \\mu + tQ$:"),
    Identity(ACTIVITY_SLOPE, "The activity falls with t, by $a'(t) = -\\phi/(2\\mu+t)^2$,"),
    Identity(HALF, "from one half"),
    Limit(NO_ACTIVITY, "to zero: every activity in $(0, 1/2]$ has its t."),
)
_rises = (
    Identity(DENSE, "At $a = 1/2$, $G = 2$:"),
    Identity(
        SLOPE,
        "Along t, $G\\ln 2$ has the slope $-S/(2\\mu+t)$ with $S = \\ln((1-a)/a) - (E[(z+t)_+^2] - "
        "E[(z-t)_+^2])\\,G\\ln 2$; so $G$ rises with the activity where $S > 0$.",
    ),
    Identity(AT_0, "S vanishes at $t = 0$ by symmetry,"),
    BallInequality(RISES_NEAR, "where it rises:"),
    BallInequality(POSITIVE_MIDDLE, "Further out it is positive."),
    Identity(SECOND, "Beyond, by Mills bounds on $r = \\mu/\\phi$. The second derivative of $\\mu$ is $\\phi$, and"),
    SignOnInterval(
        MILLS[0],
        "so with $R$ as follows $\\phi R - \\mu$ is convex; with its slope it vanishes at infinity, so it is positive: "
        "$r < 1/t^2 - 3/t^4 + 15/t^6$.",
    ),
    SignOnInterval(MILLS[1], "Likewise $r > 1/t^2 - 3/t^4$"),
    SignOnInterval(MILLS[2], "and $r < 1/t^2$."),
    BallInequality(
        TINY_DENSITY,
        "As $e^x > x^3/6$, $\\phi < 48/(t^6\\sqrt{2\\pi}) < 20/t^6$, and so $\\mu/t < \\phi/t^3 < 20/t^9$.",
    ),
    Identity(
        LOG_UPPER,
        "As $\\ln(1+x) \\le x$, $\\alpha_G$ times the entropy is at most $r(\\Lambda + 1 + \\mu/t)$ with $\\Lambda = "
        "\\ln((1-a)/a)$; the bracket before it in S is at most $1 + t^2$; so $S \\ge \\Lambda\\kappa - (1-\\kappa)(1 + "
        "\\mu/t)$ with $1 - \\kappa = (1+t^2)(1/t^2 - 3/t^4 + 15/t^6)$.",
    ),
    SignOnInterval(KAPPA_POSITIVE, "As $\\kappa$ is positive"),
    BallInequality(CONSTANTS[0], "and $\\Lambda \\ge \\ln(t/\\mu) \\ge t^2/2 + 3\\ln t + \\ln\\sqrt{2\\pi}$, where"),
    SignOnInterval(POSITIVE_FAR, "S is positive: G rises with the activity on all of $(0, 1/2]$, up to 2."),
)
_limit = (
    SignOnInterval(
        BELOW_SIMPLE,
        "Above: $2 G \\ln 2 \\le 2r(\\Lambda + 1 + \\mu/t)$ and, as $r > (t^2-3)/t^4$, $\\Lambda \\le t^2/2 + 3\\ln t "
        "+ "
        "\\ln\\sqrt{2\\pi} + 3/(t^2-3) + \\mu/t$. The terms with $\\ln t$ are at most $6\\ln t/t^2$:",
    ),
    BallInequality(CONSTANTS[1], "the others, with"),
    SignOnInterval(LIMIT_ABOVE, "at most $1 + 2/t^2$."),
    Identity(
        LOG_LOWER,
        "Below: as $\\ln(1+x) \\ge x - x^2/2$, $2 G \\ln 2 \\ge 2r(t^2/2 + 3\\ln t + \\ln\\sqrt{2\\pi} + 1 - \\mu/t)$.",
    ),
    BallInequality(CONSTANTS[2], "With"),
    BallInequality(LOG_AT_2, "and $\\ln t \\le t/2$, which holds at $t = 2$"),
    SignOnInterval(LOG_SLOPE, "and beyond, so that $6\\ln t\\,(1/t^2 - r) \\le 18\\ln t/t^4 \\le 9/t^3$,"),
    SignOnInterval(LIMIT_BELOW, "this is at least $1 + (6\\ln t - 2)/t^2$."),
    SignOnInterval(
        LOGARITHM_OF_A,
        "In terms of the activity: $\\ln(1/a) \\le t^2$, so the excess is $O(\\ln L/L)$, $L = \\ln(1/a)$.",
    ),
    Limit(VANISHES, "So $G$ tends to $1/(2\\ln 2)$ from above."),
)

gardner_proof = Certificate(
    "T2.gardner",
    "The bits per synapse of the best weights rise with activity, from 1/(2 ln 2) to 2",
    (*_minimum, *_rises, *_limit, *_value_steps()),
    assumptions=("$1/\\alpha_G(a)$ is defined as the minimum over t of $a E[(z+t)_+^2] + (1-a) E[(z-t)_+^2]$.",),
)

gardner = Claim(
    id="T2.gardner",
    title="Gardner's formula: bits per synapse of the best weights",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "Let $1/\\alpha_G(a) = \\min_t\\{a E[(z+t)_+^2] + (1-a) E[(z-t)_+^2]\\}$ and $G = \\alpha_G H_2$. On $(0, "
        "1/2]$ G "
        "strictly increases with a, to $G(1/2) = 2$, so $1/(2\\ln 2) < G \\le 2$. With $\\mu = E[(z-t)_+]$ and $a = "
        "\\mu/(2\\mu+t)$, $|2\\ln 2\\,G - 1 - 6\\ln t/t^2| \\le 2/t^2$ for $t \\ge 9/2$ (with $t^2 \\ge \\ln(1/a)$), "
        "and "
        "so there $0 < 2\\ln 2\\,G - 1 \\le (3\\ln L + 2)/L$, $L = \\ln(1/a)$. $G(10^{-6})$ = 1.08295. (A function "
        "defined by a "
        "formula; that it bounds every learning rule is Gardner's replica result.)",
        tuple(step.proposition for step in (*_minimum, *_rises, *_limit)) + VALUES,
    ),
    arguments=(Argument(gardner_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (gardner,)
