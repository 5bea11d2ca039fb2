"""Figures of Experiment 3: every control at its own row, the best single regime as the comparisons have it."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from paper.exp3 import EXP3, _dials
from paper.figures.exp3 import budgets, looks, systems
from paper.style import paper_style
from tests.paper.figures.long_runs import experiment3
from tests.paper.figures.test_exp1 import errorbars, overlaps
from transformer_checks.exp2 import MIXTURES, SINGLE, summarise_ceilings, summarise_prefixes
from transformer_checks.exp3 import DUAL, FAST_SINGLE, REHEARSAL_DENSE, REPLAYING, comparisons

TASKS = 6


def other(**changed):
    points, runs = experiment3(TASKS, only=REPLAYING, **changed)
    return summarise_ceilings(points, runs).assign(_dials(points))


@cache
def tables(mixtures=True):
    points, runs = experiment3(TASKS)
    if not mixtures:
        kept = [place for place, point in enumerate(points) if point.system not in MIXTURES]
        points, runs = [points[place] for place in kept], [runs[place] for place in kept]
    every = summarise_ceilings(points, runs).assign(_dials(points))
    found = {"systems": every, "systems-prefixes": summarise_prefixes(points, runs), "comparisons": comparisons(every)}
    return found, runs


@cache
def every_system():
    found, _ = tables()
    with paper_style():
        return systems.draw(found["systems"], found["systems-prefixes"], found["comparisons"])


def test_nothing_overlaps():
    figure = every_system()
    with paper_style():
        assert not overlaps(figure)
    assert figure.get_figheight() <= 9


@pytest.mark.parametrize("name", ["systems", "tasks", "matrix"])
def test_nothing_overlaps_without_mixtures(name):
    found, runs = tables(mixtures=False)
    with paper_style():
        figure = EXP3.figures({"systems": runs}, found)[f"exp3_{name}"]()
        assert not overlaps(figure)


def test_budgets_are_drawn_only_where_they_were_run():
    found, runs = tables()
    assert "exp3_budgets" not in EXP3.figures({"systems": runs}, found)
    more = {**found, "budgets": other(replay=64), "intervals": other(interval=3)}
    with paper_style():
        figure = EXP3.figures({"systems": runs}, more)["exp3_budgets"]()
        assert not overlaps(figure)
    assert [each.get_text() for each in figure.axes[2].get_xticklabels()] == ["16", "64"]
    assert [each.get_text() for each in figure.axes[3].get_xticklabels()] == ["2", "3"]


def test_budgets_show_both_systems_at_the_judged_eps():
    found, _ = tables()
    changed = other(replay=4)
    axes = budgets.draw(found["systems"], {"budgets": changed}).axes[0]
    for container, system in zip(errorbars(axes), REPLAYING, strict=True):
        row = [
            float(table["capacity_mean"].sel(eps=looks.JUDGED)[table["system"].values.tolist().index(system)])
            for table in (changed, found["systems"])
        ]
        np.testing.assert_array_equal(np.asarray(container.lines[0].get_ydata(), float), row)


def test_every_control_has_its_place_and_b1_the_best_single_regime():
    found, _ = tables()
    table = found["systems"]
    places = looks.places(table, found["comparisons"], looks.JUDGED)
    assert next(iter(places)) == DUAL
    assert len(places) == 11
    best = table.sel(eps=looks.JUDGED).isel(point=np.flatnonzero(np.isin(table["system"], (SINGLE, FAST_SINGLE))))
    assert float(table["product_mean"].sel(eps=looks.JUDGED)[places["B1"]]) == float(best["product_mean"].max())
    assert str(table["label"].values[places["B0"]]) == f"{SINGLE},kwta=1"


def test_differences_are_those_of_the_comparisons():
    found, _ = tables()
    figure = every_system()
    lower = figure.axes[4:8]
    names = looks.controls(found["comparisons"])
    rows = looks.rows(found["comparisons"], quantity="retained", eps=looks.JUDGED)
    shown = [float(np.asarray(each.lines[0].get_xdata())[0]) for each in errorbars(lower[2])]
    wanted = [float(looks.rows(rows, second=name)["difference"].values[0]) / 1000 for name in names]
    assert shown == pytest.approx(wanted)
    assert [each.get_text() for each in lower[0].get_yticklabels()] == [looks.look(name).name for name in names]


def test_a_system_at_the_end_of_the_sequence_is_marked():
    found, _ = tables()
    figure = every_system()
    notes: list[Any] = list(figure.axes[0].texts)
    at_end = {round(each.xy[1]) for each in notes if each.xy[0] == TASKS}
    names = list(looks.places(found["systems"], found["comparisons"], looks.JUDGED))
    assert names.index(REHEARSAL_DENSE) in at_end
    assert names.index("B0") not in at_end
