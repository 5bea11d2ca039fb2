import itertools
import math
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.special import erf

from theory.mean_field import critical_point, fixed_point, most_informative_point, spinodal
from theory.mean_field_precise import precise_summit

ACTIVITIES = [0.5, 0.1, 1e-2, 1e-4, 1e-8, 1e-30, 1e-100]
CASES = [(given_input, retrieval) for given_input in ("centred", "raw") for retrieval in ("threshold", "kwta")]
CASE = st.sampled_from(CASES)
LOG_ACTIVITY = st.floats(-100, math.log10(0.5))


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize(("given_input", "retrieval"), CASES)
def test_capacity_is_the_arbitrary_precision_twins(activity, given_input, retrieval):
    point = critical_point(activity, given_input, retrieval)
    # the twin starts from two decimals, so that it climbs to the summit by itself
    twin = precise_summit(activity, (round(point.u, 2), round(point.v, 2)), given_input, retrieval, digits=14)
    assert abs(float(point.load / twin.load) - 1) < 1e-12
    assert (point.u, point.v) == pytest.approx((float(twin.u), float(twin.v)), abs=1e-10)


@pytest.mark.parametrize("activity", [0.5, 0.1, 1e-8, 1e-100])
@pytest.mark.parametrize("retrieval", ["threshold", "kwta"])
def test_most_informative_point_is_the_arbitrary_precision_twins(activity, retrieval):
    point = most_informative_point(activity, "centred", retrieval)
    start = round(point.u, 2), round(point.v, 2)
    twin = precise_summit(activity, start, "centred", retrieval, informative=True, digits=14)
    assert point.recall.bits_per_synapse == pytest.approx(float(twin.load * twin.bits_per_unit), rel=1e-12)


def test_half_activity_is_amit_gutfreund_and_sompolinsky():
    def load(y):  # their equation for y = m / sqrt(2 alpha r), spins of +-1
        return (erf(y) / y - 2 / math.sqrt(math.pi) * math.exp(-y * y)) ** 2 / 2

    best = max(load(1.4 + k * 1e-5) for k in range(20000))  # on a grid fine enough: a summit is flat
    point = critical_point(0.5)
    assert point.load == pytest.approx(best, rel=1e-9)
    assert point.load == pytest.approx(load(point.u / math.sqrt(2)), rel=1e-14)
    assert (round(point.load, 10), round(point.overlap, 6)) == (0.1379055665, 0.967417)
    assert round(critical_point(0.5, "raw").load, 6) == 0.069068
    assert round(critical_point(0.1).load, 6) == 0.484158


def residuals(point):
    """The self-consistency equations, written out: all zero at a fixed point."""
    a, m, q = point.activity, point.overlap, point.firing_rate
    power = (1 - 2 * a) * q + a**2 if point.input == "centred" else q
    noise = math.sqrt(point.load * power) / (1 - point.response)
    return (
        noise / point.noise - 1,
        (m * (1 - a) - point.threshold) / noise - point.u,
        (point.threshold + m * a) / noise - point.v,
    )


@given(LOG_ACTIVITY, CASE, st.floats(1e-4, 1))
@settings(max_examples=40, deadline=None)
@example(math.log10(0.5), ("centred", "threshold"), 1.0)
def test_retrieval_states_solve_the_equations_of_the_mean_field(log_activity, case, share):
    activity = 10**log_activity
    capacity = critical_point(activity, *case).load
    point = fixed_point(share * capacity, activity, *case)
    assert residuals(point) == pytest.approx((0, 0, 0), abs=1e-9)
    assert point.load == pytest.approx(share * capacity, rel=1e-10)
    if case[1] == "kwta":
        assert point.firing_rate == pytest.approx(activity, rel=1e-10)


@given(st.floats(0.01, 0.99), st.sampled_from(["centred", "raw"]), st.floats(0.02, 0.98), st.floats(1e-3, 1))
@settings(max_examples=25, deadline=None)
def test_a_given_threshold_is_kept_and_no_capacity_beats_the_best_threshold(activity, given_input, place, share):
    threshold = place - activity
    end = spinodal(threshold, activity, given_input)
    point = fixed_point(share * end.load, activity, given_input, threshold=threshold)
    assert (end.threshold, point.threshold) == pytest.approx((threshold, threshold), abs=1e-12)
    assert residuals(point) == pytest.approx((0, 0, 0), abs=1e-8)
    assert end.load <= critical_point(activity, given_input).load * (1 + 1e-12)
    assert point.overlap >= end.overlap - 1e-12


@given(LOG_ACTIVITY, st.sampled_from(["centred", "raw"]), st.floats(0.05, 0.9999))
@settings(max_examples=20, deadline=None)
def test_the_threshold_chosen_for_a_load_is_the_most_informative_one(log_activity, given_input, share):
    activity = 10**log_activity
    load = share * critical_point(activity, given_input).load
    best = fixed_point(load, activity, given_input)
    for shift in (-1e-3, 1e-3):
        threshold = best.threshold + shift * min(1.0, best.noise * 10)
        assume(load < spinodal(threshold, activity, given_input).load)
        other = fixed_point(load, activity, given_input, threshold=threshold)
        assert other.recall.bits_per_unit <= best.recall.bits_per_unit * (1 + 1e-12)


