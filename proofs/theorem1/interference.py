"""Theorem 1 itself and its variants: write interference against activity.

`I = E <grad L_t, grad L_t'>` for the Hopfield loss; with and without self-coupling, for both codes and both rules, and
relative to the gradient's own norm. The closed forms are `theory.interference`'s; here they are derived and certified.
"""

import sympy as sp

from proofs.algebra import Evaluation, ExactDomain, Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.statement import Statement, equal, equivalent, greater, less
from proofs.theorem1.law import OVERLAP_GENERATING_FUNCTION, POSITIVE_INTEGERS, UNIT_LAW
from theory.interference import crosstalk_variance_formula, gradient_norm_formula, interference_formula
from theory.notation import SIZES, UNIT, N, a, k, z

ALL = {a: UNIT, N: SIZES}
BOTH_TARGETS = (Target.EXACT, Target.PROPOSED)

HEBB = interference_formula("bernoulli")
FIXED = interference_formula("fixed-size")
COVARIANCE = interference_formula("bernoulli", "covariance")


def _slope(formula: sp.Expr) -> sp.Expr:
    return sp.factor(sp.diff(formula, a))


# --- from the loss to the overlap -----------------------------------------------------------------------------------

_w, _x, _y = sp.symbols("W_ij x_i x_j", real=True)
_S, _D, _u = sp.symbols("S_n D_n u", real=True)
_REALS = tuple((symbol, sp.S.Reals) for symbol in (_w, _x, _y, _S, _D, _u))

GRADIENT = equal(sp.Derivative(-_w * _x * _y / N, _w), -_x * _y / N, ((N, SIZES), *_REALS))
FACTORISES = equal((_S + _u) ** 2, _S**2 + (2 * _S * _u + _u**2), _REALS)
OFF_DIAGONAL = equal((_S + _u) ** 2 - (_D + _u**2), (_S**2 - _D) + 2 * _S * _u, _REALS)

gradient_proof = Certificate(
    "D.interference",
    "The gradient inner product is the squared overlap",
    (
        Identity(
            GRADIENT,
            "The loss $L(W) = -\\frac1N\\sum_{ij} x_i W_{ij} x_j$ is linear in $W$; its derivative by one weight:",
        ),
        Identity(
            FACTORISES,
            "So $N^2\\langle\\nabla L, \\nabla L'\\rangle = \\sum_{ij} x_i x_j x_i' x_j'$. With $u = "
            "x_{n+1}x_{n+1}'$ and "
            "$S_n = \\sum_{i\\le n} x_i x_i'$, unit $n+1$ adds $2 S_n u + u^2$ to this double sum, which is what it "
            "adds "
            "to $S_n^2$. By induction from $n = 0$ the double sum is $(x\\cdot x')^2$.",
        ),
        Identity(
            OFF_DIAGONAL,
            "Without self-coupling the terms $i = j$, whose sum $D_n = \\sum_i (x_i x_i')^2$ gains $u^2$, are left "
            "out: "
            "the sum is $S^2 - D$.",
        ),
    ),
)

gradient = Claim(
    id="D.interference",
    title="Write interference",
    source="Core definitions",
    proposed=None,
    exact=Statement(
        "The proposal defines $I(s) = E_{t\\ne t'}|\\nabla L_t\\cdot\\nabla L_{t'}|$. In a Hopfield network with "
        "$L_t(W) = -\\frac1N x^T W x$, $\\langle\\nabla L_t, \\nabla L_{t'}\\rangle = "
        "(x\\cdot x')^2/N^2 \\ge 0$ (the absolute value is idle); without self-coupling "
        "$((x\\cdot x')^2 - \\sum_i (x_i x_i')^2)/N^2$, of either sign when $x$ is centred.",
        (GRADIENT, FACTORISES, OFF_DIAGONAL),
    ),
    arguments=(Argument(gradient_proof, Target.EXACT, Finding.HOLDS),),
)

# --- Theorem 1 ------------------------------------------------------------------------------------------------------

_SECOND_MOMENT = sp.Subs(sp.Derivative(z * sp.Derivative(OVERLAP_GENERATING_FUNCTION, z), z), z, 1)
T1_FORMULA = equal(_SECOND_MOMENT / N**2, HEBB, ALL)
T1_MONOTONE = greater(_slope(HEBB), 0, ALL)

