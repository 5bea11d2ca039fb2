import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.mean_field import critical_point, fixed_point, most_informative_point, spinodal
from theory.stability import growth, linearised, stability_limit, stable_critical_point
from theory.state_evolution import state_evolution

LOG_ACTIVITY = st.floats(-60, np.log10(0.5))
INPUT = st.sampled_from(["centred", "raw"])


@pytest.mark.parametrize("activity", [0.3, 0.02])
@pytest.mark.parametrize(("given_input", "retrieval"), [("centred", "kwta"), ("raw", "threshold")])
def test_growth_is_that_of_a_small_deviation_in_state_evolution(activity, given_input, retrieval):
    point = fixed_point(0.8 * critical_point(activity, given_input, retrieval).load, activity, given_input, retrieval)
    threshold = None if retrieval == "kwta" else point.threshold
    errors = {"initial_miss": point.miss_rate + 1e-4, "initial_false_alarm": point.false_alarm_rate}
    run = state_evolution(point.load, activity, 40, retrieval, given_input, threshold, **errors)
    deviation = np.array([run.signal - point.overlap, np.log(run.noise / point.noise)])
    matrix = linearised(point)
    for step in (12, 15):  # by then the response has settled, and the deviation is far above rounding
        assert deviation[:, step + 1] == pytest.approx(matrix @ deviation[:, step], rel=2e-2, abs=1e-13)


@given(LOG_ACTIVITY, INPUT)
@settings(max_examples=40, deadline=None)
def test_the_winners_branch_ends_at_growth_one_and_is_stable_before(log_activity, given_input):
    activity = 10**log_activity
    summit = critical_point(activity, given_input, "kwta")
    assert growth(summit) == pytest.approx(1, abs=1e-6)
    for share in (0.2, 0.7, 0.97):
        assert growth(fixed_point(share * summit.load, activity, given_input, "kwta")) < 1


@given(LOG_ACTIVITY, INPUT)
@settings(max_examples=25, deadline=None)
def test_the_most_informative_point_is_stable_and_on_the_branch_of_its_threshold(log_activity, given_input):
    activity = 10**log_activity
    for retrieval in ("threshold", "kwta"):
        point = most_informative_point(activity, given_input, retrieval)
        assert growth(point) < 0.999
    point = most_informative_point(activity, given_input)
    limit = stability_limit(point.threshold, activity, given_input)
    assert point.load < limit.load
    assert fixed_point(point.load, activity, given_input, threshold=point.threshold).u == pytest.approx(
        point.u, rel=1e-7
    )


@pytest.mark.parametrize(
    ("activity", "stable"), [(0.5, True), (0.1, True), (0.042, True), (0.039, False), (1e-8, False)]
)
def test_sparse_summits_are_beyond_what_a_fixed_threshold_holds(activity, stable):
    summit = critical_point(activity)
    eigenvalues = np.sort(np.abs(np.linalg.eigvals(linearised(summit))))
    assert min(abs(eigenvalues - 1)) < 1e-6  # a summit of the load is one of the path of its threshold
    assert (eigenvalues[-1] < 1 + 1e-6) == stable


def test_the_largest_stable_load():
    assert stable_critical_point(0.1) == critical_point(0.1)
    point = stable_critical_point(0.02)
    summit = critical_point(0.02)
    assert point.load / summit.load == pytest.approx(0.99479, abs=1e-5)
    assert growth(point) <= 1 + 1e-7
    for threshold in np.linspace(summit.threshold - 0.02, summit.threshold + 0.04, 7):
        limit = stability_limit(float(threshold), 0.02)
        assert limit.load <= min(point.load, spinodal(float(threshold), 0.02).load) * (1 + 1e-9)
        assert growth(limit) <= 1 + 1e-6


def test_an_unstable_state_is_left_and_a_stable_one_kept():
    summit = critical_point(0.02)
    load = 0.97 * summit.load
    for threshold, kept in ((summit.threshold, False), (0.61, True)):
        point = fixed_point(load, 0.02, threshold=threshold)
        assert (growth(point) < 1) == kept
        miss, alarm = point.miss_rate + 0.001, point.false_alarm_rate
        run = state_evolution(
            load, 0.02, 400, "threshold", threshold=threshold, initial_miss=miss, initial_false_alarm=alarm
        )
        assert (abs(run.overlap[-1] - point.overlap) < 0.01) == kept


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="activity must be at most 1/2"):
        stability_limit(-0.3, 0.8)
    with pytest.raises(ValueError, match="threshold must lie between"):
        stability_limit(0.99, 0.1)
