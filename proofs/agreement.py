"""From p-values to a finding, with a stated false-alarm rate.

A simulation that tests a prediction at many points yields many p-values, often dependent. Holm's step-down procedure
(Holm 1979) rejects true hypotheses with probability at most `false_alarm` over the whole family, however they depend on
one another. A rejection is a finding that the prediction fails; none, that it holds within the power of the test.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from proofs.claim import Finding

FALSE_ALARM = 1e-3
"""Probability that one family of tests contradicts a true prediction."""


class Agreement(NamedTuple):
    """The outcome of one family of tests.

    Attributes:
        finding: FAILS if any test is rejected, HOLDS if none is, INCONCLUSIVE if there was nothing to test.
        tests: how many p-values there were.
        rejected: how many Holm's procedure rejects.
        smallest: the smallest p-value (1 if none).
    """

    finding: Finding
    tests: int
    rejected: int
    smallest: float

    @property
    def summary(self) -> str:
        """One line for the ledger."""
        return (
            f"{self.rejected} of {self.tests} tests rejected (smallest p-value {self.smallest:.2g}, "
            f"family false-alarm rate {FALSE_ALARM:g}, Holm)"
        )


def holm(p_values: NDArray[np.float64] | Iterable[float], false_alarm: float = FALSE_ALARM) -> NDArray[np.bool_]:
    """Which hypotheses Holm's step-down procedure rejects, in the order given.

    Raises:
        ValueError: a p-value outside [0, 1], or `false_alarm` outside (0, 1).
    """
    values = np.asarray(list(p_values), float)
    if not 0 < false_alarm < 1:
        raise ValueError(f"false_alarm must lie strictly between 0 and 1, got {false_alarm!r}")
    if values.size and not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"p-values must lie between 0 and 1, got {values}")
    order = np.argsort(values, kind="stable")
    passes = values[order] <= false_alarm / (values.size - np.arange(values.size))
    rejected = np.zeros(values.size, bool)
    rejected[order] = np.logical_and.accumulate(passes)
    return rejected


def agreement(p_values: ArrayLike) -> Agreement:
    """Test a family of predictions; NaN marks a point with too few events to test, and is left out."""
    values = np.ravel(np.asarray(p_values, float))
    values = values[~np.isnan(values)]
    if values.size == 0:
        return Agreement(Finding.INCONCLUSIVE, 0, 0, 1.0)
    rejected = int(holm(values).sum())
    finding = Finding.FAILS if rejected else Finding.HOLDS
    return Agreement(finding, values.size, rejected, float(values.min()))


def t_p_values(
    estimate: NDArray[np.float64],
    standard_error: NDArray[np.float64],
    predicted: NDArray[np.float64],
    replicas: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Two-sided t-test p-values that means over independent replicas equal their predictions; NaN without scatter."""
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.abs(estimate - predicted) / standard_error
    return np.where(standard_error > 0, 2 * stats.t.sf(score, replicas - 1), np.nan)
