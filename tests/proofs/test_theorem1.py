"""The certificates of Theorem 1 pass, fail when their statements are changed, and reach the verdicts they should."""

import dataclasses

import pytest
import sympy as sp

from proofs.algebra import ExactDomain, Identity, SignOnInterval
from proofs.claim import Finding, Target
from proofs.ledger import LEDGER
from proofs.statement import equal, equivalent, greater
from proofs.theorem1 import CLAIMS, interference, law
from proofs.verdict import Verdict
from theory.interference import interference_formula
from theory.notation import SIZES, UNIT, N, a

CERTIFICATES = list(dict.fromkeys(argument.certificate for claim in CLAIMS for argument in claim.arguments))


@pytest.fixture(scope="module")
def judgements():
    evidence = LEDGER.prove([claim.id for claim in CLAIMS])
    return LEDGER.judge(each for per_claim in evidence.values() for each in per_claim)


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_certificate_passes(certificate):
    result = certificate.check()
    assert result.passed, result.summary


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_no_step_is_an_identity_of_one_thing_with_itself(certificate):
    for step in certificate.steps:
        relation = step.proposition.relation
        assert not (isinstance(relation, sp.Equality) and relation.lhs == relation.rhs), relation


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_every_identity_fails_when_its_right_side_is_changed(certificate):
    """Mutation: one side multiplied by 1 + 1e-9, or raised by 1e-9 if it is zero."""
    nudge = sp.Rational(1, 10**9)
    for step in certificate.steps:
        if isinstance(step, Identity):
            left, right = step.proposition.sides
            wrong = right * (1 + nudge) if right != 0 else nudge
            mutated = dataclasses.replace(step, proposition=equal(left, wrong, step.proposition.over))
            assert not mutated.check().passed, step.proposition


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_every_sign_fails_when_it_is_reversed(certificate):
    for step in certificate.steps:
        if isinstance(step, SignOnInterval):
            smaller, larger = step.proposition.sides
            if isinstance(step.proposition.relation, (sp.Gt, sp.Ge)):
                smaller, larger = larger, smaller
            mutated = dataclasses.replace(step, proposition=greater(smaller, larger, step.proposition.over))
            assert not mutated.check().passed, step.proposition


@pytest.mark.parametrize("root", [sp.Rational(7, 10), sp.Rational(1, 2), 1 / sp.sqrt(3), sp.Rational(70711, 100000)])
def test_no_other_domain_is_certified_for_the_variance(root):
    slope = sp.diff(a**2 * (1 - a**2), a)
    wrong = equivalent(sp.Gt(slope, 0, evaluate=False), sp.Lt(a, root, evaluate=False), {a: UNIT})
    assert not ExactDomain(wrong, "wrong").check().passed


def test_the_variance_is_not_certified_on_all_of_the_interval():
    everywhere = greater(sp.diff(a**2 * (1 - a**2) / N, a), 0, {a: UNIT, N: SIZES})
    assert not SignOnInterval(everywhere, "wrong").check().passed


def test_theorem_1_is_not_certified_for_a_wrong_formula():
    wrong = interference_formula() - 2 * a**3 / 3  # a cubic term large enough to make it fall somewhere
    assert not SignOnInterval(greater(sp.diff(wrong, a), 0, {a: UNIT, N: SIZES}), "wrong").check().passed


def test_verdicts_follow_from_the_certificates(judgements):
    verdicts = {claim.id: judgements[claim.id].verdict for claim in CLAIMS}
    proved = {"T1", "T1.fixed_size", "T1.self_coupling", "T1.moments", "T1.overlap_law", "T1.worst", "T1.harm"}
    assert {verdicts[each] for each in proved} == {Verdict.PROVED}
    assert verdicts["T1.variance"] is verdicts["T1.covariance"] is Verdict.PROVED_ON_DOMAIN
    assert "sqrt2" in judgements["T1.variance"].domain
    assert "1/2" in judgements["T1.covariance"].domain
    assert verdicts["T1.normalised"] is verdicts["T1.sign"] is Verdict.REFUTED
    assert judgements["T1.normalised"].repair_proved
    assert verdicts["T1.real_codes"] is Verdict.OPEN  # nothing simulated here


def test_without_its_certificate_theorem_1_is_open():
    bare = dataclasses.replace(interference.theorem1, arguments=())
    from proofs.verdict import judge

    settled = LEDGER.judge(
        each for per_claim in LEDGER.prove(["D.interference", "T1.overlap_law"]).values() for each in per_claim
    )
    assert judge(bare, (), settled).verdict is Verdict.OPEN


def test_theorem_1_rests_on_its_premises():
    """With only its own certificate, its premises unproved, Theorem 1 is not proved."""
    assert LEDGER.judge(LEDGER.prove(["T1"])["T1"])["T1"].verdict is Verdict.OPEN


def test_a_proof_of_something_else_does_not_count():
    swapped = dataclasses.replace(
        interference.theorem1,
        arguments=tuple(
            dataclasses.replace(argument, certificate=law.moments_proof) for argument in interference.theorem1.arguments
        ),
    )
    result = law.moments_proof.check()
    evidence = swapped.evidence({law.moments_proof: result})
    assert {each.finding for each in evidence} == {Finding.INCONCLUSIVE}


def test_counterexamples_bear_on_the_proposed_statement_only():
    for claim in CLAIMS:
        for argument in claim.arguments:
            if argument.finding is Finding.FAILS:
                assert argument.target is Target.PROPOSED


def test_ledger_has_every_part_of_the_proposal():
    ids = {claim.id for claim in LEDGER.claims}
    assert {"H1", "H2", "H3", "TF.law", "T1", "T2", "P1", "E1.monotone", "E2.ceiling", "E3.dual"} <= ids
    assert all(claim.proposed or claim.exact for claim in LEDGER.claims)
