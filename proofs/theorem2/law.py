r"""The capacity law the proposal starts from, and what follows from it about capacity and information.

The printed law `a / ln(1/a) N` falls as `a -> 0`. It is refuted without any assumption on the crosstalk: by Chebyshev's
inequality `eps N / 4 - 1/a` patterns can be stored with at most eps wrong units per active unit, whatever the activity.
"""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.statement import Statement, at_least, equal, greater
from proofs.theorem1.harm import (
    ODDS,
    PER_WRITE,
)
from proofs.theorem2.one_step import BRACKET, CLOSED, CONJUGATE, GAUSSIAN, MILLS_END, MILLS_SLOPE, alpha_proof
from proofs.theorem2.symbols import (
    LOG_ODDS,
    NONNEGATIVE,
    POSITIVE,
    V,
    entropy,
    eps,
    kept,
    sigma,
)
from theory.notation import SIZES, UNIT, N, a, p

KNOWN = "Known results (Tsodyks & Feigelman 1988)"
SKETCH = "Theorem 2, proof path"
EVERY_SIZE = {a: UNIT, N: SIZES, p: sp.Range(1, sp.oo)}
_c = sp.Symbol("c", positive=True)  # the constant that the proposal calls alpha(eps), or that its "proportional" hides
_l = sp.Symbol("l", positive=True)  # ln(1/a)
PRINTED = a / sp.log(1 / a)

# --- what can be stored at every activity ---------------------------------------------------------------------------

FOURTH = equal(a * (1 - a) ** 4 + (1 - a) * a**4, V * (1 - 3 * V), {a: UNIT})
SPREAD = equal(
    (1 - kept((N - 1) / N)) ** 2 + (N - 1) * kept(V * (1 - 3 * V) - V**2) / (N * V) ** 2,
    1 / N**2 + (N - 1) * (1 - 4 * V) / (N**2 * V),
    {a: UNIT, N: SIZES},
)
_SPREAD = 1 / N**2 + (N - 1) * (1 - 4 * V) / (N**2 * V)
_CROSSTALK = (p - 1) * (N - 1) * V / N**2
ERRORS = equal(
    4 * (_CROSSTALK + (1 - a) ** 2 * _SPREAD) + (1 - a) / a * 4 * (_CROSSTALK + a**2 * _SPREAD),
    4 * (1 - a) * ((p - 1) * (N - 1) / N**2 + kept(_SPREAD)),
    EVERY_SIZE,
)
ENOUGH = at_least(p / N + 1 / (a * N) - (1 - a) * ((p - 1) * (N - 1) / N**2 + _SPREAD), 0, EVERY_SIZE)
STORED = equal(4 * (kept(eps * N / 4 - 1 / a) / N + 1 / (a * N)), eps, {a: UNIT, N: SIZES, eps: UNIT})
EXCEEDED = equal(sp.Limit(_c * PRINTED / (eps / 8), a, 0), 0, {_c: POSITIVE, eps: UNIT})
PRINTED_SLOPE = equal(sp.Derivative(PRINTED, a), (kept(sp.log(1 / a)) + 1) / kept(sp.log(1 / a)) ** 2, {a: UNIT})
PRINTED_FALLS = greater((_l + 1) / _l**2, 0, {_l: POSITIVE})
EXAMPLE = greater(sp.Rational(1, 800), sp.Rational(1, 10**4) / sp.log(10**4))
LAW_LIMIT = equal(sp.Limit(V * LOG_ODDS / (a * sp.log(1 / a)), a, 0), 1)
_u, _L = sp.Symbol("u", nonnegative=True), sp.Symbol("L", positive=True)
MARGIN_LIMIT = equal(
    sp.Limit((sp.sqrt(1 + _u**2 / (2 * _L)) - _u / sp.sqrt(2 * _L)) ** 2, _L, sp.oo), 1, {_u: NONNEGATIVE}
)

