"""The one way in which functions of this package are compiled, and the types of their numbers."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numba.extending
import numpy as np

F = TypeVar("F", bound=Callable)

Integer = int | np.integer
"""An integer, of Python or of a machine's kind."""


def kernel(function: F) -> F:
    """Compile a function to machine code that runs without Python's lock, and store the code on disk.

    What a run-time type checker has wrapped around the function is taken off: numba checks types itself.
    """
    return cast(F, numba.njit(cache=True, nogil=True)(inspect.unwrap(function)))


def intrinsic(function: Callable) -> Any:
    """An operation that is written in the compiler's own language: `function` gives its types and its code."""
    return numba.extending.intrinsic(inspect.unwrap(function))
