"""Claims about what a write does to earlier memories: loss, crosstalk in the fields, retrieval error, forgetting.

The loss of an earlier pattern never rises under Hebbian writes, so interference as the proposal measures it is
coupling, not yet harm. Harm is crosstalk in the fields against the gap between active and silent units.
"""

from typing import cast

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.statement import Statement, at_most, equal, greater
from theory.notation import SIZES, UNIT, N, a, n, p

_OVERLAPS = {n: sp.Range(0, sp.oo), N: SIZES}
_POSITIVE = sp.Interval.open(0, sp.oo)

# --- the sign -------------------------------------------------------------------------------------------------------

CHANGE = -(n**2) / N**2
LOSS_CHANGE = equal(-sp.UnevaluatedExpr(n * sp.UnevaluatedExpr(n / N)) / N, CHANGE, _OVERLAPS)
NEVER_RISES = at_most(CHANGE, 0, _OVERLAPS)

sign_proof = Certificate(
    "T1.sign",
    "Every Hebbian write lowers every other pattern's loss",
    (
        Identity(
            LOSS_CHANGE,
            "The write $\\xi\\xi^T/N$ changes the field of the earlier pattern $\\xi'$ by $n/N$ on the units of "
            "$\\xi$, $n$ "
            "of which are units of $\\xi'$; its loss $-\\frac1N\\sum_{i\\in\\xi'} h_i$ therefore changes by",
        ),
        SignOnInterval(NEVER_RISES, "minus the gradient inner product (the loss is linear): never positive."),
    ),
)

sign = Claim(
    id="T1.sign",
    title="The larger the gradient inner product, the more serious the harm to the other task",
    source="Core definitions (write interference; forgetting)",
    proposed=Statement(
        "A large gradient inner product means that writing one task raises the other task's loss: forgetting $F_t > "
        "0$.",
        (greater(CHANGE, 0, _OVERLAPS),),
    ),
    exact=Statement(
        "Under the Hebb rule each write changes every other pattern's loss by $-n^2/N^2 \\le 0$: by the proposal's own "
        "definition a Hebbian memory never forgets, while its retrieval errors grow. $I$ measures coupling.",
        (LOSS_CHANGE, NEVER_RISES),
    ),
    depends_on=("D.interference",),
    arguments=(
        Argument(sign_proof, Target.EXACT, Finding.HOLDS),
        Argument(sign_proof, Target.PROPOSED, Finding.FAILS, (NEVER_RISES,)),
    ),
    repair="writes lower the other losses; harm is crosstalk against the gap (T1.crosstalk, T1.harm)",
)

# --- crosstalk in the fields ----------------------------------------------------------------------------------------

_S = sp.Symbol("S", real=True)
_Q = sp.Symbol("Q", positive=True)  # |x|^2, the same for both patterns of a fixed-size code
_PAIR = {_S: sp.S.Reals, _Q: _POSITIVE, N: SIZES}
v = a * (1 - a)

_written = sp.UnevaluatedExpr  # keeps a quotient or a sum as it is written
MEAN_SQUARE = equal(
    _written(_Q * (_S / N) ** 2) / N / _written(_Q / N) ** 2, _written(_Q / N) * _written(_S**2 / _Q**2), _PAIR
)
PER_WRITE = equal(
    _written(v * (N - 1)) * _written(v * v) / _written(N * v) ** 2, (N - 1) * v / N**2, {a: UNIT, N: SIZES}
)
EXPECTED = equal(
    _written(_Q / N).subs(_Q, N * a * (1 - a)) * _written(1 / (N - 1)), a * (1 - a) / (N - 1), {a: UNIT, N: SIZES}
)

crosstalk_proof = Certificate(
    "T1.crosstalk",
    "From interference to crosstalk in the fields",
    (
        Identity(
            MEAN_SQUARE,
            "Two patterns with the same $|x|^2 = Q$ (fixed-size code): a write changes field $i$ by $x_i S/N$, with "
            "$S = x\\cdot x'$, against a gap of $Q/N$. The mean square over the N units, in units of the squared "
            "gap, is the "
            "mean activity $Q/N$ times the cosine $S^2/Q^2$ of the two gradients:",
        ),
        Identity(EXPECTED, "For the covariance rule $Q/N = a(1-a)$ and the mean cosine is $1/(N-1)$:"),
        Identity(
            PER_WRITE,
            "Bernoulli code, no self-coupling, rule divided by $N a(1-a)$ so that the gap is 1: the crosstalk of one "
            "write "
            "on one unit, $(\\xi_i-a)\\sum_{j\\ne i}x_j x_j'/(Nv)$, has mean 0 and variance",
        ),
    ),
    assumptions=("Independent patterns; writes add up, so $p - 1$ of them have $p - 1$ times this variance.",),
)

