import itertools
import math

import mpmath as mp
import pytest

from theory.mean_field import critical_point, most_informative_point
from theory.mean_field_asymptotics import (
    capacity_expansion,
    information_expansion,
    leading_correction,
    sparse_capacity,
    sparse_information,
)
from theory.mean_field_precise import precise_summit

DECADE = math.log(10)


@pytest.mark.parametrize("decades", [4, 8, 12, 30, 100, 300])
def test_the_sparse_limit_is_the_mean_field_up_to_the_order_of_the_activity(decades):
    activity = float(f"1e-{decades}")
    level = decades * DECADE
    capacity = critical_point(activity).load * 2 * activity * level
    eta = 2 * math.log(2) * most_informative_point(activity).recall.bits_per_synapse
    tolerance = 10 * activity + 1e-12
    assert sparse_capacity(level).fraction == pytest.approx(capacity, rel=tolerance)
    assert sparse_information(level).fraction == pytest.approx(eta, rel=tolerance)


def test_the_sparse_limit_holds_far_below_the_range_of_floating_point():
    level = 1000 * DECADE
    with mp.workdps(60):
        activity = mp.mpf("1e-1000")
        for sparse, informative in ((sparse_capacity(level), False), (sparse_information(level), True)):
            twin = precise_summit(
                activity, (round(sparse.u, 2), round(sparse.v, 2)), informative=informative, digits=14
            )
            bits = 2 * mp.log(2) * twin.load * twin.bits_per_unit
            exact = bits if informative else twin.load * 2 * activity * mp.mpf(level)
            assert sparse.fraction == pytest.approx(float(exact), rel=1e-11)


@pytest.mark.parametrize(
    ("exact", "expansion", "informative"),
    [(sparse_capacity, capacity_expansion, False), (sparse_information, information_expansion, True)],
)
def test_the_expansions_close_in_on_the_limit(exact, expansion, informative):
    levels = [30 * DECADE, 1e3, 1e5, 1e7, 1e8]
    errors = [abs(expansion(level) - exact(level).fraction) for level in levels]
    assert all(later < earlier / 3 for earlier, later in itertools.pairwise(errors))
    # one minus the fraction is sqrt(2x/L) (1 + 1/x + ...)
    least = math.pi if informative else 4 * math.pi
    for level in (1e6, 1e8):
        x = math.log(level / least)
        ratio = (1 - exact(level).fraction) / leading_correction(level, informative)
        assert abs(ratio - 1 - 1 / x) < 3 / x**2
        assert ratio > 1


def test_the_approach_is_absurdly_slow():
    reached = [sparse_capacity(decades * DECADE).fraction for decades in (8, 100, 1000, 10**6)]
    assert reached == pytest.approx([0.57998, 0.81229, 0.92406, 0.99651], abs=1e-5)
    assert round(critical_point(0.01).load * 0.02 * 2 * DECADE, 2) == 0.41


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"ln\(1/a\) must lie between 5"):
        sparse_capacity(2.0)
    with pytest.raises(ValueError, match=r"at least 12\.5664"):
        capacity_expansion(12.0)
    with pytest.raises(ValueError, match=r"at least 3\.14159"):
        information_expansion(3.0)
    with pytest.raises(ValueError, match="exists for"):
        leading_correction(math.nan)
