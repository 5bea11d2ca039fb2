"""Offline training: the blocked perceptron against the plain rule one item at a time, and rehearsal without targets."""

import numpy as np
import pytest

from sims.codes import KeyGenerator, random_bits
from sims.slow_zone import ENOUGH, GUARD, RELAXATION, new_item_rate, rehearse, train


def patterns(items, units, outputs, seed=0):
    keys = KeyGenerator(units, 2, seed, 1).patterns(0, items)
    return keys, 2.0 * random_bits(seed, 0, 0, items, outputs) - 1


def plain_perceptron(weights, keys, targets):
    """Rosenblatt's rule, an item at a time; returns weights and epochs."""
    weights, epochs, wrong = weights.copy(), 0, True
    while wrong:
        wrong, epochs = False, epochs + 1
        for key, target in zip(keys, targets, strict=True):
            errors = target * (weights @ key) <= 0
            wrong |= bool(errors.any())
            weights += np.outer(target * errors, key)
    return weights, epochs


def plain_rehearsal(weights, keys, targets, epochs):
    weights, units = weights.copy(), keys.shape[1]
    rate = new_item_rate(targets, units)
    old = np.full(len(weights), np.inf)
    for _ in range(epochs):
        safe, old = old >= GUARD, np.full(len(weights), np.inf)
        for key, target in zip(keys, targets, strict=True):
            fields = weights @ key
            aim = np.where(target != 0, target, np.sign(fields))
            lack = np.maximum(1 - aim * fields, 0)
            old = np.where(target == 0, np.minimum(old, aim * fields), old)
            step = np.where(target != 0, safe * rate * np.minimum(lack, 1), RELAXATION * lack)
            weights += np.outer(aim * step, key) / units
    return weights


def test_training_is_the_perceptron_rule_exactly():
    keys, targets = patterns(150, 100, 12)
    start = np.round(np.random.default_rng(1).normal(0, 3, (12, 100)))
    result = train(start, keys, targets, 10_000)
    weights, epochs = plain_perceptron(start, keys, targets)
    assert (result.weights == weights).all()
    assert result.epochs == epochs
    assert result.converged
    assert ((keys @ result.weights.T) * targets > 0).all()


def test_rehearsal_is_the_stated_rule():
    keys, targets = patterns(150, 100, 12)
    known = np.where(np.arange(150)[:, None] < 70, 0, targets)
    start = rehearse(np.zeros((12, 100)), keys[:70], targets[:70], 1000).weights
    expected = plain_rehearsal(start, keys, known, 5)
    np.testing.assert_allclose(rehearse(start, keys, known, 5).weights, expected, rtol=1e-3, atol=1e-4)


def test_too_few_epochs_are_said_not_hidden():
    keys, targets = patterns(180, 100, 12)
    for run in (train, rehearse):
        result = run(np.zeros((12, 100)), keys, targets, 2)
        assert not result.converged
        assert result.epochs == 2


@pytest.mark.parametrize("step", [15, 75])
def test_rehearsal_changes_no_live_target_at_high_load(step):
    """Load 1.5 in tenths and in halves: every item keeps its first sign, though nothing stores it."""
    items, units = 150, 100
    keys, targets = patterns(items, units, 12, seed=4)
    weights, lowest = np.zeros((12, units)), np.inf
    for end in range(step, items + 1, step):
        known = np.where(np.arange(end)[:, None] < end - step, 0, targets[:end])
        result = rehearse(weights, keys[:end], known, 20_000)
        assert result.converged
        weights, lowest = result.weights, min(lowest, result.lowest)
        assert (np.sign(keys[:end] @ weights.T) == targets[:end]).all()
    assert 0 < lowest < ENOUGH


def test_weights_too_large_for_exact_arithmetic_are_refused():
    keys, targets = patterns(4, 100, 12)
    with pytest.raises(ValueError, match="single precision"):
        train(np.full((12, 100), 2.0**18), keys, targets, 1)
