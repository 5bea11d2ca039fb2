"""The plan of sweeps as a reader meets it: a table, and what it rests on."""

import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from paper import grid
from paper.sweep import ALL, PROPOSAL, Sweep
from paper.sweep_plan import GPU_BYTES, proposed, totals
from sims.harness.sweep import file_name
from transformer_checks.checkpoints import KEPT
from transformer_checks.workload import Accelerator

Record = dict[str, Any]

_HEAD = ("", "runs", "sequences", "points", "tasks", "tokens", "PFLOP", "GPU-hours", "of FLOPs", "results")
_LONGEST = max(grid.LENGTHS)

_WIDTH = 110
_ROOM = 0.75  # of a GPU's memory, beside the activations


def plan_text(sweeps: Sequence[Sweep], records: Sequence[Record], accelerator: Accelerator) -> str:
    """The plans of some sweeps of one scale, for the reader.

    Args:
        sweeps: what is to be measured.
        records: their `sweep_plan.plan`.
        accelerator: what measures it.
    """
    scale, largest = sweeps[0].scale, max(records, key=lambda record: record["parameters"])
    head = "The proposal's grid" if scale == PROPOSAL else f"Scale {scale}"
    rows = [_HEAD, *(_row(record["experiment"], record) for record in records)]
    if len(records) > 1:
        rows.append(_row("all", totals(records)))
    table = [f"{head} on {largest['preset']} ({largest['parameters']:,} parameters)", "", *_aligned(rows)]
    notes: list[str] = []
    if scale == PROPOSAL:
        notes += [_COUNTED[sweep.experiment](sweep, record) for sweep, record in zip(sweeps, records, strict=True)]
        notes += _beside(sweeps, records, accelerator)
    notes += _basis(records, accelerator)
    filled = [textwrap.fill(note, _WIDTH, subsequent_indent="  ", break_on_hyphens=False) for note in notes]
    return "\n".join([*table, "", *filled, "", _command(sweeps, records)])


def rounded(number: float) -> str:
    """Three digits and a decimal prefix: `6.4 k`, `1.26 G`."""
    for prefix, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= 0.9995 * size:
            return f"{number / size:.3g} {prefix}"
    return f"{number:.3g} "


