"""`cwb sweep` as a user meets it, on an experiment whose points cost nothing."""

import json
import sys
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from paper import grid
from paper.cli import main
from paper.part import Drawing, Part, named
from proofs.experiments import EXPERIMENT2
from sims.harness.sweep import Study, file_name

MEASURED = []


@dataclass(frozen=True)
class Point:
    study: str
    value: int
    label = property(lambda self: f"number {self.value}")


def measure(point):
    MEASURED.append(point)
    return xr.Dataset({"draw": ("trial", np.random.default_rng(point.value).normal(size=2000))})


def plan(scale, seed):
    assert (scale, seed) == ("quick", 0)
    return named(
        *(Study(name, tuple(Point(name, value) for value in range(3)), measure) for name in ("sweep", "methods"))
    )


def tables(studies, results):
    return {
        name: xr.Dataset({"mean": [float(data["draw"].mean()) for data in found]}) for name, found in results.items()
    }


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    MEASURED.clear()
    part = Part(
        "exp2", "A cheap experiment", EXPERIMENT2[:1], plan, tables, lambda *_: (), {"exp2_cheap": Drawing(Figure)}
    )
    monkeypatch.setitem(grid.BUILDERS, "exp2", lambda preset: part)
    monkeypatch.setattr("transformer_checks.runs.keep_compiled", lambda folder: None)


def run(capsys, *arguments):
    """Run `cwb sweep` in this process; return (status, stdout, stderr)."""
    argv, sys.argv = sys.argv, ["cwb", "sweep", *map(str, arguments)]
    try:
        with pytest.raises(SystemExit) as stop:
            main()
    finally:
        sys.argv = argv
    out, err = capsys.readouterr()
    return stop.value.code, out, err


def result(out, study, value):
    return out / "quick" / "exp2-tiny" / study / file_name(Point(study, value))


def test_a_sweep_is_run_looked_at_and_collected(capsys, tmp_path):
    arguments = ("exp2", "--preset", "tiny", "--scale", "quick", "--out", tmp_path)
    status, out, _ = run(capsys, "status", *arguments)
    assert (status, list(tmp_path.iterdir())) == (0, [])
    assert out == "exp2-tiny (quick): 0 done, 0 running, 6 missing, 0 damaged, of 6 points\n"
    status, out, _ = run(capsys, "run", *arguments)
    assert status == 0
    assert out.splitlines()[0] == f"exp2-tiny: 6 of 6 points to measure in {tmp_path / 'quick' / 'exp2-tiny'}"
    assert len(MEASURED) == 6
    assert not list(tmp_path.rglob("table-*.nc"))  # nothing is judged
    assert "6 done, 0 running, 0 missing, 0 damaged" in run(capsys, "status", *arguments)[1]
    status, out, _ = run(capsys, "collect", *arguments)
    assert status == 0
    assert out.startswith("A cheap experiment\n")
    assert f"{EXPERIMENT2[0].id}  OPEN" in out  # no evidence, no verdict
    found = {str(path.relative_to(tmp_path / "quick")) for path in tmp_path.rglob("*") if path.is_file()}
    written = {"exp2-tiny/table-sweep.nc", "exp2-tiny/table-methods.nc", "exp2-tiny/evidence.json"}
    assert written | {"figures/exp2_cheap.png", "figures/exp2_cheap.pdf"} <= found
    assert len(MEASURED) == 6


def test_a_sweep_goes_on_where_it_was(capsys, tmp_path):
    arguments = ("exp2", "--preset", "tiny", "--out", tmp_path)
    run(capsys, "run", *arguments)
    missing = [("sweep", 1), ("methods", 2)]
    for each in missing:
        result(tmp_path, *each).unlink()
    status, _, err = run(capsys, "collect", *arguments)
    assert status == 2
    assert "2 of 6 points of exp2-tiny have no results" in err
    assert "(first: sweep, number 1); cwb sweep run, with the same arguments, measures them" in err
    assert not list(tmp_path.rglob("table-*.nc"))
    MEASURED.clear()
    assert run(capsys, "run", *arguments)[0] == 0
    assert [Point(*each) for each in missing] == MEASURED


