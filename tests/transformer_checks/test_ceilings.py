"""Capacity, richness and what is retained, against slow twins that read the definitions aloud."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from transformer_checks.ceilings import EPSILONS, ceiling, forgetting, retained, sparsity

_FACTS, _VALUES = 7, 16


def run(loss, learned, density=None):
    """A dataset as `long_sequences.measure_long` makes it."""
    density = np.ones(loss.shape[:2]) if density is None else density
    return xr.Dataset(
        {
            "loss": (("seed", "stage", "task"), loss),
            "learned": (("seed", "task"), learned),
            "density": (("seed", "stage"), density),
        },
        attrs={"facts": _FACTS, "values": _VALUES},
    )


@st.composite
def runs(draw):
    """Losses on a grid of halves, so that forgetting often equals the eps it is held against."""
    seeds, tasks = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    halves = lambda shape: draw(arrays(np.int64, shape, elements=st.integers(0, 10))) / 2.0  # noqa: E731
    loss, learned = halves((seeds, tasks + 1, tasks)), halves((seeds, tasks))
    if draw(st.booleans()):  # nothing comes between tasks: forgetting starts at zero
        learned = loss[:, np.arange(1, tasks + 1), np.arange(tasks)]
    return run(loss, learned)


def bounds_kept(loss, learned, eps):
    """The T after which every task so far is within eps of what it had learned."""
    return [t for t in range(1, len(learned) + 1) if all(loss[t][k] - learned[k] <= eps for k in range(t))]


def twin(loss, learned, eps):
    """C, unbroken, B, bits and whether the bound is kept at the end, of one seed."""
    kept = bounds_kept(loss, learned, eps)
    capacity = max(kept) if kept else 1
    unbroken = 0
    while unbroken + 1 in kept:
        unbroken += 1
    gains = [loss[k][k] - learned[k] for k in range(capacity)]
    richness = sum(gains) / len(gains)
    bits = sum(gains) * _FACTS / math.log(2)
    return capacity, max(unbroken, 1), richness, bits, len(learned) in kept


@settings(max_examples=100, deadline=None)
@given(data=runs(), eps=st.sampled_from((*EPSILONS, 0.25, 5.0)))
def test_ceilings_are_those_of_the_twin(data, eps):
    found = ceiling(data, eps)
    for seed in range(data.sizes["seed"]):
        expected = twin(data["loss"].values[seed].tolist(), data["learned"].values[seed].tolist(), eps)
        np.testing.assert_allclose([float(each[seed]) for each in found], expected, rtol=1e-12, atol=1e-12)
        assert found.unbroken[seed] <= found.capacity[seed]


@settings(max_examples=100, deadline=None)
@given(data=runs())
def test_retained_bits_are_those_of_the_twin_and_within_what_there_is_to_know(data):
    found, loss = retained(data), data["loss"].values
    seeds, tasks = data.sizes["seed"], data.sizes["task"]
    assert found.shape == (seeds, tasks)
    for seed in range(seeds):
        for count in range(1, tasks + 1):
            known = [max(math.log2(_VALUES) - loss[seed, count, task] / math.log(2), 0.0) for task in range(count)]
            assert found[seed, count - 1] == pytest.approx(_FACTS * sum(known), abs=1e-9)
    assert (found >= 0).all()
    assert (found <= math.log2(_VALUES) * _FACTS * np.arange(1, tasks + 1) + 1e-9).all()


@settings(max_examples=50, deadline=None)
@given(data=runs(), eps=st.tuples(st.floats(0.1, 6), st.floats(0.1, 6)))
def test_more_forgetting_allowed_is_never_less_capacity(data, eps):
    low, high = (ceiling(data, each) for each in sorted(eps))
    assert (low.capacity <= high.capacity).all()
    assert (low.unbroken <= high.unbroken).all()


def test_a_bound_broken_and_kept_again():
    """Forgetting 0, 3, 1, 3 nats after 1, 2, 3, 4 tasks: C(2) = 3 and not 1, where it first breaks."""
    loss = np.zeros((1, 5, 4))
    loss[0, [2, 4], 0] = 3.0
    loss[0, 3, 0] = 1.0
    loss[0, 0] = loss[0, 1, 1] = loss[0, 2, 2] = 4.0
    found = ceiling(run(loss, np.zeros((1, 4))), 2.0)
    assert (found.capacity[0], found.unbroken[0], found.censored[0]) == (3, 1, False)
    assert found.richness[0] == pytest.approx(4.0)  # each of three tasks from 4 nats to 0
    assert found.product[0] == pytest.approx(3 * 4 * _FACTS / math.log(2))
    exactly = ceiling(run(loss, np.zeros((1, 4))), 3.0)  # a rise by eps itself is allowed
    assert (exactly.capacity[0], exactly.unbroken[0], exactly.censored[0]) == (4, 4, True)


def test_guessing_retains_nothing_and_confident_errors_are_no_debt():
    guessing = np.full((1, 3, 2), math.log(_VALUES))
    np.testing.assert_allclose(retained(run(guessing, np.zeros((1, 2)))), 0, atol=1e-12)
    wrong = guessing.copy()
    wrong[0, 2] = [0.0, 20.0]  # one task known by heart, one answered wrongly with confidence
    np.testing.assert_allclose(retained(run(wrong, np.zeros((1, 2))))[0, 1], math.log2(_VALUES) * _FACTS)


def test_tasks_not_yet_learned_are_not_forgotten():
    loss = np.arange(12.0).reshape(1, 4, 3)
    found = forgetting(run(loss, np.full((1, 3), 2.0)))
    expected = np.array([[1, np.nan, np.nan], [4, 5, np.nan], [7, 8, 9]])
    np.testing.assert_array_equal(found[0], expected)


def test_sparsity_leaves_out_what_precedes_the_first_task():
    density = np.array([[0.9, 0.2, 0.4], [0.1, 0.5, 0.5]])
    found = sparsity(run(np.zeros((2, 3, 2)), np.zeros((2, 2)), density))
    np.testing.assert_allclose(found, [0.7, 0.5])


@pytest.mark.parametrize("eps", [0.0, -1.0, float("nan")])
def test_eps_must_be_positive(eps):
    with pytest.raises(ValueError, match="eps must be a positive number of nats, got"):
        ceiling(run(np.zeros((1, 2, 1)), np.zeros((1, 1))), eps)


def test_a_loss_that_is_no_number_breaks_the_bound():
    loss = np.full((1, 4, 3), 1.0)
    data = run(loss, np.ones((1, 3)))
    assert ceiling(data, 1.0).capacity.tolist() == [3]
    data["loss"][0, 3, 0] = np.nan
    assert ceiling(data, 1.0).capacity.tolist() == [2]
