"""Runs of Experiments 2 and 3: many tasks in a row, every one of them looked at after each.

A system is a sparsity in every layer, a method of continual learning, and consolidation or none. No schedule depends on
how many tasks follow, so a sequence of T tasks is read off as the start of a longer one.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Key

from theory.activity import check_count
from transformer_checks.checkpoints import CHECKPOINT_SECONDS, Checkpoints
from transformer_checks.consolidation import Consolidation, Store, consolidate, empty_store, remember, zone
from transformer_checks.continual import Data, Protocol, Record, data_of, learn_sequence
from transformer_checks.facts import FactsSpec
from transformer_checks.methods import method_of
from transformer_checks.model import Sizes, Transformer, initialise, parameters
from transformer_checks.objectives import Split
from transformer_checks.presets import check_preset, sizes_for, with_experts
from transformer_checks.runs import over_runs, run_keys
from transformer_checks.sparsity import Sparsity, check_implementation, sparsity_of
from transformer_checks.task_sequence import TaskSequence
from transformer_checks.training import State

EXPERTS, ROUTED = 8, 2
"""Experts of a layer of the mixtures, and experts that a token uses."""

_ASLEEP = 2**32 - 1
"""Folded into a run's key for consolidation; no task has this number."""


@dataclass(frozen=True)
class LongPoint:
    """One system on many tasks.

    Attributes:
        system: its name.
        spec: of the tasks.
        protocol: how they are learned.
        implementation: one of `sparsity.Implementation`.
        levels: k/m, or the coefficient of the L1 penalty: one for all layers, or one a layer.
        method: what is done against forgetting, a name of `methods.METHODS`.
        mixture: "active" or "total": a mixture of experts with as many parameters a token, or in all; None: one MLP.
        consolidation: how the slow zone is taught; None: never, and all weights learn every task.
        preset: of the model's sizes.
        seeds: independent sequences of tasks and networks.
        seed: of all random numbers.

    Raises:
        ValueError: a field out of range, levels that are neither one nor one a layer, a zone without layers, or a
            method beside consolidation.
    """

    system: str
    spec: FactsSpec
    protocol: Protocol
    implementation: str
    levels: tuple[float, ...]
    consolidation: Consolidation | None = None
    method: str = "none"
    mixture: str | None = None
    preset: str = "tiny"
    seeds: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        check_count(self.seeds, "seeds", minimum=2)
        check_count(self.seed, "seed", minimum=0)
        check_implementation(self.implementation)
        method_of(self.method)
        sizes = self._mixed(check_preset(self.preset))
        self.sparsity(sizes)
        if self.consolidation is not None:
            zone(self.consolidation.fast, sizes.depth, "fast")
            if self.method != "none":
                raise ValueError(f"method must be none where tasks are consolidated, got {self.method!r}")

    @property
    def label(self) -> str:
        """A readable name."""
        name, plan = (
            f"{self.system},{self.implementation}={'-'.join(f'{level:g}' for level in self.levels)}",
            self.consolidation,
        )
        return name if plan is None else f"{name},replay={plan.replay},every={plan.interval}"

    def sizes(self, sequence: TaskSequence) -> Sizes:
        """The model's sizes for these tasks."""
        return self._mixed(sizes_for(self.preset, sequence.vocabulary, sequence.length))

    def _mixed(self, sizes: Sizes) -> Sizes:
        return sizes if self.mixture is None else with_experts(sizes, EXPERTS, ROUTED, self.mixture)

    def sparsity(self, sizes: Sizes) -> Sparsity:
        """The strategy, layer by layer.

        Raises:
            ValueError: levels that are neither one nor one a layer, or L1 penalties that differ between layers.
        """
        if len(self.levels) == 1:
            return sparsity_of(self.implementation, self.levels[0], sizes.depth, sizes.hidden)
        if len(self.levels) != sizes.depth or self.implementation == "l1":
            raise ValueError(
                f"levels must be one number, or one for each of the {sizes.depth} layers without L1, got {self.levels} "
                f"for {self.implementation}"
            )
        each = [sparsity_of(self.implementation, level, 1, sizes.hidden) for level in self.levels]
        joined = [jnp.concatenate(parts) for parts in zip(*(one[:2] for one in each), strict=True)]
        return Sparsity(joined[0], joined[1], each[0].penalty)


