"""The one way in which functions of this package are compiled."""

import inspect
from collections.abc import Callable
from typing import TypeVar

import numba

F = TypeVar("F", bound=Callable)


def kernel(function: F) -> F:
    """Compile a function to machine code that runs without Python's lock, and store the code on disk.

    What a run-time type checker has wrapped around the function is taken off: numba checks types itself.
    """
    return numba.njit(cache=True, nogil=True)(inspect.unwrap(function))
