import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.mean_field import critical_point, fixed_point, spinodal
from theory.state_evolution import state_evolution, winners_threshold

CASES = [(given_input, retrieval) for given_input in ("centred", "raw") for retrieval in ("threshold", "kwta")]


@given(
    st.floats(-12, math.log10(0.9)),
    st.sampled_from(CASES),
    st.floats(0.3, 0.9),
)
@settings(max_examples=40, deadline=None)
def test_fixed_points_are_those_of_the_mean_field(log_activity, case, share):
    activity = 10**log_activity
    given_input, retrieval = case
    threshold = None if retrieval == "kwta" else critical_point(activity, given_input).threshold
    summit = critical_point(activity, *case) if threshold is None else spinodal(threshold, activity, given_input)
    point = fixed_point(share * summit.load, activity, given_input, retrieval, threshold)
    # started at the fixed point: its errors, and enough steps for signal and response to settle
    run = state_evolution(
        point.load,
        activity,
        300,
        retrieval,
        given_input,
        threshold,
        initial_miss=point.miss_rate,
        initial_false_alarm=point.false_alarm_rate,
    )
    assert run.overlap[-1] == pytest.approx(point.overlap, abs=1e-10)
    assert run.signal[-1] == pytest.approx(point.overlap, abs=1e-10)
    assert run.noise[-1] == pytest.approx(point.noise, rel=1e-10)
    assert run.response[-1] == pytest.approx(point.response, rel=1e-9, abs=1e-10)
    assert run.threshold[-1] == pytest.approx(point.threshold, abs=1e-10)
    assert run.miss_rate[-1] == pytest.approx(point.miss_rate, abs=1e-10)


def test_a_clean_cue_leads_to_the_branch_below_capacity_and_to_nothing_above():
    capacity = critical_point(0.1, retrieval="kwta").load
    assert round(state_evolution(0.339, 0.1, 100).overlap[-1], 4) == 0.9908
    assert round(state_evolution(0.387, 0.1, 100).overlap[-1], 4) == 0.9803
    assert state_evolution(0.999 * capacity, 0.1, 3000).overlap[-1] > critical_point(0.1, retrieval="kwta").overlap
    assert state_evolution(1.001 * capacity, 0.1, 3000).overlap[-1] < 0.01


def test_the_first_step_is_one_step_of_retrieval_with_gaussian_crosstalk():
    load, activity = 0.3, 0.2
    run = state_evolution(load, activity, 1, "threshold", threshold=0.4)
    assert run.signal[1] == 1
    assert run.noise[1] == pytest.approx(math.sqrt(load * activity * (1 - activity)))
    assert np.isnan(run.noise[0])
    assert (run.overlap[0], run.response[0]) == (1, 0)


def test_a_noisy_cue_enters_signal_and_noise():
    run = state_evolution(0.3, 0.2, 1, initial_miss=0.25, initial_false_alarm=0.05)
    assert run.overlap[0] == pytest.approx(0.7)
    firing = 0.2 * 0.75 + 0.8 * 0.05
    assert run.noise[1] == pytest.approx(math.sqrt(0.3 * ((1 - 0.4) * firing + 0.04)))
    raw = state_evolution(0.3, 0.2, 1, input="raw", initial_miss=0.25, initial_false_alarm=0.05)
    assert raw.noise[1] == pytest.approx(math.sqrt(0.3 * firing))


@given(st.floats(0.001, 0.999), st.floats(-2, 3), st.floats(0.01, 10))
@settings(max_examples=100, deadline=None)
def test_winners_are_a_fraction_a(activity, signal, noise):
    def tail(x):
        return math.erfc(x / math.sqrt(2)) / 2

    threshold = winners_threshold(activity, signal, noise)
    firing = activity * tail((threshold - signal * (1 - activity)) / noise)
    firing += (1 - activity) * tail((threshold + signal * activity) / noise)
    assert firing == pytest.approx(activity, rel=1e-9)


def simulate(neurons, activity, load, responses, probes, seed):
    """The algorithm of the module's docstring, straight from it: overlaps, shape (probes, steps + 1)."""
    rng = np.random.default_rng(seed)
    patterns, active = round(load * neurons), round(activity * neurons)
    xi = np.zeros((patterns, neurons), np.float32)
    for row in xi:
        row[rng.choice(neurons, active, replace=False)] = 1
    weights = (xi - activity) / math.sqrt(neurons * activity * (1 - activity))
    x = (xi[:probes] - activity).T
    overlaps, g = [np.ones(probes)], 0.0
    for before in responses:
        u = weights @ x - before * g
        g = u / (1 - before)
        h = weights.T @ g - patterns / neurons / (1 - before) * x
        level = np.partition(h, neurons - active, axis=0)[neurons - active]
        x = (h >= level) - activity
        overlaps.append(np.einsum("pn,np->p", weights[:probes], x) / math.sqrt(neurons * activity * (1 - activity)))
    return np.array(overlaps).T


def test_the_algorithm_follows_its_state_evolution_step_by_step():
    run = state_evolution(0.387, 0.1, 8)
    measured = simulate(1500, 0.1, 580 / 1500, run.response[:-1], probes=120, seed=5)
    error = measured.std(axis=0, ddof=1) / math.sqrt(len(measured))
    # 8 comparisons at 5.5 standard errors (two-sided 4e-8 each), and 0.003 for the finite size, O(1/sqrt N) at most
    assert (np.abs(measured.mean(axis=0) - run.overlap) <= 5.5 * error + 0.003)[1:].all()
    # the Onsager term on the cued overlap matters: without memory the signal would be m, half a percent off
    assert abs(run.signal[3] - run.overlap[2]) > 1e-5


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0.1, 0.0, 5), {}, "activity must be"),
        ((0.0, 0.1, 5), {}, "load must be a positive number"),
        ((0.1, 0.1, 0), {}, "steps must be"),
        ((0.1, 0.1, 5, "threshold"), {}, "give a threshold with retrieval 'threshold' only"),
        ((0.1, 0.1, 5), {"threshold": 0.5}, "give a threshold with retrieval 'threshold' only"),
        ((0.1, 0.1, 5), {"initial_miss": 1.5}, "initial_miss must be a probability"),
        ((0.1, 0.1, 5), {"input": "centered"}, "input must be one of"),
    ],
)
def test_bad_input_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        state_evolution(*arguments, **options)


def test_a_response_of_one_is_refused():
    with pytest.raises(ArithmeticError, match="the response C reached"):
        state_evolution(0.001, 0.5, 50, "threshold", threshold=0.499, initial_miss=0.02)