def measure_long(point: LongPoint, folder: Path | None = None, seconds: float = CHECKPOINT_SECONDS) -> xr.Dataset:
    """Learn all tasks of every seed and record losses and accuracies of all of them after each.

    Args:
        point: what is measured.
        folder: of this point's checkpoints: one that was stopped goes on from them and gives the same numbers; None:
            none are kept.
        seconds: least time between two of them.

    Returns:
        `loss` (nats per counted position) and `accuracy` [seed, stage, task], stage 0 being before the first task;
        `learned` [seed, task], a task's loss when its own training ended; `density` and `dead` [seed, stage];
        `steps` [seed, task]; attributes `facts` and `values` of the spec, and `parameters` of the model.

    Raises:
        OutputFolderError: a checkpoint cannot be written.
        CorruptCheckpointError: there are checkpoints, and all are damaged.
    """
    protocol, kept = point.protocol, None if folder is None else Checkpoints(folder, seconds)
    drawn = protocol.tasks + (protocol.pretraining > 0)
    sequences = [point.spec.sequence(drawn, point.seed * 1000 + seed, primed=True) for seed in range(point.seeds)]
    sizes = point.sizes(sequences[0])
    keys, data = run_keys(point.seed, "transformer", point.seeds), data_of(sequences)
    sparsity, scoring = point.sparsity(sizes), sequences[0].scoring
    if point.consolidation is None:
        method = method_of(point.method)
        record = learn_sequence(protocol, sizes, data, scoring, sparsity, keys, method=method, checkpoints=kept)
    else:
        sleeper = _Sleeper(point.consolidation, protocol, sizes, data, sparsity, keys)
        settings = protocol.dials()
        if point.consolidation.fast:
            rate = jnp.float32(point.consolidation.fast_learning_rate)
            settings = settings._replace(
                learning_rate=rate, plastic=zone(point.consolidation.fast, sizes.depth, "fast")
            )
        record = learn_sequence(protocol, sizes, data, scoring, sparsity, keys, settings, sleeper, checkpoints=kept)
    count = parameters(eqx.filter_eval_shape(initialise, sizes, jax.random.key(0)))
    return _dataset(record).assign_attrs(facts=point.spec.facts, values=point.spec.values, parameters=count)


class _Sleeper:
    """What happens between tasks: every task is stored when learned, and every few tasks all is consolidated."""

    def __init__(
        self,
        plan: Consolidation,
        protocol: Protocol,
        sizes: Sizes,
        data: Data,
        sparsity: Sparsity,
        keys: Key[Array, " run"],
    ) -> None:
        self.plan, self.sparsity = plan, sparsity
        self.tasks = jax.tree.map(lambda leaf: leaf[:, int(protocol.pretraining > 0) :], data.train)
        self.keys = jax.vmap(lambda key: jax.random.fold_in(key, _ASLEEP))(keys)
        self.programs = _sleep_programs(plan, sizes)
        self.fresh = self.programs[1](keys)

    def begin(self) -> Store:
        """An empty store."""
        return self.programs[0](self.tasks)

    def __call__(self, task: int, state: State, kept: Store) -> tuple[State, Store]:
        """The task stored, and all that is stored consolidated if it is time."""
        _, _, remember_all, consolidate_all = self.programs
        own = jax.tree.map(lambda leaf: leaf[:, task], self.tasks)
        store = remember_all(kept, state.model, own, self.sparsity, jnp.int32(task))
        if (task + 1) % self.plan.interval:
            return state, store
        model, store = consolidate_all(state.model, self.fresh, store, self.sparsity, self.keys, jnp.int32(task))
        return state._replace(model=model), store


@lru_cache(maxsize=16)
def _sleep_programs(plan: Consolidation, sizes: Sizes) -> tuple[Any, Any, Any, Any]:
    def begin(tasks: Split) -> Store:
        return empty_store(tasks, sizes.vocabulary)

    def fresh(key: Key[Array, ""]) -> Transformer:
        return initialise(sizes, jax.random.fold_in(key, 0))

    def asleep(
        model: Transformer, first: Transformer, store: Store, sparsity: Sparsity, key: Key[Array, ""], task: Array
    ) -> tuple[Transformer, Store]:
        return consolidate(plan, model, first, store, sparsity, key, task)

    return (
        over_runs(begin),
        over_runs(fresh),
        over_runs(remember, shared=(3, 4)),
        over_runs(asleep, shared=(3, 5)),
    )


def _dataset(record: Record) -> xr.Dataset:
    stages = record.stages
    return xr.Dataset(
        {
            "loss": (("seed", "stage", "task"), np.asarray(stages.loss)),
            "accuracy": (("seed", "stage", "task"), np.asarray(stages.accuracy)),
            "learned": (("seed", "task"), np.asarray(record.learned)),
            "density": (("seed", "stage"), np.asarray(stages.density).mean(axis=(2, 3))),
            "dead": (("seed", "stage"), np.asarray(stages.dead).mean(axis=2)),
            "steps": (("seed", "task"), np.asarray(record.steps)),
        }
    )
