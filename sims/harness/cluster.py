"""Where the jobs of a sweep go: a Slurm cluster, or processes of this machine; through submitit.

Jobs are sent as one array under one name. Slurm's own queue is asked for that name, so what becomes of jobs can be
told by any later process, and without an accounting database.
"""

import shutil
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, cast, get_args

import submitit
from submitit.core.utils import FailedJobError, FailedSubmissionError

from sims.harness.worker import FOLDER, Worker, running_jobs

Kind = Literal["slurm", "local"]
"""A Slurm cluster, or processes of this machine."""

ENDED = frozenset(
    {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"}
    | {"REVOKED", "TIMEOUT"}
)
"""Slurm's names for jobs that have ended; in every other state a job runs or may still run."""

_COMMANDS = ("sbatch", "squeue", "srun", "scancel")
_RECORD = "sent"


class ClusterError(ValueError):
    """The cluster does not take jobs, or does not tell of them."""


@dataclass(frozen=True)
class Cluster:
    """Where jobs go, and what each of them asks for.

    What else a cluster may want to know, such as an account, sbatch takes from its environment (`SBATCH_ACCOUNT`).

    Attributes:
        kind: `slurm`, or `local` for processes of this machine.
        jobs: how many jobs share the points out; all may run at once.
        cpus: cores of a job (Slurm).
        memory: GiB of a job (Slurm).
        gpus: GPUs of a job; local jobs all see the same first ones.
        minutes: time limit of a job; one that reaches it is sent again, up to three times.
        partition: Slurm's partition; empty for the cluster's default.

    Raises:
        ValueError: an attribute out of range, or no Slurm on this machine.
    """

    kind: Kind
    jobs: int = 4
    cpus: int = 2
    memory: int = 8
    gpus: int = 0
    minutes: int = 240
    partition: str = ""

    def __post_init__(self) -> None:
        check_kind(self.kind)
        for name, least in {"jobs": 1, "cpus": 1, "memory": 1, "gpus": 0, "minutes": 1}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} of a cluster's job must be at least {least}, got {getattr(self, name)}")
        absent = [each for each in _COMMANDS if self.kind == "slurm" and not _found(each)]
        if absent:
            raise ValueError(f"Slurm's commands cannot be found on this machine: {', '.join(absent)}")


def check_kind(value: str) -> Kind:
    """Return `value`, or raise ValueError unless it names a kind of cluster."""
    if value not in get_args(Kind):
        raise ValueError(f"cluster must be one of {', '.join(get_args(Kind))}, got {value!r}")
    return cast(Kind, value)


def parse_cluster(text: str) -> Cluster:
    """The cluster that a text like `slurm` or `slurm,jobs=16,partition=gpu,gpus=1,minutes=60` stands for.

    Raises:
        ValueError: a word that is no setting, a number that is none, or as `Cluster`.
    """
    kind, *words = text.split(",")
    known = {each.name: each.type for each in fields(Cluster) if each.name != "kind"}
    settings: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in known or name in settings:
            raise ValueError(f"cluster settings are {'=, '.join(known)}=, each at most once; got {word!r}")
        if known[name] is int and not value.isdecimal():
            raise ValueError(f"{name} of a cluster's job must be a whole number, got {value!r}")
        settings[name] = int(value) if known[name] is int else value
    return Cluster(check_kind(kind), **settings)


@dataclass(frozen=True)
class Sent:
    """An array of jobs that was sent.

    Attributes:
        kind: where to.
        name: of all its jobs.
        out: output folder.
        handles: the jobs, if this process sent them.
    """

    kind: Kind
    name: str
    out: Path
    handles: tuple[submitit.Job[int], ...] = ()

    def states(self) -> Mapping[str, str]:
        """Every job that the cluster remembers, and its state in Slurm's words; local jobs only while they run.

        Raises:
            ClusterError: Slurm does not answer.
        """
        if self.kind == "local":
            started = {job.job_id for job in self.handles if not job.done()}
            return dict.fromkeys(started | running_jobs(self.out), "RUNNING")
        command = ["squeue", "--noheader", "--array", "--states=all", f"--name={self.name}", "--format=%i %T"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode:
            raise ClusterError(f"Slurm does not answer: {' '.join(answer.stderr.split())}")
        return dict(line.split() for line in answer.stdout.splitlines())

    def withdraw(self) -> None:
        """Take the jobs that have not begun out of Slurm's queue."""
        if self.kind == "slurm":
            command = ["scancel", "--state=PENDING", f"--name={self.name}"]
            subprocess.run(command, capture_output=True, check=False)


def send(cluster: Cluster, worker: Worker, most: int) -> Sent:
    """Send the jobs of a cluster, at most `most`, each to do `worker`'s work.

    Raises:
        ClusterError: the cluster refuses them.
    """
    folder, name = worker.out / FOLDER, f"cwb-{uuid.uuid4().hex[:8]}"
    (folder / _RECORD).write_text(f"{cluster.kind} {name}")  # first: were this process killed, they could be found
    executor = submitit.AutoExecutor(folder, cluster=cluster.kind)
    asked: dict[str, Any] = {
        "name": name,
        "timeout_min": cluster.minutes,
        "mem_gb": cluster.memory,
        "cpus_per_task": cluster.cpus,
        "gpus_per_node": cluster.gpus or None,
        "slurm_partition": cluster.partition or None,
        "slurm_array_parallelism": cluster.jobs,
        "slurm_srun_args": [f"--cpus-per-task={cluster.cpus}"],  # since 22.05 a step does not inherit it from its job
    }
    executor.update_parameters(**asked)
    try:
        with executor.batch():
            jobs = [executor.submit(worker) for _ in range(min(cluster.jobs, most))]
    except (FailedJobError, FailedSubmissionError) as error:
        raise ClusterError(f"Slurm refused the jobs: {error}") from error
    return Sent(cluster.kind, name, worker.out, tuple(jobs))


def sent_earlier(out: Path) -> Sent | None:
    """The jobs that were last sent for an output folder, if they did not finish its studies."""
    record = out / FOLDER / _RECORD
    if not record.exists():
        return None
    kind, name = record.read_text().split()
    return Sent(check_kind(kind), name, out)


def living(states: Mapping[str, str]) -> dict[str, str]:
    """The jobs that run or may still run."""
    return {job: state for job, state in states.items() if state not in ENDED}


def _found(command: str) -> bool:
    return shutil.which(command) is not None
