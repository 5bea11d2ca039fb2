r"""The ceiling beyond infinite networks, the covariance rule and binary units.

`T2.finite` adds the error of the central limit at finite N, `T2.additive` allows every additive local one-shot rule,
`T2.continuous` graded units, where the ceiling is attained.
"""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.statement import Statement, equal, less
from proofs.theorem2.ceiling import BOTH, CAPACITY, CHANNEL, GIBBS, MOMENT, SUPREMUM_STEPS
from proofs.theorem2.information import BELOW, CURVED, LOG_SIGN, LOG_SLOPE
from proofs.theorem2.law import FOURTH, SKETCH
from proofs.theorem2.one_step import GAUSSIAN
from proofs.theorem2.symbols import POSITIVE, V, alpha, kept
from theory.notation import SIZES, UNIT, N, a, p

_OTHERS = sp.Range(2, sp.oo)
_S, _Q, _y = sp.symbols("S Q y", positive=True)
_K = {a: UNIT, N: SIZES, p: _OTHERS, _S: POSITIVE}

# --- finite networks ------------------------------------------------------------------------------------------------

SNR = equal(V * kept(_S / (N * V)) ** 2 / ((p - 1) * V * kept(V * _S) / (N * V) ** 2), _S / ((p - 1) * V), _K)
MEAN_SNR = equal(kept((N - 1) * V) / ((p - 1) * V), (N - 1) / (p - 1), {a: UNIT, N: SIZES, p: _OTHERS})
JENSEN = equal(sp.Derivative(sp.log(1 + _y), (_y, 2)), -1 / (1 + _y) ** 2, {_y: POSITIVE})
JENSEN_SIGN = less(-1 / (1 + _y) ** 2, 0, {_y: POSITIVE})


def _fourth(square: sp.Expr, fourth: sp.Expr) -> sp.Expr:
    """E (sum c_j y_j)^4 for independent centred units, from the sums of c^2 and of c^4."""
    return 3 * V**2 * square**2 + V * (1 - 6 * V) * fourth


_x = sp.Symbol("x", real=True)
INDUCTION = equal(
    _fourth(_S + _x**2, _Q + _x**4) - _fourth(_S, _Q),
    6 * kept(V * _S) * _x**2 * V + _x**4 * V * (1 - 3 * V),
    {a: UNIT, _S: POSITIVE, _Q: POSITIVE, _x: sp.S.Reals},
)
KURTOSIS = equal(
    V * (1 - 3 * V) * kept(_fourth(_S, _Q)) / kept(V * V * _S) ** 2,
    (1 - 3 * V) / V * (3 + (1 - 6 * V) * _Q / (V * _S**2)),
    {a: UNIT, _S: POSITIVE, _Q: POSITIVE},
)

