"""The studies of Experiment 2: one sequence and budget for all points, methods on a dense network, fair mixtures."""

from dataclasses import replace

import equinox as eqx
import jax
import pytest

from paper.exp2 import EFFORTS, METHODS, part, plan
from proofs.predictions import PREDICTIONS
from transformer_checks.ceilings import EPSILONS
from transformer_checks.exp2 import MIXTURES, SINGLE
from transformer_checks.model import initialise, parameters


def points_of(studies):
    return [point for study in studies.values() for point in study.points]


@pytest.mark.parametrize("scale", list(EFFORTS))
def test_points_differ_in_their_regime_or_method_alone(scale):
    effort, studies = EFFORTS[scale], plan(scale, seed=3)
    points = points_of(studies)
    first = points[0]
    for each in points:
        same = {name: getattr(first, name) for name in ("system", "implementation", "levels", "method", "mixture")}
        assert replace(each, **same) == first
        assert each.consolidation is None
    assert (first.seed, first.seeds, first.preset, first.protocol.tasks) == (
        3,
        effort.seeds,
        effort.preset,
        effort.tasks,
    )
    assert first.spec.most_tasks == effort.tasks + 1  # and the one for pretraining
    assert len({each.label for each in points}) == len(points)


@pytest.mark.parametrize("scale", list(EFFORTS))
def test_the_sweep_has_every_level_and_the_methods_are_dense(scale):
    effort, studies = EFFORTS[scale], plan(scale, seed=0)
    swept = [(each.system, each.implementation, each.levels) for each in studies["sweep"].points]
    expected = [("kwta", level) for level in effort.kwta] + [("l1", level) for level in effort.l1]
    assert swept == [(SINGLE, kind, (level,)) for kind, level in expected]
    assert len(effort.kwta) >= 3  # fewer levels have no trend
    assert 1.0 in effort.kwta
    for each in studies["methods"].points:
        assert (each.implementation, each.levels) == ("kwta", (1.0,))
        if each.system in MIXTURES:
            assert (each.method, each.mixture) == ("none", MIXTURES[each.system])
        else:
            assert (each.method, each.mixture) == (each.system, None)
    assert [each.system for each in studies["methods"].points] == list(effort.methods)


def test_every_method_of_the_proposal_is_run_beyond_a_quick_look():
    for scale in ("laptop", "large"):
        assert set(METHODS) | set(MIXTURES) == {each.system for each in plan(scale, 0)["methods"].points}
        assert EFFORTS[scale].tasks == 50


@pytest.mark.parametrize("preset", ["tiny", "small", "nanochat-d12"])
def test_mixtures_have_the_parameters_or_the_active_units_of_the_dense_network(preset):
    """But for the routers, `depth * width * experts` more."""
    points = {each.system: each for each in points_of(plan("laptop", 0, preset))}
    sequence = points[SINGLE].spec.sequence(1, 0)
    sizes = {name: each.sizes(sequence) for name, each in points.items()}
    count = {
        name: parameters(eqx.filter_eval_shape(initialise, each, jax.random.key(0))) for name, each in sizes.items()
    }
    dense, total, active = (sizes[name] for name in (SINGLE, "moe-total", "moe-active"))
    routers = dense.depth * dense.width * total.experts
    assert count["moe-total"] == count[SINGLE] + routers
    assert active.hidden * active.routed / active.experts == dense.hidden
    assert {count[name] for name in METHODS} == {count[SINGLE]}


def test_the_rules_ask_for_an_eps_that_is_summarised():
    assert {each.parameters["eps"] for each in PREDICTIONS.values() if each.experiment in (2, 3)} <= set(EPSILONS)


def test_unknown_presets_are_refused():
    with pytest.raises(ValueError, match="preset must be one of tiny, small, nanochat-d12, nanochat-d20, got 'big'"):
        part("big")
    with pytest.raises(ValueError, match="preset must be one of tiny"):
        plan("quick", 0, "big")
