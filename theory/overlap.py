r"""The exact law of the overlap of two patterns, and of the worst of many overlaps.

The overlap of two independent patterns is `n = xi . xi'`, the number of units active in both. Its law is

* Bernoulli code:   `n ~ Binomial(N, a^2)` (N independent units, each active in both with probability a^2);
* fixed-size code:  `n ~ Hypergeometric(N, k, k)` (a k-subset meets a fixed k-subset).

Given one pattern with `k` active units, its overlaps with p other patterns are independent, so the law of the
worst of them is a power of one distribution function. The tail bound is Chernoff's with the generating function
`(1 + a z)^k` of the Binomial(k, a), which dominates the fixed-size code's (Hoeffding 1963, section 6; certified in
`proofs.theorem1`).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import rel_entr

from theory.activity import (
    Code,
    active_units,
    check_active_units,
    check_activity,
    check_code,
    check_count,
    check_neurons,
)


def overlap_law(code: Code, neurons: int, activity: float) -> Any:
    """The law of the overlap of two independent patterns, as a frozen SciPy distribution (units: active units).

    Raises:
        ValueError: unknown code, or `neurons` or `activity` out of range.
    """
    check_code(code)
    neurons, activity = check_neurons(neurons), check_activity(activity)
    if code == "bernoulli":
        return stats.binom(neurons, activity**2)
    active = active_units(neurons, activity)
    return stats.hypergeom(neurons, active, active)


def overlap_law_given_size(code: Code, neurons: int, activity: float, size: int) -> Any:
    """The law of the overlap of a fresh pattern with a given one that has `size` active units.

    Raises:
        ValueError: an argument out of range, or a fixed-size code whose size is not `size`.
    """
    check_code(code)
    activity, size = check_activity(activity), check_active_units(size, neurons)
    if code == "bernoulli":
        return stats.binom(size, activity)
    active = active_units(neurons, activity)
    if active != size:
        raise ValueError(f"a fixed-size code of activity {activity} has {active} active units, got {size}")
    return stats.hypergeom(neurons, active, active)


def worst_overlap_cdf(
    code: Code, neurons: int, activity: float, others: int, overlap: NDArray[np.integer] | int
) -> NDArray[np.float64]:
    """P(the largest overlap of one pattern with `others` independent patterns is <= `overlap`), exactly.

    For a Bernoulli code the size of the reference pattern is averaged over (its overlaps are independent only
    given that size).

    Raises:
        ValueError: an argument out of range.
    """
    check_code(code)
    others = check_count(others, "others")
    overlap = np.atleast_1d(np.asarray(overlap))
    if code == "fixed-size":
        law = overlap_law(code, neurons, activity)
        return np.exp(others * law.logcdf(overlap))
    activity = check_activity(activity)
    law = (check_neurons(neurons), activity)
    sizes = np.arange(int(stats.binom.ppf(1e-14, *law)), int(stats.binom.isf(1e-14, *law)) + 1)
    log_cdf = stats.binom.logcdf(overlap[:, None], sizes[None, :], activity)
    return np.asarray(np.exp(others * log_cdf) @ stats.binom.pmf(sizes, *law))


def chernoff_tail(neurons: int, activity: float, overlap: float) -> float:
    """Upper bound on P(n >= overlap) for a fixed-size code: `exp(-k KL(overlap/k || k/N))`, rigorous at every N.

    Trivial (1) at or below the mean overlap `k^2/N`, 0 beyond the largest possible overlap `k`.

    Raises:
        ValueError: an argument out of range.
    """
    active = active_units(neurons, activity)
    rate, fraction = active / neurons, overlap / active
    if fraction <= rate:
        return 1.0
    if fraction > 1:
        return 0.0
    divergence = rel_entr(fraction, rate) + rel_entr(1 - fraction, 1 - rate)
    return math.exp(-active * float(divergence))


def worst_overlap_bound(neurons: int, activity: float, others: int, failure: float) -> int:
    """An overlap that the worst of `others` fixed-size patterns reaches with probability at most `failure`.

    The smallest integer m with `others * chernoff_tail(m) <= failure`; `k + 1` if there is none below.

    Raises:
        ValueError: an argument out of range, or `failure` outside (0, 1).
    """
    others = check_count(others, "others")
    if not 0 < failure < 1:
        raise ValueError(f"failure must be a probability strictly between 0 and 1, got {failure!r}")
    active = active_units(neurons, activity)
    low, high = 0, active + 1
    while low < high:
        middle = (low + high) // 2
        if others * chernoff_tail(neurons, activity, middle) <= failure:
            high = middle
        else:
            low = middle + 1
    return low
