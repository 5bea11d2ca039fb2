"""Judging is not a formality: tables that contradict a statement are judged to."""

import numpy as np
import pytest
import xarray as xr

from proofs.claim import Finding, Target
from proofs.grades import Grade
from proofs.theorem1 import judge

STATISTICS = ["estimate", "low", "high", "standard_error", "predicted"]


def overlap_table(shift=0.0, p_value=0.4):
    """A table of four points whose measurements lie `shift` standard errors from their predictions."""
    values = np.array([[1.0 + 0.01 * shift, 0.98, 1.02, 0.01, 1.0]] * 4)
    quantities = ("interference_hebb", "interference_covariance", "normalised_covariance")
    return xr.Dataset(
        {
            **dict.fromkeys(quantities, (("point", "statistic"), values)),
            **{f"{name}_p_value": ("point", [p_value] * 4) for name in ("fit", "mean", "variance", "worst")},
        },
        {
            "statistic": STATISTICS,
            "code": ("point", ["bernoulli", "bernoulli", "fixed-size", "fixed-size"]),
            "neurons": ("point", [100, 1000, 100, 1000]),
            "replicas": 10,
            "pairs": 50,
        },
    )


def test_agreeing_overlaps_hold():
    evidence = judge.from_overlaps(overlap_table(shift=0.5))
    assert {each.finding for each in evidence} == {Finding.HOLDS}
    assert {each.grade for each in evidence} == {Grade.MONTE_CARLO}
    assert {each.claim_id for each in evidence} >= {"T1", "T1.fixed_size", "T1.covariance", "T1.overlap_law"}
    assert "2000 pairs" in evidence[0].summary


def test_contradicting_overlaps_fail():
    findings = {each.claim_id: each.finding for each in judge.from_overlaps(overlap_table(shift=30, p_value=1e-9))}
    assert set(findings.values()) == {Finding.FAILS}


@pytest.mark.parametrize(("difference", "finding"), [(1e-14, Finding.HOLDS), (1e-6, Finding.FAILS)])
def test_gradients_must_agree_to_rounding(difference, finding):
    values = np.ones((2, 2, 5))
    dims = ("rule", "self_coupling", "pair")
    table = xr.Dataset({"gradient": (dims, values), "from_overlap": (dims, values * (1 + difference))})
    (evidence,) = judge.from_gradients([table])
    assert evidence.finding is finding


def forgetting_table(p_value=0.3, loss_shift=0.0, highest=-1e-4):
    ones = np.ones((2, 3))
    return xr.Dataset(
        {
            "miss_p_value": (("network", "checkpoint"), p_value * ones),
            "false_alarm_p_value": (("network", "checkpoint"), np.nan * ones),
            "loss_change": (("network", "checkpoint"), -ones + loss_shift),
            "loss_change_error": (("network", "checkpoint"), 0.01 * ones),
            "loss_change_exact": (("network", "checkpoint"), -ones),
            "loss_change_highest": (("network", "checkpoint"), highest * ones),
            "trials": ("network", [50, 50]),
        }
    )


def test_forgetting_evidence_follows_the_table():
    def findings(**change):
        return {each.claim_id: each.finding for each in judge.from_forgetting(forgetting_table(**change))}

    assert set(findings().values()) == {Finding.HOLDS}
    assert findings(p_value=1e-12)["T1.crosstalk"] is Finding.FAILS
    assert findings(p_value=1e-12)["T1.forgetting"] is Finding.FAILS
    assert findings(loss_shift=0.2)["T1.forgetting"] is Finding.FAILS
    assert findings(highest=1e-6)["T1.sign"] is Finding.FAILS


def codes(excess, p_value):
    return xr.Dataset(
        {"excess": ("activity", np.array(excess)), "p_value": ("activity", np.array(p_value))},
    )


@pytest.mark.parametrize(
    ("excess", "p_value", "proposed", "exact"),
    [
        ([30.0, 2.0], [1e-9, 1e-9], Finding.FAILS, Finding.HOLDS),
        ([30.0, 1.01], [1e-9, 0.4], Finding.FAILS, Finding.INCONCLUSIVE),
        ([30.0, 0.5], [1e-9, 1e-9], Finding.FAILS, Finding.FAILS),
        ([1.01, 0.99], [0.4, 0.4], Finding.HOLDS, Finding.INCONCLUSIVE),
    ],
)
def test_real_codes_are_judged_by_their_significance(excess, p_value, proposed, exact):
    found = {each.target: each.finding for each in judge.from_real_codes(codes(excess, p_value))}
    assert found == {Target.PROPOSED: proposed, Target.EXACT: exact}