finite_proof = Certificate(
    "T2.finite",
    "The ceiling at finite N, with the error of the central limit",
    (
        Identity(
            SNR,
            "Bernoulli code; fix the other units of the cue, $S = \\sum_{j\\ne i}(\\xi_j-a)^2$. Unit $i$, "
            "independent of them, has signal $(\\xi_i-a)S/(NV)$; the other patterns add $p-1$ independent terms $X = "
            "(\\xi_i'-a)\\sum_{j\\ne i}(\\xi_j'-a)(\\xi_j-a)/(NV)$ of one law, centred, of variance $V\\cdot "
            "VS/(NV)^2$. The signal-to-noise ratio is",
        ),
        Identity(MEAN_SNR, "with $E\\,S = (N-1)V$ on average"),
        Identity(JENSEN, "and by the concavity of the logarithm, whose second derivative"),
        SignOnInterval(
            JENSEN_SIGN, "is negative, Gaussian noise would carry at most $\\frac12\\ln(1+\\frac{N-1}{p-1})$."
        ),
        *GIBBS,
        *CAPACITY,
        Identity(FOURTH, "How far the noise is from Gaussian: the fourth moment of a unit,"),
        Identity(
            INDUCTION,
            "of $\\sum_j c_j y_j$, which is $3V^2S^2 + V(1-6V)Q$ with $S = \\sum c_j^2$, $Q = \\sum c_j^4$ (one more "
            "unit adds $6E[\\cdot]^2c^2V + c^4E\\,y^4$),",
        ),
        Identity(
            KURTOSIS,
            "and so the kurtosis $K$ of $X$. As $E|X|^3 \\le \\sqrt{E X^2\\,E X^4}$, the noise's distribution "
            "function is within $\\delta = 0.4748\\sqrt{K/(p-1)}$ of Gaussian (Berry-Esseen), and so are both error "
            "rates.",
        ),
        Identity(
            CURVED,
            "Shifting an argument of the entropy $H$ by $\\delta \\le 1/2$ changes it by at most $H(\\delta)$, since",
        ),
        SignOnInterval(
            BELOW,
            "increments of a concave function fall from $H(\\delta)-H(0)$ to $H(1)-H(1-\\delta)$. The information "
            "$H(q) - a H(x) - (1-a)H(f)$ moves by at most $2H(\\delta)$.",
        ),
    ),
    assumptions=(
        "The Berry-Esseen theorem with Shevtsova's constant 0.4748 (2011), for independent identically distributed "
        "terms.",
        "Independent Bernoulli patterns; the cue is the pattern itself; any threshold, which may depend on the cue.",
    ),
)

FINITE = (
    SNR,
    MEAN_SNR,
    JENSEN,
    JENSEN_SIGN,
    LOG_SLOPE,
    LOG_SIGN,
    MOMENT,
    CHANNEL,
    FOURTH,
    INDUCTION,
    KURTOSIS,
    CURVED,
    BELOW,
)

finite = Claim(
    id="T2.finite",
    title="The ceiling at finite N",
    source=SKETCH,
    proposed=None,
    exact=Statement(
        "Covariance rule, Bernoulli code, one step, any $N$ and $p \\ge 2$, no assumption on the crosstalk: a unit "
        "retrieves at most $\\frac12\\log_2(1+\\frac{N-1}{p-1}) + 2\\,E\\,H_2(\\min(\\delta,\\frac12))$ bits of a "
        "pattern, with $\\delta = 0.4748\\sqrt{K/(p-1)}$, $K = \\frac{1-3V}{V}(3 + \\frac{(1-6V)Q}{V S^2})$, $S$ and "
        "$Q$ the sums over the cue's other units of $(\\xi_j-a)^2$ and $(\\xi_j-a)^4$, $V = a(1-a)$.",
        FINITE,
    ),
    depends_on=("T2.keyed",),
    arguments=(Argument(finite_proof, Target.EXACT, Finding.HOLDS),),
)

# --- every additive local rule --------------------------------------------------------------------------------------

_f00, _f01, _f10, _f11, _xi, _eta = sp.symbols("f00 f01 f10 f11 xi eta", real=True)
_b, _d, _t = sp.symbols("beta d t", real=True)
_gc, _gm, _gd = sp.symbols("Gamma_C Gamma_CD Gamma_D", real=True)
_REAL = tuple((each, sp.S.Reals) for each in (_f00, _f01, _f10, _f11, _xi, _eta))
_D = _f11 - _f10 - _f01 + _f00
_B, _Cc = _f10 - _f00 + a * _D, _f01 - _f00 + a * _D
_A = _f00 + a * (_f10 - _f00) + a * (_f01 - _f00) + a**2 * _D
EXPANSION = equal(
    _f00 * (1 - _xi) * (1 - _eta) + _f10 * _xi * (1 - _eta) + _f01 * (1 - _xi) * _eta + _f11 * _xi * _eta,
    _A + _B * (_xi - a) + _Cc * (_eta - a) + _D * (_xi - a) * (_eta - a),
    (*_REAL, (a, UNIT)),
)


def _given(x: sp.Expr) -> sp.Expr:
    """Mean square of one pattern's crosstalk given its unit's centred state, over the other units."""
    return _b**2 * x**2 + V * (_gc + 2 * x * _gm + x**2 * _gd)


