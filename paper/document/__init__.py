"""The paper: prose with named placeholders, filled from ledger, theory and results, set as PDF and as LaTeX."""
