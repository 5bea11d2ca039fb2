r"""The Shannon ceiling at finite N: what the crosstalk's distance from a Gaussian law can add, rigorously.

Covariance rule, Bernoulli codes, a cue with deviations `c_j = xi_j - a` of the other units. Given the cue the crosstalk
of unit i is a sum of p - 1 independent terms `X = (x - a) M`, `M = sum_{j != i} (y_j - a) c_j`, with x and y_j fresh
bits. With `V = a (1-a)` and `kappa = E(x - a)^4 / V^2 = (1 - 3V) / V`,

    E X^2 = V^2 |c|^2,     E X^4 / (E X^2)^2 = kappa (3 + (kappa - 3) sum c_j^4 / |c|^4).

Berry-Esseen with Shevtsova's (2011) constant and `E|X|^3 <= sqrt(E X^2 E X^4)`: no probability differs from the
Gaussian one by more than `delta = 0.4748 sqrt(E X^4 / (E X^2)^2 / (p-1))`. Miss and false-alarm rates at any threshold
move by at most delta, and so does the rate of active outputs; since `|H2(s) - H2(t)| <= H2(|s - t|)` for
`|s - t| <= 1/2`, the information `I = H2(output) - a H2(miss) - (1-a) H2(false alarm)` moves by at most `2 H2(delta)`.
Hence, averaged over cues and for any threshold, even one that depends on the cue,

    alpha I <= alpha E_c[ log2(1 + |c|^2 / ((p-1) V)) / 2 + 2 H2(delta(c)) ].

As `E|c|^2 = (N-1) V` it tends to `(alpha/2) log2(1 + 1/alpha)` like `ln N / sqrt(N)`: `delta ~ 0.82 / sqrt(a p)` for
sparse codes, so the remainder is below a tenth of a bit per unit only for a p above about 20000.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from theory.activity import check_activity, check_count, check_neurons
from theory.information import binary_entropy

SHEVTSOVA = 0.4748
"""Constant of the Berry-Esseen inequality for equal laws with the third moment alone (Shevtsova 2011)."""

Real = NDArray[np.float64]


def gaussian_distance(neurons: int, activity: float, patterns: int, active: ArrayLike) -> Real:
    """delta: no probability of the field, at any threshold, is further than this from the Gaussian one; elementwise.

    Args:
        neurons: N.
        activity: a.
        patterns: p >= 2, the cued one included.
        active: active units of the cue among the N - 1 other units, 0..N-1.

    Raises:
        ValueError: an argument out of range.
    """
    neurons, activity = check_neurons(neurons), check_activity(activity)
    others = check_count(patterns, "patterns", minimum=2) - 1
    active = np.asarray(active)
    if not np.all((active >= 0) & (active < neurons)):
        raise ValueError(f"active must lie between 0 and the {neurons - 1} other units, got {active!r}")
    variance = activity * (1 - activity)
    kurtosis = (1 - 3 * variance) / variance
    fourth = active * (1 - activity) ** 4 + (neurons - 1 - active) * activity**4
    ratio = kurtosis * (3 + (kurtosis - 3) * fourth / _power(neurons, activity, active) ** 2)
    return np.minimum(SHEVTSOVA * np.sqrt(ratio / others), 1.0)


def information_modulus(distance: ArrayLike) -> Real:
    """`2 H2(delta)`, in bits, elementwise: how far information moves when both error rates move by at most delta.

    From delta = 1/2 on, 2 bits: no bound.
    """
    return 2 * binary_entropy(np.minimum(np.asarray(distance, np.float64), 0.5))


def finite_size_ceiling(neurons: int, patterns: int, activity: float) -> float:
    """Bits per synapse that one step of the covariance rule cannot exceed at this very N, whatever the threshold.

    Rigorous for Bernoulli codes, cues included; never above the trivial `alpha H2(a)`.

    Raises:
        ValueError: an argument out of range.
    """
    neurons, activity = check_neurons(neurons), check_activity(activity)
    others = check_count(patterns, "patterns", minimum=2) - 1
    law = (neurons - 1, activity)
    # of the sizes left out, with probability 1e-12 at most, the trivial bound is taken
    sizes = np.arange(int(stats.binom.ppf(5e-13, *law)), int(stats.binom.isf(5e-13, *law)) + 1)
    weight = stats.binom.pmf(sizes, *law)
    gaussian = np.log1p(_power(neurons, activity, sizes) / (others * activity * (1 - activity))) / math.log(4)
    extra = information_modulus(gaussian_distance(neurons, activity, patterns, sizes))
    entropy = float(binary_entropy(activity))
    bits = float(weight @ np.minimum(gaussian + extra, entropy)) + max(1 - float(weight.sum()), 0.0) * entropy
    return patterns / neurons * bits


def _power(neurons: int, activity: float, active: NDArray) -> Real:
    """`|c|^2 = sum_{j != i} (xi_j - a)^2` of a cue with that many active units among the others."""
    return active * (1 - activity) ** 2 + (neurons - 1 - active) * activity**2
