r"""The ceiling on capacity times information is Shannon's: `C B / N^2 <= (alpha/2) log2(1 + 1/alpha) < 1/(2 ln 2)`.

A unit reads its bit of a pattern through a channel whose signal-to-noise ratio is at most 1/alpha. One inequality,
`ln t <= t - 1`, gives the capacity of the Gaussian channel, the loss at a threshold, and the supremum. All entropies
here are in nats; divide by ln 2 for bits.
"""

import sympy as sp

from proofs.algebra import ExactDomain, Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.smt import SmtHolds
from proofs.statement import Statement, at_least, equal, less
from proofs.theorem2.information import LOG_SIGN, LOG_SLOPE
from proofs.theorem2.law import SKETCH
from proofs.theorem2.one_step import GAUSSIAN
from proofs.theorem2.symbols import CLOSED_UNIT, NONNEGATIVE, POSITIVE, V, alpha, kept
from theory.notation import UNIT, a

HALF = sp.Rational(1, 2)
BOTH = (Target.EXACT, Target.PROPOSED)

# --- the Gaussian channel -------------------------------------------------------------------------------------------

_s, _n, _y = sp.Symbol("S", positive=True), sp.Symbol("n", positive=True), sp.Symbol("y", real=True)
_POWERS = {_s: POSITIVE, _n: POSITIVE}
MOMENT = equal(
    sp.Integral(_y**2 * sp.exp(-(_y**2) / (2 * _n)) / sp.sqrt(2 * sp.pi * _n), (_y, -sp.oo, sp.oo)), _n, {_n: POSITIVE}
)
_LOG_2_PI = sp.log(2 * sp.pi)
CHANNEL = equal(
    (_LOG_2_PI + sp.log(_s + _n) + kept(_s + _n) / (_s + _n)) / 2 - (_LOG_2_PI + sp.log(_n) + kept(_n) / _n) / 2,
    kept(sp.log(_s + _n) - sp.log(_n)) / 2,
    _POWERS,
)
CEILING = alpha * sp.log(1 + 1 / alpha) / 2
_LOAD = {alpha: POSITIVE}
CURVATURE = equal(sp.Derivative(CEILING, (alpha, 2)), -1 / (2 * alpha * (1 + alpha) ** 2), _LOAD)
CONCAVE = less(-1 / (2 * alpha * (1 + alpha) ** 2), 0, _LOAD)
SLOPE_END = equal(sp.Limit((sp.log(1 + 1 / alpha) - 1 / (1 + alpha)) / 2, alpha, sp.oo), 0)
SUPREMUM = equal(sp.Limit(CEILING, alpha, sp.oo), HALF)
STRICT = equal(alpha * (kept(1 + 1 / alpha) - 1) / 2, HALF, _LOAD)

GIBBS = (
    Identity(
        LOG_SLOPE, "$\\ln t \\le t-1$, with equality at $t = 1$ only: $t - 1 - \\ln t$ vanishes there and has slope"
    ),
    ExactDomain(LOG_SIGN, "which changes sign there only, so that it is the minimum."),
)
CAPACITY = (
    Identity(
        MOMENT,
        "Let $Y$ be a signal $X$ of variance $S$ plus independent Gaussian noise of variance $n$, whose mean square is",
    ),
    Identity(
        CHANNEL,
        "For every density $g$, $I(X;Y) = E\\ln\\frac{p(Y|X)}{p(Y)} \\le E\\ln\\frac{p(Y|X)}{g(Y)}$, since "
        "$E\\ln(g/p) \\le E(g/p) - 1 \\le 0$. With $g$ Gaussian of the variance $S+n$ of $Y$ the right side is the "
        "difference of two mean logarithms: the channel carries at most $\\frac12\\ln(1+S/n)$ nats, whatever the law "
        "of $X$.",
    ),
)
SUPREMUM_STEPS = (
    Identity(
        CURVATURE, "The ceiling $\\frac\\alpha2\\ln(1+1/\\alpha)$ as a function of the load: its second derivative"
    ),
    SignOnInterval(CONCAVE, "is negative,"),
    Limit(SLOPE_END, "its first derivative falls to zero, so is positive: the ceiling strictly rises"),
    Limit(SUPREMUM, "towards one half, in bits $1/(2\\ln 2) = 0.7213$,"),
    Identity(STRICT, "and stays below: by $\\ln t < t-1$ at $t = 1 + 1/\\alpha$ it is less than"),
)
SHANNON = (LOG_SLOPE, LOG_SIGN, MOMENT, CHANNEL, CURVATURE, CONCAVE, SLOPE_END, SUPREMUM, STRICT)
THRESHOLD = (
    "A threshold, or any other output $T(Y)$, cannot add information (data processing): $I(X;T)-I(X;Y) = "
    "E\\ln\\frac{p(Y)\\,p(T|X)}{p(Y|X)\\,p(T)} \\le 0$, again by $\\ln t \\le t-1$, as the argument has mean 1."
)

# --- one step, keyed recall -----------------------------------------------------------------------------------------

_m = sp.Symbol("m", positive=True)
SIGNAL = equal(a * ((1 - a) * _m) ** 2 + (1 - a) * (-a * _m) ** 2, _m**2 * V, {a: UNIT, _m: POSITIVE})
RATIO = equal(kept(V) / (alpha * V), 1 / alpha, {a: UNIT, alpha: POSITIVE})

