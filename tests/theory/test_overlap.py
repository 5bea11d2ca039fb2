import itertools

import numpy as np
import pytest

from theory.overlap import (
    chernoff_tail,
    overlap_law,
    overlap_law_given_size,
    worst_overlap_bound,
    worst_overlap_cdf,
)


def enumerate_overlaps(neurons, weight):
    """The law of the overlap by summing over all pairs of patterns, each with its weight."""
    law = np.zeros(neurons + 1)
    patterns = list(itertools.product((0, 1), repeat=neurons))
    for first in patterns:
        for second in patterns:
            overlap = sum(x * y for x, y in zip(first, second, strict=True))
            law[overlap] += weight(first) * weight(second)
    return law


def test_bernoulli_law_is_the_enumeration():
    a, n = 0.3, 5
    law = enumerate_overlaps(n, lambda pattern: a ** sum(pattern) * (1 - a) ** (n - sum(pattern)))
    np.testing.assert_allclose(overlap_law("bernoulli", n, a).pmf(np.arange(n + 1)), law, rtol=1e-12)


def test_fixed_size_law_is_the_enumeration():
    n, k = 6, 2
    law = enumerate_overlaps(n, lambda pattern: (sum(pattern) == k) / 15)
    np.testing.assert_allclose(overlap_law("fixed-size", n, k / n).pmf(np.arange(n + 1)), law, atol=1e-15)


@pytest.mark.parametrize("code", ["bernoulli", "fixed-size"])
def test_worst_overlap_law_by_enumeration_of_the_reference(code):
    n, a, others = 5, 0.4, 3
    patterns = list(itertools.product((0, 1), repeat=n))
    if code == "bernoulli":
        weights = np.array([a ** sum(p) * (1 - a) ** (n - sum(p)) for p in patterns])
    else:
        weights = np.array([float(sum(p) == 2) for p in patterns])
        weights /= weights.sum()
    overlaps = np.array(patterns) @ np.array(patterns).T
    for m in range(n + 1):
        given_reference = ((overlaps <= m) @ weights) ** others
        assert worst_overlap_cdf(code, n, a, others, m)[0] == pytest.approx(weights @ given_reference, abs=1e-12)


@pytest.mark.parametrize(("neurons", "activity"), [(50, 0.1), (200, 0.05), (1000, 0.2), (100, 0.7)])
def test_chernoff_bounds_the_exact_tail_everywhere(neurons, activity):
    law = overlap_law("fixed-size", neurons, activity)
    for m in range(neurons + 2):
        assert law.sf(m - 1) <= chernoff_tail(neurons, activity, m) * (1 + 1e-12)


def test_worst_overlap_bound_is_the_smallest_that_the_union_bound_gives():
    neurons, activity, others, failure = 2000, 0.05, 10_000, 1e-6
    bound = worst_overlap_bound(neurons, activity, others, failure)
    assert others * chernoff_tail(neurons, activity, bound) <= failure
    assert others * chernoff_tail(neurons, activity, bound - 1) > failure
    assert 1 - worst_overlap_cdf("fixed-size", neurons, activity, others, bound - 1)[0] <= failure


def test_law_given_a_size():
    law = overlap_law_given_size("bernoulli", 100, 0.1, 7)
    assert law.mean() == pytest.approx(0.7)
    with pytest.raises(ValueError, match="has 10 active units, got 7"):
        overlap_law_given_size("fixed-size", 100, 0.1, 7)


def test_bad_input():
    with pytest.raises(ValueError, match="code must be one of"):
        overlap_law("poisson", 10, 0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="others must be an integer"):
        worst_overlap_cdf("bernoulli", 10, 0.1, 0, 1)
    with pytest.raises(ValueError, match="failure must be a probability"):
        worst_overlap_bound(10, 0.1, 5, 0.0)
