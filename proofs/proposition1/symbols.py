"""Symbols that the certificates of Proposition 1 share, and the sentences of the resource model they rest on."""

import sympy as sp

rho = sp.Symbol("rho", positive=True)
"""Fraction of the long-term content that the fast zone holds between two offline phases."""

eta = sp.Symbol("eta", positive=True)
"""Bits per synapse of one-shot writing at the criterion, in the fast zone."""

G = sp.Symbol("G", positive=True)
"""Bits per synapse of the slow zone, trained offline until it makes no error."""

alpha = sp.Symbol("alpha", positive=True)
"""Load, items per key unit."""

x = sp.Symbol("x", positive=True)

POSITIVE = sp.Interval.open(0, sp.oo)
ZONES = {rho: POSITIVE, eta: POSITIVE, G: POSITIVE}

DUAL = G / (1 + rho * G / eta)
"""Long-term bits per synapse of the dual regime, synapses split at best."""

HALF = sp.Rational(1, 2)
CEILING = 1 / (2 * sp.log(2))
"""Shannon's ceiling for one-shot rules, bits per synapse (Theorem 2)."""

CRITERION = sp.Rational(1, 1000)
"""The bit error rate at which numbers are given."""

SOURCE = "Proposition 1, construction"
REPAIR = "Proposition 1, repaired"

MODEL = (
    "Resource model: d synapses in all; items of b bits arrive once, one local one-shot write each; keyed access; at "
    "most a fraction $\\epsilon$ of the bits of all items wrong. A single regime is one zone and does nothing else."
)
OFFLINE = (
    "Offline phases read the fast zone out, regenerate the slow zone's own content from keys, and train the slow zone "
    "until no error is left; the fast zone's errors, within the criterion, are passed on once."
)
GAUSSIAN = "Gaussian crosstalk in one-shot zones (large n; `theory.block_code_exact` has the errors at every size)."

kept = sp.UnevaluatedExpr
"""Keeps a quotient or a sum as it is written."""


def tail(t: sp.Expr) -> sp.Expr:
    """Q(t) = P(z > t) of a standard normal variable."""
    return sp.erfc(t / sp.sqrt(2)) / 2


def density(t: sp.Expr) -> sp.Expr:
    """The standard normal density."""
    return sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi)


def entropy(t: sp.Expr) -> sp.Expr:
    """The binary entropy in nats."""
    return -t * sp.log(t) - (1 - t) * sp.log(1 - t)
