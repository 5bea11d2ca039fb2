"""The certificates of Proposition 1 pass, fail when their statements are changed, and reach the right verdicts."""

import dataclasses

import pytest
import sympy as sp

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.claim import Finding, Target
from proofs.grades import Grade
from proofs.ledger import LEDGER
from proofs.proposition1 import CLAIMS, accounts, existence, finite, zones
from proofs.proposition1.symbols import CEILING, DUAL, ZONES, G, eta, rho
from proofs.smt import SmtHolds
from proofs.statement import equal, equivalent, greater, less
from proofs.verdict import Judgement, Verdict, judge
from theory.block_code import bit_error, load_at_error, one_shot_bits
from theory.dual_regime import critical_rho, dual_bits, gain

CERTIFICATES = list(dict.fromkeys(argument.certificate for claim in CLAIMS for argument in claim.arguments))
BY_ID = {claim.id: claim for claim in CLAIMS}


@pytest.fixture(scope="module")
def results():
    return {certificate: certificate.check() for certificate in CERTIFICATES}


@pytest.fixture(scope="module")
def judgements(results):
    """The verdicts on Proposition 1, its premises from the other theorems taken as proved."""
    found = {claim.id: Judgement(claim.id, Verdict.PROVED, "a premise") for claim in LEDGER.claims}
    for claim in LEDGER.order():
        if claim.id in BY_ID:
            found[claim.id] = judge(claim, claim.evidence(results), found)
    return found


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_certificate_passes(certificate, results):
    assert results[certificate].passed, results[certificate].summary


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_no_step_is_an_identity_of_one_thing_with_itself(certificate):
    for step in certificate.steps:
        relation = step.proposition.relation
        assert not (isinstance(relation, sp.Equality) and relation.lhs == relation.rhs), relation


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_identities_and_signs_fail_when_changed(certificate):
    """Mutation: a right side multiplied by 1 + 1e-9 (raised if zero); a sign reversed."""
    nudge = sp.Rational(1, 10**9)
    for step in certificate.steps:
        left, right = step.proposition.relation.args[:2]
        if isinstance(step, Identity):
            mutated = equal(left, right * (1 + nudge) if right != 0 else nudge, step.proposition.over)
        elif isinstance(step, SignOnInterval):
            falls = isinstance(step.proposition.relation, (sp.Lt, sp.Le))
            mutated = (greater if falls else less)(left, right, step.proposition.over)
        else:
            continue
        assert not dataclasses.replace(step, proposition=mutated).check().passed, step.proposition


def test_verdicts_follow_from_the_certificates(judgements):
    verdicts = {claim.id: judgements[claim.id].verdict for claim in CLAIMS}
    refuted = {each for each, verdict in verdicts.items() if verdict is Verdict.REFUTED}
    assert refuted == {"P1.batch", "P1.slow_zone", "P1.total"}
    assert all(judgements[each].repair_proved for each in refuted)
    assert {each for each, verdict in verdicts.items() if verdict is Verdict.OPEN} == {"P1.gain_simulated", "P1.live"}
    assert all(verdict in (Verdict.REFUTED, Verdict.OPEN, Verdict.PROVED) for verdict in verdicts.values())


def test_nothing_here_rests_on_replicas_or_simulation(results):
    assert all(result.grade.rigorous for result in results.values())
    assert results[finite.finite_proof].grade is Grade.BALL_ARITHMETIC


@pytest.mark.parametrize("premise", ["T2", "T2.keyed", "T2.cover"])
def test_proposition_1_rests_on_its_premises(premise, results):
    found = {claim.id: Judgement(claim.id, Verdict.PROVED, "a premise") for claim in LEDGER.claims}
    found[premise] = Judgement(premise, Verdict.OPEN, "taken away")
    for claim in LEDGER.order():
        if claim.id in BY_ID:
            found[claim.id] = judge(claim, claim.evidence(results), found)
    assert found["P1"].verdict is Verdict.OPEN


def test_counterexamples_bear_on_the_proposed_statement_only():
    for argument in (argument for claim in CLAIMS for argument in claim.arguments):
        if argument.finding is Finding.FAILS:
            assert argument.target is Target.PROPOSED


@pytest.mark.parametrize("wrong", [1 - 2 * eta / G, 1 - eta / (2 * G), G / eta - 1])
def test_no_other_critical_point_is_certified(wrong):
    claimed = equivalent(sp.Gt(DUAL / eta, 1, evaluate=False), sp.Lt(rho, wrong, evaluate=False), ZONES)
    assert not SmtHolds(claimed, "wrong").check().passed


def test_the_asymptotic_critical_point_is_not_that_at_the_criterion():
    claimed = less(1 - eta / 2, 1 - CEILING / 2, {eta: sp.Interval(*finite.ETAS)})
    assert not BallInequality(claimed, "wrong").check().passed


def test_existence_does_not_reach_every_rho():
    single = existence.EXCEEDS.sides[1]
    for fraction, passes in ((sp.Rational(3, 20), True), (sp.Rational(1, 4), False)):
        claimed = greater(at(DUAL, {G: existence.LOAD, eta: zones.LOWER_BITS, rho: fraction}), single)
        assert BallInequality(claimed, "").check().passed is passes


def at(expression, values) -> sp.Expr:
    return expression.subs(values)


def riemann(load, upper):
    """The value of a certified Riemann sum."""
    expression = finite.wrong_bits(load, upper)
    (total,) = expression.atoms(sp.Sum)
    index, first, last = total.limits[0]
    term = sp.lambdify(index, total.function, "scipy")
    return float(expression.subs(total, sp.Float(sum(term(each) for each in range(int(first), int(last) + 1)))))


def test_the_certificates_and_the_numerical_theory_agree():
    """The Riemann sums bracket the quadrature; the enclosed eta, gains and critical point contain the computed ones."""
    for load in finite.LOADS:
        assert riemann(load, False) < bit_error(float(load), 1 / 64) < riemann(load, True) < 1.5 * riemann(load, False)
    found = one_shot_bits(1 / 64, 1e-3)
    assert float(finite.ETAS[0]) < found < float(finite.ETAS[1])
    low, high = (float(each.sides[1]) for each in (finite.CRITICAL_LOW, finite.CRITICAL_HIGH))
    assert low <= critical_rho(found, 2.0) <= high
    for fraction, *bounds in finite.GAINS:
        low, high = (float(each.sides[1]) for each in bounds)
        assert low <= gain(float(fraction), found, 2.0) <= high
    assert load_at_error(1e-3, 0.5) < 0.11
    assert load_at_error(1e-3, 1 / 64, "block") > 1.9
    assert dual_bits(0.15, 57 / 320, 1.99) > 0.7297 > float(existence.EXCEEDS.sides[1])


def test_the_formula_is_that_of_the_theory():
    values = {rho: sp.Rational(1, 7), eta: sp.Rational(2, 9), G: sp.Rational(3, 2)}
    assert float(at(DUAL, values)) == pytest.approx(dual_bits(1 / 7, 2 / 9, 1.5), rel=1e-14)
    counted = float(at(accounts.COPY_SLOW.sides[1], values))
    assert counted == pytest.approx(dual_bits(1 / 7, 2 / 9, 1.5, copies=1), rel=1e-14)
