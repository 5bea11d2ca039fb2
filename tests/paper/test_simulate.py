"""`cwb simulate`: numbers with intervals, kept for the next time, and refusals before any work."""

import json

import pytest

from tests.paper.test_cli import run


def test_capacity_with_its_interval(capsys, tmp_path):
    arguments = ("simulate", "capacity", "--neurons", 120, "--activity", 0.1, "--seeds", 2, "--probes", 8)
    status, out, _ = run(capsys, *arguments, "--out", tmp_path, "--json")
    record = json.loads(out)
    assert status == 0
    assert record["load_low"] <= record["load"] <= record["load_high"]
    assert record["predicted"] == pytest.approx(0.4682, rel=1e-3)
    assert (record["neurons"], record["seeds"]) == (120, 2)
    files = list(tmp_path.rglob("*.nc"))
    assert len(files) == 1
    before = files[0].stat().st_mtime_ns
    assert json.loads(run(capsys, *arguments, "--out", tmp_path, "--json")[1]) == record
    assert files[0].stat().st_mtime_ns == before  # not measured twice


def test_retrieval_with_its_interval(capsys, tmp_path):
    arguments = ("--neurons", 120, "--activity", 0.1, "--load", 0.3, "--probes", 8, "--seeds", 2, "--out", tmp_path)
    status, out, _ = run(capsys, "simulate", "retrieval", *arguments, "--json")
    record = json.loads(out)
    assert status == 0
    assert 0.8 < record["overlap"] <= 1
    assert record["overlap_low"] <= record["overlap"] <= record["overlap_high"]
    assert record["patterns"] == 36
    text = run(capsys, "simulate", "retrieval", *arguments)[1]
    assert "[" in next(line for line in text.splitlines() if line.startswith("overlap "))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["capacity", "--neurons", "100", "--activity", "0.1", "--seeds", "1"],
            "seeds must be an integer of at least 2",
        ),
        (["capacity", "--neurons", "1", "--activity", "0.1"], "neurons must be an integer of at least 2"),
        (["capacity", "--neurons", "100", "--activity", "0.1", "--dynamics", "fast"], "dynamics must be one of plain"),
        (["retrieval", "--neurons", "100", "--activity", "0.1", "--load", "1e12"], "memory"),
        (["retrieval", "--neurons", "100", "--activity", "0.1", "--load", "0.01"], "fewer patterns than 32 probes"),
    ],
)
def test_refusals(capsys, tmp_path, arguments, message):
    status, out, err = run(capsys, "simulate", *arguments, "--out", tmp_path)
    assert (status, out) == (2, "")
    assert message in err.splitlines()[-1]
