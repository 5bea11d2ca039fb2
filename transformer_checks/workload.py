"""What measuring a point costs, from shapes alone: passes over the network, operations, bytes moved and kept.

A pass is as long as its operations take, or as the weights it moves through the accelerator's memory, whichever is
longer: with few tokens a pass it is the latter. Sparse activations are computed densely and save nothing. Not counted
are what methods against forgetting do beside plain training, activations in memory, and compilation.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import equinox as eqx
import jax

from theory.activity import check_count
from transformer_checks.continual import Protocol
from transformer_checks.exp1 import InterferencePoint
from transformer_checks.groups import GROUPS
from transformer_checks.long_sequences import LongPoint
from transformer_checks.methods import method_of
from transformer_checks.model import Sizes, initialise, parameters
from transformer_checks.presets import flops_per_token, sizes_for
from transformer_checks.task_sequence import TaskSequence
from transformer_checks.tasks import Spec

_FORWARD, _TANGENT = 1 / 3, 2 / 3  # of the operations of a forward and a backward pass

# Bytes a parameter: weights read forwards and backwards; gradients written and read; moments and weights both.
_READ, _SLOPE, _STEP = 4, 12, 40

_FILE = 24_000
"""Bytes of a result file beside its numbers: HDF5's structures and the provenance."""


