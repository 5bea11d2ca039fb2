r"""The limit a -> 0 of the functions alpha_c and eta, with bounds that hold for every activity below e^-12.

With `L = ln(1/a)`, for centred input and all `L >= 12`,
`1 - sqrt(2 ln L / L) - 3 / (2 sqrt L) <= 2 a L alpha_c(a) <= 2 L / ((2L - ln L - 3)(1 - 2a))`. The upper bound goes
through all margins by cases; the lower one is the load at one explicit pair of margins. The cases and the chains of
inequalities are prose; every inequality in them is a step.
"""

from typing import Any

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.statement import Statement, at_least, at_most, equal, greater, less
from proofs.theorem2.margins import density
from theory.notation import UNIT, a

SOURCE = "Theorem 2 (H2), sparse limit of the fixed points"
START = 12
"""The bounds hold from L = ln(1/a) = 12 on, that is a <= 6.1e-6."""

L, s, w, x = sp.symbols("L s w x", positive=True)
_P, _F = sp.symbols("P F", positive=True)
_FAR = {L: sp.Interval(START, sp.oo)}
_POSITIVE = sp.Interval.open(0, sp.oo)
_LEAST = sp.exp(-START)
_HALF = sp.Rational(1, 2)

# --- above, for all margins -----------------------------------------------------------------------------------------

UPPER = 2 * L / ((2 * L - sp.log(L) - 3) * (1 - 2 * sp.exp(-L)))
"""The upper bound on 2 a L alpha."""

_q = a * _P + (1 - a) * _F
CENTRING = greater((1 - 2 * a) * _q + a**2, (1 - 2 * a) * _q, {a: UNIT, _P: UNIT, _F: UNIT})
_written = sp.UnevaluatedExpr  # keeps a quotient as it is written
WIDE = equal(
    _written((_P / s) ** 2) / _written((1 - 2 * a) * a * _P),
    _P / (a * (1 - 2 * a) * s**2),
    {a: sp.Interval.open(0, _HALF), _P: UNIT, s: _POSITIVE},
)
MILLS_ABOVE = equal(sp.Derivative(density(s) / s, s), -density(s) * (1 + 1 / s**2), {s: _POSITIVE})
MILLS_BELOW = equal(
    sp.Derivative(density(s) * s / (1 + s**2), s), -density(s) * (1 - 2 / (1 + s**2) ** 2), {s: _POSITIVE}
)
FALLS = equal(
    sp.Derivative(s**2 * sp.erfc(s / sp.sqrt(2)) / 2, s),
    s * (sp.erfc(s / sp.sqrt(2)) - s * density(s)),
    {s: _POSITIVE},
)
_EDGE = 2 * L - sp.log(L) - 3  # the square of the largest u + v in the second case
EDGE_DENSITY = equal(
    density(sp.sqrt(_EDGE)), sp.exp(-L) * sp.sqrt(L) * sp.exp(sp.Rational(3, 2)) / sp.sqrt(2 * sp.pi), _FAR
)
EDGE_FACTOR = greater(x**3 / (1 + x) ** 2, x - 2, {x: _POSITIVE})
EDGE_CONSTANT = greater(sp.exp(3) / (2 * sp.pi) * (1 - 3 * _LEAST) ** 2, sp.Rational(319, 100))


def _rises_from(function: Any) -> tuple[BallInequality, SignOnInterval]:
    """Return the steps that a function of L is positive at the start and has a positive slope beyond."""
    return (
        BallInequality(greater(function.subs(L, START), 0), "which holds at $L = 12$"),
        SignOnInterval(greater(sp.diff(function, L), 0, _FAR), "and beyond, as the difference (of logarithms) grows."),
    )


EDGE_ROOM = _rises_from(sp.Rational(319, 100) * (2 * L - sp.log(L) - 5) - 4 * L)
EDGE_FAR = _rises_from(2 * L - sp.log(L) - 3 - 2 * sp.pi)

