"""Judging is not a formality: tables that contradict a statement of Theorem 2 are judged to."""

import numpy as np
import pytest
import xarray as xr

from proofs.claim import Finding, Target
from proofs.grades import Grade
from proofs.theorem2 import judge

REPLICAS = 10
LEVELS = np.array([0.02, 0.1, 0.5])


def interval(name, values, width=0.01):
    """Columns of a 95% interval."""
    values = np.asarray(values, float)
    return {
        name: ("point", values),
        f"{name}_low": ("point", values - width),
        f"{name}_high": ("point", values + width),
    }


def findings(evidence):
    assert {each.grade for each in evidence} == {Grade.MONTE_CARLO}
    return {(each.claim_id, each.target): each.finding for each in evidence}


def capacity_table(loads, predicted=None, dynamics="plain"):
    count = len(loads)
    return xr.Dataset(
        {
            **interval("load", loads),
            "predicted": ("point", np.asarray(loads if predicted is None else predicted, float)),
            "code": ("point", ["fixed-size"] * count),
            "retrieval": ("point", ["kwta"] * count),
            "dynamics": ("point", [dynamics] * count),
            "update": ("point", ["synchronous"] * count),
            "neurons": ("point", [1000] * count),
            "activity": ("point", LEVELS[:count]),
            "replicas": ("point", [REPLICAS] * count),
        }
    )


def test_a_rising_capacity_contradicts_the_printed_law():
    found = findings(judge.from_capacity(capacity_table([3.0, 0.5, 0.14])))
    assert found["TF.law", Target.PROPOSED] is Finding.FAILS
    assert found["TF.words", Target.PROPOSED] is Finding.HOLDS


def test_a_capacity_that_follows_the_printed_law_supports_it():
    found = findings(judge.from_capacity(capacity_table(judge.printed_shape(LEVELS))))
    assert found["TF.law", Target.PROPOSED] is Finding.HOLDS
    assert found["TF.words", Target.PROPOSED] is Finding.FAILS


@pytest.mark.parametrize(("shift", "finding"), [(0.0, Finding.HOLDS), (0.1, Finding.FAILS)])
def test_plain_capacity_is_compared_with_the_mean_field(shift, finding):
    loads = np.array([3.0, 0.5, 0.14])
    found = findings(judge.from_capacity(capacity_table(loads + shift, predicted=loads)))
    assert found["T2.plain", Target.EXACT] is finding


def test_without_plain_dynamics_their_capacity_is_undecided():
    found = findings(judge.from_capacity(capacity_table([3.0, 0.5], dynamics="amp")))
    assert found["T2.plain", Target.EXACT] is Finding.INCONCLUSIVE


def test_only_the_largest_network_is_compared_with_the_mean_field():
    small, large = capacity_table([9.0], predicted=[3.0]), capacity_table([3.0])
    large["neurons"] = ("point", [8000])
    found = findings(judge.from_capacity(xr.concat([small, large], "point")))
    assert found["T2.plain", Target.EXACT] is Finding.HOLDS


def keyed_table(bits=0.2, p_value=0.3, printed=0.01):
    count = 3
    return xr.Dataset(
        {
            **interval("bits_per_synapse", [bits] * count),
            "miss_p_value": ("point", [p_value] * count),
            "false_alarm_p_value": ("point", [np.nan] * count),
            "ceiling": ("point", [0.5] * count),
            "printed_bound": ("point", [printed] * count),
            "neurons": ("point", [1000] * count),
            "activity": ("point", LEVELS),
            "replicas": ("point", [REPLICAS] * count),
        }
    )


@pytest.mark.parametrize(
    ("change", "keyed", "theorem", "bound"),
    [
        ({}, Finding.HOLDS, Finding.HOLDS, Finding.FAILS),
        ({"printed": 0.3}, Finding.HOLDS, Finding.HOLDS, Finding.HOLDS),
        ({"bits": 0.6}, Finding.FAILS, Finding.FAILS, Finding.FAILS),
        ({"p_value": 1e-9}, Finding.FAILS, Finding.HOLDS, Finding.FAILS),
    ],
)
def test_keyed_recall_is_judged_against_both_ceilings(change, keyed, theorem, bound):
    found = findings(judge.from_keyed(keyed_table(**change)))
    assert found["T2.keyed", Target.EXACT] is keyed
    assert found["T2", Target.EXACT] is theorem
    assert found["T2.bound", Target.EXACT] is theorem
    assert found["T2.bound", Target.PROPOSED] is bound


def keyed_capacity_table(printed):
    return xr.Dataset(
        {
            **interval("load", [3.0, 0.5, 0.14]),
            **interval("bits_per_synapse", [0.2, 0.19, 0.17]),
            "printed_bits": ("point", np.asarray(printed)),
            "access": ("point", ["auto"] * 3),
            "code": ("point", ["bernoulli"] * 3),
            "criterion": ("point", [0.01] * 3),
            "neurons": ("point", [1000] * 3),
            "activity": ("point", LEVELS),
            "replicas": ("point", [REPLICAS] * 3),
        }
    )


