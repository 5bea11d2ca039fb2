"""What a method against forgetting is: four hooks of the training loop, and a memory of fixed shapes.

A method is compiled into the loop. Its memory is a tree of arrays whose shapes depend on the longest sequence of tasks
and not on the task at hand, so that one program serves all tasks. No hook knows how many tasks follow: the first tasks
of a long sequence are those of a short one.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax
from jaxtyping import Array, Float, Int, Key

from theory.activity import check_count
from transformer_checks.model import Numerics, Sizes, Transformer, initialise
from transformer_checks.objectives import Split, objective
from transformer_checks.sparsity import Sparsity

Memory = Any
"""A tree of arrays; every method has its own."""


@dataclass(frozen=True)
class Method:
    """What every method is unless it says otherwise: plain training, which stores nothing.

    Attributes:
        name: as in `methods.METHODS`; a field, so that methods with equal settings stay apart in records.
        replayed: stored examples that a step learns along with each one of its batch.
    """

    replayed: ClassVar[int] = 0

    name: str = field(default="none", init=False)

    def begin(self, model: Transformer, example_shape: tuple[int, ...], tasks: int) -> Memory:
        """The memory before the first task.

        Args:
            model: before the first task; shapes suffice.
            example_shape: of the tokens of one example.
            tasks: most tasks there will be.
        """
        del model, example_shape, tasks
        return ()

    def objective(
        self,
        model: Transformer,
        batch: Split,
        sparsity: Sparsity,
        memory: Memory,
        key: Key[Array, ""],
        numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
    ) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """What is minimised in a step, and the loss on the batch alone.

        Args:
            model: the weights.
            batch: examples of the present task.
            sparsity: the strategy.
            memory: as the last task left it.
            key: of the step.
            numerics: how the model is computed.
        """
        del memory, key
        return objective(model, batch, sparsity, numerics)

    def transform(self, update: Transformer, memory: Memory) -> Transformer:
        """The update that is made of the one that the optimiser asks for."""
        del memory
        return update

    def after_task(
        self,
        model: Transformer,
        split: Split,
        sparsity: Sparsity,
        memory: Memory,
        task: Int[Array, ""],
        key: Key[Array, ""],
    ) -> Memory:
        """The memory once a task has been learned.

        Args:
            model: as the task left it.
            split: all examples of the task.
            sparsity: the strategy.
            memory: before.
            task: its index.
            key: for what is drawn.
        """
        del model, split, sparsity, task, key
        return memory

    def stored(self, sizes: Sizes, tasks: int) -> int:
        """Numbers kept between tasks after so many tasks, at most: floats, tokens, and counters alike.

        Examples count as sequences of `sizes.length` tokens.

        Raises:
            ValueError: fewer than 1 task.
        """
        check_count(tasks, "tasks")
        memory = jax.eval_shape(
            lambda key: self.begin(initialise(sizes, key), (sizes.length,), tasks), jax.random.key(0)
        )
        return sum(leaf.size for leaf in jax.tree.leaves(memory))


@dataclass(frozen=True)
class Plain(Method):
    """Plain training."""


def check_strength(strength: float) -> None:
    """Raise ValueError unless `strength`, the factor of what a method adds to the loss, is positive and finite."""
    if not 0 < strength < float("inf"):
        raise ValueError(f"strength must be a positive number, got {strength!r}")