FAR_LEFT = equal(sp.Derivative(density(w) * (w + 1 / w), w), -density(w) * (w**2 + 1 / w**2), {w: _POSITIVE})
FAR_LEFT_SUM = at_most(2 * L / 3 + 2 + 3 / (2 * L), L, _FAR)
FAR_LEFT_ROOM = _rises_from(L / 3 - sp.Rational(3, 2) * sp.log(L) - sp.log(2 / sp.sqrt(2 * sp.pi) * sp.Rational(10, 9)))
CHERNOFF = equal(
    sp.Derivative(sp.exp(-(w**2) / 2) / 2 - sp.erfc(w / sp.sqrt(2)) / 2, w),
    density(w) * (1 - w * sp.sqrt(sp.pi / 2)),
    {w: _POSITIVE},
)
NEAR_LEFT = less(
    w + (1 + sp.Rational(1, 10**4)) * sp.exp(-3 * w**2),
    sp.Rational(11, 10),
    {w: sp.Interval(sp.Rational(1, 10**6), sp.Rational(5, 6))},
)
CENTRING_CONSTANT = less(1 / sp.sqrt(1 - 2 * _LEAST), 1 + sp.Rational(1, 10**4))
_reach = sp.Rational(11, 10)
NEAR_LEFT_ROOM = _rises_from(
    (1 - _reach**2 / 2) * L
    - sp.log(L) / 2
    - sp.log(1 + _reach**2 * L)
    - sp.log(sp.sqrt(2 * sp.pi) / (sp.pi * _reach) * sp.Rational(100, 99))
)
SMALL = less(3 * _LEAST, sp.Rational(1, 100))
UPPER_LIMIT = equal(sp.Limit(UPPER, L, sp.oo), 1)

_above = (
    SignOnInterval(
        CENTRING,
        variable=a,
        because="Let $P = \\Phi(u)$, $F = \\Phi(-v)$, $s = u+v$, $L = \\ln(1/a) \\ge 12$, $A = (P-F)/s$. Then "
        "$B \\le A$; A, the mean "
        "of $\\phi$ over $[-v,u]$, is at most $P/s$ and $1/\\sqrt{2\\pi}$; and $q' \\ge (1-2a)(aP + (1-a)F)$:",
    ),
    Identity(
        WIDE,
        "Case 1, $s^2 \\ge 2L - \\ln L - 3$. Then $\\alpha \\le (P/s)^2/q'$ is at most the following with $P \\le 1$, "
        "so "
        "$2aL\\alpha \\le U(L) = 2L/((2L - \\ln L - 3)(1-2a))$.",
    ),
    Identity(
        MILLS_ABOVE,
        "Below, $2aL\\alpha \\le 1 < U$. The tail $Q$ (whose slope is $-\\phi$) is less than $\\phi/s$, which falls "
        "faster,",
    ),
    Identity(MILLS_BELOW, "and more than $s\\phi/(1+s^2)$, which falls more slowly; all vanish at infinity."),
    Identity(
        FALLS,
        "Case 2, $u \\ge 0$ and $s$ smaller. Then $v \\le s$, $F \\ge Q(s)$ and $\\alpha \\le \\min(1/s^2, "
        "1/2\\pi)/((1-2a)(1-a) "
        "Q(s))$. Now $\\max(s^2, 2\\pi)\\,Q(s)$ falls with s, since beyond $s = \\sqrt{2\\pi} > \\sqrt 2$, by $Q < "
        "\\phi/s$,",
    ),
    EDGE_FAR[0],
    EDGE_FAR[1],
    Identity(
        EDGE_DENSITY,
        "so the worst case is $s_0 = \\sqrt{2L - \\ln L - 3} > \\sqrt{2\\pi}$ (the two steps before), where",
    ),
    SignOnInterval(
        EDGE_FACTOR,
        "There $s_0^2 Q(s_0) \\ge s_0^3\\phi(s_0)/(1+s_0^2)$; with $x = s_0^2$ the square of its factor is at least "
        "$x - 2$:",
    ),
    BallInequality(
        EDGE_CONSTANT,
        "That $2aL \\le (1-2a)(1-a)s_0^2Q(s_0)$ follows from $\\frac{e^3}{2\\pi}(1-3a)^2(2L - \\ln L - 5) \\ge 4L$, "
        "where",
    ),
    *EDGE_ROOM,
    Identity(
        FAR_LEFT,
        "Case 3, $u = -w < 0$. There $A \\le \\phi(w)$ as well, and $P = Q(w) \\ge w\\phi(w)/(1+w^2)$, so $2aL\\alpha "
        "\\le "
        "2L\\phi(w)(w + 1/w)/(1-2a)$, which falls with w. First let $w^2 \\ge 2L/3$:",
    ),
    SignOnInterval(FAR_LEFT_SUM, "At $w^2 = 2L/3$ the bracket is at most $\\sqrt L$, its square being"),
    BallInequality(
        SMALL, "and with $1 - 2a > 9/10$, $2L^{3/2}e^{-L/3}/\\sqrt{2\\pi} \\le 9/10$ is to be shown (here $3a$ is"
    ),
    *FAR_LEFT_ROOM,
    Identity(
        CHERNOFF,
        "Now let $w^2 < 2L/3$. If $s^2 \\ge 2LQ(w)/(1-2a)$, the bound of case 1 gives $2aL\\alpha \\le 1$. Otherwise, "
        "as $Q(w) "
        "\\le e^{-w^2/2}/2$ (equal at 0 and at infinity, and the difference first rises, then falls),",
    ),
    BallInequality(CENTRING_CONSTANT, "$v = s + w \\le w + \\sqrt{L/(1-2a)}\\,e^{-w^2/4}$, where"),
    BallInequality(
        NEAR_LEFT,
        "With $w = y\\sqrt L$ and $L \\ge 12$ this is at most $1.1\\sqrt L$, for $0 < y < \\sqrt{2/3} < 5/6$ (here "
        "$y$ is written "
        "w; below $10^{-6}$ it is clear):",
    ),
    *NEAR_LEFT_ROOM,
    Limit(
        UPPER_LIMIT,
        "So $F \\ge Q(1.1\\sqrt L) \\ge aL/(\\pi(1-3a))$ (the two steps before, with $1-3a \\ge 99/100$), and "
        "$2aL\\alpha \\le "
        "2aL/(2\\pi(1-3a)F) \\le 1$. In all cases $2aL\\alpha \\le U(L)$:",
    ),
)

