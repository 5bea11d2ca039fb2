import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from theory.any_rule import cover_dichotomies, gardner_bits
from theory.dual_regime import (
    ASYMPTOTIC_CRITICAL_RHO,
    ASYMPTOTIC_GAIN,
    best_fast_share,
    bits_surface,
    content_at_overflow,
    critical_rho,
    dual_bits,
    gain,
    separable_items,
    slow_bits,
)
from theory.information import SHANNON_LIMIT

RHO, ETA, CEILING = st.floats(0.01, 1.0), st.floats(0.05, 0.7), st.floats(0.75, 2.0)


@given(rho=RHO, eta=ETA, ceiling=CEILING, copies=st.integers(0, 1))
def test_the_formula_is_the_best_split(rho, eta, ceiling, copies):
    """Against a search over splits: the slow zone holds G (d - d1) / (1 + copies), the fast one serves eta d1 / rho."""
    share = np.linspace(0, 1, 20_001)
    content = np.minimum(ceiling * (1 - share) / (1 + copies), eta * share / rho)
    found = dual_bits(rho, eta, ceiling, copies)
    assert found == pytest.approx(content.max(), rel=1e-3)
    assert found >= content.max() * (1 - 1e-12)
    assert best_fast_share(rho, eta, ceiling, copies) == pytest.approx(share[content.argmax()], abs=1e-4)


@given(rho=RHO, eta=ETA, ceiling=CEILING, copies=st.integers(0, 1), single=st.floats(0.05, 0.7))
def test_the_gain_ends_at_the_critical_rho(rho, eta, ceiling, copies, single):
    end = critical_rho(eta, ceiling, single, copies)
    if abs(rho - end) > 1e-9:
        assert (gain(rho, eta, ceiling, single, copies) > 1) == (rho < end)
    if end > 0:
        assert gain(end, eta, ceiling, single, copies) == pytest.approx(1)


@given(rho=RHO, eta=ETA, ceiling=CEILING)
def test_with_the_last_batch_there_is_always_a_gain(rho, eta, ceiling):
    assert eta < content_at_overflow(rho, eta, ceiling) < ceiling


def test_asymptotic_values():
    assert gain(1e-12, SHANNON_LIMIT, 2.0) == pytest.approx(4 * math.log(2)) == pytest.approx(ASYMPTOTIC_GAIN)
    assert (
        critical_rho(SHANNON_LIMIT, 2.0) == pytest.approx(ASYMPTOTIC_CRITICAL_RHO) == pytest.approx(0.63933, abs=1e-5)
    )


def test_the_best_regimes_differ():
    """At every rho, of the codes at hand, the slow zone is best dense and the fast one as sparse as there is."""
    activities = [0.5, 0.25, 1 / 16, 1 / 64, 1 / 1024]
    for rho in (0.01, 0.1, 0.5, 1.0):
        surface = bits_surface(activities, activities, rho)
        assert np.unravel_index(surface.argmax(), surface.shape) == (len(activities) - 1, 0)


def test_block_codes_in_the_slow_zone_carry_less_than_its_entropy():
    assert slow_bits(0.5) == 2.0
    for exponent in (2, 4, 6, 10):
        assert SHANNON_LIMIT < slow_bits(0.5**exponent) < gardner_bits(0.5**exponent) < 2


@pytest.mark.parametrize(("units", "outputs"), [(7, 1), (20, 1), (30, 5), (60, 60)])
def test_separable_items_are_those_of_covers_count(units, outputs):
    found = separable_items(units, outputs)

    def success(items):
        return (cover_dichotomies(items, units) / 2**items) ** outputs

    assert success(found) >= 0.5 - 1e-12
    assert success(found + 1) < 0.5
    assert outputs > 1 or found == 2 * units


def test_separable_items_approach_two_per_unit_and_depend_on_the_probability():
    assert separable_items(100_000, 60) / 100_000 == pytest.approx(2, rel=0.01)
    assert separable_items(100, 10, 0.99) < separable_items(100, 10) < separable_items(100, 10, 0.01)
    assert stats.binom.cdf(99, separable_items(100, 10, 0.01), 0.5) ** 10 < 0.01


def test_bad_input():
    with pytest.raises(ValueError, match="rho must be positive"):
        dual_bits(0.0, 0.2, 2.0)
    with pytest.raises(ValueError, match="eta must be positive"):
        gain(0.1, -1.0, 2.0)
    with pytest.raises(ValueError, match="success must be a probability"):
        separable_items(10, 1, 1.0)
