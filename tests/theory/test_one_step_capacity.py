import pytest

from theory.field_law import one_step_error
from theory.one_step_capacity import one_step_capacity, one_step_recall_exact


@pytest.mark.parametrize("rule", ["hebb", "covariance"])
@pytest.mark.parametrize("code", ["fixed-size", "bernoulli"])
def test_capacity_is_the_last_number_of_patterns_within_the_criterion(code, rule):
    recall = one_step_capacity(code, rule, 100, 0.1, 0.05)
    patterns = round(recall.load * 100)
    assert recall == one_step_recall_exact(code, rule, 100, 0.1, patterns)
    for count, allowed in ((patterns, True), (patterns + 1, False)):
        assert (one_step_error(code, rule, 100, 0.1, count).error_rate / 0.1 <= 0.05) is allowed


def test_rates_are_probabilities_and_information_is_a_number():
    """Rounding used to make a miss rate of -2e-16 and no number of bits of it."""
    for active in range(2, 40):
        recall = one_step_recall_exact("fixed-size", "hebb", 1000, active / 1000, 60)
        assert 0 <= recall.miss_rate <= 1
        assert recall.bits_per_unit >= 0


def test_bad_input():
    with pytest.raises(ValueError, match="exceed eps = 1e-06 with two patterns"):
        one_step_capacity("bernoulli", "hebb", 10, 0.5, 1e-6)
    with pytest.raises(ValueError, match="error_rate counts wrong units per active unit"):
        one_step_capacity("bernoulli", "hebb", 10, 0.5, 0.0)
