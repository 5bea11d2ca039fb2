"""What one zone stores: one-shot block codes and their ceiling, a trained dense zone, and the slow zone as proposed."""

import sympy as sp

from proofs.algebra import Evaluation, Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.proposition1.symbols import (
    CRITERION,
    GAUSSIAN,
    HALF,
    POSITIVE,
    REPAIR,
    SOURCE,
    alpha,
    density,
    entropy,
    kept,
    tail,
)
from proofs.statement import Statement, at_least, equal, greater, less
from theory.notation import UNIT, N, a

_SPARSE = {a: sp.Interval.open(0, HALF)}

# --- the law of a block ---------------------------------------------------------------------------------------------

DIAGONAL = equal(a * (1 - kept(a)), a * (1 - a) ** 2 + (1 - a) * a**2, {a: UNIT})
OFF_DIAGONAL = equal(-a * kept(a), 2 * a * (1 - a) * (-a) + (1 - 2 * a) * a**2, {a: UNIT})
DIFFERENCE = equal(2 * kept(a * (1 - a)) - 2 * kept(-(a**2)), 2 * a, {a: UNIT})
BLOCK_KEYS = equal(
    kept(a * (a * (1 - a)) * N) / kept(N * a * (1 - a)) ** 2, 1 / (N * (1 - a)), {a: UNIT, N: sp.Range(2, sp.oo)}
)
_M = sp.Symbol("M", integer=True, positive=True)
_r = sp.Symbol("r", integer=True, positive=True)
HALF_OF_BITS = equal(
    kept(_M / 2) * _r / (_M - 1) / _r, _M / (2 * (_M - 1)), {_M: sp.Range(2, sp.oo), _r: sp.Range(1, sp.oo)}
)

block_proof = Certificate(
    "P1.block",
    "Crosstalk within a block",
    (
        Identity(
            DIAGONAL,
            "One unit of a block is active, each with probability $a = 1/M$. A centred value has the variance $a(1-a)$ "
            "at each unit: that of independent noise of variance $a$ less its mean over the block,",
        ),
        Identity(OFF_DIAGONAL, "and between two units the covariance $-a^2$, again as of such noise:"),
        Identity(
            DIFFERENCE,
            "Winner-take-all sees differences of fields only. Each has the variance of the difference of two "
            "independent noises of variance $\\alpha a$, not $\\alpha a(1-a)$: per unit of load",
        ),
        Identity(
            BLOCK_KEYS,
            "That is for keys of independent units, whose overlaps in units of the signal have variance $1/n$. Keys of "
            "one-hot blocks share a unit with probability $a$ in each of $na$ blocks:",
        ),
        Identity(
            HALF_OF_BITS, "A wrong block is any of the $M-1$ others; over these, $M/2$ of them differ in a given bit:"
        ),
    ),
    assumptions=(GAUSSIAN,),
)

block = Claim(
    id="P1.block",
    title="What a one-shot zone with a block code makes of its crosstalk",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "In a block of $M = 1/a$ outputs, one active, the crosstalk is independent noise of variance $\\alpha a$ (in "
        "units of the squared gap) less its mean over the block; $\\alpha a/(1-a)$ if keys are made of blocks too. "
        "So $P(\\text{block wrong}) = \\int\\phi(z)\\,(1-\\Phi(z+1/\\sqrt{\\alpha a})^{M-1})\\,dz$ and a bit is "
        "wrong with probability $M/(2(M-1))$ times that.",
        (DIAGONAL, OFF_DIAGONAL, DIFFERENCE, BLOCK_KEYS, HALF_OF_BITS),
    ),
    depends_on=("T1.crosstalk",),
    arguments=(Argument(block_proof, Target.EXACT, Finding.HOLDS),),
)

# --- its ceiling ----------------------------------------------------------------------------------------------------

POWER = equal((1 - a) / kept(1 / a - 1), a, {a: UNIT})
PER_SYNAPSE = equal(
    alpha * kept(1 / a - 1) / 2 * sp.log(1 + 1 / alpha) * a,
    (1 - a) * alpha / 2 * sp.log(1 + 1 / alpha),
    {a: UNIT, alpha: POSITIVE},
)
_l = sp.Symbol("l", positive=True)  # ln M
_K = sp.Symbol("K", positive=True)
SPARSE_BITS = equal(sp.Limit(_l / (sp.sqrt(2 * _l) + _K) ** 2, _l, sp.oo), HALF, {_K: POSITIVE})
UNION = equal(kept(_M / (2 * (_M - 1))) * (_M - 1), _M / 2, {_M: sp.Range(2, sp.oo)})

