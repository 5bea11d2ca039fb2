"""What a sweep will cost, before it runs: sequences of tasks, tokens, operations, GPU-hours, memory and disk.

What the proposal does not fix, such as the tokens of a task, is as in the points that the sweep measures, or an
argument. The proposal's own estimate, 8 to 12 A100 hours a run, stands beside it, with the tokens it amounts to.
"""

from collections.abc import Sequence
from typing import Any

from paper import grid
from paper.sweep import PROPOSAL, Sweep, points_of
from transformer_checks.checkpoints import KEPT
from transformer_checks.workload import Accelerator, workload

GPU_BYTES = 80e9
"""Memory of a GPU, bytes: an A100's of the larger kind."""

_HOUR = 3600.0

_SUMMED = (
    "runs", "points", "sequences", "tasks", "training_tokens", "flops", "gpu_hours", "gpu_hours_of_flops",
    "result_bytes",
)  # fmt: skip


def plan(sweep: Sweep, accelerator: Accelerator, tokens: int | None = None) -> dict[str, Any]:
    """What one sweep costs, as JSON values.

    Args:
        sweep: what is to be measured.
        accelerator: what measures it.
        tokens: training tokens of a task instead of the points' own.

    Returns:
        `runs`, as the proposal counts them (0 at other scales); `sequences` of tasks to learn, in so many `points`;
        `tasks` in all sequences together; `task_tokens`, the most of one; `training_tokens`, `flops` and `gpu_hours` of
        all, and `gpu_hours_of_flops` if weights moved at no cost; `sequence_bytes`, the most that one sequence holds
        in a GPU's memory, that of the point `largest`; `too_large`, the points of which one sequence does not fit;
        `side_by_side` sequences of a point; `result_bytes` of all files; `checkpoint_bytes` of one point while it
        is measured: the last ones, and the next.

    Raises:
        ValueError: fewer than 1 token.
    """
    points = [point for study in sweep.studies.values() for point in study.points]
    loads = [workload(point, tokens) for point in points]
    largest = max(range(len(loads)), key=lambda place: loads[place].held_bytes)
    parameters = max(load.parameters for load in loads)
    flops = sum(load.flops for load in loads)
    return {
        "experiment": sweep.experiment,
        "scale": sweep.scale,
        "preset": points[0].preset,
        "parameters": parameters,
        "flops_per_token": max(load.flops_per_token for load in loads),
        "runs": len(grid.runs(sweep.experiment)) if sweep.scale == PROPOSAL else 0,
        "points": points_of(sweep),
        "sequences": sum(load.seeds for load in loads),
        "tasks": sum(load.seeds * load.tasks for load in loads),
        "task_tokens": max(load.task_tokens for load in loads),
        "training_tokens": sum(load.training_tokens for load in loads),
        "flops": flops,
        "gpu_hours": sum(load.seconds(accelerator) for load in loads) / _HOUR,
        "gpu_hours_of_flops": accelerator.seconds(flops) / _HOUR,
        "sequence_bytes": loads[largest].held_bytes,
        "largest": points[largest].label,
        "too_large": [each.label for each, load in zip(points, loads, strict=True) if load.held_bytes > GPU_BYTES],
        "side_by_side": max(load.seeds for load in loads),
        "result_bytes": sum(load.result_bytes for load in loads),
        "checkpoint_bytes": (KEPT + 1) * max(load.seeds * load.kept_bytes for load in loads),
    }


def proposed(sweep: Sweep, record: dict[str, Any], accelerator: Accelerator) -> dict[str, Any]:
    """The proposal's own estimate for the runs of one experiment, and what it amounts to, as JSON values.

    Args:
        sweep: at the scale of the proposal.
        record: its `plan`.
        accelerator: what measures it.

    Returns:
        `hours` of the experiment and `run_tokens`, each its least and its most; `tasks` trained in all its runs, and
        `task_tokens` if all of these take as long.
    """
    runs = grid.runs(sweep.experiment)
    tasks = sum(run.tasks for run in runs)
    rate = accelerator.peak_tflops * 1e12 * accelerator.utilisation * _HOUR / record["flops_per_token"]
    return {
        "hours": [len(runs) * hours for hours in grid.HOURS],
        "tasks": tasks,
        "run_tokens": [hours * rate for hours in grid.HOURS],
        "task_tokens": [len(runs) * hours * rate / tasks for hours in grid.HOURS],
    }


def totals(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sums of several plans."""
    return {name: sum(record[name] for record in records) for name in _SUMMED}
