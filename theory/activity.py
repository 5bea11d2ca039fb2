"""Activity, sparsity and active units: conversions, checks and the activity grid the whole project shares.

Activity `a` is the fraction of active units, sparsity is `s = 1 - a`, and a fixed-size code (k-winners-take-all)
has exactly `k = a N` active units. The grid is the proposal's `k/m` sweep for Experiments 1-3; Hopfield
simulations and Transformer checks both import it from here, so that their axes agree.
"""

import math
from numbers import Integral, Real
from typing import Literal, cast, get_args

Code = Literal["bernoulli", "fixed-size"]
"""How patterns are drawn: i.i.d. Bernoulli(a) units, or uniformly among patterns with exactly k active units."""

Rule = Literal["hebb", "covariance"]
"""One-shot learning rules: `xi xi^T / N` (the proposal's), or the same with the mean activity subtracted."""

Access = Literal["auto", "keyed"]
"""The cue: the stored pattern itself, or an independent key stored with it."""

ACTIVITY_GRID: tuple[float, ...] = (0.02, 0.05, 0.10, 0.20, 0.50, 1.0)
"""The proposal's levels k/m (Experiment 1). The last one, 1.0, is the dense end: every unit active."""

CODING_LEVELS: tuple[float, ...] = tuple(level for level in ACTIVITY_GRID if level < 1)
"""The grid's levels that can code anything: a pattern with every unit active is always the same pattern."""

DENTATE_GYRUS: tuple[float, float] = (0.02, 0.05)
"""Activity reported for dentate gyrus granule cells (the proposal's fast zone)."""

NEOCORTEX: tuple[float, float] = (0.10, 0.20)
"""Activity reported for neocortex (the proposal's slow zone)."""


def check_activity(activity: float) -> float:
    """Return `activity` as a float, or raise ValueError unless it lies strictly between 0 and 1."""
    if isinstance(activity, bool) or not isinstance(activity, Real) or not 0.0 < float(activity) < 1.0:
        raise ValueError(
            f"activity must be a number strictly between 0 and 1 (fraction of active units), got {activity!r}"
        )
    return float(activity)


def check_neurons(neurons: int) -> int:
    """Return `neurons` as an int, or raise ValueError unless it is an integer of at least 2."""
    if isinstance(neurons, bool) or not isinstance(neurons, Integral) or neurons < 2:
        raise ValueError(f"neurons must be an integer of at least 2, got {neurons!r}")
    return int(neurons)


def check_active_units(active: int, neurons: int) -> int:
    """Return `active` as an int, or raise ValueError unless it is an integer from 1 to `neurons`."""
    neurons = check_neurons(neurons)
    if isinstance(active, bool) or not isinstance(active, Integral) or not 1 <= active <= neurons:
        raise ValueError(f"active units must be an integer from 1 to neurons = {neurons}, got {active!r}")
    return int(active)


def check_count(count: int, name: str, minimum: int = 1) -> int:
    """Return `count` as an int, or raise ValueError naming it unless it is an integer of at least `minimum`."""
    if isinstance(count, bool) or not isinstance(count, Integral) or count < minimum:
        raise ValueError(f"{name} must be an integer of at least {minimum}, got {count!r}")
    return int(count)


def check_code(code: str) -> Code:
    """Return `code`, or raise ValueError unless it names one of the two codes."""
    if code not in get_args(Code):
        raise ValueError(f"code must be one of {', '.join(get_args(Code))}, got {code!r}")
    return cast(Code, code)


def check_rule(rule: str) -> Rule:
    """Return `rule`, or raise ValueError unless it names one of the one-shot rules."""
    if rule not in get_args(Rule):
        raise ValueError(f"rule must be one of {', '.join(get_args(Rule))}, got {rule!r}")
    return cast(Rule, rule)


def check_access(access: str) -> Access:
    """Return `access`, or raise ValueError unless it names one of the two kinds."""
    if access not in get_args(Access):
        raise ValueError(f"access must be one of {', '.join(get_args(Access))}, got {access!r}")
    return cast(Access, access)


def active_units(neurons: int, activity: float) -> int:
    """The size `k` of a fixed-size code: the integer nearest to `a N` (half up), at least 1 and at most N - 1.

    Raises:
        ValueError: `neurons` or `activity` out of range.
    """
    neurons, activity = check_neurons(neurons), check_activity(activity)
    return min(max(math.floor(activity * neurons + 0.5), 1), neurons - 1)


def sparsity(activity: float) -> float:
    """Activation sparsity `s = 1 - a` of a code with activity `a` (the proposal's definition)."""
    return 1.0 - check_activity(activity)
