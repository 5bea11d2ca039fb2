"""Batch and sequential writes: equal to the last bit, and a comparison that would see a difference."""

import numpy as np
import pytest

from sims.batch_writes import BatchPoint, measure_batch, summarise_batch
from sims.zones import Zone


@pytest.mark.parametrize("activity", [0.5, 1 / 16])
def test_a_batch_leaves_the_weights_of_the_sequence(activity):
    point = BatchPoint(activity, 60, 12, 20, replicas=2)
    data = measure_batch(point)
    assert data["weight_difference"].shape == (2, 3)
    assert not data["weight_difference"].values.any()
    assert data["weight_size"].values.min() > 3
    assert float(summarise_batch([point], [data])["weight_difference"][0]) == 0


def test_a_write_that_depended_on_the_batch_would_be_seen(monkeypatch):
    write = Zone.write

    def normalised(zone, first, bits):
        written = write(zone, first, bits)
        return Zone(zone.code, zone.keys, zone.weights + (written.weights - zone.weights) / np.sqrt(len(bits)))

    monkeypatch.setattr(Zone, "write", normalised)
    assert measure_batch(BatchPoint(0.5, 60, 12, 20, replicas=2))["weight_difference"].values.min() > 0


@pytest.mark.parametrize("change", [{"activity": 0.3}, {"items": 1}, {"replicas": 1}, {"neurons": 0}])
def test_bad_points_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        BatchPoint(**{"activity": 0.5, "neurons": 10, "item_bits": 4, "items": 4, **change})
