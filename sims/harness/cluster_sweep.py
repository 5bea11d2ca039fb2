"""Studies on a cluster: send jobs for what is missing, watch them, and tell what became of every point.

One array of jobs is sent for all missing points of several studies; the jobs share the points out among themselves
(`sims.harness.worker`). The submitting process only watches, and may be killed: started again it finds the jobs and
watches on. Once no job lives, what is missing then is sent, or, if this process had sent it before, told.
"""

import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from tqdm import tqdm

from sims.harness.cluster import Cluster, ClusterError, Kind, Sent, living, send, sent_earlier
from sims.harness.results import check_output_folder
from sims.harness.sweep import MissingResultsError, Study, check_study, label_of, load_study
from sims.harness.worker import FOLDER, Worker, failure_of, owner_of, prepare, result_of

POLL_SECONDS: dict[Kind, float] = {"slurm": 5.0, "local": 0.5}
"""How long to wait before looking at files and queue again."""

TOLD = 10
"""How many missing points an error names."""

Studies = tuple[Study[Any], ...]


class UnfinishedSweepError(MissingResultsError):
    """All jobs have ended, and some points have no results."""


def run_studies(
    studies: Sequence[Study[Any]], out: Path, cluster: Cluster, progress: bool = True
) -> list[list[xr.Dataset]]:
    """Measure the missing points of several studies on a cluster; return the datasets of every study, in order.

    Finished points are never measured again, and results are the same as from `run_study`. Jobs that an earlier call
    sent for this folder are waited for first. One process at a time may do this for a folder.

    Args:
        studies: of different names.
        out: output folder; every machine of the cluster must see it under the same path.
        cluster: where the jobs go.
        progress: whether to show finished points and the states of the jobs on stderr.

    Raises:
        ValueError: two studies of one name.
        OutputFolderError: results cannot be written to `out`.
        CorruptResultsError: an existing file is damaged or belongs to another point.
        ClusterError: the cluster refuses the jobs.
        UnfinishedSweepError: the jobs ended and left points without results; the message tells which, and why.
    """
    out, all_studies = Path(out).resolve(), tuple(studies)
    names = [study.name for study in all_studies]
    if len(set(names)) < len(names):
        raise ValueError(f"studies that share a folder must have different names, got {', '.join(names)}")
    for study in all_studies:
        check_study(study, out)
    earlier = sent_earlier(out)
    if earlier is not None:
        _watch(earlier, all_studies, progress)
    missing = len(_missing(all_studies, out))
    if missing:
        prepare(all_studies, out)
        sent = send(cluster, Worker(all_studies, out), missing)
        if progress:
            how = f" (to cancel: scancel --name={sent.name})" if sent.kind == "slurm" else ""
            print(f"sent {len(sent.handles)} jobs named {sent.name}{how}; logs: {out / FOLDER}", file=sys.stderr)
        states = _watch(sent, all_studies, progress)
        for study in all_studies:  # a full disk explains more; and a network disk lists files afresh after a write
            check_output_folder(out / study.name)
        if _missing(all_studies, out):
            raise UnfinishedSweepError(_story(all_studies, out, states))
    shutil.rmtree(out / FOLDER, ignore_errors=True)
    return [load_study(study, out) for study in all_studies]


def _watch(sent: Sent, studies: Studies, progress: bool) -> Mapping[str, str]:
    """Wait until none of the jobs lives; return their last known states."""
    states = sent.states()
    total = sum(len(study.points) for study in studies)
    finished = total - len(_missing(studies, sent.out))
    hidden = not progress or not living(states)
    with tqdm(total=total, initial=finished, unit="point", file=sys.stderr, disable=hidden) as bar:
        while living(states):
            counts = Counter(living(states).values())
            bar.set_postfix_str(", ".join(f"{count} {state.lower()}" for state, count in counts.items()))
            time.sleep(POLL_SECONDS[sent.kind])
            try:
                states = sent.states()
            except ClusterError as error:  # jobs run on, and a queue that does not answer now may answer later
                bar.set_postfix_str(str(error))
            bar.update(total - len(_missing(studies, sent.out)) - bar.n)
            if bar.n == total:
                sent.withdraw()
    return states


def _missing(studies: Studies, out: Path) -> list[tuple[Study[Any], Any]]:
    points = [(study, point) for study in studies for point in study.points]
    return [(study, point) for study, point in points if not result_of(out, study, point).exists()]


def _story(studies: Studies, out: Path, states: Mapping[str, str]) -> str:
    """What became of the points that have no results."""
    missing, total = _missing(studies, out), sum(len(study.points) for study in studies)
    told = [f"{study.name}, {label_of(point)}: {_fate(out, study, point, states)}" for study, point in missing[:TOLD]]
    rest = [f"and {len(missing) - TOLD} more"] if len(missing) > TOLD else []
    return (
        f"the jobs have ended, and {len(missing)} of {total} points have no results; {'; '.join([*told, *rest])}. "
        f"Logs are in {out / FOLDER}; the same command measures what is missing"
    )


def _fate(out: Path, study: Study[Any], point: Any, states: Mapping[str, str]) -> str:
    owner, failure = owner_of(out, study, point), failure_of(out, study, point)
    if failure is not None:
        return f"failed in job {owner} ({failure})"
    if owner is None:
        return "not started"
    state = f" ({states[owner].lower()})" if owner in states else ""
    return f"was being measured when job {owner} ended{state}"
