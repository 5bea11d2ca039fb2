"""Rows of X^T X: exact whatever they are kept in, and where they are not kept."""

import jax
import numpy as np
import pytest

from sims import cpu
from sims.fields import Network, draw_network
from sims.kernels import rows
from sims.kernels.rows import KEPT, UNFIT
from sims.retrieval import retrieve
from theory.activity import active_units


def network(patterns=300, activity=0.3) -> Network:
    return draw_network("fixed-size", 530, activity, patterns, key=jax.random.key(5))


def check_changes(net: Network, prepared: cpu.Prepared, status: set[int]) -> None:
    """Switch units on and off one after another: the sums stay X^T X s."""
    patterns = net.stored(np.arange(net.patterns)).astype(np.int64)
    sums = np.zeros(prepared.rows.width * 32, np.int32)
    desk, state, shift = rows.desk(prepared.rows), np.zeros(net.neurons, np.int64), 0
    for unit in np.random.default_rng(0).integers(0, 20, 60):
        state[unit] ^= 1
        shift += rows.change(prepared.rows, desk, unit, bool(state[unit]), sums)
        np.testing.assert_array_equal(sums[: net.neurons] + shift, patterns.T @ (patterns @ state))
        assert prepared.rows.status[unit] in status


def test_kept_rows_are_exact() -> None:
    net = network()
    prepared = cpu.prepare(net, 10, None)
    assert prepared.rows.kept.dtype == np.int8
    check_changes(net, prepared, {KEPT})


def test_rows_for_which_there_is_no_place_are_exact(monkeypatch) -> None:
    monkeypatch.setattr(cpu, "ROWS_MEMORY", 5 * 17 * 32)
    net = network()
    prepared = cpu.prepare(net, 10, None)
    check_changes(net, prepared, {KEPT, UNFIT})
    assert (prepared.rows.status == UNFIT).any()
    assert (prepared.rows.status == KEPT).sum() == 5


def test_rows_without_columns_are_searched_for(monkeypatch) -> None:
    monkeypatch.setattr(cpu, "COLUMNS_MEMORY", 0)
    net = network()
    prepared = cpu.prepare(net, 10, None)
    assert prepared.rows.columns.size == 0
    check_changes(net, prepared, {KEPT})


def twins(neurons=530, patterns=400) -> Network:
    """Units come in groups that are always active together: their counts lie far from a row's mean."""
    groups = np.random.default_rng(1).random((patterns, 3)) < 0.5
    bits = np.repeat(groups, -(-neurons // 3), axis=1)[:, :neurons]
    packed = np.packbits(np.pad(bits, ((0, 0), (0, -neurons % 32))), axis=1, bitorder="little")
    return Network("bernoulli", neurons, 0.5, np.ascontiguousarray(packed).view(np.uint32), patterns)


def test_rows_that_do_not_fit_into_bytes_are_noticed() -> None:
    """Without the check, distances of 100 and more from the mean could wrap around; here some exceed 127."""
    net = twins(patterns=1200)
    prepared = cpu.prepare(net, 10, None)
    forced = prepared.rows._replace(kept=np.empty(100 * prepared.rows.width * 32, np.int8))
    check_changes(net, cpu.Prepared(prepared.law, forced, prepared.ends), {UNFIT})


def test_wider_rows_are_chosen_where_bytes_would_not_do() -> None:
    net = draw_network("fixed-size", 530, 0.5, 4000, key=jax.random.key(0))
    prepared = cpu.prepare(net, 10, None)
    assert prepared.rows.kept.dtype == np.int16
    check_changes(net, prepared, {KEPT})


@pytest.mark.parametrize("limits", [{"ROWS_MEMORY": 0}, {"COLUMNS_MEMORY": 0}, {"STEPS_SAVED": 0.0}, {"LISTED": 1000}])
def test_retrieval_is_the_same_within_any_limits(limits, monkeypatch) -> None:
    net = network(80, 0.1)
    cues = net.stored(np.arange(70))  # more than are counted at once
    free = retrieve(net, cues, cues, engine="cpu")
    for name, value in limits.items():
        monkeypatch.setattr(cpu, name, value)
    bound = retrieve(net, cues, cues, engine="cpu")
    for name in ("states", "steps", "status"):
        np.testing.assert_array_equal(getattr(free, name), getattr(bound, name))


def test_counted_sums_are_exact_where_16_bits_would_overflow() -> None:
    """Every pattern is the same: the sums of all 530 units are 530 times the largest overlap."""
    net = draw_network("bernoulli", 530, 0.99, 600, key=jax.random.key(0))
    cues = np.ones((3, net.neurons), bool)
    prepared = cpu.prepare(net, active_units(530, 0.99), None)
    probes = cpu._start(cues, prepared.rows.width)
    patterns = net.stored(np.arange(600)).astype(np.int64)
    expected = (cues.astype(np.int64) @ patterns.T) @ patterns
    assert expected.max() > 2**15 * 8
    cpu._count(prepared, probes)
    np.testing.assert_array_equal(probes.sums[:, : net.neurons], expected)
    for kind in (np.int16, np.int32):
        states = np.zeros((prepared.rows.width * 32, 64), np.int8)
        states[: net.neurons, :3] = 1
        found = cpu._sums(prepared, states.reshape(-1), 3, np.dtype(kind))
        np.testing.assert_array_equal(found[:, : net.neurons], expected)


@pytest.mark.parametrize("limits", [{}, {"COLUMNS_MEMORY": 0}, {"ROWS_MEMORY": 9 * 17 * 32}])
@pytest.mark.parametrize("pieces", [1, 3])
def test_rows_counted_together_are_exact(limits, pieces, monkeypatch) -> None:
    for name, value in limits.items():
        monkeypatch.setattr(cpu, name, value * pieces)
    net = network(24_576 * (pieces - 1) + 300, 0.3)
    prepared = cpu.prepare(net, 10, None)
    wanted = np.array([0, 3, 17, 18, 31, 32, 200, 511, 512, 529], np.int32)
    assert cpu._count_rows(prepared.rows, wanted)
    kept = wanted[: len(prepared.rows.kept) // (prepared.rows.width * 32)]
    patterns = net.stored(np.arange(net.patterns)).astype(np.float64)
    for place, unit in enumerate(kept):
        fits = prepared.rows.kept.dtype == np.int16 or net.patterns < 1000
        assert prepared.rows.status[unit] == (KEPT if fits else UNFIT)
        row = patterns.T @ patterns[:, unit]
        row[unit] = prepared.rows.means[unit]
        length = prepared.rows.width * 32
        stored = prepared.rows.kept[place * length : place * length + net.neurons] + prepared.rows.means[unit]
        np.testing.assert_array_equal(stored, row)
    assert not prepared.rows.status[np.setdiff1d(np.arange(net.neurons), kept)].any()


def test_rows_counted_together_that_do_not_fit_are_noticed() -> None:
    net = twins(patterns=1200)
    prepared = cpu.prepare(net, 10, None)
    forced = prepared.rows._replace(kept=np.empty(100 * prepared.rows.width * 32, np.int8))
    assert cpu._count_rows(forced, np.arange(20, dtype=np.int32))
    assert (forced.status[:20] == UNFIT).all()
    check_changes(net, cpu.Prepared(prepared.law, forced, prepared.ends), {UNFIT})


def test_few_rows_are_not_counted_together() -> None:
    net = network()
    assert not cpu._count_rows(cpu.prepare(net, 10, None).rows, np.array([3, 5], np.int32))
