import itertools
import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from theory.any_rule import (
    cover_bits,
    cover_ceiling,
    cover_dichotomies,
    cover_patterns,
    cover_success,
    cover_typical_patterns,
    gardner_bits,
    gardner_load,
    projection_bits,
    sparse_gardner_bits,
)
from theory.information import SHANNON_LIMIT, binary_entropy


def minimised_cost(activity, margin):
    """The minimum over t of the defining integral, by quadrature and plain minimisation."""

    def cost(t):
        def wrong(shift):
            return integrate.quad(lambda z: stats.norm.pdf(z) * (z + shift) ** 2, -shift, 40, epsabs=1e-13)[0]

        return activity * wrong(t + margin) + (1 - activity) * wrong(margin - t)

    return optimize.golden(cost, brack=(0.0, 1.0), full_output=True)[1]


@pytest.mark.parametrize(("activity", "margin"), [(0.5, 0.0), (0.1, 0.0), (0.1, 1.0), (0.01, 0.3), (0.7, 0.5)])
def test_gardner_load_is_the_minimum_of_the_integral(activity, margin):
    assert 1 / gardner_load(activity, margin) == pytest.approx(minimised_cost(activity, margin), rel=1e-8)


@pytest.mark.parametrize(("margin", "load"), [(0.0, 2.0), (0.5, 0.9612050528), (1.0, 0.5195722296)])
def test_gardner_load_of_dense_codes(margin, load):
    assert gardner_load(0.5, margin) == pytest.approx(load, abs=1e-10)


@pytest.mark.parametrize("margin", [0.0, 0.7])
@pytest.mark.parametrize("activity", [0.3, 1e-3, 1e-20, 1e-100])
def test_gardner_load_with_digits_to_spare(activity, margin):
    with mp.workdps(250):
        a, k = mp.mpf(activity), mp.mpf(margin)

        def first(x):
            return mp.npdf(x) - x * mp.ncdf(-x)

        def second(x):
            return (1 + x * x) * mp.ncdf(-x) - x * mp.npdf(x)

        ends = (mp.mpf(0), mp.sqrt(2 * mp.log(1 / a)) + k)
        t = mp.findroot(
            lambda t: mp.log(a * first(-t - k) / (1 - a) / first(t - k)), ends, solver="anderson", tol=1e-30
        )
        expected = float(1 / (a * second(-t - k) + (1 - a) * second(t - k)))
    assert gardner_load(activity, margin) == pytest.approx(expected, rel=1e-12)


@given(st.floats(-250, math.log10(0.499)), st.floats(-250, math.log10(0.499)))
@settings(max_examples=50, deadline=None)
def test_bits_of_the_best_weights_rise_with_activity_between_the_two_limits(first, second):
    low, high = sorted((10.0**first, 10.0**second))
    assert SHANNON_LIMIT < gardner_bits(low) <= gardner_bits(high) * (1 + 1e-11) < 2
    if high > 1e-4:
        assert gardner_load(1 - high) == pytest.approx(gardner_load(high), rel=1e-9)


def test_sparse_limit_of_the_bits_comes_slowly():
    errors = [sparse_gardner_bits(10.0**-d) / gardner_bits(10.0**-d) - 1 for d in (10, 30, 100, 300)]
    assert all(abs(later) < abs(earlier) / 2 for earlier, later in itertools.pairwise(errors))
    assert abs(errors[-1]) < 5e-4
    assert gardner_bits(1e-20) > 1.15 * SHANNON_LIMIT


def realised_labellings(points):
    """Every labelling of the points by the sign of w.x, each decided by a linear program."""
    patterns, inputs = points.shape
    found = []
    for labels in itertools.product((-1, 1), repeat=patterns):
        signed = -np.array(labels)[:, None] * points
        if optimize.linprog(np.zeros(inputs), A_ub=signed, b_ub=-np.ones(patterns), bounds=(None, None)).success:
            found.append(labels)
    return found


