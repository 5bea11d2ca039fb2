"""A slim decoder-only Transformer after nanochat's first release (Karpathy 2025), with sparse activations.

`x + attention(norm x)`, then `x + mlp(norm x)`; norms without parameters, also after the embedding and before the head;
rotary positions, then normalised queries and keys; squared ReLU; capped logits; no biases; embedding and head untied.
Layers are stacked along a leading axis and scanned, so that compilation time does not grow with depth. Matrices are
stored (in, out).

The head and both output projections start at zero: at initialisation only the head has a gradient, so interference
means something only once training has begun.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key, PyTree

from theory.activity import check_count
from transformer_checks.mixture import route, unevenness
from transformer_checks.sparsity import Sparsity, activate

_ROPE_BASE = 10_000.0
_SOFTCAP = 15.0
_EPS = 1e-6


@dataclass(frozen=True)
class Sizes:
    """The sizes of a Transformer.

    Attributes:
        vocabulary: V, different tokens.
        length: longest sequence it is meant for, tokens.
        depth: L, layers.
        width: d, of the residual stream.
        heads: of the attention; they share the width equally.
        expansion: hidden units of an MLP per unit of the width.
        experts: groups that an MLP's units are divided into, each token using some of them; 0: one MLP for all tokens.
        routed: experts that a token uses.
        balance: coefficient of the loss that balances the experts' use.

    Raises:
        ValueError: a size below 1, heads that are not an even number of units wide, or experts that do not divide the
            units, or fewer than 2 routed (with one the router would have no gradient) or more than there are.
    """

    vocabulary: int
    length: int
    depth: int
    width: int
    heads: int
    expansion: int = 4
    experts: int = 0
    routed: int = 0
    balance: float = 0.01

    def __post_init__(self) -> None:
        for name in ("vocabulary", "length", "depth", "width", "heads", "expansion"):
            check_count(getattr(self, name), name)
        if self.width % (2 * self.heads):
            raise ValueError(f"width must be a multiple of twice the heads, got {self.width} and {self.heads} heads")
        if (self.experts, self.routed) != (0, 0) and not 2 <= self.routed <= self.experts:
            raise ValueError(f"routed must lie between 2 and the experts, got {self.routed} of {self.experts} experts")
        if self.experts and self.hidden % self.experts:
            raise ValueError(f"experts must divide the {self.hidden} units of an MLP, got {self.experts}")
        if not 0 <= self.balance < float("inf"):
            raise ValueError(f"balance must be a finite number of at least 0, got {self.balance!r}")

    @property
    def hidden(self) -> int:
        """m, the hidden units of an MLP."""
        return self.expansion * self.width


Precision = Literal["float32", "bfloat16"]
"""Of the products of matrices; weights, norms, choice of winners, logits and loss are always float32."""


@dataclass(frozen=True)
class Numerics:
    """How the model is computed; up to rounding, none of it changes what is computed.

    Attributes:
        precision: one of `Precision`, of what the residual stream carries and matrices multiply.
        remat: whether the backward pass computes each layer anew instead of keeping what the forward pass computed.

    Raises:
        ValueError: an unknown precision.
    """

    precision: str = "float32"
    remat: bool = False

    def __post_init__(self) -> None:
        if self.precision not in get_args(Precision):
            raise ValueError(f"precision must be one of {', '.join(get_args(Precision))}, got {self.precision!r}")


class Blocks(eqx.Module):
    """The layers' matrices, stacked: shapes [depth, in, out]."""

    query: Float[Array, "depth width width"]
    key: Float[Array, "depth width width"]
    value: Float[Array, "depth width width"]
    mix: Float[Array, "depth width width"]
    up: Float[Array, "depth width hidden"]
    down: Float[Array, "depth hidden width"]
    router: Float[Array, "depth width expert"] | None = None


