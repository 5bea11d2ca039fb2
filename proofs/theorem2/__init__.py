"""Theorem 2 (the proposal's H2) and the capacity law it starts from: claims, proofs, and how simulations judge them.

`law` and `information` have the proposal's premises, `one_step` the form of alpha(eps), `ceiling` the theorem,
`printed` the proposal's own ceiling, `extensions` finite networks, other rules and graded units, `retrieval` the fixed
points of the dynamics, `fixed_points` enclosures of their capacity, `any_rule` and `gardner` the bounds for every
learning rule, `judge` turns the tables of the simulations into evidence.
"""

from proofs.theorem2 import (
    any_rule,
    ceiling,
    extensions,
    fixed_points,
    gardner,
    information,
    law,
    one_step,
    printed,
    retrieval,
)

CLAIMS = (
    *law.CLAIMS,
    *information.CLAIMS,
    *one_step.CLAIMS,
    *ceiling.CLAIMS,
    *printed.CLAIMS,
    *extensions.CLAIMS,
    *retrieval.CLAIMS,
    *fixed_points.CLAIMS,
    *any_rule.CLAIMS,
    *gardner.CLAIMS,
)
"""Every claim of Theorem 2, in reading order."""
