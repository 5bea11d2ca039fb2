"""Learning without forgetting: the model keeps to what it would have answered, before a task, to the task's inputs."""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from transformer_checks.methods.base import Method, check_strength
from transformer_checks.model import Numerics, Transformer, forward
from transformer_checks.objectives import Split, losses, penalty
from transformer_checks.sparsity import Sparsity


class Teacher(NamedTuple):
    """The model before the present task.

    Attributes:
        model: its weights.
        taught: tasks it has learned.
    """

    model: Transformer
    taught: Int[Array, ""]


@dataclass(frozen=True)
class Distillation(Method):
    """LwF (Li & Hoiem 2016): distillation from the model before the task, on the new task's inputs.

    Every step adds `strength` (lambda_o) times the cross-entropy between the old and the present model's predictions
    for the batch's own inputs, both at `temperature`, less the entropy of the old ones (so that it is a divergence with
    the same gradient), times `temperature^2` (Hinton et al. 2015; the original leaves this factor out). Over all tokens
    of the vocabulary and the positions that count: the head is shared by all tasks (as in van de Ven's
    domain-incremental setting), where the original has one for each.

    Stores the weights, whatever the number of tasks; no example.

    Attributes:
        strength: of the divergence.
        temperature: of both predictions; 2 in the original.

    Raises:
        ValueError: a strength or a temperature that is not positive.
    """

    name: str = field(default="lwf", init=False)

    strength: float = 1.0
    temperature: float = 2.0

    def __post_init__(self) -> None:
        check_strength(self.strength)
        if not 0 < self.temperature < float("inf"):
            raise ValueError(f"temperature must be a positive number, got {self.temperature!r}")

    def begin(self, model: Transformer, example_shape: tuple[int, ...], tasks: int) -> Teacher:
        """A teacher that knows no task yet."""
        del example_shape, tasks
        return Teacher(model, jnp.int32(0))

    def objective(
        self,
        model: Transformer,
        batch: Split,
        sparsity: Sparsity,
        memory: Teacher,
        key: Key[Array, ""],
        numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
    ) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """With the divergence from the teacher, once it has learned a task."""
        del key
        logits, usage = forward(model, batch.tokens[:, :-1], sparsity, numerics=numerics)
        taught, _ = forward(memory.model, batch.tokens[:, :-1], sparsity, numerics=numerics)
        loss = losses(logits, batch)
        apart = divergence(taught, logits, batch.weights, self.temperature)
        added = self.strength * jnp.where(memory.taught > 0, apart, 0.0)
        return loss + added + penalty(model, usage, sparsity), loss

    def after_task(
        self,
        model: Transformer,
        split: Split,
        sparsity: Sparsity,
        memory: Teacher,
        task: Int[Array, ""],
        key: Key[Array, ""],
    ) -> Teacher:
        """The model becomes the teacher."""
        del split, sparsity, task, key
        return Teacher(model, memory.taught + 1)


def divergence(
    teacher: Float[Array, "example position vocabulary"],
    student: Float[Array, "example position vocabulary"],
    counted: Float[Array, "example position"],
    temperature: float,
) -> Float[Array, ""]:
    """`temperature^2 KL(teacher || student)` of predictions at that temperature, averaged over counted positions."""
    wanted, given = (jax.nn.log_softmax(logits / temperature) for logits in (teacher, student))
    each = (jnp.exp(wanted) * (wanted - given)).sum(axis=-1)
    return temperature**2 * (each * counted).sum() / counted.sum()
