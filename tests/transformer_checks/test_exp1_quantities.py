"""Quantities of Experiment 1 on data made by hand, for which every answer is known."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from transformer_checks.continual import Protocol
from transformer_checks.exp1 import InterferencePoint
from transformer_checks.exp1_quantities import CURVES, FITTED, TESTED, agreement, linear, quantities, summarise, trends
from transformer_checks.facts import FactsSpec
from transformer_checks.groups import GROUPS
from transformer_checks.markov import MarkovSpec

_POINT = InterferencePoint("r", "facts", FactsSpec(), Protocol(tasks=3, steps=10, stretches=2), "kwta", 0.1, seeds=2)
_SAMPLED = replace(_POINT, family="markov", spec=MarkovSpec())
_TRAINING = np.array([0, 0, 1, 1, 2, 2])


def made(inner=None, crossed=None, **variables):
    """A dataset of two seeds, three tasks, two checkpoints a task and two layers; the second seed is three times the
    first in all that is not given."""
    rng = np.random.default_rng(0)
    shapes = {
        "loss": ("seed", "stage", "task"),
        "accuracy": ("seed", "stage", "task"),
        "density": ("seed", "stage", "layer", "task"),
        "excess": ("seed", "stage", "layer", "task"),
        "dead": ("seed", "stage", "layer"),
        "path": ("seed", "checkpoint", "task"),
        "steps": ("seed", "task"),
    }
    sizes = {"seed": 2, "stage": 4, "task": 3, "layer": 2, "checkpoint": 6}
    gradients = rng.normal(size=(2, 6, 4, 3, 10))
    gram = gradients @ np.swapaxes(gradients, -1, -2)
    used = rng.random((2, 4, 2, 3, 20))
    data = {name: (dims, rng.random([sizes[dim] for dim in dims])) for name, dims in shapes.items()}
    data |= {name: (shapes[name], np.asarray(values)) for name, values in variables.items()}
    across = ("seed", "checkpoint", "group", "task", "other")
    data["inner"] = (across, gram if inner is None else inner)
    data["crossed"] = (across, gram if crossed is None else crossed)
    data["overlap"] = (("seed", "stage", "layer", "task", "other"), used @ np.swapaxes(used, -1, -2) / 20)
    return xr.Dataset(data, coords={"training": ("checkpoint", _TRAINING), "group": list(GROUPS)})


def both(first, second):
    return np.array([first, second], np.float64)


def test_forgetting_richness_and_their_ratio():
    """Stages are rows, tasks columns; a task's loss is 4 before its training and what is written after it."""
    first = [[4, 4, 4], [1, 4, 4], [2, 0.5, 4], [3, 2.5, 0.25]]
    second = [[2, 2, 2], [1, 2, 2], [0.5, 1, 2], [0.5, 1, 1]]
    found = quantities(_POINT, made(loss=both(first, second)))
    np.testing.assert_allclose(found["forgetting"], [((3 - 1) + (2.5 - 0.5)) / 2, (-0.5 + 0) / 2])
    richness = [((4 - 1) + (4 - 0.5) + (4 - 0.25)) / 3, 1]
    np.testing.assert_allclose(found["richness"], richness)
    np.testing.assert_allclose(found["relative_forgetting"], [2 / richness[0], -0.25])


def test_accuracy_at_the_end_of_own_training_and_its_fall():
    first = [[0, 0, 0], [0.9, 0.1, 0], [0.5, 0.8, 0], [0.3, 0.7, 1]]
    found = quantities(_POINT, made(accuracy=both(first, np.zeros((4, 3)))))
    np.testing.assert_allclose(found["accuracy"], [0.9, 0])
    np.testing.assert_allclose(found["accuracy_forgetting"], [(0.6 + 0.1) / 2, 0])


def test_path_interference_counts_what_later_training_does_to_earlier_tasks():
    first = np.arange(18.0).reshape(6, 3)
    found = quantities(_POINT, made(path=both(first, 0 * first)))
    earlier = (6 + 9 + 12 + 15, 13 + 16)  # task 1 in the last four checkpoints, task 2 in the last two
    np.testing.assert_allclose(found["path_interference"], [sum(earlier) / 2, 0])


def test_use_of_units_is_averaged_over_the_right_stages():
    density = np.full((2, 4, 2, 3), 0.25)
    density[:, 0] = 0.9  # before training: no part of the measured sparsity
    density[1, 3, 1, 2] = 0.5
    dead = np.zeros((2, 4, 2))
    dead[:, 3] = [0.2, 0.6]
    dead[:, 2] = 1
    steps = both([10, 20, 30], [10, 10, 10])
    excess = np.zeros((2, 4, 2, 3))
    excess[0, 1, 0, 0] = 24
    found = quantities(_POINT, made(density=density, dead=dead, steps=steps, excess=excess))
    np.testing.assert_allclose(found["sparsity"], [0.75, 0.75 - 0.25 / 18])
    np.testing.assert_allclose(found["dead"], 0.4)
    np.testing.assert_allclose(found["steps"], [20, 10])
    np.testing.assert_allclose(found["excess"], [1, 0])


