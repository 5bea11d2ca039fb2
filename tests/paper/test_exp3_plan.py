"""The studies of Experiment 3: all systems at one budget, and two of them at others, each point once."""

from dataclasses import replace

import pytest

from paper.exp3 import EFFORTS, part, plan
from transformer_checks.exp3 import DUAL, FAST_LEVEL, REPLAYING
from transformer_checks.presets import PRESETS
from transformer_checks.regimes import CONSOLIDATION


@pytest.mark.parametrize("scale", list(EFFORTS))
def test_all_systems_share_tasks_model_and_seeds(scale):
    effort, studies = EFFORTS[scale], plan(scale, seed=3)
    points = [point for study in studies.values() for point in study.points]
    assert len(set(points)) == len(points)  # what one study measures no other measures again
    for each in points:
        assert (each.seed, each.seeds, each.preset) == (3, effort.seeds, effort.preset)
        assert each.spec == points[0].spec
        assert each.spec.most_tasks == effort.tasks + 1
        rates = {points[0].protocol.learning_rate, CONSOLIDATION.fast_learning_rate}
        assert replace(each.protocol, learning_rate=1.0) == replace(points[0].protocol, learning_rate=1.0)
        assert each.protocol.learning_rate in rates
    assert len({each.label for each in studies["systems"].points}) == len(studies["systems"].points)


@pytest.mark.parametrize(("scale", "preset"), [("quick", None), ("large", None), ("laptop", "nanochat-d12")])
def test_the_fast_zone_is_the_upper_half(scale, preset):
    dual = plan(scale, 0, preset)["systems"].points[0]
    depth = PRESETS[preset or EFFORTS[scale].preset].depth
    assert dual.system == DUAL
    assert dual.consolidation is not None
    assert dual.consolidation.fast == tuple(range(depth // 2, depth))
    assert dual.levels == (1.0,) * (depth // 2) + (FAST_LEVEL,) * (depth // 2)


def test_other_budgets_and_intervals_change_nothing_else():
    """Steps of distillation for each task are as many at every interval."""
    studies = plan("laptop", 0)
    usual = {each.system: each for each in studies["systems"].points if each.system in REPLAYING}
    assert set(usual) == set(REPLAYING)
    for name, wanted in (("budgets", EFFORTS["laptop"].replay), ("intervals", EFFORTS["laptop"].intervals)):
        found = []
        for each in studies[name].points:
            own, settings = each.consolidation, usual[each.system].consolidation
            assert replace(each, consolidation=settings) == usual[each.system]
            assert own is not None
            assert settings is not None
            changed = "replay" if name == "budgets" else "interval"
            found.append((getattr(own, changed), each.system))
            assert own.steps / own.interval == CONSOLIDATION.steps / CONSOLIDATION.interval
            back = {changed: getattr(settings, changed), "steps": settings.steps}
            assert replace(own, **back) == settings
        assert found == [(value, system) for value in wanted for system in REPLAYING]


@pytest.mark.parametrize("scale", list(EFFORTS))
def test_the_last_task_is_consolidated_at_the_usual_interval(scale):
    """Otherwise what is retained at the end would count a task that the slow zone never saw."""
    assert EFFORTS[scale].tasks % CONSOLIDATION.interval == 0


@pytest.mark.parametrize("scale", list(EFFORTS))
def test_every_point_of_a_scale_has_a_name_of_its_own(scale):
    labels = [point.label for study in plan(scale, 0).values() for point in study.points]
    assert len(set(labels)) == len(labels)


def test_a_quick_look_has_one_study_and_unknown_presets_are_refused():
    assert list(plan("quick", 0)) == ["systems"]
    for refused in (lambda: part("big"), lambda: plan("quick", 0, "big")):
        with pytest.raises(
            ValueError, match="preset must be one of tiny, small, nanochat-d12, nanochat-d20, got 'big'"
        ):
            refused()
