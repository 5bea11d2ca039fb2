"""JAX Monte Carlo: patterns, measurements of the theory's predictions, and the harness that runs them."""
