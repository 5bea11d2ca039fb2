import math

import numpy as np
import pytest
from scipy import integrate, stats

from theory.ceiling import field_information, shannon_ceiling
from theory.graded import (
    RateLaw,
    binary_rates,
    exponential_rates,
    gaussian_information_bounds,
    graded_information,
    lognormal_rates,
    ternary_rates,
)


@pytest.mark.parametrize("load", [0.03, 0.5, 20.0])
def test_gaussian_patterns_attain_the_ceiling(load):
    widths = []
    for neurons in (100, 1000, 10**6):
        lower, upper = gaussian_information_bounds(neurons, max(round(load * neurons), 2))
        assert lower < upper
        widths.append(upper / lower - 1)
    assert widths[0] > widths[1] > widths[2]
    assert load * lower == pytest.approx(float(shannon_ceiling(load)), rel=1e-4)
    assert load * upper == pytest.approx(float(shannon_ceiling(load)), rel=1e-4)


def test_gaussian_bounds_from_simulated_fields():
    """The moments behind the lower bound and the mean logarithm behind the upper one; false alarm below 1e-6 each."""
    draw = np.random.default_rng(1)
    neurons, patterns, trials = 12, 5, 200_000
    own = draw.normal(size=trials)
    power = draw.chisquare(neurons - 1, size=trials)
    others = draw.chisquare(patterns - 1, size=trials)
    field = (power * own + np.sqrt(power * others) * draw.normal(size=trials)) / neurons
    lower, upper = gaussian_information_bounds(neurons, patterns)
    for sample, expected in (
        (field * own, (neurons - 1) / neurons),
        (field**2, (neurons - 1) * (neurons + patterns) / neurons**2),
        (np.log2(1 + power / others) / 2, upper),
    ):
        assert abs(sample.mean() - expected) < 5 * sample.std() / math.sqrt(trials)
    squared_correlation = (neurons - 1) / (neurons + patterns)
    assert lower == pytest.approx(-math.log2(1 - squared_correlation) / 2, rel=1e-12)


def test_the_field_is_the_mixture_of_the_derivation():
    """W x of real networks has the moments used above (false alarm below 1e-6)."""
    draw = np.random.default_rng(2)
    neurons, patterns, trials = 6, 4, 40_000
    x = draw.normal(size=(trials, patterns, neurons))
    weights = np.einsum("tmj,tmk->tjk", x, x)[:, 0, 1:] / neurons
    field = np.einsum("tj,tj->t", weights, x[:, 0, 1:])
    for sample, expected in (
        (field * x[:, 0, 0], (neurons - 1) / neurons),
        (field**2, (neurons - 1) * (neurons + patterns) / neurons**2),
    ):
        assert abs(sample.mean() - expected) < 5 * sample.std() / math.sqrt(trials)


@pytest.mark.parametrize("load", [0.01, 0.3, 3.0, 100.0])
@pytest.mark.parametrize("activity", [0.5, 0.05])
def test_binary_rates_are_the_binary_channel(load, activity):
    gap = 1 / math.sqrt(load * activity * (1 - activity))
    assert graded_information(binary_rates(activity), load) == pytest.approx(
        field_information(activity, gap), rel=1e-5, abs=1e-8
    )


@pytest.mark.parametrize("load", [0.05, 1.0])
def test_exponential_rates_by_quadrature(load):
    """All units fire (sparseness 1/2): rate plus normal noise is the exponentially modified normal law."""
    sd = math.sqrt(load)  # the variance of the rates is 1
    y = np.linspace(-10 * sd, 45, 400_001)
    density = stats.exponnorm.pdf(y, 1 / sd, scale=sd)
    entropy = -integrate.simpson(density * np.log2(np.maximum(density, 1e-300)), x=y)
    expected = entropy - math.log2(2 * math.pi * math.e * load) / 2
    assert graded_information(exponential_rates(0.5), load) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("make", [binary_rates, ternary_rates, exponential_rates, lognormal_rates])
@pytest.mark.parametrize("sparseness", [0.08, 0.3, 0.5])
def test_sparseness_is_what_was_asked_for_and_no_law_passes_the_ceiling(make, sparseness):
    law = make(sparseness)
    assert law.sparseness == pytest.approx(sparseness, rel=1e-6)
    shares = [load * graded_information(law, load) / float(shannon_ceiling(load)) for load in (0.1, 1.0, 100.0)]
    assert all(0 < share < 1 for share in shares)
    assert shares[2] == max(shares)


def test_sparseness_sets_the_scale_of_the_load():
    for sparseness in (0.3, 0.1, 0.03, 0.01):
        for scaled in (0.1, 0.3, 1.0, 3.0):
            load = scaled / (sparseness * math.log(1 / sparseness))
            laws = (binary_rates(sparseness), ternary_rates(sparseness), exponential_rates(sparseness))
            bits = [load * graded_information(law, load) for law in laws]
            assert min(bits) > 0.82 * max(bits)


def test_bad_input():
    with pytest.raises(ValueError, match="sparseness of exponential rates"):
        exponential_rates(0.6)
    with pytest.raises(ValueError, match="sparseness of ternary rates"):
        ternary_rates(0.9)
    with pytest.raises(ValueError, match="sparseness of lognormal rates"):
        lognormal_rates(0.01)
    with pytest.raises(ValueError, match="not all equal"):
        RateLaw("flat", np.array([1.0, 1.0]), np.array([0.5, 0.5]))
    with pytest.raises(ValueError, match=r"at least 0\.001"):
        graded_information(binary_rates(0.1), 1e-4)
    with pytest.raises(ValueError, match="patterns must be an integer of at least 2"):
        gaussian_information_bounds(10, 1)
