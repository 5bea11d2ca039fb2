"""Judging Experiment 1: tables that contradict a prediction are judged to, however many others agree."""

import numpy as np
import pytest
import xarray as xr

from proofs.claim import Finding, Target
from proofs.experiments import judge
from proofs.grades import Grade
from proofs.predictions import PREDICTIONS, REGIMES
from proofs.verdict import Verdict
from proofs.verdict import judge as verdict

FALLS = {
    "spearman": -0.95, "spearman_low": -1.0, "spearman_high": -0.9, "trend_p_falling": 1e-9, "trend_p_rising": 1.0,
    "rises_p": 1.0, "reversal": -0.1, "reversal_low": -0.2, "reversal_high": 0.0, "reversal_from": 0.5,
    "reversal_to": 0.8, "fall": 0.8, "fall_low": 0.7, "fall_high": 0.9, "fall_error": 0.04,
}  # fmt: skip
BUMP = FALLS | {"rises_p": 1e-5, "reversal": 0.3, "reversal_low": 0.2, "reversal_high": 0.4}
FLAT = FALLS | {"trend_p_falling": 0.3, "trend_p_rising": 0.6, "fall": 0.0, "fall_low": -0.1, "fall_high": 0.1}
RISES = FLAT | {"trend_p_falling": 1.0, "trend_p_rising": 1e-9, "fall": -0.8}


def table(rows):
    return xr.Dataset({name: ("row", [row[name] for row in rows]) for name in rows[0]}) if rows else xr.Dataset()


def trends(interference, forgetting=FALLS, relative=FLAT, regimes=tuple(REGIMES)):
    """One kind of curve for every regime, or a mapping of regimes to kinds with FALLS elsewhere."""
    kinds = {"interference": interference, "forgetting": forgetting, "relative_interference": relative}
    rows = []
    for quantity, kind in kinds.items():
        for regime in regimes:
            curve = kind if "fall" in kind else kind.get(regime, FALLS)
            rows.append({"regime": regime, "quantity": quantity, "implementation": "kwta", "seeds": 8, **curve})
    return table(rows)


def linear(exponent=1.0, error=0.02, scale=1.0, regimes=tuple(REGIMES)):
    return table(
        [
            {
                "regime": regime, "predictor": predictor, "outcome": "forgetting", "implementation": "kwta", "seeds": 8,
                "exponent": exponent, "exponent_low": exponent, "exponent_high": exponent, "exponent_error": error,
                "scale": scale, "scale_low": scale, "scale_high": scale, "scale_error": error, "r_squared": 0.9,
            }
            for predictor in ("interference", "path_interference")
            for regime in regimes
        ]
    )  # fmt: skip


def agreement(first="falling", second="falling", difference=0.05, low=0.6):
    p = {"falling": (1e-9, 1.0), "rising": (1.0, 1e-9), "flat": (0.4, 0.5)}
    return table(
        [
            {
                "regime": regime, "quantity": "interference", "first": "kwta", "second": "l1", "seeds": 8,
                "common_low": low, "common_high": 0.9, "first_spearman": 0.0, "second_spearman": 0.0,
                "first_p_falling": p[first][0], "first_p_rising": p[first][1],
                "second_p_falling": p[second][0], "second_p_rising": p[second][1],
                "difference": difference, "difference_low": difference - 0.1, "difference_high": difference + 0.1,
                "difference_at_least": max(0.0, abs(difference) - 0.1),
            }
            for regime in REGIMES
        ]
    )  # fmt: skip


def judged(trend_table=None, linear_table=None, agreement_table=None):
    evidence = judge.from_experiment1(
        trends(FALLS) if trend_table is None else trend_table,
        linear() if linear_table is None else linear_table,
        agreement() if agreement_table is None else agreement_table,
    )
    return {each.claim_id: each for each in reversed(evidence)}, evidence


def test_every_prediction_of_experiment_1_is_judged_in_its_own_words():
    overall, evidence = judged()
    assert set(overall) == {each.id for each in PREDICTIONS.values() if each.experiment == 1}
    for each in evidence:
        assert each.grade is Grade.MONTE_CARLO
        assert each.fingerprint == PREDICTIONS[each.claim_id].claim.fingerprint
        assert each.target is PREDICTIONS[each.claim_id].target
        assert (each.finding is Finding.HOLDS_ON_DOMAIN) == bool(each.domain)


