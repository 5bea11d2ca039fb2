"""Patterns over several devices, and over several processes, give the integers of one device."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import pytest

from sims.sharded import place
from sims.tiles import TILE

SAMPLE = """
import hashlib, json, sys
import jax, jax.numpy as jnp, numpy as np
from jax.experimental.multihost_utils import process_allgather
from sims.sharded import place
from sims.tiles import TILE, overlap_sums, pattern_overlaps, weighted_sums

UNITS, PATTERNS = 320, 700

def name(array):
    array = np.ascontiguousarray(array)
    return [*array.shape, hashlib.sha256(array.astype(np.int64).tobytes()).hexdigest()[:16]]

def sample():
    generator = np.random.default_rng(3)
    packed = generator.integers(0, 2**32, (PATTERNS, UNITS // 32), np.uint32)
    words, states = place(packed, TILE), jnp.asarray(generator.random((4, UNITS)) < 0.1)
    columns = jnp.take(words, np.array([3, 1, 10]), axis=1, mode="fill", fill_value=0)
    factors = np.arange(1, 5)[:, None]
    weights = np.where(np.arange(len(words)) < PATTERNS, 7 * np.arange(len(words)) - 1000, 0) * factors
    found = {}
    for stored in (1, 128, 129, 500, 700):
        overlaps = pattern_overlaps(words, states, stored)
        whole = process_allgather(overlaps, tiled=True)
        found[str(stored)] = [
            name(overlap_sums(words, states, stored)),
            name(whole[:, :PATTERNS]),
            int(whole[:, stored:].max(initial=0)),
            name(weighted_sums(words, overlaps, stored)),
            name(weighted_sums(columns, overlaps, stored)),
            name(weighted_sums(words, jnp.asarray(weights, jnp.int32), stored)),
        ]
    fractions = jnp.asarray(np.sin(np.arange(len(words))) * factors, jnp.float32)
    return found, np.asarray(weighted_sums(words, fractions, PATTERNS), float).tolist()
"""

NETWORK = """
from sims.fields import draw_network

def network():
    drawn = draw_network("fixed-size", 96, 0.1, 300, key=jax.random.key(4))
    return [name(drawn.prefix(stored).fields(drawn.stored(np.arange(8)))) for stored in (30, 300)]
"""

DEVICES = """
words = place(np.ones((PATTERNS, 1), np.uint32), TILE)
shapes = [list(part.data.shape) for part in words.addressable_shards]
print(json.dumps([jax.device_count(), shapes, *sample(), network()]))
"""

PROCESS = """
import sys
import jax
jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(sys.argv[1], 2, int(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def expected() -> dict:
    """What one device finds, and the names that programs define."""
    assert jax.device_count() == 1
    here: dict = {}
    exec(SAMPLE + NETWORK, here)
    here["found"], here["rounded"] = here["sample"]()
    return here


def answers(devices: Sequence[int], program: str, *arguments: str) -> list[list]:
    """What processes of so many devices, run side by side with their index as last argument, print last."""
    with contextlib.ExitStack() as stack:
        processes = []
        for index, count in enumerate(devices):
            flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={count}"
            environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
            command = [sys.executable, "-c", program, *arguments, str(index)]
            pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            processes.append(stack.enter_context(subprocess.Popen(command, env=environment, **pipes)))
            stack.callback(processes[-1].kill)
        printed = []
        for process in processes:
            out, errors = process.communicate(timeout=120)
            assert process.returncode == 0, errors
            printed.append(json.loads(out.splitlines()[-1]))
        return printed


def test_devices_of_one_process(expected: dict) -> None:
    for devices, answered in zip((3, 8), answers((3, 8), SAMPLE + NETWORK + DEVICES), strict=True):
        count, shapes, found, rounded, network = answered
        assert count == devices
        assert shapes == [[-(-700 // (TILE * devices)) * TILE, 1]] * devices
        assert found == expected["found"]
        np.testing.assert_allclose(rounded, expected["rounded"], rtol=1e-5, atol=1e-3)
        assert network == expected["network"]()


def test_two_processes_on_loopback(expected: dict) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    program = PROCESS + SAMPLE + "\nprint()\nprint(json.dumps([jax.process_count(), jax.device_count(), *sample()]))\n"
    for count, devices, found, rounded in answers((2, 2), program, address):
        assert (count, devices) == (2, 4)
        assert found == expected["found"]
        np.testing.assert_allclose(rounded, expected["rounded"], rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("rows", [1, 127, 128, 129, 1000, 4097, 100_000])
def test_placed_patterns_are_followed_by_few_empty_rows(rows: int) -> None:
    words = np.arange(1, rows + 1, dtype=np.uint32)[:, None]
    placed = np.asarray(place(words, TILE))
    np.testing.assert_array_equal(placed[:rows], words)
    assert not placed[rows:].any()
    assert len(placed) % TILE == 0
    assert len(placed) <= rows * 9 / 8 + TILE
