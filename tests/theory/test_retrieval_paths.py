import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_ndtr, ndtr

from theory.load_surface import LoadSurface
from theory.retrieval_paths import Path, first_summit, threshold_path, winners_path
from theory.solvers import Slopes

ACTIVITY = st.one_of(st.floats(0.01, 0.99), st.floats(-100, -2).map(lambda x: 10**x))


def check_slope(path, t):
    (u, v), step = path.point(t), 1e-5
    (u0, v0), (u1, v1) = path.point(t - step), path.point(t + step)
    measured = (u1 - u0) / (2 * step), (v1 - v0) / (2 * step)
    assert path.slope(u, v) == pytest.approx(measured, rel=1e-4, abs=1e-6)


@given(ACTIVITY, st.floats(0.5, 30))
@settings(max_examples=60, deadline=None)
def test_winners_miss_as_many_as_they_add(activity, distance):
    path = winners_path(LoadSurface(activity, "centred"))
    u, v = path.point(path.end + distance)
    missed = math.log(activity) + float(log_ndtr(-u))
    assert math.log1p(-activity) + float(log_ndtr(-v)) == pytest.approx(missed, rel=1e-13, abs=1e-13)
    check_slope(path, path.end + distance)


@given(ACTIVITY, st.floats(0.02, 0.95), st.floats(0.3, 30))
@settings(max_examples=60, deadline=None)
def test_a_threshold_path_keeps_its_threshold(activity, place, distance):
    threshold = place - activity
    path = threshold_path(LoadSurface(activity, "raw"), threshold)
    u, v = path.point(path.end + distance)
    assert (ndtr(u) - ndtr(-v)) * (v / (u + v) - activity) == pytest.approx(threshold, abs=1e-12)
    check_slope(path, path.end + distance)


def test_the_first_summit_from_outside_is_found_and_a_missing_one_reported():
    line = Path(lambda t: (t, 0.0), lambda u, v: (1.0, 0.0), 10.0, 0.0)

    def waves(u, v):  # summits at pi/2, 5 pi/2: the outer one counts
        return Slopes(math.sin(u), math.cos(u), 0.0, 0.0, 0.0, 0.0)

    assert first_summit(line, waves) == pytest.approx(5 * np.pi / 2, rel=1e-12)
    with pytest.raises(ArithmeticError, match="no summit"):
        first_summit(line, lambda u, v: Slopes(-u, -1.0, 0.0, 0.0, 0.0, 0.0))