# --- below, at explicit margins -------------------------------------------------------------------------------------

LOWER = 1 - sp.sqrt(2 * sp.log(L) / L) - 3 / (2 * sp.sqrt(L))
"""The lower bound on 2 a L alpha_c."""
ETA_LOWER = 1 - sp.sqrt(2 * sp.log(L) / L) - 2 / sp.sqrt(L) - 1 / L
"""The lower bound on 2 ln 2 eta."""

_A, _B, _C = sp.symbols("A B C", real=True)
_CLOSED = sp.Interval(0, 1)
ALARMS = equal(
    _written(density(sp.sqrt(2 * L))) / _written(sp.sqrt(2 * L)), sp.exp(-L) / (2 * sp.sqrt(sp.pi * L)), _FAR
)
SQUARE_ROOM = equal(
    a * _P + (1 - a) * _F + a * _F + a**2 - ((1 - 2 * a) * _q + a**2),
    2 * a * _q + a * _F,
    {a: UNIT, _P: UNIT, _F: UNIT},
)
INVERSE_SQUARE = at_least(1 / (1 + x) ** 2, 1 - 2 * x, {x: _POSITIVE})
INVERSE = at_least(1 / (1 + x), 1 - x, {x: _POSITIVE})
PRODUCT = equal(
    (1 - _A) * (1 - _B) * (1 - _C) - (1 - _A - _B - _C),
    _A * _B * (1 - _C) + _C * (_A + _B),
    {_A: _CLOSED, _B: _CLOSED, _C: _CLOSED},
)
REST_CONSTANT = greater(_HALF - 1 / (2 * sp.sqrt(sp.pi)), sp.Rational(1, 5))
REST_ROOM = _rises_from(L - sp.log(40 * L))
LOWER_LIMIT = equal(sp.Limit(LOWER, L, sp.oo), 1)
INFORMATION_CONSTANT = less((1 + 1 / sp.E) / (2 * sp.sqrt(START * sp.pi)) + 2 / sp.E, 1)
ETA_LIMIT = equal(sp.Limit(ETA_LOWER, L, sp.oo), 1)

