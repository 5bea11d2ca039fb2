"""Claims about the proposal's own construction: batch writes, resets, cycles, and what they add up to."""

import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.proposition1.symbols import MODEL, POSITIVE, SOURCE, eta, kept, rho
from proofs.statement import Statement, equal, greater
from proofs.theorem1.harm import PER_WRITE, v
from theory.notation import SIZES, UNIT, N, a, p

_w, _s, _delta = sp.symbols("W_0 S_p Delta", real=True)
_d = sp.symbols("Delta_1 Delta_2 Delta_3", real=True)
_REALS = dict.fromkeys((_w, _s, _delta, *_d), sp.S.Reals)

# --- batch against sequential ---------------------------------------------------------------------------------------

SEQUENTIAL = equal(kept(kept(kept(_w + _d[0]) + _d[1]) + _d[2]), _w + kept(_d[0] + _d[1] + _d[2]), _REALS)
REVERSED = equal(kept(kept(kept(_w + _d[2]) + _d[1]) + _d[0]), kept(kept(kept(_w + _d[0]) + _d[1]) + _d[2]), _REALS)
INDUCTION = equal(kept(_w + _s) + _delta, _w + kept(_s + _delta), _REALS)
_CROSSTALK = (p - 1) * (N - 1) * v / N**2
_STORED = {a: UNIT, N: SIZES, p: sp.Range(2, sp.oo)}
ADDS = equal((p - 1) * kept((N - 1) * v / N**2), _CROSSTALK, _STORED)
INTERFERES = greater(_CROSSTALK, 0, _STORED)

batch_proof = Certificate(
    "P1.batch",
    "A batch write is the sequence of its writes",
    (
        Identity(
            SEQUENTIAL,
            "A one-shot Hebbian write adds to a synapse $W_0$ a number $\\Delta_\\mu$, the product of the item's two "
            "activities there, whatever the synapse's present value. Three writes one after another give what one "
            "batch of the three gives,",
        ),
        Identity(REVERSED, "in whatever order."),
        Identity(
            INDUCTION,
            "And so any number: if $p$ writes have added their sum $S_p$, one more adds $\\Delta$ to it (induction).",
        ),
        Identity(PER_WRITE, "So the fields are the same, and every write disturbs every other item as before, by"),
        Identity(ADDS, "each: with $p$ items in the batch, crosstalk of variance"),
        SignOnInterval(INTERFERES, variable=a, because="in units of the squared gap, which is not zero."),
    ),
)

batch = Claim(
    id="P1.batch",
    title="Batch writing escapes interference",
    source=SOURCE,
    proposed=Statement(
        "A batch write is a one-shot Hebbian update and is not subject to sequential interference.",
    ),
    exact=Statement(
        "A one-shot batch Hebbian write leaves exactly the weights of the sequential writes in any order, with the "
        "same fields and the same crosstalk variance, $(p-1)(N-1)a(1-a)/N^2$ with the covariance rule.",
        (SEQUENTIAL, REVERSED, INDUCTION, PER_WRITE, ADDS, INTERFERES),
    ),
    depends_on=("T1.crosstalk",),
    arguments=(
        Argument(batch_proof, Target.EXACT, Finding.HOLDS),
        Argument(batch_proof, Target.PROPOSED, Finding.FAILS, (SEQUENTIAL, REVERSED, INDUCTION, INTERFERES)),
    ),
    repair="a batch write is the sum of its writes: the same weights, the same interference",
)

# --- the construction as proposed -----------------------------------------------------------------------------------

eta_slow = sp.Symbol("eta_2", positive=True)
_ONE_SHOT = {rho: POSITIVE, eta: POSITIVE, eta_slow: POSITIVE}
_BATCHED = eta_slow / (1 + rho * eta_slow / eta)
LOSS = equal(eta_slow - _BATCHED, rho * eta_slow**2 / (eta + rho * eta_slow), _ONE_SHOT)
LOSES = greater(rho * eta_slow**2 / (eta + rho * eta_slow), 0, _ONE_SHOT)
ALIKE = equal(kept(eta / kept(1 + rho * eta / eta)) / eta, 1 / (1 + rho), {rho: POSITIVE, eta: POSITIVE})

constructed_proof = Certificate(
    "P1.as_constructed",
    "Consolidation by one-shot batch writes loses",
    (
        Identity(
            LOSS,
            "A slow zone written by one-shot batches holds $\\eta_2$ bits per synapse like any one-shot zone of its "
            "activity (P1.batch), and the fast zone takes $\\rho\\eta_2/\\eta$ synapses for each of its synapses. All "
            "synapses in the slow zone by itself hold more, by",
        ),
        SignOnInterval(LOSES, variable=rho, because="bits per synapse, a positive number."),
        Identity(ALIKE, "With the same bits per synapse in both zones the gain is"),
    ),
    assumptions=(MODEL,),
)

