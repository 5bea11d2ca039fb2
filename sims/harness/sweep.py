"""Resumable studies: measure every point of a grid, one result file a point.

A point is a frozen dataclass of JSON values that fully determines its measurement (seed included). Its file is named
after its `label` and a digest of its settings, so that the files present say which points are finished: a study
stopped at any moment, even by SIGKILL, goes on where it was and ends with the same data. One process at a time may
run a study in a given folder.
"""

import contextlib
import dataclasses
import hashlib
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import xarray as xr
from tqdm import tqdm

from sims.harness.results import (
    TEMPORARY_SUFFIX,
    CorruptResultsError,
    canonical_json,
    check_output_folder,
    read_results,
    stored_settings,
    write_results,
)

P = TypeVar("P")

CHECKPOINTS = ".checkpoints"
"""Folder of the checkpoints of points that were stopped, inside the study's."""


class MissingResultsError(ValueError):
    """Some points of a study have not been measured yet."""


@dataclass(frozen=True)
class Study(Generic[P]):
    """A named grid of points and the function that measures one of them.

    Attributes:
        name: also the name of the study's folder: letters, digits, `.`, `_` and `-`.
        points: frozen dataclasses of JSON values, all different; an optional property `label` names a point.
        measure: from a point to its dataset; must depend on nothing but the point.
        checkpoint_seconds: least time between two checkpoints that `measure` keeps within a point, in the folder that
            is then its second argument, this being the third; it goes on from those that it finds there. None: a point
            that is stopped is measured again from the start.

    Raises:
        ValueError: a bad name, a point that is not a frozen dataclass of JSON values, or a repeated point.
    """

    name: str
    points: tuple[P, ...]
    measure: Callable[..., xr.Dataset]
    checkpoint_seconds: float | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w[\w.-]*", self.name, flags=re.ASCII):
            raise ValueError(f"a study's name must be letters, digits, '.', '_' or '-', got {self.name!r}")
        names = [file_name(point) for point in self.points]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"study {self.name!r} has the same point more than once: {', '.join(repeated)}")


def settings_of(point: object) -> dict[str, Any]:
    """The settings a point stands for: its fields, and the name of its class.

    Raises:
        ValueError: `point` is not a frozen dataclass, or a field is not a JSON value.
    """
    kind = type(point)
    if not dataclasses.is_dataclass(point) or isinstance(point, type) or not vars(kind)["__dataclass_params__"].frozen:
        raise ValueError(f"a study's point must be a frozen dataclass, got {point!r}")
    settings = {"point": kind.__name__, **dataclasses.asdict(point)}
    try:
        canonical_json(settings)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the fields of a study's point must be JSON values, got {point!r}: {error}") from error
    return settings


def label_of(point: object) -> str:
    """What a reader calls the point: its `label` if it has one, else the name of its class."""
    return str(getattr(point, "label", type(point).__name__))


def file_name(point: object) -> str:
    """The name of the point's result file: its label made safe, and 8 hex digits of its settings' digest.

    Raises:
        ValueError: as `settings_of`.
    """
    settings_digest = hashlib.sha256(canonical_json(settings_of(point)).encode()).hexdigest()[:8]
    readable = re.sub(r"[^A-Za-z0-9.=+_-]+", "-", label_of(point)).strip("-.")[:80]
    return f"{readable}-{settings_digest}.nc"


def run_study(study: Study[P], out: Path, progress: bool = True) -> list[xr.Dataset]:
    """Measure the points of `study` that have no results under `out` yet; return the datasets of all, in order.

    The folder and every existing file of the study are checked before any work starts. Finished points are never
    measured again. Each point is written whole as soon as it is measured, with its wall time in seconds.

    Raises:
        OutputFolderError: results cannot be written to `out`; those written before are kept.
        CorruptResultsError: an existing file of this study is damaged or belongs to another point.
    """
    datasets = _finished(study, out)
    paths = [Path(out) / study.name / file_name(point) for point in study.points]
    missing = [(path, point) for path, point in zip(paths, study.points, strict=True) if path not in datasets]
    bar = tqdm(total=len(paths), initial=len(datasets), unit="point", file=sys.stderr, disable=not progress)
    with bar:
        for path, point in missing:
            bar.set_description(f"{study.name}: {label_of(point)}")
            datasets[path] = measure_point(study, point, out, path)
            remove_checkpoints(study, point, out)
            bar.update()
    return [datasets[path] for path in paths]


def measure_point(study: Study[P], point: P, out: Path, path: Path) -> xr.Dataset:
    """Measure one point of `study` and write it whole to `path`, with its wall time in seconds; return it so.

    Its checkpoints under `out` are used and left; `remove_checkpoints` is for when the result is in its place. The time
    is that since the last stop.

    Raises:
        OutputFolderError: it cannot be written, as when the disk is full.
    """
    start, folder = time.perf_counter(), checkpoint_folder(study, point, out)
    seconds = study.checkpoint_seconds
    measured = study.measure(point) if seconds is None else study.measure(point, folder, seconds)
    return write_results(path, measured, settings_of(point), seconds=time.perf_counter() - start)


def checkpoint_folder(study: Study[P], point: P, out: Path) -> Path:
    """Where a resumable measurement of a point keeps its own checkpoints."""
    return Path(out).resolve() / study.name / CHECKPOINTS / Path(file_name(point)).stem


def remove_checkpoints(study: Study[P], point: P, out: Path) -> None:
    """Remove the checkpoints of a point whose result is in its place."""
    folder = checkpoint_folder(study, point, out)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # missing, or in use for other points
        folder.parent.rmdir()


def check_study(study: Study[P], out: Path) -> int:
    """Check the folder and every existing file of `study`, without measuring; return how many points are missing.

    With several studies, check all of them before the first one starts.

    Raises:
        OutputFolderError: results cannot be written to `out`.
        CorruptResultsError: an existing file of this study is damaged or belongs to another point.
    """
    return len(study.points) - len(_finished(study, out))


def pending(study: Study[P], out: Path) -> tuple[P, ...]:
    """The points of `study` that have no result file under `out`, in order."""
    folder = Path(out) / study.name
    return tuple(point for point in study.points if not (folder / file_name(point)).exists())


def load_study(study: Study[P], out: Path) -> list[xr.Dataset]:
    """The datasets of a finished study, in the order of its points.

    Raises:
        MissingResultsError: some points have no results.
        CorruptResultsError: a file is damaged or belongs to another point.
    """
    folder = Path(out) / study.name
    missing = pending(study, out)
    if missing:
        raise MissingResultsError(
            f"{len(missing)} of the {len(study.points)} points of study {study.name!r} have no results in {folder} "
            f"(first: {label_of(missing[0])}); run the study with this folder to measure them"
        )
    return [_read_point(folder / file_name(point), point) for point in study.points]


def _finished(study: Study[P], out: Path) -> dict[Path, xr.Dataset]:
    """The verified datasets of the points that have files, by path; temporary files of killed runs are removed."""
    folder = check_output_folder(Path(out) / study.name)
    for leftover in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        leftover.unlink(missing_ok=True)
    files = [(folder / file_name(point), point) for point in study.points]
    finished = {path: _read_point(path, point) for path, point in files if path.exists()}
    for point in (point for path, point in files if path in finished):
        remove_checkpoints(study, point, out)
    return finished


def _read_point(path: Path, point: object) -> xr.Dataset:
    dataset = read_results(path)
    if canonical_json(stored_settings(dataset)) != canonical_json(settings_of(point)):
        raise CorruptResultsError(path, f"holds the results of other settings than {label_of(point)}")
    return dataset
