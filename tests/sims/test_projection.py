"""The projection rule: no error up to load 1, one by one equals all at once, and noise as predicted on both sides."""

import math

import numpy as np
import pytest

from sims.projection import (
    ProjectionPoint,
    measure_projection,
    predicted_field,
    projection_weights,
    sequential_weights,
    summarise_projection,
)

LOADS = (0.3, 0.9, 0.98, 1.1, 2.0)


def summary(**change):
    fields = {"access": "keyed", "code": "bernoulli", "neurons": 100, "activity": 0.5, "loads": LOADS}
    point = ProjectionPoint(**{**fields, "replaced": 0.0, "replicas": 6, "seed": 2, **change})
    return summarise_projection((point,), [measure_projection(point)])


@pytest.mark.parametrize("access", ["auto", "keyed"])
@pytest.mark.parametrize("code", ["bernoulli", "fixed-size"])
def test_independent_patterns_are_recalled_without_error(access, code):
    table = summary(access=access, code=code, activity=0.2)
    below = table["load"].values < 1
    assert (table["independent"].values[below] == 1).all()
    assert (table["error_rate"].values[below] == 0).all()
    assert (table["sequential_difference"].values[below] < 1e-8).all()
    assert (table["independent"].values[~below] == 0).all()
    assert (table["error_rate"].values[~below] > (0.99 if access == "auto" else 1e-4)).all()


def test_clean_keys_beyond_load_one_have_the_crosstalk_of_the_covariance_rule_at_one_less():
    """At load 2 and a = 1/2 the margin is 1/(2 sigma) = 1: 0.159 wrong each way, here within 5%."""
    table = summary()
    assert table["error_rate_predicted"].values[-1] == pytest.approx(2 * 0.158655, rel=1e-4)
    assert table["error_rate"].values[-1] == pytest.approx(2 * 0.158655, rel=0.05)
    assert table["gap"].values[-1] == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("access", ["auto", "keyed"])
def test_noise_is_amplified_towards_load_one_as_predicted(access):
    """Six networks of 100 units, every pattern cued: within 12% of the large-N error rates away from load 1."""
    table = summary(access=access, neurons=200, replaced=0.1, loads=(0.3, 0.6, 0.99, 1.3, 3.0), replicas=3)
    found, predicted = table["error_rate"].values, table["error_rate_predicted"].values
    away = [0, 1] if access == "auto" else [0, 1, 3, 4]
    np.testing.assert_allclose(found[away], predicted[away], rtol=0.12)
    assert found[2] > max(found[1], found[3] if access == "keyed" else 0)


def test_weights_solve_the_least_squares_problem():
    random = np.random.default_rng(0)
    values, keys = random.standard_normal((30, 12)), random.standard_normal((30, 12))
    weights, rank = projection_weights(values, keys)
    assert rank == 12
    np.testing.assert_allclose(weights, np.linalg.lstsq(keys, values, rcond=None)[0].T, rtol=1e-9, atol=1e-12)


def test_one_by_one_stops_at_the_rank():
    random = np.random.default_rng(1)
    values, keys = random.standard_normal((30, 12)), random.standard_normal((30, 12))
    full, beyond = sequential_weights(values, keys, (12, 30))
    np.testing.assert_allclose(full, projection_weights(values[:12], keys[:12])[0], rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(full, beyond)


def test_prediction_at_the_ends():
    point = ProjectionPoint("keyed", "bernoulli", 100, 0.5, (0.5,), 0.0, 2, 0)
    assert predicted_field(point, 50) == (1.0, 0.0)
    assert predicted_field(point, 200) == (0.5, 0.25)
    auto = ProjectionPoint("auto", "bernoulli", 100, 0.5, (0.5,), 0.0, 2, 0)
    assert predicted_field(auto, 200) == (0.0, math.inf)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"neurons": 10_000}, "at most"),
        ({"activity": 0.0}, "activity"),
        ({"replaced": 1.0}, "replaced"),
        ({"loads": ()}, "loads"),
        ({"replicas": 1}, "replicas"),
        ({"seed": -1}, "seed"),
    ],
)
def test_points_refuse_bad_fields(change, message):
    with pytest.raises(ValueError, match=message):
        summary(**change)