theorem1_proof = Certificate(
    "T1",
    "Theorem 1: write interference increases with activity, at every finite N",
    (
        Identity(UNIT_LAW, "One unit of both patterns, enumerated; the generating function of $n$ is its N-th power."),
        Identity(T1_FORMULA, "$I = E\\,n^2/N^2$, with the second moment from the generating function:"),
        Identity(equal(sp.diff(HEBB, a), _slope(HEBB), ALL), "Differentiate by the activity,"),
        SignOnInterval(T1_MONOTONE, "and the derivative is positive on the whole interval for every $N \\ge 2$:"),
        Limit(
            equal(sp.Limit(HEBB, N, sp.oo), a**4, {a: UNIT}),
            "In a large network only the mean overlap is left; its part does not vanish with N.",
        ),
    ),
    assumptions=("Independent patterns of a Bernoulli code; Hebb rule with self-coupling.",),
)

theorem1 = Claim(
    id="T1",
    title="Theorem 1: the sparser the code, the less write interference",
    source="Theorem 1 (H1)",
    proposed=Statement(
        "Write interference is strictly increasing in the activity $a$: higher sparsity, less interference.",
        (T1_MONOTONE,),
    ),
    exact=Statement(
        "$I_N(a) = a^4 + a^2(1-a^2)/N$, strictly increasing on all of $(0,1)$ for every $N \\ge 2$, with no assumption "
        "of small $a$.",
        (T1_FORMULA, T1_MONOTONE),
    ),
    depends_on=("D.interference", "T1.overlap_law"),
    arguments=tuple(Argument(theorem1_proof, target, Finding.HOLDS) for target in BOTH_TARGETS),
)

# --- the proposal's own argument: the variance ----------------------------------------------------------------------

VARIANCE = crosstalk_variance_formula()
VARIANCE_MONOTONE = greater(_slope(VARIANCE), 0, ALL)
VARIANCE_DOMAIN = equivalent(
    sp.Gt(_slope(N * VARIANCE), 0, evaluate=False), sp.Lt(a, 1 / sp.sqrt(2), evaluate=False), {a: UNIT}
)
_HALF = {a: sp.Interval.open(0, 1 / sp.sqrt(2)), N: SIZES}
VARIANCE_ON_DOMAIN = greater(_slope(VARIANCE), 0, _HALF)
VARIANCE_FALLS = less(_slope(N * VARIANCE).subs(a, sp.Rational(9, 10)), 0)

variance_counterexample = Certificate(
    "T1.variance/counterexample",
    "The overlap's variance is not increasing in the activity",
    (Evaluation(VARIANCE_FALLS, "At $a = 9/10$ the derivative of $a^2(1-a^2)$ is negative:"),),
)
variance_proof = Certificate(
    "T1.variance",
    "Exactly where the proposal's variance argument holds",
    (
        Identity(equal(sp.diff(VARIANCE, a), _slope(VARIANCE), ALL), "The derivative of the variance per write,"),
        ExactDomain(VARIANCE_DOMAIN, "is positive exactly below its only zero in $(0,1)$:"),
        SignOnInterval(VARIANCE_ON_DOMAIN, "For every N the variance is strictly increasing on that domain."),
    ),
)

variance = Claim(
    id="T1.variance",
    title="The proposal's variance argument",
    source="Theorem 1, proof sketch",
    proposed=Statement(
        "The variance of the interference noise, $p\\,a^2(1-a^2)/N$, is strictly increasing in $a$.",
        (VARIANCE_MONOTONE,),
    ),
    exact=Statement(
        "$a^2(1-a^2)/N$ is strictly increasing exactly for $a < 1/\\sqrt2$, where it has its maximum.",
        (VARIANCE_DOMAIN, VARIANCE_ON_DOMAIN),
    ),
    depends_on=("T1.moments",),
    arguments=(
        Argument(variance_proof, Target.EXACT, Finding.HOLDS),
        Argument(
            variance_proof,
            Target.PROPOSED,
            Finding.HOLDS_ON_DOMAIN,
            (VARIANCE_ON_DOMAIN,),
            domain="$0 < a < 1/\\sqrt2$",
        ),
        Argument(variance_counterexample, Target.PROPOSED, Finding.FAILS, (VARIANCE_FALLS,)),
    ),
)

# --- fixed-size codes -----------------------------------------------------------------------------------------------

