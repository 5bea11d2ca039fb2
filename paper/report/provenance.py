"""Where results come from: what their files say of commit, seed, versions, device and time, gathered by part."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import h5py
import numpy as np

PACKAGES = {
    "project": "Project",
    "python": "Python",
    "jax": "JAX",
    "numpy": "NumPy",
    "scipy": "SciPy",
    "xarray": "xarray",
}
"""Attributes of a result file that are versions, with their names."""


@dataclass(frozen=True)
class Origin:
    """What the files of a part say of themselves.

    Attributes:
        part: its name.
        measured: files that hold a measured point.
        tables: SHA-256 of the contents of every summary table, by name.
        seconds: wall time that the measured points took together.
        values: the distinct values of every attribute, sorted.
    """

    part: str
    measured: int
    tables: Mapping[str, str]
    seconds: float
    values: Mapping[str, tuple[str, ...]]


def origin(folder: Path) -> Origin:
    """Return the origin of the results in the folder of a part.

    Raises:
        ValueError: a damaged result file.
    """
    paths = sorted(folder.rglob("*.nc"))
    records = {path: _attributes(path) for path in paths}
    tables = {
        path.stem.removeprefix("table-"): str(records[path].get("sha256", "unknown"))
        for path in paths
        if path.name.startswith("table-")
    }
    names = (*PACKAGES, "commit", "seed", "device", "platform", "created")
    values = {
        name: tuple(sorted({str(record[name]) for record in records.values() if name in record})) for name in names
    }
    seconds = sum(np.sum(record.get("seconds", 0.0)) for record in records.values())
    return Origin(folder.name, len(paths) - len(tables), tables, float(seconds), values)


def origins(results: Path, scale: str, parts: Iterable[str]) -> tuple[Origin, ...]:
    """Return the origins of all parts with results at a scale, the named parts first and in their order.

    Raises:
        ValueError: a damaged result file.
    """
    order = list(parts)
    found = {path.parent for path in (Path(results) / scale).glob("*/table-*.nc")}
    folders = sorted(found, key=lambda folder: ([*order, folder.name].index(folder.name), folder.name))
    return tuple(origin(folder) for folder in folders)


def _attributes(path: Path) -> dict[str, Any]:
    try:
        with h5py.File(path, "r") as file:
            return dict(file.attrs)
    except OSError as error:
        raise ValueError(f"{path} is not a readable result file; delete it and run again: {error}") from error


def provenance(found: tuple[Origin, ...], titles: Mapping[str, str]) -> str:
    """Return the origins as HTML."""
    if not found:
        return "<p>There are no results at this scale: every verdict here rests on certificates alone.</p>"
    rows = [("Points measured", [str(each.measured) for each in found])]
    rows += [("Computing time", [_duration(each.seconds) for each in found])]
    rows += [("Seed", [_listed(each.values["seed"]) for each in found])]
    rows += [("Commit", [_listed(each.values["commit"], code=True) for each in found])]
    rows += [("Measured (UTC)", [_span(each.values["created"]) for each in found])]
    rows += [("Device", [_listed(each.values["device"]) for each in found])]
    rows += [("Platform", [_listed(each.values["platform"]) for each in found])]
    rows += [(name, [_listed(each.values[key]) for each in found]) for key, name in PACKAGES.items()]
    head = "".join(f'<th scope="col">{escape(titles.get(each.part, each.part))}</th>' for each in found)
    body = [
        f'<tr><th scope="row">{label}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>' for label, cells in rows
    ]
    digests = [
        f"<tr><td>{escape(each.part)}</td><td>{escape(name)}</td><td><code>{escape(digest)}</code></td></tr>"
        for each in found
        for name, digest in each.tables.items()
    ]
    columns = "".join(f'<th scope="col">{each}</th>' for each in ("part", "table", "SHA-256"))
    return (
        _table(f"<td></td>{head}", body)
        + "\n<details>\n<summary>SHA-256 of the contents of every summary table</summary>\n"
        + _table(columns, digests)
        + "\n</details>"
    )


def _table(head: str, rows: list[str]) -> str:
    body = "\n".join(rows)
    return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _listed(values: tuple[str, ...], code: bool = False) -> str:
    shown = (f"<code>{escape(each)}</code>" if code else escape(each) for each in values)
    return ", ".join(shown) or "unknown"


def _span(created: tuple[str, ...]) -> str:
    """Return the first and the last of some times."""
    days = list(dict.fromkeys(each[:16].replace("T", " ") for each in created[:1] + created[-1:]))
    return " to ".join(days) or "unknown"


def _duration(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )
