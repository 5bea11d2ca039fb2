"""One simulated network: `cwb simulate`. Results are kept under `OUT/simulate/`, and not measured twice."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import xarray as xr

from sims.capacity import CapacityPoint, measure_capacity, summarise_capacity
from sims.harness.sweep import Study, run_study
from sims.recall import RetrievalPoint, measure_retrieval, summarise_retrieval

FOLDER = "simulate"


def simulate_capacity(point: CapacityPoint, out: Path, progress: bool) -> dict[str, Any]:
    """Measure one capacity; return it with its 95% intervals as JSON values. Raises as `run_study`."""
    study = Study("capacity", (point,), measure_capacity)
    row = summarise_capacity(study.points, run_study(study, out / FOLDER, progress)).isel(point=0)
    return {**_settings(point), **_values(row, ("load", "predicted", "kept", "overlap")), **_theory(point)}


def simulate_retrieval(point: RetrievalPoint, out: Path, progress: bool) -> dict[str, Any]:
    """Measure retrieval at one load; return it with its 95% intervals as JSON values. Raises as `run_study`."""
    study = Study("retrieval", (point,), measure_retrieval)
    row = summarise_retrieval(study.points, run_study(study, out / FOLDER, progress)).isel(point=0)
    measured = {}
    for name in ("overlap", "miss_rate", "false_alarm_rate", "bits_per_synapse", "bits_per_synapse_of_cue"):
        for statistic in ("estimate", "low", "high", "predicted"):
            key = name if statistic == "estimate" else f"{name}_{statistic}"
            measured[key] = _number(row[name].sel(statistic=statistic))
    others = {name: _number(row[name]) for name in ("steps", "cycles", "unfinished", "patterns")}
    return {**_settings(point), **measured, **others, **_theory(point)}


def text(record: dict[str, Any]) -> str:
    """Return a record for the reader, one line a quantity, intervals behind their estimates."""
    bounds = {f"{name}_{end}" for name in record for end in ("low", "high")}
    lines = []
    for name, value in record.items():
        if name in bounds:
            continue
        shown = f"{value:.6g}" if isinstance(value, float) else "none" if value is None else str(value)
        if f"{name}_low" in record:
            shown += f"  [{record[f'{name}_low']:.6g}, {record[f'{name}_high']:.6g}]"
        lines.append(f"{name:<34}{shown}")
    return "\n".join(lines)


def _settings(point: CapacityPoint | RetrievalPoint) -> dict[str, Any]:
    names = {"replicas": "seeds", "overlap": "overlap_to_keep", "kept": "fraction_to_keep"}
    return {names.get(name, name): value for name, value in asdict(point).items() if value is not None}


def _theory(point: CapacityPoint | RetrievalPoint) -> dict[str, Any]:
    return {"theory": "replica-symmetric mean field, large N", "firing_threshold": point.firing_threshold}


def _values(row: xr.Dataset, names: tuple[str, ...]) -> dict[str, Any]:
    """The variables of these names, and their ends of intervals."""
    ends = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    return {name: _number(row[name]) for name in ends if name in row}


def _number(value: xr.DataArray) -> float | None:
    """A JSON number; None where there is none."""
    number = float(value)
    return number if number == number else None
