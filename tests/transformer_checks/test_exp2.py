"""Tables of Experiment 2: what is summarised, trends over levels, methods against the best level, paired tests."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from transformer_checks.ceilings import EPSILONS
from transformer_checks.continual import Protocol
from transformer_checks.exp2 import SINGLE, against_sweep, paired, summarise_ceilings, summarise_prefixes, sweep_trends
from transformer_checks.facts import FactsSpec
from transformer_checks.long_sequences import LongPoint

_TASKS, _SEEDS = 6, 5
_SPEC = FactsSpec(facts=8, keys=6, values=16, most_tasks=_TASKS)
_PROTOCOL = Protocol(tasks=_TASKS, steps=4, stretches=0)
_LEVELS = (0.02, 0.1, 1.0)


def point(system, level, **how):
    return LongPoint(system, _SPEC, _PROTOCOL, "kwta", (level,), seeds=_SEEDS, **how)


def run(capacities, gain, density):
    """A run with these capacities by seed at every eps: beyond them, all tasks but the last are forgotten by 5 nats."""
    loss = np.zeros((_SEEDS, _TASKS + 1, _TASKS))
    for seed, capacity in enumerate(capacities):
        for stage in range(_TASKS + 1):
            loss[seed, stage, stage:] = gain
            loss[seed, stage, : max(stage - 1, 0)] = 5.0 if stage > capacity else 0.0
    return xr.Dataset(
        {
            "loss": (("seed", "stage", "task"), loss),
            "accuracy": (("seed", "stage", "task"), np.where(loss == 0, 1.0, 0.25)),
            "learned": (("seed", "task"), np.zeros((_SEEDS, _TASKS))),
            "density": (("seed", "stage"), np.full((_SEEDS, _TASKS + 1), density)),
        },
        attrs={"facts": 8, "values": 16, "parameters": 1000},
    )


_CAPACITIES = np.array([[5, 5, 6, 5, 6], [3, 4, 3, 3, 4], [2, 2, 1, 2, 2], [6, 5, 6, 6, 6]])
_GAINS = (1.0, 2.0, 2.5, 2.0)
_POINTS = [*(point(SINGLE, level) for level in _LEVELS), point("ewc", 1.0, method="ewc")]
_RUNS = [run(*each) for each in zip(_CAPACITIES, _GAINS, (0.02, 0.1, 0.5, 0.5), strict=True)]
_BITS = _CAPACITIES * np.array(_GAINS)[:, None] * 8 / math.log(2)


@pytest.fixture(scope="module")
def table():
    return summarise_ceilings(_POINTS, _RUNS)


def test_ceilings_by_system_eps_and_seed(table):
    assert dict(table.sizes) == {"point": 4, "eps": len(EPSILONS), "seed": _SEEDS}
    assert table["eps"].values.tolist() == list(EPSILONS)
    for eps in EPSILONS:
        at = table.sel(eps=eps)
        np.testing.assert_array_equal(at["capacity"], _CAPACITIES)
        np.testing.assert_array_equal(at["unbroken"], _CAPACITIES)
        np.testing.assert_array_equal(at["censored"], _CAPACITIES == _TASKS)
        np.testing.assert_allclose(at["product"], _BITS)
        np.testing.assert_allclose(at["richness"], np.broadcast_to(np.array(_GAINS)[:, None], (4, _SEEDS)))
        np.testing.assert_allclose(at["sparsity"].mean("seed"), [0.98, 0.9, 0.5, 0.5])
    assert table["label"].values.tolist() == [each.label for each in _POINTS]
    assert table["system"].values.tolist() == [SINGLE] * 3 + ["ewc"]
    assert table["level"].values.tolist() == [*_LEVELS, 1.0]
    assert (table["parameters"] == 1000).all()


def test_means_lie_in_their_intervals(table):
    for name in ("capacity", "product", "retained", "sparsity"):
        np.testing.assert_allclose(table[f"{name}_mean"], table[name].mean("seed"))
        assert (table[f"{name}_low"] <= table[f"{name}_mean"] + 1e-9).all()
        assert (table[f"{name}_mean"] <= table[f"{name}_high"] + 1e-9).all()
    assert (table["capacity_low"] < table["capacity_high"]).all()


def test_what_is_retained_is_that_of_the_whole_sequence(table):
    """Beyond its capacity a run knows its last task alone, and all of them up to it: 4 bits a fact."""
    kept = np.where(_CAPACITIES == _TASKS, _TASKS, 1)
    for eps in EPSILONS:
        np.testing.assert_allclose(table["retained"].sel(eps=eps), kept * 8 * 4)


def test_prefixes_by_number_of_tasks():
    found = summarise_prefixes(_POINTS[:1], _RUNS[:1]).isel(point=0)
    assert found["tasks"].values.tolist() == [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(found["accuracy_mean"][:5], 1.0)
    np.testing.assert_allclose(found["forgetting_mean"][:5], 0.0)
    np.testing.assert_allclose(found["worst_forgetting_mean"][5], 5 * 3 / 5)  # three of five seeds are beyond theirs
    np.testing.assert_allclose(found["forgetting_mean"][5], 5 * 3 / 5 * 5 / 6)  # all tasks but the last
    np.testing.assert_allclose(found["accuracy_mean"][5], 1 - 0.75 * 3 / 5 * 5 / 6)
    np.testing.assert_allclose(found["retained_mean"][:5], 32 * np.arange(1, 6))


def test_trends_are_of_the_sweep_with_measured_sparsity(table):
    rows = sweep_trends(table.sel(eps=[2.0])).to_dataframe().set_index("quantity")
    assert set(rows.index) == {"capacity", "unbroken", "richness", "product", "retained"}
    assert set(rows["regime"]) == {"eps=2"}
    assert set(rows["levels"]) == {3}  # the method is no level
    assert rows.loc["capacity", "spearman"] == pytest.approx(1.0)
    assert rows.loc["richness", "spearman"] == pytest.approx(-1.0)
    assert rows.loc["capacity", "trend_p_rising"] < 0.01 < 0.9 < rows.loc["capacity", "trend_p_falling"]
    np.testing.assert_allclose(rows["censored"], 0.4)  # the sparsest level's, in two of five seeds
    means = _BITS[:3].mean(axis=1)
    assert rows.loc["product", "spread"] == pytest.approx(means.max() / means.min())
    assert rows.loc["product", "spread_low"] < rows.loc["product", "spread"] < rows.loc["product", "spread_high"]


def test_two_levels_have_no_trend(table):
    """The densest two as well as the method, which measure the same sparsity, are two levels and not three."""
    assert not sweep_trends(table.isel(point=[0, 1, 3]))
    merged = table.isel(point=[0, 1, 2]).copy()
    merged["sparsity"] = merged["sparsity"].where(merged["level"] < 1, 0.9)
    assert not sweep_trends(merged)


def test_a_quantity_that_is_not_positive_has_no_spread(table):
    nothing = table.sel(eps=[2.0]).copy()
    nothing["product"] = nothing["product"].where(nothing["level"] < 1, -1.0)
    row = sweep_trends(nothing).to_dataframe().set_index("quantity").loc["product"]
    assert (row["spread"], row["spread_high"]) == (np.inf, np.inf)
    assert np.isnan(row["spread_low"])


def test_methods_are_held_against_the_best_level(table):
    found = against_sweep(table)
    assert found["eps"].values.tolist() == list(EPSILONS)
    row = found.isel(row=2)
    best = int(_BITS[:3].mean(axis=1).argmax())
    assert str(row["reference"].values) == _POINTS[best].label == "single,kwta=0.1"
    test = stats.ttest_rel(_BITS[3], _BITS[best], alternative="greater")
    assert float(row["difference"]) == pytest.approx((_BITS[3] - _BITS[best]).mean())
    assert float(row["more_p"]) == pytest.approx(test.pvalue)
    assert float(row["product"]) == pytest.approx(_BITS[3].mean())
    assert float(row["reference_product"]) == pytest.approx(_BITS[best].mean())
    # Its capacity may be larger in the four seeds that kept the bound to the end, so that it may exceed.
    assert (float(row["censored"]), float(row["reference_censored"]), float(row["less_p"])) == (0.8, 0.0, 1.0)


def test_a_reference_that_may_be_larger_is_not_exceeded(table):
    """The sparsest level, which is the best without the middle one, is censored."""
    row = against_sweep(table.isel(point=[0, 2, 3])).isel(row=0)
    assert str(row["reference"].values) == _POINTS[0].label
    assert (float(row["reference_censored"]), float(row["more_p"])) == (0.4, 1.0)


def test_methods_are_held_against_the_level_that_retains_most(table):
    """The sparsest: all of six tasks in two of five seeds."""
    row = against_sweep(table).isel(row=0)
    assert str(row["retained_reference"].values) == _POINTS[0].label
    bits = 32 * np.where(_CAPACITIES == _TASKS, _TASKS, 1)
    assert float(row["retained_difference"]) == pytest.approx((bits[3] - bits[0]).mean())
    assert (float(row["retained"]), float(row["reference_retained"])) == (bits[3].mean(), bits[0].mean())


@settings(max_examples=60, deadline=None)
@given(
    pair=st.integers(2, 8).flatmap(lambda n: arrays(np.float64, (2, n), elements=st.floats(-50, 50, width=16))),
    margin=st.floats(-3, 3),
)
def test_paired_tests_are_students(pair, margin):
    first, second = pair
    difference = first - second
    if difference.std() < 1e-3:
        return
    found = paired(difference, margin)
    more = stats.ttest_rel(first, second, alternative="greater")
    interval = stats.ttest_rel(first, second).confidence_interval(0.95)
    less = stats.ttest_rel(first - margin, second, alternative="less")
    expected = [difference.mean(), interval.low, interval.high, more.pvalue, less.pvalue, first.size]
    np.testing.assert_allclose(list(found.values()), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("lead", "more_p", "less_p"), [(2.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.5, 0.0, 0.0), (0.0, 1.0, 0.0), (-2.0, 1.0, 0.0)]
)
def test_without_scatter_the_mean_decides(lead, more_p, less_p):
    found = paired(np.full(4, lead), margin=1.0)
    assert (found["more_p"], found["less_p"]) == (more_p, less_p)
    assert found["difference_low"] == found["difference"] == found["difference_high"] == lead


def test_agreement_to_a_whole_task_is_not_certainty():
    """The variance is at least 2 / 12 steps squared, that of two rounding errors."""
    found = paired(np.full(4, 1.0), margin=1.0, resolution=1.0)
    score = 1.0 / math.sqrt(1 / 6 / 4)
    assert found["more_p"] == pytest.approx(stats.t.sf(score, 3))
    assert found["less_p"] == pytest.approx(0.5)
    scattered = np.array([0.0, 4.0, -2.0, 6.0])
    assert paired(scattered, resolution=1.0) == paired(scattered)
