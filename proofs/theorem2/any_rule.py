r"""A ceiling for every learning rule whatever: Cover's count of the outputs that N real synapses can realise.

A threshold unit with N - 1 synapses and a threshold, N numbers in all, separates p given inputs in at most
`C(p, N) = 2 sum_{k<N} binom(p-1, k)` ways (Cover 1965). Whatever the rule, what its outputs say about the p stored bits
is at most `log2 C(p, N)`. No randomness of the inputs, no large N and no assumption on the synapses enter.

How many errors the best weights must make beyond capacity is known from replicas only (`theory.minimal_errors`).
"""

import sympy as sp

from proofs.algebra import ExactDomain, Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.grades import Grade
from proofs.limits import Limit
from proofs.statement import Statement, equal, equivalent, greater
from proofs.theorem1.harm import ODDS
from proofs.theorem2.law import ENTROPY_SLOPE
from proofs.theorem2.symbols import POSITIVE, Phi, entropy, kept, phi
from theory.notation import UNIT

SOURCE = "Theorem 2 (H2), for every learning rule"
COVER = (
    "Geometry (Cover 1965): a new point keeps every dichotomy and doubles those that a hyperplane through it realises, "
    "which are dichotomies of the other points in one dimension less; points not in general position have fewer."
)

# --- Cover's count --------------------------------------------------------------------------------------------------


def dichotomies(points: int, dimension: int) -> sp.Expr:
    """The sum `2 sum_{k<N} binom(p-1, k)`, term by term."""
    terms = (sp.binomial(points - 1, k, evaluate=False) for k in range(dimension))
    return 2 * sum(terms, sp.Integer(0))


_p, _k = sp.symbols("p k", integer=True, positive=True)
_COUNTS = {_p: sp.Range(1, sp.oo), _k: sp.Range(1, sp.oo)}
PASCAL = equal(
    sp.binomial(_p, _k), sp.binomial(_p - 1, _k) + sp.binomial(_p - 1, _k - 1), {**_COUNTS, _p: sp.Range(2, sp.oo)}
)
RECURRENCES = tuple(
    equal(dichotomies(points + 1, size), dichotomies(points, size) + dichotomies(points, size - 1))
    for points, size in ((3, 2), (6, 3), (9, 5))
)
ONE_POINT = equal(dichotomies(1, 4), 2)
ONE_DIMENSION = equal(dichotomies(7, 1), 2)
FEW_POINTS = equal(dichotomies(5, 8), 2**5)
SPLIT = equal(
    dichotomies(8, 3),
    sum((sp.binomial(8, k, evaluate=False) for k in range(3)), sp.Integer(0)) + sp.binomial(7, 2),
)
LAST_TERM = equal(
    sp.binomial(_p, _k) - sp.binomial(_p - 1, _k - 1), kept((_p - _k) / _p) * sp.binomial(_p, _k), _COUNTS
)

_t = sp.Symbol("t", positive=True)
_m = sp.Symbol("m", positive=True)
TILT = equivalent(sp.Le(_t / (1 - _t), 1, evaluate=False), sp.Le(_t, sp.Rational(1, 2), evaluate=False), {_t: UNIT})
TERM = equal(-(_t * _m * sp.log(_t) + (_m - _t * _m) * sp.log(1 - _t)), _m * entropy(_t), {_t: UNIT, _m: POSITIVE})