def _row(name: str, record: Record) -> tuple[str, ...]:
    return (
        name,
        str(record["runs"] or "-"),
        f"{record['sequences']:,}",
        f"{record['points']:,}",
        f"{record['tasks']:,}",
        rounded(record["training_tokens"]).strip(),
        f"{record['flops'] / 1e15:.3g}",
        _hours(record["gpu_hours"]),
        _hours(record["gpu_hours_of_flops"]),
        f"{rounded(record['result_bytes'])}B",
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def _levels(_: Sweep, record: Record) -> str:
    return (
        f"exp1: {record['runs']} runs are 6 levels x 2 implementations x {grid.SEEDS} seeds. Without a penalty, and at "
        f"k/m = 1, the network is the same: {record['sequences']} sequences."
    )


def _prefixes(_: Sweep, record: Record) -> str:
    asked, learned = sum(run.tasks for run in grid.runs("exp2")), record["tasks"]
    return (
        f"exp2: {record['runs']} runs are those 12 settings x {grid.SEEDS} seeds at T = "
        f"{', '.join(map(str, grid.LENGTHS))}. Shorter sequences are the starts of the one of {_LONGEST}: "
        f"{record['sequences']} sequences, {learned:,} tasks to learn instead of {asked:,} "
        f"({1 - learned / asked:.0%} less)."
    )


def _systems(sweep: Sweep, record: Record) -> str:
    elsewhere = grid.studies("exp2", record["preset"], sweep.seed).values()
    names = {file_name(point) for study in elsewhere for point in study.points}
    own = [point for study in sweep.studies.values() for point in study.points]
    shared = sum(point.seeds for point in own if file_name(point) in names)
    return (
        f"exp3: {record['runs']} runs are 4 systems x {grid.SEEDS} seeds (T = {_LONGEST}; the proposal fixes none). "
        f"The best single regime is known only after all levels, and B1-same may have either zone's sparsity: "
        f"{record['sequences']} sequences, {shared} of them also in exp2."
    )


_COUNTED: dict[str, Callable[[Sweep, Record], str]] = {"exp1": _levels, "exp2": _prefixes, "exp3": _systems}


def _beside(sweeps: Sequence[Sweep], records: Sequence[Record], accelerator: Accelerator) -> list[str]:
    """The proposal's estimate."""
    told = [proposed(sweep, record, accelerator) for sweep, record in zip(sweeps, records, strict=True)]
    count = sum(record["runs"] for record in records)
    low, high = (f"{sum(each['hours'][end] for each in told):,}" for end in (0, 1))
    tasks = ", ".join(
        f"{record['experiment']} {_between(each['task_tokens'])}" for record, each in zip(records, told, strict=True)
    )
    (least, most), (all_least, all_most) = grid.HOURS, grid.TOTAL_HOURS
    return [
        f"The proposal: {count} runs of {least} to {most} A100 hours, {low} to {high} hours (of all 192 runs it says "
        f"{all_least:,} to {all_most:,}).",
        f"At this peak and utilisation such a run trains on {_between(told[0]['run_tokens'])} tokens. Spread over the "
        f"tasks of all runs: {tasks} a task. A task of the sweep has "
        f"{_between([record['task_tokens'] for record in records])} (--tokens N for another number).",
    ]


def _basis(records: Sequence[Record], accelerator: Accelerator) -> list[str]:
    most = max(records, key=lambda record: record["sequence_bytes"])
    kept = max(record["checkpoint_bytes"] for record in records)
    return [
        f"GPU-hours: operations at {accelerator.peak_tflops:g} TFLOP/s x utilisation {accelerator.utilisation:g}, or "
        f"weights moved at {accelerator.bandwidth:g} TB/s where that takes longer (of FLOPs: operations alone). The "
        f"sweep multiplies float32, which an A100 does in TF32, peak 156 (--peak-tflops 156).",
        f"GPU memory: at least {rounded(most['sequence_bytes'])}B a sequence ({most['largest']}: weights, moments, "
        f"gradients, and what waits between tasks). The {most['side_by_side']} of a point run side by side, on as many "
        f"GPUs as a job has.{_misfits(records)}",
        f"Disk: {rounded(sum(record['result_bytes'] for record in records))}B of results. While a point is measured it "
        f"keeps its last {KEPT} checkpoints and writes a third, {rounded(kept)}B together at most (weights, AdamW's "
        f"moments, and what waits between tasks, of all its sequences), and removes them when it is done.",
    ]


def _misfits(records: Sequence[Record]) -> str:
    labels = [label for record in records for label in record["too_large"]]
    return f" Does not fit a GPU of {rounded(GPU_BYTES)}B: {'; '.join(labels)}." if labels else ""


def _command(sweeps: Sequence[Sweep], records: Sequence[Record]) -> str:
    first, name = sweeps[0], sweeps[0].experiment if len(sweeps) == 1 else ALL
    preset = f" --preset {records[0]['preset']}" if first.part.name != first.experiment else ""
    jobs = max(record["points"] for record in records)
    gpus = max(
        min(record["side_by_side"], math.ceil(record["side_by_side"] * record["sequence_bytes"] / (_ROOM * GPU_BYTES)))
        for record in records
    )
    return f"To measure: cwb sweep run {name}{preset} --scale {first.scale} --cluster slurm,jobs={jobs},gpus={gpus}"


def _hours(hours: float) -> str:
    return f"{hours:,.2f}" if hours >= 0.1 else f"{hours:.1g}"


def _between(numbers: Sequence[float]) -> str:
    low, high = rounded(min(numbers)).strip(), rounded(max(numbers)).strip()
    return low if low == high else f"{low} to {high}"