class Transformer(eqx.Module):
    """All weights; `sizes` is static."""

    embedding: Float[Array, "vocabulary width"]
    blocks: Blocks
    head: Float[Array, "width vocabulary"]
    sizes: Sizes = eqx.field(static=True)


class Layer(NamedTuple):
    """What can be observed in one layer.

    Attributes:
        preactivation: inputs of the MLP's units, shape [batch, length, hidden]; zero for experts that are not routed.
        hidden: their activations, of the same shape; what `down` multiplies.
        active: k.
        uneven: how unevenly experts are used (`mixture.unevenness`); 0 without experts.
        attended: what `query`, `key` and `value` multiply, shape [batch, length, width], as what follows.
        mixed: what `mix` multiplies.
        read: what `up` and the router multiply.
        final: the normalised residual stream after the layer; after the last one, what the head multiplies.
    """

    preactivation: Float[Array, "batch length hidden"]
    hidden: Float[Array, "batch length hidden"]
    active: Int[Array, ""]
    uneven: Any = 0.0
    attended: Any = None
    mixed: Any = None
    read: Any = None
    final: Any = None


class Usage(NamedTuple):
    """How a layer's units were used on some tokens.

    Attributes:
        density: share of units that are not zero.
        excess: winners beyond k, because of ties, per token.
        drive: mean rectified input of the units, before it is squared. It is what L1 penalises: the slope of the square
            vanishes at zero, so a penalty on the squares shrinks activations and silences nobody.
        uneven: how unevenly experts are used; 0 without experts.
    """

    density: Float[Array, "..."]
    excess: Float[Array, "..."]
    drive: Float[Array, "..."]
    uneven: Float[Array, "..."]


def initialise(sizes: Sizes, key: Key[Array, ""]) -> Transformer:
    """Fresh weights: standard deviation `min(1, sqrt(out / in)) / sqrt(in)`; zero where a block or the model ends."""
    width, hidden, depth = sizes.width, sizes.hidden, sizes.depth
    keys = jax.random.split(key, 5)

    def matrix(key: Key[Array, ""], inputs: int, outputs: int) -> Array:
        scale = min(1.0, (outputs / inputs) ** 0.5) / inputs**0.5
        return scale * jax.random.normal(key, (depth, inputs, outputs))

    return Transformer(
        embedding=jax.random.normal(keys[0], (sizes.vocabulary, width)),
        blocks=Blocks(
            query=matrix(keys[1], width, width),
            key=matrix(keys[2], width, width),
            value=matrix(keys[3], width, width),
            mix=jnp.zeros((depth, width, width)),
            up=matrix(keys[4], width, hidden),
            down=jnp.zeros((depth, hidden, width)),
            router=matrix(jax.random.fold_in(key, 5), width, sizes.experts) if sizes.experts else None,
        ),
        head=jnp.zeros((width, sizes.vocabulary)),
        sizes=sizes,
    )


def usage(layer: Layer) -> Usage:
    """What `forward` observes by default: how one layer's units were used."""
    firing = (layer.hidden != 0).sum(axis=-1)
    excess = jnp.maximum(firing - layer.active, 0)
    drive = jax.nn.relu(layer.preactivation)
    return Usage(
        firing.mean() / layer.hidden.shape[-1], excess.mean(dtype=jnp.float32), drive.mean(), jnp.float32(layer.uneven)
    )


