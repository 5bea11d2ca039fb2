r"""What becomes of the printed ceiling `alpha(eps) a^2 N^2`: refuted, repaired, how tight, and where it is best.

The refutation assumes nothing about the crosstalk: Chebyshev's inequality stores a fixed load at every activity.
"""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.smt import SmtHolds
from proofs.statement import Statement, equal, greater
from proofs.theorem1.harm import PER_WRITE
from proofs.theorem2.ceiling import BOTH, GIBBS, KEYED, STRICT, SUPREMUM, SUPREMUM_STEPS, keyed_proof
from proofs.theorem2.information import BELOW, CURVED
from proofs.theorem2.law import ENOUGH, LAW_LIMIT, SKETCH, STORED
from proofs.theorem2.one_step import BRACKET, CLOSED, CONJUGATE, GAUSSIAN
from proofs.theorem2.symbols import POSITIVE, entropy, eps, kept
from theory.notation import UNIT, N, a

# --- the printed ceiling --------------------------------------------------------------------------------------------

_c = sp.Symbol("c", positive=True)  # alpha(eps)
RETRIEVED = entropy(a) - entropy(eps * a)
_FLOOR = (1 - eps) * sp.log(1 / a) - eps * (1 + sp.log(1 / eps))  # of RETRIEVED / a
FLOOR = equal(sp.log(1 / a) - (eps * a * sp.log(1 / (eps * a)) + eps * a) / a, kept(_FLOOR), {a: UNIT, eps: UNIT})
BOUND_EXCEEDED = equal(sp.Limit(_c * a**2 / (eps / 8 * a * _FLOOR), a, 0), 0, {_c: POSITIVE, eps: UNIT})
BOUND_EXAMPLE = greater(
    (RETRIEVED / 800).subs(eps, sp.Rational(1, 100)).subs(a, sp.Rational(1, 10**4)), sp.Rational(1, 10**8) * sp.log(2)
)
FANO = (
    Identity(
        CURVED,
        "Given the output, the bit and whether it is wrong determine each other; so $I \\ge H(a) - H(e)$ with $e$ "
        "wrong units per unit, by the concavity of the entropy (Fano, Jensen): its second derivative",
    ),
    SignOnInterval(
        BELOW,
        "is negative. With at most $\\epsilon$ wrong units per active unit $e \\le \\epsilon a$, and $H$ rises up to "
        "$1/2$.",
    ),
    Identity(
        FLOOR,
        "As $H(a) \\ge a\\ln\\frac1a$ and $H(t) \\le t\\ln\\frac1t + t$ (by $\\ln\\frac1{1-t} \\le \\frac t{1-t}$), "
        "$H(a) - H(\\epsilon a)$ is at least $a$ times",
    ),
)

bound_counterexample = Certificate(
    "T2.bound/counterexample",
    "The printed ceiling is exceeded by any factor",
    (
        Identity(PER_WRITE, "As in TF.law/counterexample: each other pattern's crosstalk has variance"),
        SignOnInterval(
            ENOUGH, "Chebyshev's inequality bounds the errors per active unit by $4(p/N + 1/(aN))$,", variable=a
        ),
        Identity(
            STORED,
            "so $\\epsilon N/4 - 1/a$ patterns, at least $\\epsilon N/8$ if $N \\ge 16/(\\epsilon a)$, err at most",
        ),
        *FANO,
        Limit(
            BOUND_EXCEEDED,
            "Hence $C\\cdot B \\ge \\frac\\epsilon8 N^2 (H(a)-H(\\epsilon a))$. Whatever the value $c$ of "
            "$\\alpha(\\epsilon)$, the printed bound is a vanishing fraction of it as $a \\to 0$:",
        ),
        BallInequality(
            BOUND_EXAMPLE, "For example $\\epsilon = 1/100$, $\\alpha(\\epsilon) = 1$, $a = 10^{-4}$, in bits:"
        ),
    ),
    assumptions=(
        "Independent Bernoulli patterns; one step from the pattern itself; nothing is assumed of the crosstalk.",
    ),
)

bound = Claim(
    id="T2.bound",
    title="The printed ceiling",
    source=SKETCH,
    proposed=Statement("$C\\cdot B \\le \\alpha(\\epsilon)\\,a^2 N^2$."),
    exact=Statement(
        "$C\\cdot B \\le \\frac\\alpha2\\log_2(1+1/\\alpha)\\,N^2 < \\frac{N^2}{2\\ln 2}$, for every activity and "
        "error rate (one step, Gaussian crosstalk), with $B$ the information retrieved at the same errors.",
        KEYED,
    ),
    depends_on=("T2.capacity", "T2.sparse_information", "T2.keyed"),
    arguments=(
        Argument(keyed_proof, Target.EXACT, Finding.HOLDS),
        Argument(bound_counterexample, Target.PROPOSED, Finding.FAILS, (ENOUGH, STORED, BOUND_EXCEEDED)),
    ),
    repair="$C\\cdot B \\le \\frac\\alpha2\\log_2(1+1/\\alpha)\\,N^2 < N^2/(2\\ln 2)$",
)

