"""`cwb dual`: the record agrees with the design, and impossible designs are refused with the reason."""

import json

import pytest

from tests.paper.test_cli import run
from theory.dual_design import Design

ZONES = {"neurons-fast": 200, "neurons-slow": 500, "activity-fast": 1 / 16, "activity-slow": 0.5, "item-bits": 12}


def ask(capsys, *more, **change):
    options = {**ZONES, **{name.replace("_", "-"): value for name, value in change.items()}}
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return run(capsys, "dual", *arguments, *more)


def test_json_says_what_the_design_does(capsys):
    status, out, _ = ask(capsys, "--json", slow_load=1.5)
    answer = json.loads(out)
    design = Design(200, 500, 1 / 16, 0.5, 12, slow_load=1.5)
    assert status == 0
    assert answer["capacity"] == answer["slow_items"] == 750
    assert answer["gain"] == pytest.approx(answer["capacity"] / answer["single"]["capacity"])
    assert answer["bits_per_synapse"] == pytest.approx(750 * 12 / answer["synapses"])
    assert answer["bottleneck"] == design.bottleneck == "slow zone"
    assert answer["rho"] == pytest.approx(answer["fast_items"] / 750)
    assert set(answer) >= {"critical_rho", "offline_phases", "synapses_fast", "synapses_slow", "error_rate", "keys"}


def test_the_fast_zone_limits_a_memory_that_consolidates_rarely(capsys):
    _, out, _ = ask(capsys, "--json", rho=0.5)
    answer = json.loads(out)
    assert answer["bottleneck"] == "fast zone"
    assert answer["capacity"] == 2 * answer["fast_items"]


def test_text_names_the_gain_and_the_limit(capsys):
    status, out, _ = ask(capsys)
    assert status == 0
    assert "limited by            the slow zone" in out
    assert "(gain;" in out
    _, out, _ = ask(capsys, rho=1)
    assert "(no gain;" in out


@pytest.mark.parametrize(("change", "reason"), [
    ({"neurons-fast": 1}, "too small"),
    ({"item-bits": 13}, "multiple of 4"),
    ({"activity-fast": 0.05}, "activity must be"),
    ({"neurons-slow": 20}, "smaller than one fast zone"),
    ({"slow-load": 2.5}, "slow_load"),
    ({"rho": 0}, "rho"),
    ({"keys": "hashed"}, "keys must be one of"),
])  # fmt: skip
def test_impossible_designs_are_refused(capsys, change, reason):
    status, out, error = ask(capsys, **change)
    assert (status, out) == (2, "")
    assert reason in error
    assert error.count("\n") == 1
