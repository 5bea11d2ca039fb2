r"""Certified values of the functions alpha_c(a) and eta(a): tables over all activities in [1e-6, 1/2], digits at some.

Everything here is about functions that are defined by formulas (`proofs.theorem2.margins`): suprema over both margins
of the load and of the load times the information. That these are the capacity and the information per synapse of a
network is the replica theory's claim, made and graded elsewhere.
"""

import sympy as sp

from proofs.algebra import Identity
from proofs.certificate import Certificate, Step
from proofs.claim import Argument, Claim, Finding, Target
from proofs.pieces import InPieces, piecewise
from proofs.statement import Proposition, Statement, equal
from proofs.theorem2 import sparse_limit
from proofs.theorem2.margin_boxes import LoadAtLeast, LoadAtMost
from proofs.theorem2.margins import Input, Weight, entropy, lower_bound, upper_bound
from proofs.theorem2.tables import CENTRED, INFORMATION, LEAST_ACTIVITY, POINTS, RAW, Row
from theory.notation import UNIT, a

SOURCE = "Theorem 2 (H2), fixed points"
ACTIVITIES = sp.Interval(LEAST_ACTIVITY, sp.Rational(1, 2))
_DEFINITION = (
    "For $u + v > 0$ let $B = \\frac{\\Phi(u)-\\Phi(-v)}{u+v} - a\\phi(u) - (1-a)\\phi(v)$, $q = a\\Phi(u) + "
    "(1-a)\\Phi(-v)$, $q' = (1-2a)q + a^2$ (centred) or $q$ (raw), and $\\alpha = B^2/q'$ where $B > 0$."
)


def table_bounds(weight: Weight, input: Input, table: tuple[Row, ...]) -> tuple[Proposition, Proposition]:
    """Return the upper and the lower bounds of a table as two propositions over all activities."""
    columns = [piecewise(a, [(row.end, row[column]) for row in table]) for column in range(1, 5)]
    lower, upper, *margins = columns
    return (
        upper_bound(weight, input, upper, ACTIVITIES),
        lower_bound(weight, input, lower, (margins[0], margins[1]), ACTIVITIES),
    )


def point_bounds(weight: Weight, input: Input) -> tuple[Proposition, ...]:
    """Return upper and lower bounds at single activities, in turn."""
    bounds: list[Proposition] = []
    for activity, lower, upper, *margins in POINTS[weight, input]:
        at = sp.FiniteSet(activity)
        bounds.append(upper_bound(weight, input, upper, at))
        bounds.append(lower_bound(weight, input, lower, (margins[0], margins[1]), at))
    return tuple(bounds)


def _table_steps(bounds: tuple[Proposition, Proposition], what: str) -> tuple[Step, ...]:
    return (
        InPieces(bounds[0], f"For all margins and all activities in $[10^{{-6}}, 1/2]$, {what} is at most", LoadAtMost),
        InPieces(bounds[1], "and at the following margins at least (the rows are those of the table)", LoadAtLeast),
    )


def _point_steps(bounds: tuple[Proposition, ...], what: str) -> tuple[Step, ...]:
    above = (LoadAtMost(each, f"At one activity, for all margins, {what} is at most") for each in bounds[::2])
    below = (LoadAtLeast(each, "and at these margins at least") for each in bounds[1::2])
    return tuple(step for pair in zip(above, below, strict=True) for step in pair)


# --- alpha_c --------------------------------------------------------------------------------------------------------

CENTRED_TABLE = table_bounds("activity", "centred", CENTRED)
CENTRED_POINTS = point_bounds("one", "centred")
RAW_TABLE = table_bounds("activity", "raw", RAW)
RAW_POINTS = point_bounds("one", "raw")

critical_proof = Certificate(
    "T2.critical",
    "The function alpha_c(a) for centred input, enclosed",
    (*_table_steps(CENTRED_TABLE, "$a\\,\\alpha$"), *_point_steps(CENTRED_POINTS, "$\\alpha$")),
    assumptions=(_DEFINITION,),
)

raw_proof = Certificate(
    "T2.critical_raw",
    "The function alpha_c(a) for raw input, enclosed",
    (*_table_steps(RAW_TABLE, "$a\\,\\alpha$"), *_point_steps(RAW_POINTS, "$\\alpha$")),
    assumptions=(_DEFINITION,),
)

