"""How far studies are: which points have results, which files are damaged, which points are being measured.

Looking changes nothing: no file is written or removed, and jobs that run go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sims.harness.cluster import ClusterError, living, sent_earlier
from sims.harness.results import CorruptResultsError
from sims.harness.sweep import MissingResultsError, Study, checkpoint_folder, label_of, load_study
from sims.harness.worker import failure_of, owner_of

State = Literal["done", "running", "missing", "damaged"]
"""Of a point: measured; claimed by a job that lives; not measured; or with a file that must not be used."""


@dataclass(frozen=True)
class Progress:
    """How far one point is.

    Attributes:
        study: its study's name.
        label: what a reader calls the point.
        state: how far it is.
        detail: what is wrong with its file, which job measures it or did so when it ended, or the error it raised.
    """

    study: str
    label: str
    state: State
    detail: str = ""


def progress_of(studies: Iterable[Study[Any]], out: Path) -> tuple[Progress, ...]:
    """How far every point of some studies is, by the results under `out` and by the jobs last sent for that folder.

    Points that a process measures without jobs are missing until they are done: nothing on disk tells of them.
    """
    out = Path(out).resolve()
    jobs = _living_jobs(out)
    return tuple(_of_point(study, point, out, jobs) for study in studies for point in study.points)


def _of_point(study: Study[Any], point: Any, out: Path, jobs: set[str] | None) -> Progress:
    of = Progress(study.name, label_of(point), "done")
    try:
        load_study(replace(study, points=(point,)), out)
    except CorruptResultsError as error:
        return replace(of, state="damaged", detail=str(error))
    except MissingResultsError:
        return replace(of, **_missing(study, point, out, jobs))
    return of


def _missing(study: Study[Any], point: Any, out: Path, jobs: set[str] | None) -> dict[str, Any]:
    owner, failure = owner_of(out, study, point), failure_of(out, study, point)
    stopped = checkpoint_folder(study, point, out).exists()
    if failure is not None:
        return {"state": "missing", "detail": f"failed in job {owner} ({failure})"}
    if owner is None:
        return {"state": "missing", "detail": "goes on from a checkpoint" if stopped else ""}
    if jobs is None:
        return {"state": "missing", "detail": f"claimed by job {owner}; Slurm cannot be asked here whether it runs"}
    if owner in jobs:
        return {"state": "running", "detail": f"job {owner}"}
    return {"state": "missing", "detail": f"was being measured when job {owner} ended"}


def _living_jobs(out: Path) -> set[str] | None:
    """The jobs last sent for a folder that live; None if the cluster cannot be asked."""
    sent = sent_earlier(out)
    try:
        return set() if sent is None else set(living(sent.states()))
    except (ClusterError, OSError):
        return None
