"""Parallel training: the same loss and the same weights for every mesh, each device with its share, and refusals."""

import json
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import PartitionSpec

from transformer_checks.model import Numerics, Sizes
from transformer_checks.objectives import Split
from transformer_checks.parallel import (
    check_split,
    place,
    precision_on,
    shardings,
    start,
    state_shapes,
    step_program,
    training_mesh,
)
from transformer_checks.sparsity import sparsity_of
from transformer_checks.training import Trainer, dials

_SIZES = Sizes(vocabulary=48, length=12, depth=2, width=32, heads=8)
_STEPS = 3
_RATES = {"sgd": 0.5, "adamw": 3e-3}


def batches():
    rng = np.random.default_rng(0)
    for _ in range(_STEPS):
        tokens = rng.integers(_SIZES.vocabulary, size=(8, _SIZES.length + 1))
        counts = rng.integers(2, size=(8, _SIZES.length)) | (np.arange(_SIZES.length) == 0)
        yield Split(jnp.asarray(tokens, jnp.int32), jnp.asarray(counts, jnp.float32))


def learn(mesh, optimiser="sgd", numerics=Numerics()):  # noqa: B008
    """Three steps from a fresh model: at the third, every matrix has a gradient."""
    trainer = Trainer(optimiser, batch=8)
    state = start(mesh, trainer, _SIZES, jax.random.key(0))
    step = step_program(mesh, trainer, _SIZES, numerics)
    sparsity = sparsity_of("kwta", 0.25, _SIZES.depth, _SIZES.hidden)
    losses = []
    for batch in batches():
        state = step(state, place(mesh, batch), sparsity, dials(_RATES[optimiser]))
        losses.append(float(state.loss))
    return state, losses


def named(tree):
    return [(getattr(path[-1], "name", ""), leaf) for path, leaf in jax.tree_util.tree_leaves_with_path(tree)]


def weights(state):
    return {name: np.asarray(leaf) for name, leaf in named(state.model)}


def fresh():
    return weights(start(training_mesh(), Trainer(batch=8), _SIZES, jax.random.key(0)))


PROGRAM = """
import importlib.util, json, sys
import jax
import numpy as np
jax.config.update("jax_num_cpu_devices", 8)
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
found = {}
for tensor, optimiser in json.loads(sys.argv[2]):
    mesh = tests.training_mesh(tensor)
    state, losses = tests.learn(mesh, optimiser)
    for leaf, how in zip(jax.tree.leaves(state), jax.tree.leaves(tests.shardings(mesh, state)), strict=True):
        assert leaf.sharding.is_equivalent_to(how, leaf.ndim), (leaf.sharding, how)
    held = sum(leaf.addressable_shards[0].data.size for leaf in jax.tree.leaves(state.model))
    np.savez(f"{sys.argv[3]}/{tensor}-{optimiser}.npz", **tests.weights(state), losses=losses, held=held)
"""


@pytest.fixture(scope="module")
def meshes(tmp_path_factory):
    """What eight simulated devices make of every mesh."""
    folder = tmp_path_factory.mktemp("meshes")
    cases = [(1, "sgd"), (2, "sgd"), (4, "sgd"), (8, "sgd"), (2, "adamw")]
    command = [sys.executable, "-c", PROGRAM, __file__, json.dumps(cases), str(folder)]
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": ""}
    subprocess.run(command, env=environment, check=True)
    return lambda tensor, optimiser: np.load(folder / f"{tensor}-{optimiser}.npz")


@pytest.mark.parametrize("tensor", [1, 2, 4, 8])
def test_every_mesh_learns_what_one_device_learns(meshes, tensor):
    """Losses and weights of meshes (8, 1), (4, 2), (2, 4) and (1, 8), up to the order of sums in float32."""
    alone, losses = learn(training_mesh(1, jax.devices()[:1]))
    found, begun = meshes(tensor, "sgd"), fresh()
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-6)
    for name, expected in weights(alone).items():
        moved = np.abs(expected - begun[name]).max()
        assert moved > 1e-5, name
        np.testing.assert_allclose(found[name], expected, atol=1e-5 * moved + 1e-7, err_msg=name)