_counting = (
    Identity(
        ONE_POINT, "Cover's recurrence $C(p+1,N) = C(p,N) + C(p,N-1)$ starts from one point, which has two labels,"
    ),
    Identity(ONE_DIMENSION, "and one dimension, which has two dichotomies."),
    Identity(PASCAL, "Pascal's rule, term by term, shows that $2\\sum_{k<N}\\binom{p-1}{k}$ solves it:"),
    *(Identity(each, "in numbers,") for each in RECURRENCES),
    Identity(FEW_POINTS, "For $p \\le N$ it gives all $2^p$ labellings."),
)
_bounding = (
    Identity(
        SPLIT,
        "By Pascal's rule $2\\sum_{k<N}\\binom{p-1}{k} = \\sum_{k<N}\\binom{p}{k} + \\binom{p-1}{N-1}$ (here $p = "
        "8$, $N = 3$),",
    ),
    Identity(
        LAST_TERM, "where the last term is at most $\\binom pN$, so that $C(p,N) \\le \\sum_{k\\le N}\\binom pk$:"
    ),
    ExactDomain(
        TILT,
        "Let $t = N/p \\le 1/2$. Then $(t/(1-t))^k \\ge (t/(1-t))^N$ for $k \\le N$, so $1 = \\sum_k\\binom pk "
        "t^k(1-t)^{p-k} \\ge t^N(1-t)^{p-N}\\sum_{k\\le N}\\binom pk$, because",
    ),
    Identity(
        TERM, "and $-\\ln(t^N(1-t)^{p-N})$ is $p$ times the entropy: $C(p,N) \\le 2^{p H_2(N/p)}$ for $p \\ge 2N$."
    ),
)

cover_proof = Certificate(
    "T2.cover",
    "Cover's counting bound on what any rule can store",
    (
        *_counting,
        *_bounding,
        Identity(ENTROPY_SLOPE, "The entropy has the slope $\\ln((1-a)/a)$,"),
        SignOnInterval(
            ODDS,
            "positive for $a < 1/2$. So $pH_2(a) \\le \\log_2 C(p,N) \\le pH_2(N/p)$ means $a \\le N/p$ if $p \\ge "
            "2N$; and if $p < 2N$, then $p < N/a$ anyhow.",
        ),
    ),
    assumptions=(
        COVER,
        "A unit has $N-1$ incoming synapses, no self-coupling, and a threshold. Its bits in the $p$ patterns are "
        "independent of the other units' and of one another, $P(1) = a$; so given the inputs they have entropy "
        "$pH_2(a)$, and the outputs, one of $C(p,N)$ labellings, carry at most $\\log_2 C(p,N)$ bits about them.",
    ),
)

COUNTING = (ONE_POINT, ONE_DIMENSION, PASCAL, *RECURRENCES, FEW_POINTS)
BOUNDING = (SPLIT, LAST_TERM, TILT, TERM)

cover = Claim(
    id="T2.cover",
    title="Cover's bound for every rule, at every finite N",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "Whatever the learning rule and the real synapses, one step from clean keys, Bernoulli code: the outputs of "
        "a unit carry at most $\\log_2\\left[2\\sum_{k<N}\\binom{p-1}{k}\\right]$ bits about its $p$ stored bits, at "
        "most $pH_2(N/p)$ for $p \\ge 2N$. Recall free of errors at every unit needs $pH_2(a)$ bits, hence $p \\le "
        "N/a$ for $a \\le 1/2$.",
        (*COUNTING, *BOUNDING, ENTROPY_SLOPE, ODDS),
    ),
    arguments=(Argument(cover_proof, Target.EXACT, Finding.HOLDS),),
)

# --- two bits per synapse -------------------------------------------------------------------------------------------

_load = sp.Symbol("alpha", positive=True)
HALF = equal(entropy(kept(sp.Rational(1, 2))), sp.log(2))
AT_TWICE = equal(dichotomies(8, 4), 2**7)
GROWTH = equal(sp.Limit(kept(_load * entropy(1 / _load)) - sp.log(_load), _load, sp.oo), 1)
RATE_SLOPE = equal(
    sp.Derivative(_load * entropy(1 / _load), _load), -sp.log(1 - 1 / _load), {_load: sp.Interval.open(2, sp.oo)}
)
RATE_RISES = greater(1 - kept(1 - 1 / _load), 0, {_load: sp.Interval.open(2, sp.oo)})