@pytest.mark.parametrize(
    ("curves", "finding", "verdict_"),
    [
        (FALLS, Finding.HOLDS, Verdict.SUPPORTED),
        (FLAT, Finding.INCONCLUSIVE, Verdict.OPEN),
        (BUMP, Finding.FAILS, Verdict.CONTRADICTED),
        (RISES, Finding.FAILS, Verdict.CONTRADICTED),
        ({"numbers": FLAT}, Finding.HOLDS_ON_DOMAIN, Verdict.OPEN),
        ({"numbers": BUMP}, Finding.FAILS, Verdict.CONTRADICTED),
        ({"numbers": RISES, "languages": FLAT}, Finding.FAILS, Verdict.CONTRADICTED),
    ],
)
def test_one_regime_in_which_it_fails_refutes(curves, finding, verdict_):
    overall, evidence = judged(trends(curves))
    claim = PREDICTIONS["E1.monotone"].claim
    assert overall["E1.monotone"].finding is finding
    assert verdict(claim, evidence, {}).verdict is verdict_


def test_regimes_in_which_it_fails_are_named_first_and_the_others_too():
    overall, evidence = judged(trends({"numbers": BUMP, "shared-gentle-all": FLAT}))
    summary = overall["E1.monotone"].summary
    assert summary.startswith("fails in 1 of 10 regimes; numbers: ")
    assert "rises by 0.3 [0.2, 0.4] from s = 0.50 to 0.80" in summary
    assert "not significant either way in 1 of 10 regimes; shared-gentle-all" in summary
    by_regime = {each.source: each.finding for each in evidence if each.claim_id == "E1.monotone"}
    assert by_regime["exp1 numbers"] is Finding.FAILS
    assert by_regime["exp1 languages"] is Finding.HOLDS_ON_DOMAIN
    assert "exp1 shared-gentle-all" not in by_regime
    assert "fails in 1 of 10" in verdict(PREDICTIONS["E1.monotone"].claim, evidence, {}).reason


def test_interference_and_forgetting_are_judged_apart():
    overall, _ = judged(trends(FALLS, forgetting=FLAT))
    assert overall["E1.monotone"].finding is Finding.HOLDS
    assert overall["E1.forgetting"].finding is Finding.INCONCLUSIVE


def test_regimes_not_measured_leave_a_domain_and_undeclared_ones_do_not_count():
    overall, _ = judged(trends(FALLS, regimes=("disjoint-gentle-all", "digits")))
    found = overall["E1.monotone"]
    assert (found.finding, found.domain) == (Finding.HOLDS_ON_DOMAIN, "disjoint-gentle-all")
    assert "not declared and not counted: digits" in found.summary
    assert "languages" in found.summary.split("not measured")[1]
    overall, _ = judged(trends({"digits": RISES}, regimes=(*REGIMES, "digits")))
    assert overall["E1.monotone"].finding is Finding.HOLDS


def test_the_number_of_regimes_is_accounted_for():
    once = FLAT | {"rises_p": 0.01}
    overall, _ = judged(trends({"numbers": once}))
    assert overall["E1.monotone"].finding is Finding.HOLDS_ON_DOMAIN
    overall, _ = judged(trends({"numbers": once}, regimes=("numbers",)))
    assert overall["E1.monotone"].finding is Finding.FAILS


@pytest.mark.parametrize(
    ("exponent", "error", "proportional", "concave"),
    [
        (1.0, 0.02, Finding.HOLDS, Finding.INCONCLUSIVE),
        (0.5, 0.02, Finding.FAILS, Finding.HOLDS),
        (2.0, 0.02, Finding.FAILS, Finding.FAILS),
        (0.9, 0.5, Finding.INCONCLUSIVE, Finding.INCONCLUSIVE),
        (np.nan, np.nan, Finding.INCONCLUSIVE, Finding.INCONCLUSIVE),
    ],
)
def test_exponents(exponent, error, proportional, concave):
    overall, _ = judged(linear_table=linear(exponent, error))
    assert (overall["E1.linear"].finding, overall["E1.concave"].finding) == (proportional, concave)