_PAIR = k * (k - 1) / (N * (N - 1))
_SIZED = {k: POSITIVE_INTEGERS, N: SIZES}
FIXED_FORMULA = equal(((N * (N - 1) * _PAIR**2 + N * (k / N) ** 2) / N**2).subs(k, a * N), FIXED, ALL)
FIXED_MONOTONE = greater(_slope(FIXED), 0, ALL)

fixed_proof = Certificate(
    "T1.fixed_size",
    "Theorem 1 for fixed-size codes (k-WTA)",
    (
        Identity(equal(sp.binomial(N - 1, k - 1) / sp.binomial(N, k), k / N, _SIZED), "P(a given unit is active):"),
        Identity(equal(sp.binomial(N - 2, k - 2) / sp.binomial(N, k), _PAIR, _SIZED), "P(two given units are active):"),
        Identity(FIXED_FORMULA, "Hence $E\\,n$ and $E\\,n(n-1)$, and with $k = aN$ the interference $E\\,n^2/N^2$:"),
        SignOnInterval(FIXED_MONOTONE, "Its derivative by $a$ is positive:"),
    ),
)

fixed_size = Claim(
    id="T1.fixed_size",
    title="Theorem 1 for fixed-size codes (k-WTA)",
    source="Theorem 1; Experiment 1 uses k-WTA",
    proposed=Statement(
        "With exactly k active units, write interference is strictly increasing in $a = k/N$.", (FIXED_MONOTONE,)
    ),
    exact=Statement(
        "$I_N = a^4 + a^2(1-a)^2/(N-1)$ with $a = k/N$, strictly increasing on $(0,1)$ for every $N \\ge 2$.",
        (FIXED_FORMULA, FIXED_MONOTONE),
    ),
    depends_on=("D.interference", "T1.overlap_law"),
    arguments=tuple(Argument(fixed_proof, target, Finding.HOLDS) for target in BOTH_TARGETS),
)

# --- without self-coupling ------------------------------------------------------------------------------------------

NO_SELF = interference_formula("bernoulli", self_coupling=False)
_FIXED_NO_SELF = k**2 * (k - 1) ** 2 / (N**3 * (N - 1))
NO_SELF_FORMULA = equal(sp.Subs(sp.Derivative(OVERLAP_GENERATING_FUNCTION, (z, 2)), z, 1) / N**2, NO_SELF, ALL)
NO_SELF_MONOTONE = greater(_slope(NO_SELF), 0, ALL)
FIXED_NO_SELF_FORMULA = equal((N * (N - 1) * sp.UnevaluatedExpr(_PAIR) ** 2) / N**2, _FIXED_NO_SELF, _SIZED)
FIXED_NO_SELF_STEP = equal(_FIXED_NO_SELF.subs(k, k + 1) - _FIXED_NO_SELF, 4 * k**3 / (N**3 * (N - 1)), _SIZED)
FIXED_STEP_POSITIVE = greater(4 * k**3 / (N**3 * (N - 1)), 0, _SIZED)

no_self_proof = Certificate(
    "T1.self_coupling",
    "Theorem 1 without self-coupling",
    (
        Identity(NO_SELF_FORMULA, "Leaving out $i = j$ replaces $E\\,n^2$ by $E\\,n(n-1)$ (Bernoulli code)."),
        SignOnInterval(NO_SELF_MONOTONE, "The derivative by $a$ is positive."),
        Identity(FIXED_NO_SELF_FORMULA, "Fixed-size code: $E\\,n(n-1) = k^2(k-1)^2/(N(N-1))$."),
        Identity(FIXED_NO_SELF_STEP, "One more active unit adds"),
        SignOnInterval(FIXED_STEP_POSITIVE, "which is positive: increasing over the sizes $k = 1, 2, \\dots, N$."),
    ),
)

self_coupling = Claim(
    id="T1.self_coupling",
    title="Theorem 1 without self-coupling",
    source="Theorem 1 (the usual Hopfield network has no self-coupling)",
    proposed=Statement("Write interference is strictly increasing in $a$.", (NO_SELF_MONOTONE, FIXED_STEP_POSITIVE)),
    exact=Statement(
        "Without self-coupling $I_N = (1-1/N)a^4$ (Bernoulli), strictly increasing on $(0,1)$, and "
        "$k^2(k-1)^2/(N^3(N-1))$ (fixed size), strictly increasing in $k \\ge 1$.",
        (NO_SELF_FORMULA, NO_SELF_MONOTONE, FIXED_NO_SELF_FORMULA, FIXED_NO_SELF_STEP, FIXED_STEP_POSITIVE),
    ),
    depends_on=("D.interference", "T1.overlap_law"),
    arguments=tuple(Argument(no_self_proof, target, Finding.HOLDS) for target in BOTH_TARGETS),
)

