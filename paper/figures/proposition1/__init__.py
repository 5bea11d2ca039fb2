"""Figures of Proposition 1, one module each."""
