"""`cwb sweep run` killed in the middle of a point: it goes on from the newest sound checkpoint, bit for bit."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

from paper import grid
from paper.cli import main
from paper.part import Part, named
from proofs.experiments import EXPERIMENT2
from sims.harness.results import read_results
from sims.harness.sweep import Study, checkpoint_folder, file_name
from transformer_checks.checkpoints import CHECKPOINT_SECONDS, Checkpoints
from transformer_checks.continual import Protocol
from transformer_checks.facts import FactsSpec
from transformer_checks.long_sequences import LongPoint, measure_long

POINT = LongPoint(
    "single",
    FactsSpec(facts=8, keys=6, values=8, most_tasks=7),
    Protocol(tasks=6, steps=4, learning_rate=3e-3, stretches=0, batch=4, pretraining=6),
    "kwta",
    (0.1,),
    seeds=2,
)
STUDY = Study("sweep", (POINT,), measure_long, CHECKPOINT_SECONDS)


def cheap_part(preset):
    return Part("exp2", "", EXPERIMENT2[:1], lambda *_: named(STUDY), lambda *_: {}, lambda *_: (), {})


def arguments(out):
    return ["cwb", "sweep", "run", "exp2", "--preset", "tiny", "--out", str(out), "--checkpoint-seconds", "0"]


def killed_after(stop, out):
    """Run the command in this process, which kills itself once the checkpoint of a step is written."""
    save = Checkpoints.offer

    def offer(self, step, tree):
        save(self, step, tree)
        if step == stop:
            os.kill(os.getpid(), signal.SIGKILL)

    Checkpoints.offer = offer
    grid.BUILDERS["exp2"] = cheap_part
    sys.argv = arguments(out)
    main()


PROGRAM = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
tests.killed_after(5, sys.argv[2])
"""


@pytest.mark.usefixtures("quick_compilation")
def test_a_sweep_killed_within_a_point_goes_on_from_the_newest_sound_checkpoint(tmp_path, monkeypatch, capsys):
    """Killed after five of six tasks, with one bit of the newest checkpoint changed, it goes on after four."""
    command = [sys.executable, "-c", PROGRAM, __file__, str(tmp_path)]
    died = subprocess.run(
        command,
        env={**os.environ, "JAX_PLATFORMS": "cpu", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"},
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    out = tmp_path / "quick" / "exp2-tiny"
    folder = checkpoint_folder(STUDY, POINT, out)
    assert sorted(path.name for path in folder.iterdir()) == ["00000004", "00000005"]
    damaged = max((path for path in (folder / "00000005").rglob("*") if path.is_file()), key=lambda p: p.stat().st_size)
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)

    monkeypatch.setitem(grid.BUILDERS, "exp2", cheap_part)
    monkeypatch.setattr("transformer_checks.runs.keep_compiled", lambda folder: None)
    monkeypatch.setattr(sys, "argv", [*arguments(tmp_path)[:2], "status", *arguments(tmp_path)[3:8]])
    with pytest.raises(SystemExit):
        main()
    assert "sweep, single,kwta=0.1: goes on from a checkpoint" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", arguments(tmp_path))
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    told = capsys.readouterr().err
    assert f"checkpoint {folder / '00000005'} is refused: {damaged} does not match its digest" in told
    assert f"goes on from checkpoint {folder / '00000004'}" in told

    found, straight = read_results(out / "sweep" / file_name(POINT)), measure_long(POINT)
    xr.testing.assert_identical(found.drop_attrs(), straight.drop_attrs())
    assert [path.name for path in Path(out / "sweep").iterdir()] == [file_name(POINT)]  # no checkpoints are left
