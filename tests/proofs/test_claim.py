"""What certificates establish about claims, and the rules by which claims are judged."""

from dataclasses import replace

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.algebra import Evaluation, SignOnInterval
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Evidence, Finding, Target
from proofs.grades import Grade
from proofs.statement import Statement, greater, less
from proofs.verdict import Judgement, Verdict, judge

a = sp.Symbol("a")
UNIT = {a: sp.Interval.open(0, 1)}
GAIN = greater(1 / (1 - a), 1, UNIT)
OTHER = greater(a, 0, UNIT)
EXACT = Statement("The gain exceeds one.", (GAIN,))
PROPOSED = Statement("The gain exceeds two.", (greater(1 / (1 - a), 2, UNIT),))
PROOF = Certificate("gain", "Gain", (SignOnInterval(GAIN, "Because."),))
DETOUR = Certificate("detour", "Something else", (SignOnInterval(OTHER, "Because."),))
WRONG = Certificate("wrong", "Wrong", (SignOnInterval(GAIN, "Because."), Evaluation(less(2, 1), "Nonsense.")))

CLAIM = Claim("C1", "gain", "here", PROPOSED, EXACT, repair="a gain of one")
ALONE = Claim("C2", "gain", "here", None, EXACT)
CHILD = Claim("C3", "child", "here", None, EXACT, ("C2",))

E, P = Target.EXACT, Target.PROPOSED
HOLDS, FAILS, DOMAIN, UNCLEAR = Finding.HOLDS, Finding.FAILS, Finding.HOLDS_ON_DOMAIN, Finding.INCONCLUSIVE
ALGEBRA, TRIAL = Grade.EXACT_ALGEBRA, Grade.MONTE_CARLO


def evidence(claim: Claim, grade: Grade, target: Target, finding: Finding) -> Evidence:
    """Return evidence on the present wording of a claim."""
    domain = "a < 1/2" if finding is DOMAIN else ""
    summary = f"{grade.value} says {target.value} {finding.value}"
    return Evidence(claim.id, claim.fingerprint, grade, target, finding, summary, domain)


def verdict(claim: Claim, *kinds: tuple[Grade, Target, Finding]) -> Judgement:
    """Judge a claim without dependencies on some evidence."""
    return judge(claim, [evidence(claim, *kind) for kind in kinds], {})


# --- from certificates to evidence ---


def found(argument: Argument, claim: Claim = CLAIM) -> Evidence:
    """Check a certificate and return what it says about a claim."""
    return argument.evidence(claim, argument.certificate.check())


def test_a_proof_of_the_statement_itself_holds() -> None:
    result = found(Argument(PROOF, E, HOLDS))
    assert (result.finding, result.grade, result.source) == (HOLDS, ALGEBRA, "gain")


@pytest.mark.parametrize(
    "argument",
    [
        Argument(DETOUR, E, HOLDS),
        Argument(PROOF, P, HOLDS),
        Argument(PROOF, E, HOLDS, (OTHER,)),
        Argument(PROOF, P, FAILS, (OTHER,)),
        Argument(PROOF, P, DOMAIN, (OTHER,), "a > 1/2"),
        Argument(WRONG, E, HOLDS),
        Argument(Certificate("empty", "Empty", ()), E, HOLDS),
    ],
    ids=lambda each: f"{each.certificate.name}-{each.target.value}-{each.finding.value}",
)
def test_what_does_not_establish_the_statement_is_inconclusive(argument: Argument) -> None:
    result = found(argument)
    assert result.finding is UNCLEAR
    assert result.summary


def test_a_replica_certificate_is_evidence_of_that_grade_and_no_proof() -> None:
    assumed = replace(PROOF, name="assumed", rests_on=Grade.REPLICA)
    result = found(Argument(assumed, E, HOLDS), ALONE)
    assert (result.grade, result.finding) == (Grade.REPLICA, HOLDS)
    assert judge(ALONE, (result,), {}).verdict is Verdict.OPEN
    assert judge(ALONE, (found(Argument(PROOF, E, HOLDS), ALONE),), {}).verdict is Verdict.PROVED


