import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from theory.palimpsest import (
    CLIPPED_SHARE,
    best_clipped,
    best_decay,
    best_two_state,
    clipped_signal,
    clipped_snr,
    decaying_lifetime,
    decaying_snr,
    snr_at,
    two_state_snr,
)


def walk(levels, age):
    """Mean change of a clipped weight, from the transition matrices of a step up and a step down."""
    up = np.zeros((levels, levels))
    up[np.minimum(np.arange(levels) + 1, levels - 1), np.arange(levels)] = 1
    down = up[::-1, ::-1]
    weight, start = np.arange(levels) - (levels - 1) / 2, (up - down) @ np.full(levels, 1 / levels) / 2
    return weight @ np.linalg.matrix_power((up + down) / 2, age) @ start


@pytest.mark.parametrize("levels", [2, 3, 4, 7, 20])
def test_the_clipped_signal_is_that_of_the_random_walk(levels):
    ages = [0, 1, 2, 5, 30]
    assert clipped_signal(ages, levels) == pytest.approx([walk(levels, age) for age in ages], abs=1e-14)


def test_the_best_lifetime_with_decay_is_a_share_1_over_e():
    best = best_decay(500.0)
    assert best.items == pytest.approx(decaying_lifetime(500.0, best.parameter)) == pytest.approx(500 / math.e)


@given(decay=st.floats(1e-6, 1.0))
def test_no_decay_does_better(decay):
    assert decaying_lifetime(500.0, decay) <= best_decay(500.0).items * (1 + 1e-12)


def test_the_lifetime_with_decay_is_that_of_the_signal_to_noise_ratio():
    units, wanted = 200_000, snr_at(1e-3)
    capacity = units / wanted**2
    best = best_decay(capacity)
    assert float(decaying_snr(best.items, units, best.parameter)) == pytest.approx(wanted, rel=1e-3)


def test_clipped_lifetimes_tend_to_their_share():
    units = 30_000
    best = best_clipped(1e-3, units)
    assert best.items / (units / snr_at(1e-3) ** 2) == pytest.approx(CLIPPED_SHARE, rel=0.01)
    for levels in (int(best.parameter) - 12, int(best.parameter) + 12):
        assert clipped_snr(best.items + 1, units, levels) < snr_at(1e-3)


@pytest.mark.parametrize("units", [1000, 10**8])
def test_two_state_lifetimes_grow_like_the_square_root(units):
    best = best_two_state(1e-3, units)
    wanted = snr_at(1e-3)
    assert float(two_state_snr(best.items, units, best.parameter)) == pytest.approx(wanted, rel=1e-9)
    bound = math.sqrt(units) / (math.e * wanted)
    assert best.items < bound
    assert units < 10**6 or best.items == pytest.approx(bound, rel=1e-3)


@pytest.mark.parametrize("kind", ["decaying", "clipped", "two-state"])
@pytest.mark.parametrize("age", [4, 10])
def test_simulated_errors_are_those_of_the_signal_to_noise_ratio(kind, age):
    """Wrong signs at an age against Q(SNR): a t-test over 20 memories with a false alarm in 1e6 runs."""
    generator = np.random.default_rng(11)
    memories, outputs, units, writes = 20, 150, 40, 80
    decay, levels, rate = 0.05, 5, 0.3
    weights = generator.choice([-1.0, 1.0], (memories, outputs, units)) if kind == "two-state" else 0.0
    shown = []
    for _ in range(writes):
        key = generator.choice([-1.0, 1.0], (memories, 1, units))
        value = generator.choice([-1.0, 1.0], (memories, outputs, 1))
        shown.append((key, value))
        if kind == "decaying":
            weights = (1 - decay) * weights + value * key
        elif kind == "clipped":
            weights = np.clip(weights + value * key, -(levels - 1) / 2, (levels - 1) / 2)
        else:
            weights = np.where(generator.random((memories, outputs, units)) < rate, value * key, weights)
    key, value = shown[-1 - age]
    fields = (value * weights * key).sum(axis=2)
    wrong = ((fields < 0) + 0.5 * (fields == 0)).mean(axis=1)
    snr = {
        "decaying": decaying_snr(age, units, decay),
        "clipped": clipped_snr(age, units, levels),
        "two-state": two_state_snr(age, units, rate),
    }[kind]
    score = (wrong.mean() - stats.norm.sf(snr)) / (wrong.std(ddof=1) / math.sqrt(memories))
    assert 2 * stats.t.sf(abs(score), memories - 1) > 1e-6


def test_bad_input():
    with pytest.raises(ValueError, match="decay must lie in"):
        decaying_snr(1, 10, 0.0)
    with pytest.raises(ValueError, match="capacity"):
        decaying_lifetime(0.0, 0.1)
    with pytest.raises(ValueError, match="exceed e/2"):
        best_decay(1.0)
    with pytest.raises(ValueError, match="levels"):
        clipped_signal(1, 1)
    with pytest.raises(ValueError, match="probability"):
        two_state_snr(1, 10, 1.5)
    with pytest.raises(ValueError, match="error_rate"):
        best_clipped(0.7, 100)
