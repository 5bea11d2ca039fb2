r"""Patterns of graded activity: the continuous-valued version of the Shannon ceiling, and who attains it.

**Gaussian patterns attain the ceiling at every load**, rigorously and at finite N. Let `x_i^mu` be independent standard
normal, `W = (1/N) sum_mu x^mu x^mu` without self-coupling, and the field `h_i = sum_j W_ij x_j` a cued unit's readout.
With `R = sum_{j != i} x_j^2`, `h_i = (R/N) x_i + (sqrt(R)/N) r z`, where `r^2`, the sum of `x_i^2` over the other
p - 1 patterns, is chi-squared and z normal. Hence `E h x = (N-1)/N`, `E h^2 = (N-1)(N+p)/N^2`, and

    1/2 log2(1 + (N-1)/(p+1)) <= I(x_i; h_i) <= I(x_i; h_i | R, r) = (psi((N+p-2)/2) - psi((p-1)/2)) / (2 ln 2):

below by the linear readout, for a normal `x` and correlation `rho` carries at least `-1/2 log2(1 - rho^2)` bits; above
because R and r can only help, with `R + r^2` chi-squared of N + p - 2 degrees. Both tend to `1/2 log2(1 + 1/alpha)`.

**Other rates.** For any law of rates with mean mu and variance s^2, W = (1/(N s^2)) sum (x - mu)(x' - mu) gives the
field `x_i - mu` plus crosstalk of variance `alpha s^2`: the signal-to-noise ratio is 1/alpha for *every* law (the same
Cauchy-Schwarz: a readout `g(x_j)` gets `cov(g, x)^2 / (var x var g)` of it), so the ceiling holds, and every law
reaches it as alpha -> oo, where a channel only knows its signal's variance. What a law can say at low load is limited
by its entropy or shape. Treves and Rolls's (1991) sparseness `a = <x>^2 / <x^2>` takes the place of the activity: it is
the activity for binary rates, and at the load `y / (a ln(1/a))` binary, ternary and exponential rates of one sparseness
from 0.3 to 0.01 carry the same bits per synapse within a fifth (y from 0.1 to 3). It is a scale, not the whole story:
log-normal rates, whose tail holds most of `<x^2>`, carry up to a half less.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, xlogy

from theory.activity import check_activity, check_count, check_neurons

Real = NDArray[np.float64]

_NODES = 20001
"""Nodes that stand for a continuous law."""

_NEGLIGIBLE = 1e-14
"""Nodes of less weight are left out."""

_STEP = 0.02
"""Lattice step of the field in standard deviations of the crosstalk."""


@dataclass(frozen=True)
class RateLaw:
    """A law of non-negative rates: atoms, or the nodes and weights of a quadrature that stand for a density.

    Attributes:
        name: what to call it.
        rates: shape (nodes,), non-negative, not all equal.
        weights: probabilities, shape (nodes,), summing to 1.
    """

    name: str
    rates: Real
    weights: Real

    def __post_init__(self) -> None:
        if self.rates.shape != self.weights.shape or self.rates.ndim != 1 or not np.isclose(self.weights.sum(), 1):
            raise ValueError(f"{self.name}: rates and weights must be two vectors of one length, weights summing to 1")
        if (self.rates < 0).any() or (self.weights < 0).any() or not self.variance > 0:
            raise ValueError(f"{self.name}: rates and weights must not be negative, and the rates not all equal")

    @property
    def mean(self) -> float:
        """Mean rate."""
        return float(self.weights @ self.rates)

    @property
    def variance(self) -> float:
        """Variance of the rate."""
        return float(self.weights @ (self.rates - self.weights @ self.rates) ** 2)

    @property
    def sparseness(self) -> float:
        """Treves and Rolls's `<x>^2 / <x^2>`."""
        return self.mean**2 / float(self.weights @ self.rates**2)


def binary_rates(activity: float) -> RateLaw:
    """Rates 0 and 1; sparseness a."""
    activity = check_activity(activity)
    return RateLaw("binary", np.array([0.0, 1.0]), np.array([1 - activity, activity]))


def ternary_rates(sparseness: float) -> RateLaw:
    """Rates 0, 1/2 and 1, the last two equally likely; any sparseness below 9/10.

    Raises:
        ValueError: `sparseness` outside (0, 9/10).
    """
    if not 0 < sparseness < 0.9:
        raise ValueError(f"sparseness of ternary rates must lie strictly between 0 and 0.9, got {sparseness!r}")
    firing = sparseness * 10 / 9
    return RateLaw("ternary", np.array([0.0, 0.5, 1.0]), np.array([1 - firing, firing / 2, firing / 2]))


