"""Every engine and a dense twin take the same steps: states, numbers of steps and ends."""

import jax
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sims.fields import Network, draw_network
from sims.retrieval import Status, noisy_cues, retrieve
from theory.activity import active_units

SIZES = (40, 200, 530)
"""Few, so that JAX compiles for few shapes: below a vector of words, and with an incomplete last word."""


def dense_retrieval(net: Network, cue: np.ndarray, threshold: float | None, most: int) -> tuple:
    """One probe with an explicit matrix of Python's own integers, and a sort that keeps the order of equals."""
    r, q = net.centre.numerator, net.centre.denominator
    b, d = r * (net.rule == "covariance"), r * (net.input == "centred")
    centred = q * net.stored(np.arange(net.patterns)).astype(np.int64) - b
    weights = centred.T @ centred
    np.fill_diagonal(weights, 0)
    before, state = None, cue
    for step in range(1, most + 1):
        fields = weights @ (q * state.astype(np.int64) - d)
        if threshold is None:
            after = np.zeros_like(cue)
            after[np.argsort(-fields, kind="stable")[: active_units(net.neurons, net.activity)]] = True
        else:
            after = fields > threshold * net.scale
        if (after == state).all():
            return after, step, Status.FIXED_POINT
        if before is not None and (after == before).all():
            return after, step, Status.CYCLE
        before, state = state, after
    return state, most, Status.STEP_LIMIT


networks = st.builds(
    draw_network,
    st.sampled_from(["fixed-size", "bernoulli"]),
    st.sampled_from(SIZES),
    st.sampled_from([0.05, 0.2, 0.5]),
    st.integers(1, 140),
    key=st.builds(jax.random.key, st.integers(0, 2**32 - 1)),
    rule=st.sampled_from(["covariance", "hebb"]),
    input=st.sampled_from(["centred", "raw"]),
)


@settings(max_examples=40, deadline=None)
@given(
    net=networks,
    threshold=st.sampled_from([None, None, -0.25, 0.375, 0.5]),
    miss=st.sampled_from([0.0, 0.1, 0.5]),
    probes=st.integers(1, 4),
    most=st.sampled_from([1, 2, 200]),
)
def test_engines_and_a_dense_network_take_the_same_steps(net, threshold, miss, probes, most) -> None:
    stored = np.random.default_rng(net.patterns).random((probes, net.neurons)) < net.activity
    drawn = net.stored(np.arange(min(probes, net.patterns)))
    stored[: len(drawn)] = drawn
    stored[:, 0], stored[:, -1] = True, False  # Bernoulli patterns may be empty
    cues = noisy_cues(stored, miss, 0.1 * miss, key=jax.random.key(1))
    ends = [retrieve(net, cues, stored, threshold=threshold, most_steps=most, engine=name) for name in ("cpu", "jax")]
    for name in ("states", "steps", "status"):
        np.testing.assert_array_equal(getattr(ends[0], name), getattr(ends[1], name), err_msg=name)
    for index, cue in enumerate(cues):
        state, steps, status = dense_retrieval(net, cue, threshold, most)
        np.testing.assert_array_equal(ends[0].states[index], state)
        assert (ends[0].steps[index], ends[0].status[index]) == (steps, status)


@settings(max_examples=25, deadline=None)
@given(
    net=networks,
    threshold=st.sampled_from([None, None, -0.25, 0.375]),
    miss=st.sampled_from([0.0, 0.1, 0.5]),
    most=st.sampled_from([1, 200]),
)
def test_engines_take_the_same_random_sweeps(net, threshold, miss, most) -> None:
    stored = net.stored(np.arange(min(3, net.patterns)))
    stored[:, 0], stored[:, -1] = True, False
    cues = noisy_cues(stored, miss, 0.1 * miss, key=jax.random.key(1))
    options = {"threshold": threshold, "update": "random", "key": jax.random.key(2), "most_steps": most}
    ends = [retrieve(net, cues, stored, **options, engine=name) for name in ("cpu", "jax")]
    for name in ("states", "steps", "status"):
        np.testing.assert_array_equal(getattr(ends[0], name), getattr(ends[1], name), err_msg=name)
