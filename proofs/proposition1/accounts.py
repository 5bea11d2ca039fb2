"""Controls and accounts of the gain: equal sparsity, a counted copy, the last batch, rehearsal without a fast zone."""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.proposition1.symbols import CEILING, DUAL, MODEL, OFFLINE, POSITIVE, ZONES, G, eta, kept, rho
from proofs.smt import SmtHolds
from proofs.statement import Statement, equal, equivalent, greater, proposition

_CONSTANTS = {eta: POSITIVE, G: POSITIVE}

# --- equal sparsity -------------------------------------------------------------------------------------------------

_excess = sp.Symbol("delta", positive=True)
_EQUAL = {**ZONES, _excess: POSITIVE}
_ADVANTAGE = (1 + rho * G / eta) / (1 + rho * G / (eta + _excess))
ADVANTAGE = equal(kept(DUAL.subs(eta, eta + _excess)) / kept(DUAL), _ADVANTAGE, _EQUAL)
NONE_AT_ZERO = equal(sp.Limit(_ADVANTAGE, rho, 0), 1, {**_CONSTANTS, _excess: POSITIVE})
ALL_AT_INFINITY = equal(sp.Limit(_ADVANTAGE, rho, sp.oo), (eta + _excess) / eta, {**_CONSTANTS, _excess: POSITIVE})
ADVANTAGE_SLOPE = equal(
    sp.Derivative(_ADVANTAGE, rho),
    G * _excess * (eta + _excess) / (eta * (eta + _excess + rho * G) ** 2),
    _EQUAL,
)
ADVANTAGE_RISES = greater(G * _excess * (eta + _excess) / (eta * (eta + _excess + rho * G) ** 2), 0, _EQUAL)
SAME_ENDS = equivalent(
    sp.Gt(DUAL / (eta + _excess), 1, evaluate=False),
    sp.Lt(rho, eta / (eta + _excess) - eta / G, evaluate=False),
    _EQUAL,
)

same_proof = Certificate(
    "P1.same",
    "Zones of equal sparsity",
    (
        Identity(
            ADVANTAGE,
            "Let both zones be dense, so that the fast one stores $\\eta$ bits per synapse where a sparse one stores "
            "$\\eta + \\delta$. The differentiated memory holds more by the factor",
        ),
        Limit(NONE_AT_ZERO, "which is one at small $\\rho$: what matters there is the slow zone,"),
        Identity(ADVANTAGE_SLOPE, "has the slope"),
        SignOnInterval(ADVANTAGE_RISES, variable=rho, because="so that it rises,"),
        Limit(ALL_AT_INFINITY, "towards"),
        SmtHolds(SAME_ENDS, "Against a sparse single regime, equal sparsity has a gain exactly while"),
    ),
    assumptions=(MODEL, OFFLINE),
)

same = Claim(
    id="P1.same",
    title="Two zones of equal sparsity gain too, by less as rho grows",
    source="Control of Proposition 1",
    proposed=None,
    exact=Statement(
        "With the same dense slow zone, a dense instead of a sparse fast zone ($\\eta$ instead of $\\eta+\\delta$ "
        "bits per synapse) costs a factor that is 1 as $\\rho\\to 0$ and rises with $\\rho$ towards "
        "$1+\\delta/\\eta$. Against the sparse single regime it still gains exactly for $\\rho < "
        "\\eta/(\\eta+\\delta) - \\eta/G$.",
        (ADVANTAGE, NONE_AT_ZERO, ADVANTAGE_SLOPE, ADVANTAGE_RISES, ALL_AT_INFINITY, SAME_ENDS),
    ),
    depends_on=("P1.formula",),
    arguments=(Argument(same_proof, Target.EXACT, Finding.HOLDS),),
)

# --- a frozen copy --------------------------------------------------------------------------------------------------

_COPIED = G / (2 + rho * G / eta)
_COPY_BEST = kept(rho * G / (2 * eta + rho * G))
COPY_SPLIT = equal(eta * _COPY_BEST / rho, _COPIED, ZONES)
COPY_SLOW = equal(G * kept(1 - _COPY_BEST) / 2, _COPIED, ZONES)
COPY_LIMIT = equal(sp.Limit(_COPIED / eta, rho, 0), G / (2 * eta), _CONSTANTS)
COPY_ENDS = equivalent(sp.Gt(_COPIED / eta, 1, evaluate=False), sp.Lt(rho, 1 - 2 * eta / G, evaluate=False), ZONES)
COPY_SPARSE = equal(kept(2 / (2 * CEILING)), 2 * sp.log(2))
COPY_SPARSE_END = equal(1 - kept(2 * CEILING) / 2, 1 - 1 / (2 * sp.log(2)))

copy_proof = Certificate(
    "P1.copy",
    "The gain when a frozen copy of the slow zone is counted",
    (
        Identity(
            COPY_SPLIT,
            "If the slow zone's old content is regenerated from a frozen copy of its weights, and the copy's synapses "
            "are counted, only half of the share $1-f$ holds content. Fast zone and slow zone balance at",
        ),
        Identity(COPY_SLOW, "where the slow zone holds the same,"),
        Limit(COPY_LIMIT, "a gain at small $\\rho$ of"),
        SmtHolds(COPY_ENDS, "which ends at"),
        Identity(COPY_SPARSE, "With $G = 2$ and $\\eta = 1/(2\\ln 2)$ that is"),
        Identity(COPY_SPARSE_END, "and"),
    ),
    assumptions=(MODEL, OFFLINE),
)

