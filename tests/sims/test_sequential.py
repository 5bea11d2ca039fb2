"""The sequential study: streams, checkpoints and capacities, on small memories."""

import dataclasses

import numpy as np
import pytest

from sims.codes import random_bits
from sims.sequential import SequencePoint, build, measure_sequence, stream
from sims.sequential_tables import (
    bit_errors,
    capacity,
    capacity_items,
    exact_items,
    summarise_gain,
    summarise_retention,
)

SMALL = {"neurons": 100, "item_bits": 12, "load": 1.3, "rho": 0.25, "checkpoints": 6, "replicas": 3, "seed": 1}


@pytest.fixture(scope="module")
def measured():
    points = [SequencePoint(system=each, **SMALL) for each in ("frozen", "live", "one-shot")]
    return points, [measure_sequence(point) for point in points]


def test_every_item_is_tracked_from_its_arrival_on(measured):
    for point, data in zip(*measured, strict=True):
        wrong, items = data["wrong"].values, data["items"].values
        assert wrong.shape == (3, 6, point.presented)
        assert items[-1] == point.presented
        for checkpoint, count in enumerate(items):
            assert (wrong[:, checkpoint, :count] >= 0).all()
            assert (wrong[:, checkpoint, count:] == -1).all()


def test_measurements_depend_on_the_point_alone(measured):
    points, datasets = measured
    again = measure_sequence(points[2])
    assert again.equals(datasets[2])
    other = measure_sequence(dataclasses.replace(points[2], seed=2))
    assert not other["wrong"].equals(datasets[2]["wrong"])


def test_gains_are_counted_against_the_best_single_zone_of_equal_size(measured):
    points, datasets = measured
    perfect = [datasets[0].assign(wrong=datasets[0]["wrong"] * 0), datasets[1].assign(wrong=datasets[1]["wrong"] * 0)]
    table = summarise_gain(points, [*perfect, datasets[2]])
    assert table["accounting"].values.tolist() == ["copy not counted", "copy counted", "no copy", "no copy"]
    frozen, counted, live, single = (table.isel(point=index) for index in range(4))
    assert bool(live["met_at_end"])
    items, bits = points[0].sizes.items, 12
    assert float(live["bits_per_synapse"]) == pytest.approx(items * bits / int(datasets[1]["synapses"]))
    assert int(counted["synapses"]) == int(frozen["synapses"]) + 100 * 12
    assert float(frozen["gain"]) == float(live["gain"]) > float(counted["gain"])
    assert float(live["gain"]) == pytest.approx(float(live["bits_per_synapse"]) / float(single["bits_per_synapse"]))
    assert float(single["gain"]) == pytest.approx(1)
    assert float(single["predicted_gain"]) == 1
    assert float(live["predicted"]) == pytest.approx(float(live["bits_per_synapse"]), rel=0.15)
    assert int(table["unconverged"].max()) == 0


def test_live_and_frozen_memories_err_alike(measured):
    """Their errors are those of the fast zone: 4,680 bits at an expected 7.5e-4 or less, in bursts."""
    points, datasets = measured
    for point, data in zip(points[:2], datasets[:2], strict=True):
        assert bit_errors(point, data)[:, -1].mean() < 4e-3


def test_blackout_shows_in_exact_items_but_not_in_information():
    """A dense one-shot zone filled to twenty times its capacity."""
    point = SequencePoint(system="one-shot", activity=0.5, span=4.0, **SMALL)
    table = summarise_retention([point], [measure_sequence(point)])
    retained, information = table["retained"].values[0], table["information"].values[0]
    assert retained[-1] < 0.7 * retained.max()
    assert (np.diff(information) > 0).all()
    assert table["exact_items_low"].values[0, -1] <= table["exact_items"].values[0, -1]


def test_streams_stop_where_they_are_asked():
    point = SequencePoint(system="rehearsed-delta", interval=10, **{**SMALL, "neurons": 60})
    bits = random_bits(1, 0, 0, 60, 12)
    seen = [(memory.written, len(recalled)) for memory, recalled in stream(build(point, 1), bits, [5, 20, 60])]
    assert seen == [(5, 5), (20, 20), (60, 60)]
    *_, (last, _) = stream(build(point, 1), bits, [60])
    assert last.ledger.offline_phases == 6


def test_capacity_is_where_the_error_crosses_the_criterion(measured):
    points, datasets = measured
    assert capacity_items([10, 20, 30], np.array([0.0, 0.0, 1e-4]), 1e-3) == 30
    assert capacity_items([10, 20, 30], np.array([0.0, 0.0, 2e-3]), 1e-3) == 25
    assert capacity_items([10, 20, 30], np.array([2e-3, 3e-3, 4e-3]), 1e-3) == 5
    assert capacity_items([10, 20, 30], np.array([2e-3, 9e-4, 8e-4]), 1e-3) == 30  # an early chance error
    between = capacity_items([10, 20, 30], np.array([1e-5, 5e-4, 2e-3]), 1e-3)
    assert 20 < between < 30
    held = capacity(points[2], datasets[2])
    assert 0 < held.estimate < points[2].presented
    assert held.low < held.high
    assert (exact_items(datasets[2]) <= datasets[2]["items"].values).all()
    assert bit_errors(points[2], datasets[2])[:, -1].mean() > 1e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"checkpoints": 1}, "checkpoints"),
        ({"span": 0.0}, "span"),
        ({"span": 0.01}, "too few"),
        ({"replicas": 1}, "replicas"),
        ({"load": 2.5}, "load"),
        ({"rho": 1.5}, "rho"),
        ({"item_bits": 0}, "item_bits"),
        ({"fast_activity": 0.3}, "activity"),
    ],
)
def test_bad_points_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        SequencePoint(**{"system": "frozen", **SMALL, **change})


def test_a_capacity_ends_with_the_stream():
    """Where some replicas meet the criterion at the end and some do not, the jackknife must not point beyond it."""
    point = SequencePoint("frozen", **{**SMALL, "replicas": 4})
    data = measure_sequence(point)
    wrong = np.maximum(data["wrong"].values, 0) * 0
    wrong[0, -1, :2] = 12  # mean error over replicas just above the criterion at the end, three replicas below
    data = data.assign(wrong=(data["wrong"].dims, np.where(data["wrong"].values < 0, -1, wrong)))
    held = capacity(point, data)
    assert held.low < held.estimate <= point.presented
    assert held.high <= point.presented
