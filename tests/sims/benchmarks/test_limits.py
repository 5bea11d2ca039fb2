"""What the benchmark says of limits: bytes are counted from trajectories, and rates from what was really read."""

import dataclasses

import jax
import numpy as np
import pytest

from sims import cpu
from sims.benchmarks import bare, limits
from sims.benchmarks.bare import VECTOR
from sims.benchmarks.case import OURS, Case
from sims.benchmarks.limits import OVERLAPS, ROWS, STEPS, SUMS, Limits, Phase, Phased
from sims.fields import Network, draw_network
from sims.kernels import batch, counts, dynamics
from sims.kernels.threads import share, watched
from sims.kernels.vectors import LANES
from sims.retrieval import retrieve

CASE = Case(OURS, 530, 0.1, 300, 20, 1)
"""Seventeen words a pattern, so two vectors; patterns beyond capacity, so that many units change."""


@pytest.fixture(autouse=True)
def short_loops(monkeypatch) -> None:
    monkeypatch.setattr(bare, "VISITED", 2**22)


def network() -> Network:
    return draw_network("fixed-size", CASE.neurons, CASE.activity, CASE.patterns, key=jax.random.key(0))


def test_bytes_follow_from_the_trajectories() -> None:
    """Recomputed from retrievals stopped after 0, 1, 2, ... steps, and from the patterns."""
    net, seen = network(), []
    stored = net.stored(np.arange(CASE.probes))
    with watched(lambda work, arguments, _: seen.append(work)):
        end = retrieve(net, stored, stored)
    # Sums of the first so many steps are counted from patterns, all later ones follow by rows.
    counted = seen.count(counts.overlaps)
    most = int(end.steps.max())
    states = np.stack([stored, *(retrieve(net, stored, stored, most_steps=t).states for t in range(1, most))])
    steps = np.arange(1, most)[:, None]
    followed = (steps >= counted) & (steps < end.steps)
    changed = (states[1:] != states[:-1]) & followed[:, :, None]
    assert changed.sum() > 100
    units = changed.any(axis=(0, 1))
    found = limits.measure_phases(CASE, 1e10)
    moved = {phase.name: phase.moved for phase in found.phases}
    assert found.additions == changed.sum()
    assert found.rows == units.sum()
    active = CASE.patterns * 53
    assert moved[OVERLAPS] == counted * active * VECTOR
    assert moved[SUMS] == counted * active * 2 * VECTOR  # read and written: 20 probes of 16 bits fill one vector
    together, alone = moved[ROWS], moved[STEPS] - changed.sum() * 544
    assert min(together, alone) >= 0
    assert batch.count_rows in seen
    assert together > 0
    # A row that two threads count at the same time is read twice.
    assert together + alone >= net.totals.fired[units].sum() * 2 * VECTOR


def test_tally_of_one_thread_is_exact(monkeypatch) -> None:
    """Without batches every row is counted alone, once."""
    monkeypatch.setattr("sims.kernels.threads.threads", lambda: 1)
    monkeypatch.setattr(cpu, "ALONE", np.inf)
    net, last = network(), []
    stored = net.stored(np.arange(CASE.probes))
    with watched(lambda work, arguments, _: last.append(arguments) if work is dynamics.synchronous else None):
        retrieve(net, stored, stored)
    _, rows, probes, *_ = last[-1]
    kept = rows.status != 0
    assert kept.sum() > 50
    assert probes.tally[:, 1].sum() == rows.fired[kept].sum()


def test_phases_add_up() -> None:
    found = limits.measure_phases(CASE, 1e10)
    assert sum(phase.seconds for phase in found.phases) == pytest.approx(found.seconds)
    assert all(phase.seconds > 0 for phase in found.phases)
    assert all((phase.least > 0) == (phase.moved > 0) for phase in found.phases)


def test_watching_ends_with_its_block() -> None:
    seen = []
    net = network()
    stored = net.stored(np.arange(3))
    with watched(lambda work, arguments, seconds: seen.append(seconds)):
        retrieve(net, stored, stored)
    count = len(seen)
    retrieve(net, stored, stored)
    assert len(seen) == count > 0


def test_bare_loops_read_everything_they_claim() -> None:
    """Sums of ones count what was read."""
    result = np.empty(3 * LANES, np.int32)
    share(bare.stream, 3, np.ones(3 * bare.PART, np.int32), result)
    assert result.sum() == 3 * bare.PART
    table = np.repeat(np.arange(7, dtype=np.int32), LANES)
    share(bare.gather, 2, table, np.array([0, 2, 5, 1, 3, 6], np.int32), 3, result)
    np.testing.assert_array_equal(result[: 2 * LANES], np.repeat([7, 10], LANES))


def test_rates_are_no_more_than_any_memory_has() -> None:
    """A loop that the compiler has removed would seem faster than this."""
    rates = [
        bare.stream_rate(2**22),
        bare.adder_rate(),
        bare.gather_rate(1000, 0.1),
        bare.update_rate(np.dtype(np.int16), 0.1),
        bare.row_rate(np.dtype(np.int8), 100, 544),
    ]
    assert all(1e8 < rate < 1e13 for rate in rates)


@pytest.mark.parametrize(("least", "bound"), [(0.7, "near its limit"), (0.3, "more than twice its limit")])
def test_sentence_names_the_longest_phase(least, bound) -> None:
    phases = (Phase(SUMS, 0.5, 10, 0.2), Phase(ROWS, 1.0, 10, least), Phase("rest", 0.25, 0, 0.0))
    found = Phased(CASE, 1.75, phases, 7, 9)
    text = limits.sentence(found)
    assert ROWS in text
    assert bound in text
    assert f"{0.2 + least + 0.25:.3f} s" in text
    table = limits.lines(Limits(2e10, 7e10, (found, dataclasses.replace(found, seconds=2.0))))
    assert "20.0 GB/s" in table[0]
    assert sum(line.startswith("| 0.1 |") for line in table) == 6
