"""The certificates of Theorem 2 pass, fail when their statements are changed, and reach the verdicts they should."""

import dataclasses
import itertools
import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.special import ndtr

from proofs.algebra import Identity, SignOnInterval
from proofs.book import Ledger
from proofs.certificate import CertificateResult
from proofs.claim import Argument, Finding, Target
from proofs.grades import Grade
from proofs.ledger import LEDGER
from proofs.statement import equal, greater
from proofs.theorem2 import any_rule, ceiling, extensions, information, law, one_step, printed, retrieval
from proofs.theorem2.symbols import V, alpha, eps
from proofs.verdict import Verdict
from theory.information import SHANNON_LIMIT, binary_entropy, mutual_information
from theory.notation import N, a, p
from theory.one_step import gaussian_error

CLAIMS = tuple(
    claim
    for module in (law, information, one_step, ceiling, printed, extensions, retrieval, any_rule)
    for claim in module.CLAIMS
)
"""The claims proved by algebra; those proved by enclosures have their own tests."""

CERTIFICATES = list(dict.fromkeys(argument.certificate for claim in CLAIMS for argument in claim.arguments))
STEPS = list({step.proposition: step for certificate in CERTIFICATES for step in certificate.steps}.values())
"""One step for every different proposition."""


@pytest.fixture(scope="module")
def results():
    """The outcome of every different step, each checked once."""
    return {step.proposition: step.check() for step in STEPS}


@pytest.fixture(scope="module")
def judgements(results):
    """Verdicts from these certificates, with the premises from Theorem 1 taken as proved."""
    checked = {certificate: _checked(certificate, results) for certificate in CERTIFICATES}
    known = {claim.id for claim in CLAIMS}
    bare = [
        dataclasses.replace(claim, depends_on=tuple(each for each in claim.depends_on if each in known))
        for claim in CLAIMS
    ]
    return Ledger(tuple(bare)).judge(each for claim in bare for each in claim.evidence(checked))


def _checked(certificate, results):
    return CertificateResult(certificate, tuple(results[step.proposition] for step in certificate.steps))


def test_every_step_passes(results):
    assert not [str(statement.relation) for statement, result in results.items() if not result.passed]


def test_no_step_is_an_identity_of_one_thing_with_itself():
    for step in STEPS:
        relation = step.proposition.relation
        assert not (isinstance(relation, sp.Equality) and relation.lhs == relation.rhs), relation


def test_every_identity_fails_when_its_right_side_is_changed():
    """Mutation: one side multiplied by 1 + 1e-9, or raised by 1e-9 if it is zero."""
    nudge = sp.Rational(1, 10**9)
    for step in STEPS:
        if isinstance(step, Identity):
            left, right = step.proposition.sides
            wrong = right * (1 + nudge) if right != 0 else nudge
            mutated = dataclasses.replace(step, proposition=equal(left, wrong, step.proposition.over))
            assert not mutated.check().passed, step.proposition


def test_every_sign_fails_when_it_is_reversed():
    for step in STEPS:
        if isinstance(step, SignOnInterval):
            smaller, larger = step.proposition.sides
            if isinstance(step.proposition.relation, (sp.Gt, sp.Ge)):
                smaller, larger = larger, smaller
            mutated = dataclasses.replace(step, proposition=greater(smaller, larger, step.proposition.over))
            assert not mutated.check().passed, step.proposition


