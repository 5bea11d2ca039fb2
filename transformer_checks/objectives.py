"""What is minimised: examples, their loss, and the penalty on activations."""

from typing import NamedTuple

import optax
from jaxtyping import Array, Float, Int

from transformer_checks.model import Numerics, Transformer, Usage, forward
from transformer_checks.sparsity import Sparsity


class Split(NamedTuple):
    """Examples of one task (or, with a leading axis, of several).

    Attributes:
        tokens: whole sequences, shape [..., example, length].
        weights: 1 where the prediction of the next token counts, shape [..., example, length - 1].
    """

    tokens: Int[Array, "... example length"]
    weights: Float[Array, "... example positions"]


def losses(logits: Float[Array, "batch positions vocabulary"], split: Split) -> Float[Array, ""]:
    """Mean cross-entropy over the positions that count, in nats; what is predicted is the token after each position."""
    each = optax.softmax_cross_entropy_with_integer_labels(logits, split.tokens[..., 1:])
    return (each * split.weights).sum() / split.weights.sum()


def loss_of(model: Transformer, split: Split, sparsity: Sparsity) -> Float[Array, ""]:
    """The loss of a model on examples, without penalty."""
    return losses(forward(model, split.tokens[..., :-1], sparsity)[0], split)


def objective(
    model: Transformer,
    split: Split,
    sparsity: Sparsity,
    numerics: Numerics = Numerics(),  # noqa: B008 (immutable)
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """What is minimised (the loss and all penalties), and the loss alone."""
    logits, usage = forward(model, split.tokens[..., :-1], sparsity, numerics=numerics)
    loss = losses(logits, split)
    return loss + penalty(model, usage, sparsity), loss


def penalty(model: Transformer, usage: Usage, sparsity: Sparsity) -> Float[Array, ""]:
    """What is added to the loss: the penalty on activations and, where there are experts, on their uneven use."""
    activations = sparsity.penalty * usage.drive.sum()
    return activations + model.sizes.balance * usage.uneven.sum() if model.sizes.experts else activations