def exponential_rates(sparseness: float) -> RateLaw:
    """Silent units, and exponential rates of mean 1 in a fraction `2 sparseness` of them; sparseness at most 1/2.

    Raises:
        ValueError: `sparseness` outside (0, 1/2].
    """
    if not 0 < sparseness <= 0.5:
        raise ValueError(f"sparseness of exponential rates must lie in (0, 1/2], got {sparseness!r}")
    log_rate = np.linspace(-36.0, 4.0, _NODES)
    weights = np.exp(log_rate - np.exp(log_rate))
    return _with_silent("exponential", np.exp(log_rate), weights, 2 * sparseness)


def lognormal_rates(sparseness: float) -> RateLaw:
    """Log-normal rates of median 1, `sigma^2 = ln(1/sparseness)`: sparse without any silent unit.

    Raises:
        ValueError: `sparseness` outside (0.05, 1): sparser laws are too heavy-tailed for the quadrature.
    """
    if not 0.05 < sparseness < 1:
        raise ValueError(f"sparseness of lognormal rates must lie strictly between 0.05 and 1, got {sparseness!r}")
    sigma = math.sqrt(-math.log(sparseness))
    z = np.linspace(-9.0, 9.0 + 2 * sigma, _NODES)  # the second moment sits at z = 2 sigma
    return _with_silent("lognormal", np.exp(sigma * z), np.exp(-(z**2) / 2), 1.0)


def _with_silent(name: str, rates: Real, weights: Real, firing: float) -> RateLaw:
    weights = firing * weights / weights.sum()
    return RateLaw(name, np.append(0.0, rates), np.append(1 - firing, weights))


def graded_information(law: RateLaw, load: float) -> float:
    """Bits per unit that the field of a cued unit says about its rate, at large N (Gaussian crosstalk, SNR 1/load).

    To about 1e-7 bits, by FFT; a law that stands for a density must be resolved by the crosstalk, hence the least load.
    Multiply by the load for bits per synapse.

    Raises:
        ValueError: `load` below 1e-3 or not finite.
    """
    if not 1e-3 <= load < math.inf:
        raise ValueError(f"load (patterns per neuron) must be finite and at least 0.001, got {load!r}")
    used = law.weights > _NEGLIGIBLE
    centres = (law.rates[used] - law.mean) / math.sqrt(load * law.variance)  # in deviations of the crosstalk
    # Rates go to the three nearest lattice points by the quadratic spline, which keeps their mean and adds the same
    # variance of 1/4 step^2 to each; the crosstalk is made narrower by as much.
    place = (centres - centres.min() + 12) / _STEP
    nearest = np.rint(place).astype(np.int64)
    offset = place - nearest
    points = 1 << int(nearest.max() + 12 / _STEP).bit_length()
    spline = ((0.5 - offset) ** 2 / 2, 0.75 - offset**2, (0.5 + offset) ** 2 / 2)
    lattice = np.zeros(points)
    for shift, share in zip((-1, 0, 1), spline, strict=True):
        lattice += np.bincount(nearest + shift, weights=law.weights[used] * share, minlength=points)
    frequency = 2 * math.pi * np.fft.rfftfreq(points, _STEP)
    smooth = np.fft.irfft(np.fft.rfft(lattice) * np.exp(-(frequency**2) * (1 - _STEP**2 / 4) / 2), points)
    probability = np.clip(smooth, 0.0, None) / smooth.sum()
    entropy = -float(xlogy(probability, probability).sum()) + math.log(_STEP)
    return max(entropy - math.log(2 * math.pi * math.e) / 2, 0.0) / math.log(2)


def gaussian_information_bounds(neurons: int, patterns: int) -> tuple[float, float]:
    """Bits per unit that the field says about a Gaussian pattern: rigorous lower and upper bound at this N and p.

    Raises:
        ValueError: fewer than two neurons or patterns.
    """
    neurons, patterns = check_neurons(neurons), check_count(patterns, "patterns", minimum=2)
    lower = math.log1p((neurons - 1) / (patterns + 1)) / math.log(4)
    upper = float(digamma((neurons + patterns - 2) / 2) - digamma((patterns - 1) / 2)) / math.log(4)
    return lower, upper
