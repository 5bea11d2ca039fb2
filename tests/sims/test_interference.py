"""Theorem 1 in simulation: overlaps follow their exact law, summaries hold the prediction.

Statistical tests fail with probability about 1e-6 each when the code is right (p < FALSE_ALARM).
"""

import numpy as np
import pytest

from sims.harness.mesh import point_key
from sims.harness.statistics import mean_test
from sims.harness.sweep import Study, run_study
from sims.interference import (
    STATISTICS,
    OverlapPoint,
    Overlaps,
    inner_product_from_overlap,
    measure_overlaps,
    overlaps,
    rule_centre,
    summarise_overlaps,
)
from theory.interference import write_interference

FALSE_ALARM = 1e-6
CODES = ("bernoulli", "fixed-size")
POINTS = tuple(
    OverlapPoint(code, neurons, activity, pairs=500, seeds=6, seed=3)
    for code in CODES
    for neurons in (20, 1000)
    for activity in (0.1, 0.5)
)


@pytest.fixture(scope="module")
def datasets():
    return [measure_overlaps(point) for point in POINTS]


def test_fixed_size_patterns_have_their_size(datasets) -> None:
    data = datasets[POINTS.index(OverlapPoint("fixed-size", 1000, 0.1, 500, 6, 3))]
    assert (data.size_first == 100).all()
    assert (data.size_second == 100).all()


def test_dataset_is_labelled(datasets) -> None:
    data = datasets[0]
    for name in ("overlap", "size_first", "size_second"):
        assert data[name].dims == ("replica", "pair")
        assert data[name].shape == (6, 500)
        assert data[name].dtype == np.int32
        assert data[name].attrs["units"] == "units"
        assert data[name].attrs["long_name"]
    assert (data.code, data.neurons, data.activity) == ("bernoulli", 20, 0.1)


def test_replicas_differ_and_are_reproducible(datasets) -> None:
    data, point = datasets[0], POINTS[0]
    assert data.identical(measure_overlaps(point))
    assert not (data.size_first[0] == data.size_first[1]).all()
    key = point_key(point.seed, point.label)
    first = overlaps(point.code, point.neurons, point.activity, 3 * point.pairs, key=key)
    np.testing.assert_array_equal(data.overlap[2], first.overlap[2 * point.pairs :])


def test_summary_agrees_with_the_exact_laws(datasets) -> None:
    summary = summarise_overlaps(datasets)
    assert summary.sizes == {"point": len(POINTS), "statistic": len(STATISTICS)}
    for name in ("fit_p_value", "mean_p_value", "variance_p_value"):
        assert (summary[name] > FALSE_ALARM).all()
    for name in (
        "overlap_mean",
        "overlap_variance",
        "interference_hebb",
        "interference_covariance",
        "normalised_covariance",
    ):
        quantity = summary[name]
        gap = abs(quantity.sel(statistic="estimate") - quantity.sel(statistic="predicted"))
        # five degrees of freedom: P(|t| > 25) = 2e-6, over 40 comparisons less than 1e-4
        assert (gap <= 25 * quantity.sel(statistic="standard_error") + 1e-15).all()
        assert (quantity.sel(statistic="low") <= quantity.sel(statistic="high")).all()
    assert list(summary.code.values) == [point.code for point in POINTS]


def test_summary_would_see_a_wrong_law(datasets) -> None:
    wrong = datasets[1].assign_coords(activity=0.52)
    summary = summarise_overlaps([wrong])
    for name in ("fit_p_value", "mean_p_value"):
        assert summary[name].item() < FALSE_ALARM


@pytest.mark.parametrize("rule", ["hebb", "covariance"])
@pytest.mark.parametrize("self_coupling", [True, False])
def test_interference_matches_theory_for_every_rule(datasets, rule, self_coupling: bool) -> None:
    for point, data in zip(POINTS, datasets, strict=True):
        sample = Overlaps(*(data[name].values.ravel() for name in Overlaps._fields))
        centre = rule_centre(rule, point.code, point.neurons, point.activity)
        products = inner_product_from_overlap(sample, point.neurons, centre, self_coupling)
        expected = write_interference(point.code, point.neurons, point.activity, rule, self_coupling)
        assert mean_test(products, expected, float(products.var())) > FALSE_ALARM


def test_summary_survives_storage(tmp_path, datasets) -> None:
    study = Study("overlaps", POINTS[:2], measure_overlaps)
    stored = run_study(study, tmp_path, progress=False)
    assert summarise_overlaps(stored).identical(summarise_overlaps(datasets[:2]))


def test_worst_overlaps_follow_their_law_and_a_wrong_law_is_seen() -> None:
    data = measure_overlaps(OverlapPoint("fixed-size", 200, 0.2, pairs=5000, seeds=2, seed=0))
    assert summarise_overlaps([data])["worst_p_value"].item() > FALSE_ALARM
    data["overlap"] = data["overlap"] + 1
    assert summarise_overlaps([data])["worst_p_value"].item() < FALSE_ALARM
    assert np.isnan(summarise_overlaps([measure_overlaps(POINTS[0])])["worst_p_value"].item())


def test_summary_needs_datasets() -> None:
    with pytest.raises(ValueError, match="at least one dataset"):
        summarise_overlaps([])


@pytest.mark.parametrize("change", [{"neurons": 1}, {"activity": 1.0}, {"pairs": 0}, {"seeds": 1}, {"seed": -1}])
def test_points_check_their_fields(change: dict) -> None:
    fields = {"code": "bernoulli", "neurons": 100, "activity": 0.1, "pairs": 10, "seeds": 2, "seed": 0}
    with pytest.raises(ValueError, match=next(iter(change))):
        OverlapPoint(**{**fields, **change})


def test_labels_name_the_point() -> None:
    assert POINTS[0].label == "overlaps bernoulli N=20 a=0.1"