copy = Claim(
    id="P1.copy",
    title="A counted frozen copy halves the gain",
    source="Accounting of Proposition 1",
    proposed=None,
    exact=Statement(
        "If the slow zone rehearses from a frozen copy of itself that counts as synapses, long-term content is "
        "$G/(2+\\rho G/\\eta)$: a gain of $G/(2\\eta)$ as $\\rho\\to 0$ (asymptotically $2\\ln 2 = 1.39$), and only "
        "for $\\rho < 1 - 2\\eta/G$ (asymptotically $1 - 1/(2\\ln 2) = 0.279$).",
        (COPY_SPLIT, COPY_SLOW, COPY_LIMIT, COPY_ENDS, COPY_SPARSE, COPY_SPARSE_END),
    ),
    depends_on=("P1.formula",),
    arguments=(Argument(copy_proof, Target.EXACT, Finding.HOLDS),),
)

# --- the last batch -------------------------------------------------------------------------------------------------

_WITH_LAST = (1 + rho) * DUAL
LAST = equal(_WITH_LAST, G * kept(eta / (eta + rho * G)) + eta * kept(rho * G / (eta + rho * G)), ZONES)
ALWAYS = proposition(
    sp.Implies(eta < G, sp.Gt((1 + rho) * G * eta, eta * (eta + rho * G), evaluate=False), evaluate=False),
    ZONES,
)
LAST_LIMIT = equal(sp.Limit(_WITH_LAST, rho, sp.oo), eta, _CONSTANTS)

last_proof = Certificate(
    "P1.last_batch",
    "The gain if the fast zone's last batch is counted",
    (
        Identity(
            LAST,
            "When the slow zone is full and the fast zone full again, $\\rho G d_2$ more bits can be read: in all the "
            "mean of $G$ and $\\eta$ over the synapses of the two zones,",
        ),
        SmtHolds(ALWAYS, "which exceeds $\\eta$ at every $\\rho$ if $G > \\eta$,"),
        Limit(LAST_LIMIT, "and tends to $\\eta$ as the fast zone takes all synapses:"),
    ),
    assumptions=(MODEL, OFFLINE),
)

last_batch = Claim(
    id="P1.last_batch",
    title="Counting the last batch, there is no critical point",
    source="Accounting of Proposition 1",
    proposed=None,
    exact=Statement(
        "The critical $\\rho$ is one of long-term content. If the batch in the fast zone is counted as well, the "
        "memory holds $(1+\\rho)G/(1+\\rho G/\\eta)$ bits per synapse when it overflows, more than $\\eta$ at every "
        "$\\rho$ as long as $G > \\eta$.",
        (LAST, ALWAYS, LAST_LIMIT),
    ),
    depends_on=("P1.formula",),
    arguments=(Argument(last_proof, Target.EXACT, Finding.HOLDS),),
)

# --- rehearsal without a fast zone ----------------------------------------------------------------------------------

SHORTFALL = equal(G - DUAL, rho * G**2 / (eta + rho * G), ZONES)
DUAL_BELOW = greater(rho * G**2 / (eta + rho * G), 0, ZONES)
CLOSES = equal(sp.Limit(DUAL, rho, 0), G, _CONSTANTS)
_items = sp.Symbol("C", positive=True)
PHASES = equal(kept(_items) / kept(rho * _items), 1 / rho, {_items: POSITIVE, rho: POSITIVE})

rehearsal_proof = Certificate(
    "P1.rehearsal",
    "A single dense zone that rehearses at every arrival",
    (
        Identity(
            SHORTFALL,
            "A single dense zone that may train offline at every arrival, on the new item and on its own content "
            "regenerated by the keys, needs no fast zone: it is the slow zone with all synapses, $G$ bits each. The "
            "dual regime holds less by",
        ),
        SignOnInterval(DUAL_BELOW, variable=rho, because="which is positive, and vanishes only as $\\rho\\to 0$:"),
        Limit(CLOSES, "the two have the same ceiling."),
        Identity(PHASES, "It pays with one offline phase for each of its C items; the dual regime needs"),
    ),
    assumptions=(OFFLINE, "Each new item is at hand, and nothing else, when the zone rehearses."),
)

rehearsal = Claim(
    id="P1.rehearsal",
    title="A single dense regime with unlimited offline rehearsal reaches the same ceiling",
    source="Limits of Proposition 1",
    proposed=None,
    exact=Statement(
        "A single dense zone that rehearses itself offline at every arrival holds $G$ bits per synapse, more than "
        "the dual regime at every $\\rho > 0$, which tends to the same as $\\rho\\to 0$. It needs one offline phase "
        "an item; the dual regime $1/\\rho$ in all. What the fast zone buys is few offline phases.",
        (SHORTFALL, DUAL_BELOW, CLOSES, PHASES),
    ),
    depends_on=("P1.formula",),
    arguments=(Argument(rehearsal_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (same, copy, last_batch, rehearsal)