def forward(
    model: Transformer,
    tokens: Int[Array, "batch length"],
    sparsity: Sparsity,
    observe: Callable[[Layer], PyTree[Array]] = usage,
    numerics: Numerics = Numerics(),
) -> tuple[Float[Array, "batch length vocabulary"], Any]:
    """The logits of the next token at every position, and what was observed in every layer.

    Args:
        model: the weights.
        tokens: inputs; position i sees positions 0 to i.
        sparsity: what every layer does to its MLP's activations.
        observe: from what happened in a layer to arrays, which are stacked over layers.
        numerics: precision, and what is computed twice to save memory.
    """
    precision = jnp.dtype(numerics.precision)
    cos, sin = _rotations(tokens.shape[1], model.sizes.width // model.sizes.heads)

    def layer(x: Array, scanned: tuple[Blocks, Array, Array]) -> tuple[Array, PyTree[Array]]:
        block, active, rectified = scanned
        block = jax.tree.map(lambda matrix: matrix.astype(precision), block)
        attended = _norm(x)
        mixed = _attention(block, attended, cos, sin, model.sizes.heads)
        x = x + mixed @ block.mix
        read = _norm(x)
        preactivation, hidden, uneven = _units(block, read, active, rectified, model.sizes.routed)
        x = x + hidden.astype(precision) @ block.down
        return x, observe(Layer(preactivation, hidden, active, uneven, attended, mixed, read, _norm(x)))

    x, observed = jax.lax.scan(
        jax.checkpoint(layer, prevent_cse=False) if numerics.remat else layer,
        _norm(model.embedding[tokens].astype(precision)),
        (model.blocks, sparsity.active, sparsity.rectified),
    )
    return _SOFTCAP * jnp.tanh(_exact(_norm(x), model.head.astype(precision)) / _SOFTCAP), observed


def parameters(model: PyTree[Any]) -> int:
    """How many numbers the weights hold; shapes suffice."""
    return sum(leaf.size for leaf in jax.tree.leaves(model))


def _attention(block: Blocks, x: Array, cos: Array, sin: Array, heads: int) -> Array:
    batch, length, width = x.shape
    query, key, value = (
        (x @ matrix).reshape(batch, length, heads, width // heads) for matrix in (block.query, block.key, block.value)
    )
    query, key = (_norm(_rotate(each, cos, sin)).astype(x.dtype) for each in (query, key))
    mixed = jax.nn.dot_product_attention(query, key, value, is_causal=True)
    return mixed.reshape(batch, length, width)


def _units(
    block: Blocks, x: Array, active: Array, rectified: Array, routed: int
) -> tuple[Array, Array, Float[Array, ""]]:
    """Inputs and activations of an MLP's units, and how unevenly its experts are used.

    All experts are computed and those that are not routed set to zero: at these sizes cheaper than gathering them.
    """
    preactivation = _exact(x, block.up)
    if block.router is None:
        return preactivation, activate(preactivation, active, rectified), jnp.float32(0)
    logits = _exact(x, block.router)
    gates, used = route(logits, routed)
    units = preactivation.shape[-1] // logits.shape[-1]
    preactivation = jnp.where(jnp.repeat(used, units, axis=-1), preactivation, 0.0)
    hidden = jnp.repeat(gates, units, axis=-1) * activate(preactivation, active, rectified)
    return preactivation, hidden, unevenness(logits, used)


def _norm(x: Float[Array, "... width"]) -> Float[Array, "... width"]:
    exact = x.astype(jnp.float32)
    return (exact * jax.lax.rsqrt(jnp.mean(jnp.square(exact), axis=-1, keepdims=True) + _EPS)).astype(x.dtype)


def _exact(x: Float[Array, "... inputs"], matrix: Float[Array, "inputs outputs"]) -> Float[Array, "... outputs"]:
    """The product in float32 whatever its factors are: in bfloat16 many units would tie for the k-th place."""
    return jnp.matmul(x, matrix, preferred_element_type=jnp.float32)


def _rotations(length: int, width: int) -> tuple[Array, Array]:
    """Cosines and sines of the rotary angles, shape [length, 1, width / 2]."""
    frequency = _ROPE_BASE ** (-jnp.arange(0, width, 2) / width)
    angle = jnp.arange(length)[:, None, None] * frequency
    return jnp.cos(angle), jnp.sin(angle)


def _rotate(x: Array, cos: Array, sin: Array) -> Array:
    first, second = jnp.split(x, 2, axis=-1)
    return jnp.concatenate([first * cos + second * sin, second * cos - first * sin], axis=-1)
