"""Trials over devices: any batch size and any number of devices give the same integers."""

import json
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.harness.mesh import map_trials, trial_keys


def draw(key):
    return {"bits": jax.random.bits(key, (3,)), "number": jax.random.randint(key, (), 0, 100)}


def test_trial_keys_are_folded_in() -> None:
    key = jax.random.key(5)
    keys = trial_keys(key, 4, first=2)
    expected = [jax.random.key_data(jax.random.fold_in(key, trial)) for trial in range(2, 6)]
    np.testing.assert_array_equal(jax.random.key_data(keys), np.stack(expected))


@pytest.mark.parametrize("batch", [1, 3, 10, 1000])
def test_batch_never_changes_results(batch: int) -> None:
    keys = trial_keys(jax.random.key(0), 10)
    results = map_trials(draw, keys, batch)
    for trial, key in enumerate(keys):
        alone = draw(key)
        np.testing.assert_array_equal(results["bits"][trial], alone["bits"])
        assert results["number"][trial] == alone["number"]
    assert results["bits"].shape == (10, 3)
    assert isinstance(results["number"], np.ndarray)


def test_more_trials_begin_with_the_same_ones() -> None:
    key = jax.random.key(1)
    few, many = (map_trials(draw, trial_keys(key, count), 4)["bits"] for count in (5, 9))
    np.testing.assert_array_equal(many[:5], few)


def test_parameters_are_shared_and_do_not_recompile() -> None:
    traces = []

    def shifted(key, shift):
        traces.append(shift)
        return jax.random.randint(key, (), 0, 100) + shift

    keys = trial_keys(jax.random.key(2), 6)
    base = map_trials(shifted, keys, 2, jnp.int32(0))
    np.testing.assert_array_equal(map_trials(shifted, keys, 2, jnp.int32(7)), base + 7)
    assert len(traces) == 1


@pytest.mark.parametrize(("count", "batch"), [(0, 1), (1, 0)])
def test_counts_must_be_positive(count: int, batch: int) -> None:
    with pytest.raises(ValueError, match="at least one trial"):
        map_trials(draw, trial_keys(jax.random.key(0), count), batch)


REMOTE = """
import json, jax
from sims.harness.mesh import map_trials, trial_keys
from sims.patterns import fixed_size_code

def trial(key):
    return fixed_size_code(300, 30, key=key)

def sample(batch):
    return [map_trials(trial, trial_keys(jax.random.key(9), count), batch).tolist() for count in (16, 21)]
"""


def test_eight_devices_give_the_same_integers() -> None:
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=8"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    program = f"{REMOTE}\nprint(json.dumps([jax.device_count(), sample(5)]))"
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    here: dict = {}
    exec(REMOTE, here)
    assert json.loads(run.stdout) == [8, here["sample"](21)]
