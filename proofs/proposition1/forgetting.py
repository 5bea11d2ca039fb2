"""Blackout of a single regime, and memories that forget instead: palimpsests and bounded synapses."""

from typing import cast

import sympy as sp

from proofs.algebra import ExactDomain, Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.proposition1.symbols import GAUSSIAN, HALF, POSITIVE, alpha, density, entropy, kept, tail, x
from proofs.proposition1.zones import DENSE_SLOPE
from proofs.statement import Statement, at_most, equal, equivalent, greater
from theory.notation import UNIT

# --- blackout -------------------------------------------------------------------------------------------------------

_LOAD = {alpha: POSITIVE}
_error = tail(x)  # at x = 1/sqrt(alpha)
_KEPT = sp.log(2) - entropy(_error)

AT_LAST = equal(sp.Limit(tail(1 / sp.sqrt(alpha)), alpha, sp.oo), HALF)
INFORMATION_SLOPE = equal(
    sp.Derivative(_KEPT / x**2, x),
    density(x) * kept(sp.log(1 - _error) - sp.log(_error)) / x**2 - 2 * _KEPT / x**3,
    {x: POSITIVE},
)
STILL_RISES = greater(
    2 * _KEPT - x * density(x) * kept(sp.log(1 - _error) - sp.log(_error)), 0, {x: sp.Interval(sp.Rational(1, 4), 4)}
)
INFORMATION_END = equal(sp.Limit(_KEPT / x**2, x, 0), 1 / sp.pi)

blackout_proof = Certificate(
    "P1.blackout",
    "Blackout shows in errors, not in information",
    (
        Identity(
            DENSE_SLOPE,
            "A dense single regime has bit errors $Q(1/\\sqrt\\alpha)$ on every item, old or new. They rise with the "
            "load,",
        ),
        Limit(AT_LAST, "so that each item passes the criterion at the same load, $C(\\epsilon)/n$; in the end"),
        Identity(
            INFORMATION_SLOPE,
            "Information per synapse is, with $x = 1/\\sqrt\\alpha$ and in nats, $(\\ln 2 - H(Q(x)))/x^2$. Its slope,",
        ),
        BallInequality(
            STILL_RISES,
            "is negative where this is positive, so information rises with the load, from $1/16$ to 16 at least,",
        ),
        Limit(INFORMATION_END, "and tends, as $\\alpha\\to\\infty$ and every bit becomes a guess, to"),
    ),
    assumptions=(GAUSSIAN,),
)

blackout = Claim(
    id="P1.blackout",
    title="A single regime blacks out; mutual information does not show it",
    source="Proposition 1, comparison",
    proposed=None,
    exact=Statement(
        "All items of a dense single regime have the bit error $Q(1/\\sqrt\\alpha)$, which rises with the load to "
        "$1/2$: beyond $C(\\epsilon)$ none is retained. Its mutual information meanwhile rises (loads 1/16 to 16), "
        "towards $1/(\\pi\\ln 2) = 0.459$ bits per synapse: capacity and gain need an error criterion.",
        (DENSE_SLOPE, AT_LAST, INFORMATION_SLOPE, STILL_RISES, INFORMATION_END),
    ),
    depends_on=("T1.crosstalk",),
    arguments=(Argument(blackout_proof, Target.EXACT, Finding.HOLDS),),
)

# --- palimpsests ----------------------------------------------------------------------------------------------------

_decay = sp.Symbol("lambda", positive=True)
_units = sp.Symbol("n", positive=True)
_L = sp.Symbol("L", integer=True, positive=True)
_j = sp.Symbol("j", integer=True, nonnegative=True)
_T = sp.Symbol("T", positive=True)
_capacity, _snr, _q, _age = sp.symbols("C s q t", positive=True)
_RATES = {_decay: UNIT}

STATIONARY = equal((1 - _decay) ** 2 * kept(1 / (_decay * (2 - _decay))) + 1, 1 / (_decay * (2 - _decay)), _RATES)
SLOW_DECAY = equal(sp.Limit(2 * _decay / (_decay * (2 - _decay)), _decay, 0), 1)
MEETS = equal(
    sp.exp(-2 * _decay * kept(sp.log(2 * _decay * _capacity) / (2 * _decay))) * 2 * _decay * _capacity,
    1,
    {_decay: POSITIVE, _capacity: POSITIVE},
)
SHAPE = equal(sp.Derivative(x * sp.exp(-x), x), (1 - x) * sp.exp(-x), {x: POSITIVE})
SHAPE_SIGN = equivalent(sp.Gt(1 - x, 0, evaluate=False), sp.Lt(x, 1, evaluate=False), {x: POSITIVE})
_rate = kept(sp.exp(x) / (2 * _capacity))
DECAYING = equal(
    kept(sp.log(2 * _rate * _capacity) / (2 * _rate)),
    _capacity * x * sp.exp(-x),
    {_capacity: POSITIVE, x: POSITIVE},
)
BEST = equal(sp.log(kept(sp.E)) / sp.E, sp.exp(-1))
TWO_STATE = equal(
    sp.sqrt(_units) * _q * sp.exp(-_q * kept(sp.log(_q * sp.sqrt(_units) / _snr) / _q)),
    _snr,
    {_units: POSITIVE, _q: POSITIVE, _snr: POSITIVE},
)
_chance = kept(_snr * sp.exp(x) / sp.sqrt(_units))
TWO_STATE_LIFE = equal(
    kept(sp.log(_chance * sp.sqrt(_units) / _snr) / _chance),
    sp.sqrt(_units) / _snr * x * sp.exp(-x),
    {_units: POSITIVE, _snr: POSITIVE, x: POSITIVE},
)
LEVELS = equal(
    sp.Sum((_j - (_L - 1) / sp.Integer(2)) ** 2, (_j, 0, _L - 1)) / _L,
    (_L**2 - 1) / sp.Integer(12),
    {_L: sp.Range(2, sp.oo)},
)
_first, _rest = 8 / sp.pi**2 * sp.exp(-(sp.pi**2) * _T / 2), sp.exp(-9 * sp.pi**2 * _T / 2)
CLIPPED_LOW = greater(
    12 * _T * (_first + 8 / (9 * sp.pi**2) * _rest) ** 2, sp.Rational(295, 1000), {_T: sp.FiniteSet(sp.Rational(1, 10))}
)
CLIPPED_HIGH = at_most(
    12 * _T * (_first + (1 - 8 / sp.pi**2) * _rest) ** 2,
    sp.Rational(297, 1000),
    {_T: sp.Interval(sp.Rational(1, 50), 1)},
)
CLIPPED_SHORT = at_most(12 * _T, sp.Rational(297, 1000), {_T: sp.Interval.Lopen(0, sp.Rational(1, 50))})
CLIPPED_LONG = at_most(12 * sp.exp(-9), sp.Rational(297, 1000))
EIGHTHS = equal(cast(sp.Expr, sp.Sum(8 / (sp.pi * (2 * _j + 1)) ** 2, (_j, 0, sp.oo))), 1)