def test_a_failed_step_is_named() -> None:
    assert "step 2 failed" in found(Argument(WRONG, E, HOLDS)).summary


def test_a_statement_without_content_cannot_be_proved() -> None:
    vague = replace(CLAIM, exact=Statement("It works."))
    result = found(Argument(PROOF, E, HOLDS), vague)
    assert result.finding is UNCLEAR
    assert "no exact content" in result.summary


def test_counterexamples_and_domains_name_what_they_prove() -> None:
    assert found(Argument(PROOF, P, FAILS, (GAIN,))).finding is FAILS
    assert found(Argument(PROOF, P, DOMAIN, (GAIN,), "a > 1/2")).domain == "a > 1/2"
    for finding, propositions, domain in ((FAILS, (), ""), (DOMAIN, (GAIN,), ""), (UNCLEAR, (GAIN,), "")):
        with pytest.raises(ValueError, match="gain"):
            Argument(PROOF, P, finding, propositions, domain)


# --- claims and evidence as records ---


def test_fingerprints_follow_the_wording() -> None:
    changed = [
        replace(CLAIM, id="C9"),
        replace(CLAIM, proposed=None),
        replace(CLAIM, exact=replace(EXACT, text="The gain is at least one.")),
        replace(CLAIM, exact=replace(EXACT, propositions=(OTHER,))),
        replace(CLAIM, depends_on=("C2",)),
    ]
    assert len({each.fingerprint for each in [CLAIM, *changed]}) == 6
    assert replace(CLAIM, title="new", arguments=(Argument(PROOF, E, HOLDS),)).fingerprint == CLAIM.fingerprint
    two = ("C4", "C5")
    assert replace(CLAIM, depends_on=two).fingerprint == replace(CLAIM, depends_on=two[::-1]).fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"id": "no spaces"},
        {"id": ""},
        {"exact": None, "proposed": None},
        {"depends_on": ("C1",)},
        {"depends_on": ("C2", "C2")},
        {"exact": None, "repair": "x"},
        {"proposed": None, "arguments": (Argument(PROOF, P, HOLDS),)},
    ],
    ids=str,
)
def test_malformed_claims_are_refused(change: dict) -> None:
    with pytest.raises(ValueError, match="claim"):
        replace(CLAIM, **change)


def test_evidence_survives_json() -> None:
    original = evidence(CLAIM, TRIAL, P, DOMAIN)
    assert Evidence.from_json(original.to_json()) == original


@pytest.mark.parametrize(
    "change",
    [{"grade": "guess"}, {"target": 3}, {"extra": "x"}, {"finding": None}, {"summary": ["x"]}],
    ids=str,
)
def test_bad_records_are_refused(change: dict) -> None:
    with pytest.raises(ValueError, match=r"not a valid|must be a string|unknown fields"):
        Evidence.from_json(evidence(CLAIM, TRIAL, P, HOLDS).to_json() | change)


def test_incomplete_records_are_refused() -> None:
    record = evidence(CLAIM, TRIAL, P, HOLDS).to_json()
    del record["fingerprint"]
    with pytest.raises(ValueError, match="fingerprint"):
        Evidence.from_json(record)
    with pytest.raises(ValueError, match="object"):
        Evidence.from_json([])


