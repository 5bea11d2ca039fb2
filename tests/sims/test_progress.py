"""Progress of studies: what is done, damaged, missing or in the hands of a job, told without touching anything."""

import fcntl
from dataclasses import dataclass, replace

import numpy as np
import pytest
import xarray as xr

from sims.harness.cluster import ClusterError, Sent
from sims.harness.progress import progress_of
from sims.harness.sweep import Study, file_name, run_study
from sims.harness.worker import FOLDER, prepare


@dataclass(frozen=True)
class Point:
    value: int
    label = property(lambda self: f"number {self.value}")


def draw(point):
    return xr.Dataset({"draw": ("trial", np.random.default_rng(point.value).normal(size=5000))})


STUDY = Study("numbers", tuple(map(Point, range(5))), draw)


@pytest.fixture
def some(tmp_path):
    """Points 0 and 1 are measured, and the file of 1 is damaged."""
    run_study(replace(STUDY, points=STUDY.points[:2]), tmp_path, progress=False)
    damaged = tmp_path / "numbers" / file_name(Point(1))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    return tmp_path


@pytest.fixture
def sent(some):
    """Jobs were sent: 7 claimed points 2 and 4 and failed at 4, 8 claimed 3."""
    folder = prepare((STUDY,), some)
    for value, job in ((2, "7"), (3, "8"), (4, "7")):
        (folder / "claims" / "numbers" / file_name(Point(value))).write_text(job)
    (folder / "failures" / "numbers" / file_name(Point(4))).write_text("ValueError: four")
    (folder / "sent").write_text("local cwb-1")
    return some


def everything(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_nothing_is_there_yet_and_looking_makes_nothing(tmp_path):
    found = progress_of([STUDY], tmp_path / "none")
    assert [each.state for each in found] == ["missing"] * 5
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_is_named(some):
    before = everything(some)
    done, damaged, *missing = progress_of([STUDY], some)
    assert (done.study, done.label, done.state, done.detail) == ("numbers", "number 0", "done", "")
    assert damaged.state == "damaged"
    assert str(some / "numbers" / file_name(Point(1))) in damaged.detail
    assert {each.state for each in missing} == {"missing"}
    assert everything(some) == before


def test_a_file_of_other_settings_is_damaged(some):
    (some / "numbers" / file_name(Point(0))).rename(some / "numbers" / file_name(Point(2)))
    found = progress_of([STUDY], some)
    assert [each.state for each in found] == ["missing", "damaged", "damaged", "missing", "missing"]
    assert "holds the results of other settings than number 2" in found[2].detail


def test_a_point_runs_if_its_job_lives(sent):
    before = everything(sent)
    with (sent / FOLDER / "running" / "7").open("w") as alive, (sent / FOLDER / "running" / "8").open("w"):
        fcntl.flock(alive, fcntl.LOCK_EX)
        _, _, running, stopped, failed = progress_of([STUDY], sent)
        assert (running.state, running.detail) == ("running", "job 7")
        assert (stopped.state, stopped.detail) == ("missing", "was being measured when job 8 ended")
        assert (failed.state, failed.detail) == ("missing", "failed in job 7 (ValueError: four)")
    assert set(everything(sent)) - set(before) == {sent / FOLDER / "running" / each for each in "78"}


def test_a_queue_that_cannot_be_asked_is_said(sent, monkeypatch):
    def states(self):
        raise ClusterError("Slurm does not answer")

    monkeypatch.setattr(Sent, "states", states)
    claimed = progress_of([STUDY], sent)[2]
    assert claimed.state == "missing"
    assert claimed.detail == "claimed by job 7; Slurm cannot be asked here whether it runs"
