r"""Keyed one-shot zones: how many items a code of dense units, or of one-hot blocks, brings back at a given bit error.

A zone is a matrix of n key units x outputs synapses. Item t has a key pattern and a value pattern, both centred, and is
written once: each synapse changes by the product of its two activities. Shown a key, the zone gives the outputs'
fields. Load: alpha = items / n. Two codes for the values, of activity a = 1/2 and a = 1/M, M = 2^r:

- *dense*, a = 1/2: one output a bit, read by its sign;
- *block*, a < 1/2: each r bits choose one of the M outputs of a block, which winner-take-all reads.

Keys are *independent* fair signs or, for block values, made of *blocks* of M units in the same way.

**Large n.** In units of the gap between active and silent outputs the crosstalk variance is `alpha a (1-a)`, whatever
the activity of the keys (independent units; `alpha a` for keys of blocks, which span only n (1-a) dimensions). But the
fields of a block's outputs add up to zero, so their crosstalk is correlated: it is *independent* noise of variance
`alpha a` (`alpha a / (1-a)`) less its mean over the block, and winner-take-all does not see the mean. With the gap `s`
in standard deviations of the independent noise

    P(block wrong) = int phi(z) (1 - Phi(z + s)^(M-1)) dz,   bit error = M / (2 (M-1)) P(block wrong),

a wrong block being any of the M - 1 others. Dense: bit error = Q(1/sqrt(alpha)). As a -> 0, `alpha a log2 M`, the bits
per synapse, tends to 1/(2 ln 2) at every bit error rate (Q(s) ~ 1/M at s^2 = 2 ln M).

`theory.block_code_exact` has the error at every finite size.
"""

import math
from typing import Literal, cast, get_args

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri, ndtri_exp

from theory.activity import check_count
from theory.gaussian import density, tail
from theory.information import binary_entropy

Keys = Literal["independent", "block"]
"""Keys of independent fair signs, or of one-hot blocks of the values' block size."""

LARGEST_BLOCK = 2**40

_REACH = 40.0
_STEP = 1 / 64


def check_keys(keys: str) -> Keys:
    """Return `keys`, or raise ValueError unless it names one of the two kinds."""
    if keys not in get_args(Keys):
        raise ValueError(f"keys must be one of {', '.join(get_args(Keys))}, got {keys!r}")
    return cast(Keys, keys)


def check_error_rate(error_rate: float) -> float:
    """Return a bit error rate, or raise ValueError unless it lies strictly between 0 and 1/2."""
    if not 0 < error_rate < 0.5:
        raise ValueError(f"error_rate (wrong bits per bit) must lie strictly between 0 and 1/2, got {error_rate!r}")
    return float(error_rate)


def block_size(activity: float) -> int:
    """The outputs M of which one is active: 2 for the dense code, which needs only one output for its bit.

    Raises:
        ValueError: `activity` is not 1/2, 1/4, 1/8, ...
    """
    size = round(1 / activity) if isinstance(activity, float) and 0 < activity <= 0.5 else 0
    if not 2 <= size <= LARGEST_BLOCK or size & (size - 1) or 1 / size != activity:
        raise ValueError(
            f"activity must be 1/2 (dense) or 1/4, 1/8, 1/16, ... (one active unit in a block of 4, 8, 16, ...), "
            f"got {activity!r}"
        )
    return size


def bits_per_block(activity: float) -> int:
    """`r = log2 M`: the bits of one block (one output of the dense code)."""
    return block_size(activity).bit_length() - 1


def outputs_per_bit(activity: float) -> float:
    """1 if dense, `M / r` in blocks."""
    return 1.0 if activity == 0.5 else block_size(activity) / bits_per_block(activity)


