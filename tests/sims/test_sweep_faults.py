"""Sweeps that are killed again and again, or run out of disk: nothing finished is lost, and the end is the same."""

import contextlib
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sims.harness.results import OutputFolderError
from sims.harness.sweep import Study, pending, run_study

KILLS = 20

KILLED_AGAIN_AND_AGAIN = """
import json, os, random, select, signal, sys, time
from dataclasses import dataclass
from pathlib import Path
import h5netcdf, numpy as np, xarray as xr
from sims.harness.results import code_version
from sims.harness.sweep import Study, run_study

@dataclass(frozen=True)
class Point:
    value: int
    label = property(lambda self: f"number {self.value}")

out, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
log, begun = out / "log", os.pipe()
out.mkdir()
log.touch()

def measure(point, seconds=0.01):
    with log.open("a") as file:
        file.write(f"{point.value}\\n")
    os.write(begun[1], b".")
    time.sleep(seconds)
    return xr.Dataset({"draw": ("trial", np.random.default_rng(point.value).normal(size=500))})

study = Study("killed", tuple(map(Point, range(150))), measure)
draw = random.Random(seed)
finished, killed, changed = {}, 0, []

def wait_for(count):
    while count and select.select([begun[0]], [], [], 30)[0]:
        os.read(begun[0], 1)
        count -= 1

# Processes are forked here, before JAX has started any thread, so that twenty starts cost no twenty imports.
code_version()
for kill in range(kills):
    child = os.fork()
    if child == 0:
        run_study(study, out, progress=False)
        os._exit(0)
    if kill % 5:
        wait_for(draw.randint(2, 4))
        time.sleep(draw.uniform(0, 0.03))
    else:
        time.sleep(draw.uniform(0, 0.4))
    os.kill(child, signal.SIGKILL)
    killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    while select.select([begun[0]], [], [], 0)[0]:
        os.read(begun[0], 4096)
    files = {path.name: path.stat().st_mtime_ns for path in (out / "killed").glob("[!.]*")}
    changed += [name for name, written in finished.items() if files.get(name) != written]
    finished = files

begun_at_last = len(log.read_text().split())
resumed = run_study(study, out, progress=False)
begun_in_all = len(log.read_text().split())
whole = run_study(Study("whole", study.points, lambda point: measure(point, 0)), out, progress=False)
tables = [xr.concat([each.drop_attrs() for each in run], "point") for run in (resumed, whole)]
print(json.dumps({
    "killed": killed,
    "finished before the last run": len(finished),
    "changed": changed,
    "begun in the last run": begun_in_all - begun_at_last,
    "begun in all": begun_in_all,
    "identical": tables[0].identical(tables[1]),
    "digests": [each.attrs["sha256"] for each in resumed] == [each.attrs["sha256"] for each in whole],
    "others": sorted(path.name for path in (out / "killed").glob(".*")),
}))
"""


def test_sweep_killed_twenty_times_ends_with_the_table_of_an_uninterrupted_one(tmp_path: Path) -> None:
    seed = int(np.random.SeedSequence().generate_state(1)[0])
    command = [sys.executable, "-W", "ignore", "-c", KILLED_AGAIN_AND_AGAIN, str(tmp_path / "out"), str(KILLS)]
    run = subprocess.run([*command, str(seed)], capture_output=True, text=True, check=False, timeout=180)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    told = f"seed of the times: {seed}; {report}"
    assert report["killed"] == KILLS, told
    assert KILLS * 4 // 5 <= report["finished before the last run"] < 150, told  # four kills in five came later
    assert report["changed"] == [], told
    assert report["begun in the last run"] == 150 - report["finished before the last run"], told
    assert report["begun in all"] <= 150 + KILLS, told  # each kill costs its running point at most
    assert report["identical"], told
    assert report["digests"], told
    assert report["others"] == [], told


@dataclass(frozen=True)
class SizedPoint:
    value: int
    numbers: int

    @property
    def label(self) -> str:
        return f"number {self.value}"


def sized(point: SizedPoint) -> xr.Dataset:
    return xr.Dataset({"draw": ("trial", np.random.default_rng(point.value).normal(size=point.numbers))})


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond a megabyte, as under a quota."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("small_files")
def test_file_that_cannot_be_written_is_told_and_nothing_else_is_lost(tmp_path: Path) -> None:
    points = SizedPoint(0, 100), SizedPoint(1, 100), SizedPoint(2, 200_000), SizedPoint(3, 100)
    with pytest.raises(OutputFolderError, match=r"cannot write .*number-2-.*: File too large; what was written before"):
        run_study(Study("sized", points, sized), tmp_path, progress=False)
    assert len(list((tmp_path / "sized").iterdir())) == 2
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    measured: list[int] = []

    def again(point: SizedPoint) -> xr.Dataset:
        measured.append(point.value)
        return sized(point)

    results = run_study(Study("sized", points, again), tmp_path, progress=False)
    assert measured == [2, 3]
    assert all(found.drop_attrs().identical(sized(point)) for found, point in zip(results, points, strict=True))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("only who may mount disks can fill one")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk_is_told_and_the_sweep_goes_on_when_there_is_room(small_disk: Path) -> None:
    points = tuple(SizedPoint(value, 8_000) for value in range(20))
    study = Study("sized", points, sized)
    with pytest.raises(OutputFolderError, match="No space left on device"):
        run_study(study, small_disk, progress=False)
    finished = {path: path.read_bytes() for path in (small_disk / "sized").iterdir()}
    assert 0 < len(finished) < 20
    assert len(pending(study, small_disk)) == 20 - len(finished)
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    results = run_study(study, small_disk, progress=False)
    assert all(found.drop_attrs().identical(sized(point)) for found, point in zip(results, points, strict=True))
    assert {path: path.read_bytes() for path in finished} == finished


def test_full_disk_is_told_before_any_work(small_disk: Path) -> None:
    with (small_disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    measured: list[int] = []

    def recorded(point: SizedPoint) -> xr.Dataset:
        measured.append(point.value)
        return sized(point)

    with pytest.raises(OutputFolderError, match=r"cannot write results to .*: No space left on device"):
        run_study(Study("sized", (SizedPoint(0, 10),), recorded), small_disk, progress=False)
    assert not measured