@pytest.mark.parametrize(("patterns", "inputs"), [(4, 2), (5, 3), (3, 4)])
def test_cover_counts_the_labellings_hyperplanes_realise(patterns, inputs):
    points = np.random.default_rng(0).normal(size=(patterns, inputs))  # in general position with probability one
    assert len(realised_labellings(points)) == cover_dichotomies(patterns, inputs)
    stacked = points.copy()
    stacked[1] = stacked[0]
    assert len(realised_labellings(stacked)) < cover_dichotomies(patterns, inputs)


@given(st.integers(1, 1500), st.integers(1, 800))
@settings(max_examples=100, deadline=None)
def test_bits_of_the_count(patterns, inputs):
    with mp.workdps(30):
        expected = float(mp.log(cover_dichotomies(patterns, inputs), 2))
    assert cover_bits(patterns, inputs) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(("neurons", "activity"), [(7, 0.5), (20, 0.5), (12, 0.3), (30, 0.05), (5, 0.49)])
def test_cover_patterns_is_the_last_that_fits(neurons, activity):
    def fits(patterns):
        with mp.workdps(60):
            a = mp.mpf(activity)
            entropy = -(a * mp.log(a, 2) + (1 - a) * mp.log(1 - a, 2))
            return patterns * entropy <= mp.log(cover_dichotomies(patterns, neurons), 2) + mp.mpf(10) ** -50

    assert cover_patterns(neurons, activity) == max(p for p in range(1, 60 * neurons) if fits(p))


@pytest.mark.parametrize(("patterns", "inputs", "activity"), [(5, 2, 0.3), (6, 4, 0.1), (6, 3, 0.5), (7, 2, 0.8)])
def test_success_is_the_weight_of_the_likeliest_labellings(patterns, inputs, activity):
    chances = sorted(
        (
            math.prod(activity if bit else 1 - activity for bit in labels)
            for labels in itertools.product((0, 1), repeat=patterns)
        ),
        reverse=True,
    )
    expected = sum(chances[: cover_dichotomies(patterns, inputs)])
    assert cover_success(patterns, inputs, activity) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("neurons", [10, 1000, 20000])
def test_dense_labels_are_typically_recalled_up_to_two_per_weight(neurons):
    assert cover_typical_patterns(neurons, 0.5) == 2 * neurons
    assert cover_patterns(neurons, 0.5) == neurons


@pytest.mark.parametrize("activity", [0.3, 0.05, 0.001])
def test_counting_allows_one_pattern_per_active_label(activity):
    neurons = 10000
    assert cover_typical_patterns(neurons, activity) * activity / neurons == pytest.approx(1, abs=1e-3)
    assert cover_patterns(neurons, activity) * activity / neurons == pytest.approx(1, abs=0.02)
    assert cover_ceiling(1 / activity) == pytest.approx(float(binary_entropy(activity)) / activity, rel=1e-12)
    assert gardner_load(activity) < 1 / activity


def test_counting_ceiling_is_the_limit_of_the_count():
    for load in (0.5, 1.9, 2.5, 40.0):
        assert cover_bits(int(load * 20000), 20000) / 20000 == pytest.approx(cover_ceiling(load), rel=2e-3)


def test_projection_stops_at_one_pattern_per_neuron():
    assert projection_bits(0.5) == 1
    assert projection_bits(0.1) < gardner_bits(0.1)


def test_bad_input():
    with pytest.raises(ValueError, match="margin must be a number from 0 to 1e6, got -1"):
        gardner_load(0.1, -1)
    with pytest.raises(ValueError, match=r"activity in \(0, 1/2\)"):
        sparse_gardner_bits(0.5)
    with pytest.raises(ValueError, match="inputs must be an integer of at least 1"):
        cover_bits(3, 0)
    with pytest.raises(ValueError, match="failure must be a probability"):
        cover_typical_patterns(10, 0.1, 1.0)
    with pytest.raises(ValueError, match="load"):
        cover_ceiling(0)
