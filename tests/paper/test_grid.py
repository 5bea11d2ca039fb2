"""The proposal's grid: 36 + 144 + 12 runs as it counts them, and studies in which every one of them is measured."""

import functools
from collections import Counter

import pytest

from paper.grid import LENGTHS, SEEDS, runs, studies
from sims.harness.sweep import file_name
from theory.activity import ACTIVITY_GRID
from transformer_checks.exp2 import SINGLE
from transformer_checks.exp3 import DUAL, FAST_LEVEL


@functools.cache
def points(experiment, preset="tiny"):
    (study,) = studies(experiment, preset, 0).values()
    return study.points


@pytest.mark.parametrize(("experiment", "count"), [("exp1", 36), ("exp2", 144), ("exp3", 12)])
def test_the_proposal_counts_so_many_runs(experiment, count):
    """6 levels x 2 implementations x 3 seeds; the same x 4 lengths; 4 systems x 3 seeds."""
    assert len(runs(experiment)) == len(set(runs(experiment))) == count


def test_a_level_of_either_implementation_has_every_length_and_seed():
    assert Counter(run.tasks for run in runs("exp2")) == {5: 36, 10: 36, 20: 36, 50: 36}
    assert Counter(run.seed for run in runs("exp2")) == {0: 48, 1: 48, 2: 48}
    swept = [run.sparsity for run in runs("exp2") if run.sparsity]
    assert {level for kind, level in swept if kind == "kwta"} == set(ACTIVITY_GRID)
    assert {run.tasks for run in runs("exp1")} == {5}


def test_every_run_of_experiments_1_and_2_is_measured_and_the_dense_network_once():
    for experiment in ("exp1", "exp2"):
        wanted = {(run.sparsity, run.seed) for run in runs(experiment)}
        wanted = {(("kwta", 1.0) if sparsity == ("l1", 0.0) else sparsity, seed) for sparsity, seed in wanted}
        level = (lambda point: point.level) if experiment == "exp1" else (lambda point: point.levels[0])
        measured = [
            ((each.implementation, level(each)), seed) for each in points(experiment) for seed in range(each.seeds)
        ]
        assert len(measured) == len(set(measured)) == 33
        assert set(measured) == wanted


def test_shorter_sequences_are_read_off_the_longest():
    assert {point.protocol.tasks for point in points("exp2")} == {max(LENGTHS)}
    assert {point.protocol.criterion for point in points("exp2")} == {0.0}


def test_experiment_3_has_what_its_four_systems_need():
    systems = {}
    for point in points("exp3"):
        systems.setdefault(point.system, []).append(point)
    assert set(systems) == {DUAL, "B1-same, sparse", "B1-same, dense", SINGLE}
    assert {level for point in systems[SINGLE] for level in point.levels} == set(ACTIVITY_GRID)  # B1, and B0 at 1.0
    (dual,) = systems[DUAL]
    assert set(dual.levels) == {FAST_LEVEL, 1.0}
    assert dual.consolidation.fast
    assert {point.protocol.tasks for point in points("exp3")} == {max(LENGTHS)}
    assert {point.seeds for point in points("exp3")} == {SEEDS}


def test_the_single_regimes_of_experiment_3_are_sequences_of_experiment_2():
    names = {file_name(point) for point in points("exp2")}
    assert sum(file_name(point) in names for point in points("exp3")) == len(ACTIVITY_GRID)


def test_the_grid_is_the_same_on_the_proposals_model():
    for experiment in ("exp1", "exp2"):
        assert {point.preset for point in points(experiment, "nanochat-d20")} == {"nanochat-d20"}
        assert [point.label.replace("@nanochat-d20", "") for point in points(experiment, "nanochat-d20")] == [
            point.label for point in points(experiment)
        ]


@pytest.mark.parametrize("function", [runs, lambda name: studies(name, "tiny", 0)])
def test_an_unknown_experiment_is_refused(function):
    with pytest.raises(ValueError, match="experiment must be one of exp1, exp2, exp3, got 'exp4'"):
        function("exp4")
