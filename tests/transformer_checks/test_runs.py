"""Runs over devices: the same numbers for 1, 2 and 8 devices, for any number of runs, and with or without `vmap`."""

import json
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from transformer_checks.runs import devices_per_core, over_runs, run_keys

_TRACES: list[int] = []


def learn(key, targets, rate):
    """Least squares by gradient descent from random inputs, with random weights of the examples at every step."""
    _TRACES.append(1)
    inputs = jax.random.normal(jax.random.fold_in(key, 0), (6, 4))

    def step(weights, index):
        drawn = jax.random.uniform(jax.random.fold_in(key, index), (6, 1))
        residual = jnp.tanh(inputs @ weights) - targets
        return weights - rate * inputs.T @ (drawn * residual), (residual**2).mean()

    weights, losses = jax.lax.scan(step, jnp.ones((4, 2)), jnp.arange(20))
    return {"weights": weights, "losses": losses}


def arguments(runs):
    targets = np.random.default_rng(0).normal(size=(9, 6, 2)).astype(np.float32)[:runs]
    return run_keys(3, "test", runs), jnp.asarray(targets), jnp.float32(0.2)


_learn = over_runs(learn, shared=(2,))
_alone = jax.jit(learn)


def test_every_run_is_what_it_is_alone():
    found = _learn(*arguments(5))
    keys, targets, rate = arguments(5)
    for run in range(5):
        alone = _alone(keys[run], targets[run], rate)
        np.testing.assert_allclose(found["weights"][run], alone["weights"], rtol=1e-4, atol=1e-6)
    assert len(np.unique(found["losses"][:, -1])) == 5


def test_one_after_another_or_side_by_side():
    side_by_side = jax.jit(jax.vmap(learn, in_axes=(0, 0, None)))(*arguments(5))
    for name, found in _learn(*arguments(5)).items():
        np.testing.assert_allclose(found, side_by_side[name], rtol=1e-4, atol=1e-6)


def test_more_runs_begin_with_the_same_ones():
    few, many = _learn(*arguments(3)), _learn(*arguments(8))
    for name, found in few.items():
        np.testing.assert_array_equal(many[name][:3], found)


def test_shared_arguments_do_not_recompile():
    keys, targets, rate = arguments(4)
    first = _learn(keys, targets, rate)
    count = len(_TRACES)
    other = _learn(keys, targets, 2 * rate)
    assert len(_TRACES) == count
    assert not np.array_equal(first["weights"], other["weights"])


def test_keys_depend_on_the_seed_the_label_and_the_run_alone():
    data = jax.random.key_data(run_keys(0, "a", 7))
    np.testing.assert_array_equal(jax.random.key_data(run_keys(0, "a", 4)), data[:4])
    everything = np.concatenate([data, *(jax.random.key_data(run_keys(*own, 7)) for own in ((1, "a"), (0, "b")))])
    assert len(np.unique(everything, axis=0)) == 21


def test_devices_cannot_be_made_once_jax_has_started():
    count = jax.device_count()
    devices_per_core()
    assert jax.device_count() == count


PROGRAM = """
import json, os, sys
import importlib.util
import jax
from transformer_checks.runs import devices_per_core

if sys.argv[2] == "8":
    jax.config.update("jax_num_cpu_devices", 8)  # what was set stays
os.sched_getaffinity = lambda _: {0, 1}
devices_per_core()
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
assert jax.device_count() == int(sys.argv[2]), jax.device_count()
found = {runs: jax.tree.map(lambda leaf: leaf.tolist(), tests._learn(*tests.arguments(runs))) for runs in (1, 3, 8)}
print(json.dumps(found))
"""


@pytest.mark.parametrize("devices", ["2", "8"])
def test_any_number_of_devices_gives_the_same_numbers(devices):
    """1, 3 and 8 runs on 1 (here), 2 and 8 devices: some stand idle or repeat the last run, which leaves no trace."""
    command = [sys.executable, "-c", PROGRAM, __file__, devices]
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": ""}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    for runs, found in json.loads(run.stdout).items():
        here = _learn(*arguments(int(runs)))
        for name, values in found.items():
            np.testing.assert_array_equal(np.asarray(values, np.float32), here[name])


def test_declaring_the_experiments_does_not_start_jax():
    """Otherwise it would be too late to make a device of every core, and the experiments would run on one."""
    program = "import jax, paper.parts; jax.config.update('jax_num_cpu_devices', 3); print(jax.device_count())"
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "3"