keyed_proof = Certificate(
    "T2.keyed",
    "The ceiling for one step and for keyed recall",
    (
        *GIBBS,
        *CAPACITY,
        Identity(SIGNAL, "The field's signal $m(\\xi_i - a)$ has variance"),
        Identity(
            RATIO, f"and with $m = 1$ and noise $\\alpha V$ the signal-to-noise ratio is $1/\\alpha$. {THRESHOLD}"
        ),
        *SUPREMUM_STEPS,
    ),
    assumptions=(GAUSSIAN, "Information is counted unit by unit: $B = \\sum_i I(\\xi_i; \\text{output}_i)$."),
)

KEYED = (*SHANNON, SIGNAL, RATIO)

keyed = Claim(
    id="T2.keyed",
    title="The ceiling for one step and for keyed recall",
    source=SKETCH,
    proposed=None,
    exact=Statement(
        "Covariance rule, one step from a clean key, Gaussian crosstalk: for every activity, load and threshold "
        "$C\\cdot B/N^2 = \\alpha I \\le \\frac\\alpha2\\log_2(1+1/\\alpha) < \\frac{1}{2\\ln 2} = 0.7213$ bits per "
        "synapse.",
        KEYED,
    ),
    depends_on=("T1.crosstalk",),
    arguments=(Argument(keyed_proof, Target.EXACT, Finding.HOLDS),),
)

# --- Theorem 2 ------------------------------------------------------------------------------------------------------

_x, _f, _d = sp.symbols("x f d", nonnegative=True)
_C = sp.Symbol("C", nonnegative=True)
_rho = sp.Symbol("rho", nonnegative=True)
_q = a * (1 - _x) + (1 - a) * _f
_RATES = {a: UNIT, _x: CLOSED_UNIT, _f: CLOSED_UNIT, _d: CLOSED_UNIT}
_LEFT = a * _x * (1 - _x) + (1 - a) * _f * (1 - _f) + (_q - _d) ** 2
SPLIT = equal(
    a * (1 - _x) * (1 - _d) ** 2 + a * _x * _d**2 + (1 - a) * _f * (1 - _d) ** 2 + (1 - a) * (1 - _f) * _d**2,
    V * (1 - _x - _f) ** 2 + _LEFT,
    _RATES,
)
RESIDUAL = at_least(_LEFT, 0, _RATES)
_FEEDBACK = {_s: POSITIVE, _rho: NONNEGATIVE, alpha: POSITIVE, _C: sp.Interval(0, 1, False, True)}
LOSS = equal(
    1 / alpha - _s * (1 - _C) ** 2 / (alpha * (_s + _rho)),
    (_rho + _s * _C * (2 - _C)) / (alpha * (_s + _rho)),
    _FEEDBACK,
)
NO_GAIN = at_least((_rho + _s * _C * (2 - _C)) / (alpha * (_s + _rho)), 0, _FEEDBACK)

theorem2_proof = Certificate(
    "T2",
    "Theorem 2: the ceiling on capacity times information is Shannon's",
    (
        *GIBBS,
        *CAPACITY,
        Identity(SIGNAL, "The field's signal $m(\\xi_i-a)$ has variance"),
        Identity(
            SPLIT,
            "Let units be missed at rate $x$ and fire falsely at rate $f$, so that $m = 1-x-f$. About any offset $d$ "
            "(the activity for centred input, 0 for raw input) the mean square of the state is the signal's variance "
            "plus a remainder,",
        ),
        SmtHolds(RESIDUAL, "which is never negative (Cauchy-Schwarz made explicit): $m^2V \\le q'$."),
        Identity(
            LOSS,
            "With noise variance $\\alpha q'/(1-C)^2$, signal variance $S = m^2V$ and $q' = S + \\rho$, the "
            "signal-to-noise ratio falls short of $1/\\alpha$ by",
        ),
        SignOnInterval(
            NO_GAIN,
            f"which is not negative for $0 \\le C < 1$: feedback and wrong units only lose. {THRESHOLD}",
            variable=_C,
        ),
        *SUPREMUM_STEPS,
    ),
    assumptions=(
        "Gaussian noise in the fields, of the mean-field form $\\alpha q'/(1-C)^2$ with $0 \\le C < 1$. With $C = "
        "0$, $q' = V$ this is one step or keyed recall; for fixed points of the dynamics see "
        "T2.fixed_point_equations and T2.amp.",
    ),
)

THEOREM = (*SHANNON, SIGNAL, SPLIT, RESIDUAL, LOSS, NO_GAIN)

theorem2 = Claim(
    id="T2",
    title="Theorem 2: a single regime has a ceiling on C*B",
    source="Theorem 2 (H2)",
    proposed=Statement("Whatever the activity, $C$ trades against $B$, and $C\\cdot B$ is bounded.", THEOREM),
    exact=Statement(
        "If a unit reads its bit through Gaussian noise of variance $\\alpha q'/(1-C)^2$, $0 \\le C < 1$, $q'$ the "
        "mean square of the (centred or raw) state that the network is in, then for every activity, load, threshold, "
        "miss and false-alarm rate $C\\cdot B/N^2 \\le \\frac\\alpha2\\log_2(1+1/\\alpha) < \\frac{1}{2\\ln 2}$ bits "
        "per synapse. Capacity and information trade against each other under a fixed product.",
        THEOREM,
    ),
    depends_on=("T2.bound", "T2.keyed"),
    arguments=tuple(Argument(theorem2_proof, target, Finding.HOLDS) for target in BOTH),
)

CLAIMS = (keyed, theorem2)
