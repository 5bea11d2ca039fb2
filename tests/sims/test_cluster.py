"""What a user may ask of a cluster, and the names of what becomes of jobs."""

import pytest

from sims.harness import cluster
from sims.harness.cluster import Cluster, living, parse_cluster


def test_cluster_is_read_from_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_found", lambda _: True)
    assert parse_cluster("local") == Cluster("local")
    wanted = Cluster("slurm", jobs=16, cpus=4, memory=32, gpus=1, minutes=60, partition="gpu")
    assert parse_cluster("slurm,partition=gpu,jobs=16,cpus=4,memory=32,gpus=1,minutes=60") == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pbs", "cluster must be one of slurm, local, got 'pbs'"),
        ("", "cluster must be one of slurm, local, got ''"),
        ("local,jobs", "settings are jobs=, cpus=, memory=, gpus=, minutes=, partition=, .*got 'jobs'"),
        ("local,kind=slurm", "got 'kind=slurm'"),
        ("local,jobs=2,jobs=3", "at most once; got 'jobs=3'"),
        ("local,jobs=many", "jobs of a cluster's job must be a whole number, got 'many'"),
        ("local,jobs=0", "jobs of a cluster's job must be at least 1, got 0"),
        ("local,minutes=-1", "minutes of a cluster's job must be a whole number, got '-1'"),
    ],
)
def test_bad_cluster_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_cluster(text)


def test_slurm_needs_its_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ValueError, match="cannot be found on this machine: sbatch, squeue, srun, scancel"):
        parse_cluster("slurm")


def test_living_jobs_are_those_that_may_still_run() -> None:
    states = {"1": "RUNNING", "2": "CANCELLED", "3": "REQUEUED", "4": "NODE_FAIL", "5": "COMPLETING", "6": "PREEMPTED"}
    assert set(living(states)) == {"1", "3", "5"}
