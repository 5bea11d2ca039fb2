r"""The form of alpha(eps): one step of retrieval, or keyed recall, by the covariance rule with Gaussian crosstalk.

In units of the gap between active and silent units the crosstalk has variance `alpha a(1-a)`. With the margins `u` of
the active and `v` of the silent units, in standard deviations,

    alpha = 1 / (a(1-a) (u+v)^2),    v = sqrt(u^2 + 2 ln((1-a)/a)),    eps = Phi(-u) + ((1-a)/a) Phi(-v),

where eps counts wrong units per active unit. Everything is explicit but the root u(eps, a).
"""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.smt import SmtHolds
from proofs.statement import Statement, equal, proposition
from proofs.theorem1.harm import BALANCE, ODDS, PER_WRITE
from proofs.theorem2.symbols import LOG_ODDS, NONNEGATIVE, POSITIVE, SPARSE, Phi, V, alpha, kept, phi, sigma, u, v
from theory.notation import UNIT, N, a

L = sp.Symbol("L", positive=True)
w = sp.Symbol("w", nonnegative=True)
_theta = sp.Symbol("theta", real=True)
_fields = {a: UNIT, sigma: POSITIVE, _theta: sp.S.Reals}
_silent = sp.sqrt(u**2 + 2 * LOG_ODDS)
_U = {u: sp.S.Reals, a: SPARSE}
GAUSSIAN = "Gaussian crosstalk: the central limit of the other patterns (T2.finite bounds the error at finite N)."

VARIANCE = equal(sp.Limit((alpha * N - 1) * (N - 1) * V / N**2, N, sp.oo), alpha * V, {alpha: POSITIVE, a: UNIT})
MARGINS = equal(((1 - a) - _theta) / sigma + (_theta + a) / sigma, 1 / sigma, _fields)
LOAD = equal(1 / (V * kept(1 / sp.sqrt(alpha * V)) ** 2), alpha, {a: UNIT, alpha: POSITIVE})
BEST = equal(
    sp.Derivative(LOG_ODDS - ((_theta + a) ** 2 - (_theta - (1 - a)) ** 2) / (2 * sigma**2), _theta),
    -1 / sigma**2,
    _fields,
)
BALANCED = equal((1 - a) / a * phi(kept(_silent)), phi(u), _U)
ERROR_SLOPE = equal(sp.Derivative(Phi(-u) + (1 - a) / a * Phi(-_silent), u), -phi(u) * (1 + u / _silent), _U)
MARGIN_GAP = equal(kept(_silent) ** 2 - u**2, 2 * LOG_ODDS, _U)
CONJUGATE = equal(kept(sp.sqrt(1 + w**2) - w) * kept(sp.sqrt(1 + w**2) + w), 1, {w: NONNEGATIVE})
CLOSED = equal(
    2 * L / (w * sp.sqrt(2 * L) + sp.sqrt(2 * L * (1 + w**2))) ** 2,
    1 / (sp.sqrt(1 + w**2) + w) ** 2,
    {w: NONNEGATIVE, L: POSITIVE},
)
_s = sp.Symbol("s", nonnegative=True)
BRACKET = proposition(
    sp.Implies(
        sp.Eq(_s**2, 1 + w**2, evaluate=False),
        sp.And(sp.Le((_s - w) ** 2, 1, evaluate=False), sp.Ge((_s - w) ** 2, 1 - 2 * w, evaluate=False)),
        evaluate=False,
    ),
    {_s: NONNEGATIVE, w: NONNEGATIVE},
)
MILLS_SLOPE = equal(sp.Derivative(Phi(-v) - phi(v) / v, v), phi(v) / v**2, {v: POSITIVE})
MILLS_END = equal(sp.Limit(Phi(-v) - phi(v) / v, v, sp.oo), 0)
RATIO_SLOPE = equal(sp.Derivative(Phi(-v) / phi(v), v), v * Phi(-v) / phi(v) - 1, {v: POSITIVE})
DENSE = equal(1 / (V * kept(2 * u) ** 2).subs(a, sp.Rational(1, 2)), 1 / u**2, {u: POSITIVE})

