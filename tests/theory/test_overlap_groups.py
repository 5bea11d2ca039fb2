"""Groups of equal overlap: their law, the rates they give, and the exact law of `theory.field_law`."""

import numpy as np
import pytest
from scipy import stats

from theory.field_law import field_law
from theory.one_step import gaussian_error
from theory.overlap_groups import OverlapGroups

CODES = ["bernoulli", "fixed-size"]


@pytest.mark.parametrize(("neurons", "activity"), [(50, 0.1), (20, 0.8), (1000, 0.02), (10**7, 0.01)])
def test_overlaps_have_their_law(neurons, activity):
    """SciPy's logarithms of gamma functions lose eight digits at ten million units."""
    groups = OverlapGroups("fixed-size", neurons, activity)
    active = groups.active
    expected = stats.hypergeom.pmf(groups.overlaps, neurons, active, active)
    np.testing.assert_allclose(groups.probabilities, expected, rtol=1e-6 if neurons > 10**6 else 1e-9)
    groups = OverlapGroups("bernoulli", neurons, activity)
    np.testing.assert_allclose(groups.probabilities, stats.binom.pmf(groups.overlaps, active, activity), rtol=1e-9)
    assert groups.probabilities.sum() == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize(("neurons", "activity", "patterns"), [(100, 0.1, 40), (1000, 0.1, 400), (10, 0.5, 3)])
@pytest.mark.parametrize("active", [True, False])
def test_rates_of_fixed_size_codes_are_those_of_the_field_law(neurons, activity, patterns, active):
    """Two derivations: a convolution of integer atoms by FFT, and the inversion of a characteristic function."""
    groups = OverlapGroups("fixed-size", neurons, activity)
    law = field_law("fixed-size", "covariance", neurons, activity, patterns, active)
    for gaps in (-0.3, 0.0, 0.37, 0.6, 0.83, 1.2):
        threshold = groups.threshold(gaps)
        expected = float(law.exceeds(gaps))
        assert groups.rate(patterns, active, threshold) == pytest.approx(expected, abs=1e-12), gaps


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("active", [True, False])
def test_rates_given_the_counts_average_to_the_rate(code, active):
    """Over every set of counts of four other patterns, each with its multinomial probability."""
    groups = OverlapGroups(code, 20, 0.2)
    threshold, others = groups.threshold(0.55), 4
    assert groups.overlaps.tolist() == [0, 1, 2, 3, 4]
    total = 0.0
    for counts in np.ndindex(*[others + 1] * 5):
        if sum(counts) == others:
            weight = stats.multinomial.pmf(counts, others, groups.probabilities)
            total += weight * groups.rate_given(np.array(counts), active, threshold)
    assert total == pytest.approx(groups.rate(others + 1, active, threshold), abs=1e-10)


@pytest.mark.parametrize("code", CODES)
def test_large_networks_approach_gaussian_crosstalk(code):
    """Deviations from the formula fall as 1/N, and are below 1e-3 at ten million units."""
    load, activity = 2.425, 0.01
    spread = 1 - activity if code == "fixed-size" else 1.0
    gaussian = gaussian_error(load * activity * spread, activity)
    deviations = []
    for neurons in (10**5, 10**6, 10**7):
        groups = OverlapGroups(code, neurons, activity)
        threshold = groups.threshold(gaussian.threshold)
        alarm = groups.rate(round(load * neurons), False, threshold)
        deviations.append(alarm / gaussian.false_alarm_rate - 1)
        miss = 1 - groups.rate(round(load * neurons), True, threshold)
        assert miss == pytest.approx(gaussian.miss_rate, rel=500 / neurons)
    assert 0 < deviations[2] < 1e-3
    assert deviations[0] / deviations[1] == pytest.approx(10, rel=0.1)
    assert deviations[1] / deviations[2] == pytest.approx(10, rel=0.1)


def test_bad_input():
    with pytest.raises(ValueError, match="make whole patterns"):
        OverlapGroups("bernoulli", 50, 0.01)
    with pytest.raises(ValueError, match="denominator of at most 1000"):
        OverlapGroups("bernoulli", 10**6, 0.0123)
    with pytest.raises(ValueError, match="code must be one of"):
        OverlapGroups("other", 50, 0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="patterns must be an integer of at least 2"):
        OverlapGroups("bernoulli", 50, 0.1).rate(1, True, 0)