constructed = Claim(
    id="P1.as_constructed",
    title="The proposal's own construction has no gain",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "With one-shot batch consolidation long-term content is $\\eta_2/(1+\\rho\\eta_2/\\eta)$ bits per synapse, "
        "less than the slow zone's activity gives as a single regime, at every $\\rho > 0$ and every pair of "
        "activities; $1/(1+\\rho)$ of it with equal bits per synapse.",
        (LOSS, LOSES, ALIKE),
    ),
    depends_on=("P1.batch",),
    arguments=(Argument(constructed_proof, Target.EXACT, Finding.HOLDS),),
)

# --- reset ----------------------------------------------------------------------------------------------------------

_c = sp.Symbol("c", integer=True, nonnegative=True)
_batch = sp.Symbol("C_1", integer=True, positive=True)
_CYCLES = {a: UNIT, N: SIZES, p: sp.Range(2, sp.oo), _c: sp.Range(0, sp.oo), _batch: sp.Range(1, sp.oo)}
CLEARED = equal(kept(_w + _s) - _w, _s, {_w: sp.S.Reals, _s: sp.S.Reals})
AS_BEFORE = equal(kept((_c * _batch + p - 1) - _c * _batch) * (N - 1) * v / N**2, _CROSSTALK, _CYCLES)

reset_proof = Certificate(
    "P1.reset",
    "A reset takes all earlier crosstalk away",
    (
        Identity(
            CLEARED, "Setting the weights $W_0$ of the earlier cycles to zero leaves the later writes $S_p$ only."
        ),
        Identity(
            AS_BEFORE,
            "Of the $cC_1 + p - 1$ other items written before and during cycle $c + 1$ the $cC_1$ of the earlier "
            "cycles no longer add crosstalk; what is left is that of $p$ items in a fresh zone:",
        ),
    ),
    assumptions=("The key of every item is independent of all others.",),
)

reset = Claim(
    id="P1.reset",
    title="Resetting the fast zone restores its capacity",
    source=SOURCE,
    proposed=Statement(
        "After consolidation the fast zone is reset and takes new patterns as before.", (CLEARED, AS_BEFORE)
    ),
    exact=Statement(
        "After a reset to zero weights the fast zone's fields and errors with $p$ new items are those of a fresh zone "
        "with $p$ items, after any number of cycles. Whatever was not consolidated is lost.",
        (CLEARED, AS_BEFORE),
    ),
    depends_on=("T1.crosstalk",),
    arguments=(
        Argument(reset_proof, Target.EXACT, Finding.HOLDS),
        Argument(reset_proof, Target.PROPOSED, Finding.HOLDS),
    ),
)

# --- cycles ---------------------------------------------------------------------------------------------------------

_one, _two = sp.symbols("C_1 C_2", positive=True)
_CONTENTS = {_one: POSITIVE, _two: POSITIVE}
OVERFLOW = equal((1 + kept(_two / _one)) * _one - _two, _one, _CONTENTS)
TOO_MANY = greater((1 + _two / _one) * _one - _two, 0, _CONTENTS)
PHASES = equal(_two / kept(rho * _two), 1 / rho, {_two: POSITIVE, rho: POSITIVE})

total_proof = Certificate(
    "P1.total",
    "Cycles end when the slow zone is full",
    (
        Identity(
            OVERFLOW,
            "The slow zone holds at most $C_2$ items, whatever its learning rule (T2.cover: at most $n/a$ error-free). "
            "After $1 + C_2/C_1$ cycles, 'cycles times $C_1$' exceeds that by",
        ),
        SignOnInterval(TOO_MANY, variable=_one, because="a positive number: the product cannot be the capacity."),
        Identity(PHASES, "With $C_1 = \\rho C_2$ items a cycle, the slow zone is full after"),
    ),
    assumptions=(MODEL,),
)

total = Claim(
    id="P1.total",
    title="Total capacity",
    source=SOURCE,
    proposed=Statement("Total capacity is the number of cycles times $C_1$, all of it stored in the slow zone."),
    exact=Statement(
        "All of the long-term content is in the slow zone, so it is $\\min(\\text{cycles}\\cdot C_1, C_2)$ with $C_2$ "
        "the slow zone's own capacity: $1/\\rho$ cycles fill it, and every further one exceeds it.",
        (OVERFLOW, TOO_MANY, PHASES),
    ),
    depends_on=("P1.batch", "P1.slow_zone", "P1.reset", "T2.cover"),
    arguments=(
        Argument(total_proof, Target.EXACT, Finding.HOLDS),
        Argument(total_proof, Target.PROPOSED, Finding.FAILS, (OVERFLOW, TOO_MANY)),
    ),
    repair="the number of cycles times C_1 up to the slow zone's own capacity, which bounds it",
)

CLAIMS = (batch, constructed, reset, total)
