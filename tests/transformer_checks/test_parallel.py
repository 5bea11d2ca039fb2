"""Parallel training: the same loss and the same weights for every mesh, each device with its share, and refusals."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import Mesh, PartitionSpec

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
_TRAINER = Trainer("sgd", batch=8)
_STEPS = 3
_RATE = 4.0
_MIXTURE = replace(_SIZES, experts=4, routed=2, balance=1.0)
_RUNS = {1: (_SIZES, False), 2: (_SIZES, True), 4: (_MIXTURE, False), 8: (_SIZES, True)}
"""By the tensor axis: the model, and whether layers are computed anew."""


def batches():
    rng = np.random.default_rng(0)
    for _ in range(_STEPS):
        tokens = rng.integers(_SIZES.vocabulary, size=(8, _SIZES.length + 1))
        counts = rng.integers(2, size=(8, _SIZES.length)) | (np.arange(_SIZES.length) == 0)
        yield Split(jnp.asarray(tokens, jnp.int32), jnp.asarray(counts, jnp.float32))


@lru_cache
def fresh(sizes):
    """A state in host memory, as one device makes it."""
    return jax.tree.map(np.asarray, start(training_mesh(1, jax.devices()[:1]), _TRAINER, sizes, jax.random.key(0)))


@lru_cache
def learn(mesh, sizes, remat=False):
    """Three steps with momentum from a fresh model: at the third, every matrix has a gradient."""
    state = place(mesh, fresh(sizes))
    step = step_program(mesh, _TRAINER, sizes, Numerics(remat=remat))
    sparsity = sparsity_of("kwta", 0.25, _SIZES.depth, _SIZES.hidden)
    losses = []
    for batch in batches():
        state = step(state, place(mesh, batch), sparsity, dials(_RATE))
        losses.append(float(state.loss))
    return state, losses


def named(tree):
    return [(getattr(path[-1], "name", ""), leaf) for path, leaf in jax.tree_util.tree_leaves_with_path(tree)]


def weights(state):
    return {name: np.asarray(leaf) for name, leaf in named(state.model)}


PROGRAM = """
import importlib.util, sys
import jax
import numpy as np
jax.config.update("jax_num_cpu_devices", 8)
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
found = {}
for tensor, (sizes, remat) in tests._RUNS.items():
    mesh = tests.training_mesh(tensor)
    state, losses = tests.learn(mesh, sizes, remat)
    for leaf, how in zip(jax.tree.leaves(state), jax.tree.leaves(tests.shardings(mesh, state)), strict=True):
        assert leaf.sharding.is_equivalent_to(how, leaf.ndim), (leaf.sharding, how)
    held = sum(leaf.addressable_shards[0].data.size for leaf in jax.tree.leaves(state.model))
    np.savez(f"{sys.argv[2]}/{tensor}.npz", **tests.weights(state), losses=losses, held=held)
begun = tests.start(tests.training_mesh(2), tests._TRAINER, tests._SIZES, jax.random.key(0))
np.savez(f"{sys.argv[2]}/begun.npz", **tests.weights(begun))
"""


@pytest.fixture(scope="module")
def meshes(tmp_path_factory):
    """What eight simulated devices make of every mesh."""
    folder = tmp_path_factory.mktemp("meshes")
    command = [sys.executable, "-c", PROGRAM, __file__, str(folder)]
    flags = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"  # compiles in half the time
    subprocess.run(command, env={**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}, check=True)
    return folder


def found_on(folder, tensor):
    return np.load(folder / f"{tensor}.npz")


@pytest.mark.slow
@pytest.mark.parametrize("tensor", [1, 2, 4, 8])
def test_every_mesh_learns_what_one_device_learns(meshes, tensor):
    """Losses and weights of meshes (8, 1), (4, 2), (2, 4) and (1, 8), up to the order of sums in float32.

    Two of them compute layers anew, which changes nothing either. The model of (2, 4) is a mixture of experts, one
    expert of every layer on each device.
    """
    sizes, _ = _RUNS[tensor]
    alone, losses = learn(training_mesh(1, jax.devices()[:1]), sizes)
    found, begun = found_on(meshes, tensor), weights(fresh(sizes))
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-6)
    for name, expected in weights(alone).items():
        moved = np.abs(expected - begun[name]).max()
        assert moved > 0.01, name
        np.testing.assert_allclose(found[name], expected, atol=1e-5 * moved + 1e-7, err_msg=name)


@pytest.mark.parametrize("tensor", [1, 2, 4, 8])
def test_the_tensor_axis_divides_all_weights(meshes, tensor):
    """But the routers of a mixture, which every device has whole."""
    held = weights(fresh(_RUNS[tensor][0]))
    routers = held.pop("router").size if "router" in held else 0
    assert (routers > 0) == (tensor == 4)
    total = sum(leaf.size for leaf in held.values())
    assert int(found_on(meshes, tensor)["held"]) == total // tensor + routers


def test_fresh_weights_depend_on_the_key_alone(meshes):
    begun = np.load(meshes / "begun.npz")
    for name, expected in weights(fresh(_SIZES)).items():
        np.testing.assert_allclose(begun[name], expected, rtol=1e-5, atol=1e-7, err_msg=name)


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
    mesh = training_mesh(1, jax.devices()[:1])
    state = place(mesh, fresh(_SIZES))
    sparsity = sparsity_of("kwta", 0.25, _SIZES.depth, _SIZES.hidden)
    step_program(mesh, _TRAINER, _SIZES, Numerics())(state, place(mesh, next(batches())), sparsity, dials(1e-3))
    assert all(leaf.is_deleted() for leaf in jax.tree.leaves(state.model))


def test_cpus_compute_in_float32():
    assert precision_on(training_mesh()) == "float32"


@pytest.mark.parametrize(
    ("shape", "changes", "message"),
    [
        ((3, 1), {}, "batch must be a multiple of the mesh's data axis of 3, got 8"),
        ((1, 3), {}, "heads must be a multiple of the mesh's tensor axis of 3, got 8"),
        ((1, 8), {"vocabulary": 49}, "vocabulary must be a multiple of the mesh's tensor axis of 8, got 49"),
    ],
)
def test_meshes_that_do_not_divide_the_model_are_refused(shape, changes, message):
    mesh = Mesh(np.full(shape, jax.devices()[0]), ("data", "tensor"))  # one device in many places: never computed on
    sizes = Sizes(**({"vocabulary": 48, "length": 12, "depth": 2, "width": 32, "heads": 8} | changes))
    with pytest.raises(ValueError, match=message):
        check_split(mesh, sizes, batch=8)


def test_devices_must_fill_the_mesh():
    with pytest.raises(ValueError, match="the number of devices must be a multiple of tensor = 2, got 3"):
        training_mesh(2, [None] * 3)
    with pytest.raises(ValueError, match="tensor must be an integer of at least 1"):
        training_mesh(0)
