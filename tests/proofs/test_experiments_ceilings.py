"""Judging Experiments 2 and 3: tables that are clearly one thing are judged to be it, and chance rarely decides."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from proofs.claim import Finding
from proofs.experiments.ceilings import from_experiment2, from_experiment3
from proofs.grades import Grade
from proofs.predictions import PREDICTIONS

_SAMPLES = 300
_MOST_ALARMS = 36
"""More in 300 samples have probability below 1e-6 at a rate of 5 %."""

RISES = {
    "spearman": 0.9, "spearman_low": 0.8, "spearman_high": 1.0, "trend_p_rising": 1e-6, "trend_p_falling": 1.0,
    "spread": 2.0, "spread_low": 1.8, "spread_high": 2.2, "censored": 0.0,
}  # fmt: skip
FALLS = RISES | {"spearman": -0.9, "trend_p_rising": 1.0, "trend_p_falling": 1e-6}
FLAT = RISES | {"spearman": 0.0, "trend_p_rising": 0.5, "trend_p_falling": 0.5}
WIDE = FLAT | {"spread": 9.0, "spread_low": 6.0, "spread_high": 12.0}
UNSURE = FLAT | {"spread": 4.0, "spread_low": 2.0, "spread_high": 9.0}
UNBOUNDED = FLAT | {"spread": np.inf, "spread_low": np.nan, "spread_high": np.inf}


def table(rows):
    return xr.Dataset({name: ("row", [row[name] for row in rows]) for name in rows[0]}) if rows else xr.Dataset()


def trends(eps=2.0, implementation="kwta", **kinds):
    named = {"regime": f"eps={eps:g}", "implementation": implementation, "levels": 6, "seeds": 5}
    return [{**named, "quantity": quantity, **kind} for quantity, kind in kinds.items()]


def method(system, difference, more_p, eps=2.0):
    return {
        "system": system, "eps": eps, "difference": difference, "difference_low": difference - 1,
        "difference_high": difference + 1, "more_p": more_p, "less_p": 1 - more_p, "seeds": 5.0,
        "reference": "single,kwta=0.1", "reference_product": 500.0, "product": 500.0 + difference,
        "censored": 0.0, "reference_censored": 0.0,
    }  # fmt: skip


def comparison(second, more_p, less_p, quantity="capacity", eps=2.0):
    return {
        "first": "dual", "second": second, "second_label": "single,kwta=0.1", "quantity": quantity, "eps": eps,
        "first_mean": 9.0, "second_mean": 7.0, "difference": 2.0, "difference_low": 1.0, "difference_high": 3.0,
        "more_p": more_p, "less_p": less_p, "seeds": 6.0, "first_censored": 0.0, "second_censored": 0.0,
    }  # fmt: skip


def second(*, swept=(), methods=()):
    return {each.claim_id: each for each in from_experiment2(table(list(swept)), table(list(methods)))}


def third(*rows):
    return {each.claim_id: each for each in from_experiment3(table(list(rows)))}


MORE, LESS, NEITHER = (1e-6, 1.0), (1.0, 1e-6), (0.2, 0.3)


@pytest.mark.parametrize(
    ("capacity", "richness", "finding"),
    [
        (RISES, FALLS, Finding.HOLDS),
        (FALLS, FALLS, Finding.FAILS),
        (RISES, RISES, Finding.FAILS),
        (FALLS, RISES, Finding.FAILS),
        (FLAT, FLAT, Finding.INCONCLUSIVE),
        (RISES, FLAT, Finding.INCONCLUSIVE),
        (FLAT, FALLS, Finding.INCONCLUSIVE),
    ],
)
def test_a_tradeoff_is_of_both_trends(capacity, richness, finding):
    found = second(swept=trends(capacity=capacity, richness=richness))
    assert set(found) == {"E2.tradeoff"}  # without the product nothing is said of the ceiling
    assert found["E2.tradeoff"].finding is finding


@pytest.mark.parametrize(
    ("capacity", "richness", "product", "finding"),
    [
        (RISES, FALLS, FLAT, Finding.HOLDS),
        (FLAT, FLAT, FLAT, Finding.HOLDS),  # no trend at all: little between the sparsities
        (RISES, FALLS, RISES, Finding.HOLDS),  # with a trade-off the product may have a trend
        (RISES, RISES, RISES, Finding.FAILS),
        (FALLS, FLAT, FALLS, Finding.FAILS),
        (RISES, FALLS, WIDE, Finding.FAILS),
        (RISES, FALLS, UNSURE, Finding.INCONCLUSIVE),
        (RISES, FALLS, UNBOUNDED, Finding.INCONCLUSIVE),
    ],
)
def test_a_bounded_product_has_no_trend_of_its_own_and_a_narrow_spread(capacity, richness, product, finding):
    found = second(swept=trends(capacity=capacity, richness=richness, product=product))
    assert found["E2.ceiling"].finding is finding


@pytest.mark.parametrize(("capacity", "product"), [(RISES, FLAT), (FALLS, WIDE)])
def test_a_sequence_too_short_to_break_the_bound_decides_nothing(capacity, product):
    open_ended = {"censored": 0.2}
    found = second(
        swept=trends(capacity=capacity | open_ended, richness=FALLS | open_ended, product=product | open_ended)
    )
    for claim in ("E2.tradeoff", "E2.ceiling"):
        assert found[claim].finding is Finding.INCONCLUSIVE
        assert "too short: at some level 20% of the seeds" in found[claim].summary


@pytest.mark.parametrize(
    ("p_values", "finding"),
    [
        ((0.999, 0.9999), Finding.HOLDS),
        ((0.999, 1e-6), Finding.FAILS),
        ((0.999, 0.5), Finding.INCONCLUSIVE),
        ((0.5, 0.03), Finding.INCONCLUSIVE),  # significant alone, and not of two
    ],
)
def test_every_method_must_stay_below_the_ceiling(p_values, finding):
    methods = [method(f"method {place}", -3.0 if p > 0.5 else 3.0, p) for place, p in enumerate(p_values)]
    found = second(methods=methods)
    assert set(found) == {"E2.methods"}
    assert found["E2.methods"].finding is finding
    exceeding = "exceeding the best level (single,kwta=0.1, 500 bits): "
    named = "method 1. " if finding is Finding.FAILS else "none. "
    assert found["E2.methods"].summary.startswith(exceeding + named)
    assert all(each["system"] in found["E2.methods"].summary for each in methods)


def test_a_capacity_only_bounded_from_below_is_told_as_such():
    """And a p-value of 1, which stands for what cannot be tested, decides nothing."""
    open_ended = method("ewc", -3.0, 0.999) | {"less_p": 1.0, "censored": 0.5}
    found = second(methods=[open_ended])["E2.methods"]
    assert found.finding is Finding.INCONCLUSIVE
    assert "ewc at least -3" in found.summary
    row = comparison("B1", 1.0, 1.0) | {"first_censored": 0.5}
    found = third(row)["E3.dual"]
    assert found.finding is Finding.INCONCLUSIVE
    assert "at least 9.00 and 7.00 tasks" in found.summary


@pytest.mark.parametrize(
    ("p_values", "finding"), [(MORE, Finding.HOLDS), (LESS, Finding.FAILS), (NEITHER, Finding.INCONCLUSIVE)]
)
def test_the_dual_system_against_the_best_single_one(p_values, finding):
    found = third(comparison("B1", *p_values))
    assert set(found) == {"E3.dual"}
    assert found["E3.dual"].finding is finding


def test_a_lead_that_is_certain_and_small_is_a_lead():
    assert third(comparison("B1", 1e-6, 1e-6))["E3.dual"].finding is Finding.HOLDS


@pytest.mark.parametrize(
    ("sparse", "dense", "finding"),
    [
        (MORE, MORE, Finding.HOLDS),
        (MORE, NEITHER, Finding.INCONCLUSIVE),
        (NEITHER, MORE, Finding.INCONCLUSIVE),
        (MORE, LESS, Finding.FAILS),
        (LESS, MORE, Finding.FAILS),
        (NEITHER, NEITHER, Finding.INCONCLUSIVE),
    ],
)
def test_the_dual_system_must_beat_both_variants_of_b1_same(sparse, dense, finding):
    rows = (comparison("B1-same, sparse", *sparse), comparison("B1-same, dense", *dense))
    found = third(*rows, comparison("B1-samelike", *LESS))  # a name that only begins alike is another control
    assert set(found) == {"E3.differentiation"}
    assert found["E3.differentiation"].finding is finding
    assert all(name in found["E3.differentiation"].summary for name in ("B1-same, sparse", "B1-same, dense"))


def test_rows_of_other_questions_say_nothing():
    swept = [*trends(1.0, capacity=FALLS, richness=RISES, product=WIDE)]
    swept += trends(implementation="l1", capacity=FALLS, richness=RISES, product=WIDE)
    assert second(swept=swept, methods=[method("ewc", 9.0, 1e-9, eps=1.0)]) == {}
    others = [comparison("B1", *LESS, quantity="product"), comparison("B1", *LESS, eps=1.0), comparison("B0", *LESS)]
    assert third(*others, {**comparison("B1", *LESS), "first": "another"}) == {}


def test_empty_tables_give_no_evidence():
    assert from_experiment2(xr.Dataset(), xr.Dataset()) == ()
    assert from_experiment3(xr.Dataset()) == ()


def test_evidence_is_of_the_predictions_in_their_own_words():
    found = second(
        swept=trends(capacity=RISES, richness=FALLS, product=FLAT), methods=[method("ewc", -3.0, 0.9999)]
    ) | third(comparison("B1", *MORE), comparison("B1-same, sparse", *MORE), comparison("B1-same, dense", *MORE))
    assert set(found) == {each.id for each in PREDICTIONS.values() if each.experiment in (2, 3)}
    for name, each in found.items():
        assert each.finding is Finding.HOLDS
        assert each.grade is Grade.MONTE_CARLO
        assert each.source == f"exp{PREDICTIONS[name].experiment}"
        assert each.fingerprint == PREDICTIONS[name].claim.fingerprint
        assert each.target is PREDICTIONS[name].target


def paired_p(difference, margin):
    """One-sided p-values of paired differences: that they are above 0, and below the margin."""
    more: Any = stats.ttest_1samp(difference, 0.0, axis=-1, alternative="greater")
    less: Any = stats.ttest_1samp(difference, margin, axis=-1, alternative="less")
    return more.pvalue, less.pvalue


def findings_of_experiment_3(lead, seed, controls):
    """Findings on samples of paired capacities of 6 seeds whose mean difference is `lead` tasks."""
    noise = np.random.default_rng(seed).normal(size=(_SAMPLES, len(controls), 6))
    more, less = paired_p(lead + 2.0 * noise, 1.0)
    return [
        next(iter(third(*(comparison(*each) for each in zip(controls, up, down, strict=True))).values())).finding
        for up, down in zip(more, less, strict=True)
    ]


def test_without_a_lead_none_is_claimed_and_with_one_it_is_not_denied():
    """A lead of nothing is taken for one, and one of the margin for none, in 5 % of the samples at most."""
    assert findings_of_experiment_3(0.0, 0, ["B1"]).count(Finding.HOLDS) <= _MOST_ALARMS
    assert findings_of_experiment_3(1.0, 1, ["B1"]).count(Finding.FAILS) <= _MOST_ALARMS
    variants = ["B1-same, sparse", "B1-same, dense"]
    assert findings_of_experiment_3(0.0, 2, variants).count(Finding.HOLDS) <= _MOST_ALARMS
    assert findings_of_experiment_3(1.0, 3, variants).count(Finding.FAILS) <= _MOST_ALARMS


def test_eight_methods_as_good_as_the_best_level_are_not_found_to_exceed_it():
    """Nor to stay below it: either has 5 % at most over all eight."""
    noise = np.random.default_rng(4).normal(size=(_SAMPLES, 8, 5))
    more, _ = paired_p(100.0 * noise, 0.0)
    found = [
        second(methods=[method(f"method {at}", 0.0, p) for at, p in enumerate(row)])["E2.methods"].finding
        for row in more
    ]
    assert found.count(Finding.FAILS) <= _MOST_ALARMS
    assert found.count(Finding.HOLDS) <= _MOST_ALARMS


def test_exchangeable_levels_have_no_tradeoff():
    """Page's p-values of 6 levels and 5 seeds without any trend: found opposite, or not, in 5 % at most either way."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        rows = {}
        for quantity in ("capacity", "richness"):
            values = rng.normal(size=(5, 6))
            p_rising, p_falling = (stats.page_trend_test(way * values).pvalue for way in (1, -1))
            rows[quantity] = FLAT | {"trend_p_rising": float(p_rising), "trend_p_falling": float(p_falling)}
        found.append(second(swept=trends(**rows))["E2.tradeoff"].finding)
    # More than 27 of 200 have probability below 1e-6 at a rate of 5 %.
    assert found.count(Finding.FAILS) <= 27
    assert found.count(Finding.HOLDS) <= 27