def output_units(activity: float, item_bits: int) -> int:
    """The outputs that an item of `item_bits` bits takes: b if dense, `M b / r` in blocks.

    Raises:
        ValueError: the bits do not fill whole blocks.
    """
    bits, each = check_count(item_bits, "item_bits"), bits_per_block(activity)
    if bits % each:
        below = bits - bits % each
        fits = f"{below} or {below + each}" if below else f"{each}"
        raise ValueError(
            f"the code cannot carry items of {bits} bits: at activity 1/{block_size(activity)} a block carries {each} "
            f"bits, so item_bits must be a multiple of {each}, such as {fits}"
        )
    return bits if activity == 0.5 else block_size(activity) * (bits // each)


def block_error(gap: float, size: int) -> float:
    """P(another unit of the block wins) with independent unit noise and the right unit `gap` above the others.

    Accurate to 1e-12 relative for blocks up to 2^40, however small.

    Args:
        gap: s >= 0, in standard deviations of the noise.
        size: M, from 2 to 2^40.

    Raises:
        ValueError: an argument out of range.
    """
    if not 0 <= gap < math.inf or not 2 <= size <= LARGEST_BLOCK:
        raise ValueError(f"gap must be finite and at least 0, and size lie between 2 and 2^40; got {gap!r}, {size!r}")
    # the trapezoidal rule on the whole line: the integrand is analytic and falls off like a Gaussian
    z = np.arange(-_REACH, _REACH + _STEP, _STEP)
    others = -np.expm1((size - 1) * np.log1p(-np.minimum(tail(z + gap), 1 - 1e-16)))
    return float(_STEP * np.sum(density(z) * others))


def bit_error(load: float, activity: float, keys: Keys = "independent") -> float:
    """Wrong bits per bit at large n; `keys` matters to the block code only.

    Raises:
        ValueError: `load` not positive, `activity` that of no code, or unknown keys.
    """
    size, noise = block_size(activity), _noise_per_load(activity, keys)
    if not 0 < load < math.inf:
        raise ValueError(f"load (items per key unit) must be positive and finite, got {load!r}")
    if activity == 0.5:
        return float(tail(1 / math.sqrt(load)))
    return size / (2 * (size - 1)) * block_error(1 / math.sqrt(load * noise), size)


def load_at_error(error_rate: float, activity: float, keys: Keys = "independent") -> float:
    """The load alpha = items / n at which `error_rate` of the bits are wrong, at large n.

    Raises:
        ValueError: `error_rate` not in (0, 1/2), `activity` that of no code, or unknown keys.
    """
    size, noise, error_rate = block_size(activity), _noise_per_load(activity, keys), check_error_rate(error_rate)
    if activity == 0.5:
        return float(ndtri(error_rate)) ** -2
    wrong = error_rate * 2 * (size - 1) / size
    # P(block wrong) <= (M - 1) Q(gap / sqrt 2)
    highest = -math.sqrt(2) * float(ndtri_exp(min(math.log(wrong) - math.log(size - 1), -0.7)))
    gap = brentq(lambda s: math.log(block_error(s, size) / wrong), 0.0, highest + 1e-6, xtol=1e-13)
    return 1 / (noise * float(np.asarray(gap)) ** 2)


def one_shot_bits(activity: float, error_rate: float = 1e-3, keys: Keys = "independent") -> float:
    """`eta_eps(a)`: stored bits per synapse of one-shot writing at the load with `error_rate` wrong bits, large n.

    Every bit of an item counts as one; `information_bits` counts what the wrong ones leave.

    Raises:
        ValueError: as `load_at_error`.
    """
    return load_at_error(error_rate, activity, keys) / outputs_per_bit(activity)


def information_bits(load: float, activity: float, keys: Keys = "independent") -> float:
    """Mutual information per synapse between stored and retrieved bits, whatever the errors (large n).

    Dense, it grows with the load without a maximum, towards `1/(pi ln 2)` = 0.459: no blackout shows in it. In blocks
    of 4 or more it has a maximum, where many bits are wrong already, and falls to `(M^2 / (M-1)) k^2 / (2 ln 2)`, k
    the expected largest of M standard normal numbers over M.

    Raises:
        ValueError: as `bit_error`.
    """
    wrong = bit_error(load, activity, keys)
    if activity == 0.5:
        return load * (1 - float(binary_entropy(wrong)))
    size = block_size(activity)
    wrong *= 2 * (size - 1) / size
    per_block = bits_per_block(activity) - float(binary_entropy(wrong)) - wrong * math.log2(size - 1)
    return load * max(per_block, 0.0) / size


def _noise_per_load(activity: float, keys: Keys) -> float:
    """Variance per load of a block's independent noise, in units of the squared gap."""
    return activity if check_keys(keys) == "independent" else activity / (1 - activity)