critical = Claim(
    id="T2.critical",
    title="Rigorous values of the function alpha_c",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        f"{_DEFINITION} Let $\\alpha_c(a) = \\sup_{{u,v}} \\alpha$, centred. On $[10^{{-6}}, 1/2]$ a table of "
        f"{len(CENTRED)} rows encloses $a\\,\\alpha_c(a)$ within 4%, and $\\alpha_c(1/2) = 0.1379055665$, "
        "$\\alpha_c(1/10) = 0.4841584575$, $\\alpha_c(1/100) = 4.4036628913$ to $10^{-10}$. (A function defined by a "
        "formula: that it is the capacity of a network is a separate claim.)",
        (*CENTRED_TABLE, *CENTRED_POINTS),
    ),
    arguments=(Argument(critical_proof, Target.EXACT, Finding.HOLDS),),
)

raw_critical = Claim(
    id="T2.critical_raw",
    title="Rigorous values of the function alpha_c for raw input",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        f"{_DEFINITION} Let $\\alpha_c(a) = \\sup_{{u,v}} \\alpha$, raw. On $[10^{{-6}}, 1/2]$ a table of {len(RAW)} "
        "rows encloses $a\\,\\alpha_c(a)$ within 6%, and $\\alpha_c(1/2) = 0.0690682053$, $\\alpha_c(1/10) = "
        "0.4409672442$, $\\alpha_c(1/100) = 4.3677032181$ to $2\\cdot10^{-10}$.",
        (*RAW_TABLE, *RAW_POINTS),
    ),
    arguments=(Argument(raw_proof, Target.EXACT, Finding.HOLDS),),
)

# --- eta ------------------------------------------------------------------------------------------------------------

_h, _f = sp.symbols("h f", positive=True)  # probabilities that an active, a silent unit fires
_RATES = {_h: UNIT, _f: UNIT, a: UNIT}
_fires = a * _h + (1 - a) * _f
_NATS = entropy(_fires, 1 - _fires) - a * entropy(_h, 1 - _h) - (1 - a) * entropy(_f, 1 - _f)
_ODDS = sp.log(1 - _fires) - sp.log(_fires)

MORE_HITS = equal(sp.Derivative(_NATS, _h), a * (_ODDS + sp.log(_h) - sp.log(1 - _h)), _RATES)
FEWER_ALARMS = equal(sp.Derivative(_NATS, _f), (1 - a) * (_ODDS + sp.log(_f) - sp.log(1 - _f)), _RATES)
PER_ACTIVE = equal(
    a**2 * sp.Derivative(_NATS / a, a),
    -_f * (sp.log(_f) - sp.log(_fires)) - (1 - _f) * (sp.log(1 - _f) - sp.log(1 - _fires)),
    _RATES,
)

INFORMATION_TABLE = table_bounds("information", "centred", INFORMATION)
INFORMATION_POINTS = point_bounds("information", "centred")

eta_proof = Certificate(
    "T2.eta",
    "The function eta(a) for centred input, enclosed",
    (
        Identity(
            MORE_HITS,
            "The information (nats) of the channel whose output fires with probability $h$ for active and $f < h$ for "
            "silent units rises with $h$, as $h$ exceeds the probability $ah + (1-a)f$ that a unit fires:",
        ),
        Identity(FEWER_ALARMS, "it falls with $f$, which is below it,"),
        Identity(
            PER_ACTIVE, "and its ratio to $a$ falls with $a$: the slope is minus a divergence (Gibbs: never negative)."
        ),
        *_table_steps(INFORMATION_TABLE, "$\\alpha I$ (bits)"),
        *_point_steps(INFORMATION_POINTS, "$\\alpha I$ (bits)"),
    ),
    assumptions=(
        _DEFINITION,
        "$I$ is the mutual information (bits) of the binary channel with miss rate $\\Phi(-u)$ and false-alarm rate "
        "$\\Phi(-v)$ on an input that is active with probability $a$.",
    ),
)

eta = Claim(
    id="T2.eta",
    title="Rigorous values of the function eta",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        f"{_DEFINITION} Let $\\eta(a) = \\sup_{{u,v}} \\alpha I$ (bits), centred. On $[10^{{-6}}, 1/2]$ a table of "
        f"{len(INFORMATION)} rows encloses $\\eta(a)$ within 5%, between 0.1239 and 0.3739, and $\\eta(1/2) = "
        "0.1244556711$, $\\eta(1/10) = 0.1794949239$, $\\eta(1/100) = 0.2659384740$ to $10^{-10}$.",
        (*INFORMATION_TABLE, *INFORMATION_POINTS),
    ),
    arguments=(Argument(eta_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (critical, raw_critical, eta, *sparse_limit.CLAIMS)
