"""Gradients of the Hopfield loss by automatic differentiation, beside the overlaps that stand for their inner products.

The loss of a pattern is `-(1/N) x^T W x` with `x = pattern - centre`: centre 0 is the Hebb rule, the activity the
covariance rule. The network has a dense weight matrix, so this is for small N: it is the slow twin of
`sims.interference`.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import lax
from jaxtyping import Array, Bool, Float

from sims.harness.mesh import map_trials, point_key, trial_keys
from sims.interference import (
    Overlaps,
    code_parameter,
    inner_product_from_overlap,
    measure_pair,
    pair_trial,
    rule_centre,
)
from sims.patterns import unpack
from theory.activity import Code, Rule, check_activity, check_code, check_count, check_neurons

RULES: tuple[Rule, ...] = ("hebb", "covariance")

LARGEST_WEIGHTS = 200
"""Neurons up to which gradients are taken with respect to a dense weight matrix."""


@dataclass(frozen=True)
class GradientPoint:
    """Pairs of patterns in a network small enough to differentiate its loss with respect to every weight.

    Attributes:
        code: "bernoulli" or "fixed-size".
        neurons: network size N, at most `LARGEST_WEIGHTS`.
        activity: fraction of active units a, in (0, 1).
        pairs: pairs of patterns.
        seed: of the patterns and of the weights at which gradients are taken.

    Raises:
        ValueError: a field out of range.
    """

    code: Code
    neurons: int
    activity: float
    pairs: int
    seed: int

    def __post_init__(self) -> None:
        check_code(self.code)
        check_activity(self.activity)
        check_count(self.pairs, "pairs")
        check_count(self.seed, "seed", minimum=0)
        if check_neurons(self.neurons) > LARGEST_WEIGHTS:
            raise ValueError(f"gradients are measured up to {LARGEST_WEIGHTS} neurons, got {self.neurons}")

    @property
    def label(self) -> str:
        """A readable name for files and progress bars."""
        return f"gradients {self.code} N={self.neurons} a={self.activity:g}"


def hopfield_loss(
    weights: Float[Array, "n n"],
    pattern: Float[Array, " n"],
    centre: Float[Array, ""] | float = 0.0,
    self_coupling: Bool[Array, ""] | bool = True,
) -> Float[Array, ""]:
    """The proposal's loss of one pattern, `-(1/N) x^T W x` with `x = pattern - centre` (dimensionless).

    Without self-coupling the diagonal of the weights takes no part.
    """
    centred = pattern - centre
    diagonal = jnp.eye(len(weights), dtype=bool)
    used = jnp.where(diagonal & ~jnp.asarray(self_coupling), 0, weights)
    return -(centred @ used @ centred) / len(pattern)


def write(
    weights: Float[Array, "n n"],
    pattern: Float[Array, " n"],
    centre: float | Float[Array, ""] = 0.0,
    self_coupling: Bool[Array, ""] | bool = True,
) -> Float[Array, "n n"]:
    """The weights after the pattern is written: one gradient step of rate 1 on its loss."""
    return weights - jax.grad(hopfield_loss)(weights, pattern, centre, self_coupling)


def gradient_inner_product(
    weights: Float[Array, "n n"],
    first: Float[Array, " n"],
    second: Float[Array, " n"],
    centre: float | Float[Array, ""] = 0.0,
    self_coupling: Bool[Array, ""] | bool = True,
) -> Float[Array, ""]:
    """The Frobenius inner product of two tasks' loss gradients at `weights`, by automatic differentiation."""
    gradient = jax.grad(hopfield_loss)
    return jnp.sum(gradient(weights, first, centre, self_coupling) * gradient(weights, second, centre, self_coupling))


def measure_gradients(point: GradientPoint) -> xr.Dataset:
    """Gradient inner products of the same pairs by automatic differentiation and from packed overlaps (float64).

    Variables `gradient` and `from_overlap`, dims rule, self_coupling and pair: equal up to rounding.
    """
    keys = trial_keys(point_key(point.seed, point.label), point.pairs)
    weights = np.random.default_rng(point.seed).normal(size=(point.neurons, point.neurons))
    drawn = map_trials(
        pair_trial(point.code, point.neurons),
        keys,
        point.pairs,
        code_parameter(point.code, point.neurons, point.activity),
    )
    sample = Overlaps(*(np.asarray(values) for values in jax.jit(jax.vmap(measure_pair))(drawn)))
    bits = jax.jit(jax.vmap(jax.vmap(lambda words: unpack(words, point.neurons))))(drawn)
    pairs = np.asarray(bits, np.float64)
    centres = [rule_centre(rule, point.code, point.neurons, point.activity) for rule in RULES]
    couplings = (True, False)
    arms = [(centre, coupling) for centre in centres for coupling in couplings]
    by_overlap = [inner_product_from_overlap(sample, point.neurons, *arm) for arm in arms]
    by_gradient = _gradient_products(pairs, weights, arms)
    dims, shape = ("rule", "self_coupling", "pair"), (len(RULES), len(couplings), point.pairs)
    labels = {"units": "1", "long_name": "inner product of two tasks' gradients"}
    return xr.Dataset(
        {
            "gradient": (dims, by_gradient.reshape(shape), {**labels, "method": "automatic differentiation"}),
            "from_overlap": (dims, np.reshape(by_overlap, shape), {**labels, "method": "overlap and sizes"}),
        },
        {
            "rule": list(RULES),
            "self_coupling": list(couplings),
            "code": point.code,
            "neurons": point.neurons,
            "activity": point.activity,
        },
    )


def _gradient_products(
    pairs: Float[np.ndarray, "pair 2 n"], weights: Float[np.ndarray, "n n"], arms: list[tuple[float, bool]]
) -> Float[np.ndarray, "arm pair"]:
    """Gradient inner products of every arm (centre, self-coupling) and pair at these weights, in double precision."""
    with jax.enable_x64(True):
        used = jnp.asarray(weights)
        centres, couplings = jnp.asarray([arm[0] for arm in arms]), jnp.asarray([arm[1] for arm in arms])

        def products(arm: tuple[Array, Array]) -> Array:
            return lax.map(lambda pair: gradient_inner_product(used, pair[0], pair[1], *arm), jnp.asarray(pairs))

        return np.asarray(lax.map(products, (centres, couplings)))
