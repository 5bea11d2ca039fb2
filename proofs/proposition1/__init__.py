"""Proposition 1 (the proposal's H3 on Hopfield networks): its claims, their proofs, and how simulations judge them.

`batch` has the construction as proposed, `zones` what one zone stores, `formula` the gain of two regimes,
`accounts` its controls and accounts, `finite` its numbers, `existence` the proposition itself, `forgetting` blackout
and palimpsests; `judge` turns the tables of the simulations into evidence.
"""

from proofs.proposition1.accounts import CLAIMS as _ACCOUNTS
from proofs.proposition1.batch import CLAIMS as _BATCH
from proofs.proposition1.existence import CLAIMS as _EXISTENCE
from proofs.proposition1.finite import CLAIMS as _FINITE
from proofs.proposition1.forgetting import CLAIMS as _FORGETTING
from proofs.proposition1.formula import CLAIMS as _FORMULA
from proofs.proposition1.zones import CLAIMS as _ZONES

CLAIMS = (*_BATCH, *_ZONES, *_FORMULA, *_ACCOUNTS, *_FINITE, *_EXISTENCE, *_FORGETTING)
"""Every claim of Proposition 1, in reading order."""