@pytest.mark.parametrize(("printed", "finding"), [([1e-4, 0.01, 0.17], Finding.FAILS), ([0.2] * 3, Finding.HOLDS)])
def test_capacities_at_an_error_rate_are_judged_against_the_printed_ceiling(printed, finding):
    found = findings(judge.from_keyed_capacity(keyed_capacity_table(printed)))
    assert found["T2.bound", Target.PROPOSED] is finding
    assert found["TF.law", Target.PROPOSED] is Finding.FAILS


@pytest.mark.parametrize(
    ("bits", "snr", "finding"),
    [
        ([0.5, 0.4], 2.0, Finding.HOLDS),
        ([0.4, 0.4], 2.0, Finding.FAILS),  # Gaussian units short of the ceiling
        ([0.5, 0.6], 2.0, Finding.FAILS),  # others above it
        ([0.5, 0.4], 2.5, Finding.FAILS),
    ],
)
def test_graded_units_attain_the_ceiling_only_if_gaussian(bits, snr, finding):
    table = xr.Dataset(
        {
            **interval("bits_per_synapse", bits),
            "snr": (("point", "statistic"), [[snr, 0.01, 2.0]] * 2),
            "ceiling": ("point", [0.5, 0.5]),
            "law": ("point", ["gaussian", "exponential"]),
            "replicas": ("point", [REPLICAS] * 2),
        },
        {"statistic": ["estimate", "standard_error", "predicted"]},
    )
    assert findings(judge.from_graded(table))["T2.continuous", Target.EXACT] is finding


@pytest.mark.parametrize(("shift", "finding"), [(0.0, Finding.HOLDS), (0.01, Finding.FAILS)])
def test_amp_follows_state_evolution_or_does_not(shift, finding):
    values = np.zeros((2, 4, 3))
    values[:] = [0.95, 0.001, 0.95]
    values[1, 3, 0] += shift  # one step of one network
    table = xr.Dataset(
        {
            "overlap": (("point", "step", "statistic"), values),
            "neurons": ("point", [1000, 4000]),
            "activity": ("point", [0.1, 0.1]),
            "replicas": ("point", [REPLICAS, REPLICAS]),
        },
        {"statistic": ["estimate", "standard_error", "predicted"]},
    )
    assert findings(judge.from_amp(table))["T2.amp", Target.EXACT] is finding


def rules_table(loads, errors, levels=(0.5, 0.1)):
    return xr.Dataset(
        {
            "load": ("point", np.array(loads)),
            "activity": ("point", np.array(levels)),
            "error_rate": ("point", np.array(errors)),
            "rule": ("point", ["perceptron", "projection"]),
        }
    )


@pytest.mark.parametrize(
    ("loads", "errors", "cover", "two_bits"),
    [
        ([1.8, 5.0], [0.0, 0.0], Finding.HOLDS, Finding.HOLDS),
        ([2.1, 5.0], [0.0, 0.0], Finding.FAILS, Finding.FAILS),
        ([1.8, 11.0], [0.0, 0.0], Finding.FAILS, Finding.HOLDS),
        ([2.1, 11.0], [0.01, 0.01], Finding.INCONCLUSIVE, Finding.INCONCLUSIVE),
    ],
)
def test_error_free_recall_beyond_the_count_would_refute_it(loads, errors, cover, two_bits):
    found = findings(judge.from_rules(rules_table(loads, errors)))
    assert found["T2.cover", Target.EXACT] is cover
    assert found["T2.two_bits", Target.EXACT] is two_bits


def test_a_mean_without_scatter_is_compared_exactly():
    p_values = judge.exceeds_p_values([1.0, 1.0, np.nan], [0.0, 0.0, 0.0], [0.9, 1.0, 1.0], [5, 5, 5])
    assert p_values[:2].tolist() == [0.0, 1.0]
    assert np.isnan(p_values[2])


def test_one_sided_tests_have_their_level():
    """Under equality one test in twenty falls below 0.05; 2000 tests, five standard deviations: [0.026, 0.074]."""
    random = np.random.default_rng(7)
    values = random.normal(1.0, 0.1, (2000, REPLICAS))
    error = values.std(axis=1, ddof=1) / np.sqrt(REPLICAS)
    p_values = judge.exceeds_p_values(values.mean(axis=1), error, 1.0, REPLICAS)
    assert 0.026 < np.mean(p_values < 0.05) < 0.074


@pytest.mark.parametrize(
    ("measured", "finding"), [([3.0, 0.5, 0.14], Finding.HOLDS), ([3.3, 0.5, 0.14], Finding.FAILS)]
)
def test_alpha_is_compared_with_its_finite_size_correction(measured, finding):
    table = keyed_capacity_table([0.2] * 3)
    table["load"] = ("point", measured)
    table["load_low"], table["load_high"] = table["load"] - 0.01, table["load"] + 0.01
    table["load_exact"] = ("point", [3.0, 0.5, 0.14])
    table["load_gaussian"] = ("point", [3.75, 0.5, 0.14])
    (evidence,) = judge.from_alpha(table)
    assert findings([evidence])["T2.alpha", Target.EXACT] is finding
    assert "-20.0% to +0.0%" in evidence.summary


