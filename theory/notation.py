"""The symbols of the paper, with their assumptions, in one place.

Every derivation, certificate and printed formula uses these objects, so a symbol means the same thing everywhere.
"""

import sympy as sp

N = sp.Symbol("N", integer=True, positive=True)
"""Neurons of one network (integer, at least 2)."""

k = sp.Symbol("k", integer=True, positive=True)
"""Active units of a fixed-size code (integer, 1 <= k <= N)."""

a = sp.Symbol("a", positive=True)
"""Activity level, the probability that a unit of a pattern is active, in (0, 1). Sparse means small `a`."""

p = sp.Symbol("p", integer=True, positive=True)
"""Number of stored patterns (tasks)."""

n = sp.Symbol("n", integer=True, nonnegative=True)
"""Overlap of two patterns: the number of units active in both."""

z = sp.Symbol("z", nonnegative=True)
"""Argument of a probability generating function."""

UNIT = sp.Interval.open(0, 1)
"""The range of an activity level."""

SIZES = sp.Range(2, sp.oo)
"""The range of N."""
