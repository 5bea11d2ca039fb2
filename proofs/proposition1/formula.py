"""The gain of the dual regime: the formula, the best split, the best activities and the critical point.

Everything here is algebra in rho, eta and G. What eta and G are, and how well that is known, is the other claims' part.
"""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.limits import Limit
from proofs.proposition1.symbols import CEILING, DUAL, MODEL, OFFLINE, POSITIVE, REPAIR, ZONES, G, eta, kept, rho
from proofs.smt import SmtHolds
from proofs.statement import Statement, equal, equivalent, greater, proposition
from theory.notation import UNIT

_CONSTANTS = {eta: POSITIVE, G: POSITIVE}

# --- formula and split ----------------------------------------------------------------------------------------------

share = sp.Symbol("f", positive=True)
_SPLIT = {**ZONES, share: UNIT}
_BEST = kept(rho * G / (eta + rho * G))

BALANCE = equal(eta * _BEST / rho, G * (1 - _BEST), ZONES)
VALUE = equal(G * (1 - _BEST), DUAL, ZONES)
RATIO = equal(_BEST / (1 - _BEST), rho * G / eta, ZONES)
WEIGHTED = equal((kept(G * (1 - share)) + rho * G / eta * kept(eta * share / rho)) / (1 + rho * G / eta), DUAL, _SPLIT)
NO_BETTER = proposition(sp.Ge(DUAL, sp.Min(G * (1 - share), eta * share / rho), evaluate=False), _SPLIT)

formula_proof = Certificate(
    "P1.formula",
    "Long-term content and the best split of the synapses",
    (
        Identity(
            BALANCE,
            "With a share $f$ of the synapses in the fast zone, the slow zone holds $G(1-f)$ bits per synapse of the "
            "whole, and the fast zone can serve $\\eta f/\\rho$; the content is the smaller. One falls and the other "
            "rises with $f$, and they are equal at",
        ),
        Identity(VALUE, "where they are"),
        Identity(RATIO, "The two zones are then in the proportion"),
        Identity(
            WEIGHTED,
            "No split does better: the mean of the two terms with the weights $1$ and $\\rho G/\\eta$ is the same for "
            "every $f$,",
        ),
        SmtHolds(NO_BETTER, "and the smaller of two numbers is at most any weighted mean of them."),
    ),
    assumptions=(MODEL, OFFLINE),
)

formula = Claim(
    id="P1.formula",
    title="The long-term content of the dual regime",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "At the best split of the synapses, $d_1/d_2 = \\rho G/\\eta$, and at no other better, the dual regime keeps "
        "$C\\cdot B/d = G/(1 + \\rho G/\\eta)$ bits per synapse for good.",
        (BALANCE, VALUE, RATIO, WEIGHTED, NO_BETTER),
    ),
    depends_on=("P1.reset",),
    arguments=(Argument(formula_proof, Target.EXACT, Finding.HOLDS),),
)

# --- the gain and where it ends -------------------------------------------------------------------------------------

GAIN_ENDS = equivalent(sp.Gt(DUAL / eta, 1, evaluate=False), sp.Lt(rho, 1 - eta / G, evaluate=False), ZONES)
SMALL_RHO = equal(sp.Limit(DUAL / eta, rho, 0), G / eta, _CONSTANTS)
FALLS = equal(sp.Derivative(DUAL / eta, rho), -(G**2) / (eta + rho * G) ** 2, ZONES)
SPARSE_LIMIT = equal(kept(2 / CEILING), 4 * sp.log(2))
SPARSE_END = equal(1 - kept(CEILING) / 2, 1 - 1 / (4 * sp.log(2)))

gain_proof = Certificate(
    "P1.gain",
    "The gain, its limit and its critical point",
    (
        Limit(SMALL_RHO, "Against a single regime with the fast zone's own $\\eta$, the gain at small $\\rho$ is"),
        Identity(FALLS, "It falls with $\\rho$,"),
        SmtHolds(GAIN_ENDS, "and ends at a critical point:"),
        Identity(
            SPARSE_LIMIT,
            "With the largest $G = 2$ (dense slow zone) and the largest $\\eta = 1/(2\\ln 2)$ (fast zone and single "
            "regime at $a \\to 0$) the gain tends to",
        ),
        Identity(SPARSE_END, "and ends at"),
    ),
    assumptions=(MODEL, OFFLINE),
)

