"""Random packed patterns of a network, drawn on the host by all its processors.

A pattern is a function of the key and its number: it depends neither on how many patterns are drawn nor on devices,
processors or JAX's backend.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray, UInt32

from sims.kernels import drawing
from sims.kernels.threads import share
from sims.patterns import WORD, binary_digits
from theory.activity import Code, active_units


def draw_patterns(
    code: Code, neurons: int, activity: float, patterns: int, *, key: PRNGKeyArray, first: int = 0
) -> UInt32[np.ndarray, "pattern word"]:
    """Patterns `first` to `first + patterns - 1` of a key, packed; of the law of `sims.patterns`, exactly.

    Args:
        code: law of the patterns.
        neurons: N.
        activity: a.
        patterns: how many.
        key: of the patterns.
        first: number of the first one.

    Raises:
        ValueError: an activity out of range.
    """
    words = np.empty((patterns, -(-neurons // WORD)), np.uint32)
    seed = np.asarray(jax.random.bits(key, (2,), jnp.uint32))
    tasks = -(-patterns // drawing.PATTERNS)
    if code == "fixed-size":
        share(drawing.fixed_size, tasks, seed, first, neurons, active_units(neurons, activity), words)
    else:
        share(drawing.bernoulli, tasks, seed, first, neurons, np.asarray(binary_digits(activity)), words)
    return words
