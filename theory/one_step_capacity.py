"""The one-step capacity of a finite network, exactly: the most patterns within an error criterion."""

from theory.activity import Code, Rule, active_units
from theory.field_law import one_step_error
from theory.information import Recall


def one_step_recall_exact(code: Code, rule: Rule, neurons: int, activity: float, patterns: int) -> Recall:
    """One step from a stored pattern at the threshold with fewest errors, by the exact law of the fields.

    Raises:
        ValueError: as `theory.field_law.field_law`.
    """
    error = one_step_error(code, rule, neurons, activity, patterns)
    level = active_units(neurons, activity) / neurons
    return Recall(level, patterns / neurons, error.miss_rate, error.false_alarm_rate)


def one_step_capacity(code: Code, rule: Rule, neurons: int, activity: float, error_rate: float) -> Recall:
    """The largest number of patterns with at most `error_rate` wrong units per active unit in the mean, exactly.

    Raises:
        ValueError: an argument out of range, or two patterns exceed the criterion already.
    """
    if not 0 < error_rate < 1:
        raise ValueError(f"error_rate counts wrong units per active unit, strictly between 0 and 1, got {error_rate!r}")

    def at(patterns: int) -> Recall:
        return one_step_recall_exact(code, rule, neurons, activity, patterns)

    if at(2).error_rate > error_rate:
        raise ValueError(f"{neurons} neurons at activity {activity} exceed eps = {error_rate} with two patterns")
    low, high = 2, 4
    while at(high).error_rate <= error_rate:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at(middle).error_rate <= error_rate else (low, middle)
    return at(low)
