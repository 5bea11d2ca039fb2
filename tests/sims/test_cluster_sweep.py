"""Sweeps through submitit, in processes of this machine and on a real Slurm: what survives which accident."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
import xarray as xr

from sims.harness import cluster_sweep
from sims.harness.cluster import Cluster, ClusterError
from sims.harness.cluster_sweep import UnfinishedSweepError, run_studies
from sims.harness.results import CorruptResultsError
from sims.harness.sweep import Study, run_study
from sims.harness.worker import FOLDER

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # jobs cannot import this file

PATIENCE = 60.0
"""Seconds after which a test that waits for another process gives up."""


@dataclass(frozen=True)
class Point:
    """A point whose measurement can be watched, held up and made to fail through files in a folder."""

    value: int
    folder: str
    held: bool = False

    @property
    def label(self) -> str:
        return f"number {self.value}"


def measure(point: Point) -> xr.Dataset:
    folder = Path(point.folder)
    with (folder / f"started-{point.value}").open("a") as file:
        file.write(f"{os.getpid()}\n")
    deadline = time.monotonic() + PATIENCE
    while point.held and not (folder / "go").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    if (folder / "fail").exists() and point.value == 1:
        raise ArithmeticError("unlucky number")
    return xr.Dataset({"draw": ("trial", np.random.default_rng(point.value).normal(size=8))})


@dataclass(frozen=True)
class Scene:
    """An output folder, and the folder through which points are watched."""

    out: Path
    control: Path

    def studies(self, held: int = 0, points: int = 6) -> tuple[Study[Point], ...]:
        """Two studies of as many points in all; the first ones wait until the test lets them go."""
        all_points = [Point(value, str(self.control), value < held) for value in range(points)]
        return Study("low", tuple(all_points[: points // 2]), measure), Study(
            "high", tuple(all_points[points // 2 :]), measure
        )

    def starts(self) -> Counter[int]:
        """How often each point was begun."""
        begun = {int(file.name.split("-")[1]): file.read_text().split() for file in self.control.glob("started-*")}
        return Counter({value: len(processes) for value, processes in begun.items() if processes})

    def process(self, value: int) -> int:
        """The process that measures a point."""
        return int((self.control / f"started-{value}").read_text().split()[-1])

    def go(self) -> None:
        (self.control / "go").touch()

    def wait(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain; points begun: {self.starts()}"
            time.sleep(0.02)

    def check(
        self, results: list[list[xr.Dataset]], studies: tuple[Study[Point], ...], again: tuple[int, ...] = ()
    ) -> None:
        """Each point was begun once, but for those named; results are those of a local run; nothing else is left."""
        assert self.starts() == Counter(range(6)) + Counter(again)
        self.go()
        for found, study in zip(results, studies, strict=True):
            expected = run_study(study, self.control / "local", progress=False)
            assert [each.attrs["sha256"] for each in found] == [each.attrs["sha256"] for each in expected]
        assert {path.name for path in self.out.iterdir()} == {study.name for study in studies}
        assert not list(self.out.glob("*/.*"))


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(cluster_sweep, "POLL_SECONDS", {"slurm": 0.2, "local": 0.05})
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    control = tmp_path / "control"
    control.mkdir()
    return Scene(tmp_path / "out", control)


@contextlib.contextmanager
def started(
    studies: tuple[Study[Point], ...], scene: Scene, cluster: Cluster
) -> Iterator[Future[list[list[xr.Dataset]]]]:
    """`run_studies` in another thread, and an end to all waiting if the test fails."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(run_studies, studies, scene.out, cluster)
        finally:
            scene.go()


# Processes of this machine


