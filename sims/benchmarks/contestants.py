"""Other ways to retrieve, as one would write them with NumPy, SciPy, PyTorch or MKL; probes that settle are dropped.

All iterate k winners take all on the covariance rule, fixed-size code and centred input. With `a = k/N` the fields
order units as

    R_i - a (k - 1 + 2a) F_i - s_i ((1 - 2a) F_i + p a^2),      R = X^T (X s),

and differ in how they compute R only. Patterns come as lists of active units, so that no unpacking is timed.
"""

import importlib
import importlib.util
from collections.abc import Callable

import numpy as np
import scipy.sparse

Sums = Callable[[np.ndarray], np.ndarray]
"""R of states, both (probe, unit), float32."""

MOST_STEPS = 200
"""Steps after which a probe gives up, as in `sims.retrieval`."""


def settle(sums: Sums, fired: np.ndarray, patterns: int, cues: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The last states and steps of every probe; `fired` is F, `patterns` is p."""
    probes, neurons = cues.shape
    active = int(cues[0].sum())
    a = active / neurons
    linear = (a * (active - 1 + 2 * a) * fired).astype(np.float32)
    own = ((1 - 2 * a) * fired + patterns * a * a).astype(np.float32)
    final, steps, live = cues.copy(), np.full(probes, MOST_STEPS), np.arange(probes)
    states, before = cues.astype(np.float32), np.zeros(cues.shape, np.float32)
    for step in range(1, MOST_STEPS + 1):
        fields = sums(states) - linear - states * own
        after = np.zeros_like(states)
        winners = np.argpartition(fields, neurons - active, axis=1)[:, neurons - active :]
        np.put_along_axis(after, winners, 1.0, axis=1)
        done = (after == states).all(axis=1) | ((after == before).all(axis=1) & (step > 1))
        final[live], steps[live[done]] = after > 0, step
        live, before, states = live[~done], states[~done], after[~done]
        if not live.size:
            break
    return final, steps


def dense(units: np.ndarray, neurons: int) -> np.ndarray:
    """Patterns as a matrix of 32-bit floats, from lists of active units (pattern, k)."""
    patterns = np.zeros((len(units), neurons), np.float32)
    np.put_along_axis(patterns, units, 1.0, axis=1)
    return patterns


def sparse(units: np.ndarray, neurons: int) -> scipy.sparse.csr_matrix:
    """Patterns as a sparse matrix of 32-bit floats."""
    patterns, active = units.shape
    ends = np.arange(0, patterns * active + 1, active, dtype=np.int32)
    return scipy.sparse.csr_matrix((np.ones(units.size, np.float32), units.ravel(), ends), (patterns, neurons))


def numpy_matrix(units: np.ndarray, neurons: int) -> Sums:
    """The N x N matrix, kept."""
    patterns = dense(units, neurons)
    weights = patterns.T @ patterns
    return lambda states: states @ weights


def numpy_matrix_free(units: np.ndarray, neurons: int) -> Sums:
    """Two products with the patterns."""
    patterns = dense(units, neurons)
    return lambda states: (states @ patterns.T) @ patterns


def scipy_csr(units: np.ndarray, neurons: int) -> Sums:
    """Two products with sparse patterns."""
    patterns = sparse(units, neurons)
    turned = patterns.T.tocsr()
    return lambda states: (turned @ (patterns @ np.ascontiguousarray(states.T))).T


def torch_dense(units: np.ndarray, neurons: int) -> Sums:
    """Two products with the patterns, in PyTorch."""
    torch = importlib.import_module("torch")
    patterns = torch.from_numpy(dense(units, neurons))
    return lambda states: ((torch.from_numpy(states) @ patterns.T) @ patterns).numpy()


def mkl_sparse(units: np.ndarray, neurons: int) -> Sums:
    """Two products with sparse patterns, in MKL."""
    dot_product_mkl = importlib.import_module("sparse_dot_mkl").dot_product_mkl
    patterns = sparse(units, neurons)
    turned = patterns.T.tocsr()
    return lambda states: dot_product_mkl(turned, dot_product_mkl(patterns, np.ascontiguousarray(states.T))).T


CONTESTANTS: dict[str, tuple[Callable[[np.ndarray, int], Sums], str]] = {
    "NumPy, N x N matrix": (numpy_matrix, "numpy"),
    "NumPy, matrix-free": (numpy_matrix_free, "numpy"),
    "SciPy CSR": (scipy_csr, "scipy"),
    "PyTorch dense": (torch_dense, "torch"),
    "MKL sparse": (mkl_sparse, "sparse_dot_mkl"),
}
"""What computes R, and the package it needs, by name."""


def installed(name: str) -> bool:
    """Whether a contestant's package is there."""
    return importlib.util.find_spec(CONTESTANTS[name][1]) is not None
