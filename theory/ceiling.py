r"""The Shannon ceiling of one-shot memories: its value, the rules it holds for, and where a network loses it.

**The ceiling.** A unit reads its pattern bit through a channel whose signal-to-noise ratio is at most 1/alpha: with
crosstalk of variance `alpha q' / (1-C)^2` against a signal of variance `m^2 V`, `V = a (1-a)`, Cauchy-Schwarz gives
`m^2 V <= q'`, and `C >= 0`. A Gaussian channel then carries at most `log2(1 + 1/alpha) / 2` bits (Shannon 1948), and
what is done to its output adds none:

    C B / N^2 = alpha I <= (alpha/2) log2(1 + 1/alpha) < 1/(2 ln 2) = 0.7213 bits per synapse.

**Every additive local rule** (Dayan & Willshaw 1991), at every finite N. Let a pattern add `f(xi_i, xi_j)` to W_ij, any
function of the two bits: `f = c0 + c1 (xi_i - a) + c2 (xi_j - a) + c3 (xi_i - a)(xi_j - a)`. A unit cued with any
function `s_j` of the other units' bits receives, with `S = sum s_j`, `T = sum (xi_j - a) s_j`, sums over j != i,

    signal   (c1 S + c3 T)(xi_i - a),        noise variance   (p-1) (c1^2 V S^2 + c2^2 V |s|^2 + c3^2 V^2 |s|^2),

given the cue (the noise is a sum of p - 1 independent terms; constants do not matter). By Cauchy-Schwarz twice,

    SNR = V (c1 S + c3 T)^2 / noise <= (1 + T^2 / (V |s|^2)) / (p-1) <= (1 + sum (xi_j - a)^2 / V) / (p-1),

in the mean over cues `N / (p-1)`: one share for each of a unit's N - 1 weights and one for its own popularity, the
part `c1 (xi_i - a)`, which acts as a threshold. The part `c2 (xi_j - a)` is noise only. The covariance rule alone
(`c1 = c2 = 0`, `s = xi - a`) reaches `sum (xi_j - a)^2 / V / (p-1)`.

`theory.berry_esseen` bounds what is not Gaussian at finite N.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.activity import check_activity, check_count, check_neurons
from theory.gaussian import density, tail
from theory.information import mutual_information

_POINTS = 6001
"""Points of the trapezoidal rule for the information of an unquantised field; its error is below rounding."""


def shannon_ceiling(load: ArrayLike) -> NDArray[np.float64]:
    """`(alpha/2) log2(1 + 1/alpha)` in bits per synapse, elementwise, for loads from 1e-300 to 1e300.

    Raises:
        ValueError: a load that is not positive and finite.
    """
    load = np.asarray(load, np.float64)
    if not np.all((load > 0) & np.isfinite(load)):
        raise ValueError(f"load (patterns per neuron) must be positive and finite, got {load!r}")
    return load / 2 * np.log1p(1 / load) / math.log(2)


def additive_rule_ceiling(patterns: int, neurons: int) -> float:
    """The most a unit's mean signal-to-noise ratio can be for any additive local rule and any cue: `N / (p-1)`.

    Raises:
        ValueError: an argument out of range, or fewer than two patterns (no crosstalk).
    """
    return check_neurons(neurons) / (check_count(patterns, "patterns", minimum=2) - 1)


def additive_rule_snr(rule: ArrayLike, cue: ArrayLike, pattern: ArrayLike, activity: float, patterns: int) -> float:
    """Signal variance over noise variance of a unit's field, given the cue, for the rule `W_ij += f(xi_i, xi_j)`.

    Args:
        rule: `f[xi_i, xi_j]`, shape (2, 2): what a pattern adds to the synapse from j to i.
        cue: `s_j`, the input the other units give, shape (N-1,).
        pattern: `xi_j`, the bits of the other units in the cued pattern, shape (N-1,).
        activity: a; patterns are Bernoulli codes.
        patterns: p >= 2, the cued one included.

    Returns:
        The ratio; 0 if the field has neither signal nor noise.

    Raises:
        ValueError: shapes that do not fit, bits other than 0 and 1, or an argument out of range.
    """
    activity, others = check_activity(activity), check_count(patterns, "patterns", minimum=2) - 1
    f, s, bits = (np.asarray(each, np.float64) for each in (rule, cue, pattern))
    if f.shape != (2, 2) or s.ndim != 1 or s.shape != bits.shape or not np.isin(bits, (0, 1)).all():
        raise ValueError(
            "rule must have shape (2, 2), cue and pattern the same shape (N-1,), pattern of zeros and ones; got shapes "
            f"{f.shape}, {s.shape}, {bits.shape}"
        )
    post, pre, both = _components(f, activity)
    variance, total, power = activity * (1 - activity), float(s.sum()), float(s @ s)
    signal = post * total + both * float((bits - activity) @ s)
    noise = post**2 * total**2 + (pre**2 + both**2 * variance) * power  # in units of (p-1) V
    return signal**2 / (others * noise) if noise > 0 else 0.0


def _components(f: NDArray[np.float64], activity: float) -> tuple[float, float, float]:
    """`(c1, c2, c3)`: the postsynaptic, presynaptic and covariance part of a rule."""
    weight = np.array([1 - activity, activity])
    post = f @ weight
    pre = weight @ f
    return float(post[1] - post[0]), float(pre[1] - pre[0]), float(f[1, 1] - f[1, 0] - f[0, 1] + f[0, 0])


@dataclass(frozen=True)
class Decomposition:
    """Bits per synapse that are left after each step from the ceiling to the retrieved pattern, in this order.

    Attributes:
        ceiling: `(alpha/2) log2(1 + 1/alpha)`.
        after_signal_loss: the same with the signal-to-noise ratio `m^2 V / (alpha q')`: the state fed back is not the
            pattern.
        after_feedback_noise: with `m^2 V (1-C)^2 / (alpha q')`: the network echoes its own crosstalk.
        after_alphabet: information of the field about a pattern bit, which is binary and not Gaussian.
        retrieved: information of the thresholded unit.
    """

    ceiling: float
    after_signal_loss: float
    after_feedback_noise: float
    after_alphabet: float
    retrieved: float

    @property
    def factors(self) -> dict[str, float]:
        """The share each step leaves; their product is `retrieved / ceiling`."""
        left = (
            self.ceiling,
            self.after_signal_loss,
            self.after_feedback_noise,
            self.after_alphabet,
            self.retrieved,
        )
        names = ("signal loss", "feedback noise", "binary alphabet", "hard threshold")
        return {name: after / before for name, before, after in zip(names, left, left[1:], strict=False)}


def decompose(load: float, activity: float, u: float, v: float, response: float = 0.0) -> Decomposition:
    """Where the bits between the Shannon ceiling and the retrieved pattern are lost.

    At a fixed point `1 / (u + v)^2 = alpha q' / (m (1-C))^2`, so load, margins and response determine all ratios,
    whatever the input (centred or raw) and the retrieval. One step and keyed recall: response 0, no signal loss.

    Args:
        load: alpha.
        activity: a.
        u: margin of active units in standard deviations of the crosstalk.
        v: margin of silent units.
        response: C, density of the fields at the threshold, in [0, 1).

    Raises:
        ValueError: an argument out of range, or margins whose signal-to-noise ratio exceeds 1/alpha.
    """
    activity, ceiling = check_activity(activity), float(shannon_ceiling(load))
    if not 0 <= response < 1 or not u + v > 0:
        raise ValueError(f"response must lie in [0, 1) and u + v be positive, got {response!r} and {u!r} + {v!r}")
    ratio = activity * (1 - activity) * (u + v) ** 2  # of signal and noise at the threshold
    without_echo = ratio / (1 - response) ** 2
    if without_echo > (1 + 1e-9) / load:
        raise ValueError(
            f"no memory at load {load} gives margins u + v = {u + v}: signal over noise would be {without_echo} > "
            f"1/load = {1 / load}"
        )
    signal_loss, feedback_noise = (load / 2 * math.log1p(snr) / math.log(2) for snr in (without_echo, ratio))
    retrieved = load * float(mutual_information(activity, tail(u), tail(v)))
    return Decomposition(ceiling, signal_loss, feedback_noise, load * field_information(activity, u + v), retrieved)


def field_information(activity: float, gap: float) -> float:
    """Bits that a field with Gaussian crosstalk says about its unit's pattern bit, before any threshold.

    Args:
        activity: a.
        gap: distance of the mean fields of active and silent units, in standard deviations of the crosstalk; > 0.

    Raises:
        ValueError: an argument out of range.
    """
    activity = check_activity(activity)
    if not 0 < gap < math.inf:
        raise ValueError(f"gap must be positive and finite, got {gap!r}")
    level = min(activity, 1 - activity)  # the mirrored field has the mirrored law
    # In y = field of silent units; nats = E[a (l - ln M) | active] - E[(1-a) ln M | silent], l the log-likelihood ratio
    y = np.linspace(-12.0, gap + 12.0, max(_POINTS, int(40 * (gap + 24) * max(gap, 1) / math.pi)))
    ratio = gap * (y - gap / 2)
    mixture = np.where(
        ratio < 1,
        np.log1p(level * np.expm1(np.minimum(ratio, 1.0))),
        np.logaddexp(math.log1p(-level), math.log(level) + ratio),
    )
    nats = level * density(y - gap) * (ratio - mixture) - (1 - level) * density(y) * mixture
    return float(np.sum(nats) * (y[1] - y[0])) / math.log(2)