@dataclass(frozen=True)
class Accelerator:
    """What one GPU does in a second.

    Attributes:
        peak_tflops: 10^12 operations a second at most; by default an A100's in bfloat16 (156 in TF32).
        utilisation: share of the peak that training reaches.
        bandwidth: 10^12 bytes a second between the GPU and its memory; by default an A100's of 80 GB.

    Raises:
        ValueError: a peak or a bandwidth that is not positive and finite, or a utilisation outside (0, 1].
    """

    peak_tflops: float = 312.0
    utilisation: float = 0.4
    bandwidth: float = 2.0

    def __post_init__(self) -> None:
        for name in ("peak_tflops", "bandwidth"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be a positive number, got {getattr(self, name)!r}")
        if not 0 < self.utilisation <= 1:
            raise ValueError(f"utilisation must lie in (0, 1], got {self.utilisation!r}")

    def seconds(self, flops: float, moved: float = 0.0) -> float:
        """How long so many operations take, or so many bytes if they take longer."""
        return max(flops / (self.peak_tflops * 1e12 * self.utilisation), moved / (self.bandwidth * 1e12))


class Pass(NamedTuple):
    """Equal passes of one seed over the network.

    Attributes:
        training: whether they train, so that they grow with the tokens of a task.
        number: how many.
        tokens: positions of each.
        share: operations, against those of a forward and a backward pass.
        moved: bytes a parameter read and written.
    """

    training: bool
    number: int
    tokens: float
    share: float
    moved: int


@dataclass(frozen=True)
class Workload:
    """What measuring one point costs.

    Attributes:
        seeds: independent sequences of the point.
        tasks: of each sequence.
        parameters: of the model.
        flops_per_token: of a forward and a backward pass.
        passes: of one seed.
        task_tokens: training tokens of one task.
        held_bytes: of one seed in the accelerator's memory: weights, AdamW's moments, gradients, and what is kept
            between tasks.
        kept_bytes: of one seed in a checkpoint: weights, AdamW's moments, and what is kept between tasks.
        result_bytes: of the result file.
    """

    seeds: int
    tasks: int
    parameters: int
    flops_per_token: int
    passes: tuple[Pass, ...]
    task_tokens: float
    held_bytes: int
    kept_bytes: int
    result_bytes: int

    @property
    def training_tokens(self) -> float:
        """Tokens that all seeds train on."""
        return self.seeds * sum(each.number * each.tokens for each in self.passes if each.training)

    @property
    def flops(self) -> float:
        """Operations of all seeds."""
        return self.seeds * sum(each.number * self._operations(each) for each in self.passes)

    def seconds(self, accelerator: Accelerator) -> float:
        """Seconds of one accelerator for all seeds."""
        return self.seeds * sum(
            each.number * accelerator.seconds(self._operations(each), float(each.moved * self.parameters))
            for each in self.passes
        )

    def _operations(self, each: Pass) -> float:
        return each.tokens * each.share * self.flops_per_token


def workload(point: InterferencePoint | LongPoint, tokens: int | None = None) -> Workload:
    """What measuring a point costs; training that may end early, by a criterion, is counted in full.

    Args:
        point: of Experiment 1, 2 or 3.
        tokens: training tokens of a task, in as many steps, instead of the point's own; pretraining and consolidation
            grow with it.

    Raises:
        ValueError: fewer than 1 token, or tasks whose data are missing.
    """
    protocol, sequence = point.protocol, _first_task(point.spec)
    positions, (_, trained, _) = sequence.length - 1, sequence.train.tokens.shape
    step_tokens = min(protocol.batch, trained) * positions
    grown = 1.0 if tokens is None else check_count(tokens, "tokens of a task") / (protocol.steps * step_tokens)
    learn = Pass(True, protocol.pretraining + protocol.tasks * protocol.steps, grown * step_tokens, 1.0, _STEP)
    if isinstance(point, LongPoint):
        sizes = point.sizes(sequence)
        others, kept = _long_passes(point, sequence, grown), _kept(point, sizes, trained * positions)
        gradients, numbers = 1, _long_numbers(protocol)
    else:
        sizes = sizes_for(point.preset, sequence.vocabulary, sequence.length)
        others, kept = _interference_passes(protocol, sequence), 0
        gradients, numbers = 2 * protocol.tasks, _interference_numbers(protocol, sizes.depth)
    count = _parameters(sizes)
    return Workload(
        seeds=point.seeds,
        tasks=protocol.tasks,
        parameters=count,
        flops_per_token=flops_per_token(sizes, count, positions),
        passes=(learn, *others),
        task_tokens=grown * protocol.steps * step_tokens,
        held_bytes=count * 4 * (3 + gradients) + 4 * kept,
        kept_bytes=count * 4 * 3 + 4 * kept,
        result_bytes=_FILE + 4 * point.seeds * numbers,
    )


def _long_passes(point: LongPoint, sequence: TaskSequence, grown: float) -> tuple[Pass, ...]:
    tasks, plan, positions = point.protocol.tasks, point.consolidation, sequence.length - 1
    _, held_out, _ = sequence.held_out.tokens.shape
    looks = 1 + tasks * (1 if plan is None else 2)
    evaluation = Pass(False, looks * tasks, held_out * positions, _FORWARD, _READ)
    if plan is None:
        return (evaluation,)
    taught = Pass(True, tasks // plan.interval * plan.steps, grown * plan.batch * positions, 1.0, _STEP)
    stored = Pass(False, tasks, sequence.train.tokens.shape[1] * positions, _FORWARD, _READ)
    return evaluation, taught, stored


def _interference_passes(protocol: Protocol, sequence: TaskSequence) -> tuple[Pass, ...]:
    tasks = protocol.tasks
    tokens = sequence.held_out.tokens.shape[1] * (sequence.length - 1)
    checkpoints = tasks * protocol.stretches
    return (
        Pass(False, (1 + tasks + checkpoints) * tasks, tokens, _FORWARD, _READ),
        Pass(False, 2 * checkpoints * tasks, tokens / 2, 1.0, _SLOPE),  # gradients of either half
        Pass(False, checkpoints * tasks, tokens, _TANGENT, 2 * _READ),
    )


def _kept(point: LongPoint, sizes: Sizes, task_tokens: int) -> int:
    """Numbers of one seed that a method keeps, or that wait for consolidation."""
    tasks = point.protocol.tasks
    answers = 0 if point.consolidation is None else tasks * task_tokens * sizes.vocabulary
    return answers + method_of(point.method).stored(sizes, tasks)


def _long_numbers(protocol: Protocol) -> int:
    tasks, stages = protocol.tasks, protocol.tasks + 1
    return 2 * stages * tasks + 2 * tasks + 2 * stages


def _interference_numbers(protocol: Protocol, depth: int) -> int:
    tasks, stages, checkpoints = protocol.tasks, protocol.tasks + 1, protocol.tasks * protocol.stretches
    by_stage = 2 * tasks + 2 * depth * tasks + depth + depth * tasks**2
    by_checkpoint = 2 * len(GROUPS) * tasks**2 + tasks
    return stages * by_stage + checkpoints * by_checkpoint + tasks


@lru_cache(maxsize=32)
def _first_task(spec: Spec) -> TaskSequence:
    return spec.sequence(1, 0)


@lru_cache(maxsize=32)
def _parameters(sizes: Sizes) -> int:
    return parameters(eqx.filter_eval_shape(initialise, sizes, jax.random.key(0)))
