"""What one job of a sweep on a cluster does: claim a point, measure it, write it whole, take the next.

Jobs share a folder and nothing else. A point is claimed by creating a file that only one job can create and that names
it, so points of any cost spread over the jobs by themselves, and a job that starts late or ends early leaves the rest
to the others. A job that the cluster starts again under its old name takes up the point it had claimed. Results are
written beside the claims first and moved into place in one step, so nothing half-written ever lies among the results.
"""

import contextlib
import fcntl
import shutil
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import submitit

from sims.harness.results import OutputFolderError
from sims.harness.sweep import Study, file_name, label_of, measure_point, remove_checkpoints

FOLDER = ".cluster"
"""Where jobs keep claims and logs, inside the output folder; no study's name can begin with a dot."""


class FailedPointsError(RuntimeError):
    """A job could not measure some of its points; it measured all others."""


@dataclass(frozen=True)
class Worker:
    """The work of one job, as it is sent to the cluster.

    Attributes:
        studies: what to measure, in this order.
        out: absolute output folder, seen by every machine.
    """

    studies: tuple[Study[Any], ...]
    out: Path

    def __call__(self) -> int:
        """Measure points until none is left to claim; return how many.

        Raises:
            OutputFolderError: a result cannot be written; no further point is taken.
            FailedPointsError: some measurements raised errors; all other points are done.
        """
        environment = submitit.JobEnvironment()
        job, measured, failed = environment.job_id, 0, 0
        with _running(self.out, job) if environment.cluster == "local" else contextlib.nullcontext():
            for study in self.studies:
                for point in study.points:
                    if result_of(self.out, study, point).exists() or not _claim(self.out, study, point, job):
                        continue
                    done = self._measure(study, point)
                    measured, failed = measured + done, failed + (not done)
        if failed:
            raise FailedPointsError(f"{failed} points could not be measured, {measured} were")
        return measured

    def checkpoint(self) -> submitit.helpers.DelayedSubmission:
        """What submitit starts when the cluster's time limit or a preemption stops the job: the same work again."""
        return submitit.helpers.DelayedSubmission(self)

    def _measure(self, study: Study[Any], point: Any) -> bool:
        print(f"{study.name}: {label_of(point)}", flush=True)
        staged = _beside(self.out, "results", study, point)
        try:
            measure_point(study, point, self.out, staged)
        except OutputFolderError as error:
            with contextlib.suppress(OSError):
                _record_failure(self.out, study, point, error)
            raise
        except Exception as error:  # whatever a measurement raises must not cost the other points
            traceback.print_exc(file=sys.stderr)
            _record_failure(self.out, study, point, error)
            return False
        staged.replace(result_of(self.out, study, point))
        remove_checkpoints(study, point, self.out)
        return True


def prepare(studies: tuple[Study[Any], ...], out: Path) -> Path:
    """Make the folder that the jobs of these studies share, empty of earlier claims and logs; return it."""
    folder = out / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for what in ("claims", "failures", "results"):
        for study in studies:
            (folder / what / study.name).mkdir(parents=True)
    (folder / "running").mkdir()
    return folder


def result_of(out: Path, study: Study[Any], point: Any) -> Path:
    """Where the result of a point belongs."""
    return out / study.name / file_name(point)


def owner_of(out: Path, study: Study[Any], point: Any) -> str | None:
    """The job that claimed a point, or None."""
    return _text(_beside(out, "claims", study, point))


def failure_of(out: Path, study: Study[Any], point: Any) -> str | None:
    """The error that measuring a point raised, or None."""
    return _text(_beside(out, "failures", study, point))


def running_jobs(out: Path) -> set[str]:
    """The jobs on this machine whose processes live: a lock goes with its process, however that ends."""
    return {path.name for path in (out / FOLDER / "running").glob("*") if _locked(path)}


@contextlib.contextmanager
def _running(out: Path, job: str) -> Iterator[None]:
    with (out / FOLDER / "running" / job).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _claim(out: Path, study: Study[Any], point: Any, job: str) -> bool:
    """Whether the point is this job's now, or was when it was stopped."""
    try:
        with _beside(out, "claims", study, point).open("x") as file:
            file.write(job)
    except FileExistsError:
        return owner_of(out, study, point) == job and failure_of(out, study, point) is None
    return not result_of(out, study, point).exists()


def _record_failure(out: Path, study: Study[Any], point: Any, error: Exception) -> None:
    _beside(out, "failures", study, point).write_text(f"{type(error).__name__}: {error}")


def _beside(out: Path, what: str, study: Study[Any], point: Any) -> Path:
    return out / FOLDER / what / study.name / file_name(point)


def _text(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
