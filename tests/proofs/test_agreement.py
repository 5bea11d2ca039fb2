import numpy as np
import pytest

from proofs.agreement import FALSE_ALARM, agreement, holm, t_p_values
from proofs.claim import Finding


def test_holm_by_hand():
    # sorted 0.001 0.01 0.02 0.04 against 0.05/4 0.05/3 0.05/2 0.05/1: the third passes, 0.04 <= 0.05 too
    np.testing.assert_array_equal(holm([0.04, 0.001, 0.02, 0.01], 0.05), [True, True, True, True])
    # 0.03 > 0.05/2 stops the procedure, so 0.04 is kept although it is below 0.05
    np.testing.assert_array_equal(holm([0.04, 0.001, 0.03], 0.05), [False, True, False])


def test_holm_keeps_the_family_false_alarm_rate():
    """True hypotheses, 4000 families of 30: at most a rate 0.05 is rejected, 5 standard errors allowed (3e-7)."""
    generator = np.random.default_rng(1)
    alarms = np.mean([holm(generator.uniform(size=30), 0.05).any() for _ in range(4000)])
    assert alarms < 0.05 + 5 * np.sqrt(0.05 * 0.95 / 4000)
    assert alarms > 0.03  # the procedure is nearly exact for independent uniform p-values


def test_agreement_reports_what_it_tested():
    fine = agreement([[0.2, np.nan], [0.9, 0.01]])
    assert (fine.finding, fine.tests, fine.rejected, fine.smallest) == (Finding.HOLDS, 3, 0, 0.01)
    assert agreement([0.5, FALSE_ALARM / 4]).finding is Finding.FAILS
    assert agreement([np.nan]).finding is Finding.INCONCLUSIVE


def test_a_wrong_prediction_is_rejected():
    p = t_p_values(np.array([1.0, 1.0]), np.array([0.01, 0.0]), np.array([1.2, 1.0]), np.array([8, 8]))
    assert p[0] < 1e-6
    assert np.isnan(p[1])


def test_bad_input():
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.1, 1.2])
    with pytest.raises(ValueError, match="false_alarm"):
        holm([0.1], 0.0)