two_bits_proof = Certificate(
    "T2.two_bits",
    "Two bits per synapse for error-free recall of dense patterns, by any rule",
    (
        *cover_proof.steps,
        Identity(
            HALF, "At $a = 1/2$ the entropy of a unit is one bit, so error-free recall by any rule has $p \\le 2N$ and"
        ),
        Identity(
            AT_TWICE,
            "$C\\cdot B = pN \\le 2N^2$. At $p = 2N$ exactly half of all labellings are realised (here $N = 4$), the "
            "bound's own threshold:",
        ),
        Identity(
            RATE_SLOPE,
            "With errors allowed there is no such limit: per synapse the bound is $\\alpha H_2(1/\\alpha)$ for "
            "$\\alpha \\ge 2$, with the slope",
        ),
        SignOnInterval(RATE_RISES, "positive, as the logarithm's argument is below one,"),
        Limit(GROWTH, "and in nats it grows like $\\ln\\alpha + 1$:"),
    ),
    assumptions=cover_proof.assumptions,
)

two_bits = Claim(
    id="T2.two_bits",
    title="At most two bits per synapse, error-free, at activity one half",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "At $a = 1/2$, $C\\cdot B \\le 2N^2$ bits for error-free recall by any learning rule, at every finite $N$. "
        "If errors are allowed the count alone permits $\\alpha H_2(1/\\alpha)$ bits per real-valued synapse, which "
        "grows like $\\log_2\\alpha$.",
        (*COUNTING, *BOUNDING, HALF, AT_TWICE, RATE_SLOPE, RATE_RISES, GROWTH),
    ),
    depends_on=("T2.cover",),
    arguments=(Argument(two_bits_proof, Target.EXACT, Finding.HOLDS),),
)

# --- with errors ----------------------------------------------------------------------------------------------------

_c = sp.Symbol("c", positive=True)
_moment = sp.Rational(1, 2) - Phi(-_c) - _c * phi(_c)
_GAP = {_c: POSITIVE}
PUT_RIGHT = equal(sp.Derivative(_moment, _c), _c**2 * phi(_c), _GAP)
SADDLE = equal(
    sp.Derivative(-1 / (_load * _c**2) + _moment / _c**2 + Phi(-_c), _c),
    2 * (1 / _load - _moment) / _c**3,
    {**_GAP, _load: POSITIVE},
)
ALL_PUT_RIGHT = equal(sp.Limit(_moment, _c, sp.oo), sp.Rational(1, 2))

errors_proof = Certificate(
    "T2.errors",
    "The fewest errors beyond two patterns per weight, replica-symmetric",
    (
        Identity(
            PUT_RIGHT,
            "At zero temperature the fewest errors per pattern are the maximum over $x = c^2/2$ of $-1/(2x\\alpha) + "
            "E\\min(1, z_+^2/(2x))$, $z$ normal: a label that misses by $z < c$ is put right at the cost $z^2/(2x)$. "
            "The sum of squares put right, $\\frac12 - \\Phi(-c) - c\\phi(c)$, rises with $c$ at the rate",
        ),
        Identity(SADDLE, "and the slope in $c$ is, with the labels beyond $c$ given up as errors $\\Phi(-c)$,"),
        Limit(ALL_PUT_RIGHT, "so that $c$ is the one root. Errors vanish as $c \\to \\infty$, where $\\alpha \\to 2$:"),
    ),
    assumptions=(
        "Replica symmetry at zero temperature (Gardner & Derrida 1988), unstable at every $\\alpha > 2$ (Bouten 1994). "
        "Loads found from it at given errors are upper bounds on the true ones (Stojnic 2013, arXiv 1306.3809).",
    ),
    rests_on=Grade.REPLICA,
)

errors = Claim(
    id="T2.errors",
    title="The fewest errors any rule makes beyond its capacity",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "At $a = 1/2$ and load $\\alpha > 2$ the best weights leave the fraction $\\Phi(-c)$ of the labels wrong, with "
        "$\\alpha\\,(\\frac12 - \\Phi(-c) - c\\,\\phi(c)) = 1$.",
        (PUT_RIGHT, SADDLE, ALL_PUT_RIGHT),
    ),
    arguments=(Argument(errors_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (cover, two_bits, errors)