def test_capacities_that_were_not_reached_decide_nothing_about_alpha():
    table = keyed_capacity_table([0.2] * 3)
    for name in ("load", "load_low", "load_high"):
        table[name] = ("point", [np.nan] * 3)
    table["load_exact"] = table["load_gaussian"] = ("point", [np.nan] * 3)
    assert findings(judge.from_alpha(table))["T2.alpha", Target.EXACT] is Finding.INCONCLUSIVE


def one_step_table(shift=0.0, p_value=0.3):
    exact = np.array([2.43, 2.425])
    return xr.Dataset(
        {
            **interval("load_found", exact + shift),
            "load_found_exact": ("point", exact),
            "load": ("point", [2.425] * 2),
            "miss_p_value": ("point", [0.4] * 2),
            "false_alarm_p_value": ("point", [0.2] * 2),
            "miss_drawn_p_value": ("point", [np.nan, 0.9]),
            "false_alarm_drawn_p_value": ("point", [p_value, np.nan]),
            "neurons": ("point", [10**5, 10**6]),
            "activity": ("point", [0.01] * 2),
            "replicas": ("point", [REPLICAS] * 2),
        }
    )


@pytest.mark.parametrize(
    ("change", "finding"), [({}, Finding.HOLDS), ({"shift": 0.05}, Finding.FAILS), ({"p_value": 1e-9}, Finding.FAILS)]
)
def test_alpha_is_held_against_large_networks(change, finding):
    (evidence,) = judge.from_one_step(one_step_table(**change))
    assert findings([evidence])["T2.alpha", Target.EXACT] is finding
    assert "at most 0.21% of alpha(eps, a), 0.00% at the largest N" in evidence.summary


def optimum_tables(bits, p_value=0.4, best=10):
    active = np.array([1, 5, 10, 20])
    table = xr.Dataset(
        {
            **interval("bits_per_synapse", bits),
            "rule": ("point", ["hebb"] * 4),
            "neurons": ("point", [100] * 4),
            "active": ("point", active),
            "activity": ("point", active / 100),
            "miss_p_value": ("point", [np.nan] * 4),
            "false_alarm_p_value": ("point", [p_value] * 4),
            "replicas": ("point", [REPLICAS] * 4),
        }
    )
    columns = {"rule": "hebb", "neurons": 100, "active": 10, "active_low": 5, "active_high": 20, "active_exact": best}
    return table, xr.Dataset({name: ("point", [value]) for name, value in columns.items()})


@pytest.mark.parametrize(
    ("bits", "change", "exact", "proposed"),
    [
        ([0.001, 0.18, 0.2, 0.19], {}, Finding.HOLDS, Finding.FAILS),
        ([0.001, 0.18, 0.2, 0.19], {"p_value": 1e-9}, Finding.FAILS, Finding.FAILS),
        ([0.3, 0.18, 0.2, 0.19], {}, Finding.FAILS, Finding.FAILS),  # one active unit best of all
        ([0.001, 0.18, 0.2, 0.19], {"best": 1}, Finding.FAILS, Finding.FAILS),
        ([0.0005, 0.0125, 0.05, 0.2], {"best": 20}, Finding.HOLDS, Finding.HOLDS),  # as a^2, and denser is better
    ],
)
def test_the_best_size_and_the_shape_around_it(bits, change, exact, proposed):
    evidence = judge.from_optimum(*optimum_tables(bits, **change))
    found = findings(evidence)
    assert found["T2.optimum", Target.EXACT] is exact
    assert found["T2.optimum", Target.PROPOSED] is proposed
    assert "hebb 10 [5, 20] of 100" in evidence[0].summary


@pytest.mark.parametrize(("bits", "finding"), [(0.1, Finding.HOLDS), (0.6, Finding.FAILS)])
def test_fixed_points_obey_the_ceiling_or_do_not(bits, finding):
    values = np.array([[bits, 0.001, 0.1], [0.02, 0.001, np.nan]])  # the second is beyond the mean field's capacity
    retrieved = xr.Dataset(
        {
            "bits_per_synapse": (("point", "statistic"), values),
            "load": ("point", [0.4, 0.6]),
            "neurons": ("point", [1000, 1000]),
            "activity": ("point", [0.1, 0.1]),
            "replicas": ("point", [REPLICAS] * 2),
        },
        {"statistic": ["estimate", "standard_error", "predicted"]},
    )
    keyed = xr.Dataset(
        {
            "activity": ("point", [0.1, 0.1, 0.5]),
            "load": ("point", [0.8, 0.2, 0.4]),
            "bits_per_synapse": ("point", [0.25, 0.15, 9.0]),
        }
    )
    (evidence,) = judge.from_feedback(retrieved, keyed)
    assert findings([evidence])["T2.feedback", Target.EXACT] is finding
    assert f"{bits / 0.2:.0%} to {bits / 0.2:.0%} of one keyed step's are left" in evidence.summary
