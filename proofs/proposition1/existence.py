"""Proposition 1 itself, and that what it states is sufficient, not necessary."""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.proposition1.accounts import DUAL_BELOW, SHORTFALL
from proofs.proposition1.formula import ETA_SIGN, FALLS, RISES_WITH_ETA
from proofs.proposition1.symbols import (
    CEILING,
    CRITERION,
    DUAL,
    GAUSSIAN,
    MODEL,
    OFFLINE,
    REPAIR,
    ZONES,
    G,
    entropy,
    eta,
    rho,
    x,
)
from proofs.proposition1.zones import LOWER_BITS, SPARSE_BOUND, UNION
from proofs.statement import Statement, equal, greater, less
from theory.notation import UNIT

LARGEST_RHO, LOAD = sp.Rational(3, 20), sp.Rational(199, 100)
_SINGLE = CEILING / (1 - entropy(CRITERION) / sp.log(2))

CONCAVE = equal(sp.Derivative(entropy(x), (x, 2)), -1 / (x * (1 - x)), {x: UNIT})
CONCAVE_SIGN = less(-1 / (x * (1 - x)), 0, {x: UNIT})
FALL_SIGN = less(-(G**2) / (eta + rho * G) ** 2, 0, ZONES)
EXCEEDS = greater(DUAL.subs({G: LOAD, eta: LOWER_BITS, rho: LARGEST_RHO}), _SINGLE)
EXISTENCE = (UNION, SPARSE_BOUND, RISES_WITH_ETA, ETA_SIGN, FALLS, FALL_SIGN, CONCAVE, CONCAVE_SIGN, EXCEEDS)

existence_proof = Certificate(
    "P1",
    "A dual regime beats every single one",
    (
        Identity(
            CONCAVE,
            "Bits that are wrong with a mean rate $\\epsilon$ keep at least $1 - H_2(\\epsilon)$ of their "
            "information, as the entropy is concave: its second derivative",
        ),
        SignOnInterval(
            CONCAVE_SIGN,
            "is negative. So a single regime of any activity, which retrieves fewer than $1/(2\\ln 2)$ "
            "bits per synapse (T2.keyed, P1.block_ceiling), stores fewer than $1/(2\\ln 2\\,(1 - H_2(\\epsilon)))$.",
        ),
        Identity(
            UNION,
            "The dual regime: a fast zone with blocks of 64 has at most the fraction $Q(s/\\sqrt 2)$ of bits "
            "wrong, times",
        ),
        BallInequality(SPARSE_BOUND, "which at load 1.9 is within the criterion: $\\eta \\ge 1.9\\cdot 6/64$."),
        Identity(RISES_WITH_ETA, "The long-term content (P1.formula) has the slope"),
        SignOnInterval(
            ETA_SIGN, "in $\\eta$, positive: the lower bound of $\\eta$ will do; and the slope", variable=rho
        ),
        Identity(FALLS, "in $\\rho$,"),
        SignOnInterval(FALL_SIGN, "negative: the largest $\\rho$ will do. So", variable=rho),
        BallInequality(
            EXCEEDS,
            "with a dense slow zone at load 1.99, which holds its items without error if it is large "
            "(P1.slow_capacity), and at $\\rho = 0.15$ the dual regime stores more than every single one:",
        ),
    ),
    assumptions=(MODEL, OFFLINE, GAUSSIAN, "At most one bit in a thousand wrong; zones large."),
)

proposition1 = Claim(
    id="P1",
    title="Proposition 1: some dual regime beats every single one",
    source="Proposition 1 (H3)",
    proposed=Statement(
        "There is a dual-regime Hopfield scheme whose capacity exceeds that of every single regime.", EXISTENCE
    ),
    exact=Statement(
        "With at most one bit in a thousand wrong, and for every $\\rho \\le 0.15$, a sparse one-shot fast zone with a "
        "dense slow zone trained offline (not by one-shot batches) keeps more bits per synapse for good than any "
        "one-shot covariance memory of any activity can store, whatever its readout.",
        EXISTENCE,
    ),
    depends_on=("P1.total", "T2", "T2.keyed", "P1.formula", "P1.block_ceiling", "P1.slow_capacity"),
    arguments=(
        Argument(existence_proof, Target.EXACT, Finding.HOLDS),
        Argument(existence_proof, Target.PROPOSED, Finding.HOLDS),
    ),
)

# --- sufficient, not necessary --------------------------------------------------------------------------------------

WITHOUT = greater(LOAD, _SINGLE)

sufficient_proof = Certificate(
    "P1.sufficient_only",
    "The ceiling can be passed without a second regime",
    (
        BallInequality(
            WITHOUT,
            "A single dense zone that rehearses offline (P1.rehearsal) at load 1.99 stores more than every regime "
            "that is written once,",
        ),
        Identity(SHORTFALL, "and more than the dual regime at the same G, by"),
        SignOnInterval(DUAL_BELOW, "which is positive.", variable=rho),
    ),
    assumptions=(MODEL, OFFLINE),
)

sufficient = Claim(
    id="P1.sufficient_only",
    title="Two regimes are sufficient, not necessary",
    source="Proposition 1 (H3: a sufficient condition)",
    proposed=None,
    exact=Statement(
        "What passes the one-shot ceiling is iterated offline learning. A dual regime is one way to do it with one "
        "write an arrival and $1/\\rho$ offline phases; a single zone that rehearses at every arrival passes it as "
        "well.",
        (WITHOUT, SHORTFALL, DUAL_BELOW),
    ),
    depends_on=("P1.rehearsal", "P1.slow_capacity", "T2.keyed"),
    arguments=(Argument(sufficient_proof, Target.EXACT, Finding.HOLDS),),
)

simulated = Claim(
    id="P1.gain_simulated",
    title="The gain in simulated memories",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "In simulated memories of finite size whose slow zone is trained on targets from a frozen copy of itself, "
        "long-term content at the criterion is that of the formula with the bits per synapse $\\eta$ and $G$ of their "
        "own zones, and the gain over the single regime follows from it, to within 5%.",
    ),
    depends_on=("P1.gain",),
)

live = Claim(
    id="P1.live",
    title="The gain without any copy of the slow zone",
    source="Accounting of Proposition 1",
    proposed=None,
    exact=Statement(
        "In simulated memories the slow zone needs no copy of itself: trained on the present sign of each old item's "
        "own field as its target, and no other store, it keeps the same long-term content and the same gain, to "
        "within 5%.",
    ),
    depends_on=("P1.gain",),
)

CLAIMS = (proposition1, sufficient, simulated, live)
