"""Training one large model over many devices: data- and tensor-parallel by the same program.

Every array names its axes (`LEAVES`), and one table says along which axis of the mesh of devices each of them is split
(`PLACEMENT`), after MaxText. Batches are split over the `data` axis; over the `tensor` axis, the heads of the
attention, the units of the MLPs and the vocabulary. XLA adds the communication. One device is a mesh of one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Key, PyTree

from theory.activity import check_count
from transformer_checks.model import Numerics, Precision, Sizes, initialise
from transformer_checks.objectives import Split
from transformer_checks.sparsity import Sparsity
from transformer_checks.training import Dials, State, Trainer, begin, descend

DATA, TENSOR = "data", "tensor"

PLACEMENT: dict[str, str | None] = {
    "batch": DATA,
    "position": None,
    "layer": None,
    "width": None,
    "heads": TENSOR,
    "hidden": TENSOR,
    "expert": None,
    "vocabulary": TENSOR,
}
"""Along which axis of the mesh an axis of an array is split; None: every device holds all of it."""

LEAVES: dict[str, tuple[str, ...]] = {
    "embedding": ("vocabulary", "width"),
    "query": ("layer", "width", "heads"),
    "key": ("layer", "width", "heads"),
    "value": ("layer", "width", "heads"),
    "mix": ("layer", "heads", "width"),
    "up": ("layer", "width", "hidden"),
    "down": ("layer", "hidden", "width"),
    "router": ("layer", "width", "expert"),
    "head": ("width", "vocabulary"),
    "tokens": ("batch", "position"),
    "weights": ("batch", "position"),
}
"""The axes of the arrays of a `Transformer` and of a `Split`, by the names of their fields.

An optimiser's moments carry the names of the weights they belong to, and are split as those are.
"""


def training_mesh(tensor: int = 1, devices: Sequence[Any] | None = None) -> Mesh:
    """The mesh of the devices (all, by default): `tensor` of them share an example; examples are split over the rest.

    Raises:
        ValueError: the number of devices is no multiple of `tensor`.
    """
    chosen = np.asarray(jax.devices() if devices is None else devices)
    check_count(tensor, "tensor")
    if chosen.size % tensor:
        raise ValueError(f"the number of devices must be a multiple of tensor = {tensor}, got {chosen.size}")
    return Mesh(chosen.reshape(-1, tensor), (DATA, TENSOR))


def shardings(mesh: Mesh, tree: PyTree[Any]) -> Any:
    """How a model, a batch, an optimiser's state or a whole `State` lies on the mesh; shapes suffice.

    What has no entry in `LEAVES` (counters, dials) lies whole on every device.
    """

    def placed(path: tuple[Any, ...], leaf: Any) -> NamedSharding:
        axes = LEAVES.get(getattr(path[-1], "name", "") if path else "", ())
        split = [PLACEMENT[axis] for axis in axes] if len(axes) == leaf.ndim else []
        return NamedSharding(mesh, PartitionSpec(*split))

    return jax.tree_util.tree_map_with_path(placed, tree)


def place(mesh: Mesh, tree: PyTree[Any]) -> Any:
    """`tree` on the mesh, split as `shardings` says."""
    return jax.device_put(tree, shardings(mesh, tree))


def start(mesh: Mesh, trainer: Trainer, sizes: Sizes, key: Key[Array, ""]) -> State:
    """Fresh weights and a fresh optimiser on the mesh; no device ever holds more than its share.

    The weights depend on the key alone.

    Raises:
        ValueError: as `step_program`.
    """
    check_split(mesh, sizes, trainer.batch)
    return jax.jit(
        lambda key: begin(trainer, initialise(sizes, key)), out_shardings=shardings(mesh, state_shapes(trainer, sizes))
    )(key)


@lru_cache(maxsize=16)
def step_program(mesh: Mesh, trainer: Trainer, sizes: Sizes, numerics: Numerics) -> Any:
    """The compiled `training.descend`: from a state, a batch, a sparsity and dials to the next state.

    The state's memory is used again for the next one, so the state that was passed is gone.

    Args:
        mesh: as from `training_mesh`.
        trainer: optimiser, and examples of a batch over all devices together.
        sizes: of the model.
        numerics: precision, and what is computed twice to save memory.

    Raises:
        ValueError: the mesh does not divide batch, heads, hidden units or vocabulary.
    """
    check_split(mesh, sizes, trainer.batch)
    state = shardings(mesh, state_shapes(trainer, sizes))
    batch = shardings(mesh, batch_shapes(trainer, sizes.length))
    whole = NamedSharding(mesh, PartitionSpec())

    def step(state: State, batch: Split, sparsity: Sparsity, settings: Dials) -> State:
        return descend(trainer, state, batch, sparsity, settings, numerics)

    return jax.jit(step, in_shardings=(state, batch, whole, whole), out_shardings=state, donate_argnums=0)


def state_shapes(trainer: Trainer, sizes: Sizes) -> State:
    """The shapes of a state of training, without its numbers."""
    return jax.eval_shape(lambda key: begin(trainer, initialise(sizes, key)), jax.random.key(0))


def batch_shapes(trainer: Trainer, length: int) -> Split:
    """The shapes of a batch of sequences from which `length` tokens are predicted, without its numbers."""
    return Split(
        jax.ShapeDtypeStruct((trainer.batch, length + 1), jnp.int32),  # pyright: ignore[reportArgumentType]
        jax.ShapeDtypeStruct((trainer.batch, length), jnp.float32),  # pyright: ignore[reportArgumentType]
    )


def check_split(mesh: Mesh, sizes: Sizes, batch: int) -> None:
    """Raise ValueError unless the mesh divides what it is to split; a head of the attention stays on one device."""
    lengths = {"batch": batch, "heads": sizes.heads, "hidden": sizes.hidden, "vocabulary": sizes.vocabulary}
    for name, length in lengths.items():
        axis = PLACEMENT[name]
        if axis is not None and length % mesh.shape[axis]:
            raise ValueError(f"{name} must be a multiple of the mesh's {axis} axis of {mesh.shape[axis]}, got {length}")


def precision_on(mesh: Mesh) -> Precision:
    """bfloat16 on accelerators; float32 on CPUs, which gain nothing from less."""
    return "float32" if mesh.devices.flat[0].platform == "cpu" else "bfloat16"