gain = Claim(
    id="P1.gain",
    title="The gain, its limit and its critical point",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "With $\\eta$ and $G$ at the same error criterion, the gain over a single regime of the same $\\eta$ is "
        "$G/(\\eta+\\rho G)$; it falls with $\\rho$ and exceeds one exactly for $\\rho < 1 - \\eta/G$. With $G = 2$ "
        "and $\\eta = 1/(2\\ln 2)$: $4\\ln 2 = 2.77$ as $\\rho \\to 0$, and $\\rho < 1 - 1/(4\\ln 2) = 0.639$.",
        (SMALL_RHO, FALLS, GAIN_ENDS, SPARSE_LIMIT, SPARSE_END),
    ),
    depends_on=("P1.formula",),
    arguments=(Argument(gain_proof, Target.EXACT, Finding.HOLDS),),
)

# --- the best activities --------------------------------------------------------------------------------------------

_top = sp.Symbol("eta_0", positive=True)
HARMONIC = equal(1 / DUAL, 1 / G + rho / eta, ZONES)
RISES_WITH_G = equal(sp.Derivative(DUAL, G), eta**2 / (eta + rho * G) ** 2, ZONES)
RISES_WITH_ETA = equal(sp.Derivative(DUAL, eta), rho * G**2 / (eta + rho * G) ** 2, ZONES)
G_SIGN = greater(eta**2 / (eta + rho * G) ** 2, 0, ZONES)
ETA_SIGN = greater(rho * G**2 / (eta + rho * G) ** 2, 0, ZONES)
AT_MOST = proposition(
    sp.Implies(
        sp.And(G <= 2, eta < _top),
        sp.Lt(G * eta, 2 * _top / (_top + 2 * rho) * (eta + rho * G), evaluate=False),
        evaluate=False,
    ),
    {**ZONES, _top: POSITIVE},
)
CORNER = equal(2 / (1 + 2 * rho / kept(CEILING)), 2 / (1 + 4 * rho * sp.log(2)), {rho: POSITIVE})

optimal_proof = Certificate(
    "P1.optimal",
    "Dense slow zone, sparse fast zone",
    (
        Identity(HARMONIC, "The content is a harmonic sum of what the zones store per synapse,"),
        Identity(RISES_WITH_G, "so that its slopes are"),
        SignOnInterval(G_SIGN, variable=rho, because="which is positive, and"),
        Identity(RISES_WITH_ETA, "for the fast zone,"),
        SignOnInterval(
            ETA_SIGN,
            variable=rho,
            because="positive too: each zone takes the activity at which it stores most, whatever the other's.",
        ),
        SmtHolds(
            AT_MOST,
            "If $G \\le 2$ and $\\eta < \\eta_0$ the content $G\\eta/(\\eta+\\rho G)$ is below $2/(1 + "
            "2\\rho/\\eta_0)$,",
        ),
        Identity(CORNER, "for $\\eta_0 = 1/(2\\ln 2)$ (Theorem 2, every activity) this is"),
    ),
    assumptions=(
        MODEL,
        OFFLINE,
        "Where G is largest is Gardner's: it rises with activity up to 2 at a = 1/2 (a replica formula, its "
        "monotonicity certified with Theorem 2). That $\\eta$ is below 1/(2 ln 2) at every activity and tends to it "
        "as a -> 0 is P1.block_ceiling.",
    ),
)

optimal = Claim(
    id="P1.optimal",
    title="The best regimes differ: dense slow zone, sparse fast zone",
    source=REPAIR,
    proposed=None,
    exact=Statement(
        "Long-term content rises with $G$ and with $\\eta$ separately. So if $G(a_2) \\le 2$ with equality at $a_2 = "
        "1/2$, and $\\eta(a_1) < 1/(2\\ln 2)$ with this limit as $a_1 \\to 0$, it is below $2/(1+4\\rho\\ln 2)$ for "
        "every pair of activities, and approaches this only for a dense slow and a sparse fast zone.",
        (HARMONIC, RISES_WITH_G, G_SIGN, RISES_WITH_ETA, ETA_SIGN, AT_MOST, CORNER),
    ),
    depends_on=("P1.formula", "P1.block_ceiling", "T2.two_bits"),
    arguments=(Argument(optimal_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (formula, gain, optimal)
