"""Resumable studies: nothing is measured twice, nothing half-written is left, killed studies go on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sims.harness.results import CorruptResultsError, OutputFolderError
from sims.harness.sweep import (
    MissingResultsError,
    Study,
    checkpoint_folder,
    file_name,
    load_study,
    pending,
    run_study,
    settings_of,
)


@dataclass(frozen=True)
class SquarePoint:
    value: int
    seed: int = 0

    @property
    def label(self) -> str:
        return f"square of {self.value}"


@dataclass(frozen=True)
class AnyPoint:
    value: object


@dataclass
class MutablePoint:
    value: int


POINTS = tuple(SquarePoint(value) for value in (3, 1, 2))


def square(point: SquarePoint) -> xr.Dataset:
    noise = np.random.default_rng([point.value, point.seed]).normal(size=4)
    return xr.Dataset({"square": ("trial", point.value**2 + noise)})


def recording(measured: list[int]) -> Callable[[SquarePoint], xr.Dataset]:
    def measure(point: SquarePoint) -> xr.Dataset:
        measured.append(point.value)
        return square(point)

    return measure


def test_points_are_measured_once_and_returned_in_order(tmp_path: Path) -> None:
    measured: list[int] = []
    study = Study("squares", POINTS, recording(measured))
    first = run_study(study, tmp_path, progress=False)
    again = run_study(study, tmp_path, progress=False)
    assert measured == [3, 1, 2]
    for point, before, after in zip(POINTS, first, again, strict=True):
        assert before.identical(after)
        assert before.drop_attrs().identical(square(point))
        assert before.attrs["seconds"] >= 0


def test_only_new_points_are_measured(tmp_path: Path) -> None:
    measured: list[int] = []
    run_study(Study("squares", POINTS[:1], recording(measured)), tmp_path, progress=False)
    larger = Study("squares", POINTS, recording(measured))
    assert pending(larger, tmp_path) == POINTS[1:]
    run_study(larger, tmp_path, progress=False)
    assert measured == [3, 1, 2]
    assert pending(larger, tmp_path) == ()


def test_changed_settings_are_another_point() -> None:
    assert file_name(SquarePoint(3)) != file_name(SquarePoint(3, seed=1))
    assert file_name(SquarePoint(3)).startswith("square-of-3-")
    assert settings_of(SquarePoint(3)) == {"point": "SquarePoint", "value": 3, "seed": 0}
    assert file_name(AnyPoint(1)).startswith("AnyPoint-")


def test_load_needs_every_point(tmp_path: Path) -> None:
    run_study(Study("squares", POINTS[:1], square), tmp_path, progress=False)
    study = Study("squares", POINTS, square)
    with pytest.raises(MissingResultsError, match=r"2 of the 3 points .*square of 1.*run the study"):
        load_study(study, tmp_path)
    expected = run_study(study, tmp_path, progress=False)
    assert all(a.identical(b) for a, b in zip(load_study(study, tmp_path), expected, strict=True))


def test_corrupt_file_stops_the_study_before_any_work(tmp_path: Path) -> None:
    run_study(Study("squares", POINTS[2:], square), tmp_path, progress=False)
    damaged = tmp_path / "squares" / file_name(POINTS[2])
    damaged.write_bytes(damaged.read_bytes()[:1000])
    measured: list[int] = []
    with pytest.raises(CorruptResultsError, match="square-of-2"):
        run_study(Study("squares", POINTS, recording(measured)), tmp_path, progress=False)
    assert measured == []


def test_file_of_another_point_is_refused(tmp_path: Path) -> None:
    study = Study("squares", POINTS, square)
    run_study(study, tmp_path, progress=False)
    folder = tmp_path / "squares"
    (folder / file_name(POINTS[0])).replace(folder / file_name(POINTS[1]))
    with pytest.raises(CorruptResultsError, match="other settings"):
        load_study(Study("squares", POINTS[1:], square), tmp_path)


def test_bad_output_folder(tmp_path: Path) -> None:
    (tmp_path / "squares").write_text("")
    measured: list[int] = []
    with pytest.raises(OutputFolderError):
        run_study(Study("squares", POINTS, recording(measured)), tmp_path, progress=False)
    assert measured == []


def test_interrupt_keeps_the_finished_points_only(tmp_path: Path) -> None:
    def interrupted(point: SquarePoint) -> xr.Dataset:
        if point.value == 1:
            raise KeyboardInterrupt
        return square(point)

    with pytest.raises(KeyboardInterrupt):
        run_study(Study("squares", POINTS, interrupted), tmp_path, progress=False)
    assert [path.name for path in (tmp_path / "squares").iterdir()] == [file_name(POINTS[0])]


def test_leftovers_of_killed_runs_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "squares"
    folder.mkdir()
    (folder / ".square.nc.abc.partial").write_bytes(b"half a file")
    run_study(Study("squares", POINTS, square), tmp_path, progress=False)
    assert {path.name for path in folder.iterdir()} == {file_name(point) for point in POINTS}


def test_progress_goes_to_stderr_with_the_label(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_study(Study("squares", POINTS, square), tmp_path)
    captured = capsys.readouterr()
    assert "square of 2" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("name", ["", "a/b", "../up", ".hidden", "two words"])
def test_study_name_must_be_a_plain_file_name(name: str) -> None:
    with pytest.raises(ValueError, match="study's name"):
        Study(name, POINTS, square)


@pytest.mark.parametrize("point", [MutablePoint(1), AnyPoint(object()), AnyPoint(float("nan")), "text", SquarePoint])
def test_point_must_be_a_frozen_dataclass_of_json_values(point: object) -> None:
    with pytest.raises(ValueError, match="study's point"):
        Study("bad", (point,), lambda _: xr.Dataset())


def test_points_must_differ() -> None:
    with pytest.raises(ValueError, match="more than once"):
        Study("squares", (*POINTS, SquarePoint(1)), square)


SLOW_STUDY = """
import time
from dataclasses import dataclass
from pathlib import Path
import numpy as np, xarray as xr
from sims.harness.sweep import Study, run_study

