"""Systems of Experiment 3: what each shares with the dual one and in what it differs, and what they are compared by."""

import inspect
from dataclasses import asdict, replace

import equinox as eqx
import jax
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from proofs.predictions import PREDICTIONS
from theory.activity import ACTIVITY_GRID
from transformer_checks.ceilings import EPSILONS
from transformer_checks.consolidation import Consolidation
from transformer_checks.continual import Protocol
from transformer_checks.exp3 import DUAL, FAST_SINGLE, comparisons, dual_systems, replayed
from transformer_checks.facts import FactsSpec
from transformer_checks.model import initialise, parameters

_SPEC = FactsSpec(facts=8, keys=6, values=8, most_tasks=7)
_PROTOCOL = Protocol(tasks=6, steps=4, stretches=0, pretraining=5, batch=4)
_PLAN = Consolidation(fast=(1,), interval=2, steps=3, batch=4, replay=2, fast_learning_rate=4e-3)


@pytest.fixture(scope="module")
def systems():
    return dual_systems(_SPEC, _PROTOCOL, _PLAN, 2, seeds=3, seed=11)


def changes(one, other):
    """Fields in which two points differ, those of their parts included."""
    found = {}
    for name, value in asdict(other).items():
        before = asdict(one)[name]
        if isinstance(value, dict) and isinstance(before, dict):
            found |= {f"{name}.{key}": new for key, new in value.items() if new != before[key]}
        elif value != before:
            found[name] = value
    return found


def test_every_system_differs_from_the_dual_one_in_what_its_name_says(systems):
    """Beside its name: exactly so much, and nothing else."""
    dual = systems[0]
    assert (dual.system, dual.levels, dual.consolidation) == (DUAL, (1.0, 0.05), _PLAN)
    found = {
        each.system: changes(dual, replace(each, system=DUAL))
        for each in systems[1:]
        if each.system not in ("single", FAST_SINGLE)
    }
    none: dict[str, object] = {"consolidation": None}
    assert found == {
        "B1-same, sparse": {"levels": (0.05,)},
        "B1-same, dense": {"levels": (1.0,)},
        "dual, no consolidation": {"consolidation.interval": 7},
        "both sparsities, no zones": none,
        "rehearsal, dense": {"levels": (1.0,), "consolidation.fast": ()},
        "rehearsal, sparse": {"levels": (0.05,), "consolidation.fast": ()},
        "moe-active": none | {"levels": (1.0,), "mixture": "active"},
        "moe-total": none | {"levels": (1.0,), "mixture": "total"},
    }
    single = [each for each in systems if each.system == "single"]
    fast = [each for each in systems if each.system == FAST_SINGLE]
    assert [each.levels for each in single] == [(level,) for level in ACTIVITY_GRID]
    assert [each.levels for each in fast] == [(0.05,), (1.0,)]
    for each in (*single, *fast):
        own = changes(dual, replace(each, system=DUAL)) | {"levels": ()}
        assert own == none | {"levels": ()} | ({"protocol.learning_rate": 4e-3} if each in fast else {})


def test_labels_are_unique(systems):
    assert len({each.label for each in systems}) == len(systems)


def test_all_have_as_many_parameters_and_take_as_many_steps(systems):
    """Steps are as many online, and offline for all that are taught; only mixtures have other weights."""
    sequence = _SPEC.sequence(1, 0)
    count = {
        each.label: parameters(eqx.filter_eval_shape(initialise, each.sizes(sequence), jax.random.key(0)))
        for each in systems
    }
    dense = count[systems[0].label]
    assert {own for label, own in count.items() if not label.startswith("moe")} == {dense}
    assert all(own > dense for label, own in count.items() if label.startswith("moe"))
    for each in systems:
        protocol = each.protocol
        assert (protocol.tasks, protocol.steps, protocol.batch, protocol.pretraining) == (6, 4, 4, 5)
        plan = each.consolidation
        if plan is not None and plan.interval <= protocol.tasks:
            assert protocol.tasks // plan.interval * plan.steps == 9
            assert plan.batch == _PLAN.batch


def test_what_is_compared_at_several_budgets(systems):
    assert [each.system for each in replayed(_SPEC, _PROTOCOL, _PLAN, 2)] == ["dual", "rehearsal, dense"]
    assert replayed(_SPEC, _PROTOCOL, _PLAN, 2, seeds=3, seed=11) == (systems[0], systems[5])


def test_the_fast_zone_may_have_several_layers_and_must_have_some():
    dual = dual_systems(_SPEC, _PROTOCOL, replace(_PLAN, fast=(3, 4, 5)), 6, levels=(1.0,), preset="small")[0]
    assert dual.levels == (1.0, 1.0, 1.0, 0.05, 0.05, 0.05)
    with pytest.raises(ValueError, match="a dual system needs layers for its fast zone"):
        dual_systems(_SPEC, _PROTOCOL, replace(_PLAN, fast=()), 2)
    with pytest.raises(ValueError, match="must leave some of the 2 layers"):
        dual_systems(_SPEC, _PROTOCOL, replace(_PLAN, fast=(0, 1)), 2)


