"""Figures of Experiment 1, one module each."""