def test_local_jobs_share_the_points(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    studies = scene.studies(held=2)
    with started(studies, scene, Cluster("local", jobs=2)) as sweep:
        scene.wait(lambda: len(scene.starts()) == 2)  # each job holds one point
        scene.go()
        results = sweep.result()
    assert "sent 2 jobs named cwb-" in capsys.readouterr().err
    scene.check(results, studies)
    again = run_studies(studies, scene.out, Cluster("local"))
    for ours, theirs in zip(again, results, strict=True):
        assert all(a.identical(b) for a, b in zip(ours, theirs, strict=True))
    assert "sent" not in capsys.readouterr().err


def test_failing_point_is_named_and_costs_no_other(scene: Scene) -> None:
    (scene.control / "fail").touch()
    studies, cluster = scene.studies(), Cluster("local", jobs=1)
    with pytest.raises(UnfinishedSweepError) as stop:
        run_studies(studies, scene.out, cluster, progress=False)
    message = str(stop.value)
    assert "1 of 6 points have no results; low, number 1: failed in job" in message
    assert "(ArithmeticError: unlucky number)" in message
    assert str(scene.out / FOLDER) in message
    (scene.control / "fail").unlink()
    scene.check(run_studies(studies, scene.out, cluster, progress=False), studies, again=(1,))


def test_killed_worker_loses_its_point_alone(scene: Scene) -> None:
    studies, cluster = scene.studies(held=1), Cluster("local", jobs=2)
    with started(studies, scene, cluster) as sweep:
        scene.wait(lambda: 0 in scene.starts())
        os.kill(scene.process(0), signal.SIGKILL)
        with pytest.raises(
            UnfinishedSweepError, match=r"1 of 6 .*low, number 0: was being measured when job \d+ ended\."
        ):
            sweep.result()
    scene.go()
    scene.check(run_studies(studies, scene.out, cluster, progress=False), studies, again=(0,))


def test_job_at_its_time_limit_is_sent_again_and_takes_up_its_own_point(scene: Scene) -> None:
    studies = scene.studies(held=1)
    with started(studies, scene, Cluster("local", jobs=1)) as sweep:
        scene.wait(lambda: 0 in scene.starts())
        os.kill(scene.process(0), signal.SIGUSR2)  # what submitit sends before the limit
        scene.wait(lambda: scene.starts()[0] == 2)
        scene.go()
        scene.check(sweep.result(), studies, again=(0,))


SUBMITTER = """
import sys
import cloudpickle
from pathlib import Path
from sims.harness.cluster_sweep import run_studies
run_studies(*cloudpickle.loads(Path(sys.argv[1]).read_bytes()))
"""


def test_killed_submitter_is_started_again_and_watches_on(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    studies, cluster, call = scene.studies(held=6), Cluster("local", jobs=1), scene.control / "call"
    call.write_bytes(cloudpickle.dumps((studies, scene.out, cluster)))
    with subprocess.Popen([sys.executable, "-c", SUBMITTER, str(call)], stderr=subprocess.DEVNULL) as submitter:
        scene.wait(lambda: 0 in scene.starts())
        submitter.kill()
    with started(studies, scene, cluster) as sweep:
        time.sleep(0.3)
        assert not sweep.done()
        scene.go()
        results = sweep.result()
    assert "sent" not in capsys.readouterr().err  # the first submitter's job did it all
    scene.check(results, studies)


def test_damaged_result_of_any_study_stops_before_any_job_is_sent(scene: Scene) -> None:
    studies = scene.studies()
    run_study(studies[1], scene.out, progress=False)
    (damaged, *others) = sorted((scene.out / "high").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:100])
    before = {path: path.read_bytes() for path in others}
    with pytest.raises(CorruptResultsError, match=damaged.name):
        run_studies(studies, scene.out, Cluster("local"))
    assert not (scene.out / FOLDER).exists()
    assert {path: path.read_bytes() for path in others} == before


def test_slurm_that_does_not_answer_at_first_is_told_and_later_is_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands of a Slurm whose controller cannot be reached: at the start, and then between two looks at the queue."""
    commands = scene.control / "bin"
    commands.mkdir()
    for name in ("sbatch", "srun", "scancel", "squeue"):
        (commands / name).write_text(f"#!/bin/sh\nexec sh {scene.control}/answers\n")
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(commands), prepend=os.pathsep)
    (scene.out / FOLDER).mkdir(parents=True)
    (scene.out / FOLDER / "sent").write_text("slurm cwb-test")
    (scene.control / "answers").write_text("echo no controller >&2; exit 1")
    with pytest.raises(ClusterError, match="Slurm does not answer: no controller"):
        run_studies(scene.studies(), scene.out, Cluster("slurm"), progress=False)
    answers = f"cd {scene.control}; echo . >> asked; [ $(wc -l < asked) = 2 ] && exit 1; "
    answers += "[ -e go ] && echo 5 COMPLETED || echo 5 RUNNING"
    (scene.control / "answers").write_text(answers)
    studies = scene.studies()
    with started(studies, scene, Cluster("slurm")) as sweep:
        asked = scene.control / "asked"
        scene.wait(lambda: asked.exists() and asked.read_text().count(".") > 3)  # on and on, though once in vain
        for study in studies:
            run_study(study, scene.out, progress=False)
        scene.go()
        scene.check(sweep.result(), studies)


# A real Slurm

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol")


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """A Slurm of one node, alive for the tests of this module; gives a function that runs its commands."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    absent = [each for each in NEEDED if shutil.which(each, path=path) is None]
    if absent or os.geteuid() != 0:
        pytest.skip(f"needs root and Slurm (Debian: slurm-wlm, munge); absent: {', '.join(absent) or 'root'}")
    folder = tmp_path_factory.mktemp("slurm")
    for inside in ("state", "spool"):
        (folder / inside).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    (folder / "slurm.conf").write_text(slurm_configuration(folder))
    munge = f"munged --foreground --force --socket={folder}/socket --key-file={key} --pid-file={folder}/munged.pid"
    munge += f" --seed-file={folder}/seed --log-file={folder}/munged.log"
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setenv("SLURM_CONF", str(folder / "slurm.conf"))

        def start(command: str) -> None:
            log = stack.enter_context((folder / "console").open("a"))
            process = stack.enter_context(subprocess.Popen(command.split(), stdout=log, stderr=log))
            stack.callback(process.terminate)

        def ask(*command: str) -> str:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            return done.stdout if done.returncode == 0 else ""

        def wait_for(condition: Callable[[], object]) -> None:
            deadline = time.monotonic() + PATIENCE
            while not condition():
                logs = "\n".join(file.read_text() for file in [*folder.glob("*.log"), folder / "console"])
                assert time.monotonic() < deadline, f"Slurm does not start:\n{logs}"
                time.sleep(0.1)

        start(munge)
        wait_for((folder / "socket").exists)
        start("slurmctld -D")
        start("slurmd -D -N localhost")
        wait_for(lambda: "idle" in ask("sinfo", "--noheader", "--format=%T"))
        yield ask
        ask("scancel", "--user=root")
        wait_for(lambda: not ask("squeue", "--noheader").strip())


def slurm_configuration(folder: Path) -> str:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        ports = first.getsockname()[1], second.getsockname()[1]
    return f"""
        ClusterName=test
        SlurmctldHost=localhost(127.0.0.1)
        SlurmctldPort={ports[0]}
        SlurmdPort={ports[1]}
        SlurmUser=root
        SlurmdUser=root
        AuthType=auth/munge
        AuthInfo=socket={folder}/socket
        CredType=cred/munge
        ProctrackType=proctrack/linuxproc
        TaskPlugin=task/none
        SelectType=select/cons_tres
        SelectTypeParameters=CR_Core
        ReturnToService=2
        MpiDefault=none
        KillWait=1
        SchedulerParameters=sched_interval=1,batch_sched_delay=0
        StateSaveLocation={folder}/state
        SlurmdSpoolDir={folder}/spool
        SlurmctldPidFile={folder}/slurmctld.pid
        SlurmdPidFile={folder}/slurmd.pid
        SlurmctldLogFile={folder}/slurmctld.log
        SlurmdLogFile={folder}/slurmd.log
        NodeName=localhost NodeAddr=127.0.0.1 NodeHostname={socket.gethostname()} CPUs=2 RealMemory=2000
        PartitionName=test Nodes=ALL Default=YES
    """.replace("        ", "")


def on_slurm(jobs: int) -> Cluster:
    return Cluster("slurm", jobs=jobs, cpus=1, memory=1, minutes=20, partition="test")


def job_of(scene: Scene, value: int) -> str:
    """The Slurm job that measures a point."""
    study = "low" if value < 3 else "high"
    (claim,) = (scene.out / FOLDER / "claims" / study).glob(f"number-{value}-*")
    return claim.read_text()


@pytest.mark.slow
def test_slurm_sweep_ends_although_its_node_is_drained(
    slurm: Callable[..., str], scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two jobs run and a third waits for the node; the two do its share, and it is taken out of the queue."""
    studies = scene.studies(held=2)
    with started(studies, scene, on_slurm(3)) as sweep:
        scene.wait(lambda: len(scene.starts()) == 2)
        slurm("scontrol", "update", "nodename=localhost", "state=drain", "reason=test")
        assert "drain" in slurm("sinfo", "--noheader", "--format=%T")
        scene.go()
        try:
            results = sweep.result()
        finally:
            slurm("scontrol", "update", "nodename=localhost", "state=resume")
    scene.check(results, studies)
    assert "sent 3 jobs named cwb-" in capsys.readouterr().err


@pytest.mark.slow
def test_slurm_points_of_cancelled_and_killed_jobs_are_named_and_measured_again(
    slurm: Callable[..., str], scene: Scene
) -> None:
    studies = scene.studies(held=2)
    with started(studies, scene, on_slurm(2)) as sweep:
        scene.wait(lambda: len(scene.starts()) == 2)
        cancelled = job_of(scene, 0)
        slurm("scancel", cancelled)
        os.kill(scene.process(1), signal.SIGKILL)
        with pytest.raises(UnfinishedSweepError) as stop:
            sweep.result()
    message = str(stop.value)
    assert "6 of 6 points have no results" in message
    assert f"low, number 0: was being measured when job {cancelled} ended (cancelled)" in message
    assert "low, number 1: was being measured when job" in message
    assert "ended (failed)" in message
    assert "high, number 5: not started" in message
    scene.go()
    results = run_studies(studies, scene.out, on_slurm(1), progress=False)
    scene.check(results, studies, again=(0, 1))


@pytest.mark.slow
def test_slurm_requeued_job_takes_up_its_own_point(slurm: Callable[..., str], scene: Scene) -> None:
    studies = scene.studies(held=1)
    with started(studies, scene, on_slurm(1)) as sweep:
        scene.wait(lambda: 0 in scene.starts())
        job = job_of(scene, 0)
        slurm("scontrol", "requeue", job)
        scene.wait(lambda: "BeginTime" in slurm("squeue", "--noheader", f"--job={job}", "--format=%r"))
        slurm("scontrol", "update", f"job={job}", "StartTime=now")  # Slurm would wait two minutes
        scene.wait(lambda: scene.starts()[0] == 2)
        scene.go()
        results = sweep.result()
    scene.check(results, studies, again=(0,))


def test_jobs_that_slurm_refuses_are_told(slurm: Callable[..., str], scene: Scene) -> None:
    with pytest.raises(ClusterError, match=r"Slurm refused the jobs: .*partition"):
        run_studies(scene.studies(), scene.out, Cluster("slurm", partition="nowhere"), progress=False)
    assert not scene.starts()
