"""Fields drawn from counts of overlaps: the sums of stored patterns bit for bit, and their law.

Each statistical test rejects a correct program with probability at most about 1e-6.
"""

import dataclasses
import functools
from typing import cast

import jax
import numpy as np
import pytest
from scipy import stats

from sims.fields import Network, draw_network
from sims.grouped_fields import Tables, active_fields, binomial_tables, unit_fields
from sims.harness.statistics import goodness_of_fit
from sims.kernels import threads
from theory.overlap_groups import OverlapGroups

FALSE_ALARM = 1e-6
CODES = ["bernoulli", "fixed-size"]
NEURONS, ACTIVITY, PATTERNS = 50, 0.2, 30
NETWORKS, DRAWS = 400, 1500


def stored(code, seed: int) -> tuple[Network, np.ndarray]:
    """A network whose pattern 0 is a cue of exactly k units, and that cue."""
    given = "centred" if code == "fixed-size" else "raw"
    cue = draw_network("fixed-size", NEURONS, ACTIVITY, 1, key=jax.random.key(10_000 + seed))
    net = draw_network(code, NEURONS, ACTIVITY, PATTERNS, key=jax.random.key(seed), input=given)
    words = np.concatenate([cue.words[:1], net.words[1:]])
    return dataclasses.replace(net, words=words), cue.stored(np.array([0]))


@functools.cache
def brute(code) -> tuple[np.ndarray, np.ndarray]:
    """The fields of all active and of all silent units of many networks of really stored patterns."""
    active, silent = [], []
    for seed in range(NETWORKS):
        net, cue = stored(code, seed)
        fields = net.fields(cue)[0]
        active.append(fields[cue[0]])
        silent.append(fields[~cue[0]])
    return np.array(active), np.array(silent)


