"""The dual memory: what it stores, what consolidation does, and what happens when something goes wrong."""

import dataclasses

import numpy as np
import pytest

from sims.codes import KeyGenerator, ValueCode, random_bits
from sims.dual_memory import Consolidation, DualMemory
from sims.memory import Ledger, OneShotMemory, ZoneOverflowError
from sims.zones import Zone

BITS, NEURONS, FAST = 12, 100, 60
ITEMS = random_bits(5, 0, 0, 150, BITS)


def dual(consolidation: Consolidation = "frozen", capacity=15, fast_units=FAST, **options):
    fast = Zone.empty(ValueCode(1 / 16, BITS), KeyGenerator(fast_units, 2, 5, 2))
    slow = Zone.empty(ValueCode(0.5, BITS), KeyGenerator(NEURONS, 2, 5, 1))
    return DualMemory(fast, slow, capacity, consolidation, **options)


def fill(memory, items=ITEMS, step=15):
    for first in range(0, len(items), step):
        memory = memory.write(items[first : first + step]).consolidate()
    return memory


def numbers_stored(thing):
    """Every number in a memory's fields, found by looking: arrays, and single numbers."""
    if dataclasses.is_dataclass(thing):
        parts = [numbers_stored(getattr(thing, each.name)) for each in dataclasses.fields(thing)]
        assert set(vars(thing)) == {each.name for each in dataclasses.fields(thing)}  # nothing beside the fields
        return tuple(sum(each) for each in zip(*parts, strict=True))
    if isinstance(thing, np.ndarray):
        return thing.size, 0
    assert isinstance(thing, int | float | str), f"a {type(thing).__name__} could hide anything"
    return 0, 1


