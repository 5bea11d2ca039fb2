r"""The proposal's Hebb rule in one step, `W = (1/N) sum xi xi^T` with raw input: what not centring the weights costs.

A pattern adds `xi_i n` to the field of unit i, n its overlap with the cue's other active units, against a signal of
about k = a N. With N - 1 other units, of which c are in the cue (k - 1 for an active unit i, else k), and with rho the
chance that one of these is active in a pattern that contains i (a, or (k-1)/(N-1) in fixed-size codes), exactly

    mean of xi_i n = a c rho,     variance = a c rho (1 - rho) w + a (1-a) (c rho)^2,

w = 1 (Bernoulli) or (N-1-c)/(N-2) (fixed size). The first part is the covariance rule's crosstalk. The second is the
unit's *popularity*: how many patterns contain it, times the mean overlap, which centring takes away. In units of the
signal, at large N,

    variance = alpha a (1-a) (w + a^2 N),     gap = 1 - alpha a

(active units have one cue unit less to read from), so that with `alpha(eps, a)` of `theory.one_step`, the covariance
rule's, the load solves

    alpha (w + a^2 N) = alpha(eps, a) (1 - alpha a)^2,     w = 1 or 1 - a.

So Hebb is as good as covariance where `a << 1/sqrt(N)`, and worse by a factor `a^2 N` where `a >> 1/sqrt(N)`. At a
fixed activity the number of patterns stays finite as N -> oo: fields in units of the signal tend to `xi_i + a K`, K the
number of other patterns that contain the unit, Binomial(p-1, a), which the Gaussian law `p = alpha(eps, a) / a^2`
resembles once p a is large; bits per synapse vanish like 1/N. Over all activities they have the covariance rule's
supremum, 1/(2 ln 2), approached with `a sqrt(N) -> 0` and k large against (ln N)^2 as N -> oo. So every finite network
has a best activity, below about 1/sqrt(N): at eps = 0.01 with 10 active units of 1000 and 13 of 10^4, by the exact law.
Reading with centred input instead (`theory.best_activity`) removes the popularity at the price of a factor 1 - a.
"""

import math

from theory.activity import Code, active_units, check_code, check_count, check_neurons
from theory.information import Recall
from theory.one_step import one_step_load


def hebb_field(code: Code, neurons: int, activity: float, patterns: int, active: bool) -> tuple[float, float]:
    """Exact mean and variance of a unit's field, in the units of `theory.field_law`, for a stored cue of k units.

    Args:
        code: law of the other patterns.
        neurons: N >= 3.
        activity: a; for a fixed-size code k/N takes its place.
        patterns: p, the cue included.
        active: whether the unit is active in the cue.

    Raises:
        ValueError: an argument out of range.
    """
    fixed, size = check_code(code) == "fixed-size", active_units(check_count(neurons, "neurons", 3), activity)
    others, level = check_count(patterns, "patterns") - 1, size / neurons if fixed else activity
    cued = size - int(active)
    chance = (size - 1) / (neurons - 1) if fixed else activity
    spread = cued * chance * (1 - chance) * ((neurons - 1 - cued) / (neurons - 2) if fixed else 1)
    popularity = (1 - level) * (cued * chance) ** 2
    mean = cued * int(active) + others * level * cued * chance
    return mean / neurons, others * level * (spread + popularity) / neurons**2


def hebb_load(error_rate: float, activity: float, neurons: int, code: Code = "fixed-size") -> Recall:
    """The load at which one step leaves `error_rate` wrong units per active unit, with Gaussian crosstalk.

    Leading order in N. It needs many patterns that contain a unit, and crosstalk that is not a rare count: at eps =
    0.01 and N = 10^4 it is right within about 12% from a = 0.005 to 0.1. `theory.one_step_capacity` is exact.

    Raises:
        ValueError: as `one_step_load`, or `neurons` or `code` out of range.
    """
    fixed, recall = check_code(code) == "fixed-size", one_step_load(error_rate, activity)
    width = (1 - activity if fixed else 1) + activity**2 * check_neurons(neurons)
    middle = width / (2 * recall.load) + activity  # load^2 a^2 - 2 load middle + 1 = 0
    load = 1 / (middle + math.sqrt(middle**2 - activity**2))
    return Recall(activity, load, recall.miss_rate, recall.false_alarm_rate)