def test_a_damaged_result_is_named_by_every_command(capsys, tmp_path):
    arguments = ("exp2", "--preset", "tiny", "--out", tmp_path)
    run(capsys, "run", *arguments)
    damaged = result(tmp_path, "methods", 1)
    damaged.write_bytes(damaged.read_bytes()[:-100])
    status, out, _ = run(capsys, "status", *arguments)
    assert status == 0
    assert "5 done, 0 running, 0 missing, 1 damaged, of 6 points" in out
    assert str(damaged) in out
    status, out, _ = run(capsys, "status", *arguments, "--json")
    (found,) = [each for each in json.loads(out)["exp2-tiny"] if each["state"] == "damaged"]
    assert (found["study"], found["label"]) == ("methods", "number 1")
    MEASURED.clear()
    for command in ("run", "collect"):
        status, _, err = run(capsys, command, *arguments)
        assert status == 2
        assert str(damaged) in err
    assert not MEASURED


def test_the_jobs_of_a_cluster_measure_what_is_missing(capsys, tmp_path, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "paper.part.run_studies", lambda studies, out, cluster, progress: sent.append((out, cluster)) or [[], []]
    )
    status, _, _ = run(capsys, "run", "exp2", "--preset", "tiny", "--out", tmp_path, "--cluster", "local,jobs=2")
    assert status == 0
    ((folder, cluster),) = sent
    assert (folder, cluster.kind, cluster.jobs) == (tmp_path / "quick" / "exp2-tiny", "local", 2)


def test_a_plan_as_json(capsys):
    status, out, _ = run(capsys, "plan", "exp1", "--preset", "small", "--json", "--utilisation", 0.5)
    record = json.loads(out)
    assert status == 0
    assert record["accelerator"] == {"peak_tflops": 312, "utilisation": 0.5, "bandwidth": 2}
    assert (record["sweeps"][0]["runs"], record["sweeps"][0]["proposal"]["hours"]) == (36, [288, 432])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan", "exp4"], "experiment must be one of exp1, exp2, exp3 or all, got 'exp4'"),
        (["run", "theorem1"], "experiment must be one of exp1, exp2, exp3 or all, got 'theorem1'"),
        (["plan", "exp1", "--preset", "huge"], "preset must be one of tiny, small"),
        (["status", "exp2", "--preset", "huge"], "preset must be one of tiny, small"),
        (["plan", "exp1", "--scale", "huge"], "scale must be one of quick, laptop, large, proposal, got 'huge'"),
        (["collect", "exp2", "--scale", "huge"], "scale must be one of quick, laptop, large, proposal, got 'huge'"),
        (["plan", "exp1", "--utilisation", "0"], "utilisation must lie in (0, 1], got 0.0"),
        (["plan", "exp1", "--utilisation", "1.5"], "utilisation must lie in (0, 1], got 1.5"),
        (["plan", "exp1", "--peak-tflops", "-1"], "peak_tflops must be a positive number, got -1.0"),
        (["plan", "exp1", "--bandwidth", "0"], "bandwidth must be a positive number, got 0.0"),
        (["plan", "exp1", "--tokens", "0"], "tokens of a task must be an integer of at least 1, got 0"),
        (["plan", "exp1", "--tokens", "many"], "--tokens"),
        (["run", "exp2", "--seed", "-1"], "seed must be an integer of at least 0, got -1"),
        (["run", "exp2", "--cluster", "pbs"], "cluster must be one of slurm, local, got 'pbs'"),
        (["run", "exp2", "--checkpoint-seconds", "-1"], "seconds between checkpoints must be a number of at least 0"),
        (["collect", "exp2"], "6 of 6 points of exp2 have no results"),
        (["judge", "exp2"], "judge"),
    ],
)
def test_bad_input_gets_one_line_and_status_2(capsys, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("cwb: error: ")
    assert len(err.strip().splitlines()) == 1
    assert message in err
    assert not list(tmp_path.iterdir())
