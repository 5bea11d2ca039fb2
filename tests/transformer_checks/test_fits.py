"""Proportional, power and saturating fits recover what generated the data."""

import numpy as np
import pytest
from scipy import optimize

from transformer_checks.fits import proportionality

AT = np.array([0.15, 0.3, 0.6, 1.0, 1.3])


def measured(form, seeds, rng, scatter=0.05):
    predictor = AT[:, None] * np.exp(scatter * rng.normal(size=(5, seeds)))
    return predictor, form(AT)[:, None] * np.exp(scatter * rng.normal(size=(5, seeds)))


@pytest.mark.parametrize("power", [0.5, 1.0, 1.5])
def test_the_exponent_is_recovered(power):
    fit = proportionality(*measured(lambda at: 2 * at**power, 8, np.random.default_rng(1)))
    assert fit.exponent.low < power < fit.exponent.high
    assert fit.exponent.high - fit.exponent.low < 0.3


def test_the_power_fit_is_that_of_a_general_optimiser():
    predictor, outcome = measured(lambda at: 2 * at**0.6, 8, np.random.default_rng(2), 0.2)
    at, target = predictor.mean(axis=1), outcome.mean(axis=1)
    (_, expected), _ = optimize.curve_fit(lambda x, c, p: c * x**p, at, target, (1.0, 1.0))
    assert proportionality(predictor, outcome).exponent.estimate == pytest.approx(expected, rel=0.02)


def test_the_scale_is_least_squares_through_the_origin():
    predictor, outcome = measured(lambda at: 3 * at, 6, np.random.default_rng(3))
    at, target = predictor.mean(axis=1), outcome.mean(axis=1)
    fit = proportionality(predictor, outcome)
    assert fit.scale.estimate == pytest.approx(np.linalg.lstsq(at[:, None], target, rcond=None)[0][0])
    assert fit.scale.low < 3 < fit.scale.high
    assert fit.r_squared > 0.97


@pytest.mark.parametrize(
    ("form", "best"),
    [
        (lambda at: 2 * at, "bic_proportional"),
        (lambda at: 2 * at**0.4, "bic_power"),
        (lambda at: 2 * (1 - np.exp(-at / 0.4)), "bic_saturating"),
    ],
)
def test_the_information_criterion_prefers_the_form_that_generated(form, best):
    fit = proportionality(*measured(form, 16, np.random.default_rng(4), 0.02))
    criteria = {name: getattr(fit, name) for name in ("bic_proportional", "bic_power", "bic_saturating")}
    assert min(criteria, key=lambda name: criteria[name]) == best


def test_an_exponent_of_eight_seeds_is_covered_nearly_as_often_as_it_says():
    """Scatter of 15 % in the predictor and 8 % in the outcome: about 90 % of the intervals hold the exponent."""
    rng, covered = np.random.default_rng(5), 0
    for _ in range(20):
        predictor = AT[:, None] * np.exp(0.15 * rng.normal(size=(5, 8)))
        outcome = 1.5 * AT[:, None] ** 0.6 + 0.08 * rng.normal(size=(5, 8))
        exponent = proportionality(predictor, outcome).exponent
        covered += exponent.low <= 0.6 <= exponent.high
    assert covered >= 15  # fewer has probability 1e-3 at a coverage of 90 %


def test_a_predictor_with_both_signs_has_no_exponent():
    rng = np.random.default_rng(6)
    fit = proportionality(rng.normal(size=(5, 4)), rng.normal(size=(5, 4)))
    assert np.isnan([fit.exponent.estimate, fit.exponent.low, fit.bic_power, fit.bic_saturating]).all()
    assert np.isfinite(fit.scale.estimate)


def test_nothing_to_fit():
    with pytest.raises(ValueError, match="one shape and at least 3 levels"):
        proportionality(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match="one shape"):
        proportionality(np.ones((4, 3)), np.ones((3, 3)))
    with pytest.raises(ValueError, match="0 throughout"):
        proportionality(np.zeros((4, 3)), np.ones((4, 3)))
    assert np.isnan(proportionality(np.ones((4, 3)), np.ones((4, 3))).r_squared)