@pytest.mark.parametrize(
    ("first", "second", "finding"),
    [
        ("falling", "falling", Finding.HOLDS),
        ("rising", "rising", Finding.HOLDS),
        ("rising", "falling", Finding.FAILS),
        ("falling", "rising", Finding.FAILS),
        ("falling", "flat", Finding.INCONCLUSIVE),
    ],
)
def test_agreement_is_of_trends(first, second, finding):
    overall, _ = judged(agreement_table=agreement(first, second))
    assert overall["E1.agreement"].finding is finding


@pytest.mark.parametrize(
    ("difference", "finding"), [(0.1, Finding.HOLDS), (-0.3, Finding.INCONCLUSIVE), (-0.5, Finding.FAILS)]
)
def test_equal_curves_are_within_the_margin_everywhere(difference, finding):
    overall, _ = judged(agreement_table=agreement(difference=difference))
    assert overall["E1.same_curve"].finding is finding


def test_without_a_common_range_nothing_is_found():
    overall, _ = judged(agreement_table=agreement(low=np.nan))
    assert overall["E1.agreement"].finding is overall["E1.same_curve"].finding is Finding.INCONCLUSIVE
    assert "common range" in overall["E1.agreement"].summary


@pytest.mark.parametrize(("scale", "finding"), [(1.0, Finding.HOLDS), (0.5, Finding.FAILS), (2.0, Finding.FAILS)])
def test_the_path_must_give_forgetting(scale, finding):
    overall, _ = judged(linear_table=linear(scale=scale))
    assert overall["E1.path"].finding is finding


def test_relative_interference_counts_only_where_interference_falls():
    overall, _ = judged(trends(FALLS, relative=FLAT))
    assert overall["E1.gradient_norm"].finding is Finding.HOLDS
    overall, _ = judged(trends(FALLS, relative=FALLS))
    assert overall["E1.gradient_norm"].finding is Finding.FAILS
    overall, _ = judged(
        trends({"numbers": FLAT}, relative={"numbers": FALLS} | dict.fromkeys(set(REGIMES) - {"numbers"}, FLAT))
    )
    assert overall["E1.gradient_norm"].finding is Finding.HOLDS_ON_DOMAIN
    overall, _ = judged(trends(FLAT, relative=FALLS))
    assert overall["E1.gradient_norm"].finding is Finding.INCONCLUSIVE


def test_which_regimes_fall_further():
    ceiling = dict.fromkeys(("shared-saturating-all", "shared-saturating-mlp"), FLAT)
    overall, _ = judged(trends(FALLS, forgetting=ceiling))
    assert overall["E1.regimes"].finding is Finding.HOLDS
    overall, _ = judged(trends(FALLS, forgetting=FALLS))
    assert overall["E1.regimes"].finding is Finding.FAILS
    overall, _ = judged(trends(FALLS, forgetting=ceiling | {"disjoint-gentle-mlp": FLAT}))
    assert overall["E1.regimes"].finding is Finding.FAILS


def test_our_own_predictions_can_be_contradicted():
    _, evidence = judged(linear_table=linear(2.0))
    found = verdict(PREDICTIONS["E1.concave"].claim, evidence, {})
    assert found.verdict is Verdict.CONTRADICTED
    assert {each.target for each in found.evidence} == {Target.EXACT}


def test_empty_tables_say_nothing_and_broken_ones_are_refused():
    overall, _ = judged(xr.Dataset(), xr.Dataset(), xr.Dataset())
    assert {each.finding for each in overall.values()} == {Finding.INCONCLUSIVE}
    with pytest.raises(ValueError, match="lacks the columns implementation"):
        judged(trends(FALLS).drop_vars("implementation"))
    twice = xr.concat([trends(FALLS)] * 2, "row")
    with pytest.raises(ValueError, match="two rows for the regime disjoint-gentle-all"):
        judged(twice)
