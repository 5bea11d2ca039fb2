r"""One step of retrieval with Gaussian crosstalk: the load alpha(eps, a), its limits, and forgetting by the next write.

The covariance rule stores p = alpha N patterns and a clean pattern (or a clean key) is presented. In units of the gap
between the fields of active and silent units the crosstalk is Gaussian at large N with variance `sigma^2 = alpha V`,
`V = a (1-a)` (Tsodyks & Feigelman 1988; at finite N `(p-1)(N-1) V / N^2`; `theory.field_law` has the exact law). A
threshold puts active units `u sigma` above and silent ones `v sigma` below it, `u + v = s = 1/sigma`. Fewest units are
wrong at `theta* = (1-2a)/2 + sigma^2 L`, `L = ln((1-a)/a)`, that is at `v^2 - u^2 = 2 L`, or

    u = s/2 - L/s,   v = s/2 + L/s,   eps = Q(u) + ((1-a)/a) Q(v),   alpha(eps, a) = 1 / (V s^2):

the load at which eps units are wrong per active unit, in closed form up to the one root s, which is unique because
`d eps / d s = -phi(u)`. Limits (Q(u0) = eps):

    a -> 0:      alpha 2 a ln(1/a) = 1 - 2 u0 / sqrt(2 ln(1/a)) + O(1/ln(1/a)) -> 1, for every eps < 1;
    eps -> 0:    alpha 8 V ln(1/eps) -> 1, for every a;
    alpha -> oo: alpha I -> (2/pi) / (2 ln 2) = 0.459 bits at the *most informative* threshold, for every a. At
                 theta* it tends to zero unless a = 1/2: with much crosstalk fewest units are wrong when none fires.
"""

import math
from typing import cast

import numpy as np
from scipy.optimize import OptimizeResult, minimize_scalar
from scipy.special import ndtri

from theory.activity import check_activity, check_count, check_neurons
from theory.field_law import OneStepError
from theory.gaussian import density, excess_ratio, log_density, log_tail, mills_ratio, tail
from theory.information import Recall, mutual_information
from theory.solvers import bracketed_root

