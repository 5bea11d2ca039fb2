r"""Two regimes against one at equal numbers of synapses: long-term content, gain and critical point at large n.

Items of b bits arrive once, online. Synapses: d in all. Every system has the same keyed access, the same criterion
(wrong bits per bit over all items at most eps) and one local one-shot write per arrival.

- *Single regime*: one zone, written once per arrival and never again: eta_eps(a) bits per synapse
  (`theory.block_code`), at best `eta`.
- *Dual regime*: a one-shot fast zone holds a fraction rho of the long-term content; then an offline phase reads it out
  and trains the slow zone on it, interleaved with the slow zone's own content, until no error is left; the fast zone is
  reset. The slow zone holds `G(a)` bits per synapse (2 if dense: Cover 1965, Gardner 1988).

The fast zone needs `rho G d2 / eta` synapses for `G d2` bits of long-term content, so `d1 / d2 = rho G / eta` and

    C B / d = G / (1 + rho G / eta),   gain = G / (eta + rho G) over a single regime of the same eta,

with a gain while `rho < 1 - eta/G`. Asymptotically (G = 2, eta = 1/(2 ln 2)): 4 ln 2 = 2.77 at rho -> 0, and 0.639.
A frozen copy of the slow zone, from which its old content is regenerated in an offline phase, costs another d2
synapses if it is counted: `copies = 1`.

Only long-term content counts. Just before the fast zone overflows for want of room in the slow one it holds another
fraction rho, which can be read as well: (1 + rho) times as much (`content_at_overflow`). Counted so there is a gain at
every rho as long as G > eta, since either zone by itself stores at least eta.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from theory.activity import check_count
from theory.any_rule import gardner_load
from theory.block_code import Keys, block_size, one_shot_bits, outputs_per_bit

ASYMPTOTIC_GAIN = 4 * math.log(2)
ASYMPTOTIC_CRITICAL_RHO = 1 - 1 / ASYMPTOTIC_GAIN


def dual_bits(rho: float, eta: float, ceiling: float, copies: int = 0) -> float:
    """Long-term bits per synapse with synapses split at best: `G / (1 + copies + rho G / eta)`.

    Args:
        rho: fraction of the long-term content that the fast zone holds between offline phases, > 0.
        eta: bits per synapse of the fast zone.
        ceiling: G, bits per synapse of the slow zone.
        copies: counted frozen copies of the slow zone (0 or 1).

    Raises:
        ValueError: an argument out of range.
    """
    rho, eta, ceiling = _positive(rho, "rho"), _positive(eta, "eta"), _positive(ceiling, "ceiling")
    return ceiling / (1 + check_count(copies, "copies", minimum=0) + rho * ceiling / eta)


def content_at_overflow(rho: float, eta: float, ceiling: float, copies: int = 0) -> float:
    """Bits per synapse readable when the slow zone is full and the fast zone full again: `(1 + rho) dual_bits`."""
    return (1 + rho) * dual_bits(rho, eta, ceiling, copies)


def best_fast_share(rho: float, eta: float, ceiling: float, copies: int = 0) -> float:
    """The best share of all synapses for the fast zone, `d1 / d = (rho G / eta) / (1 + copies + rho G / eta)`."""
    return rho / eta * dual_bits(rho, eta, ceiling, copies)


def gain(rho: float, eta: float, ceiling: float, single: float | None = None, copies: int = 0) -> float:
    """Long-term bits of the dual over those of a single regime with `single` bits per synapse (default `eta`)."""
    return dual_bits(rho, eta, ceiling, copies) / _positive(eta if single is None else single, "single")


def critical_rho(eta: float, ceiling: float, single: float | None = None, copies: int = 0) -> float:
    """The rho at which the gain is one, `eta/single - (1 + copies) eta/G`; zero if there is no gain at any rho."""
    single = _positive(eta if single is None else single, "single")
    eta, ceiling = _positive(eta, "eta"), _positive(ceiling, "ceiling")
    return max(eta / single - (1 + check_count(copies, "copies", minimum=0)) * eta / ceiling, 0.0)


def slow_bits(activity: float) -> float:
    """G: error-free bits per synapse of iterated learning at large n, of the codes of `theory.block_code`.

    2 if dense. In blocks `alpha_G(a) a log2(1/a)`, below `alpha_G(a) H2(a)` because blocks carry fewer bits: with
    every output right by a threshold of its own, which is sufficient for the block's readout, not necessary.

    Raises:
        ValueError: `activity` is that of no code.
    """
    return gardner_load(activity) / outputs_per_bit(activity) if block_size(activity) > 2 else 2.0


def separable_items(key_units: int, outputs: int, success: float = 0.5) -> int:
    """The most random items for which weights without an error exist for all outputs, with probability `success`.

    Exact for keys in general position (Cover 1965): one output succeeds with probability `P(Bin(p-1, 1/2) < n)`,
    and outputs do so independently. About 2 n, less a few sqrt(n).

    Raises:
        ValueError: an argument out of range.
    """
    units, outputs = check_count(key_units, "key_units"), check_count(outputs, "outputs")
    if not 0 < success < 1:
        raise ValueError(f"success must be a probability strictly between 0 and 1, got {success!r}")
    wanted = math.log(success) / outputs - 1e-12  # at p = 2n one output has exactly 1/2

    def likely(items: int) -> bool:
        return float(stats.binom.logcdf(units - 1, items - 1, 0.5)) >= wanted

    low, high = units, 2 * units  # p <= n points are always separable
    while likely(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if likely(middle) else (low, middle)
    return low


def bits_surface(
    fast: Sequence[float], slow: Sequence[float], rho: float, error_rate: float = 1e-3, keys: Keys = "independent"
) -> NDArray[np.float64]:
    """Long-term bits per synapse over activities of the fast and of the slow zone at large n: (fast, slow).

    Raises:
        ValueError: an argument out of range.
    """
    etas = [one_shot_bits(each, error_rate, keys) for each in fast]
    ceilings = [slow_bits(each) for each in slow]
    return np.array([[dual_bits(rho, eta, ceiling) for ceiling in ceilings] for eta in etas])


def _positive(value: float, name: str) -> float:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value!r}")
    return float(value)
