"""The Go/No-Go decision follows from the verdicts, by three-valued logic."""

import pytest

from paper.go_no_go import CONDITIONS, Decision, Outcome, decide, every, markdown, record, some, table
from proofs.ledger import LEDGER
from proofs.verdict import Judgement, Verdict

MET, NOT_MET, OPEN = Outcome.MET, Outcome.NOT_MET, Outcome.OPEN
CLAIMS = {claim for condition in CONDITIONS for each in condition.criteria for claim in each.claims}


def verdicts(**changed: Verdict) -> dict[str, Judgement]:
    """All claims of the decision proved, those about Transformers supported, with some changed (`_` for `.`)."""
    usual = {each: Verdict.SUPPORTED if each.startswith("E") else Verdict.PROVED for each in CLAIMS}
    usual |= {name.replace("_", ".", 1): verdict for name, verdict in changed.items()}
    return {name: Judgement(name, verdict, "") for name, verdict in usual.items()}


@pytest.mark.parametrize(
    ("changed", "decision"),
    [
        ({}, Decision.GO),
        ({"E1_monotone": Verdict.CONTRADICTED}, Decision.STOP),
        ({"E2_ceiling": Verdict.CONTRADICTED}, Decision.STOP),
        ({"T1_harm": Verdict.REFUTED}, Decision.STOP),  # trivial
        ({"E1_monotone": Verdict.OPEN}, Decision.OPEN),
        ({"E2_ceiling": Verdict.OPEN}, Decision.OPEN),
        ({"E2_ceiling": Verdict.OPEN, "E1_monotone": Verdict.CONTRADICTED}, Decision.STOP),  # whatever is open
        ({"E2_tradeoff": Verdict.CONTRADICTED}, Decision.OPEN),  # neither to go nor to stop
        ({"T2": Verdict.SUPPORTED}, Decision.OPEN),  # simulation is no proof
        ({"P1": Verdict.REFUTED}, Decision.OPEN),
        ({"P1": Verdict.PROVED_ON_DOMAIN}, Decision.OPEN),
    ],
)
def test_the_decision_follows_from_the_verdicts(changed, decision):
    assert decide(verdicts(**changed)) is decision


def test_conditions_say_what_decided():
    found = [each.outcome(verdicts(E1_monotone=Verdict.CONTRADICTED)) for each in CONDITIONS]
    assert found == [MET, NOT_MET, NOT_MET, MET]


@pytest.mark.parametrize(
    ("outcomes", "all_of_them", "one_of_them"),
    [
        ([MET, MET], MET, MET),
        ([MET, OPEN], OPEN, MET),
        ([MET, NOT_MET], NOT_MET, MET),
        ([OPEN, NOT_MET], NOT_MET, OPEN),
        ([NOT_MET], NOT_MET, NOT_MET),
        ([], MET, NOT_MET),
    ],
)
def test_three_values(outcomes, all_of_them, one_of_them):
    assert every(outcomes) is all_of_them
    assert some(outcomes) is one_of_them


def test_every_claim_is_in_the_ledger():
    assert {claim.id for claim in LEDGER.claims} >= CLAIMS


def test_it_prints_conditions_verdicts_and_decision():
    judgements = verdicts(E1_monotone=Verdict.CONTRADICTED, E2_ceiling=Verdict.OPEN)
    text, told = table(judgements), record(judgements)
    assert text.endswith("Decision: DO NOT GO ON")
    assert "E1.monotone contradicted by experiment" in text
    assert told["decision"] == "do not go on"
    assert [each["outcome"] for each in told["conditions"]] == ["met", "not met", "not met", "met"]
    assert told["conditions"][3]["criteria"][1]["verdicts"] == {"E2.ceiling": "open"}
    printed = markdown(judgements)
    assert "| `E2.ceiling` open | open |" in printed
    assert printed.endswith("**do not go on**.")


def test_a_missing_judgement_is_an_error():
    with pytest.raises(KeyError, match="T1"):
        decide({})
