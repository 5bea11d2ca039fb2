"""Figures of Experiment 2: they show the numbers of the tables, for any scale, and nothing overlaps."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.patches import ArrowStyle

from paper.exp2 import EXP2
from paper.figures.exp2 import looks, matrix, pareto, prefixes, product
from paper.style import paper_style
from tests.paper.figures.long_runs import experiment2
from tests.paper.figures.test_exp1 import errorbars, overlaps
from transformer_checks.exp2 import summarise_ceilings, summarise_prefixes

SCALES = {
    "quick": {"tasks": 5, "methods": ("ewc", "replay"), "l1": (), "levels": (0.05, 0.2, 1.0)},
    "laptop": {"tasks": 11},
}
BITS = 64 * np.log2(64)


@cache
def tables(scale):
    points, runs = experiment2(**SCALES[scale])
    return summarise_ceilings(points, runs), summarise_prefixes(points, runs), runs


FIGURES = {
    "pareto": lambda ceilings, by_tasks, runs: pareto.draw(ceilings),
    "product": lambda ceilings, by_tasks, runs: product.draw(ceilings),
    "prefixes": lambda ceilings, by_tasks, runs: prefixes.draw(by_tasks, ceilings, BITS),
    "matrix": lambda ceilings, by_tasks, runs: matrix.draw(ceilings, runs),
}


@cache
def drawn(name, scale="laptop"):
    with paper_style():
        return FIGURES[name](*tables(scale))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", FIGURES)
def test_nothing_overlaps_at_any_scale(name, scale):
    figure = drawn(name, scale)
    with paper_style():
        assert not overlaps(figure)
    assert figure.get_figheight() <= 9


def test_the_part_draws_all_of_them():
    ceilings, by_tasks, runs = tables("quick")
    found = EXP2.figures({"sweep": runs[:3], "methods": runs[3:]}, {"ceilings": ceilings, "prefixes": by_tasks})
    assert list(found) == [f"exp2_{name}" for name in FIGURES]
    assert len(found["exp2_prefixes"]().axes) == 6


def data(container):
    return tuple(np.asarray(each, float) for each in container.lines[0].get_data())


def test_pareto_shows_capacity_and_richness_at_every_eps():
    ceilings, _, _ = tables("laptop")
    for axes, eps in zip(drawn("pareto").axes, ceilings["eps"].values, strict=True):
        levels = looks.swept(ceilings, "kwta").sel(eps=eps)
        x, y = data(errorbars(axes)[0])
        np.testing.assert_array_equal(x, levels["capacity_mean"])
        np.testing.assert_array_equal(y, levels["richness_mean"])
        assert sum(each.get_text() == "0.95" for each in axes.texts) == 1


def test_the_frontier_has_the_levels_that_no_other_exceeds_in_both():
    rows = xr.Dataset(
        {"capacity_mean": ("point", [1.0, 2.0, 3.0, 2.5, 3.0]), "richness_mean": ("point", [5.0, 6.0, 4.0, 3.0, 3.5])}
    )
    capacity, richness = pareto.frontier(rows)
    assert list(zip(capacity[1:-1], richness[1:-1], strict=True)) == [(2.0, 6.0), (3.0, 4.0)]


def test_only_what_reached_the_end_of_the_sequence_is_marked_at_least():
    ceilings, _, _ = tables("laptop")
    reached = looks.censored(ceilings.sel(eps=1.0))
    assert reached[-1]
    assert not reached[:-1].any()
    arrows: list[Any] = [each for each in drawn("pareto").axes[1].texts if not each.get_text()]
    assert sum(isinstance(each.arrow_patch.get_arrowstyle(), ArrowStyle.CurveFilledA) for each in arrows) == 1


def test_unbroken_is_a_bound_only_where_it_reached_the_end():
    ceilings, _, _ = tables("laptop")
    mended = ceilings.assign(unbroken=ceilings["unbroken"] * 0 + 1)
    assert looks.censored(ceilings, "unbroken")[-1].all()
    assert not looks.censored(mended, "unbroken").any()


def test_the_theory_is_scaled_to_the_mean_of_the_levels():
    ceilings, _, _ = tables("laptop")
    axes = drawn("product").axes[0]
    (line,) = [each for each in axes.lines if each.get_linestyle() == "-." and len(np.asarray(each.get_xdata())) == 40]
    at, height = (np.asarray(each, float) for each in line.get_data())
    levels = looks.swept(ceilings, "kwta").isel(eps=0)
    measured = levels["product_mean"].values / 1000
    np.testing.assert_allclose(
        height / product.shape(at), measured.mean() / product.shape(levels["sparsity_mean"].values).mean()
    )


def test_the_shape_is_the_content_of_a_hopfield_network():
    """0.0722 patterns per neuron of nearly 1 bit each: the most informative load at a = 1/2 (Amit et al. 1987)."""
    half, sparse = product.shape(np.array([0.5, 0.98]))
    assert half < sparse < 1 / (2 * np.log(2))


def test_prefixes_mark_the_proposals_lengths_and_the_end():
    assert looks.marked(50) == [5, 10, 20, 50]
    assert looks.marked(12) == [5, 10, 12]
    assert looks.marked(4) == [1, 2, 3, 4]
    axes = drawn("prefixes").axes[0]
    assert data(errorbars(axes)[0])[0].tolist() == [5, 10, 11]


def test_the_matrix_is_that_of_the_first_seed_from_before_the_first_task():
    ceilings, _, runs = tables("laptop")
    figure = drawn("matrix")
    shown: list[Any] = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    labels = ceilings["label"].values.tolist()
    for image, label in zip(shown, ("single,kwta=1", "single,kwta=0.05", "replay,kwta=1"), strict=True):
        np.testing.assert_array_equal(image, runs[labels.index(label)]["accuracy"].values[0])
    assert shown[0].shape == (12, 11)