@dataclass(frozen=True)
class SlowPoint:
    value: int
    label = property(lambda self: f"slow {self.value}")

def run(out, seconds):
    def measure(point):
        time.sleep(seconds)
        return xr.Dataset({"draw": ("trial", np.random.default_rng(point.value).normal(size=200_000))})
    return run_study(Study("slow", tuple(map(SlowPoint, range(6))), measure), Path(out), progress=False)
"""


def test_killed_study_resumes_with_identical_data(tmp_path: Path) -> None:
    here: dict = {}
    exec(SLOW_STUDY, here)
    whole = here["run"](tmp_path / "whole", 0)
    out, folder = tmp_path / "killed", tmp_path / "killed" / "slow"
    victim = subprocess.Popen([sys.executable, "-c", f"{SLOW_STUDY}\nrun({str(out)!r}, 0.3)"])
    deadline = time.monotonic() + 60
    while len(list(folder.glob("[!.]*.nc"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(victim.pid, signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    finished = {path: path.stat().st_mtime_ns for path in folder.glob("[!.]*.nc")}
    assert 2 <= len(finished) < 6
    resumed = here["run"](out, 0)
    assert all(a.drop_attrs().identical(b.drop_attrs()) for a, b in zip(resumed, whole, strict=True))
    assert [data.attrs["sha256"] for data in resumed] == [data.attrs["sha256"] for data in whole]
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert not list(folder.glob(".*"))


def test_a_point_with_checkpoints_has_a_folder_of_its_own_until_it_is_measured(tmp_path):
    """It finds there what it left when it was stopped; a point that is done leaves nothing."""
    told = []

    def measure(point: SquarePoint, folder: Path, seconds: float) -> xr.Dataset:
        told.append((point.value, seconds, [path.read_text() for path in folder.glob("*")]))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "half").write_text(str(point.value))
        if point.value == 1 and len(told) == 2:
            raise KeyboardInterrupt
        return square(point)

    study = Study("squares", POINTS, measure, 7.0)
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path, progress=False)
    assert checkpoint_folder(study, POINTS[1], tmp_path).is_dir()
    checkpoint_folder(study, POINTS[0], tmp_path).mkdir()  # as if killed just after its result was written
    found = run_study(study, tmp_path, progress=False)
    assert told == [(3, 7.0, []), (1, 7.0, []), (1, 7.0, ["1"]), (2, 7.0, [])]
    assert [int(data["square"].mean().round()) for data in found] == [
        int(square(point)["square"].mean().round()) for point in POINTS
    ]
    assert sorted(path.name for path in (tmp_path / "squares").iterdir()) == sorted(map(file_name, POINTS))
