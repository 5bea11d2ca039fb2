"""The ledger checks its claims, runs each certificate once, judges in order, and records evidence safely."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from proofs.algebra import SignOnInterval
from proofs.book import Ledger, read_evidence, write_evidence
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.statement import Statement, greater
from proofs.verdict import Verdict

a = sp.Symbol("a")
GAIN = greater(1 / (1 - a), 1, {a: sp.Interval.open(0, 1)})
FALSE = greater(1 / (1 - a), 2, {a: sp.Interval.open(0, 1)})
EXACT = Statement("The gain exceeds one.", (GAIN,))
PROOF = Certificate("gain", "Gain", (SignOnInterval(GAIN, "Because."),))
ARGUMENT = Argument(PROOF, Target.EXACT, Finding.HOLDS)
BASE = Claim("base.gain", "gain", "here", None, EXACT, (), (ARGUMENT,))
MIDDLE = replace(BASE, id="middle", depends_on=("base.gain",))
TOP = replace(BASE, id="top", depends_on=("middle", "base.gain"))
LEDGER = Ledger((TOP, MIDDLE, BASE))


def test_dependencies_come_first() -> None:
    assert [claim.id for claim in LEDGER.order()] == ["base.gain", "middle", "top"]


def test_cycles_are_printed() -> None:
    looped = replace(BASE, depends_on=("top",))
    with pytest.raises(ValueError, match=r"cycle: .+ → .+"):
        Ledger((TOP, MIDDLE, looped))


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ((BASE, BASE), "share the id base.gain"),
        ((MIDDLE,), "unknown claim 'base.gain'"),
        (
            (BASE, replace(MIDDLE, arguments=(replace(ARGUMENT, certificate=replace(PROOF, title="x")),))),
            "share the name",
        ),
    ],
)
def test_malformed_ledgers_are_refused(claims: tuple[Claim, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Ledger(claims)


def test_unknown_ids_get_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"known: top, middle, base\.gain\); did you mean middle\?"):
        LEDGER.claim("midle")
    with pytest.raises(ValueError, match="unknown"):
        LEDGER.prove(["zzz"])


def test_each_certificate_runs_once() -> None:
    steps = []
    evidence = LEDGER.prove(on_step=lambda step, _: steps.append(step))
    assert len(steps) == 1
    assert set(evidence) == {"top", "middle", "base.gain"}
    assert set(LEDGER.prove(["middle"])) == {"middle"}


def test_closure_holds_all_premises() -> None:
    other = replace(BASE, id="other")
    ledger = Ledger((TOP, other, MIDDLE, BASE))
    assert ledger.closure(["middle"]) == ("middle", "base.gain")
    assert ledger.closure(["top"]) == ("top", "middle", "base.gain")


def test_proof_to_verdict() -> None:
    evidence = [each for found in LEDGER.prove().values() for each in found]
    judgements = LEDGER.judge(evidence)
    assert {each.verdict for each in judgements.values()} == {Verdict.PROVED}
    without_base = LEDGER.judge(each for each in evidence if each.claim_id != "base.gain")
    assert [each.verdict for each in without_base.values()] == [Verdict.OPEN] * 3
    assert "middle" in without_base["top"].reason


def test_a_false_step_leaves_the_claim_open() -> None:
    wrong = Certificate("wrong", "Wrong", (SignOnInterval(FALSE, "Because."),))
    claim = replace(BASE, exact=Statement("x", (FALSE,)), arguments=(Argument(wrong, Target.EXACT, Finding.HOLDS),))
    ledger = Ledger((claim,))
    judgement = ledger.judge(ledger.prove()["base.gain"])["base.gain"]
    assert judgement.verdict is Verdict.OPEN
    assert "false at" in judgement.reason


def test_evidence_of_an_earlier_wording_is_void() -> None:
    changed = Ledger((replace(BASE, exact=replace(EXACT, text="The gain is above one.")),))
    judgement = changed.judge(LEDGER.prove()["base.gain"])["base.gain"]
    assert judgement.verdict is Verdict.OPEN
    assert len(judgement.void) == 1


def test_evidence_on_unknown_claims_is_refused() -> None:
    stray = replace(LEDGER.prove()["middle"][0], claim_id="midle")
    with pytest.raises(ValueError, match=r"did you mean middle.*renamed after it has results"):
        LEDGER.judge([stray])


def test_records_round_trip_and_leave_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    evidence = LEDGER.prove()["middle"]
    write_evidence(path, evidence)
    write_evidence(path, evidence)
    assert read_evidence(path) == evidence
    assert [each.name for each in tmp_path.iterdir()] == ["evidence.json"]


def test_evidence_on_an_earlier_wording_stays_on_record(tmp_path: Path) -> None:
    """Else a prediction could be changed after its results, and judged again, without a trace."""
    path = tmp_path / "evidence.json"
    (now,) = LEDGER.prove()["middle"]
    then, other = replace(now, fingerprint="0" * 16), replace(now, claim_id="top", fingerprint="1" * 16)
    write_evidence(path, [then, other])
    write_evidence(path, [now])
    write_evidence(path, [now])
    assert read_evidence(path) == (now, then)  # what is said of claims that are not judged any more goes
    assert LEDGER.judge(read_evidence(path))["middle"].void == (then,)


def test_a_damaged_record_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text('{"evidence": [')
    write_evidence(path, LEDGER.prove()["middle"])
    assert len(read_evidence(path)) == 1


def test_a_failed_write_keeps_the_old_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "evidence.json"
    write_evidence(path, LEDGER.prove()["middle"])
    before = path.read_text()

    def fail(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr("proofs.book.os.replace", fail)
    with pytest.raises(OSError, match="disk"):
        write_evidence(path, ())
    assert path.read_text() == before
    assert [each.name for each in tmp_path.iterdir()] == ["evidence.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"evidence": {}}', '{"evidence": [{"grade": "x"}]}', "\udcff"])
def test_corrupt_records_name_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "evidence.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=r"evidence\.json"):
        read_evidence(path)


def test_records_are_readable(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    write_evidence(path, LEDGER.prove()["middle"])
    assert json.loads(path.read_text())["evidence"][0]["grade"] == "exact algebra"