_below = (
    Identity(
        ALARMS,
        "Below: take $v = \\sqrt{2L}$, $u = \\sqrt{\\ln L}$. Then $\\phi(v) = a/\\sqrt{2\\pi}$, $1 - P \\le "
        "1/(2\\sqrt L)$ "
        "(Chernoff) and $F \\le \\phi(v)/v = a\\delta$ with $\\delta = 1/(2\\sqrt{\\pi L})$:",
    ),
    Identity(
        SQUARE_ROOM,
        "$q' \\le aP + F + a^2 \\le a(1 + \\delta + a)$, the difference to the first bound being",
    ),
    SignOnInterval(
        INVERSE_SQUARE,
        "and $sB \\ge 1 - y$ with $y = \\frac{1}{2\\sqrt L} + F + 2as/\\sqrt{2\\pi}$. So $2aL\\alpha \\ge "
        "\\frac{2L}{s^2}"
        "\\frac{(1-y)^2}{1 + \\delta + a}$ with $s = \\sqrt{2L}(1+x)$, $x = \\sqrt{\\ln L/(2L)}$, where",
    ),
    SignOnInterval(INVERSE, "$(1-y)^2 \\ge 1 - 2y$, and, with $x$ for $\\delta + a$,"),
    Identity(PRODUCT, "Products of three such factors are at least one minus the sum, for terms in $[0,1]$:"),
    BallInequality(
        REST_CONSTANT,
        "The sum is $\\sqrt{2\\ln L/L} + 1/\\sqrt L + \\delta$ and the rest $2F + 4as/\\sqrt{2\\pi} + a \\le a(3 + "
        "4.6\\sqrt L)$, "
        "which fits into $3/(2\\sqrt L)$ if $8aL \\le 1/2 - 1/(2\\sqrt\\pi)$, for which $1/5$ is enough:",
    ),
    *REST_ROOM,
    Limit(LOWER_LIMIT, "So $2aL\\alpha_c \\ge 1 - \\sqrt{2\\ln L/L} - 3/(2\\sqrt L)$, which tends to"),
    BallInequality(
        INFORMATION_CONSTANT,
        "The information at these margins, in nats: $aP\\ln(P/q) \\ge aPL - a\\delta$ as $q \\le a(P + \\delta)$; "
        "$(1-P)\\ln((1-P)/(1-q)) \\ge -1/e$; $F\\ln(F/q) \\ge -q/e \\ge -a(1+\\delta)/e$; the last term is not "
        "negative. So it is "
        "at least $aL(P - 1/L)$, as $\\delta(1 + 1/e) + 2/e$ is",
    ),
    Limit(
        ETA_LIMIT,
        "Therefore $2\\ln 2\\;\\eta \\ge (1 - \\sqrt{2\\ln L/L} - \\frac{3}{2\\sqrt L})(1 - \\frac{1}{2\\sqrt L} - "
        "\\frac1L) \\ge "
        "1 - \\sqrt{2\\ln L/L} - 2/\\sqrt L - 1/L$, which tends to",
    ),
)

sparse_proof = Certificate(
    "T2.sparse_limit",
    "The sparse limit of alpha_c and eta, with bounds",
    (*_above, *_below),
    assumptions=(
        "$\\alpha(u,v;a)$ for centred input, $\\alpha_c$ and $\\eta$ are the functions of claims T2.critical, T2.eta.",
    ),
)

sparse = Claim(
    id="T2.sparse_limit",
    title="The sparse limit of the functions alpha_c and eta",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "For centred input, $L = \\ln(1/a)$ and all $L \\ge 12$: $1 - \\sqrt{2\\ln L/L} - \\frac{3}{2\\sqrt L} \\le "
        "2aL\\,"
        "\\alpha_c(a) \\le \\frac{2L}{(2L - \\ln L - 3)(1-2a)}$, so $2a\\ln(1/a)\\,\\alpha_c \\to 1$; and $2\\ln "
        "2\\;\\eta(a) \\ge 1 - "
        "\\sqrt{2\\ln L/L} - 2/\\sqrt L - 1/L$, which with the ceiling $\\eta < 1/(2\\ln 2)$ (claim T2) gives $\\eta "
        "\\to "
        "1/(2\\ln 2)$.",
        tuple(step.proposition for step in (*_above, *_below)),
    ),
    depends_on=("T2",),  # for the upper limit of eta
    arguments=(Argument(sparse_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (sparse,)
