r"""Information retrieved per unit and per synapse: the mutual information of the binary retrieval channel.

A unit that belongs to a pattern with probability `a` is retrieved through a binary channel: active units are missed
with probability `miss`, silent ones fire with probability `false alarm`. What the retrieved bit says about the stored
one is their mutual information (Shannon 1948), at most the entropy `H2(a)`. With p = alpha N patterns of N units in
N^2 synapses the stored information is `C B / N^2 = alpha I` bits per synapse, counted on the errors actually made.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlog1py, xlogy

from theory.activity import check_activity

Real = NDArray[np.float64]

SHANNON_LIMIT = 1 / (2 * math.log(2))
"""The wideband limit `1 / (2 ln 2)` = 0.7213 bits: the most one unit of signal-to-noise ratio carries."""


def binary_entropy(probability: ArrayLike) -> NDArray[np.float64]:
    """`H2(x)` in bits, elementwise, for x in [0, 1]; accurate for tiny x."""
    x = np.asarray(probability, np.float64)
    return -(xlogy(x, x) + xlog1py(1 - x, -x)) / math.log(2)


def mutual_information(activity: ArrayLike, miss: ArrayLike, false_alarm: ArrayLike) -> NDArray[np.float64]:
    """Bits per unit that the retrieved unit carries about the stored one, elementwise.

    Written as `a KL(active || mixture) + (1-a) KL(silent || mixture)`, which keeps its relative precision at tiny
    activity, where the difference of entropies loses it.

    Args:
        activity: P(unit active), in (0, 1).
        miss: P(retrieved silent | stored active), in [0, 1].
        false_alarm: P(retrieved active | stored silent), in [0, 1].
    """
    a, x, f = (np.asarray(each, np.float64) for each in (activity, miss, false_alarm))
    overlap = 1 - x - f
    active, silent = a * (1 - x) + (1 - a) * f, a * x + (1 - a) * (1 - f)
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = overlap / active, overlap / silent
        from_active = _weighted_log(1 - x, active, (1 - a) * up) + _weighted_log(x, silent, -(1 - a) * down)
        from_silent = _weighted_log(f, active, -a * up) + _weighted_log(1 - f, silent, a * down)
        nats = a * from_active + (1 - a) * from_silent
    certain = (active <= 0) | (silent <= 0)  # always the same output: nothing is learnt from it
    return np.where(certain, 0.0, np.maximum(nats, 0.0)) / math.log(2)


def _weighted_log(weight: Real, total: Real, excess: Real) -> Real:
    """`w ln(w / t)` given the excess `w / t - 1`: by the excess where the ratio is near one, by the ratio elsewhere."""
    return np.where(np.abs(excess) < 0.5, xlog1py(weight, excess), xlogy(weight, weight / total))


@dataclass(frozen=True)
class Recall:
    """What is retrieved from a memory at some load, under one theory or in one simulation.

    Attributes:
        activity: a.
        load: alpha = p / N.
        miss_rate: P(an active unit of the pattern is silent).
        false_alarm_rate: P(a silent unit fires).
    """

    activity: float
    load: float
    miss_rate: float
    false_alarm_rate: float

    def __post_init__(self) -> None:
        check_activity(self.activity)

    @property
    def overlap(self) -> float:
        """`m = 1 - miss - false alarm`."""
        return 1 - self.miss_rate - self.false_alarm_rate

    @property
    def error_rate(self) -> float:
        """Wrong units per active unit, `miss + (1 - a) / a * false alarm`."""
        return self.miss_rate + (1 - self.activity) / self.activity * self.false_alarm_rate

    @property
    def bits_per_unit(self) -> float:
        """Bits retrieved per unit of one pattern."""
        return float(mutual_information(self.activity, self.miss_rate, self.false_alarm_rate))

    @property
    def bits_per_synapse(self) -> float:
        """`C B / N^2`: load times bits per unit."""
        return self.load * self.bits_per_unit