# --- how far it is attained, and where ------------------------------------------------------------------------------

TIGHT_LIMIT = equal(sp.Limit(a * _FLOOR / (2 * a * sp.log(1 / a)), a, 0), (1 - eps) / 2, {eps: UNIT})

tight_proof = Certificate(
    "T2.tight",
    "The ceiling is the supremum over activities, and is not attained",
    (
        *FANO,
        Identity(CLOSED, "The load at a fixed error (T2.alpha), times $2a(1-a)\\ln((1-a)/a)$, is"),
        Identity(CONJUGATE, "that is $(\\sqrt{1+w^2}-w)^2$,"),
        SmtHolds(BRACKET, "between $1-2w$ and 1, and tends to 1 since $w \\to 0$ as $a \\to 0$;"),
        Limit(LAW_LIMIT, "$a(1-a)\\ln((1-a)/a)$ and $a\\ln(1/a)$ have a ratio that tends to 1,"),
        Limit(
            TIGHT_LIMIT,
            "so $\\liminf \\alpha I \\ge (1-\\epsilon)/2$ nats as $a \\to 0$, for every fixed $\\epsilon$. As "
            "$\\epsilon \\to 0$ this reaches the ceiling's supremum,",
        ),
        *GIBBS,
        *SUPREMUM_STEPS,
    ),
    assumptions=(GAUSSIAN,),
)

TIGHT = (CURVED, BELOW, FLOOR, CLOSED, CONJUGATE, BRACKET, LAW_LIMIT, TIGHT_LIMIT, SUPREMUM, STRICT)

tight = Claim(
    id="T2.tight",
    title="Tightness",
    source=SKETCH,
    proposed=Statement("Whether the bound is attained is still to be found.", TIGHT),
    exact=Statement(
        "One step, Gaussian crosstalk: at a fixed error $\\epsilon$ per active unit the retrieved information per "
        "synapse has a limit inferior of at least $\\frac{1-\\epsilon}{2\\ln 2}$ as $a \\to 0$. So "
        "$\\frac{1}{2\\ln2}$ is the least upper bound over activities and errors; no activity attains it.",
        TIGHT,
    ),
    depends_on=("T2.alpha", "T2.keyed"),
    arguments=tuple(Argument(tight_proof, target, Finding.HOLDS) for target in BOTH),
)

ONE_UNIT = equal(sp.Limit(N * sp.log(N) / N**2, N, sp.oo), 0)
FINITE_FLOOR = greater((eps / 8 * RETRIEVED).subs(eps, sp.Rational(1, 4)).subs(a, sp.Rational(1, 10)), 0)

optimum_proof = Certificate(
    "T2.optimum",
    "No optimal activity in an infinite network; one in every finite network",
    (
        *tight_proof.steps,
        Limit(
            ONE_UNIT,
            "Finite $N$: only $N$ different patterns have a single active unit, each of at most $\\ln N$ nats, so at "
            "this extreme $C\\cdot B/N^2$ is at most $N\\ln N/N^2$,",
        ),
        BallInequality(
            FINITE_FLOOR,
            "whereas at $a = 1/10$, $\\epsilon = 1/4$ at least $\\frac\\epsilon8(H(a)-H(\\epsilon a))$ is stored at "
            "every large N (T2.bound/counterexample), a positive constant: a single active unit is not the best size "
            "in a large network.",
        ),
    ),
    assumptions=tight_proof.assumptions,
)

optimum = Claim(
    id="T2.optimum",
    title="An optimal activity",
    source=SKETCH,
    proposed=Statement(
        "$C\\cdot B$ depends weakly on $a$ (as $a^2$): extreme sparsity is not optimal and there is an optimal $a^*$."
    ),
    exact=Statement(
        "At infinite $N$ (one step, Gaussian crosstalk) $C\\cdot B/N^2$ at a fixed error rate stays above a positive "
        "constant as $a \\to 0$, where $a^2$ vanishes; its supremum $1/(2\\ln2)$ is approached there and attained "
        "nowhere, so that every activity and error rate is bettered by a sparser code. At finite $N$ one active unit "
        "per pattern gives at most $\\log_2 N/N$, less than activity $1/10$ gives if $N$ is large: there extreme "
        "sparsity is not optimal.",
        (*TIGHT, ONE_UNIT, FINITE_FLOOR),
    ),
    depends_on=("T2.tight",),
    arguments=(
        Argument(optimum_proof, Target.EXACT, Finding.HOLDS),
        Argument(optimum_proof, Target.PROPOSED, Finding.FAILS, (TIGHT_LIMIT, SUPREMUM, STRICT)),
    ),
    repair="no optimum at infinite $N$: the sparser the better, towards $1/(2\\ln 2)$",
)

CLAIMS = (bound, tight, optimum)
