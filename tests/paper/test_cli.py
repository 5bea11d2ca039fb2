"""The command line as a user meets it: what it prints, and one clear line with status 2 for bad input."""

import json
import subprocess
import sys

import pytest

from paper.cli import main


def run(capsys, *arguments):
    """Run `cwb` in this process; return (status, stdout, stderr)."""
    argv, sys.argv = sys.argv, ["cwb", *map(str, arguments)]
    try:
        with pytest.raises(SystemExit) as stop:
            main()
    finally:
        sys.argv = argv
    out, err = capsys.readouterr()
    return stop.value.code, out, err


def test_claims_as_json(capsys, tmp_path):
    ids = ("T1", "T1.variance", "T1.normalised", "T2", "TF.law", "T2.fixed_point_equations", "E1.linear")
    status, out, _ = run(capsys, "claims", *ids, "--json", "--out", tmp_path)
    ledger = {each["id"]: each for each in json.loads(out)}
    assert status == 0
    assert ledger["T1"]["verdict"] == "proved"
    assert ledger["T1.variance"]["verdict"] == "proved on a domain"
    assert ledger["T1.normalised"]["verdict"] == "refuted as stated"
    assert ledger["T2"]["verdict"] == "proved"
    assert ledger["TF.law"]["verdict"] == "refuted as stated"
    assert ledger["T2.fixed_point_equations"]["verdict"] == "open"  # exact algebra on a replica assumption
    assert ledger["E1.linear"]["verdict"] == "open"
    assert set(ledger["T1"]) >= {"proposed", "exact", "evidence", "depends_on", "fingerprint", "reason"}


def test_claims_as_text_can_be_chosen(capsys, tmp_path):
    status, out, _ = run(capsys, "claims", "T1.moments", "--out", tmp_path)
    assert status == 0
    assert out.startswith("T1.moments  PROVED")
    assert "T1.variance" not in out


def test_prove_prints_steps_and_passes(capsys):
    status, out, _ = run(capsys, "prove", "T1")
    assert status == 0
    assert "1 of 1 certificates passed, 0 failed" in out


def test_prove_prints_readable_mathematics(capsys):
    status, out, _ = run(capsys, "prove", "T1.variance", "--markdown")
    assert status == 0
    assert "$$" in out
    assert "\\frac{\\sqrt{2}}{2}" in out


def test_prove_exits_with_1_for_a_false_claim(capsys, monkeypatch):
    """The same command on a ledger with a deliberately false claim."""
    import sympy as sp

    import proofs.ledger
    from proofs.algebra import SignOnInterval
    from proofs.book import Ledger
    from proofs.certificate import Certificate
    from proofs.claim import Argument, Claim, Finding, Target
    from proofs.statement import Statement, greater
    from theory.notation import UNIT, a

    false = greater(sp.diff(a**2 * (1 - a**2), a), 0, {a: UNIT})
    proof = Certificate("FALSE", "A false proof", (SignOnInterval(false, "It is not."),))
    claim = Claim(
        "FALSE", "false", "test", None, Statement("The variance is increasing everywhere.", (false,)),
        arguments=(Argument(proof, Target.EXACT, Finding.HOLDS),),
    )  # fmt: skip
    monkeypatch.setattr(proofs.ledger, "LEDGER", Ledger((claim,)))
    status, out, _ = run(capsys, "prove")
    assert status == 1
    assert "FAIL" in out
    assert "0 of 1 certificates passed, 1 failed" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["reproduce", "theorem1", "--scale", "huge"], "scale must be one of quick, laptop, large, got 'huge'"),
        (["reproduce", "theorem1", "--seed", "-1"], "seed must be an integer of at least 0, got -1"),
        (["reproduce", "theorem1", "--seed", "many"], "--seed"),
        (["reproduce", "theorem1", "--cluster", "pbs"], "cluster must be one of slurm, local, got 'pbs'"),
        (["reproduce", "all", "--cluster", "local,jobs=0"], "jobs of a cluster's job must be at least 1, got 0"),
        (["reproduce", "theorem7"], "theorem7"),
        (["paper", "--results", "none", "--scale", "huge"], "scale must be one of quick, laptop, large, got 'huge'"),
        (["prove", "T1.varance"], "did you mean T1.variance?"),
        (["prove", "E1.linear"], "no certificates yet for E1.linear"),
        (["figures", "theorem9_any"], "figures must be among theorem1_interference, "),
        (["figures", "--scale", "huge"], "scale must be one of quick, laptop, large, got 'huge'"),
        (["claims", "T9"], "unknown claim 'T9'"),
        (["frobnicate"], "frobnicate"),
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
    assert not list(tmp_path.iterdir())  # refused before any work started


