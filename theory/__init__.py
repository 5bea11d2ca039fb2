"""What is true on paper: SymPy derivations and their numerical evaluation.

Nothing here imports JAX or any other package of the project: the arrows of the house start in this one.
"""
