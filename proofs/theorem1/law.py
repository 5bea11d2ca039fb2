"""Claims about the overlap of two patterns: its law, its moments, its largest value, and k-WTA codes of any data."""

import itertools

import sympy as sp

from proofs.algebra import Identity
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.smt import SmtHolds
from proofs.statement import BOOLEANS, Statement, equal, proposition
from theory.notation import SIZES, UNIT, N, a, k, z

POSITIVE_INTEGERS = sp.Range(1, sp.oo)
GENERATING = sp.Interval(0, sp.oo)

OVERLAP_GENERATING_FUNCTION = (1 - a**2 + a**2 * z) ** N
"""Generating function of the overlap of two Bernoulli patterns: N independent units, each active in both w.p. a^2."""


def bernoulli_by_enumeration(neurons: int) -> sp.Expr:
    """E z^overlap over all pairs of patterns of N units, each weighted by its probability (exact, 4^N terms)."""
    total = sp.Integer(0)
    for first in itertools.product((0, 1), repeat=neurons):
        for second in itertools.product((0, 1), repeat=neurons):
            ones = sum(first) + sum(second)
            overlap = sum(x * y for x, y in zip(first, second, strict=True))
            total += a**ones * (1 - a) ** (2 * neurons - ones) * z**overlap
    return total


def fixed_size_by_enumeration(neurons: int, active: int) -> sp.Expr:
    """E z^overlap over all pairs of patterns with exactly `active` of N units active (exact)."""
    patterns = [frozenset(chosen) for chosen in itertools.combinations(range(neurons), active)]
    pairs = [len(first & second) for first in patterns for second in patterns]
    return sum((z**overlap for overlap in pairs), sp.Integer(0)) / len(pairs)


def hypergeometric(neurons: int, active: int) -> sp.Expr:
    """The generating function of the Hypergeometric(N, k, k) law, term by term."""

    def choose(upper: int, lower: int) -> sp.Expr:
        return sp.binomial(upper, lower, evaluate=False)

    terms = (choose(active, m) * choose(neurons - active, active - m) * z**m for m in range(active + 1))
    return sum(terms, sp.Integer(0)) / choose(neurons, active)


# --- the proposal's two moments -------------------------------------------------------------------------------------

_WEIGHTS = (((1 - a) ** 2, 0), (2 * a * (1 - a), 0), (a**2, 1))  # neither, one, both units active; the product
_MEAN = sp.Add(*(sp.Mul(weight, product, evaluate=False) for weight, product in _WEIGHTS), evaluate=False)
_VARIANCE = sum((weight * (product - a**2) ** 2 for weight, product in _WEIGHTS), sp.Integer(0))
MOMENTS = (equal(_MEAN, a**2, {a: UNIT}), equal(_VARIANCE, a**2 * (1 - a**2), {a: UNIT}))

moments_proof = Certificate(
    "T1.moments",
    "Moments of one unit's product",
    (
        Identity(MOMENTS[0], "The mean of $\\xi_i\\xi_i'$ over its four outcomes, each weighted by its probability."),
        Identity(MOMENTS[1], "Its variance, over the same four outcomes."),
    ),
)

moments = Claim(
    id="T1.moments",
    title="Mean and variance of one unit's product",
    source="Theorem 1, proof sketch",
    proposed=Statement(
        "For binary patterns of activity $a$, $E[\\xi_i\\xi_i'] = a^2$ and $Var[\\xi_i\\xi_i'] = a^2(1-a^2)$.",
        MOMENTS,
    ),
    exact=Statement(
        "For independent Bernoulli patterns, $E[\\xi_i\\xi_i'] = a^2$ and $Var[\\xi_i\\xi_i'] = a^2(1-a^2)$.", MOMENTS
    ),
    arguments=tuple(
        Argument(moments_proof, target, Finding.HOLDS, MOMENTS) for target in (Target.EXACT, Target.PROPOSED)
    ),
)

# --- the law of the overlap -----------------------------------------------------------------------------------------

j = sp.Symbol("j", integer=True, nonnegative=True)
_J_RANGE = {N: SIZES, k: POSITIVE_INTEGERS, j: sp.Range(0, sp.oo)}

