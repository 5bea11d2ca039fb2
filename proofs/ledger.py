"""All claims of the proposal together."""

from proofs import definitions, experiments, proposition1, theorem1, theorem2
from proofs.book import Ledger

LEDGER = Ledger(
    (
        *definitions.CLAIMS,
        *theorem1.CLAIMS,
        *theorem2.CLAIMS,
        *proposition1.CLAIMS,
        *experiments.CLAIMS,
    )
)
"""The ledger, in reading order: definitions and hypotheses, Theorems 1 and 2, Proposition 1, deep networks."""