def test_verdicts_follow_from_the_certificates(judgements):
    expected = {
        "TF.law": Verdict.REFUTED,
        "TF.words": Verdict.PROVED_ON_DOMAIN,
        "T2.capacity": Verdict.REFUTED,
        "T2.information": Verdict.PROVED,
        "T2.sparse_information": Verdict.PROVED,
        "T2.alpha": Verdict.PROVED,
        "T2.keyed": Verdict.PROVED,
        "T2": Verdict.PROVED,
        "T2.bound": Verdict.REFUTED,
        "T2.tight": Verdict.PROVED,
        "T2.optimum": Verdict.REFUTED,
        "T2.finite": Verdict.PROVED,
        "T2.additive": Verdict.PROVED,
        "T2.continuous": Verdict.PROVED,
        "T2.cover": Verdict.PROVED,
        "T2.two_bits": Verdict.PROVED,
        "T2.errors": Verdict.OPEN,
        "T2.fixed_point_equations": Verdict.OPEN,
        "T2.amp": Verdict.OPEN,
        "T2.plain": Verdict.OPEN,
        "T2.feedback": Verdict.OPEN,
    }
    assert {each: judgements[each].verdict for each in expected} == expected
    assert set(expected) == {claim.id for claim in CLAIMS}
    refuted = [each for each, verdict in expected.items() if verdict is Verdict.REFUTED]
    assert all(judgements[each].repair_proved for each in refuted)


def test_the_replica_assumption_never_proves_anything(judgements):
    """Exact steps from a replica assumption are of grade replica, and what rests on them stays open."""
    (evidence,) = judgements["T2.fixed_point_equations"].evidence
    assert (evidence.grade, evidence.finding) == (Grade.REPLICA, Finding.HOLDS)
    assert "replica" in judgements["T2.fixed_point_equations"].reason
    (evidence,) = judgements["T2.amp"].evidence
    assert evidence.grade is Grade.LITERATURE
    assert "T2.fixed_point_equations" in judgements["T2.feedback"].reason
    (evidence,) = judgements["T2.errors"].evidence
    assert (evidence.grade, evidence.finding) == (Grade.REPLICA, Finding.HOLDS)


def test_theorem_2_rests_on_its_premises():
    """With only its own certificate, its premises unproved, Theorem 2 is not proved."""
    assert LEDGER.judge(LEDGER.prove(["T2"])["T2"])["T2"].verdict is Verdict.OPEN


def test_a_proof_of_something_else_does_not_count():
    swapped = dataclasses.replace(
        ceiling.theorem2,
        arguments=(Argument(information.information_proof, Target.EXACT, Finding.HOLDS),),
    )
    found = swapped.evidence({information.information_proof: information.information_proof.check()})
    assert {each.finding for each in found} == {Finding.INCONCLUSIVE}


def test_counterexamples_bear_on_the_proposed_statement_only():
    for claim in CLAIMS:
        for argument in claim.arguments:
            if argument.finding is Finding.FAILS:
                assert argument.target is Target.PROPOSED


# --- the statements say what the numbers do ---


@pytest.mark.parametrize(("load", "activity"), [(0.15, 0.5), (0.3, 0.1), (2.0, 0.01), (40.0, 0.001)])
def test_alpha_of_eps_is_the_one_step_theory(load, activity):
    """At the best threshold of `theory.one_step` the margins satisfy the certified relations."""
    found = gaussian_error(load * activity * (1 - activity), activity)
    deviation = math.sqrt(load * activity * (1 - activity))
    active, silent = (1 - activity - found.threshold) / deviation, (found.threshold + activity) / deviation
    odds = math.log((1 - activity) / activity)
    assert silent == pytest.approx(math.sqrt(active**2 + 2 * odds))
    assert load == pytest.approx(1 / (activity * (1 - activity) * (active + silent) ** 2))
    assert found.error_rate == pytest.approx(activity * ndtr(-active) + (1 - activity) * ndtr(-silent))
    if odds and active > 0:
        ratio = active / math.sqrt(2 * odds)
        closed = (math.sqrt(1 + ratio**2) - ratio) ** 2
        assert load * 2 * activity * (1 - activity) * odds == pytest.approx(closed)
        assert 1 - 2 * ratio <= closed <= 1


