"""Onsager-corrected retrieval: a dense twin step by step, and the state evolution that predicts it."""

import jax
import numpy as np
import pytest
from scipy import stats

from sims.amp import HIGHEST_RESPONSE, estimated_response, retrieve_amp, self_coupling
from sims.fields import Network, draw_network
from sims.recall import AmpPoint, measure_amp, summarise_amp
from sims.retrieval import noisy_cues
from theory.activity import Code
from theory.state_evolution import state_evolution

FALSE_ALARM = 1e-6


def network(code: Code = "fixed-size", neurons=200, activity=0.2, patterns=12, **options) -> Network:
    return draw_network(code, neurons, activity, patterns, key=jax.random.key(8), **options)


def dense_trajectory(net: Network, cue, response, threshold):
    """The iteration as written, with the whole matrix A in double precision, for given coefficients."""
    a = float(net.centre)
    matrix = (net.stored(np.arange(net.patterns)) - a) / np.sqrt(net.neurons * a * (1 - a))
    state, feedback, states = cue, np.zeros(net.patterns), [cue]
    for c in response:
        if c >= HIGHEST_RESPONSE:
            states.append(state)
            continue
        overlaps = matrix @ (state - a) - c * feedback
        feedback = overlaps / (1 - c)
        fields = matrix.T @ feedback - (matrix**2).sum(axis=0) / (1 - c) * (state - a)
        if threshold is None:
            state = np.isin(np.arange(cue.size), np.argsort(-fields, kind="stable")[: round(a * cue.size)])
        else:
            state = fields > threshold
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize("code", ["fixed-size", "bernoulli"])
@pytest.mark.parametrize("threshold", [None, 0.4])
def test_steps_are_those_of_the_dense_iteration(code, threshold) -> None:
    net = network(code)
    stored = net.stored(np.arange(4))
    cues = noisy_cues(stored, 0.1, key=jax.random.key(1))
    for source in ("predicted", "estimated"):
        run = retrieve_amp(net, cues, stored, 5, threshold=threshold, response=source, cue_rates=(0.1, 0.025))
        assert run.response.shape == (4, 6)
        assert (run.response[:, 0] == 0).all()
        for probe in range(4):
            states = dense_trajectory(net, cues[probe], run.response[probe, :-1], threshold)
            misses = (stored[probe] & ~states).sum(axis=1) / stored[probe].sum()
            np.testing.assert_allclose(run.miss_rate[probe], misses)
            alarms = (~stored[probe] & states).sum(axis=1) / (~stored[probe]).sum()
            np.testing.assert_allclose(run.false_alarm_rate[probe], alarms)


def test_predicted_coefficients_are_the_state_evolutions() -> None:
    net = network()
    stored = net.stored(np.arange(2))
    run = retrieve_amp(net, stored, stored, 3)
    np.testing.assert_allclose(run.response[1], state_evolution(net.load, 0.2, 3).response)


def test_estimated_coefficients_know_the_density_of_mixed_gaussian_fields() -> None:
    """Synthetic g: signal 0.9 in one row, noise 0.3 in 20000 others; the sum of squares is exact to 1%."""
    net = network()
    noise = np.random.default_rng(0).normal(size=(1, 20_000)) * 0.3 * np.sqrt(net.neurons / 20_000)
    feedback = np.append(noise, [[0.9 * np.sqrt(net.neurons * 0.16)]], axis=1)
    expected = (0.2 * stats.norm.pdf((0.4 - 0.72) / 0.3) + 0.8 * stats.norm.pdf((0.4 + 0.18) / 0.3)) / 0.3
    assert estimated_response(net, feedback, np.array([0.4]))[0] == pytest.approx(expected, rel=0.05)


def test_trajectories_follow_the_state_evolution() -> None:
    """Bernoulli, a = 1/2, N = 2000, load 0.1: 8 networks, 3 steps, t tests with 7 degrees of freedom.

    Under the prediction each p-value falls below 1e-6 with probability 1e-6. It holds up to O(1/N), which is far
    below the standard errors here (relative 1/2000 of an error rate against several per cent).
    """
    points = tuple(AmpPoint("bernoulli", 2000, 0.5, "threshold", cue, 8, 8, 1, load=0.1, steps=3) for cue in (0.0, 0.1))
    table = summarise_amp(points, [measure_amp(point) for point in points])
    assert table.sizes == {"point": 2, "step": 4, "statistic": 5}
    for name in ("overlap", "miss_rate", "false_alarm_rate"):
        values = table[name].isel(step=slice(1, None))
        gap = values.sel(statistic="estimate") - values.sel(statistic="predicted")
        score = abs(gap / values.sel(statistic="standard_error")).values
        assert (2 * stats.t.sf(score, 7) > FALSE_ALARM).all()
        assert (score > 0).all()
    plain = table["overlap"].sel(statistic="predicted").isel(point=0).values
    assert (np.diff(plain) < 0).all()  # a clean cue loses a little, step by step


def test_a_lost_probe_is_stopped() -> None:
    net = network(patterns=120)
    stored = net.stored(np.arange(4))
    run = retrieve_amp(net, stored, stored, 30, response="estimated")
    assert run.stopped.any()
    assert (run.response[run.stopped, -1] >= HIGHEST_RESPONSE).all()
    assert np.isfinite(run.overlap).all()


def test_a_silent_network_stays_silent() -> None:
    net = network()
    stored = net.stored(np.arange(2))
    run = retrieve_amp(net, np.zeros_like(stored), stored, 3, threshold=0.5, response="estimated")
    assert (run.overlap == 0).all()
    assert (run.response == 0).all()
    assert not run.stopped.any()


def test_other_rules_and_points_are_refused() -> None:
    net = network(rule="hebb")
    stored = net.stored(np.arange(2))
    with pytest.raises(ValueError, match="covariance rule and centred input"):
        retrieve_amp(net, stored, stored, 3)
    with pytest.raises(ValueError, match="steps"):
        retrieve_amp(network(), stored, stored, 0)
    with pytest.raises(ValueError, match="fewer patterns"):
        AmpPoint("bernoulli", 1000, 0.5, "threshold", 0.0, 64, 2, 0, load=0.01, steps=3)


def test_self_coupling_is_the_diagonal_and_alpha_in_the_mean() -> None:
    for code in ("fixed-size", "bernoulli"):
        net = network(code)
        a = float(net.centre)
        matrix = (net.stored(np.arange(net.patterns)) - a) / np.sqrt(net.neurons * a * (1 - a))
        np.testing.assert_allclose(self_coupling(net), (matrix**2).sum(axis=0), rtol=1e-12)
    assert self_coupling(network("fixed-size")).mean() == pytest.approx(network("fixed-size").load)