stored_proof = Certificate(
    "TF.law/counterexample",
    "At every activity a fixed load can be stored, which no multiple of the printed law allows",
    (
        Identity(FOURTH, "Fourth moment of a centred unit, with $V = a(1-a)$:"),
        Identity(
            SPREAD,
            "Bernoulli code, covariance rule, no self-coupling. The field of unit $i$ is $(\\xi_i-a)M$ plus crosstalk, "
            "$M = \\frac{1}{NV}\\sum_{j\\ne i}(\\xi_j-a)^2$, and $E(M-1)^2$ is",
        ),
        Identity(PER_WRITE, "The crosstalk of each other pattern has mean 0 and variance"),
        Identity(
            ERRORS,
            "Put the threshold at $(1-2a)/2$, at distance $1/2$ from $\\xi_i - a$ for active and silent units. By "
            "Chebyshev's inequality miss and false-alarm rate are at most 4 times the mean square of "
            "$h_i - (\\xi_i-a)$; together, wrong units per active unit are at most",
        ),
        SignOnInterval(ENOUGH, "and this is at most $4(p/N + 1/(aN))$:", variable=a),
        Identity(STORED, "So $p = \\epsilon N/4 - 1/a$ patterns (rounded down) are stored with error at most"),
        Limit(
            EXCEEDED,
            "Once $N \\ge 16/(\\epsilon a)$ that is at least $\\epsilon N/8$. Any multiple $c$ of the printed law, "
            "over it, vanishes as $a \\to 0$:",
        ),
        Identity(PRINTED_SLOPE, "For the printed formula falls as the code gets sparser: its derivative,"),
        SignOnInterval(PRINTED_FALLS, "with $l = \\ln(1/a)$, is positive."),
        BallInequality(
            EXAMPLE,
            "For example $\\epsilon = 1/100$ and $c = 1$: at $a = 10^{-4}$ and $N \\ge 1.6\\cdot10^7$ more is stored "
            "than the law says.",
        ),
    ),
    assumptions=(
        "Independent Bernoulli patterns; errors are expected wrong units per active unit of a stored pattern, after "
        "one step from the pattern itself.",
        "Chebyshev's inequality.",
    ),
)

law_proof = Certificate(
    "TF.law",
    "The one-step capacity law",
    (
        Identity(CLOSED, "By T2.alpha, with $L = \\ln((1-a)/a)$ and $w = u/\\sqrt{2L}$, $\\alpha\\cdot2a(1-a)L$ is"),
        Identity(CONJUGATE, "that is $(\\sqrt{1+w^2}-w)^2$, as"),
        Limit(
            MARGIN_LIMIT,
            "The margin $u(\\epsilon,a)$ lies between two numbers that depend on $\\epsilon$ only, $\\epsilon/2 < "
            "\\Phi(-u) < \\epsilon$; the expression falls with $u$, and for every fixed $u$ it tends to 1, as slowly "
            "as $1 - u\\sqrt{2/L}$:",
        ),
        Limit(LAW_LIMIT, "Finally $a(1-a)\\ln((1-a)/a)$ over $a\\ln(1/a)$ tends to 1:"),
    ),
    assumptions=(GAUSSIAN,),
)

LAW = (CLOSED, CONJUGATE, MARGIN_LIMIT, LAW_LIMIT)

law = Claim(
    id="TF.law",
    title="The capacity law as printed",
    source=KNOWN,
    proposed=Statement(
        "Tsodyks and Feigelman (1988): the most patterns a sparse Hopfield network stores is "
        "$p_{max} \\propto \\frac{a}{\\ln(1/a)} N$."
    ),
    exact=Statement(
        "One step at any fixed error rate $\\epsilon \\le 1/2$, Gaussian crosstalk: $p_{max}/N \\cdot 2a\\ln(1/a) "
        "\\to 1$ as $a \\to 0$, slowly (like $1 - u\\sqrt{2/\\ln(1/a)}$). The printed law falls where capacity rises.",
        LAW,
    ),
    depends_on=("T2.alpha",),
    arguments=(
        Argument(law_proof, Target.EXACT, Finding.HOLDS),
        Argument(stored_proof, Target.PROPOSED, Finding.FAILS, (ENOUGH, STORED, EXCEEDED)),
    ),
    repair="$p_{max} \\approx N/(2a\\ln(1/a))$ as $a \\to 0$: the printed law is upside down",
)

# --- the law in words -----------------------------------------------------------------------------------------------