@pytest.mark.parametrize("activity", [0.5, 0.1, 0.001])
@pytest.mark.parametrize("load", [0.05, 0.5, 5.0])
def test_one_step_information_lies_below_the_ceiling(load, activity):
    found = gaussian_error(load * activity * (1 - activity), activity)
    bits = load * float(mutual_information(activity, found.miss_rate, found.false_alarm_rate))
    nats: Any = ceiling.CEILING.subs(alpha, load)
    assert 0 < bits < float(nats) / math.log(2) < SHANNON_LIMIT


def test_the_stored_load_errs_no_more_than_said():
    """Chebyshev's bound, with its exact moments, at a finite size beside the Gaussian error there."""
    size: Any = {a: sp.Rational(1, 20), N: 4000, p: 40}
    bound: Any = law.ERRORS.sides[0].subs(size).doit()
    gaussian = gaussian_error(float((V * (p - 1) * (N - 1) / N**2).subs(size)), 0.05)
    assert gaussian.error_rate / 0.05 < bound < float((4 * (p / N + 1 / (a * N))).subs(size))


def test_no_additive_rule_beats_the_certified_ratio():
    """Random rules and readings of four inputs: signal against another pattern's crosstalk, by enumeration."""
    random = np.random.default_rng(3)
    outcomes = np.array(list(itertools.product((0, 1), repeat=5)))
    reached = []
    for scale in np.geomspace(1e-3, 3, 60):
        level, key = random.uniform(0.1, 0.9), random.integers(0, 2, 4)
        variance, centred = level * (1 - level), key - level
        centre = np.outer([-level, 1 - level], [-level, 1 - level])
        rule = centre + scale * random.normal(size=(4, 2, 2))  # rule[j, unit, input]
        reading = centred + scale * random.normal(size=4)
        weight = np.prod(np.where(outcomes, level, 1 - level), axis=1)
        crosstalk = rule[np.arange(4), outcomes[:, :1], outcomes[:, 1:]] @ reading
        noise = weight @ crosstalk**2 - (weight @ crosstalk) ** 2
        signal = (rule[np.arange(4), 1, key] - rule[np.arange(4), 0, key]) @ reading
        reached.append(variance * signal**2 / noise / (1 + centred @ centred / variance))
    assert 0.5 < max(reached) <= 1 + 1e-12


def test_retrieved_information_is_at_least_the_floor():
    """Fano's bound holds for every split of the errors into misses and false alarms."""
    for activity, error in ((0.1, 0.2), (0.01, 0.05)):
        for share in (0.0, 0.3, 1.0):
            miss, alarm = share * error, (1 - share) * error * activity / (1 - activity)
            least = float(binary_entropy(activity) - binary_entropy(error * activity))
            floor = (
                activity
                * float(
                    printed.FLOOR.sides[0].subs(dict[Any, Any](zip((a, eps), (activity, error), strict=True))).doit()
                )
                / math.log(2)
            )
            assert floor <= least <= float(mutual_information(activity, miss, alarm)) + 1e-15


def test_the_mean_field_surface_has_the_known_capacity():
    """Amit, Gutfreund & Sompolinsky: the equation certified at a = 1/2 peaks at 0.1379055665."""
    right = sp.lambdify(retrieval.AGS.over[0][0], retrieval.AGS.sides[1], "mpmath")
    best = max(float(right(y / 10000)) for y in range(14000, 17000))
    assert best**2 / 2 == pytest.approx(0.1379055665, abs=1e-9)


def test_fewer_dichotomies_than_labellings_beyond_two_per_dimension():
    count = [sp.Integer(any_rule.dichotomies(points, 6).doit()) for points in (6, 12, 24)]
    assert count[0] == 2**6
    assert count[1] == 2**11
    assert math.log2(count[2]) < 24 * float(binary_entropy(6 / 24))


def test_a_certificate_says_what_it_rests_on():
    text = retrieval.equations_proof.markdown()
    assert "grade *replica*" in text
    assert "grade *" not in ceiling.theorem2_proof.markdown()