def gram_of(vectors, group="mlp"):
    """The same task gradients in one group at every checkpoint of both seeds; the second seed's are doubled."""
    own = np.asarray(vectors, np.float64)
    gram = np.zeros((2, 6, 4, 3, 3))
    gram[0, :, GROUPS.index(group)] = own @ own.T
    gram[1] = 4 * gram[0]
    return gram


def test_orthogonal_gradients_do_not_interfere():
    found = quantities(_POINT, made(gram_of(np.diag([1.0, 2, 3]))))
    for name in ("interference", "signed_interference", "relative_interference", "own_interference"):
        np.testing.assert_array_equal(found[name], 0)


def test_opposite_gradients_of_known_lengths():
    """Pairs are (1, 2) at two checkpoints and (1, 3), (2, 3) at two each; gradients are 1, -2 and 3."""
    found = quantities(_POINT, made(gram_of([[1], [-2], [3]])))
    np.testing.assert_allclose(found["interference"], np.array([1, 4]) * (2 + 3 + 6) / 3)
    np.testing.assert_allclose(found["interference_mlp"], found["interference"])
    for name in ("embedding", "attention", "head"):
        np.testing.assert_array_equal(found[f"interference_{name}"], 0)
    np.testing.assert_allclose(found["signed_interference"], np.array([1, 4]) * (-2 + 3 - 6) / 3)
    np.testing.assert_allclose(found["relative_interference"], 1)
    np.testing.assert_allclose(found["own_interference"], (11 / 3) / ((4 + 9 + 9) / 3))
    squares = ((1 + 4) + (1 + 9) + (4 + 9)) / 6
    np.testing.assert_allclose(found["gradient_norm"], np.sqrt(squares) * np.array([1, 2]))


def test_groups_may_cancel_in_the_whole():
    gram = gram_of([[1], [1], [1]]) - gram_of([[1], [1], [1]], "head") + 3 * gram_of(np.eye(3), "attention")
    found = quantities(_POINT, made(gram))
    np.testing.assert_allclose(found["interference"], 0)
    np.testing.assert_allclose(found["interference_mlp"], [1, 4])
    np.testing.assert_allclose(found["interference_head"], [1, 4])


def test_sampled_tasks_take_their_norms_from_independent_halves():
    inner, crossed = gram_of([[1], [2], [3]]), gram_of([[0.5], [1], [1.5]])
    exact, sampled = (quantities(point, made(inner, crossed)) for point in (_POINT, _SAMPLED))
    np.testing.assert_allclose(exact["interference"], sampled["interference"])
    np.testing.assert_allclose(sampled["gradient_norm"], exact["gradient_norm"] / 2)
    np.testing.assert_allclose(sampled["relative_interference"], 4 * exact["relative_interference"])
    np.testing.assert_allclose(sampled["own_interference"], 4 * exact["own_interference"])


@pytest.mark.parametrize("point", [_POINT, _SAMPLED])
def test_interference_against_a_loop(point):
    data = made()
    gram = data["inner"].values
    found = quantities(point, data)
    for seed in range(2):
        pairs = []
        for checkpoint, now in enumerate(_TRAINING):
            for old in range(now):
                own = gram[seed, checkpoint, :, old, now]
                squares = [gram[seed, checkpoint, :, task, task].sum() for task in (old, now)]
                pairs.append((abs(own.sum()), own.sum(), *squares, *np.abs(own)))
        magnitude, signed, old_square, square, *groups = np.array(pairs).T
        assert len(pairs) == 2 * 1 + 2 * 2
        assert found["interference"][seed] == pytest.approx(magnitude.mean())
        assert found["signed_interference"][seed] == pytest.approx(signed.mean())
        assert found["relative_interference"][seed] == pytest.approx(
            magnitude.mean() / np.sqrt(old_square * square).mean()
        )
        assert found["own_interference"][seed] == pytest.approx(magnitude.mean() / square.mean())
        assert found["gradient_norm"][seed] == pytest.approx(np.sqrt((old_square + square).mean() / 2))
        for name, own in zip(GROUPS, groups, strict=True):
            assert found[f"interference_{name}"][seed] == pytest.approx(own.mean())


def test_overlap_is_a_cosine_at_the_end():
    """Of use (1, 0), (1, 1) and (0, 1) of two units in both layers: cosines 1/sqrt 2, 0 and 1/sqrt 2."""
    used = np.array([[1.0, 0], [1, 1], [0, 1]])
    data = made()
    data["overlap"][:, -1] = used @ used.T / 2
    np.testing.assert_allclose(quantities(_POINT, data)["overlap"], 2 / np.sqrt(2) / 3)
    data["overlap"][1, -1] *= 7  # a cosine does not see scale
    np.testing.assert_allclose(quantities(_POINT, data)["overlap"], 2 / np.sqrt(2) / 3)


