import itertools

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.interference import (
    interference_formula,
    loss_change_of_a_write,
    mean_centred_cosine,
    mean_gradient_cosine,
    normalised_interference,
    write_interference,
)
from theory.notation import N, a

CASES = list(itertools.product(("bernoulli", "fixed-size"), ("hebb", "covariance"), (True, False)))


def weighted_patterns(code, neurons, active):
    patterns = list(itertools.product((0, 1), repeat=neurons))
    if code == "fixed-size":
        patterns = [pattern for pattern in patterns if sum(pattern) == active]
        return [(pattern, sp.Rational(1, len(patterns))) for pattern in patterns]
    return [(pattern, a ** sum(pattern) * (1 - a) ** (neurons - sum(pattern))) for pattern in patterns]


@pytest.mark.parametrize(("code", "rule", "self_coupling"), CASES)
def test_formula_is_the_enumeration_over_all_pairs_of_patterns(code, rule, self_coupling):
    neurons, active = (3, 1) if code == "bernoulli" else (4, 1)
    level = a if code == "bernoulli" else sp.Rational(active, neurons)
    centre = level if rule == "covariance" else sp.Integer(0)
    total = sp.Integer(0)
    weighted = weighted_patterns(code, neurons, active)
    for (first, weight), (second, other) in itertools.product(weighted, repeat=2):
        x, y = ([unit - centre for unit in pattern] for pattern in (first, second))
        total += (
            weight
            * other
            * sum(x[i] * x[j] * y[i] * y[j] for i in range(neurons) for j in range(neurons) if self_coupling or i != j)
        )
    formula = interference_formula(code, rule, self_coupling).subs(N, neurons).subs(a, level)
    assert sp.expand(total / neurons**2 - formula) == 0


def test_bernoulli_hebb_is_the_papers_polynomial():
    assert write_interference("bernoulli", 1000, 0.1) == pytest.approx(0.1**4 + 0.01 * 0.99 / 1000, rel=1e-14)


@given(
    st.sampled_from(["bernoulli", "fixed-size"]),
    st.integers(2, 10**6),
    st.floats(0.001, 0.999),
    st.floats(0.001, 0.999),
)
@settings(max_examples=200, deadline=None)
def test_interference_never_falls_with_activity(code, neurons, low, high):
    low, high = sorted((low, high))
    assert write_interference(code, neurons, low) <= write_interference(code, neurons, high) * (1 + 1e-12)


@given(st.integers(2, 10**6), st.floats(0.001, 0.999))
@settings(max_examples=100, deadline=None)
def test_centred_and_normalised_interference_is_flat(neurons, activity):
    assert normalised_interference("bernoulli", neurons, activity) == pytest.approx(1 / neurons, rel=1e-9)
    assert normalised_interference("fixed-size", neurons, activity) == pytest.approx(1 / (neurons - 1), rel=1e-9)


def enumerated_cosine(neurons, level, centre):
    """E cos of two Bernoulli patterns' gradients given both are non-zero, by enumeration in exact arithmetic."""
    total, mass = sp.Integer(0), sp.Integer(0)
    patterns = list(itertools.product((0, 1), repeat=neurons))
    for first, second in itertools.product(patterns, repeat=2):
        x, y = ([unit - centre for unit in pattern] for pattern in (first, second))
        if any(x) and any(y):
            weight = level ** (sum(first) + sum(second)) * (1 - level) ** (2 * neurons - sum(first) - sum(second))
            product = sum(u * w for u, w in zip(x, y, strict=True))
            total += weight * product**2 / sum(u * u for u in x) / sum(w * w for w in y)
            mass += weight
    return float(total / mass)


def test_mean_cosines_are_the_enumeration():
    level = sp.Rational(1, 5)
    assert mean_gradient_cosine(3, 0.2) == pytest.approx(enumerated_cosine(3, level, 0), rel=1e-12)
    assert mean_centred_cosine(3, 0.2) == pytest.approx(enumerated_cosine(3, level, level), rel=1e-12)


def test_the_mean_centred_cosine_is_one_over_n_only_at_one_half():
    assert mean_centred_cosine(50, 0.5) == pytest.approx(1 / 50, rel=1e-12)
    assert mean_centred_cosine(50, 0.02) > 1.05 / 50


def test_a_write_lowers_the_other_loss_by_the_interference():
    change = loss_change_of_a_write("fixed-size", 100, 0.1)
    assert change.mean == -write_interference("fixed-size", 100, 0.1)
    assert change.own == pytest.approx(-0.01)
    assert loss_change_of_a_write("bernoulli", 100, 0.1).own == pytest.approx(-(0.01 + 0.09 / 100))
