"""The packages that the site documents, in the order of the house's arrows."""

PACKAGES = ("theory", "proofs", "sims", "transformer_checks", "paper")