# --- the covariance rule --------------------------------------------------------------------------------------------

_CENTRED = ((1 - a) * a**2 + a * (1 - a) ** 2) ** 2  # (E x^2)^2 over the outcomes -a and 1 - a
COVARIANCE_FORMULA = equal(N * _CENTRED / N**2, COVARIANCE, ALL)
COVARIANCE_DOMAIN = equivalent(
    sp.Gt(_slope(N * COVARIANCE), 0, evaluate=False), sp.Lt(a, sp.Rational(1, 2), evaluate=False), {a: UNIT}
)
_SPARSE = {a: sp.Interval.open(0, sp.Rational(1, 2)), N: SIZES}
COVARIANCE_ON_DOMAIN = greater(_slope(COVARIANCE), 0, _SPARSE)
COVARIANCE_FALLS = less(_slope(N * COVARIANCE).subs(a, sp.Rational(3, 4)), 0)

covariance_proof = Certificate(
    "T1.covariance",
    "Write interference of the covariance rule",
    (
        Identity(
            COVARIANCE_FORMULA,
            "$S = \\sum_i x_i x_i'$ with centred independent $x$ has mean 0, so $E\\,S^2 = N (E\\,x^2)^2$ and $I = "
            "E\\,S^2/N^2$:",
        ),
        ExactDomain(COVARIANCE_DOMAIN, "Its derivative by $a$ is positive exactly on the sparse half:"),
        SignOnInterval(COVARIANCE_ON_DOMAIN, "so it is strictly increasing there, for every N."),
    ),
)
covariance_counterexample = Certificate(
    "T1.covariance/counterexample",
    "The covariance rule's interference is not increasing on all of (0,1)",
    (Evaluation(COVARIANCE_FALLS, "At $a = 3/4$ the derivative of $a^2(1-a)^2$ is negative:"),),
)

covariance = Claim(
    id="T1.covariance",
    title="Theorem 1 for the covariance rule",
    source="H1, for the rule behind the Tsodyks-Feigelman capacity the proposal builds on",
    proposed=Statement("Write interference is strictly increasing in $a$.", (greater(_slope(COVARIANCE), 0, ALL),)),
    exact=Statement(
        "For the covariance rule $I_N = a^2(1-a)^2/N$, strictly increasing exactly for $a < 1/2$; unlike Hebb's it "
        "vanishes in large networks.",
        (COVARIANCE_FORMULA, COVARIANCE_DOMAIN, COVARIANCE_ON_DOMAIN),
    ),
    depends_on=("D.interference",),
    arguments=(
        Argument(covariance_proof, Target.EXACT, Finding.HOLDS),
        Argument(
            covariance_proof,
            Target.PROPOSED,
            Finding.HOLDS_ON_DOMAIN,
            (COVARIANCE_ON_DOMAIN,),
            domain="$0 < a < 1/2$",
        ),
        Argument(covariance_counterexample, Target.PROPOSED, Finding.FAILS, (COVARIANCE_FALLS,)),
    ),
)

# --- relative to the gradient's own norm ----------------------------------------------------------------------------


def _over(numerator: sp.Expr, denominator: sp.Expr) -> sp.Expr:
    """Return the quotient as written, not cancelled."""
    return sp.Mul(numerator, sp.Pow(sp.UnevaluatedExpr(denominator), -1), evaluate=False)


_NORM = gradient_norm_formula("covariance")
NORM_FORMULA = equal(((1 - a) * a**2 + a * (1 - a) ** 2), _NORM, {a: UNIT})
NORMALISED = equal(_over(COVARIANCE, _NORM**2), 1 / N, ALL)
NORMALISED_FIXED = equal(_over(interference_formula("fixed-size", "covariance"), _NORM**2), 1 / (N - 1), ALL)
NORMALISED_FLAT = equal(sp.Derivative(_over(COVARIANCE, _NORM**2), a), 0, ALL)
NORMALISED_HEBB = equal(HEBB / gradient_norm_formula("hebb") ** 2, a**2 + (1 - a**2) / N, ALL)

