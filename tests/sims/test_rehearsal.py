"""One dense zone that rehearses itself: what it keeps, what its writes do, and what is refused."""

import dataclasses

import numpy as np
import pytest

from sims.codes import KeyGenerator, ValueCode, random_bits
from sims.memory import ZoneOverflowError
from sims.rehearsal import RehearsedMemory, Write
from sims.zones import Zone

NEURONS, BITS = 100, 12
ITEMS = random_bits(2, 0, 0, 120, BITS)


def rehearsed(arrival: Write = "delta", interval=2, **options):
    return RehearsedMemory(
        Zone.empty(ValueCode(0.5, BITS), KeyGenerator(NEURONS, 2, 2, 1)), arrival, interval, **options
    )


def fill(memory, items):
    while memory.written < items:
        memory = memory.write(ITEMS[memory.written : memory.written + memory.room]).consolidate()
    return memory


def test_a_rehearsed_zone_keeps_several_times_what_one_write_an_item_does():
    """Load 0.4; one-shot writing has about 6% errors there (Q(1/sqrt(0.4)))."""
    memory = fill(rehearsed(), 40)
    assert (memory.recall(0, 40) == ITEMS[:40]).all()
    assert memory.ledger.offline_phases == 20
    one_shot = Zone.empty(memory.zone.code, memory.zone.keys).write(0, ITEMS[:40])
    assert (one_shot.recall(0, 40) != ITEMS[:40]).mean() > 0.01


def test_rarer_rehearsal_keeps_less_and_hebbian_writes_keep_less():
    """Load 0.8: hundreds of bits, so differences of whole per cents."""
    settings: tuple[tuple[Write, int], ...] = (("delta", 1), ("delta", 16), ("hebb", 1))
    errors = {key: (fill(rehearsed(*key), 80).recall(0, 80) != ITEMS[:80]).mean() for key in settings}
    assert errors["delta", 1] + 0.02 < errors["delta", 16]
    assert errors["delta", 1] + 0.02 < errors["hebb", 1]


def test_a_delta_write_brings_the_new_item_just_to_the_margin():
    memory = fill(rehearsed(), 20)
    written = memory.write(ITEMS[20:21])
    before, after = (each.zone.fields(20, 1)[0] * (2.0 * ITEMS[20] - 1) for each in (memory, written))
    np.testing.assert_allclose(after, np.maximum(before, 1))


def test_a_hebbian_write_adds_the_same_for_every_output():
    memory = fill(rehearsed("hebb", strength=3.0), 20)
    written = memory.write(ITEMS[20:21])
    change = (written.zone.fields(20, 1) - memory.zone.fields(20, 1))[0] * (2.0 * ITEMS[20] - 1)
    np.testing.assert_allclose(change, 3.0)


def test_it_stores_its_synapses_only():
    memory = fill(rehearsed(), 20)
    assert memory.synapses == memory.zone.weights.size == NEURONS * BITS
    assert memory.copies == 0
    fresh = dataclasses.replace(
        rehearsed(), zone=dataclasses.replace(memory.zone, weights=memory.zone.weights.copy()), written=20, rehearsed=20
    )
    assert (fill(fresh, 40).zone.weights == fill(memory, 40).zone.weights).all()


def test_an_item_too_many_is_refused():
    with pytest.raises(ZoneOverflowError, match="3 items arrived but there is room for 2"):
        rehearsed().write(ITEMS[:3])


@pytest.mark.parametrize("change", [{"interval": 0}, {"strength": 0.0}, {"relaxation": 2.0}, {"max_epochs": 0}])
def test_bad_settings_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        dataclasses.replace(rehearsed(), **change)
