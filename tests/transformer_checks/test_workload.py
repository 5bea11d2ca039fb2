"""What a point costs: operations as the compiler counts them, steps and numbers as a measurement has them."""

from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest

from transformer_checks.consolidation import Consolidation
from transformer_checks.continual import Protocol
from transformer_checks.exp1 import InterferencePoint
from transformer_checks.facts import FactsSpec
from transformer_checks.long_sequences import LongPoint
from transformer_checks.metrics import evaluate, gradients
from transformer_checks.model import Sizes, initialise, parameters
from transformer_checks.objectives import Split, loss_of
from transformer_checks.presets import flops_per_token
from transformer_checks.regimes import BASE, long_facts, long_protocol
from transformer_checks.sparsity import sparsity_of
from transformer_checks.workload import Accelerator, workload

SPEC = FactsSpec(facts=16, keys=4, values=16, most_tasks=3)
PROTOCOL = Protocol(tasks=2, steps=2, stretches=0, batch=8)
LONG = LongPoint("single", SPEC, PROTOCOL, "kwta", (0.1,), seeds=2)


def on_gpu(**changes):
    return replace(
        LongPoint("single", long_facts(50), long_protocol(50), "kwta", (0.1,), preset="nanochat-d20"), **changes
    )


def examples_of(tokens, weights):
    """Examples as shapes."""
    drawn: Any = jax.ShapeDtypeStruct(tokens, jnp.int32), jax.ShapeDtypeStruct(weights, jnp.float32)
    return Split(*drawn)


@pytest.mark.parametrize(("function", "share"), [(jax.grad(loss_of), 1.0), (loss_of, 1 / 3)])
def test_operations_are_those_the_compiler_counts(function, share):
    """One layer, as the compiler counts the body of a loop over layers once."""
    sizes, batch, length = Sizes(vocabulary=512, length=64, depth=1, width=256, heads=4), 8, 64
    model = eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))
    split = examples_of((batch, length + 1), (batch, length))
    lowered = jax.jit(function).lower(model, split, sparsity_of("kwta", 0.1, sizes.depth, sizes.hidden))
    cost: Any = lowered.cost_analysis()
    counted = cost["flops"]
    assert counted == pytest.approx(share * batch * length * flops_per_token(sizes, parameters(model), length), rel=0.1)


def shapes(sizes, tasks, examples):
    """A model and the held-out examples of all tasks, as shapes."""
    model = eqx.filter_eval_shape(initialise, sizes, jax.random.key(0))
    tokens, weights = (tasks, examples, sizes.length), (tasks, examples, sizes.length - 1)
    return model, examples_of(tokens, weights), sparsity_of("kwta", 0.1, sizes.depth, sizes.hidden)


def numbers(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def test_results_have_the_numbers_that_are_recorded():
    """Beside 24 kB a file, numbers of 4 bytes: those of `metrics` at every stage and checkpoint."""
    (point,) = BASE.points({"kwta": (0.1,)}, seeds=3, preset="small")
    stages, checkpoints = 6, 20
    arguments = shapes(Sizes(vocabulary=208, length=3, depth=6, width=384, heads=6), 5, 64)
    stage = jax.eval_shape(lambda model, split, sparsity: evaluate(model, split, sparsity, "exact"), *arguments)
    checkpoint = jax.eval_shape(gradients, *arguments)
    each = stages * numbers(stage) + checkpoints * (numbers(checkpoint) + 5) + 5  # with path changes, and steps
    assert workload(point).result_bytes == 24_000 + 3 * 4 * each


def test_training_is_counted_step_by_step():
    assert workload(replace(LONG, protocol=replace(PROTOCOL, pretraining=3))).training_tokens == 2 * (3 + 2 * 2) * 8 * 2
    point = InterferencePoint("any", "facts", SPEC, replace(PROTOCOL, batch=100, stretches=2), "kwta", 0.1, seeds=2)
    assert workload(point).training_tokens == 2 * 2 * 2 * 16 * 2  # a batch has at most the examples of a task


def test_a_sequence_holds_its_weights_moments_and_gradients():
    load = workload(on_gpu())
    assert load.parameters == 560_988_160
    assert load.held_bytes == 16 * load.parameters
    (gradients,) = BASE.points({"kwta": (0.1,)}, preset="nanochat-d20")
    assert workload(gradients).held_bytes == (12 + 4 * 2 * 5) * load.parameters  # of either half of every task


def test_what_waits_for_consolidation_is_held_and_its_steps_are_counted():
    load, slept = workload(on_gpu()), workload(on_gpu(consolidation=Consolidation(fast=(19,), interval=5, steps=500)))
    answers = 50 * 64 * 2 * 65_536
    assert slept.held_bytes == load.held_bytes + 4 * answers
    assert slept.training_tokens == load.training_tokens + 4 * 10 * 500 * 64 * 2


def test_what_a_method_keeps_is_held():
    assert workload(on_gpu(method="ewc")).held_bytes >= workload(on_gpu()).held_bytes + 2 * 4 * 560_988_160


def test_the_tokens_of_a_task_are_an_argument():
    own, more = workload(on_gpu()), workload(on_gpu(), tokens=64_000)
    assert own.task_tokens == 6400  # 100 steps of 32 facts, 2 positions each
    assert more.task_tokens == 64_000
    assert more.training_tokens == pytest.approx(10 * own.training_tokens)
    assert more.held_bytes == own.held_bytes


def test_few_tokens_a_step_take_as_long_as_the_weights_need_through_the_memory():
    """A step of AdamW moves 40 bytes a parameter: 11 ms on an A100, in which it could train on 490 tokens."""
    accelerator = Accelerator()
    few, many = workload(on_gpu(seeds=2)), workload(on_gpu(seeds=2), tokens=100_000_000)
    protocol = on_gpu().protocol
    steps = 2 * (protocol.pretraining + 50 * protocol.steps)
    assert few.seconds(accelerator) > steps * 40 * few.parameters / 2e12
    assert few.seconds(accelerator) == few.seconds(replace(accelerator, utilisation=1.0))
    assert many.seconds(accelerator) == pytest.approx(many.flops / (312e12 * 0.4), rel=0.01)
    assert many.seconds(replace(accelerator, utilisation=0.2)) == pytest.approx(2 * many.seconds(accelerator), rel=0.01)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"peak_tflops": 0.0}, "peak_tflops must be a positive number, got 0.0"),
        ({"peak_tflops": float("nan")}, "peak_tflops must be a positive number, got nan"),
        ({"bandwidth": float("inf")}, "bandwidth must be a positive number, got inf"),
        ({"utilisation": 0.0}, r"utilisation must lie in \(0, 1\], got 0.0"),
        ({"utilisation": 1.01}, r"utilisation must lie in \(0, 1\], got 1.01"),
    ],
)
def test_impossible_accelerators_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Accelerator(**settings)


def test_a_task_has_at_least_one_token():
    with pytest.raises(ValueError, match="tokens of a task must be an integer of at least 1, got 0"):
        workload(on_gpu(), tokens=0)
