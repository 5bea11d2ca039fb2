r"""Steps 2 and 3 of the proposal's proof path: the information of a pattern, and its sparse limit.

Also the inequality `ln t <= t - 1`, on which the ceiling rests, and the concavity of the entropy.
"""

import sympy as sp

from proofs.algebra import ExactDomain, Identity
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.statement import Statement, equal, equivalent, greater, less
from proofs.theorem2.law import SKETCH
from proofs.theorem2.symbols import POSITIVE, entropy, kept, v
from theory.notation import SIZES, UNIT, N, a

_z = sp.Symbol("z", positive=True)
MEAN_ACTIVE = equal(sp.Subs(sp.Derivative((1 - a + a * _z) ** N, _z), _z, 1), N * a, {a: UNIT, N: SIZES})
SURPRISE = equal(
    -(kept(N * a) * sp.log(a) + (N - kept(N * a)) * sp.log(1 - a)),
    N * entropy(a),
    {a: UNIT, N: SIZES},
)

information_proof = Certificate(
    "T2.information",
    "The entropy of a Bernoulli pattern",
    (
        Identity(MEAN_ACTIVE, "The mean number of active units, from the generating function:"),
        Identity(SURPRISE, "A pattern with $K$ active units has probability $a^K(1-a)^{N-K}$; the mean of $-\\ln$ is"),
    ),
)

information = Claim(
    id="T2.information",
    title="Information of one pattern",
    source=SKETCH,
    proposed=Statement("$B(a) = N[a\\log(1/a) + (1-a)\\log(1/(1-a))]$.", (SURPRISE,)),
    exact=Statement(
        "The entropy of a Bernoulli pattern is $N[a\\ln(1/a) + (1-a)\\ln(1/(1-a))]$ nats, $N H_2(a)$ bits. It is "
        "what a pattern contains; what is retrieved of it is the mutual information of the retrieval channel, which "
        "is less unless recall is free of errors (T2.keyed).",
        (MEAN_ACTIVE, SURPRISE),
    ),
    arguments=tuple(Argument(information_proof, target, Finding.HOLDS) for target in (Target.EXACT, Target.PROPOSED)),
)

# --- concavity of the entropy, and its sparse limit ------------------------------------------------------------------

_t = sp.Symbol("t", positive=True)
CURVED = equal(sp.Derivative(entropy(_t), (_t, 2)), -1 / (_t * (1 - _t)), {_t: UNIT})
BELOW = less(-1 / (_t * (1 - _t)), 0, {_t: UNIT})
RATIO_LIMIT = equal(sp.Limit(entropy(a) / (a * sp.log(1 / a)), a, 0), 1)
RATIO = equal(entropy(a) / (a * sp.log(1 / a)) - 1, (1 - a) * sp.log(1 - a) / (a * sp.log(a)), {a: UNIT})
LOG_SLOPE = equal(sp.Derivative(v - 1 - sp.log(v), v), (v - 1) / v, {v: POSITIVE})
LOG_SIGN = equivalent(sp.Gt((v - 1) / v, 0, evaluate=False), sp.Gt(v, 1, evaluate=False), {v: POSITIVE})
RATIO_AT = greater(entropy(a) / (a * sp.log(1 / a)), sp.Rational(13, 10), {a: sp.FiniteSet(sp.Rational(1, 20))})

sparse_proof = Certificate(
    "T2.sparse_information",
    "The entropy of a sparse pattern",
    (
        Limit(RATIO_LIMIT, "The ratio of both sides tends to one,"),
        Identity(RATIO, "but slowly: the ratio exceeds one by $(1-a)\\ln\\frac{1}{1-a} / (a\\ln\\frac1a)$,"),
        Identity(LOG_SLOPE, "where $\\ln t \\le t - 1$, since $t - 1 - \\ln t$ has the slope"),
        ExactDomain(
            LOG_SIGN,
            "with one change of sign, at its zero $t = 1$; put $t = 1-a$ and $t = 1/(1-a)$: the excess is between "
            "$(1-a)/\\ln(1/a)$ and $1/\\ln(1/a)$.",
        ),
        BallInequality(RATIO_AT, "At $a = 1/20$ the ratio is still"),
    ),
)

sparse_information = Claim(
    id="T2.sparse_information",
    title="Its sparse limit",
    source=SKETCH,
    proposed=Statement("For $a \\ll 1$, $B(a) \\approx N a\\log(1/a)$.", (RATIO_LIMIT,)),
    exact=Statement(
        "$B(a)/(N a\\ln(1/a)) = 1 + \\delta$ with $\\frac{1-a}{\\ln(1/a)} \\le \\delta \\le \\frac{1}{\\ln(1/a)}$: "
        "the limit is 1, but at $a = 1/20$ the ratio exceeds 1.3.",
        (RATIO_LIMIT, RATIO, LOG_SLOPE, LOG_SIGN, RATIO_AT),
    ),
    depends_on=("T2.information",),
    arguments=tuple(Argument(sparse_proof, target, Finding.HOLDS) for target in (Target.EXACT, Target.PROPOSED)),
)

CLAIMS = (information, sparse_information)
