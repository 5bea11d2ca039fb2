"""Certificates pass only if every step does, and print what was checked."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import sympy as sp

from proofs.algebra import Evaluation, SignOnInterval
from proofs.balls import BallInequality
from proofs.certificate import Certificate, Outcome, Step, StepResult
from proofs.grades import Grade, weakest
from proofs.statement import greater, less

a = sp.Symbol("a")
TRUE = greater(1 / (1 - a), 1, {a: sp.Interval.open(0, 1)})
FALSE = less(2, 1)
GOOD = SignOnInterval(TRUE, "The denominator is below one.")
BAD = Evaluation(FALSE, "Two is less than one.")
BALL = BallInequality(less(sp.log(2), 1), "A logarithm.")


@dataclass(frozen=True)
class Broken(Step):
    """A step whose checker raises."""

    grade: ClassVar[Grade] = Grade.SMT
    method: ClassVar[str] = "nothing"

    def decide(self) -> Outcome:
        """Raise."""
        raise RuntimeError("out of order")


@dataclass(frozen=True)
class Truthy(Step):
    """A step whose checker returns something that is merely truthy."""

    grade: ClassVar[Grade] = Grade.SMT
    method: ClassVar[str] = "nothing"

    def decide(self) -> Outcome:
        """Return an undecided formula in place of a truth value."""
        return Outcome(sp.Gt(a, 0), "unclear")  # pyright: ignore[reportArgumentType]


def test_all_steps_must_pass() -> None:
    assert Certificate("c", "t", (GOOD, BALL)).check().passed
    result = Certificate("c", "t", (GOOD, BAD)).check()
    assert not result.passed
    assert "step 2 failed" in result.summary
    assert result.proved_propositions == {TRUE}


def test_an_empty_certificate_does_not_pass() -> None:
    assert not Certificate("c", "t", ()).check().passed


@pytest.mark.parametrize("kind", [Broken, Truthy])
def test_a_checker_that_breaks_or_hedges_does_not_pass(kind: type[Step]) -> None:
    result = kind(TRUE, "").check()
    assert not result.passed
    assert result.detail in ("undecided: RuntimeError: out of order", "unclear")


def test_the_grade_is_the_weakest() -> None:
    assert Certificate("c", "t", (GOOD,)).check().grade is Grade.EXACT_ALGEBRA
    assert Certificate("c", "t", (GOOD, BALL)).check().grade is Grade.BALL_ARITHMETIC
    assert weakest([Grade.MONTE_CARLO, Grade.SMT]) is Grade.MONTE_CARLO
    assert [each for each in Grade if each.rigorous] == list(Grade)[:3]


def test_the_grade_is_no_better_than_the_assumptions() -> None:
    assumed = Certificate("c", "t", (GOOD,), ("Replica symmetry.",), rests_on=Grade.REPLICA)
    result = assumed.check()
    assert result.passed
    assert result.grade is Grade.REPLICA
    assert "of grade *replica*" in assumed.markdown()
    assert "of grade *" not in Certificate("c", "t", (GOOD,)).markdown()
    strong = Certificate("c", "t", (BALL,), rests_on=Grade.EXACT_ALGEBRA)
    assert strong.check().grade is Grade.BALL_ARITHMETIC


def test_steps_that_differ_in_prose_only_are_checked_once() -> None:
    known: dict[Step, StepResult] = {}
    first = Certificate("c", "t", (GOOD, BAD)).check(known=known)
    again = Certificate("d", "t", (replace(GOOD, because="Otherwise said."), BAD)).check(known=known)
    assert [each.passed for each in again.results] == [each.passed for each in first.results] == [True, False]
    assert len(known) == 2
    assert again.seconds == 0 < first.seconds
    other = replace(GOOD, proposition=greater(1 / (1 - a), 2, {a: sp.Interval.open(0, 1)}))
    assert not Certificate("e", "t", (other,)).check(known=known).passed


def test_progress_is_reported_in_order() -> None:
    seen: list[tuple[Step, StepResult]] = []
    result = Certificate("c", "t", (BAD, GOOD)).check(lambda step, found: seen.append((step, found)))
    assert [step for step, _ in seen] == [BAD, GOOD]
    assert result.seconds == sum(found.seconds for _, found in seen)


def test_markdown_shows_prose_formulas_and_results() -> None:
    certificate = Certificate("c", "A title", (GOOD, BAD), ("Independent patterns.",))
    plain, checked = certificate.markdown(), certificate.markdown(certificate.check())
    for text in (
        "### A title",
        "Independent patterns.",
        "**Step 2.** Two is",
        "$$\n2 < 1\n$$",
        "(exact algebra)",
    ):
        assert text in plain
    assert "✓" not in plain
    assert checked.count("✓") == checked.count("✗") == 1
    assert "Not proved" in checked


def test_markdown_refuses_another_certificates_result() -> None:
    with pytest.raises(ValueError, match="other"):
        Certificate("c", "t", (GOOD,)).markdown(Certificate("other", "t", (GOOD,)).check())