alpha_proof = Certificate(
    "T2.alpha",
    "The load at which one step makes a given error",
    (
        Identity(PER_WRITE, "Each of the other $p-1$ patterns adds to the field of a unit a crosstalk of variance"),
        Limit(VARIANCE, "so with $p = \\alpha N$ the noise has variance $\\sigma^2 = \\alpha\\,a(1-a)$ at large $N$."),
        Identity(
            MARGINS,
            "Active units have mean field $1-a$, silent ones $-a$, so the margins are $u = ((1-a)-\\theta)/\\sigma$ "
            "and $v = (\\theta+a)/\\sigma$, and add up to the gap:",
        ),
        Identity(LOAD, "hence $\\alpha = 1/(a(1-a)(u+v)^2)$, here with $u + v = 1/\\sigma$ put in."),
        Identity(
            BEST,
            "Errors per unit $a\\Phi(-u) + (1-a)\\Phi(-v)$ have slope $(a\\phi(u) - (1-a)\\phi(v))/\\sigma$ in "
            "$\\theta$. The logarithm of $(1-a)\\phi(v)/(a\\phi(u))$ falls steadily, so the slope changes sign once, "
            "from below: a minimum, the only one,",
        ),
        Identity(
            BALANCE,
            "at $\\theta^* = (1-2a)/2 + \\sigma^2\\ln((1-a)/a)$, where $(v^2-u^2)/2 = \\ln((1-a)/a)$:",
        ),
        Identity(BALANCED, "There both densities balance,"),
        Identity(
            ERROR_SLOPE,
            "so that along $v = \\sqrt{u^2 + 2\\ln((1-a)/a)}$ the errors per active unit, "
            "$\\epsilon = \\Phi(-u) + \\frac{1-a}{a}\\Phi(-v)$, have the slope",
        ),
        Identity(MARGIN_GAP, "As $v > |u|$ (for $a < 1/2$)"),
        SignOnInterval(
            ODDS,
            "(odds above one have a positive logarithm), this is negative: $\\epsilon$ falls strictly from 1 to 0, so "
            "every $0 < \\epsilon < 1$ has exactly one root $u(\\epsilon,a)$; and $u+v$ rises with $u$ as $1 + u/v > "
            "0$, so $\\alpha(\\epsilon,a)$ rises with $\\epsilon$.",
        ),
        Identity(
            CLOSED,
            "With $L = \\ln((1-a)/a)$ and $w = u/\\sqrt{2L}$, $\\alpha\\cdot 2a(1-a)L$ is",
        ),
        Identity(CONJUGATE, "which is $(\\sqrt{1+w^2}-w)^2$, since"),
        SmtHolds(
            BRACKET,
            "(here $s = \\sqrt{1+w^2}$), and lies between $1 - 2w$ and 1 for $u \\ge 0$, as when $\\epsilon \\le 1/2$.",
        ),
        Identity(MILLS_SLOPE, "A bound on $u$ that does not depend on $a$: the slope"),
        Limit(MILLS_END, "is positive and the function vanishes far out, so $\\Phi(-v) < \\phi(v)/v$;"),
        Identity(
            RATIO_SLOPE,
            "hence $\\Phi(-v)/\\phi(v)$ falls. As $\\frac{1-a}{a}\\Phi(-v) = \\phi(u)\\Phi(-v)/\\phi(v)$ and $v > "
            "u$, this term is below $\\Phi(-u)$ (for $u \\ge 0$): $\\epsilon/2 < \\Phi(-u) < \\epsilon$.",
        ),
        Identity(DENSE, "At $a = 1/2$, where $v = u$ and $\\epsilon = 2\\Phi(-u)$, the load is"),
    ),
    assumptions=(GAUSSIAN,),
)

ALPHA = (VARIANCE, LOAD, BALANCE, BALANCED, ERROR_SLOPE, CLOSED, CONJUGATE, BRACKET, DENSE)

alpha_form = Claim(
    id="T2.alpha",
    title="The form of alpha(eps)",
    source="Theorem 2, proof path",
    proposed=Statement("The form of $\\alpha(\\epsilon)$ is still to be found.", ALPHA),
    exact=Statement(
        "One step or keyed recall, covariance rule, Gaussian crosstalk, $\\epsilon$ wrong units per active unit: "
        "$\\alpha(\\epsilon,a) = \\frac{1}{a(1-a)(u+v)^2}$ with $v = \\sqrt{u^2 + 2\\ln\\frac{1-a}{a}}$ and $u$ the "
        "only root of $\\epsilon = \\Phi(-u) + \\frac{1-a}{a}\\Phi(-v)$. With $w = u/\\sqrt{2\\ln((1-a)/a)}$ it is "
        "$\\frac{(\\sqrt{1+w^2}-w)^2}{2a(1-a)\\ln((1-a)/a)}$; at $a = 1/2$ it is $1/u^2$ with $\\epsilon = "
        "2\\Phi(-u)$.",
        ALPHA,
    ),
    depends_on=("T1.crosstalk",),
    arguments=tuple(Argument(alpha_proof, target, Finding.HOLDS) for target in (Target.EXACT, Target.PROPOSED)),
)

CLAIMS = (alpha_form,)