UNIT_LAW = equal(bernoulli_by_enumeration(1), 1 - a**2 + a**2 * z, {a: UNIT, z: GENERATING})
BERNOULLI_LAW = equal(bernoulli_by_enumeration(3), OVERLAP_GENERATING_FUNCTION.subs(N, 3), {a: UNIT, z: GENERATING})
FIXED_LAWS = tuple(
    equal(fixed_size_by_enumeration(size, active), hypergeometric(size, active), {z: GENERATING})
    for size, active in ((4, 2), (5, 2), (6, 3))
)
FACTORIAL_MOMENT = equal(
    sp.binomial(k, j) * sp.binomial(N - j, k - j) / sp.binomial(N, k),
    sp.binomial(k, j) ** 2 / sp.binomial(N, j),
    _J_RANGE,
)

law_proof = Certificate(
    "T1.overlap_law",
    "The law of the overlap of two patterns",
    (
        Identity(
            UNIT_LAW,
            "Bernoulli code, one unit: enumerate the four outcomes. Units are independent, so the generating function "
            "of the overlap is the N-th power: the overlap is Binomial$(N, a^2)$.",
        ),
        Identity(BERNOULLI_LAW, "The same by enumeration of all 64 pairs of patterns of three units."),
        *(
            Identity(
                each,
                "Fixed-size code: count the k-subsets that meet a given one in $n$ places. The overlap is "
                "Hypergeometric$(N, k, k)$; here against the enumeration of all pairs of patterns.",
            )
            for each in FIXED_LAWS
        ),
        Identity(
            FACTORIAL_MOMENT,
            "Its factorial moments at every size: $j$ given units of the first pattern are all active in the second "
            "with probability $\\binom{N-j}{k-j}/\\binom{N}{k}$, so $E\\binom{n}{j} = \\binom{k}{j}^2/\\binom{N}{j}$.",
        ),
    ),
    assumptions=("The two patterns are independent.",),
)

overlap_law = Claim(
    id="T1.overlap_law",
    title="Exact law of the overlap",
    source="Theorem 1 (the law behind its two moments)",
    proposed=None,
    exact=Statement(
        "The overlap $n = \\xi\\cdot\\xi'$ of two patterns is Binomial$(N, a^2)$ for Bernoulli codes and "
        "Hypergeometric$(N, k, k)$ for fixed-size codes, with factorial moments "
        "$E\\binom{n}{j} = \\binom{k}{j}^2/\\binom{N}{j}$.",
        (UNIT_LAW, BERNOULLI_LAW, *FIXED_LAWS, FACTORIAL_MOMENT),
    ),
    arguments=(Argument(law_proof, Target.EXACT, Finding.HOLDS),),
)

# --- the worst of many overlaps -------------------------------------------------------------------------------------

x = sp.Symbol("x", positive=True)
_A, _B = sp.symbols("A B", real=True)
i = sp.Symbol("i", integer=True, nonnegative=True)
_INTEGERS = {i: sp.Range(0, sp.oo), k: POSITIVE_INTEGERS, N: SIZES}

DOMINATED = proposition(
    sp.Implies(sp.And(i < k, k <= N), sp.Le((k - i) * N, k * (N - i), evaluate=False), evaluate=False), _INTEGERS
)
PASCAL = equal(
    sp.binomial(k + 1, j + 1),
    sp.binomial(k, j + 1) + sp.binomial(k, j),
    {k: POSITIVE_INTEGERS, j: sp.Range(0, sp.oo)},
)
BEST_TILT = equal(1 + a * (x * (1 - a) / (a * (1 - x)) - 1), (1 - a) / (1 - x), {a: UNIT, x: UNIT})
EXPONENT = equal(
    k * _B - x * k * (_B - _A),
    k * (x * _A + (1 - x) * _B),
    {k: POSITIVE_INTEGERS, x: UNIT, _A: sp.S.Reals, _B: sp.S.Reals},
)

