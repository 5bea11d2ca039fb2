"""Palimpsests: each update rule against the obvious one, and recent items kept while old ones fade."""

import dataclasses

import numpy as np
import pytest

from sims.codes import KeyGenerator, ValueCode, random_bits
from sims.harness.statistics import t_test
from sims.palimpsest import PalimpsestMemory, PartitionedMemory
from sims.zones import Zone
from theory.gaussian import tail
from theory.palimpsest import decaying_snr

NEURONS, BITS = 400, 10
CODE = ValueCode(0.5, BITS)
ITEMS = random_bits(9, 0, 0, 300, BITS)


def palimpsest(seed=9, **options):
    return PalimpsestMemory(Zone.empty(CODE, KeyGenerator(NEURONS, 2, seed, 1)), **options)


def test_without_bound_or_decay_it_is_a_one_shot_zone():
    memory = palimpsest().write(ITEMS[:50])
    assert (memory.zone.weights == memory.zone.empty(CODE, memory.zone.keys).write(0, ITEMS[:50]).weights).all()


def test_weights_stay_within_the_bound():
    memory = palimpsest(bound=4.0).write(ITEMS)
    assert np.abs(memory.zone.weights).max() == 4
    assert set(np.unique(memory.zone.weights)) <= set(range(-4, 5))


@pytest.mark.parametrize("options", [{"bound": 7.0}, {"kept": 0.97}])
def test_recent_items_are_kept_for_ever_and_old_ones_fade(options):
    memory = palimpsest(**options).write(ITEMS)
    wrong = memory.recall(0, 300) != ITEMS
    assert wrong[-10:].mean() < 0.01  # SNR above 4
    assert 0.4 < wrong[:100].mean() < 0.6
    one_shot = palimpsest().write(ITEMS).recall(0, 300) != ITEMS
    assert one_shot[-10:].mean() > 0.05  # which has no recent items: all are equally wrong


def test_errors_of_a_decaying_memory_follow_its_signal_to_noise_ratio():
    """30 memories; a t-test at three ages, false-alarm rate 1e-6 each."""
    wrong = []
    for seed in range(30):
        items = random_bits(seed, 0, 0, 150, BITS)
        wrong.append((palimpsest(seed, kept=0.97).write(items).recall(0, 150) != items).mean(axis=1)[::-1])
    for first, last in ((20, 35), (40, 55), (60, 80)):
        expected = float(tail(decaying_snr(np.arange(first, last), NEURONS, 0.03)).mean())
        rates = np.array(wrong)[:, first:last].mean(axis=1)
        assert t_test(rates, expected) > 1e-6


def test_a_chain_of_partitions_hands_memories_down():
    rates = (1.0, 0.3, 0.1)
    memory = PartitionedMemory.empty(CODE, KeyGenerator(NEURONS, 2, 9, 1), rates).write(ITEMS)
    assert set(np.unique(memory.weights)) <= {-1.0, 0.0, 1.0}
    assert memory.synapses == 3 * BITS * NEURONS
    keys, values = memory.keys.patterns(0, 300), CODE.encode(ITEMS)
    signals = np.einsum("tu,pou,to->pt", keys, memory.weights, values) / (NEURONS * BITS)
    newest = signals.argmax(axis=1)
    assert (299 - newest)[0] == 0  # the first stage holds the last item only
    assert signals[0, -1] == 1
    late = signals[:, 283:296].mean(axis=1)  # expected 0, ..., 0.05, each to within 0.0045
    assert abs(late[0]) < 0.03
    assert late[2] > late[0] + 0.02  # older items live further down the chain


def test_writing_one_by_one_is_writing_together():
    chain = PartitionedMemory.empty(CODE, KeyGenerator(NEURONS, 2, 9, 1), (0.5, 0.1))
    together = chain.write(ITEMS[:20])
    for item in ITEMS[:20]:
        chain = chain.write(item[None])
    assert (chain.weights == together.weights).all()


@pytest.mark.parametrize("change", [{"bound": 0.0}, {"kept": 0.0}, {"kept": 1.5}])
def test_bad_settings_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        palimpsest(**change)
    with pytest.raises(ValueError, match="rates"):
        dataclasses.replace(PartitionedMemory.empty(CODE, KeyGenerator(8, 2, 0, 1), (0.5,)), rates=())