palimpsest_proof = Certificate(
    "P1.palimpsest",
    "Lifetimes of memories that forget",
    (
        Identity(
            STATIONARY,
            "Decaying synapses, $W \\leftarrow (1-\\lambda)W + \\Delta$: an item's signal is $(1-\\lambda)^t$ after "
            "$t$ more, and the crosstalk of all items, in units of one write's, is stationary at "
            "$1/(\\lambda(2-\\lambda))$:",
        ),
        Limit(SLOW_DECAY, "which is $1/(2\\lambda)$ for small $\\lambda$."),
        Identity(
            MEETS,
            "A zone that holds $C$ items without decay meets the criterion with $C$ writes' crosstalk against a full "
            "signal. It does with $1/(2\\lambda)$ writes' against $e^{-\\lambda t}$ until $e^{-2\\lambda "
            "t}\\,2\\lambda C = 1$, at the age $\\ln(2\\lambda C)/(2\\lambda)$.",
        ),
        Identity(DECAYING, "With $2\\lambda C = e^x$ this lifetime is"),
        Identity(SHAPE, "and $xe^{-x}$ has the slope"),
        ExactDomain(SHAPE_SIGN, "positive before and negative after $x = 1$,"),
        Identity(
            BEST,
            "where $2\\lambda C = e$; so the last $C/e$ items written are kept at best, $C$ times",
        ),
        Identity(
            TWO_STATE,
            "Two-state synapses, set with probability $q$ at a write: $SNR(t) = \\sqrt n\\,q\\,e^{-qt}$ for small "
            "$q$. It is at $s$ at the age $\\ln(q\\sqrt n/s)/q$,",
        ),
        Identity(TWO_STATE_LIFE, "which for $q = se^x/\\sqrt n$ is of the same form, at best $\\sqrt n/(es)$:"),
        Identity(
            LEVELS,
            "Synapses clipped to $L$ levels, steps of one: each level is equally likely (steps up and down are, walls "
            "included), so a weight's variance is",
        ),
        Identity(
            EIGHTHS,
            "For large $L$ a write's signal decays like heat between two walls, $m(T) = \\sum_{k\\,odd} "
            "\\frac{8}{\\pi^2k^2} e^{-\\pi^2k^2T/2}$, $T = t/L^2$, with $m(0)$",
        ),
        BallInequality(
            CLIPPED_LOW,
            "It meets the criterion until $m^2 C = L^2/12$, at the age $12\\,T m^2(T)\\,C$. At $T = 1/10$ that exceeds "
            "$0.295\\,C$ (two terms of the sum);",
        ),
        BallInequality(
            CLIPPED_HIGH,
            "at no $T$ does it exceed $0.297\\,C$: here with the later terms, which add up to $1 - 8/\\pi^2$ and "
            "decay at least like the second,",
        ),
        SignOnInterval(CLIPPED_SHORT, "before that because $m \\le 1$,"),
        BallInequality(
            CLIPPED_LONG,
            "and after it because $12\\,T m^2 \\le 12\\,T e^{-\\pi^2 T}$, which falls with $T \\ge 1$ from below",
        ),
    ),
    assumptions=(
        GAUSSIAN,
        "Small $\\lambda$ and $q$, large $L$: the exact values at every size are in `theory.palimpsest`.",
    ),
)

palimpsest = Claim(
    id="P1.palimpsest",
    title="Bounded synapses forget instead of blacking out, and hold less",
    source="Relation to bounded synapses (Nadal et al. 1986, Parisi 1986, Amit & Fusi 1994)",
    proposed=None,
    exact=Statement(
        "Where a one-shot zone without bounds holds $C$ items and then fails for all, the same zone with decaying "
        "synapses keeps the last $C/e = 0.37\\,C$ at best, with clipped ones the last $0.295$ to $0.297\\,C$, with "
        "two-state ones the last $\\sqrt n/(es)$ only, $s$ the signal-to-noise ratio at the criterion.",
        (
            STATIONARY,
            SLOW_DECAY,
            MEETS,
            DECAYING,
            SHAPE,
            SHAPE_SIGN,
            BEST,
            TWO_STATE,
            TWO_STATE_LIFE,
            LEVELS,
            EIGHTHS,
            CLIPPED_LOW,
            CLIPPED_HIGH,
            CLIPPED_SHORT,
            CLIPPED_LONG,
        ),
    ),
    depends_on=("T1.crosstalk",),
    arguments=(Argument(palimpsest_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (blackout, palimpsest)