def test_unusable_output_folder(capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    status, _, err = run(capsys, "reproduce", "theorem1", "--scale", "quick", "--out", tmp_path / "file")
    assert status == 2
    assert "it, or a parent of it, is a file" in err


def test_corrupt_results_are_refused_before_any_work(capsys, tmp_path):
    from paper.theorem1 import THEOREM1
    from sims.harness.sweep import file_name

    studies = THEOREM1.studies("quick", 0)
    folder = tmp_path / "quick" / "theorem1" / "real-codes"  # the last study to run
    folder.mkdir(parents=True)
    (folder / file_name(studies["real-codes"].points[0])).write_bytes(b"half a file")
    status, out, err = run(capsys, "reproduce", "theorem1", "--scale", "quick", "--out", tmp_path)
    assert status == 2
    assert out == ""
    assert "delete this file and run again" in err


def test_corrupt_evidence_is_refused(capsys, tmp_path):
    (tmp_path / "quick" / "theorem1").mkdir(parents=True)
    (tmp_path / "quick" / "theorem1" / "evidence.json").write_text('{"evidence": [')
    status, _, err = run(capsys, "claims", "--out", tmp_path)
    assert status == 2
    assert "evidence.json is not a record of evidence" in err


def test_paper_without_results_says_so(capsys, tmp_path, monkeypatch):
    """From an empty folder the paper can be built; with one certificate checked here, all in `tests/proofs`."""
    from paper.document import build, sources
    from proofs.ledger import LEDGER

    prose = tmp_path / "sections"
    prose.mkdir()
    (prose / "1.md").write_text("# One\n\n{{ simulations T1.nested }}\n\n{{ decision }}\n")
    monkeypatch.setattr(build, "SECTIONS", prose)
    little = {each.certificate: each.certificate.check() for each in LEDGER.claim("T1.nested").arguments}
    monkeypatch.setattr(sources, "check_proofs", lambda _: little)
    judgements = LEDGER.judge([])
    monkeypatch.setattr(
        sources, "judged", lambda ledger, proofs, found: sources.Sources("quick", ledger, judgements, proofs, {}, {})
    )
    (tmp_path / "results").mkdir()
    status, out, err = run(capsys, "paper", "--results", tmp_path / "results", "--out", tmp_path / "out")
    assert (status, err) == (0, "")
    assert out.splitlines()[-2:] == [str(tmp_path / "out" / "paper.pdf"), str(tmp_path / "out" / "paper.tex")]
    text = (tmp_path / "out" / "paper.md").read_text()
    assert "not yet simulated" in text
    assert "Decision by the proposal's own conditions: **open**." in text


def test_paper_refuses_an_unusable_folder_before_any_work(capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    status, out, err = run(capsys, "paper", "--results", tmp_path, "--out", tmp_path / "file")
    assert (status, out) == (2, "")
    assert err.startswith("cwb: error: cannot write the paper to")


def test_help_does_not_import_jax():
    code = "import sys, paper.cli; sys.argv = ['cwb', '--help']\ntry: paper.cli.main()\nexcept SystemExit: pass\n"
    code += "sys.exit('jax' in sys.modules or 'sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
