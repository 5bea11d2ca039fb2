"""Figures of Experiment 3, one module each."""
