"""Mixtures of experts: which experts of an MLP a token uses, and how evenly they are used.

An MLP's units are divided into equal groups, the experts; the units of experts that a token does not use are zero, and
those of the others are multiplied by the expert's gate.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


def route(
    logits: Float[Array, "... expert"], routed: int
) -> tuple[Float[Array, "... expert"], Bool[Array, "... expert"]]:
    """The gates of every token, and the experts that it uses.

    The experts of the largest logits, exactly so many, the first ones where they tie. Gates are the softmax over these
    experts alone, so they add up to 1 (Jiang et al. 2024, Mixtral; Switch, with a single expert, takes the softmax over
    all).

    Args:
        logits: of the router.
        routed: experts a token uses.
    """
    _, chosen = jax.lax.top_k(logits, routed)
    used = jax.nn.one_hot(chosen, logits.shape[-1], dtype=bool).any(axis=-2)
    return jax.nn.softmax(logits, axis=-1, where=used), used


def unevenness(logits: Float[Array, "... expert"], used: Bool[Array, "... expert"]) -> Float[Array, ""]:
    """The load-balancing loss of Switch (Fedus et al. 2022, equation 4) without its coefficient: `E sum_i f_i P_i`.

    f_i is the share of all routings that go to expert i (with one routing a token, the share of tokens, as there), P_i
    the mean of its softmax probability. It is 1 if either is even over the experts; only P_i has a gradient.
    """
    experts = logits.shape[-1]
    load = used.reshape(-1, experts).mean(axis=0, dtype=jnp.float32)
    chance = jax.nn.softmax(logits, axis=-1).reshape(-1, experts).mean(axis=0)
    return experts * (load / load.sum() * chance).sum()
