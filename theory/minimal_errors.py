r"""The fewest errors any weights make beyond Gardner's load (Gardner & Derrida 1988), replica-symmetric, margin zero.

A unit with weights of norm 1 on inputs of zero mean and unit variance, and a threshold of its own, has p = alpha N
labels, active with probability a. Its fewest errors per pattern at zero temperature are, with x = beta (1 - q),

    min_t max_x { -1/(2 x alpha) + a E min(1, (z+t)_+^2 / (2x)) + (1-a) E min(1, (z-t)_+^2 / (2x)) }:

a label that misses by less than c = sqrt(2x) is put right, at the cost of the square, and another one is given up. With
`J_n(s; c) = E[(z+s)^n; 0 < z+s < c]` both derivatives vanish where

    a J_1(t; c) = (1-a) J_1(-t; c),     1/alpha = a J_2(t; c) + (1-a) J_2(-t; c),     miss = Q(c - t), alarm = Q(c + t).

`J_1(t)/J_1(-t)` rises with t, so every c > 0 has one t. As c -> oo this is alpha_G(a), without error; at a = 1/2 it is

    alpha (1/2 - Q(c) - c phi(c)) = 1,     errors Q(c).

Errors set in very slowly: at a = 1/2, 0.6% of the bits are wrong at alpha = 2.22 and 2.3% at 2.71.

**How far to trust it.** The retrieved field jumps by c between labels put right and given up, so the replica-symmetric
solution is unstable at every alpha > alpha_G (Bouten 1994); symmetry breaking raises the errors, by its first step
nearly all (Whyte & Sherrington 1996). At a = 1/2 the loads here are proved upper bounds on the true ones at the same
errors (Stojnic 2013, arXiv 1306.3809), so bits per synapse are too. They stay below Cover's rigorous `alpha
H2(1/alpha)` (`theory.any_rule.cover_ceiling`) up to a load of about 100 at a = 1/2, but grow like alpha^(1/3) and pass
it beyond: there replica symmetry is certainly wrong. As neither is bounded over all loads, bits per synapse of the
best real-valued weights need an error criterion, `load_with_errors`: their maximum over the load means nothing.
"""

import math
from collections.abc import Callable

import numpy as np

from theory.activity import check_activity
from theory.any_rule import gardner_load
from theory.gaussian import tail
from theory.information import Recall
from theory.solvers import bracketed_root

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)

_REACH = 80.0
"""Exponent below its maximum at which the Gaussian weight is cut off."""


def errors_at_gap(gap: float, activity: float) -> Recall:
    """The load at which labels that miss by more than `gap` are given up, and the errors there.

    All loads beyond alpha_G are covered, from the largest gap (no errors) down: accurate to about 1e-12 relative.

    Args:
        gap: c, in standard deviations of one input times the norm of the weights.
        activity: a.

    Raises:
        ValueError: an argument out of range.
    """
    activity = check_activity(activity)
    if not 0 < gap < math.inf:
        raise ValueError(f"gap must be positive and finite, got {gap!r}")
    flipped = activity > 0.5
    level = 1 - activity if flipped else activity
    log_odds = math.log1p(-level) - math.log(level)
    high = 1.0
    while _log_moment(1, high, gap) - _log_moment(1, -high, gap) < log_odds:
        high *= 2
    t = bracketed_root(lambda t: _log_moment(1, t, gap) - _log_moment(1, -t, gap) - log_odds, 0.0, high)
    weight = level * math.exp(_log_moment(2, t, gap)) + (1 - level) * math.exp(_log_moment(2, -t, gap))
    rarer, other = float(tail(gap - t)), float(tail(gap + t))
    return Recall(activity, 1 / weight, other, rarer) if flipped else Recall(activity, 1 / weight, rarer, other)


def load_with_errors(error_rate: float, activity: float) -> Recall:
    """The load at which the best weights leave `error_rate` wrong units per active unit (per silent one if a > 1/2).

    Raises:
        ValueError: `activity` out of range or `error_rate` not in (0, 1/2].
    """
    level = min(check_activity(activity), 1 - activity)
    if not 0 < error_rate <= 0.5:
        raise ValueError(f"error_rate (wrong units per active unit) must lie in (0, 1/2], got {error_rate!r}")

    gap = _gap_where(lambda recall: recall.error_rate / error_rate, level)
    return errors_at_gap(gap, activity)


def fewest_errors(load: float, activity: float) -> Recall:
    """The fewest errors at a load, up to a thousand times alpha_G: none up to alpha_G.

    Raises:
        ValueError: an argument out of range.
    """
    free = gardner_load(activity)
    if not 0 < load <= 1000 * free:
        raise ValueError(f"load must be positive and at most 1000 alpha_G = {1000 * free:.6g}, got {load!r}")
    if load <= errors_at_gap(_largest_gap(activity), activity).load:
        return Recall(activity, load, 0.0, 0.0)
    recall = errors_at_gap(_gap_where(lambda recall: recall.load / load, activity), activity)
    return Recall(activity, load, recall.miss_rate, recall.false_alarm_rate)


def _largest_gap(activity: float) -> float:
    """A gap at which errors are below 1e-300: that far above the threshold without errors."""
    return 38.0 + math.sqrt(-2 * math.log(min(activity, 1 - activity)))


def _gap_where(share: Callable[[Recall], float], activity: float) -> float:
    """The gap at which `share`, which falls with the gap, is 1."""

    def log_share(gap: float) -> float:
        return math.log(max(share(errors_at_gap(gap, activity)), 1e-320))

    high = low = _largest_gap(activity)
    while log_share(low) < 0:
        high, low = low, 0.8 * low
    return bracketed_root(log_share, low, high)


def _log_moment(power: int, shift: float, gap: float) -> float:
    """`ln J_n(s; c)`, the integral of `y^n phi(y - s)` over (0, c)."""
    reach = math.sqrt(2 * _REACH)
    start = max(0.0, shift - reach)
    end = min(gap, shift + reach if shift > 0 else reach**2 / (math.hypot(shift, reach) - shift))
    if start >= end:  # far above the gap: the mass is at its upper end
        start = 0.0
    y = start + (end - start) / 2 * (1 + _NODES)
    exponent = -((y - shift) ** 2) / 2
    most = float(exponent.max())
    total = float(_WEIGHTS @ (y**power * np.exp(exponent - most)))
    return most + math.log(total * (end - start) / 2) - math.log(2 * math.pi) / 2