# --- the rules ---


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], Verdict.OPEN),
        ([(ALGEBRA, E, HOLDS), (TRIAL, E, FAILS)], Verdict.CONTRADICTED),
        ([(ALGEBRA, P, HOLDS), (TRIAL, P, FAILS)], Verdict.CONTRADICTED),
        ([(ALGEBRA, E, HOLDS), (ALGEBRA, E, FAILS)], Verdict.OPEN),
        ([(ALGEBRA, P, HOLDS), (ALGEBRA, P, FAILS)], Verdict.OPEN),
        ([(ALGEBRA, E, FAILS), (ALGEBRA, P, HOLDS)], Verdict.REFUTED),
        ([(ALGEBRA, P, FAILS)], Verdict.REFUTED),
        ([(ALGEBRA, P, FAILS), (ALGEBRA, P, DOMAIN)], Verdict.PROVED_ON_DOMAIN),
        ([(ALGEBRA, P, FAILS), (TRIAL, P, FAILS)], Verdict.REFUTED),
        ([(ALGEBRA, P, DOMAIN), (TRIAL, P, FAILS)], Verdict.PROVED_ON_DOMAIN),
        ([(TRIAL, P, FAILS)], Verdict.CONTRADICTED),
        ([(TRIAL, P, FAILS), (TRIAL, P, HOLDS)], Verdict.CONTRADICTED),
        ([(ALGEBRA, E, HOLDS), (ALGEBRA, P, HOLDS)], Verdict.PROVED),
        ([(ALGEBRA, E, HOLDS)], Verdict.OPEN),
        ([(ALGEBRA, E, HOLDS), (TRIAL, P, HOLDS)], Verdict.SUPPORTED),
        ([(TRIAL, E, HOLDS)], Verdict.SUPPORTED),
        ([(Grade.REPLICA, E, HOLDS)], Verdict.OPEN),
        ([(Grade.LITERATURE, E, HOLDS), (Grade.LITERATURE, P, FAILS)], Verdict.OPEN),
        ([(ALGEBRA, E, UNCLEAR), (ALGEBRA, P, UNCLEAR)], Verdict.OPEN),
    ],
    ids=str,
)
def test_the_rules(kinds: list[tuple[Grade, Target, Finding]], expected: Verdict) -> None:
    assert verdict(CLAIM, *kinds).verdict is expected


def test_reasons_say_what_there_is() -> None:
    assert "disagree" in verdict(CLAIM, (ALGEBRA, E, HOLDS), (TRIAL, E, FAILS)).reason
    assert "contradict each other" in verdict(CLAIM, (ALGEBRA, E, HOLDS), (ALGEBRA, E, FAILS)).reason
    assert "proposed statement" in verdict(CLAIM, (ALGEBRA, E, HOLDS)).reason
    assert verdict(CLAIM).reason == "not yet worked on"
    assert verdict(CLAIM, (Grade.REPLICA, E, HOLDS)).reason == "rests on replica values"
    assert verdict(CLAIM, (Grade.LITERATURE, E, HOLDS)).reason == "literature only"
    assert verdict(CLAIM, (ALGEBRA, P, DOMAIN)).domain == "a < 1/2"


def test_repairs_are_printed_with_their_support() -> None:
    plain = verdict(CLAIM, (ALGEBRA, P, FAILS))
    assert (plain.printed, plain.settled) == ("refuted as stated", False)
    assert "repair is open" in plain.reason
    tried = verdict(CLAIM, (ALGEBRA, P, FAILS), (TRIAL, E, HOLDS))
    assert (tried.printed, tried.settled) == ("refuted as stated, repaired as a gain of one", False)
    assert "supported by simulation" in tried.reason
    proved = verdict(CLAIM, (ALGEBRA, P, FAILS), (ALGEBRA, E, HOLDS))
    assert (proved.printed, proved.settled) == ("refuted as stated, repaired as a gain of one", True)
    assert "repair is proved" in proved.reason