def test_an_optimiser_that_divides_by_gradients_too(meshes):
    """AdamW divides gradients by their size, so that rounding weighs more wherever a gradient is small."""
    alone, losses = learn(training_mesh(1, jax.devices()[:1]), "adamw")
    found = meshes(2, "adamw")
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-5)
    for name, expected in weights(alone).items():
        np.testing.assert_allclose(found[name], expected, atol=0.02 * _RATES["adamw"], err_msg=name)


@pytest.mark.parametrize("tensor", [1, 2, 4, 8])
def test_the_tensor_axis_divides_all_weights(meshes, tensor):
    total = sum(leaf.size for leaf in fresh().values())
    assert int(meshes(tensor, "sgd")["held"]) == total // tensor


def test_computing_layers_anew_changes_nothing():
    plain, remat = (learn(training_mesh(), numerics=Numerics(remat=each))[0] for each in (False, True))
    for name, expected in weights(plain).items():
        np.testing.assert_allclose(weights(remat)[name], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("optimiser", "count"), [("sgd", 2 * 8), ("adamw", 3 * 8), ("muon", 2 * 6 + 3 * 2)]
)  # the weights; one moment a weight; two; and for Muon one a matrix and two for embedding and head
def test_moments_lie_where_their_weights_lie(optimiser, count):
    mesh, shapes = training_mesh(), state_shapes(Trainer(optimiser), _SIZES)
    expected = {name: how.spec for name, how in named(shardings(mesh, shapes.model))}
    found = [(name, how.spec) for name, how in named(shardings(mesh, shapes))]
    split = [(name, spec) for name, spec in found if name in expected]
    assert len(split) == count
    assert all(spec == expected[name] for name, spec in split)
    assert {spec for name, spec in found if name not in expected} == {PartitionSpec()}
    assert {axis for spec in expected.values() for axis in spec} == {None, "tensor"}


def test_the_state_passed_is_gone():
    mesh, trainer = training_mesh(), Trainer(batch=8)
    state = start(mesh, trainer, _SIZES, jax.random.key(0))
    sparsity = sparsity_of("kwta", 0.25, _SIZES.depth, _SIZES.hidden)
    step_program(mesh, trainer, _SIZES, Numerics())(state, place(mesh, next(batches())), sparsity, dials(1e-3))
    assert all(leaf.is_deleted() for leaf in jax.tree.leaves(state.model))


def test_cpus_compute_in_float32():
    assert precision_on(training_mesh()) == "float32"


class Devices:
    """As many devices as a test needs to be refused."""

    def __init__(self, data, tensor):
        self.shape = {"data": data, "tensor": tensor}


@pytest.mark.parametrize(
    ("mesh", "changes", "message"),
    [
        (Devices(3, 1), {}, "batch must be a multiple of the mesh's data axis of 3, got 8"),
        (Devices(1, 3), {}, "heads must be a multiple of the mesh's tensor axis of 3, got 8"),
        (Devices(1, 8), {"vocabulary": 49}, "vocabulary must be a multiple of the mesh's tensor axis of 8, got 49"),
    ],
)
def test_meshes_that_do_not_divide_the_model_are_refused(mesh, changes, message):
    sizes = Sizes(**({"vocabulary": 48, "length": 12, "depth": 2, "width": 32, "heads": 8} | changes))
    with pytest.raises(ValueError, match=message):
        check_split(mesh, sizes, batch=8)


def test_devices_must_fill_the_mesh():
    with pytest.raises(ValueError, match="the number of devices must be a multiple of tensor = 2, got 3"):
        training_mesh(2, [None] * 3)
    with pytest.raises(ValueError, match="tensor must be an integer of at least 1"):
        training_mesh(0)