_GRID = 801
"""Thresholds compared before the most informative one is refined."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


def crosstalk_variance(neurons: int, activity: float, patterns: int) -> float:
    """Crosstalk variance of the covariance rule in units of the squared gap, `(p-1)(N-1) a (1-a) / N^2` (Bernoulli)."""
    activity, neurons = check_activity(activity), check_neurons(neurons)
    return (check_count(patterns, "patterns") - 1) * (neurons - 1) * activity * (1 - activity) / neurons**2


def gaussian_error(variance: float, activity: float) -> OneStepError:
    """One step of the covariance rule with Gaussian crosstalk of the given variance, at the best threshold.

    Raises:
        ValueError: `activity` out of range or `variance` not positive.
    """
    activity = check_activity(activity)
    if not variance > 0:
        raise ValueError(f"variance must be positive, got {variance!r}")
    threshold = (1 - 2 * activity) / 2 + variance * _log_odds(activity)
    miss, alarm = _rates(1 / math.sqrt(variance), activity)
    return OneStepError(threshold, miss, alarm, activity * miss + (1 - activity) * alarm)


def one_step_recall(load: float, activity: float) -> Recall:
    """What one step retrieves at `load` with the threshold that makes fewest errors, theta*.

    Raises:
        ValueError: `activity` outside (0, 1) or `load` not positive and finite.
    """
    return Recall(activity, load, *_rates(_gap(load, activity), activity))


def most_informative_recall(load: float, activity: float) -> Recall:
    """What one step retrieves at `load` with the threshold at which a retrieved unit says most about the stored one.

    It is theta* at a = 1/2 and close to it at low load, but lower at high load, where theta* silences every unit.

    Raises:
        ValueError: as `one_step_recall`.
    """
    gap = _gap(load, activity)
    flipped = activity > 0.5
    level = 1 - activity if flipped else activity

    def missing(margin: float) -> float:
        return -float(mutual_information(level, tail(gap - margin), tail(margin)))

    # v, the margin of silent units: never far below zero, and never so far up that no active unit fires
    grid = np.linspace(-3.0, gap + 3.0, _GRID)
    best = int(np.argmax(mutual_information(level, tail(gap - grid), tail(grid))))
    inside = (grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)])
    refined = minimize_scalar(missing, bounds=inside, method="bounded", options={"xatol": 1e-9})
    margin = float(cast(OptimizeResult, refined).x)
    miss, alarm = float(tail(gap - margin)), float(tail(margin))
    return Recall(activity, load, alarm, miss) if flipped else Recall(activity, load, miss, alarm)


def one_step_load(error_rate: float, activity: float) -> Recall:
    """alpha(eps, a): the load at which one step leaves `error_rate` wrong units per active unit, at threshold theta*.

    Accurate to about 1e-12 relative for activities from 1e-100 to 1 - 1e-12 and error rates down to 1e-300.

    Args:
        error_rate: eps, wrong units per active unit; with useless crosstalk it reaches `min(1, (1-a)/a)`.
        activity: a.

    Raises:
        ValueError: `activity` outside (0, 1), or `error_rate` not between 0 and its largest value.
    """
    activity = check_activity(activity)
    largest = min(1.0, (1 - activity) / activity)
    if not 0 < error_rate < largest:
        raise ValueError(
            f"error_rate (wrong units per active unit) must lie strictly between 0 and {largest:.6g} at activity "
            f"{activity}, where nothing is retrieved any more; got {error_rate!r}"
        )
    if activity > 0.5:  # exchange active and silent units: the same fields, counted per silent unit
        mirrored = one_step_load(error_rate * activity / (1 - activity), 1 - activity)
        return Recall(activity, mirrored.load, mirrored.false_alarm_rate, mirrored.miss_rate)
    wanted = math.log(error_rate) - math.log1p(-error_rate)
    largest_gap = 40 + math.sqrt(1600 + 2 * _log_odds(activity))  # Q(u) < 1e-300
    root = bracketed_root(
        lambda log_gap: _logit_error(math.exp(log_gap), activity) - wanted, math.log(1e-18), math.log(largest_gap)
    )
    gap = math.exp(root)
    return Recall(activity, 1 / (activity * (1 - activity) * gap**2), *_rates(gap, activity))


def sparse_one_step_load(error_rate: float, activity: float) -> float:
    """The first three orders of alpha(eps, a) as a -> 0, `1 / (a s^2)` with `s = l + u0 + (1 + u0^2/2) / l`.

    Here `l = sqrt(2 ln(1/a))` and `Q(u0) = eps`. The leading order alone, `1 / (2 a ln(1/a))`, is approached only like
    `u0 / l`: at eps = 0.01 it is too large by a factor 4.5 at a = 0.01, 2.5 at 1e-6 and still 1.25 at 1e-100; these
    three orders are within 5%, 0.4% and 0.02%.

    Raises:
        ValueError: `activity` outside (0, 1/2) or `error_rate` outside (0, 1).
    """
    if not 0 < check_activity(activity) < 0.5 or not 0 < error_rate < 1:
        raise ValueError(
            f"the sparse limit needs activity in (0, 1/2) and error_rate in (0, 1), got {activity!r}, {error_rate!r}"
        )
    length, margin = math.sqrt(-2 * math.log(activity)), -float(ndtri(error_rate))
    return 1 / (activity * (length + margin + (1 + margin**2 / 2) / length) ** 2)


def forgetting_of_next_write(neurons: int, activity: float, patterns: int) -> float:
    """Wrong units per unit that write p + 1 adds to an earlier pattern (covariance rule, Gaussian crosstalk).

    With the threshold at its best the derivative of the error by the deviation is `(1-a) phi((theta*+a)/sigma)/sigma^2`
    (envelope theorem), and a write adds `(N-1) a (1-a) / N^2` to the variance; certified in `proofs.theorem1`.

    Raises:
        ValueError: an argument out of range, or fewer than two patterns (no crosstalk yet).
    """
    check_count(patterns, "patterns", minimum=2)
    variance = crosstalk_variance(neurons, activity, patterns)
    added = crosstalk_variance(neurons, activity, 2)
    margin = _margins(1 / math.sqrt(variance), activity)[1]
    return (1 - activity) * float(density(margin)) / (2 * variance**1.5) * added


def _log_odds(activity: float) -> float:
    """`L = ln((1-a)/a)`, how much likelier silent units are."""
    return math.log1p(-activity) - math.log(activity)


def _gap(load: float, activity: float) -> float:
    """`s = 1 / sqrt(alpha V)`: the gap between active and silent units in standard deviations of the crosstalk."""
    activity = check_activity(activity)
    if not 0 < load < math.inf:
        raise ValueError(f"load (patterns per neuron) must be positive and finite, got {load!r}")
    return 1 / math.sqrt(load * activity * (1 - activity))


def _margins(gap: float, activity: float) -> tuple[float, float]:
    """Margins (u, v) of active and silent units at theta*."""
    shift = _log_odds(activity) / gap
    return gap / 2 - shift, gap / 2 + shift


def _rates(gap: float, activity: float) -> tuple[float, float]:
    """Miss rate and false-alarm rate at theta*."""
    u, v = _margins(gap, activity)
    return float(tail(u)), float(tail(v))


def _logit_error(gap: float, activity: float) -> float:
    """`ln(eps / (1 - eps))` at theta* for a <= 1/2: decreasing in the gap, and without loss at either end."""
    u, v = _margins(gap, activity)
    log_error = float(np.logaddexp(log_tail(u), _log_odds(activity) + log_tail(v)))
    if u > 1:
        return log_error - math.log1p(-math.exp(log_error))
    # 1 - eps = Phi(u) - ((1-a)/a) Q(v) = phi(u) (mills(-u) - mills(v)), as ((1-a)/a) phi(v) = phi(u) at theta*
    if gap > 1:
        gained = float(mills_ratio(-u) - mills_ratio(v))
    else:  # without cancellation: the integral of -mills' = excess ratio from -u to v
        gained = gap / 2 * float(_WEIGHTS @ excess_ratio(-u + gap / 2 * (1 + _NODES)))
    return log_error - float(log_density(u)) - math.log(gained)
