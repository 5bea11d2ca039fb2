"""Epochs of the perceptron rule: more the fuller the zone, and failures said."""

import numpy as np
import pytest

from sims.training import TrainingPoint, measure_training, rounded, summarise_precision, summarise_training


def test_fuller_zones_take_longer():
    points = [TrainingPoint(100, 12, load, replicas=3) for load in (0.8, 1.4)]
    datasets = [measure_training(point) for point in points]
    assert datasets[1]["epochs"].values.min() > datasets[0]["epochs"].values.max()
    table = summarise_training(points, datasets)
    assert table["epochs"].values.tolist() == [data["epochs"].values.mean() for data in datasets]
    assert (table["converged"].values == 3).all()


def test_giving_up_is_said():
    point = TrainingPoint(100, 12, 1.8, max_epochs=3, replicas=2)
    data = measure_training(point)
    assert data["epochs"].values.tolist() == [3, 3]
    assert not data["converged"].values.any()


@pytest.mark.parametrize("change", [{"load": 2.0}, {"neurons": 0}, {"replicas": 1}, {"load": 0.001}])
def test_bad_points_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        TrainingPoint(**{"neurons": 50, "outputs": 4, "load": 1.0, **change})


def test_rounding_keeps_the_range_and_the_number_of_values():
    weights = np.random.default_rng(0).normal(size=(3, 500))
    for bits in (1, 3, 6):
        found = rounded(weights, bits)
        assert all(len(np.unique(row)) <= 2**bits for row in found)
        assert np.abs(found - weights).max() <= np.ptp(weights, axis=1).max() / (2**bits - 1) / 2 + 1e-12
    ends = np.stack([weights.min(axis=1), weights.max(axis=1)], axis=1)
    assert np.isclose(rounded(weights, 1)[:, :, None], ends[:, None]).any(axis=2).all()


def test_coarse_weights_lose_items_and_fine_ones_do_not():
    points = [TrainingPoint(100, 12, 1.3, replicas=2)]
    error = summarise_precision(points, [measure_training(points[0])])["bit_error"].isel(point=0)
    assert float(error.sel(precision=1)) > 0.02
    assert float(error.sel(precision=10)) == 0
    assert (np.diff(error.values[:5]) < 0.01).all()