normalised_proof = Certificate(
    "T1.normalised",
    "Centred and normalised, interference does not depend on activity",
    (
        Identity(NORM_FORMULA, "The mean gradient norm is $E\\,\\|\\nabla L\\| = E|x|^2/N = E\\,x_i^2$:"),
        Identity(NORMALISED, "Interference of the covariance rule in units of its square (Bernoulli code):"),
        Identity(NORMALISED_FIXED, "For fixed-size codes:"),
        Identity(NORMALISED_FLAT, "It does not change with activity."),
        Identity(NORMALISED_HEBB, "Raw Hebb keeps the part of its mean, $a^2$, beside one that falls with $a$:"),
    ),
)

normalised = Claim(
    id="T1.normalised",
    title="Relative to the gradient's own norm, interference is 1/N at every activity",
    source="H1, read relative to how much is written",
    proposed=Statement(
        "Relative to the size of the gradients themselves, sparser codes still interfere less.",
        (greater(sp.Derivative(_over(COVARIANCE, _NORM**2), a), 0, ALL),),
    ),
    exact=Statement(
        "For the covariance rule $I/(E\\|\\nabla L\\|)^2 = 1/N$ (Bernoulli) and $1/(N-1)$ (fixed size) at every "
        "activity: "
        "a sparse pattern interferes less because less is written. Raw Hebb keeps $a^2 + (1-a^2)/N$.",
        (NORMALISED, NORMALISED_FIXED, NORMALISED_FLAT, NORMALISED_HEBB),
    ),
    depends_on=("D.interference", "T1.covariance"),
    arguments=(
        Argument(normalised_proof, Target.EXACT, Finding.HOLDS),
        Argument(normalised_proof, Target.PROPOSED, Finding.FAILS, (NORMALISED_FLAT,)),
    ),
    repair="1/N at every activity: nothing of H1 is left after centring and normalising",
)

# --- the mean cosine, not the ratio of means ------------------------------------------------------------------------

OWN_MEAN = equal(N * (1 / N) ** 2 + N * (N - 1) * (-1 / (N * (N - 1))) ** 2, 1 / (N - 1), {N: SIZES})
_SHARED = a**2 + (1 - a) ** 2
_PAIR_MOMENT = (1 - a) ** 2 / 2 + a**2 / 2 - 2 * a * (1 - a) * a * (1 - a) / _SHARED
POPULATION_MEAN = equal(
    sp.Rational(1, 2) + 2 * _PAIR_MOMENT**2, sp.Rational(1, 2) + (1 - 2 * a) ** 4 / (2 * _SHARED**2), {a: UNIT}
)

cosine_proof = Certificate(
    "T1.cosine",
    "The mean cosine of two gradients",
    (
        Identity(
            OWN_MEAN,
            "Centre each pattern by its own mean. For exchangeable units $M = E[xx^T/|x|^2]$ has diagonal $1/N$ (unit "
            "trace) and rows that sum to 0, so off-diagonal $-1/(N(N-1))$; the mean squared cosine of the patterns, "
            "which "
            "is the mean cosine of the gradients, is $\\mathrm{tr}\\,M^2$:",
        ),
        Identity(
            POPULATION_MEAN,
            "Centred by the population mean $a$ instead, two units ($N = 2$) give $1/2$ plus an excess that vanishes "
            "only at $a = 1/2$: the ratio of means is exactly $1/N$, the mean of ratios is not.",
        ),
    ),
)

cosine = Claim(
    id="T1.cosine",
    title="The mean cosine of centred gradients",
    source="H1, read as the angle between gradients",
    proposed=None,
    exact=Statement(
        "If each pattern is centred by its own mean, $E\\cos(\\nabla L,\\nabla L') = 1/(N-1)$ for every exchangeable "
        "law of "
        "non-constant patterns, at every activity. Centred by the population mean it exceeds $1/N$ unless $a = 1/2$ "
        "(shown at $N = 2$).",
        (OWN_MEAN, POPULATION_MEAN),
    ),
    depends_on=("D.interference",),
    arguments=(Argument(cosine_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (gradient, theorem1, variance, fixed_size, self_coupling, covariance, normalised, cosine)
