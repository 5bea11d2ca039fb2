"""Measured capacities: the bisection, its criteria, and points that share their networks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.capacity import (
    CapacityPoint,
    SequentialPoint,
    crossing,
    measure_capacity,
    measure_sequential,
    summarise_capacity,
    summarise_sequential,
)
from sims.harness.statistics import mean_interval
from sims.recall import RetrievalPoint, measure_retrieval, summarise_retrieval
from sims.retrieval import retrieve
from theory.information import mutual_information

SMALL = CapacityPoint("fixed-size", 200, 0.2, "kwta", 0.0, 8, 3, 0)
RECALL = RetrievalPoint("fixed-size", 200, 0.2, "kwta", 0.0, 8, 3, 0, load=0.1)


@given(st.integers(0, 5000), st.integers(1, 5000), st.sampled_from([1e-9, 0.01, 0.2]))
def test_crossing_brackets_where_a_property_is_lost(last, start, resolution) -> None:
    tried = []

    def holds(count: int) -> bool:
        tried.append(count)
        return count <= last

    low, high = crossing(holds, start, resolution)
    assert low <= last < high
    assert high - low <= max(1, resolution * high)
    assert low == 0 or low in tried
    assert high in tried
    assert len(tried) == len(set(tried))


@pytest.fixture(scope="module")
def capacity():
    return measure_capacity(SMALL)


def test_capacity_is_where_the_criterion_fails(capacity) -> None:
    for replica in range(SMALL.replicas):
        for name, holds in (("kept", True), ("lost", False)):
            patterns = int(capacity[f"patterns_{name}"][replica])
            network = SMALL.network(replica, patterns)
            stored = network.stored(np.arange(SMALL.probes))
            kept = retrieve(network, stored, stored).overlap >= SMALL.overlap
            assert kept.sum() == capacity[f"probes_{name}"][replica]
            assert (kept.mean() >= SMALL.kept) == holds
    assert (capacity["patterns_kept"] < capacity["patterns_lost"]).all()


def test_table_of_capacities(capacity) -> None:
    table = summarise_capacity([SMALL], [capacity]).isel(point=0)
    middle = (capacity["patterns_kept"] + capacity["patterns_lost"]).values / 2 / SMALL.neurons
    interval = mean_interval(middle)
    assert float(table["load"]) == interval.estimate
    assert (float(table["load_low"]), float(table["load_high"])) == (interval.low, interval.high)
    assert float(table["predicted"]) == pytest.approx(0.2370, abs=1e-4)
    assert float(table["kept_low"]) < capacity["probes_kept"].sum() / 24 <= float(table["kept_high"])
    assert {"code", "activity", "dynamics", "update", "cue_miss", "replicas", "retrieval"} <= set(table.variables)


def test_onsager_corrected_capacity_is_below_the_plain_one_on_the_same_networks(capacity) -> None:
    """Its probes lack the feedback onto themselves; the networks are the same, so this is no matter of chance here."""
    corrected = measure_capacity(replace(SMALL, dynamics="amp", replicas=2, resolution=0.1))
    assert (corrected["patterns_lost"].values < capacity["patterns_kept"].values[:2]).all()


def test_retrieval_counts_agree_with_its_overlaps_and_table() -> None:
    data = measure_retrieval(RECALL)
    alarms = data["false_alarms"] / (200 - data["size"])
    np.testing.assert_allclose(data["overlap"], 1 - data["misses"] / data["size"] - alarms)
    table = summarise_retrieval([RECALL], [data]).isel(point=0)
    miss, alarm = data["misses"].sum("probe") / 320, data["false_alarms"].sum("probe") / 1280
    bits = 0.1 * mutual_information(0.2, miss, alarm)
    assert float(table["bits_per_synapse"].sel(statistic="estimate")) == pytest.approx(bits.mean())
    assert float(table["overlap"].sel(statistic="predicted")) > 0.9
    assert np.isnan(summarise_retrieval([replace(RECALL, load=0.5)], [data])["overlap"][0, -1])


def test_points_share_networks_but_not_across_seeds_and_sizes() -> None:
    noisy = replace(RECALL, cue_miss=0.2, load=0.15)
    own, other = (point.network(1, 20).stored(np.arange(20)) for point in (RECALL, noisy))
    np.testing.assert_array_equal(own, other)
    assert (own != replace(RECALL, seed=1).network(1, 20).stored(np.arange(20))).any()
    assert (own != RECALL.network(0, 20).stored(np.arange(20))).any()


def test_sequential_storage_stops_when_one_pattern_is_forgotten() -> None:
    point = SequentialPoint(100, 0.1, 0.2, 2, 0)
    data = measure_sequential(point)
    for replica in range(2):
        for name, holds in (("kept", True), ("lost", False)):
            patterns = int(data[f"patterns_{name}"][replica])
            network = point.networks.network(replica, patterns)
            stored = network.stored(np.arange(patterns))
            end = retrieve(network, stored, stored)
            worst = (end.misses + end.false_alarms).max() / 10
            assert (worst <= 0.2) == holds
    table = summarise_sequential([point], [data]).isel(point=0)
    middle = (data["patterns_kept"] + data["patterns_lost"]).values / 2
    assert float(table["patterns"]) == middle.mean()
    assert 0 < float(table["bits_per_synapse"]) < 0.7213


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"overlap": 0.0}, "overlap must lie"),
        ({"kept": 1.5}, "kept must lie"),
        ({"replicas": 1}, "replicas"),
        ({"cue_miss": 1.5}, "cue_miss"),
        ({"threshold": 0.4}, "no fixed threshold"),
        ({"dynamics": "amp", "update": "random"}, "synchronous"),
        ({"probes": 0}, "probes"),
    ],
)
def test_capacity_points_check_their_fields(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_other_points_check_their_fields() -> None:
    with pytest.raises(ValueError, match="fewer patterns"):
        replace(RECALL, load=0.01)
    with pytest.raises(ValueError, match="forgetting"):
        SequentialPoint(100, 0.1, 0.0, 2, 0)
