"""Experiment 1: does interference between tasks fall as activations become sparser?

A point is one regime at one level of one implementation of sparsity, measured on several seeds. Seeds draw their own
tasks, initial weights and batches; the same seed has the same ones at every level, so levels are compared in pairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from theory.activity import check_count
from transformer_checks.checkpoints import CHECKPOINT_SECONDS, Checkpoints
from transformer_checks.continual import Protocol, Record, data_of, learn_sequence
from transformer_checks.groups import GROUPS
from transformer_checks.presets import check_preset, sizes_for
from transformer_checks.runs import run_keys
from transformer_checks.sparsity import check_implementation, sparsity_of
from transformer_checks.tasks import Spec, check_family


@dataclass(frozen=True)
class InterferencePoint:
    """One regime at one level of sparsity.

    Attributes:
        regime: its name.
        family: of the tasks, as in `tasks.TASKS`.
        spec: what the tasks are drawn from.
        protocol: how they are learned.
        implementation: one of `sparsity.Implementation`.
        level: k/m, or the coefficient of the L1 penalty.
        preset: of the model's sizes.
        seeds: independent sequences of tasks and networks.
        seed: of all random numbers.

    Raises:
        ValueError: a field out of range, or a spec of another family.
    """

    regime: str
    family: str
    spec: Spec
    protocol: Protocol
    implementation: str
    level: float
    preset: str = "tiny"
    seeds: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.spec, check_family(self.family)):
            raise ValueError(f"the spec of the family {self.family} cannot be {self.spec!r}")
        check_count(self.protocol.stretches, "stretches")
        check_count(self.seeds, "seeds", minimum=2)
        check_count(self.seed, "seed", minimum=0)
        check_implementation(self.implementation)
        sizes = check_preset(self.preset)
        sparsity_of(self.implementation, self.level, sizes.depth, sizes.hidden)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"{self.regime},{self.implementation}={self.level:g}"

    @property
    def memorised(self) -> bool:
        """Whether a task is a finite list to be memorised, so that its gradient is exact and not sampled."""
        return self.family == "facts"


def measure_interference(
    point: InterferencePoint, folder: Path | None = None, seconds: float = CHECKPOINT_SECONDS
) -> xr.Dataset:
    """Learn the tasks of every seed and record what `continual.learn_sequence` measures.

    Args:
        point: what is measured.
        folder: of this point's checkpoints: one that was stopped goes on from them and gives the same numbers; None:
            none are kept.
        seconds: least time between two of them.

    Returns:
        Losses (nats per counted position), accuracies and the use of units after every stage (0: before the first
        task), inner products of gradients and path changes at every checkpoint. Dimensions: seed, stage, checkpoint,
        task, other (task), group, layer.

    Raises:
        OutputFolderError: a checkpoint cannot be written.
        CorruptCheckpointError: there are checkpoints, and all are damaged.
    """
    protocol, kept = point.protocol, None if folder is None else Checkpoints(folder, seconds)
    drawn = protocol.tasks + (protocol.pretraining > 0)
    sequences = [point.spec.sequence(drawn, point.seed * 1000 + seed) for seed in range(point.seeds)]
    sizes = sizes_for(point.preset, sequences[0].vocabulary, sequences[0].length)
    record = learn_sequence(
        protocol,
        sizes,
        data_of(sequences),
        sequences[0].scoring,
        sparsity_of(point.implementation, point.level, sizes.depth, sizes.hidden),
        run_keys(point.seed, "transformer", point.seeds),
        checkpoints=kept,
    )
    return _dataset(record, protocol)


def _dataset(record: Record, protocol: Protocol) -> xr.Dataset:
    stages, gradients = record.stages, record.gradients
    dims: Mapping[str, tuple[tuple[str, ...], ArrayLike]] = {
        "loss": (("seed", "stage", "task"), stages.loss),
        "accuracy": (("seed", "stage", "task"), stages.accuracy),
        "density": (("seed", "stage", "layer", "task"), stages.density),
        "excess": (("seed", "stage", "layer", "task"), stages.excess),
        "dead": (("seed", "stage", "layer"), stages.dead),
        "overlap": (("seed", "stage", "layer", "task", "other"), stages.overlap),
        "crossed": (("seed", "checkpoint", "group", "task", "other"), gradients.crossed),
        "inner": (("seed", "checkpoint", "group", "task", "other"), gradients.inner),
        "path": (("seed", "checkpoint", "task"), record.path),
        "steps": (("seed", "task"), record.steps),
    }
    checkpoints = protocol.tasks * protocol.stretches
    return xr.Dataset(
        {name: (where, np.asarray(values)) for name, (where, values) in dims.items()},
        coords={
            "group": list(GROUPS),
            "training": ("checkpoint", np.arange(checkpoints) // protocol.stretches),
        },
    )