@pytest.mark.parametrize("consolidation", ["frozen", "live"])
def test_a_dual_memory_brings_back_what_one_zone_cannot(consolidation):
    memory = fill(dual(consolidation))
    assert (memory.recall(0, 150) == ITEMS).all()  # load 1.5 of the slow zone
    single = OneShotMemory(Zone.empty(ValueCode(0.5, BITS), KeyGenerator(memory.synapses // BITS, 2, 5, 1)))
    assert (single.write(ITEMS).recall(0, 150) != ITEMS).mean() > 0.01
    assert memory.ledger.offline_phases == 10
    assert memory.ledger.unconverged == 0


def test_the_live_memory_holds_two_matrices_and_counters_and_nothing_else():
    """Rebuilt in the middle from its two matrices and two counts alone, it goes on bit for bit the same."""
    memory = fill(dual("live"), ITEMS[:60]).write(ITEMS[60:66])
    arrays, scalars = numbers_stored(memory)
    assert arrays == memory.synapses == memory.fast.weights.size + memory.slow.weights.size
    assert memory.copies == 0
    assert scalars < 30  # settings and counters
    new = dual("live")
    rebuilt = dataclasses.replace(
        new,
        fast=dataclasses.replace(new.fast, weights=memory.fast.weights.copy()),
        slow=dataclasses.replace(new.slow, weights=memory.slow.weights.copy()),
        written=66,
        consolidated=60,
    )
    one, other = (fill(each.write(ITEMS[66:75]).consolidate(), ITEMS[75:]) for each in (memory, rebuilt))
    assert (one.slow.weights == other.slow.weights).all()
    assert (one.recall(0, 150) == ITEMS).all()


def test_the_live_memory_depends_on_its_weights():
    """What rehearsal keeps is what the weights say: with the slow weights negated, the negated items come back."""
    memory = fill(dual("live"), ITEMS[:60])
    turned = dataclasses.replace(memory, slow=dataclasses.replace(memory.slow, weights=-memory.slow.weights))
    turned = fill(turned, ITEMS[60:])
    assert (turned.recall(0, 60) == 1 - ITEMS[:60]).all()
    assert (turned.recall(60, 90) == ITEMS[60:]).all()


def test_batch_consolidation_is_sequential_writing_bit_for_bit():
    """The identity that refutes the proposal's construction, in the whole system; no fast error at this size."""
    memory = fill(dual("batch-hebb", fast_units=400))
    sequential = OneShotMemory(Zone.empty(ValueCode(0.5, BITS), KeyGenerator(NEURONS, 2, 5, 1)))
    for item in ITEMS:
        sequential = sequential.write(item[None])
    assert (memory.slow.weights == sequential.zone.weights).all()
    assert (memory.recall(0, 150) != ITEMS).mean() > 0.05


def test_without_consolidation_only_the_fast_zone_remembers():
    memory = fill(dual("none"), ITEMS[:60]).write(ITEMS[60:75])
    assert 0.3 < (memory.recall(0, 60) != ITEMS[:60]).mean() < 0.7
    assert (memory.recall(60, 15) == ITEMS[60:75]).all()


def test_errors_of_the_fast_zone_enter_once_and_do_not_compound():
    memory = dual(fast_units=18)
    entered = np.empty((0, BITS), np.uint8)
    for first in range(0, 150, 15):
        memory = memory.write(ITEMS[first : first + 15])
        entered = np.concatenate([entered, memory.recall(first, 15)])
        memory = memory.consolidate()
    assert 0 < (entered != ITEMS).sum() < 200
    assert (memory.recall(0, 150) == entered).all()


def test_an_overflow_says_so_and_writes_nothing():
    memory = dual().write(ITEMS[:13])
    with pytest.raises(ZoneOverflowError, match="3 items arrived but there is room for 2"):
        memory.write(ITEMS[13:16])
    assert memory.written == 13
    assert (memory.write(ITEMS[13:15]).consolidate().recall(0, 15) == ITEMS[:15]).all()


def test_corrupted_replay_corrupts_that_fraction():
    """About 18 of 1800 bits at 1%, 180 at 10%; a fair draw strays beyond these bounds with probability below 1e-6."""
    wrong = [int((fill(dual(replay_error=each)).recall(0, 150) != ITEMS).sum()) for each in (0.01, 0.1)]
    assert 0 < wrong[0] < 45
    assert 110 < wrong[1] < 250


@pytest.mark.parametrize("consolidation", ["frozen", "live"])
def test_an_interrupted_phase_keeps_the_fast_zone_and_can_be_repeated(consolidation):
    memory = fill(dual(consolidation), ITEMS[:105]).write(ITEMS[105:120])
    cut = dataclasses.replace(memory, max_epochs=1).consolidate()
    assert cut.ledger.unconverged == 1
    assert cut.consolidated == 105
    assert (cut.recall(105, 15) == ITEMS[105:120]).all()
    assert cut.room == 0
    again = dataclasses.replace(cut, max_epochs=20_000).consolidate()
    assert again.consolidated == 120
    if consolidation == "live":  # no old item changed its sign, so nothing was lost
        assert (again.recall(0, 120) == ITEMS[:120]).all()


def test_a_phase_cut_short_and_forced_loses_items():
    memory = fill(dual(max_epochs=2, forced=True))
    assert memory.ledger.unconverged > 0
    assert (memory.recall(0, 150) != ITEMS).mean() > 0.02


def test_costs_are_counted():
    memory = fill(dual("batch-hebb"), ITEMS[:30])
    assert memory.ledger == Ledger(offline_phases=2, updates=30 * 48 + 30 * BITS)
    assert memory.synapses == 48 * FAST + BITS * NEURONS
    assert dual("frozen").copies == BITS * NEURONS
    assert memory.consolidate() is memory


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"capacity": 0}, "capacity"),
        ({"replay_error": 1.0}, "replay_error"),
        ({"slow": Zone.empty(ValueCode(0.25, BITS), KeyGenerator(8, 2, 0, 0))}, "must be dense"),
        ({"fast": Zone.empty(ValueCode(0.25, 4), KeyGenerator(8, 2, 0, 0))}, "same size"),
    ],
)
def test_impossible_memories_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(dual(), **change)
