"""Epochs of the perceptron rule: more the fuller the zone, and failures said."""

import pytest

from sims.training import TrainingPoint, measure_training, summarise_training


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
