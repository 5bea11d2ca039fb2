"""What a step costs: memory against counting by hand, a step that lowers the loss, and refusals."""

import json
import math
import os
import subprocess
import sys

import jax
import pytest

from paper.transformer import simulate_devices, step_memory, text, time_step

GIB = 2**30


@pytest.mark.slow
def test_memory_of_the_561_million_parameters_on_eight_devices():
    """Three float32 numbers a weight, over two devices each, and a batch of 2 x 257 tokens; nothing is allocated."""
    options = "--preset nanochat-d20 --devices 8 --tensor 2 --batch 8 --length 256 --bf16 --json"
    command = [sys.executable, "-m", "paper", "transformer", "memory", *options.split()]
    environment = {**os.environ, "XLA_FLAGS": ""}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    record = json.loads(run.stdout)
    used = record["gib_per_device"]
    assert (record["parameters"], record["devices"], record["data"]) == (560_988_160, 8, 4)
    assert used["arguments"] == pytest.approx(3 * 4 * 560_988_160 / 2 / GIB, rel=1e-4)
    assert used["reused"] == pytest.approx(used["outputs"], rel=1e-4)  # the next state takes the old one's place
    assert used["temporaries"] > 4 * 560_988_160 / 2 / GIB  # gradients at least
    assert used["total"] == pytest.approx(used["arguments"] + used["temporaries"], rel=1e-3)


def test_computing_layers_anew_saves_memory():
    plain, remat = (
        step_memory("small", 1, 2 * jax.device_count(), "float32", remat, optimiser="sgd")["gib_per_device"]
        for remat in (False, True)
    )
    assert remat["temporaries"] < 0.7 * plain["temporaries"]
    assert remat["arguments"] == plain["arguments"]


def test_two_steps_lower_the_loss_from_that_of_no_knowledge():
    record = time_step("tiny", 1, 2 * jax.device_count())
    assert record["loss_before"] == pytest.approx(math.log(128), rel=1e-5)
    assert record["loss_after"] < record["loss_before"] - 1e-3
    assert record["precision"] == "float32"
    assert 0.05 < record["peak_gib"] < 64
    assert "seconds second step" in text(record)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("d20", 1, 8, "float32"), "preset must be one of tiny, small, nanochat-d12, nanochat-d20, got 'd20'"),
        (("small", 64, 8, "float32"), "the number of devices must be a multiple of tensor = 64"),
        (("small", 1, 0, "float32"), "batch must be an integer of at least 1"),
        (("small", 1, 8, "float16"), "precision must be one of float32, bfloat16, got 'float16'"),
        (("small", 1, 8, "float32", True, 257), "length must be between 1 and the 256 tokens of preset small, got 257"),
        (("small", 1, 8, "float32", True, None, "adam"), "optimiser must be one of adamw, sgd, muon, got 'adam'"),
    ],
)
def test_bad_input_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        step_memory(*given)


def test_devices_are_simulated_before_jax_starts():
    count = jax.device_count()
    simulate_devices(count)
    with pytest.raises(ValueError, match=f"{count + 1} devices need a new process, JAX runs with {count}"):
        simulate_devices(count + 1)
