"""Figures of Experiment 2, one module each."""