ceiling_proof = Certificate(
    "P1.block_ceiling",
    "The ceiling of block codes, and that they reach it",
    (
        Identity(
            POWER,
            "A centred block value has the square $1-a$ in the $M-1$ dimensions orthogonal to the uniform one. Per "
            "dimension that is $a$, and the noise has $\\alpha a$ (or more):",
        ),
        Identity(
            PER_SYNAPSE,
            "so the signal-to-noise ratio is $1/\\alpha$ in each and a block carries at most "
            "$\\frac{M-1}{2}\\ln(1+1/\\alpha)$ nats (T2.keyed: the Gaussian channel, dimension by dimension, whatever "
            "the readout). Times $\\alpha$ blocks a key unit, over $M$ outputs:",
        ),
        Identity(
            UNION,
            "Conversely, a given other unit wins with probability $Q(s/\\sqrt2)$, $s^2 = 1/(\\alpha a)$, so at most "
            "$\\frac M2 Q(s/\\sqrt 2)$ of the bits are wrong; more sharply, at most $P(z < -K) + (M-1)Q(s-K)$ of the "
            "blocks for every $K$, as the right unit's noise may be below $-K$ or another's above $s-K$.",
        ),
        Limit(
            SPARSE_BITS,
            "With $s = \\sqrt{2\\ln M} + K$, $(M-1)Q(s - K) \\to 0$, since $Q(t) < e^{-t^2/2}/(t\\sqrt{2\\pi})$. Any "
            "error rate is met with $K$ large enough, and the stored nats per synapse $\\alpha a\\ln M = \\ln M/s^2$ "
            "tend to",
        ),
    ),
    assumptions=(GAUSSIAN,),
)

block_ceiling = Claim(
    id="P1.block_ceiling",
    title="Block codes: below the one-shot ceiling at every activity, and at it as a -> 0",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "A one-shot zone with a block code retrieves at most $(1-a)\\frac\\alpha2\\log_2(1+1/\\alpha) < "
        "\\frac1{2\\ln 2}$ bits per synapse, whatever the readout. At every bit error rate $\\epsilon > 0$ its "
        "stored bits per synapse tend to $\\frac1{2\\ln 2}$ as $a\\to 0$.",
        (POWER, PER_SYNAPSE, UNION, SPARSE_BITS),
    ),
    depends_on=("P1.block", "T2.keyed"),
    arguments=(Argument(ceiling_proof, Target.EXACT, Finding.HOLDS),),
)

# --- the trained dense zone -----------------------------------------------------------------------------------------

_k = sp.Symbol("k", integer=True, nonnegative=True)
_sum, _m = sp.symbols("S m", positive=True)
_loads = {alpha: sp.Interval.open(0, 2)}


def _share(units: int) -> sp.Expr:
    """P(Bin(p-1, 1/2) < n) at p = 2n: the share of labellings that n weights realise."""
    terms = (sp.binomial(2 * units - 1, k, evaluate=False) for k in range(units))
    return sum(terms, sp.Integer(0)) / 2 ** (2 * units - 1)


AT_TWICE = tuple(equal(_share(units), HALF) for units in (3, 8))
SYMMETRY = equal(
    sp.binomial(2 * N - 1, _k), sp.binomial(2 * N - 1, 2 * N - 1 - _k), {N: sp.Range(2, sp.oo), _k: sp.Range(0, 2)}
)
COSH = at_least((2 * _k + 1) * (2 * _k + 2) - 2 * (_k + 1), 0, {_k: sp.Range(0, sp.oo)})
TILT = equal(
    -kept(_sum / _m) * _sum + _m * kept(_sum / _m) ** 2 / 2, -(_sum**2) / (2 * _m), {_sum: POSITIVE, _m: POSITIVE}
)
RATE = equal(
    sp.Limit((2 * N - alpha * N + 1) ** 2 / (2 * (alpha * N - 1)) / N, N, sp.oo), (2 - alpha) ** 2 / (2 * alpha), _loads
)
RATE_SIGN = greater((2 - alpha) ** 2 / (2 * alpha), 0, _loads)

slow_capacity_proof = Certificate(
    "P1.slow_capacity",
    "A trained dense zone holds two bits per synapse",
    (
        Identity(
            SYMMETRY,
            "Of the $2^p$ labellings of $p$ keys in general position $n$ weights realise $2\\sum_{k<n}\\binom{p-1}{k}$ "
            "(T2.cover), so a random one with the probability that $p - 1$ fair coins show fewer than $n$ heads. At $p "
            "= 2n$ that is one half, by symmetry,",
        ),
        *(Identity(each, "in numbers,") for each in AT_TWICE),
        SignOnInterval(
            COSH,
            "Below $2n$ it is nearly one. For a fair sign $E e^{\\lambda s} = \\cosh\\lambda \\le e^{\\lambda^2/2}$, "
            "term by term: from the $k$-th to the next, $(2k)!$ grows by the factor $(2k+1)(2k+2)$, no less than the "
            "$2(k+1)$ of $2^k k!$.",
        ),
        Identity(
            TILT,
            "So $m$ signs sum to $S$ or more with probability at most $e^{-\\lambda S + m\\lambda^2/2}$; at the best "
            "$\\lambda = S/m$ the exponent is",
        ),
        Limit(
            RATE,
            "Too many heads, $n$ or more of $m = p-1 = \\alpha n - 1$, is $S = 2n - \\alpha n + 1$: an output fails "
            "with probability at most $e^{-n\\,r}$ with $r$ tending to",
        ),
        SignOnInterval(
            RATE_SIGN,
            "which is positive for $\\alpha < 2$: any number of outputs that grows more slowly than $e^{rn}$ succeeds "
            "together, with probability tending to one.",
        ),
    ),
    assumptions=(
        "Keys are in general position (random signs are, but for a probability that vanishes as n grows), and do not "
        "depend on the labels.",
        "The perceptron rule ends without an error whenever weights without one exist (Rosenblatt 1962, Novikoff "
        "1962).",
    ),
)