crosstalk = Claim(
    id="T1.crosstalk",
    title="Crosstalk in the fields is interference times what is written per unit",
    source="Theorem 1, proof sketch (interference noise)",
    proposed=None,
    exact=Statement(
        "In units of the squared gap, one write disturbs the fields of another pattern by (mean square per unit) "
        "$\\frac{|x|^2}{N}\\cos(\\nabla L,\\nabla L')$; for the covariance rule $a(1-a)/(N-1)$ (fixed size) and, "
        "without "
        "self-coupling, $(N-1)a(1-a)/N^2$ (Bernoulli).",
        (MEAN_SQUARE, EXPECTED, PER_WRITE),
    ),
    depends_on=("D.interference", "T1.normalised"),
    arguments=(Argument(crosstalk_proof, Target.EXACT, Finding.HOLDS),),
)

# --- retrieval error ------------------------------------------------------------------------------------------------

s = sp.Symbol("sigma", positive=True)
theta = sp.Symbol("theta", real=True)
alpha = sp.Symbol("alpha", positive=True)
_LOG_ODDS = sp.log((1 - a) / a)
BEST = (1 - 2 * a) / 2 + s**2 * _LOG_ODDS


def _Phi(t: sp.Expr) -> sp.Expr:
    return sp.erfc(-t / sp.sqrt(2)) / 2


def _phi(t: sp.Expr) -> sp.Expr:
    return sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi)


def _error(threshold: sp.Expr) -> sp.Expr:
    return a * _Phi((threshold - (1 - a)) / s) + (1 - a) * _Phi(-(threshold + a) / s)


_SPARSE = sp.Interval.open(0, sp.Rational(1, 2))
_NOISY = {a: UNIT, s: _POSITIVE}
_DENSITY = _phi((BEST + a) / s)

BALANCE = equal(((BEST + a) ** 2 - (BEST - (1 - a)) ** 2) / (2 * s**2), _LOG_ODDS, _NOISY)
SLOPE_THRESHOLD = equal(
    sp.Derivative(_error(theta), theta),
    (a * _phi((theta - (1 - a)) / s) - (1 - a) * _phi((theta + a) / s)) / s,
    {**_NOISY, theta: sp.S.Reals},
)
SLOPE_NOISE = equal(
    sp.Derivative(_error(theta), s),
    (a * _phi((theta - (1 - a)) / s) * ((1 - a) - theta) + (1 - a) * _phi((theta + a) / s) * (theta + a)) / s**2,
    {**_NOISY, theta: sp.S.Reals},
)
SLOPE_ACTIVITY = equal(
    sp.Derivative(_error(theta), a),
    _Phi((theta - (1 - a)) / s)
    - _Phi(-(theta + a) / s)
    + (a * _phi((theta - (1 - a)) / s) - (1 - a) * _phi((theta + a) / s)) / s,
    {**_NOISY, theta: sp.S.Reals},
)
_c = sp.Symbol("c", positive=True)  # (1-a) phi((theta*+a)/sigma), which is a phi((theta*-(1-a))/sigma) as well
ENVELOPE = equal(
    (_c * ((1 - a) - theta) + _c * (theta + a)) / s**2,
    _c / s**2,
    {**_NOISY, theta: sp.S.Reals, _c: _POSITIVE},
)
MARGINS = equal(_written(BEST + a) - _written((1 - a) - BEST), 2 * s**2 * _LOG_ODDS, _NOISY)
ODDS = greater((1 - a) / a - 1, 0, {a: _SPARSE})
NOISE_RISES = greater(alpha * (1 - 2 * a), 0, {a: _SPARSE, alpha: _POSITIVE})
_BOX = {a: sp.Interval(sp.Rational(1, 10), sp.Rational(2, 5)), alpha: sp.Interval(sp.Rational(1, 2), sp.Rational(3, 2))}
TOTAL_SLOPE = greater(
    _Phi((BEST - (1 - a)) / s).subs(s, sp.sqrt(alpha * v))
    - _Phi(-(BEST + a) / s).subs(s, sp.sqrt(alpha * v))
    + ((1 - a) * _DENSITY / s**2).subs(s, sp.sqrt(alpha * v)) * alpha * (1 - 2 * a) / (2 * sp.sqrt(alpha * v)),
    0,
    _BOX,
)

