"""One job of a sweep, run in this process: what it claims, skips, takes up again, and leaves when it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sims.harness import results, worker
from sims.harness.results import OutputFolderError, write_results
from sims.harness.sweep import Study, load_study, pending, run_study
from sims.harness.worker import (
    FOLDER,
    FailedPointsError,
    Worker,
    failure_of,
    owner_of,
    prepare,
    result_of,
    running_jobs,
)


@dataclass(frozen=True)
class Point:
    value: int


POINTS = tuple(map(Point, range(4)))


def noise(point: Point) -> xr.Dataset:
    return xr.Dataset({"draw": ("trial", np.random.default_rng(point.value).normal(size=4))})


def study_of(measure: Callable[[Point], xr.Dataset], name: str = "noise") -> Study[Point]:
    return Study(name, POINTS, measure)


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make this process the job of that name."""

    def become(name: str) -> None:
        monkeypatch.setenv("SUBMITIT_EXECUTOR", "local")
        monkeypatch.setenv("SUBMITIT_LOCAL_JOB_ID", name)

    become("7")
    return become


def test_all_points_of_all_studies_are_measured_like_a_local_study(tmp_path: Path, job) -> None:
    studies = study_of(noise, "a"), study_of(noise, "b")
    prepare(studies, tmp_path)
    for study in studies:
        (tmp_path / study.name).mkdir()
    assert Worker(studies, tmp_path)() == 8
    for study in studies:
        for ours, theirs in zip(load_study(study, tmp_path), run_study(study, tmp_path / "local", False), strict=True):
            assert ours.attrs["sha256"] == theirs.attrs["sha256"]
    assert not list((tmp_path / FOLDER).rglob("*.nc.*"))
    assert Worker(studies, tmp_path)() == 0


def test_points_of_other_jobs_are_left_and_ones_own_are_taken_up_again(tmp_path: Path, job) -> None:
    measured: list[int] = []

    def measure(point: Point) -> xr.Dataset:
        if (point.value, len(measured)) == (1, 1):
            raise KeyboardInterrupt  # the cluster stops the job here
        measured.append(point.value)
        return noise(point)

    study = study_of(measure)
    prepare((study,), tmp_path)
    (tmp_path / study.name).mkdir()
    with pytest.raises(KeyboardInterrupt):
        Worker((study,), tmp_path)()
    assert pending(study, tmp_path) == POINTS[1:]
    assert owner_of(tmp_path, study, POINTS[1]) == "7"
    assert owner_of(tmp_path, study, POINTS[2]) is None
    measured += [-1]
    job("8")
    assert Worker((study,), tmp_path)() == 2  # 2 and 3: point 1 is job 7's
    job("7")
    assert Worker((study,), tmp_path)() == 1
    assert measured == [0, -1, 2, 3, 1]
    assert not pending(study, tmp_path)


def test_a_failing_point_costs_no_other(tmp_path: Path, job, capsys: pytest.CaptureFixture[str]) -> None:
    def measure(point: Point) -> xr.Dataset:
        return noise(point) if point.value != 1 else xr.Dataset({"x": 1 // 0})

    study = study_of(measure)
    prepare((study,), tmp_path)
    (tmp_path / study.name).mkdir()
    with pytest.raises(FailedPointsError, match="1 points could not be measured, 3 were"):
        Worker((study,), tmp_path)()
    assert pending(study, tmp_path) == (POINTS[1],)
    assert (failure_of(tmp_path, study, POINTS[1]) or "").startswith("ZeroDivisionError: ")
    assert "Traceback" in capsys.readouterr().err
    assert Worker((study,), tmp_path)() == 0  # a job started again does not try again


def test_a_full_disk_stops_the_job_and_keeps_what_is_there(
    tmp_path: Path, job, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []

    def measure(point: Point) -> xr.Dataset:
        measured.append(point.value)
        if point.value == 2:
            monkeypatch.setattr(results, "_write_whole", full)
        return noise(point)

    def full(*_) -> None:
        raise OSError(28, "No space left on device")

    study = study_of(measure)
    prepare((study,), tmp_path)
    (tmp_path / study.name).mkdir()
    with pytest.raises(OutputFolderError, match="No space left on device"):
        Worker((study,), tmp_path)()
    assert measured == [0, 1, 2]
    assert pending(study, tmp_path) == POINTS[2:]
    assert "No space left" in (failure_of(tmp_path, study, POINTS[2]) or "")


def test_a_job_is_known_while_its_process_runs(tmp_path: Path, job) -> None:
    seen: list[set[str]] = []

    def measure(point: Point) -> xr.Dataset:
        seen.append(running_jobs(tmp_path))
        return noise(point)

    study = study_of(measure)
    prepare((study,), tmp_path)
    (tmp_path / study.name).mkdir()
    assert running_jobs(tmp_path) == set()
    Worker((study,), tmp_path)()
    assert seen == [{"7"}] * 4
    assert running_jobs(tmp_path) == set()


def test_preparing_forgets_earlier_jobs_but_no_result(tmp_path: Path, job) -> None:
    study = study_of(noise)
    prepare((study,), tmp_path)
    (tmp_path / study.name).mkdir()
    write_results(result_of(tmp_path, study, POINTS[0]), noise(POINTS[0]), {})
    assert worker._claim(tmp_path, study, POINTS[1], "3")
    prepare((study,), tmp_path)
    assert owner_of(tmp_path, study, POINTS[1]) is None
    assert result_of(tmp_path, study, POINTS[0]).exists()


def test_a_job_stopped_by_the_cluster_is_sent_again_as_it_was(tmp_path: Path) -> None:
    work = Worker((study_of(noise),), tmp_path)
    again = work.checkpoint()
    assert again.function is work
    assert not again.args
    assert not again.kwargs
