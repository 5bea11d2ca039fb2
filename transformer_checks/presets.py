"""Sizes by name, from two cores to a cluster, and what each costs."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import equinox as eqx
import jax

from transformer_checks.model import Sizes, initialise, parameters

PRESETS: dict[str, Sizes] = {
    "tiny": Sizes(vocabulary=128, length=16, depth=2, width=64, heads=2),
    "small": Sizes(vocabulary=512, length=256, depth=6, width=384, heads=6),
    "nanochat-d12": Sizes(vocabulary=65_536, length=2048, depth=12, width=768, heads=6),
    "nanochat-d20": Sizes(vocabulary=65_536, length=2048, depth=20, width=1280, heads=10),
}
"""`tiny` (about 0.1M parameters) for two CPU cores, `small` (11M) for one GPU, `nanochat-d20` for a cluster.

Tasks set vocabulary and length of the first two; those of the nanochat sizes are nanochat's, and any task fits.
"""

_FROM_TASKS = ("tiny", "small")

BYTES = {"weights": 4, "gradients": 4, "AdamW moments": 8}
"""Bytes a parameter during training in single precision."""


@dataclass(frozen=True)
class Description:
    """What a preset is and what it costs.

    Attributes:
        preset: its name.
        parameters: numbers in the weights.
        depth: layers.
        width: of the residual stream.
        heads: of the attention.
        hidden: units of an MLP.
        vocabulary: tokens.
        length: context, tokens.
        training_bytes: weights, gradients and AdamW's moments, in bytes, without activations.
        flops_per_token: floating-point operations of a forward and a backward pass, per token at full context.
    """

    preset: str
    parameters: int
    depth: int
    width: int
    heads: int
    hidden: int
    vocabulary: int
    length: int
    training_bytes: int
    flops_per_token: int

    def record(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def with_experts(sizes: Sizes, experts: int, routed: int, equal: str) -> Sizes:
    """The sizes of a mixture of experts that is to be compared with a dense model of these sizes.

    Without their routers, which have `depth * width * experts` parameters beside, mixtures have as many parameters in
    all ("total"), or as many in the experts that a token uses ("active"), as the dense model.

    Args:
        sizes: of the dense model.
        experts: of each layer.
        routed: experts that a token uses.
        equal: "total" or "active": what is equal to the dense model's.

    Raises:
        ValueError: another `equal`, fewer than 2 routed experts, or experts that do not divide the units.
    """
    if equal not in ("total", "active"):
        raise ValueError(f"equal must be total or active, got {equal!r}")
    units = sizes.expansion * experts
    if equal == "active" and units % routed:
        raise ValueError(f"routed must divide {sizes.expansion} times {experts} experts, got {routed}")
    expansion = sizes.expansion if equal == "total" else units // routed
    return replace(sizes, expansion=expansion, experts=experts, routed=routed)


def check_preset(preset: str) -> Sizes:
    """The sizes of a preset.

    Raises:
        ValueError: no preset has this name.
    """
    if preset not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
    return PRESETS[preset]


def sizes_for(preset: str, vocabulary: int, length: int) -> Sizes:
    """The sizes of a preset that is to learn tasks of this vocabulary and sequence length.

    Raises:
        ValueError: unknown preset, or tasks too large for it.
    """
    sizes = check_preset(preset)
    if preset in _FROM_TASKS:
        return replace(sizes, vocabulary=vocabulary, length=length)
    if vocabulary > sizes.vocabulary or length > sizes.length:
        raise ValueError(
            f"preset {preset} has a vocabulary of {sizes.vocabulary} and a context of {sizes.length} tokens; "
            f"the tasks need {vocabulary} and {length}"
        )
    return sizes


def describe(preset: str) -> Description:
    """What a preset is and what it costs, from shapes alone.

    Raises:
        ValueError: unknown preset.
    """
    sizes = check_preset(preset)
    count = parameters(eqx.filter_eval_shape(initialise, sizes, jax.random.key(0)))
    return Description(
        preset=preset,
        parameters=count,
        depth=sizes.depth,
        width=sizes.width,
        heads=sizes.heads,
        hidden=sizes.hidden,
        vocabulary=sizes.vocabulary,
        length=sizes.length,
        training_bytes=count * sum(BYTES.values()),
        flops_per_token=flops_per_token(sizes, count, sizes.length),
    )


def flops_per_token(sizes: Sizes, count: int, length: int) -> int:
    """Floating-point operations of a forward and a backward pass per token, in a context of so many tokens.

    `6 (parameters - embedding) + 12 depth width length` (Chowdhery et al. 2022, PaLM, appendix B).

    Args:
        sizes: of the model.
        count: its parameters.
        length: of the context, tokens.
    """
    return 6 * (count - sizes.vocabulary * sizes.width) + 12 * sizes.depth * sizes.width * length
