"""The prose says of no claim what its verdict is not."""

import re

import pytest

from paper.document.assertions import ASSERTION, KINDS, asserted
from paper.document.build import section_files
from paper.document.fill import PLACEHOLDER
from proofs.book import Ledger
from proofs.claim import Evidence, Finding, Target
from proofs.grades import Grade
from proofs.ledger import LEDGER

LITTLE = Ledger(tuple(LEDGER.claim(each) for each in ("T1.nested", "T1.real_codes", "L2.linear")))

SAYING = re.compile(
    r"\b(?:we prove|proves?|proved|proven|refut\w*|disprove\w*|certified|contradict(?:s|ed)|confirm\w*|establish\w*|"
    r"demonstrat\w*|supports?|supported|false|true|(?:is|are) wrong(?! per)|wrong(?= sign)|rigorous\w*|necessary)\b",
    re.IGNORECASE,
)
"""Words that say what a verdict is."""

KINDS_LISTED = re.compile(
    r"^- \*(?:Proved|Refuted or contradicted|Simulated|Resting on [a-z ]+)\*:.*?(?=^- \*|^\n|\Z)", re.M | re.S
)
"""The list that explains the kinds of statement."""


def unchecked(text: str) -> list[str]:
    """Return the sentences that say a verdict outside an assertion, unless they print it or cite who says so."""
    text = KINDS_LISTED.sub("", ASSERTION.sub("", text))
    text = re.sub(r"^#.*$|!\[[^\]]*\]\([^)]*\)\{[^}]*\}", "", text, flags=re.M)
    sentences = re.split(r"(?<=[.;:!?])\s+", text)
    computed = re.compile(r"\{\{ (?:verdict|simulations|decision|lapsed)\b|\[(?:compare )?@")
    return [
        each.strip() for each in sentences if SAYING.search(PLACEHOLDER.sub("", each)) and not computed.search(each)
    ]


@pytest.mark.parametrize("path", section_files(), ids=lambda path: path.stem)
def test_no_sentence_says_a_verdict_unchecked(path):
    assert unchecked(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We prove that it rises. It falls.", ["We prove that it rises."]),
        ("The law is false; the words are {{ verdict TF.words }}, not wrong.", ["The law is false;"]),
        ("{{# proved T1 }}We prove it.{{/}} Rigorously so.", ["Rigorously so."]),
        ("This was proved before [@amit1985].", []),
    ],
)
def test_an_unchecked_sentence_is_found(text, found):
    assert unchecked(text) == found


def test_every_assertion_of_the_paper_agrees_with_the_verdicts(passed):
    for path in section_files():
        asserted(path.read_text(encoding="utf-8"), passed)


def simulated(finding: Finding, target: Target = Target.PROPOSED) -> Evidence:
    claim = LITTLE.claim("T1.real_codes")
    return Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, target, finding, "simulated")


def test_an_assertion_that_agrees_names_its_claims(passing):
    text = "{{# proved T1.nested }}It rises.{{/}} {{# proved T1.nested }}So `T1.nested` says.{{/}}"
    assert asserted(text, passing(LITTLE)) == "It rises. [`T1.nested`]{.claims} So `T1.nested` says."


@pytest.mark.parametrize(
    "text",
    [
        "{{# refuted T1.nested }}It does not rise.{{/}}",
        "{{# proved L2.linear }}Linear networks too.{{/}}",
        "{{# proved T1.nested L2.linear }}Both.{{/}}",
        "{{# open T1.nested }}Nobody knows.{{/}}",
        "{{# supported T1.nested }}It seems to rise.{{/}}",
    ],
)
def test_an_assertion_that_disagrees_stops_the_build(text, passing):
    with pytest.raises(ValueError, match=r"the paper says .*, but .* is "):
        asserted(text, passing(LITTLE))


def test_an_assertion_about_simulations_waits_for_them(passing):
    text = "{{# contradicted T1.real_codes }}They are not independent.{{/}}"
    assert asserted(text, passing(LITTLE)) == "*(Not yet decided by simulation: `T1.real_codes`.)*"
    assert "not independent" in asserted(text, passing(LITTLE, simulated(Finding.FAILS)))
    with pytest.raises(ValueError, match=r"T1\.real_codes is supported by simulation"):
        asserted(text, passing(LITTLE, simulated(Finding.HOLDS)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{# shown T1 }}x{{/}}", "unknown kind of assertion 'shown'"),
        ("{{# proved }}x{{/}}", "must name its claims"),
        ("{{# proved T1.nestd }}x{{/}}", "did you mean T1.nested"),
        ("{{# proved T1.nested }}x", "not closed"),
        ("x{{/}}", "not closed"),
    ],
)
def test_malformed_assertions_are_refused(text, message, passing):
    with pytest.raises(ValueError, match=message):
        asserted(text, passing(LITTLE))


def test_every_verdict_can_be_asserted():
    assert len(set(KINDS.values())) == len(KINDS) == 6
