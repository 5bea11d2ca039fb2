"""Errors and sizes of keyed one-shot zones of finite size, fast, close to exact where errors are worth designing for.

`theory.block_code` has the law of large zones and `theory.block_code_exact` the exact one, at a thousand times the
cost.
"""

import functools
import math

import numpy as np
from scipy import stats

from theory.block_code import block_size
from theory.gaussian import cdf, tail

_COUNTS = 40
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def expected_bit_error(items: int, units: int, activity: float) -> float:
    """Wrong bits per bit of a one-shot zone with independent keys, close to exact where it is about 1e-4 or more.

    The field of an output of a block is Gaussian given how many of the other items chose that output: its variance is
    that number over the key units. The numbers are taken as independent and binomial, which is what makes small sparse
    zones worse than the large-n law: some outputs are chosen far more often than others.
    `theory.block_code_exact` has the error exactly, at a thousand times the cost.
    """
    others, size = items - 1, block_size(activity)
    if others == 0:
        return 0.0
    if size == 2:
        return float(tail(math.sqrt(units / others)))
    law = stats.binom(others, 1 / size)
    edges = np.unique(np.linspace(float(law.ppf(1e-15)), float(law.isf(1e-15)), _COUNTS).astype(int))
    chance = np.diff(law.cdf(np.append(edges - 1, others)))
    deviation = np.sqrt(np.maximum(edges, 0.01) / units)
    field = 1 + deviation[:, None] * _NODES  # of the right output: its count, quadrature node
    below = np.einsum("c,cof->of", chance, cdf(field[None] / deviation[:, None, None]))
    wrong = -np.expm1((size - 1) * np.log(below))
    return float(chance @ wrong @ _WEIGHTS) * size / (2 * (size - 1))


@functools.lru_cache(maxsize=4096)
def fewest_units(items: int, activity: float, error_rate: float) -> int:
    """The fewest key units with which a zone is expected to bring back `items` items at this bit error rate."""
    low, high = 0, 1
    while expected_bit_error(items, high, activity) > error_rate:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        good = expected_bit_error(items, middle, activity) <= error_rate
        low, high = (low, middle) if good else (middle, high)
    return high


@functools.lru_cache(maxsize=4096)
def expected_items(units: int, activity: float, error_rate: float) -> int:
    """The most items that a zone of `units` key units is expected to bring back at this bit error rate."""
    low, high = 1, 2
    while expected_bit_error(high, units, activity) <= error_rate:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        good = expected_bit_error(middle, units, activity) <= error_rate
        low, high = (middle, high) if good else (low, middle)
    return low
