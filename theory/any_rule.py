r"""What any learning rule could store: Gardner's capacity, Cover's counting bound, and the projection rule.

**Gardner (1988), error-free, margin kappa** (replica result; proved as an upper bound for Gaussian inputs by Gordon's
comparison). A unit with weights of norm 1 on inputs of zero mean and unit variance must have its field at least kappa
on the right side of its threshold for each of p = alpha N labels, active with probability a:

    1 / alpha_G(a; kappa) = min_t { a E[(z + t + kappa)_+^2] + (1-a) E[(z - t + kappa)_+^2] },

convex in t. Its stationarity, `a E[(z + t + kappa)_+] = (1-a) E[(z - t + kappa)_+]`, has one root, and there

    1 / alpha_G = a Phi(t + kappa) + (1-a) Q(t - kappa) + 2 kappa a E[(z + t + kappa)_+].

`G(a) = alpha_G(a; 0) H2(a)`, bits per synapse, is 2 at a = 1/2 and tends to 1/(2 ln 2) = 0.7213 as a -> 0.

**Cover (1965), at every finite size.** p points in general position in n dimensions have `2 sum_{k<n} binom(p-1, k)`
dichotomies by hyperplanes through the origin, and other points have no more. A unit of a network of N units without
self-coupling has N - 1 weights and a threshold: n = N. Given the other units' states its outputs on the p patterns are
one of these dichotomies, so, real weights or not and whatever the rule and the errors,

    p I(label; output) <= log2 dichotomies,   asymptotically   alpha I <= alpha H2(1/alpha) for alpha > 2.

Error-free this is `H2(a) <= H2(1/alpha)`: `alpha <= 1/a`, and `H2(a)/a` bits per synapse, which is 2 at a = 1/2 but
grows like log2(1/a): counting alone bounds bits per synapse by 2 only for dense codes.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln, logsumexp

from theory.activity import check_activity, check_count, check_neurons
from theory.gaussian import excess, excess_ratio, log_density, tail
from theory.information import SHANNON_LIMIT, binary_entropy
from theory.solvers import bracketed_root

PROJECTION_LOAD = 1.0
"""The projection rule recalls linearly independent patterns without error: alpha = 1 (Kanter & Sompolinsky 1987)."""


def gardner_load(activity: float, margin: float = 0.0) -> float:
    """alpha_G(a; kappa): patterns per weight that some weights recall without error, for a from 1e-300 to 1 - 1e-15.

    Args:
        activity: a.
        margin: kappa >= 0, in standard deviations of one input times the norm of the weights.

    Raises:
        ValueError: an argument out of range.
    """
    activity = check_activity(activity)
    if not 0 <= margin <= 1e6:
        raise ValueError(f"margin must be a number from 0 to 1e6, got {margin!r}")
    level = min(activity, 1 - activity)
    log_odds = math.log1p(-level) - math.log(level)
    root = bracketed_root(lambda t: _log_excess(-t - margin) - _log_excess(t - margin) - log_odds, 0.0, margin + 50.0)
    active = float(tail(-root - margin)) + 2 * margin * float(excess(-root - margin))
    return 1 / (level * active + (1 - level) * float(tail(root - margin)))


def gardner_bits(activity: float, margin: float = 0.0) -> float:
    """`G(a) = alpha_G(a) H2(a)`: bits per synapse of error-free recall with the best weights.

    Raises:
        ValueError: as `gardner_load`.
    """
    return gardner_load(activity, margin) * float(binary_entropy(activity))


def sparse_gardner_bits(activity: float) -> float:
    """The first two orders of G(a) as a -> 0, `(1/(2 ln 2)) (1 + (3 ln(2 l) + ln(2 pi) - 1) / (2 l))`, `l = ln(1/a)`.

    The correction falls like `ln ln(1/a) / ln(1/a)`: G is still 18% above its limit at a = 1e-20 and 4% at 1e-100.

    Raises:
        ValueError: `activity` outside (0, 1/2).
    """
    if not 0 < check_activity(activity) < 0.5:
        raise ValueError(f"the sparse limit needs an activity in (0, 1/2), got {activity!r}")
    length = -2 * math.log(activity)
    return SHANNON_LIMIT * (1 + (3 * math.log(length) + math.log(2 * math.pi) - 1) / length)


def cover_dichotomies(patterns: int, inputs: int) -> int:
    """`2 sum_{k<n} binom(p-1, k)`, exactly: the most labellings of p points that n weights (no threshold) realise.

    Raises:
        ValueError: an argument that is not a positive integer.
    """
    patterns, inputs = check_count(patterns, "patterns"), check_count(inputs, "inputs")
    total, term = 0, 1
    for k in range(min(inputs, patterns)):
        total += term
        term = term * (patterns - 1 - k) // (k + 1)
    return 2 * total


def cover_bits(patterns: int, inputs: int) -> float:
    """log2 of `cover_dichotomies`, to about 1e-12 relative, without big integers.

    Raises:
        ValueError: an argument that is not a positive integer.
    """
    patterns, inputs = check_count(patterns, "patterns"), check_count(inputs, "inputs")
    if patterns <= inputs:
        return float(patterns)
    if patterns <= 2 * inputs:
        return patterns + math.log1p(-math.exp(_log_share_lost(patterns, inputs))) / math.log(2)
    return 1 + _log_binomial_sum(patterns - 1, np.arange(inputs, dtype=np.float64)) / math.log(2)


def cover_patterns(neurons: int, activity: float) -> int:
    """The largest p with `p H2(a) <= log2 dichotomies`: no rule recalls more patterns with certainty, whatever p.

    At a = 1/2 this is p = N exactly: certainty leaves no labelling out. `cover_typical_patterns` allows a failure.

    Raises:
        ValueError: `neurons` or `activity` out of range.
    """
    neurons, entropy = check_neurons(neurons), float(binary_entropy(check_activity(activity)))

    def possible(patterns: int) -> bool:
        if patterns > 2 * neurons:
            return patterns * entropy <= cover_bits(patterns, neurons)
        if entropy == 1.0:
            return patterns <= neurons
        # the share of labellings lost is 1 - dichotomies / 2^p; compared this way it may be as small as it likes
        if patterns <= neurons:
            return True
        return patterns * (1 - entropy) * math.log(2) >= -math.log1p(-math.exp(_log_share_lost(patterns, neurons)))

    return _last(possible, neurons)


def cover_success(patterns: int, inputs: int, activity: float) -> float:
    """The largest probability that one unit's p random labels are all right, for any rule: an exact counting bound.

    Of `2 sum_{k<n} binom(p-1, k) = sum_{k<n} binom(p, k) + binom(p-1, n-1)` labellings the likeliest have fewest
    active labels (a <= 1/2), so the probability is at most `P(K < n) + (n/p) P(K = n)` with K ~ Binomial(p, a). It
    passes 1/2 near p = n/a.

    Raises:
        ValueError: an argument out of range.
    """
    patterns, inputs = check_count(patterns, "patterns"), check_count(inputs, "inputs")
    level = min(check_activity(activity), 1 - activity)
    if patterns <= inputs:
        return 1.0
    fewer, equal = stats.binom.cdf(inputs - 1, patterns, level), stats.binom.pmf(inputs, patterns, level)
    return float(fewer + inputs / patterns * equal)


def cover_typical_patterns(neurons: int, activity: float, failure: float = 0.5) -> int:
    """The largest p at which a unit may recall all its p labels with probability `1 - failure`, for any rule.

    `2 N` at a = 1/2 and failure 1/2, and `N/a (1 + O(1/sqrt(N)))` in general.

    Raises:
        ValueError: an argument out of range.
    """
    neurons, activity = check_neurons(neurons), check_activity(activity)
    if not 0 < failure < 1:
        raise ValueError(f"failure must be a probability strictly between 0 and 1, got {failure!r}")
    # at a = 1/2 the probability is exactly 1/2 at p = 2N: a rounding error must not decide
    return _last(lambda patterns: cover_success(patterns, neurons, activity) >= (1 - failure) * (1 - 1e-12), neurons)


def cover_ceiling(load: float) -> float:
    """Bits per synapse that counting allows at `load`, whatever the rule and the errors: `alpha H2(1/alpha)`, N -> oo.

    `alpha` itself up to load 2; beyond, it grows like log2(alpha) without bound: real-valued weights have no ceiling.

    Raises:
        ValueError: `load` not positive and finite.
    """
    if not 0 < load < math.inf:
        raise ValueError(f"load (patterns per neuron) must be positive and finite, got {load!r}")
    return load if load <= 2 else load * float(binary_entropy(1 / load))


def projection_bits(activity: float) -> float:
    """Bits per synapse of the projection rule at its capacity alpha = 1: `H2(a)`."""
    return PROJECTION_LOAD * float(binary_entropy(check_activity(activity)))


def _log_excess(x: float) -> float:
    """`ln E[(z - x)_+]`, without underflow."""
    if x > 0:
        return float(log_density(x)) + math.log(float(excess_ratio(x)))
    return math.log(float(excess(x)))


def _log_binomial_sum(size: int, chosen: NDArray[np.float64]) -> float:
    """Natural logarithm of the sum of `binom(size, k)` over the given k."""
    return float(np.asarray(logsumexp(gammaln(size + 1) - gammaln(chosen + 1) - gammaln(size - chosen + 1))))


def _log_share_lost(patterns: int, inputs: int) -> float:
    """`ln(1 - dichotomies / 2^p)` for inputs < patterns: the share of labellings no hyperplane realises."""
    lost = _log_binomial_sum(patterns - 1, np.arange(inputs, patterns, dtype=np.float64))
    return min(lost - (patterns - 1) * math.log(2), 0.0)


def _last(possible: Callable[[int], bool], start: int) -> int:
    """The largest integer for which `possible` holds: true at `start`, and false for good from some integer on."""
    low, high = start, 2 * start
    while possible(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if possible(middle) else (low, middle)
    return low