CROSSTALK = equal(
    a * _given(1 - a) + (1 - a) * _given(-a),
    V * (_b**2 + _gc + V * _gd),
    ((a, UNIT), *((each, sp.S.Reals) for each in (_b, _gc, _gm, _gd))),
)
_BDT = dict.fromkeys((_b, _d, _t), sp.S.Reals)
LAGRANGE = equal((_b**2 + _d**2) * (1 + _t**2) - (_b + _d * _t) ** 2, (_b * _t - _d) ** 2, _BDT)
EVERY_RULE = equal(kept(1 + (N - 1) * V / V) / (p - 1), N / (p - 1), {a: UNIT, N: SIZES, p: _OTHERS})

additive_proof = Certificate(
    "T2.additive",
    "The ceiling for every additive local one-shot rule",
    (
        Identity(
            EXPANSION,
            "Any function $f_{ij}$ of two binary activities is a constant plus linear parts plus a covariance part:",
        ),
        Identity(
            CROSSTALK,
            "Read with any weighting $g_j$ of the key, of which it may be any function. With $\\beta = \\sum_j "
            "B_jg_j$, $\\Gamma_C = \\sum C_j^2g_j^2$, $\\Gamma_D = \\sum D_j^2g_j^2$ another pattern adds, up to a "
            "constant, $\\beta x + \\sum_j (C_j + D_jx)g_jy_j$, with $x, y_j$ its centred units. Its mean square "
            "over $y$, then over $x$, is",
        ),
        Identity(
            LAGRANGE,
            "The own pattern's signal is $x\\,(\\beta + \\sum_j D_jg_jy_j)$, at most $\\beta + d t$ in absolute "
            "terms with $d^2 = V\\Gamma_D$, $t^2 = \\sum_j y_j^2/V$ (Cauchy-Schwarz); and its square is at most "
            "$(\\beta^2+d^2)(1+t^2)$, since the difference is a square,",
        ),
        Identity(
            EVERY_RULE,
            "so the signal-to-noise ratio is at most $(1 + \\sum_j y_j^2/V)/(p-1)$, whatever $\\Gamma_C$: on average "
            "over keys",
        ),
        Identity(JENSEN, "Gaussian noise then carries at most $\\frac12\\ln(1 + N/(p-1))$, by concavity,"),
        SignOnInterval(JENSEN_SIGN, "as the second derivative is negative, and by"),
        *GIBBS,
        *CAPACITY,
    ),
    assumptions=(
        "Independent Bernoulli patterns, no self-coupling; the synapse keeps only the sum $\\sum_\\mu "
        "f_{ij}(\\xi_i^\\mu, \\xi_j^\\mu)$; any function of the field and the key is the output.",
        GAUSSIAN,
    ),
)

ADDITIVE = (EXPANSION, CROSSTALK, LAGRANGE, EVERY_RULE, JENSEN, JENSEN_SIGN, LOG_SLOPE, LOG_SIGN, MOMENT, CHANNEL)

additive = Claim(
    id="T2.additive",
    title="Every additive local one-shot rule obeys the ceiling",
    source="Theorem 2 (H2): 'any single regime'",
    proposed=None,
    exact=Statement(
        "Let each write add $f_{ij}(\\xi_i,\\xi_j)$ to synapse $ij$, any functions, and read with any weighting of "
        "the key. With $p$ patterns in $N$ units the signal-to-noise ratio is on average at most $N/(p-1)$ (the "
        "covariance rule reaches $(N-1)/(p-1)$), so with Gaussian crosstalk a unit retrieves at most "
        "$\\frac12\\log_2(1 + \\frac{N}{p-1})$ bits of a pattern.",
        ADDITIVE,
    ),
    depends_on=("T2.keyed",),
    arguments=(Argument(additive_proof, Target.EXACT, Finding.HOLDS),),
)

# --- graded units ---------------------------------------------------------------------------------------------------

