r"""State evolution of Onsager-corrected retrieval (approximate message passing), exact in the limit of large N.

The algorithm, for p patterns of N units at load `alpha = p/N`, with `A = (xi - a)/sqrt(N a(1-a))` of shape (p, N)
(entries of mean 0 and variance 1/N), states s in {0, 1}^N and input `x = s - a` (centred) or `x = s` (raw). The cue is
s^0; `g^{-1} = 0` and `C_0 = 0`, since the cue is no function of a field. For t = 0, 1, ...

    u^t     = A x^t - C_t g^{t-1}                       overlaps, with their Onsager term        (p,)
    g^t     = u^t / (1 - C_t)                                                                   (p,)
    h^{t+1} = A^T g^t - alpha/(1 - C_t) x^t             fields, with theirs                      (N,)
    s^{t+1} = 1 where h^{t+1} > theta,  or at the k = aN largest fields
    C_{t+1} = density of the fields h^{t+1} at the threshold: the mean of ds/dh                  (a number)

One pattern of the p is cued. Its row of A is a spike in the direction of `xi - a`, the others act as a Gaussian matrix,
so that the fields are `h^{t+1}_i = M_t (xi_i - a) + tau_{t+1} z_i` with z standard normal and

    M_t = (m_t - C_t M_{t-1}) / (1 - C_t),   M_{-1} = 0     the Onsager term acts on the cued overlap too
    tau_{t+1}^2 = alpha q'_t / (1 - C_t)^2,                 q'_t = (1-2a) q_t + a^2 (centred) or q_t (raw),
    u = (M_t (1-a) - theta)/tau_{t+1},  v = (theta + M_t a)/tau_{t+1},     q_t = P(s^t = 1),
    miss = Phi(-u), false alarm = Phi(-v), m_{t+1} = 1 - miss - false alarm,
    C_{t+1} = (a phi(u) + (1-a) phi(v)) / tau_{t+1}.

Its fixed points are the mean field's (`theory.mean_field`). For Lipschitz output functions and i.i.d. entries this is a
theorem (Bayati & Montanari 2011; Bayati, Lelarge & Montanari 2015 beyond Gaussian matrices; a spike: Montanari &
Venkataramanan 2021); the step function needs a smooth limit, taken here without proof. At a fixed point of the
algorithm `g = A x` and `h = W x - alpha C/(1-C) x`: plain retrieval less each unit's feedback onto itself.

Patterns are Bernoulli. With exactly k active units every row of A sums to zero: then q' is the variance `q (1-q)` of
the states for either input, which for k-WTA (q = a) is the centred value.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from theory.activity import check_activity, check_count
from theory.load_surface import Input, check_input, log_density
from theory.mean_field import Retrieval, check_retrieval
from theory.solvers import bracketed_root


@dataclass(frozen=True)
class Trajectory:
    """Retrieval step by step; every array has shape (steps + 1,), and index 0 is the cue.

    Attributes:
        overlap: m_t.
        miss_rate: P(an active unit of the pattern is silent).
        false_alarm_rate: P(a silent unit fires).
        response: C_t, 0 for the cue: the coefficients the algorithm needs.
        signal: M_{t-1}, the factor of `xi - a` in the fields that gave s^t; nan for the cue.
        noise: tau_t, the standard deviation of the crosstalk in those fields; nan for the cue.
        threshold: the threshold that was applied to them; nan for the cue.
    """

    overlap: NDArray[np.float64]
    miss_rate: NDArray[np.float64]
    false_alarm_rate: NDArray[np.float64]
    response: NDArray[np.float64]
    signal: NDArray[np.float64]
    noise: NDArray[np.float64]
    threshold: NDArray[np.float64]


def state_evolution(
    load: float,
    activity: float,
    steps: int,
    retrieval: Retrieval = "kwta",
    input: Input = "centred",
    threshold: float | None = None,
    initial_miss: float = 0.0,
    initial_false_alarm: float = 0.0,
) -> Trajectory:
    """Retrieval from a cue, step by step, in the limit of large N.

    Args:
        load: alpha = p/N, positive.
        activity: a, in (0, 1).
        steps: number of updates, at least 1.
        retrieval: k-winners-take-all or a fixed threshold.
        input: what the synapses read.
        threshold: theta, needed with retrieval "threshold" and only there.
        initial_miss: fraction of the pattern's active units that the cue lacks, in [0, 1].
        initial_false_alarm: fraction of its silent units that fire in the cue, in [0, 1].

    Raises:
        ValueError: an argument out of range.
        ArithmeticError: the response reached 1, where the Onsager correction has no meaning.
    """
    activity = check_activity(activity)
    check_count(steps, "steps")
    check_input(input)
    if not (load > 0 and math.isfinite(load)):
        raise ValueError(f"load must be a positive number (patterns per neuron), got {load!r}")
    if (check_retrieval(retrieval) == "threshold") != (threshold is not None):
        raise ValueError(f"give a threshold with retrieval 'threshold' only, got {retrieval!r} and {threshold!r}")
    for name, rate in (("initial_miss", initial_miss), ("initial_false_alarm", initial_false_alarm)):
        if not 0 <= rate <= 1:
            raise ValueError(f"{name} must be a probability, got {rate!r}")

    rows = [(initial_miss, initial_false_alarm, 0.0, math.nan, math.nan, math.nan)]
    signal = 0.0
    for step in range(steps):
        miss, alarm, response = rows[-1][:3]
        if response >= 1:
            raise ArithmeticError(f"the response C reached {response} at step {step}: no Onsager correction exists")
        signal = (1 - miss - alarm - response * signal) / (1 - response)
        firing = activity * (1 - miss) + (1 - activity) * alarm
        power = (1 - 2 * activity) * firing + activity**2 if input == "centred" else firing
        noise = math.sqrt(load * power) / (1 - response)
        level = winners_threshold(activity, signal, noise) if threshold is None else threshold
        u, v = (signal * (1 - activity) - level) / noise, (level + signal * activity) / noise
        density = activity * math.exp(log_density(u)) + (1 - activity) * math.exp(log_density(v))
        rows.append((float(ndtr(-u)), float(ndtr(-v)), density / noise, signal, noise, level))
    miss, alarm, response, signals, noises, levels = np.array(rows).T
    return Trajectory(1 - miss - alarm, miss, alarm, response, signals, noises, levels)


def winners_threshold(activity: float, signal: float, noise: float) -> float:
    """The threshold above which a fraction a of the fields `signal (xi - a) + noise z` lies."""
    log_odds = math.log1p(-activity) - math.log(activity)
    total = signal / noise  # u + v

    def surplus(u: float) -> float:
        return log_odds + float(log_ndtr(u - total)) - float(log_ndtr(-u))

    reach = 1.0
    while surplus(-reach) > 0 or surplus(total + reach) < 0:
        reach *= 2
    u = bracketed_root(surplus, -reach, total + reach)
    return signal * (1 - activity) - noise * u
