"""Graded patterns: fields against a dense matrix, exact moments, and information between its bounds."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.graded import (
    GradedPoint,
    Law,
    Moments,
    _chunk_moments,
    _draw,
    channel_information,
    graded_fields,
    measure_graded,
    snr,
    summarise_graded,
)
from theory.graded import gaussian_information_bounds, graded_information

FALSE_ALARM = 1e-6
LAWS: tuple[tuple[Law, float], ...] = (
    ("gaussian", 0.0),
    ("binary", 0.2),
    ("ternary", 0.3),
    ("exponential", 0.5),
    ("exponential", 0.2),
)
POINTS = tuple(GradedPoint(law, sparseness, 200, (0.2, 3.0), 12, 12, 1) for law, sparseness in LAWS)


@pytest.fixture(scope="module")
def datasets():
    return [measure_graded(point) for point in POINTS]


def test_fields_are_those_of_the_dense_network():
    point = POINTS[0]
    stored = np.asarray(_draw(point, jax.random.key(1)), float)
    cues = np.asarray(_draw(point, jax.random.key(2))[:3], float)
    moments = _chunk_moments(jnp.asarray(stored, jnp.float32), jnp.asarray(cues, jnp.float32), 5, 60)
    found = graded_fields(Moments(*(np.asarray(each, float) for each in moments)), cues)
    for cue, fields in zip(cues, found, strict=True):
        patterns = np.vstack([stored[5:60], cue])
        weights = patterns.T @ patterns / point.neurons
        np.fill_diagonal(weights, 0)
        np.testing.assert_allclose(fields, weights @ cue, rtol=1e-4, atol=1e-4)  # 32-bit products


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.label)
def test_rates_are_drawn_as_described(point):
    """Mean, variance, fourth moment and silent fraction of 10^5 rates within 6 standard errors: P = 2e-9 each."""
    drawn = np.asarray(_draw(point, jax.random.key(0)), float).ravel()
    for power, expected in ((1, 0.0), (2, 1.0), (4, point.fourth_moment)):
        values = drawn**power
        assert abs(values.mean() - expected) < 6 * values.std() / math.sqrt(values.size) + 1e-5
    if point.rates is not None:
        assert point.deviation == pytest.approx(math.sqrt(point.rates.variance), rel=1e-6)
        assert point.moment(1) == pytest.approx(point.rates.mean, rel=1e-6)
        share = (drawn < drawn.min() + 1e-6).mean()
        assert abs(share - (1 - point.firing)) < 6 * math.sqrt(0.25 / drawn.size) + 1e-5


def test_moments_follow_the_exact_ones(datasets):
    """20 t-tests over 12 networks; each is below 1e-6 with a probability of about 1e-6."""
    table = summarise_graded(POINTS, datasets)
    for name in ("signal_p_value", "power_p_value"):
        assert (table[name] > FALSE_ALARM).all()
    assert table["snr"].dims == ("point", "statistic")


def test_a_wrong_moment_would_be_noticed(datasets):
    data = datasets[0].assign(power=datasets[0]["power"] * 1.3)
    assert (summarise_graded(POINTS[:1], [data])["power_p_value"] < FALSE_ALARM).any()


def test_information_is_what_theory_says(datasets):
    """Within 8 standard errors (t with 11 degrees, P = 7e-6 each) and 5% for crosstalk that is not quite Gaussian."""
    table = summarise_graded(POINTS, datasets)
    error = (table["bits_per_synapse_high"] - table["bits_per_synapse_low"]) / (2 * 2.2)
    gap = abs(table["bits_per_synapse"] - table["bits_per_synapse_predicted"])
    assert (gap < 8 * error + 0.05 * table["bits_per_synapse_predicted"]).all()
    low, high = gaussian_information_bounds(200, 600)
    assert 3 * low < table["bits_per_synapse_high"][1]
    assert table["bits_per_synapse_low"][1] < 3 * high


@pytest.mark.parametrize("point", POINTS[1:], ids=lambda point: point.label)
def test_channel_information_of_a_gaussian_channel_is_its_information(point):
    """Fields made by the auxiliary channel itself: the mean is the mutual information, within 6 standard errors."""
    random = np.random.default_rng(5)
    cues = np.asarray(_draw(point, jax.random.key(3)), float)
    strength = (cues**2).sum(axis=1, keepdims=True) - cues**2
    fields = strength / 200 * (cues + np.sqrt(199 / strength) * random.standard_normal(cues.shape))
    bits = channel_information(point, 200, cues, fields)
    by_probe = bits.mean(axis=1)
    expected = graded_information(point.rates, 1.0) if point.rates else 0.5
    assert abs(by_probe.mean() - expected) < 6 * by_probe.std() / math.sqrt(len(cues)) + 0.01 * expected


def test_snr():
    assert snr(np.array([1.0, 1.5])) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sparseness": 0.1}, "sparseness must be 0"),
        ({"law": "binary", "sparseness": 1.0}, "activity"),
        ({"law": "ternary", "sparseness": 0.95}, "sparseness"),
        ({"law": "exponential", "sparseness": 0.6}, "sparseness"),
        ({"neurons": 1}, "neurons"),
        ({"loads": (1.0, 0.5)}, "ascend"),
        ({"probes": 0}, "probes"),
        ({"probes": 10**4}, "at most"),
        ({"replicas": 1}, "replicas"),
        ({"seed": -1}, "seed"),
    ],
)
def test_points_refuse_bad_fields(change, message):
    fields = {"law": "gaussian", "sparseness": 0.0, "neurons": 50, "loads": (0.5,), "probes": 2, "replicas": 2}
    with pytest.raises(ValueError, match=message):
        GradedPoint(**{**fields, "seed": 0, **change})