harm_proof = Certificate(
    "T1.harm",
    "At a fixed load the retrieval error increases with activity on the sparse half",
    (
        Identity(
            SLOPE_THRESHOLD,
            "Wrong units per unit, $\\epsilon = a\\,\\Phi((\\theta-(1-a))/\\sigma) + "
            "(1-a)\\,\\Phi(-(\\theta+a)/\\sigma)$, "
            "against the threshold:",
        ),
        Identity(
            BALANCE,
            "At $\\theta^* = (1-2a)/2 + \\sigma^2\\ln((1-a)/a)$ the two terms are equal, since their logarithms "
            "differ by",
        ),
        Identity(SLOPE_NOISE, "Against the noise, at a fixed threshold,"),
        Identity(
            ENVELOPE,
            "so that at $\\theta^*$, with $c = (1-a)\\phi((\\theta^*+a)/\\sigma)$ for both terms, "
            "$d\\epsilon^*/d\\sigma = c/\\sigma^2 > 0$: each further write hurts, by $c/(2\\sigma^3)$ times the "
            "variance it adds.",
        ),
        Identity(SLOPE_ACTIVITY, "Against the activity at fixed noise; at $\\theta^*$ the last bracket vanishes,"),
        Identity(
            MARGINS, "leaving miss rate minus false-alarm rate. The silent units' margin exceeds the active units' by"
        ),
        SignOnInterval(ODDS, "which is positive for $a < 1/2$, where the odds of silence exceed one: misses dominate."),
        SignOnInterval(
            NOISE_RISES,
            variable=a,
            because="The noise $\\sigma^2 = \\alpha a(1-a)$ rises with $a$ there as well, so $\\epsilon^*$ does.",
        ),
        BallInequality(TOTAL_SLOPE, "The sum of both effects enclosed directly on a box of activities and loads."),
    ),
    assumptions=("Gaussian crosstalk of variance $\\alpha a(1-a)$ (one step, covariance rule).",),
)

harm = Claim(
    id="T1.harm",
    title="What is left of H1 as harm: at fixed load, errors rise with activity on the sparse half",
    source="H1 (intent)",
    proposed=None,
    exact=Statement(
        "With Gaussian crosstalk, one step and the best threshold, wrong units per unit at a fixed load $\\alpha$ "
        "strictly "
        "increase with $a$ on $(0,1/2)$; each further write raises them by "
        "$(1-a)\\phi((\\theta^*+a)/\\sigma)/(2\\sigma^3)$ "
        "times the variance it adds. Sparse codes are harmed less because each pattern writes less.",
        (SLOPE_THRESHOLD, BALANCE, SLOPE_NOISE, ENVELOPE, SLOPE_ACTIVITY, MARGINS, ODDS, NOISE_RISES),
    ),
    depends_on=("T1.crosstalk",),
    arguments=(Argument(harm_proof, Target.EXACT, Finding.HOLDS),),
)

# --- forgetting -----------------------------------------------------------------------------------------------------

_I = sp.Symbol("I", positive=True)
t, m_ = sp.symbols("t m", integer=True, nonnegative=True)
ADDITIVE = equal(
    cast(sp.Expr, sp.Sum(-_I, (m_, t + 1, p))),
    -(p - t) * _I,
    {p: sp.Range(1, sp.oo), t: sp.Range(0, sp.oo), _I: _POSITIVE},
)

forgetting_proof = Certificate(
    "T1.forgetting",
    "Forgetting by the proposal's definition",
    (
        Identity(
            LOSS_CHANGE,
            "One later write changes the loss of pattern t by minus its squared overlap with it, over $N^2$:",
        ),
        Identity(ADDITIVE, "Losses are linear, so the writes $t+1, \\dots, p$ add up; in the mean, with $I$ each,"),
    ),
)

forgetting = Claim(
    id="T1.forgetting",
    title="Forgetting caused by later writes",
    source="Core definitions (forgetting)",
    proposed=None,
    exact=Statement(
        "After writes $t+1, \\dots, p$ the proposal's forgetting of pattern t is $F_t = -\\sum_\\mu (n^\\mu)^2/N^2$, "
        "in the mean "
        "$-(p-t) I_N(a)$. The one-step retrieval error of pattern t meanwhile follows the exact law of its "
        "crosstalk (`theory.field_law`) and grows with every write.",
        (LOSS_CHANGE, ADDITIVE),
    ),
    depends_on=("T1.sign",),
    arguments=(Argument(forgetting_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (sign, crosstalk, harm, forgetting)
