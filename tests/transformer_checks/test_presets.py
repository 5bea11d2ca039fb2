"""Presets: the parameter counts they promise, from shapes alone, and what fits them."""

import json

import equinox as eqx
import jax
import pytest

from transformer_checks.model import initialise
from transformer_checks.presets import PRESETS, check_preset, describe, sizes_for


def test_the_largest_preset_is_nanochats_model():
    found = describe("nanochat-d20")
    assert found.parameters == 560_988_160
    assert (found.depth, found.width, found.heads, found.hidden) == (20, 1280, 10, 5120)
    assert (found.vocabulary, found.length) == (65_536, 2048)
    assert found.training_bytes == 16 * 560_988_160


def test_describing_allocates_nothing():
    shapes = eqx.filter_eval_shape(initialise, PRESETS["nanochat-d20"], jax.random.key(0))
    assert all(isinstance(leaf, jax.ShapeDtypeStruct) for leaf in jax.tree.leaves(shapes))


@pytest.mark.parametrize(("preset", "low", "high"), [("tiny", 0.08e6, 0.15e6), ("small", 8e6, 13e6)])
def test_small_presets_are_as_large_as_they_say(preset, low, high):
    assert low < describe(preset).parameters < high


@pytest.mark.parametrize("preset", PRESETS)
def test_a_description_is_json_and_counts_operations(preset):
    record = json.loads(json.dumps(describe(preset).record()))
    sizes = PRESETS[preset]
    products = 12 * sizes.depth * sizes.width**2 + sizes.width * sizes.vocabulary
    mixing = 2 * sizes.depth * sizes.width * sizes.length  # scores, then values
    assert record["flops_per_token"] == 3 * 2 * (products + mixing)
    assert record["preset"] == preset


def test_small_presets_take_the_tasks_sizes():
    sizes = sizes_for("tiny", 300, 70)
    assert (sizes.vocabulary, sizes.length, sizes.width) == (300, 70, 64)


def test_nanochats_presets_take_every_task_that_fits():
    assert sizes_for("nanochat-d12", 300, 70) == PRESETS["nanochat-d12"]
    assert sizes_for("nanochat-d20", 65_536, 2048) == PRESETS["nanochat-d20"]
    for vocabulary, length in ((65_537, 10), (10, 2049)):
        with pytest.raises(ValueError, match=f"the tasks need {vocabulary} and {length}"):
            sizes_for("nanochat-d20", vocabulary, length)


@pytest.mark.parametrize("function", [check_preset, describe, lambda name: sizes_for(name, 1, 1)])
def test_unknown_presets_are_refused(function):
    with pytest.raises(ValueError, match="one of tiny, small, nanochat-d12, nanochat-d20, got 'huge'"):
        function("huge")