slow_capacity = Claim(
    id="P1.slow_capacity",
    title="Trained to convergence, a dense zone holds two bits per synapse",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "A dense zone of $n$ key units, trained offline by the perceptron rule, holds $\\alpha n$ random items "
        "without an error for every $\\alpha < 2$, with probability tending to one as $n$ grows, and each output by "
        "itself with probability one half at $\\alpha = 2$: $G(1/2) = 2$ bits per synapse, at load 2.",
        (SYMMETRY, *AT_TWICE, COSH, TILT, RATE, RATE_SIGN),
    ),
    depends_on=("T2.cover",),
    arguments=(Argument(slow_capacity_proof, Target.EXACT, Finding.HOLDS),),
)

# --- the slow zone as proposed --------------------------------------------------------------------------------------

PATTERN_SLOPE = equal(sp.Derivative(entropy(a), a), sp.log((1 - a) / a), _SPARSE)
PATTERN_RISES = greater((1 - a) / a - 1, 0, _SPARSE)
DENSE_FAILS = greater(tail(1 / sp.sqrt(sp.Rational(11, 100))), CRITERION)
DENSE_SLOPE = equal(
    sp.Derivative(tail(1 / sp.sqrt(alpha)), alpha),
    density(1 / sp.sqrt(alpha)) / (2 * alpha ** sp.Rational(3, 2)),
    {alpha: POSITIVE},
)
LOWER_BITS = sp.Rational(6, 64) * sp.Rational(19, 10)
SPARSE_BOUND = less(32 * tail(sp.sqrt(sp.Rational(63) / (2 * sp.Rational(19, 10)))), CRITERION)
PER_PARAMETER = less(sp.Rational(11, 100), LOWER_BITS)

slow_zone_proof = Certificate(
    "P1.slow_zone",
    "One-shot: more per pattern, less per parameter",
    (
        Identity(PATTERN_SLOPE, "Information per pattern is $N H_2(a)$; its slope in nats,"),
        SignOnInterval(PATTERN_RISES, "is positive for $a < 1/2$, where the odds exceed one: more per pattern, yes."),
        Identity(
            DENSE_SLOPE,
            "Per parameter: a dense one-shot zone has bit errors $Q(1/\\sqrt\\alpha)$, which rise with the load,",
        ),
        BallInequality(
            DENSE_FAILS,
            "and exceed one in a thousand at load 0.11 already: fewer than 0.11 bits per synapse at $a = 1/2$.",
        ),
        Identity(
            UNION,
            "A given other unit of a block wins with probability $Q(s/\\sqrt 2)$, $s^2 = (1-a)/(\\alpha a)$ for keys "
            "of blocks and more for others (P1.block), so that of the bits at most the fraction $Q(s/\\sqrt 2)$ times",
        ),
        BallInequality(SPARSE_BOUND, "is wrong; for $M = 64$ at load 1.9 that is below one in a thousand:"),
        Evaluation(
            PER_PARAMETER, "They hold at least $1.9\\cdot 6/64 = 0.178$ bits per synapse at $a = 1/64$, which is more:"
        ),
    ),
    assumptions=(GAUSSIAN, "At most one bit in a thousand wrong."),
)

slow_zone = Claim(
    id="P1.slow_zone",
    title="The slow zone stores more per parameter",
    source=SOURCE,
    proposed=Statement(
        "A slow zone of higher activity $a_2 > a_1$ stores more information per pattern and per parameter."
    ),
    exact=Statement(
        "On $(0,1/2)$ a pattern of higher activity carries more information, $N H_2(a)$. Per parameter, a zone written "
        "once stores less: at one wrong bit in a thousand fewer than $0.11$ bits per synapse at $a_2 = 1/2$, at least "
        "$0.178$ at $a_1 = 1/64$. Only iterated learning reverses this (P1.slow_capacity).",
        (PATTERN_SLOPE, PATTERN_RISES, DENSE_SLOPE, DENSE_FAILS, UNION, SPARSE_BOUND, PER_PARAMETER),
    ),
    depends_on=("P1.block", "P1.slow_capacity"),
    arguments=(
        Argument(slow_zone_proof, Target.EXACT, Finding.HOLDS),
        Argument(
            slow_zone_proof,
            Target.PROPOSED,
            Finding.FAILS,
            (DENSE_SLOPE, DENSE_FAILS, UNION, SPARSE_BOUND, PER_PARAMETER),
        ),
    ),
    repair="more per pattern; per parameter less if written once, more only if trained by iterated learning",
)

CLAIMS = (block, block_ceiling, slow_capacity, slow_zone)
