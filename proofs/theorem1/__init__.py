"""Theorem 1 (the proposal's H1 on Hopfield networks): its claims, their proofs, and how simulations judge them.

`law` has the overlap of two patterns, `interference` the theorem itself and its variants, `harm` what a write does to
earlier memories, `judge` turns the tables of the simulations into evidence.
"""

from proofs.theorem1.harm import CLAIMS as _HARM
from proofs.theorem1.interference import CLAIMS as _INTERFERENCE
from proofs.theorem1.law import CLAIMS as _LAW

CLAIMS = (*_LAW, *_INTERFERENCE, *_HARM)
"""Every claim of Theorem 1, in reading order."""
