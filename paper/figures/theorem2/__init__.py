"""Figures of Theorem 2, one module each."""