@given(LOG_ACTIVITY, CASE)
@settings(max_examples=25, deadline=None)
def test_more_load_means_fewer_bits_per_pattern(log_activity, case):
    activity = 10**log_activity
    capacity = critical_point(activity, *case).load
    branch = [fixed_point(share * capacity, activity, *case) for share in (1e-3, 0.1, 0.5, 0.9, 0.99, 1)]
    # one part in 1e12 of rounding: at a small load every bit is retrieved
    bits = [point.recall.bits_per_unit for point in branch]
    assert all(y < x * (1 + 1e-12) for x, y in itertools.pairwise(bits))
    assert branch[0].overlap == pytest.approx(1, abs=1e-6)


@given(LOG_ACTIVITY, st.sampled_from(["centred", "raw"]))
@settings(max_examples=20, deadline=None)
def test_no_point_of_a_branch_holds_more_bits_than_the_most_informative(log_activity, given_input):
    activity = 10**log_activity
    best = most_informative_point(activity, given_input)
    capacity = critical_point(activity, given_input).load
    assert best.load < capacity
    assert fixed_point(best.load, activity, given_input).u == pytest.approx(best.u, rel=1e-6)
    for share in (0.5, 0.9, 0.97, 1):
        other = fixed_point(share * capacity, activity, given_input)
        assert other.recall.bits_per_synapse <= best.recall.bits_per_synapse * (1 + 1e-12)
    assert best.recall.bits_per_synapse < 1 / (2 * math.log(2))


@given(LOG_ACTIVITY)
@settings(max_examples=40, deadline=None)
def test_raw_winners_have_the_centred_capacity_less_the_mean(log_activity):
    activity = 10**log_activity
    raw, centred = (critical_point(activity, each, "kwta") for each in ("raw", "centred"))
    assert raw.load == pytest.approx((1 - activity) * centred.load, rel=1e-12)
    assert centred.load <= critical_point(activity).load * (1 + 1e-12)


@pytest.mark.parametrize("activity", [0.5, 0.4, 0.1, 1e-3])
@pytest.mark.parametrize("retrieval", ["threshold", "kwta"])
def test_firing_and_silence_are_exchanged_beyond_half_activity(activity, retrieval):
    for find in (critical_point, most_informative_point):
        sparse, dense = find(activity, "centred", retrieval), find(1 - activity, "centred", retrieval)
        assert (dense.load, dense.u, dense.v) == pytest.approx((sparse.load, sparse.v, sparse.u), rel=1e-9)
        assert dense.threshold == pytest.approx(-sparse.threshold, rel=1e-9, abs=1e-9)
        assert residuals(dense) == pytest.approx((0, 0, 0), abs=1e-9)


@pytest.mark.parametrize("activity", [0.7, 0.99, 1 - 1e-6])
@pytest.mark.parametrize("retrieval", ["threshold", "kwta"])
def test_raw_input_beyond_half_activity_is_solved_as_it_is(activity, retrieval):
    point = critical_point(activity, "raw", retrieval)
    assert residuals(point) == pytest.approx((0, 0, 0), abs=1e-9)
    twin = precise_summit(activity, (round(point.u, 2), round(point.v, 2)), "raw", retrieval, digits=14)
    assert point.load == pytest.approx(float(twin.load), rel=1e-12)


@pytest.mark.parametrize("activity", [0.5, 1e-100])
@pytest.mark.parametrize(("given_input", "retrieval"), CASES)
def test_a_capacity_takes_milliseconds(activity, given_input, retrieval):
    def once():
        start = time.perf_counter()
        critical_point(activity, given_input, retrieval)
        return time.perf_counter() - start

    assert min(once() for _ in range(20)) < 0.01  # measured: 0.1 ms (threshold), 0.5 ms (k-WTA)


def test_a_load_above_capacity_is_refused_with_the_capacity():
    with pytest.raises(ValueError, match=r"no retrieval at load 0\.14: the capacity .* is 0\.137905566"):
        fixed_point(0.14, 0.5)
    with pytest.raises(ValueError, match=r"threshold = 0\.7 is 0\.0834"):
        fixed_point(0.2, 0.1, threshold=0.7)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0.1, 1.0), {}, "activity must be"),
        ((-1.0, 0.1), {}, "load must be a positive number"),
        ((math.inf, 0.1), {}, "load must be a positive number"),
        ((0.1, 0.1, "centered"), {}, "input must be one of centred, raw"),
        ((0.1, 0.1, "raw", "wta"), {}, "retrieval must be one of threshold, kwta"),
        ((0.1, 0.1), {"threshold": 0.95}, "threshold must lie between"),
        ((0.1, 0.1, "raw", "kwta"), {"threshold": 0.5}, "sets its own threshold"),
    ],
)
def test_bad_input_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        fixed_point(*arguments, **options)