def test_a_claim_rests_on_its_premises() -> None:
    proof = [evidence(CHILD, ALGEBRA, E, HOLDS)]
    with pytest.raises(ValueError, match="C2"):
        judge(CHILD, proof, {})
    unsettled = judge(CHILD, proof, {"C2": verdict(ALONE)})
    assert unsettled.verdict is Verdict.OPEN
    assert "C2" in unsettled.reason
    trial = [*proof, evidence(CHILD, TRIAL, E, HOLDS)]
    assert judge(CHILD, trial, {"C2": verdict(ALONE)}).verdict is Verdict.SUPPORTED
    assert judge(CHILD, proof, {"C2": verdict(ALONE, (ALGEBRA, E, HOLDS))}).verdict is Verdict.PROVED
    assert judge(CHILD, [], {"C2": verdict(ALONE)}).reason == "not yet worked on"


KINDS = st.lists(st.tuples(st.sampled_from(Grade), st.sampled_from(Target), st.sampled_from(Finding)), max_size=6)
CLAIMS = st.sampled_from([CLAIM, ALONE, replace(CLAIM, id="C4", exact=None, repair="")])
QUICK = settings(max_examples=150, deadline=None)
PROOFS = (Verdict.PROVED, Verdict.PROVED_ON_DOMAIN, Verdict.REFUTED)


@QUICK
@given(CLAIMS, KINDS)
def test_rules_are_total_and_account_for_all_evidence(claim: Claim, kinds: list) -> None:
    judgement = verdict(claim, *kinds)
    assert isinstance(judgement.verdict, Verdict)
    assert judgement.reason
    assert len(judgement.evidence) + len(judgement.void) == len(kinds)
    assert bool(judgement.domain) == (judgement.verdict is Verdict.PROVED_ON_DOMAIN)


@QUICK
@given(CLAIMS, KINDS)
def test_only_rigorous_evidence_proves_or_refutes(claim: Claim, kinds: list) -> None:
    weak = [kind for kind in kinds if not kind[0].rigorous]
    assert verdict(claim, *weak).verdict not in PROOFS
    assert not verdict(claim, *weak).settled


@QUICK
@given(KINDS)
def test_a_failed_simulation_of_the_exact_statement_is_never_overruled(kinds: list) -> None:
    assert verdict(CLAIM, *kinds, (TRIAL, E, FAILS)).verdict is Verdict.CONTRADICTED


@QUICK
@given(CLAIMS, KINDS, KINDS)
def test_void_evidence_changes_nothing(claim: Claim, kinds: list, stale: list) -> None:
    valid = [evidence(claim, *kind) for kind in kinds]
    void = [replace(evidence(claim, *kind), fingerprint="0" * 16) for kind in stale]
    with_void, without = judge(claim, [*void, *valid], {}), judge(claim, valid, {})
    assert replace(with_void, void=()) == replace(without, void=())
    assert with_void.void[: len(void)] == tuple(void)


@QUICK
@given(CLAIMS, KINDS)
def test_proved_means_every_statement_holds(claim: Claim, kinds: list) -> None:
    judgement = verdict(claim, *kinds)
    rigorous = {(target, finding) for grade, target, finding in kinds if grade.rigorous}
    if judgement.verdict is Verdict.PROVED:
        assert all((target, HOLDS) in rigorous for target in Target if claim.statement(target))
        assert not any((target, FAILS) in rigorous for target in Target if claim.statement(target))
    if judgement.verdict is Verdict.REFUTED:
        assert any(finding is FAILS for _, finding in rigorous)


@QUICK
@given(CLAIMS, KINDS, st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(claim: Claim, kinds: list, random) -> None:
    shuffled = list(kinds)
    random.shuffle(shuffled)
    assert verdict(claim, *kinds).verdict is verdict(claim, *shuffled).verdict


@QUICK
@given(KINDS, CLAIMS, KINDS)
def test_an_unsettled_premise_never_lets_a_proof_through(kinds: list, base: Claim, below: list) -> None:
    premise = replace(verdict(base, *below), claim_id="C2")
    judgement = judge(CHILD, [evidence(CHILD, *kind) for kind in kinds], {"C2": premise})
    if not premise.settled:
        assert judgement.verdict not in (Verdict.PROVED, Verdict.PROVED_ON_DOMAIN)
        assert not judgement.settled
