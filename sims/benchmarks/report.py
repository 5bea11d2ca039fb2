"""The benchmark's table, figure and raw numbers."""

import csv
import io
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from sims.benchmarks.case import OURS, Case, Measured
from sims.benchmarks.growth import Exponent
from sims.benchmarks.limits import Limits
from sims.benchmarks.limits import lines as limit_lines
from sims.benchmarks.plan import TARGET_MEMORY, TARGET_MKL, TARGET_TOTAL, TARGETS

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = "os^DvP"
"""Okabe and Ito's colours, told apart in the common kinds of colour blindness; with markers, also without colour."""

Results = list[tuple[Case, Measured]]
"""What was measured."""


def write_report(folder: Path, races: Results, growth: list[Exponent], largest: Results, limits: Limits) -> None:
    """Write `retrieval.csv`, `.md`, `.json` and `.png` into a folder, each in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(case), **asdict(measured)} for case, measured in races + largest]
    exponents = [asdict(each) for each in growth]
    raw = {"machine": machine(), "cases": rows, "exponents": exponents, "limits": asdict(limits)}
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    image = io.BytesIO()
    draw(races).savefig(image, format="png", dpi=150)
    _write(folder / "retrieval.csv", text.getvalue().encode())
    _write(folder / "retrieval.json", json.dumps(raw, indent=1).encode())
    _write(folder / "retrieval.md", markdown(races, growth, largest, limits).encode())
    _write(folder / "retrieval.png", image.getvalue())


def markdown(races: Results, growth: list[Exponent], largest: Results, limits: Limits) -> str:
    """The report as a text with tables."""
    lines = ["# Retrieval", "", machine(), ""]
    lines += [
        "| a | contestant | retrieval, s | from generation on, s | memory, MiB | steps | overlap |",
        "|" + "---|" * 7,
    ]
    for case, found in races + largest:
        where = f"{case.activity:g}, N = {case.neurons}"
        lines.append(
            f"| {where} | {case.contestant} | {found.seconds:.3f} | {found.total:.3f} | {found.memory / 2**20:.0f}"
            f" | {found.steps:.1f} | {found.overlap:.4f} |"
        )
    lines += ["", "| a | ratio | measured | wanted |", "|---|---|---|---|"]
    lines += [f"| {a:g} | {name} | {found:.1f} | {wanted:g} |" for a, name, found, wanted in ratios(races)]
    lines += ["", *limit_lines(limits)]
    lines += ["", "| quantity | grows with | exponent | 95% interval | expected |", "|---|---|---|---|---|"]
    for each in growth:
        interval = f"{each.low:.2f} to {each.high:.2f}"
        lines.append(f"| {each.quantity} | {each.of} | {each.estimate:.2f} | {interval} | {each.expected} |")
    return "\n".join(lines) + "\n"


def ratios(races: Results) -> list[tuple[float, str, float, float]]:
    """Activity, name, measured and wanted value of every ratio; a contestant that was not measured has none."""
    table: list[tuple[float, str, float, float]] = []
    for activity in sorted({case.activity for case, _ in races}):
        found = {case.contestant: measured for case, measured in races if case.activity == activity}
        own = found.pop(OURS)
        mkl = found.pop("MKL sparse", None)
        table.append((activity, "best other / ours", min(each.seconds for each in found.values()) / own.seconds,
                      TARGETS.get(activity, np.nan)))  # fmt: skip
        if mkl:
            table.append((activity, "MKL / ours", mkl.seconds / own.seconds, TARGET_MKL))
        if activity == min(TARGETS):
            total = min(each.total for each in found.values()) / own.total
            table.append((activity, "best other / ours, from generation on", total, TARGET_TOTAL))
        matrix = found["NumPy, N x N matrix"].memory / max(1, own.memory)
        table.append((activity, "memory, matrix / ours", matrix, TARGET_MEMORY))
    return table


def draw(races: Results) -> Figure:
    """Seconds of every contestant against activity."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    names = dict.fromkeys(case.contestant for case, _ in races)
    for name, colour, marker in zip(names, COLOURS, MARKERS, strict=False):
        points = [(case.activity, found.seconds) for case, found in races if case.contestant == name]
        width = 2.5 if name == OURS else 1
        axes.loglog(*zip(*points, strict=True), color=colour, marker=marker, label=name, linewidth=width)
    levels = sorted({case.activity for case, _ in races})
    axes.set_xticks(levels, [f"{level:g}" for level in levels])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(xlabel="activity $a$", ylabel="retrieval with its set-up (s)")
    figure.legend(loc="outside lower center", ncols=3, fontsize="small", frameon=False)
    return figure


def machine() -> str:
    """The machine, in words."""
    return f"{platform.machine()}, {len(os.sched_getaffinity(0))} processors, {platform.system()}"


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place in one step: readers see the old one or the whole new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