_mu, _s2, _q, _m, _n = sp.symbols("mu S q m n", positive=True)
_ANY = {_mu: POSITIVE, _s2: POSITIVE}
GRADED = equal(
    _s2 * kept((N - 1) / N) ** 2 / ((p - 1) * _s2 * kept((N - 1) * _s2 * _s2) / (N * _s2) ** 2),
    (N - 1) / (p - 1),
    {N: SIZES, p: _OTHERS, _s2: POSITIVE},
)
RAW = equal(_s2 / (alpha * kept(_s2 + _mu**2)), (1 - kept(_mu**2 / (_s2 + _mu**2))) / alpha, {**_ANY, alpha: POSITIVE})
TREVES_ROLLS = equal(kept(a) ** 2 / (V + kept(a) ** 2), a, {a: UNIT})
PROJECTION = equal(_q - 2 * _m * kept(_m * _s2) + _m**2 * _s2, _q - _m**2 * _s2, dict.fromkeys((_q, _m, _s2), POSITIVE))
ATTAINED = equal(
    kept(sp.log(2 * sp.pi * sp.E) + sp.log(_s2 + _n)) / 2 - kept(sp.log(2 * sp.pi * sp.E) + sp.log(_n)) / 2,
    (sp.log(_s2 + _n) - sp.log(_n)) / 2,
    {_s2: POSITIVE, _n: POSITIVE},
)

continuous_proof = Certificate(
    "T2.continuous",
    "Graded units: the same ceiling, and Gaussian patterns attain it",
    (
        Identity(
            GRADED,
            "Units of any law with mean $\\mu$ and variance $S$, rule $(x_i-\\mu)(x_j-\\mu)/(NS)$, centred input. "
            "Signal $(x_i-\\mu)(N-1)/N$ in the mean; $p-1$ crosstalk terms of variance $S\\cdot(N-1)S^2/(NS)^2$. The "
            "ratio of variances does not depend on the law:",
        ),
        Identity(
            RAW,
            "With raw input the crosstalk has $E x^2 = S+\\mu^2$ in place of $S$: the ratio loses the Treves-Rolls "
            "sparseness $\\mu^2/E x^2$,",
        ),
        Identity(TREVES_ROLLS, "which for binary units is the activity:"),
        Identity(
            PROJECTION,
            "A network in any state $y$ with overlap $m = E[(x-\\mu)y]/S$ and $q' = E\\,y^2$: $E(y - m(x-\\mu))^2 "
            "\\ge 0$ is $q' - m^2S \\ge 0$, Cauchy-Schwarz again,",
        ),
        *GIBBS,
        *CAPACITY,
        Identity(
            ATTAINED,
            "With Gaussian $x$ the field is Gaussian itself, so $g = p$ and the bound is an equality at every load: "
            "a linear unit passes on",
        ),
        *SUPREMUM_STEPS,
    ),
    assumptions=(GAUSSIAN,),
)

CONTINUOUS = (GRADED, RAW, TREVES_ROLLS, PROJECTION, LOG_SLOPE, LOG_SIGN, MOMENT, CHANNEL, ATTAINED)

continuous = Claim(
    id="T2.continuous",
    title="Continuous values",
    source=SKETCH,
    proposed=Statement(
        "The bound extends from binary to continuous-valued Hopfield networks.", (GRADED, MOMENT, CHANNEL, ATTAINED)
    ),
    exact=Statement(
        "For units of any law with finite variance, covariance rule, one step, Gaussian crosstalk, $C\\cdot B/N^2 "
        "\\le \\frac\\alpha2\\log_2(1+1/\\alpha)$; Gaussian units with a linear readout attain it at every load. "
        "With raw input the signal-to-noise ratio is $(1-a)/\\alpha$, with the Treves-Rolls sparseness $a = (E "
        "x)^2/E x^2$.",
        CONTINUOUS,
    ),
    depends_on=("T2.keyed",),
    arguments=tuple(Argument(continuous_proof, target, Finding.HOLDS) for target in BOTH),
)

CLAIMS = (finite, additive, continuous)
