"""Figures of Theorem 1, one module each."""