# --- comparisons -----------------------------------------------------------------------------------------------------

_SEEDS = 6


@pytest.fixture(scope="module")
def table(systems):
    """Random whole capacities, and products among which those of one fast single regime are the largest but at 4."""
    rng = np.random.default_rng(0)
    shape = (len(systems), len(EPSILONS), _SEEDS)
    product = rng.normal(100, 5, shape)
    product[-2, :3] += 40
    product[9, 3] += 80  # the first level of the gentle sweep
    product[0] += 500  # not a single regime
    values = {
        "capacity": rng.integers(1, 7, shape).astype(float),
        "unbroken": rng.integers(1, 7, shape).astype(float),
        "product": product,
        "retained": rng.normal(50, 5, shape),
        "censored": np.zeros(shape),
    }
    values["censored"][0, 0, 2] = values["censored"][5, 1, :3] = 1.0  # the dual one at 0.5, dense rehearsal at 1
    names = {name: ("point", [getattr(each, name) for each in systems]) for name in ("system", "label")}
    level = {"level": ("point", [each.levels[-1] for each in systems])}
    by_seed = {name: (("point", "eps", "seed"), each) for name, each in values.items()}
    return xr.Dataset({**by_seed, **names, **level}, coords={"eps": list(EPSILONS)})


@pytest.fixture(scope="module")
def rows(table):
    return comparisons(table, margin=1.5).to_dataframe().set_index(["eps", "second", "quantity"])


def test_controls_are_all_systems_the_dense_and_the_best_single_one(rows, systems):
    others = [each.system for each in systems[1:9]]
    assert set(rows.index.get_level_values("second")) == {"B0", "B1", *others}
    assert len(rows) == len(EPSILONS) * 10 * 4
    for eps in EPSILONS:
        label = rows.xs((eps, "capacity"), level=("eps", "quantity"))["second_label"]
        assert label["B0"] == "single,kwta=1"
        assert label["B1"] == ("single,kwta=0.02" if eps == 4 else "single, fast rate,kwta=0.05")
        assert [label[name] for name in others] == [each.label for each in systems[1:9]]


def test_a_table_without_the_dual_system_is_refused(table):
    with pytest.raises(ValueError, match="the table must have a row of the system 'dual', got"):
        comparisons(table.isel(point=slice(1, None)))


def test_differences_are_paired_by_seed(rows, table):
    at = table.sel(eps=2.0)
    for control, place in (("B1", len(table["system"]) - 2), ("rehearsal, dense", 5)):
        for quantity in ("capacity", "retained"):
            first, second = at[quantity].values[0], at[quantity].values[place]
            row = rows.loc[(2.0, control, quantity)]
            assert row["difference"] == pytest.approx((first - second).mean())
            assert (row["first_mean"], row["second_mean"]) == pytest.approx((first.mean(), second.mean()))
            assert row["more_p"] == pytest.approx(stats.ttest_rel(first, second, alternative="greater").pvalue)
            assert row["less_p"] == pytest.approx(stats.ttest_rel(first - 1.5, second, alternative="less").pvalue)
            assert row["seeds"] == _SEEDS


def test_what_a_short_sequence_leaves_open_is_not_tested(rows):
    """A capacity that is only known to be no less may be larger: it is neither exceeded nor too small."""
    for quantity in ("capacity", "unbroken", "product"):
        own = rows.xs(quantity, level="quantity")
        assert (own.loc[0.5, "first_censored"] == 1 / _SEEDS).all()
        assert (own.loc[0.5, "less_p"] == 1).all()
        assert (own.loc[0.5, "more_p"] < 1).all()
        row = own.loc[(1.0, "rehearsal, dense")]
        assert (row["first_censored"], row["second_censored"], row["more_p"]) == (0, 0.5, 1)
        assert (own.loc[2.0, ["first_censored", "second_censored"]] == 0).all(axis=None)
    assert (rows.xs("retained", level="quantity")["first_censored"] == 0).all()


def test_whole_tasks_have_a_resolution_and_bits_have_none(table):
    tied = table.copy()
    for name in ("capacity", "unbroken", "retained"):
        lead = (np.arange(table.sizes["point"]) == 0)[:, None, None]
        tied[name] = table[name].dims, np.broadcast_to(5.0 + lead, table[name].shape)
    row = comparisons(tied).to_dataframe().query("eps == 2 and second == 'B0'").set_index("quantity")
    assert row.loc["retained", "more_p"] == 0
    assert 0 < row.loc["capacity", "more_p"] == row.loc["unbroken", "more_p"] < 0.01


def test_the_rules_ask_for_what_is_compared(rows):
    for prediction in PREDICTIONS.values():
        if prediction.experiment == 3:
            rule = prediction.parameters
            assert rule["margin"] == inspect.signature(comparisons).parameters["margin"].default
            assert any(
                (eps, quantity) == (rule["eps"], rule["quantity"]) and second.startswith(rule["second"])
                for eps, second, quantity in rows.index
            )
            assert rule["first"] == DUAL
