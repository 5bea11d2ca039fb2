"""The registered predictions: what they say is what the ledger claims, and mistakes in the file are named."""

import pytest

from proofs.claim import Target
from proofs.ledger import LEDGER
from proofs.predictions import FILE, PREDICTIONS, REGIMES, read_predictions

TEXT = FILE.read_text(encoding="utf-8")


def test_every_prediction_is_a_claim_of_the_ledger():
    ids = {claim.id for claim in LEDGER.claims}
    assert set(PREDICTIONS) <= ids
    assert {each.experiment for each in PREDICTIONS.values()} == {1, 2, 3}
    assert {each.by for each in PREDICTIONS.values()} == {"proposal", "ours"}
    assert {each for each in ids if each[:2] in {"E1", "E2", "E3"}} == set(PREDICTIONS)


def test_the_declared_regimes_are_the_issue_s():
    crossed = {f"{a}-{b}-{c}" for a in ("disjoint", "shared") for b in ("gentle", "saturating") for c in ("all", "mlp")}
    assert set(REGIMES) == crossed | {"numbers", "languages"}


def test_whose_prediction_it_is_decides_which_statement_it_is():
    proposed, ours = PREDICTIONS["E1.monotone"], PREDICTIONS["E1.concave"]
    assert (proposed.claim.statement(Target.PROPOSED), proposed.claim.exact) != (None, None)
    assert proposed.claim.exact is None
    assert ours.claim.proposed is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("falls monotonically with the activation sparsity", "rises monotonically with the activation sparsity"),
        ("say higher at some intermediate sparsity", "say lower at some intermediate sparsity"),
        ('quantity = "interference", implementation = "kwta"', 'quantity = "interference", implementation = "l1"'),
        ("false_alarm = 0.05", "false_alarm = 0.01"),
        ('name = "languages"', 'name = "tongues"'),
    ],
)
def test_changing_a_prediction_changes_its_fingerprint(old, new):
    changed, _ = read_predictions(TEXT.replace(old, new))
    assert changed["E1.monotone"].claim.fingerprint != PREDICTIONS["E1.monotone"].claim.fingerprint


def test_another_prediction_s_fingerprint_stays():
    changed, _ = read_predictions(TEXT.replace("margin = 0.25", "margin = 0.3"))
    assert changed["E1.same_curve"].claim.fingerprint != PREDICTIONS["E1.same_curve"].claim.fingerprint
    assert changed["E1.monotone"].claim.fingerprint == PREDICTIONS["E1.monotone"].claim.fingerprint


def test_every_parameter_stands_in_the_statement():
    for prediction in PREDICTIONS.values():
        for value in prediction.parameters.values():
            for each in value if isinstance(value, list) else [value]:
                assert (each if isinstance(each, str) else f"{each:g}") in prediction.text, prediction.id


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('test = "falls", quantity', 'test = "drops", quantity', "test of the prediction 'E1.monotone' must be one of"),
        ('implementation = "kwta", false_alarm', 'arm = "kwta", false_alarm', r"lacks \['implementation'\]"),
        ("false_alarm = 0.05", "false_alarm = 1.5", "false_alarm of the prediction 'E1.monotone' must lie between"),
        ("false_alarm = 0.05", 'false_alarm = "5 %"', "must be a positive number, got '5 %'"),
        ("low = 0.8, high = 1.25", "low = 1.8, high = 1.25", "low of the prediction 'E1.linear' must lie below high"),
        ('by = "proposal"', 'by = "nobody"', "by of the prediction 'E1.monotone' must be one of proposal, ours"),
        ("experiment = 1", "experiment = 7", "experiment of the prediction 'E1.monotone' must be 1, 2 or 3, got 7"),
        ('id = "E1.forgetting"', 'id = "E1.monotone"', "the prediction E1.monotone is given twice"),
        ('name = "languages"', 'name = "numbers"', "the regime 'numbers' is given twice"),
        (
            'more = ["disjoint-gentle-all"',
            'more = ["gentle"',
            "names the regime 'gentle'; declared are disjoint-gentle",
        ),
        ('title = "Interference falls with sparsity"', "title = 3", "title of the prediction 'E1.monotone' must be a"),
        ("[[prediction]]", "[[prediction]", "not TOML"),
    ],
)
def test_mistakes_in_the_file_are_named(old, new, message):
    assert old in TEXT
    with pytest.raises(ValueError, match=message):
        read_predictions(TEXT.replace(old, new))