def draws(groups: OverlapGroups, count: int, joint: bool, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Fields drawn from counts of overlaps, shape (draw, unit) each."""
    random, active, silent = np.random.default_rng(seed), [], []
    for _ in range(count):
        counts = random.multinomial(PATTERNS - 1, groups.probabilities)
        key = random.integers(2**32, size=2, dtype=np.uint32)
        active.append(
            active_fields(groups, counts, key) if joint else unit_fields(groups, counts, True, groups.active, key)
        )
        silent.append(unit_fields(groups, counts, False, groups.neurons - groups.active, key))
    return np.array(active), np.array(silent)


@pytest.mark.parametrize("code", CODES)
def test_grouping_gives_the_fields_of_stored_patterns_bit_for_bit(code) -> None:
    """Every unit's field from the counts of overlaps and its memberships alone, for given patterns."""
    net, cue = stored(code, 3)
    groups = OverlapGroups(code, NEURONS, ACTIVITY)
    others = net.stored(np.arange(1, PATTERNS)).astype(int)
    overlaps = others @ cue[0]
    fields = net.fields(cue)[0]
    assert groups.scale == net.scale
    place = np.searchsorted(groups.overlaps, overlaps)
    assert (groups.overlaps[place] == overlaps).all()
    for unit in range(NEURONS):
        active = bool(cue[0, unit])
        steps, bases = groups.steps(active), groups.bases(active)
        assert fields[unit] == groups.signal(active) + bases[place].sum() + others[:, unit] @ steps[place]


def law_test(groups: OverlapGroups, fields: np.ndarray, active: bool) -> float:
    """P-value of independent fields against the exact law, in cells between twenty-one thresholds."""
    low, high = int(fields.min()), int(fields.max())
    edges = np.unique(np.linspace(low - 1, high, 21).astype(np.int64))
    tails = np.array([groups.rate(PATTERNS, active, int(edge)) for edge in edges])
    cells = np.clip(-np.diff(tails), 0, 1)
    return goodness_of_fit(np.histogram(fields - 0.5, edges)[0], cells / cells.sum()).p_value


@pytest.mark.parametrize("code", CODES)
def test_stored_patterns_have_the_exact_law(code) -> None:
    """One unit of each network, as units of one network depend on one another."""
    active, silent = brute(code)
    groups = OverlapGroups(code, NEURONS, ACTIVITY)
    assert law_test(groups, active[:, 0], True) > FALSE_ALARM
    assert law_test(groups, silent[:, 0], False) > FALSE_ALARM


@functools.cache
def drawn(code) -> tuple[np.ndarray, np.ndarray]:
    """The same, drawn from counts of overlaps, the active units jointly."""
    return draws(OverlapGroups(code, NEURONS, ACTIVITY), DRAWS, joint=True)


@pytest.mark.parametrize("code", CODES)
def test_drawn_fields_have_the_exact_law(code) -> None:
    active, silent = drawn(code)
    groups = OverlapGroups(code, NEURONS, ACTIVITY)
    assert law_test(groups, active[:, 3], True) > FALSE_ALARM
    assert law_test(groups, silent[:, 5], False) > FALSE_ALARM


@pytest.mark.parametrize("code", CODES)
def test_active_units_drawn_one_by_one_have_the_exact_law(code) -> None:
    groups = OverlapGroups(code, NEURONS, ACTIVITY)
    active, _ = draws(groups, DRAWS, joint=False)
    assert law_test(groups, active[:, 3], True) > FALSE_ALARM


class WrongGroups(OverlapGroups):
    """Weights a tenth too large."""

    def steps(self, active: bool) -> np.ndarray:
        return super().steps(active) * 11 // 10


class SelfCoupled(OverlapGroups):
    """Forgets that a unit has no coupling to itself."""

    def _shown(self, active: bool) -> int:
        return 0


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("wrong", [WrongGroups, SelfCoupled])
def test_a_wrong_weight_is_rejected(code, wrong) -> None:
    active, _ = draws(wrong(code, NEURONS, ACTIVITY), DRAWS, joint=True)
    assert law_test(OverlapGroups(code, NEURONS, ACTIVITY), active[:, 3], True) < FALSE_ALARM


def same_law(first: np.ndarray, second: np.ndarray) -> float:
    """P-value that two samples of small counts have one law (chi-square, cells of at least ten)."""
    edges = np.unique(np.quantile(np.concatenate([first, second]), np.linspace(0, 1, 12)).astype(int))[1:-1]
    table = np.array([np.bincount(np.digitize(each, edges), minlength=len(edges) + 1) for each in (first, second)])
    table = table[:, table.sum(axis=0) >= 10]
    return cast(float, stats.chi2_contingency(table)[1])


@pytest.mark.parametrize("code", CODES)
def test_whole_states_have_the_law_of_stored_patterns(code) -> None:
    """Numbers of misses, and for Bernoulli codes of false alarms: what depends on how units depend on one another."""
    groups = OverlapGroups(code, NEURONS, ACTIVITY)
    (active, silent), (drawn_active, drawn_silent) = brute(code), drawn(code)
    for gaps in (0.2, 0.5, 0.8):
        threshold = groups.threshold(gaps)
        misses = [(each <= threshold).sum(axis=1) for each in (active, drawn_active)]
        assert same_law(*misses) > FALSE_ALARM
        if code == "bernoulli":
            alarms = [(each > threshold).sum(axis=1) for each in (silent, drawn_silent)]
            assert same_law(*alarms) > FALSE_ALARM
            wrong = [miss + alarm for miss, alarm in zip(misses, alarms, strict=True)]
            assert same_law(*wrong) > FALSE_ALARM


@pytest.mark.parametrize("activity", [0.1, 0.5])
@pytest.mark.parametrize("code", CODES)
def test_jointly_drawn_patterns_have_as_many_members_as_their_overlap(code, activity) -> None:
    """Also where those left out are drawn, being fewer."""
    groups = OverlapGroups(code, 200, activity)
    counts = np.random.default_rng(0).multinomial(9000, groups.probabilities)
    fields = active_fields(groups, counts, np.array([5, 6], np.uint32))
    certain = groups.active * (groups.signal(True) + int(counts @ groups.bases(True)))
    assert fields.sum() - certain == counts @ (groups.overlaps * groups.steps(True))
    assert np.ptp(fields) > 0


def table_law(tables: Tables, law: int) -> np.ndarray:
    """The probabilities that a table gives its values."""
    size, first = 1 << int(tables.bits[law]), int(tables.starts[law])
    keep = tables.limits[first : first + size] / 2.0 ** (64 - int(tables.bits[law])) / size
    return keep + np.bincount(tables.others[first : first + size], 1 / size - keep, size)


def test_tables_are_binomial_laws() -> None:
    counts = np.array([1, 1, 3, 50, 2000, 10**6, 10**6, 7])
    members = np.array([0.3, 1.0, 0.5, 0.01, 0.4, 0.01, 1e-6, 0.0])
    tables = binomial_tables(counts, members)
    for law, (count, share) in enumerate(zip(counts, members, strict=True)):
        found = table_law(tables, law)
        values = tables.lowest[law] + np.arange(found.size)
        np.testing.assert_allclose(found, stats.binom.pmf(values, count, share), atol=1e-15)
        assert found.sum() == pytest.approx(1, abs=1e-13)


def test_fields_do_not_depend_on_the_number_of_threads(monkeypatch) -> None:
    groups = OverlapGroups("bernoulli", 20_000, 0.05)
    counts = np.random.default_rng(0).multinomial(10_000, groups.probabilities)
    key = np.array([1, 2], np.uint32)

    def fields() -> list[np.ndarray]:
        return [unit_fields(groups, counts, False, 19_000, key), active_fields(groups, counts, key)]

    usual = fields()
    for count in (1, 5):
        monkeypatch.setattr(threads, "threads", lambda count=count: count)
        monkeypatch.setattr("sims.grouped_fields.threads", lambda count=count: count)
        for each, other in zip(usual, fields(), strict=True):
            np.testing.assert_array_equal(each, other)
