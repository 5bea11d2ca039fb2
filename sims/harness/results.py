"""Labelled result files: netCDF with provenance, written whole or not at all, checked when read.

A result file holds one xarray dataset. Its attributes say how it was made (settings, seed, versions, commit, device,
time) and carry a SHA-256 digest of the settings and of every variable and coordinate, so that a file that was cut
short, edited or damaged is refused rather than analysed.
"""

import functools
import hashlib
import io
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import jax
import numpy as np
import xarray as xr

PROJECT = "cwbound"
TEMPORARY_SUFFIX = ".partial"
"""Ending of the temporary files that a write leaves behind only if its process is killed."""

_RECORDED_PACKAGES = ("jax", "numpy", "scipy", "xarray")


class CorruptResultsError(ValueError):
    """A result file is damaged, or is not a result file of this project."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} {problem}; delete this file and run again to measure it afresh")


class OutputFolderError(ValueError):
    """Results cannot be written to the chosen folder."""


def write_results(
    path: Path, dataset: xr.Dataset, settings: Mapping[str, Any], *, seconds: float | None = None
) -> xr.Dataset:
    """Write `dataset` to `path` whole, with its provenance, and return it so; nothing is left if the write fails.

    Args:
        path: the netCDF file, in an existing folder; an existing file is replaced in one step.
        dataset: variables of booleans, numbers or text, of any shape.
        settings: what determines the measurement, JSON values only; `settings["seed"]` is recorded if present.
        seconds: wall time of the measurement, in seconds.

    Raises:
        TypeError: a setting is not a JSON value.
        ValueError: a setting is not a finite number.
        OutputFolderError: the file cannot be written, as when the disk or a quota is full.
    """
    labelled = dataset.assign_attrs(
        provenance(settings, seconds), settings=canonical_json(settings), sha256=digest(dataset, settings)
    )
    content = bytes(labelled.to_netcdf(None, engine="h5netcdf"))
    try:
        _write_whole(Path(path), content)
    except OSError as error:
        raise OutputFolderError(
            f"cannot write {path}: {error.strerror or error}; what was written before is kept, and the same command "
            "goes on from there"
        ) from error
    return labelled


def read_results(path: Path) -> xr.Dataset:
    """The dataset stored at `path`, in memory and verified against its digest; no file is left open.

    Raises:
        CorruptResultsError: the file is truncated, is not netCDF, or does not match its digest.
        FileNotFoundError: there is no such file.
    """
    path = Path(path)
    content = path.read_bytes()
    try:
        options: dict[str, Any] = {"engine": "h5netcdf", "decode_times": False, "decode_timedelta": False}
        with xr.open_dataset(io.BytesIO(content), **options) as file:
            dataset = file.load()
    except Exception as error:  # a damaged file can make the HDF5 layers raise anything
        problem = f"is not a readable netCDF file ({type(error).__name__}), as if cut short or overwritten"
        raise CorruptResultsError(path, problem) from error
    stored = dataset.attrs.get("sha256")
    if stored is None or "settings" not in dataset.attrs:
        raise CorruptResultsError(path, "carries no digest of its contents, so nothing vouches for it")
    try:
        actual = digest(dataset, json.loads(dataset.attrs["settings"]))
    except (TypeError, ValueError) as error:
        raise CorruptResultsError(path, f"has contents that cannot be verified ({error})") from error
    if actual != stored:
        raise CorruptResultsError(path, "does not match its digest: its contents changed after it was written")
    return dataset


def stored_settings(dataset: xr.Dataset) -> dict[str, Any]:
    """The settings that a dataset from `read_results` was measured with."""
    return json.loads(dataset.attrs["settings"])


def check_output_folder(path: Path) -> Path:
    """Create the folder `path` if need be, and return it once a file has really been written there.

    Raises:
        OutputFolderError: the folder cannot be created, is not a folder, or cannot be written to.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(b"probe")
            probe.flush()
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputFolderError(f"cannot use {path} for results: it, or a parent of it, is a file") from error
    except OSError as error:
        raise OutputFolderError(f"cannot write results to {path}: {error.strerror or error}") from error
    return path


def digest(dataset: xr.Dataset, settings: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the settings and of every variable and coordinate: name, dimensions, type, values, labels.

    It depends on nothing else: the same in every process, on every platform, and after a round trip to disk.
    """
    fingerprint = hashlib.sha256(canonical_json(settings).encode())
    for name in sorted(dataset.variables, key=str):
        variable = dataset.variables[name]
        labels = {str(key): text for key, text in variable.attrs.items() if isinstance(text, str)}
        kind, content = _portable_bytes(variable.values)
        header = canonical_json([str(name), list(variable.dims), list(variable.shape), kind, labels])
        fingerprint.update(f"\n{header}\n".encode())
        fingerprint.update(content)
    return fingerprint.hexdigest()


def canonical_json(value: Any) -> str:
    """`value` as the one JSON text that stands for it (keys sorted, no spaces).

    Raises:
        TypeError: not a JSON value.
        ValueError: an infinite number or not a number.
    """
    plain = dict(value) if isinstance(value, Mapping) else value
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def provenance(settings: Mapping[str, Any], seconds: float | None = None) -> dict[str, str | float | int]:
    """How a result was made, as netCDF attributes: versions, commit, seed, device, UTC time, wall seconds."""
    device = jax.devices()[0]
    record: dict[str, str | float | int] = {
        "project": f"{PROJECT} {_version(PROJECT)}",
        "python": platform.python_version(),
        **{package: _version(package) for package in _RECORDED_PACKAGES},
        "commit": code_version(),
        "seed": str(settings.get("seed", "none")),
        "device": f"{device.device_kind} x {jax.device_count()} ({device.platform})",
        "platform": f"{platform.system()} {platform.machine()}",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return record if seconds is None else {**record, "seconds": float(seconds)}


@functools.cache
def code_version() -> str:
    """The git commit of the running code, with `-dirty` if Python files differ from it; `unknown` outside git."""
    root = Path(__file__).resolve().parents[2]

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root:
            return "unknown"
        dirty = git("status", "--porcelain", "--", "*.py", "pyproject.toml")
        return git("rev-parse", "HEAD") + ("-dirty" if dirty else "")
    except (OSError, subprocess.SubprocessError):
        return "unknown"


@functools.cache
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _portable_bytes(values: np.ndarray) -> tuple[str, bytes]:
    """A name for the type of `values`, and their bytes in an order that no platform changes."""
    if values.dtype.kind in "OUST":
        return "text", canonical_json([str(text) for text in values.ravel()]).encode()
    portable = values.dtype.newbyteorder("<")
    return portable.str, np.ascontiguousarray(values, dtype=portable).tobytes()


def _write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step: readers see the old file, or the whole new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY_SUFFIX)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