def test_a_task_that_uses_no_unit_of_a_layer_overlaps_with_none():
    data = made()
    used = np.array([[1.0, 0], [1, 0], [0, 0]])
    data["overlap"][:, -1] = used @ used.T / 2
    np.testing.assert_allclose(quantities(_POINT, data)["overlap"], 1 / 3)


@pytest.fixture(scope="module")
def table():
    """Two regimes, of which one has both implementations; interference falls with sparsity as forgetting does."""
    points, datasets = [], []
    for regime, implementation, seeds in (("a", "kwta", 4), ("a", "l1", 4), ("b", "kwta", 3), ("c", "l1", 3)):
        for level in (0.1, 0.3, 0.5, 0.9)[: 2 if regime == "c" else 4]:
            rng = np.random.default_rng([len(points), 5])
            parts = [made() for _ in range(2)]
            data = xr.concat(parts, "seed").isel(seed=slice(seeds))
            noise = 1 + 0.01 * rng.normal(size=(seeds, 1, 1))
            data["density"] = data["density"] * 0 + level * noise[..., None]
            data["inner"] = data["inner"] * 0 + level * (
                noise[..., None, None] + 0.01 * rng.random((seeds, 6, 4, 3, 3))
            )
            data["overlap"] = data["overlap"] * (1 + 0.01 * rng.random((seeds, 4, 2, 3, 3)))
            loss = np.full((seeds, 4, 3), 5.0)
            for task in range(3):
                loss[:, task + 1 :, task] = 1.0
                loss[:, 3, task] = 1 + (0 if task == 2 else 2 * level * noise[:, 0, 0])
            data["loss"] = (("seed", "stage", "task"), loss)
            implementation_level = level if implementation == "kwta" else 1 - level
            points.append(
                replace(_POINT, regime=regime, implementation=implementation, level=implementation_level, seeds=seeds)
            )
            datasets.append(data)
    return points, datasets, summarise(points, datasets)


def test_the_table_has_a_row_a_point_and_a_column_a_seed(table):
    points, datasets, found = table
    assert dict(found.sizes) == {"point": len(points), "seed": 4}
    for row, (point, data) in enumerate(zip(points, datasets, strict=True)):
        own = found.isel(point=row)
        assert (own["regime"].item(), own["implementation"].item()) == (point.regime, point.implementation)
        assert own["label"].item() == point.label
        for name, values in quantities(point, data).items():
            np.testing.assert_array_equal(own[name].values[: point.seeds], values)
            assert np.isnan(own[name].values[point.seeds :]).all()
            assert own[f"{name}_mean"].item() == pytest.approx(values.mean())
            assert own[f"{name}_low"].item() <= values.mean() + 1e-12
            assert own[f"{name}_high"].item() >= values.mean() - 1e-12


def test_trends_have_a_row_for_every_curve_of_three_levels(table):
    rows = trends(table[2])
    expected = [
        (regime, implementation, name)
        for regime, implementation in (("a", "kwta"), ("a", "l1"), ("b", "kwta"))
        for name in TESTED
    ]
    columns = (rows[name].values.tolist() for name in ("regime", "implementation", "quantity"))
    assert list(zip(*columns, strict=True)) == expected
    falling = rows.isel(row=np.flatnonzero(np.isin(rows["quantity"].values, ("interference", "forgetting"))))
    np.testing.assert_allclose(falling["spearman"], -1)
    assert (falling["levels"] == 4).all()
    assert rows["seeds"].values.tolist() == [4] * 2 * len(TESTED) + [3] * len(TESTED)


def test_forgetting_in_proportion_to_interference_is_found(table):
    rows = linear(table[2])
    assert rows.sizes["row"] == 3 * len(FITTED)
    own = rows.isel(row=np.flatnonzero(rows["predictor"].values == "interference"))
    np.testing.assert_allclose(own["exponent"], 1, atol=0.05)
    np.testing.assert_allclose(own["scale"], 2 / 4, rtol=0.05)  # four groups of `level` each make interference


def test_implementations_are_compared_where_both_are(table):
    rows = agreement(table[2])
    assert rows["regime"].values.tolist() == ["a"] * len(CURVES)
    assert rows["quantity"].values.tolist() == list(CURVES)
    assert (rows["first"] == "kwta").all()
    assert (rows["second"] == "l1").all()
    assert (np.abs(rows["difference"]) < 0.1).all()


def test_tables_without_rows_are_empty(table):
    points, datasets, _ = table
    few = summarise(points[:2], datasets[:2])
    assert not trends(few)
    assert not agreement(few)
