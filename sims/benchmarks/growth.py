"""How time and memory grow with the task: exponents fitted to measurements, beside what counting predicts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats


@dataclass(frozen=True)
class Exponent:
    """A fitted power law.

    Attributes:
        quantity: seconds or memory.
        of: the variable that grows.
        estimate: the exponent.
        low: lower end of its 95% t interval.
        high: upper end.
        expected: what counting operations predicts at large sizes.
    """

    quantity: str
    of: str
    estimate: float
    low: float
    high: float
    expected: str


def fit(quantity: str, of: str, sizes: Sequence[float | int], values: Sequence[float | int], expected: str) -> Exponent:
    """The least-squares slope of log value against log size.

    Raises:
        ValueError: fewer than three sizes.
    """
    if len(sizes) < 3:
        raise ValueError(f"an exponent needs at least 3 sizes, got {len(sizes)}")
    slope, _, _, _, error = np.asarray(scipy.stats.linregress(np.log(sizes), np.log(values)), float)
    margin = float(scipy.stats.t.ppf(0.975, len(sizes) - 2) * error)
    return Exponent(quantity, of, float(slope), float(slope) - margin, float(slope) + margin, expected)