worst_proof = Certificate(
    "T1.worst",
    "A Chernoff bound on the worst overlap of a fixed-size code",
    (
        Identity(
            FACTORIAL_MOMENT,
            "Factorial moments of the overlap. With them the generating function is "
            "$E(1+z)^n = \\sum_j z^j\\,E\\binom{n}{j}$.",
        ),
        SmtHolds(
            DOMINATED,
            "Each factor of $\\binom{k}{j}/\\binom{N}{j} = \\prod_{i<j} (k-i)/(N-i)$ is at most $k/N = a$, hence "
            "$E\\binom{n}{j} \\le \\binom{k}{j} a^j$: term by term below those of Binomial$(k, a)$.",
        ),
        Identity(
            PASCAL,
            "Pascal's rule gives the binomial theorem by induction, so $E(1+z)^n \\le \\sum_j \\binom{k}{j}(az)^j = "
            "(1+az)^k$ for $z \\ge 0$, and by Markov's inequality $P(n \\ge m) \\le (1+az)^k/(1+z)^m$.",
        ),
        Identity(BEST_TILT, "With $x = m/k > a$ choose $1+z = x(1-a)/(a(1-x)) > 1$. Then $1+az$ is"),
        Identity(
            EXPONENT,
            "and with $A = \\ln(a/x)$, $B = \\ln((1-a)/(1-x))$ the logarithm of the bound is $-k\\,KL(x\\,\\|\\,a)$. "
            "The worst of $p$ overlaps reaches $m$ with probability at most $p\\,e^{-k\\,KL(m/k\\,\\|\\,a)}$ (union "
            "bound).",
        ),
    ),
    assumptions=("Markov's inequality and the union bound.",),
)

worst = Claim(
    id="T1.worst",
    title="The worst of p overlaps",
    source="Theorem 1 (needed for 'every task', not only the mean)",
    proposed=None,
    exact=Statement(
        "For fixed-size codes the largest of $p$ overlaps with a given pattern satisfies "
        "$P(\\max n \\ge m) \\le p\\,e^{-k\\,KL(m/k\\,\\|\\,k/N)}$ for $m > k^2/N$; its exact law is the p-th power "
        "of the "
        "hypergeometric distribution function.",
        (FACTORIAL_MOMENT, DOMINATED, PASCAL, BEST_TILT, EXPONENT),
    ),
    depends_on=("T1.overlap_law",),
    arguments=(Argument(worst_proof, Target.EXACT, Finding.HOLDS),),
)

# --- k-WTA codes of any data ----------------------------------------------------------------------------------------

_X, _Y, _XX, _YY = sp.symbols("X Y X' Y'")
NESTED = proposition(
    sp.Implies(sp.And(sp.Implies(_X, _XX), sp.Implies(_Y, _YY)), sp.Implies(sp.And(_X, _Y), sp.And(_XX, _YY))),
    dict.fromkeys((_X, _Y, _XX, _YY), BOOLEANS),
)

nested_proof = Certificate(
    "T1.nested",
    "k-WTA codes of one field are nested",
    (
        SmtHolds(
            NESTED,
            "Raise $k$: every unit that fired still fires, in both patterns ($X \\Rightarrow X'$, $Y \\Rightarrow "
            "Y'$). "
            "A unit counted in the overlap is therefore still counted, and the overlap, hence its square, cannot fall.",
        ),
    ),
)

nested = Claim(
    id="T1.nested",
    title="For k-WTA codes of any data, raw interference never falls with activity",
    source="H1 and Experiment 1 (k-WTA sweep)",
    proposed=None,
    exact=Statement(
        "If patterns are the k largest of a fixed vector of fields (ties broken in a fixed order), then for every pair "
        "of inputs, whatever their distribution, $(\\xi\\cdot\\xi')^2/N^2$ is non-decreasing in $k$. In a k-WTA "
        "sweep of fixed fields the raw form of H1 is thus true by construction, and says nothing about the data.",
        (NESTED,),
    ),
    arguments=(Argument(nested_proof, Target.EXACT, Finding.HOLDS),),
)

real_codes = Claim(
    id="T1.real_codes",
    title="Codes of real data follow the law of independent patterns",
    source="Theorem 1, proof sketch (patterns taken as independent)",
    proposed=Statement(
        "The interference of two tasks depends on their codes through the activity alone: it is that of independent "
        "patterns, $E[\\xi_i\\xi_i'] = a^2$."
    ),
    exact=Statement(
        "k-WTA random-projection codes of images interfere more than independent patterns of the same activity, at "
        "every activity of the shared grid."
    ),
    repair="related inputs share active units: real codes interfere more than independent ones",
)

CLAIMS = (moments, overlap_law, worst, nested, real_codes)