_x, _f = sp.symbols("x f", positive=True)
ENTROPY_SLOPE = equal(sp.Derivative(entropy(a), a), LOG_ODDS, {a: UNIT})
_density = _c  # (1-a) phi(v), which is a phi(u) as well
PER_ACTIVE = equal(
    a * (_x - _f + _density / sigma**2 * kept(sigma**2 / V) * (1 - 2 * a) / (2 * sigma)) - (a * _x + (1 - a) * _f),
    -_f + a * _density * (1 - 2 * a) / (2 * sigma * V),
    {a: UNIT, _x: POSITIVE, _f: POSITIVE, sigma: POSITIVE, _c: POSITIVE},
)
SPARSE_ENOUGH = greater((1 - 2 * a) * LOG_ODDS, 1, {a: sp.FiniteSet(sp.Rational(1, 6))})

words_proof = Certificate(
    "TF.words",
    "Sparser patterns: more of them, each with less information",
    (
        Identity(ENTROPY_SLOPE, "The information of a unit, $H(a)$ in nats, has the slope"),
        SignOnInterval(ODDS, "positive for $a < 1/2$, where the odds exceed one: sparser patterns carry less."),
        Identity(
            PER_ACTIVE,
            "Wrong units per unit $e$ at the best threshold rise with the activity at every load, through misses less "
            "false alarms and through the noise (T1.harm): at a given $e$ sparser codes bear a larger load. Counted "
            "per active unit, $e/a$, the slope is that of $a\\,e' - e$, with miss rate $x$, false-alarm rate $f$ and "
            "$c = (1-a)\\phi(v)$,",
        ),
        Identity(
            MILLS_SLOPE,
            "that is $-\\Phi(-v) + \\phi(v)(1-2a)(u+v)/2$. It is negative at $a = 1/2$: there the criterion turns "
            "around. But $\\Phi(-v) < \\phi(v)/v$, as the difference rises",
        ),
        Limit(MILLS_END, "to zero;"),
        BallInequality(
            SPARSE_ENOUGH,
            "and for $u \\ge 0$, $(u+v)v \\ge v^2 \\ge 2\\ln((1-a)/a)$, so the slope is positive wherever "
            "$(1-2a)\\ln((1-a)/a) \\ge 1$: both factors fall with $a$, so for all $a \\le 1/6$, as",
        ),
    ),
    assumptions=(GAUSSIAN, "One step at the threshold with fewest errors."),
)

WORDS = (ENTROPY_SLOPE, ODDS, PER_ACTIVE, SPARSE_ENOUGH)

words = Claim(
    id="TF.words",
    title="The capacity law in words",
    source=KNOWN,
    proposed=Statement("The smaller $a$, the more patterns are stored, and the less information each carries."),
    exact=Statement(
        "On $0 < a < 1/2$ the information of a pattern strictly increases with $a$, and the load borne at a given "
        "number of wrong units per unit strictly decreases (one step, Gaussian crosstalk). At a given number of "
        "wrong units per active unit it decreases for $a \\le 1/6$ if at most half of the active units are missed, "
        "but increases at $a = 1/2$.",
        WORDS,
    ),
    depends_on=("T1.harm",),
    arguments=(
        Argument(words_proof, Target.EXACT, Finding.HOLDS),
        Argument(
            words_proof,
            Target.PROPOSED,
            Finding.HOLDS_ON_DOMAIN,
            WORDS,
            domain="$0 < a < 1/2$, counting wrong units per unit",
        ),
    ),
)

# --- step 1 of the proof path ---------------------------------------------------------------------------------

capacity = Claim(
    id="T2.capacity",
    title="Capacity bound",
    source=SKETCH,
    proposed=Statement("$C(a,\\epsilon) \\le \\frac{\\alpha(\\epsilon)\\,a}{\\ln(1/a)}\\,N$."),
    exact=Statement(
        "One step, Gaussian crosstalk, $\\epsilon \\le 1/2$ wrong units per active unit, $a < 1/2$: $C(a,\\epsilon) "
        "\\le \\frac{N}{2a(1-a)\\ln((1-a)/a)}$, and at least $1 - 2w$ of it, $w = u/\\sqrt{2\\ln((1-a)/a)}$.",
        (CLOSED, CONJUGATE, BRACKET),
    ),
    depends_on=("TF.law",),
    arguments=(
        Argument(alpha_proof, Target.EXACT, Finding.HOLDS),
        Argument(stored_proof, Target.PROPOSED, Finding.FAILS, (ENOUGH, STORED, EXCEEDED)),
    ),
    repair="$C \\le N/(2a(1-a)\\ln((1-a)/a))$",
)

CLAIMS = (law, words, capacity)
