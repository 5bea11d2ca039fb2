"""Certificates: proofs as lists of steps that a machine checks and a reader can read.

A step pairs one proposition with prose and a checker. Checkers never raise for a false statement, and never
say "true" when they do not know. The same certificate prints as Markdown, so that the proof in the paper is
the proof that ran.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from proofs.grades import Grade, weakest
from proofs.statement import Proposition


class Outcome(NamedTuple):
    """What a checker found, and why."""

    passed: bool
    detail: str


@dataclass(frozen=True)
class StepResult:
    """The outcome of one step, with its grade and the time it took."""

    passed: bool
    grade: Grade
    detail: str
    seconds: float


@dataclass(frozen=True)
class Step(ABC):
    """One proposition, the prose that explains it, and (in subclasses) a way to decide it.

    Attributes:
        proposition: what the step establishes.
        because: a sentence or two for the reader, in Markdown.
    """

    proposition: Proposition
    because: str

    grade: ClassVar[Grade]
    method: ClassVar[str]

    @abstractmethod
    def decide(self) -> Outcome:
        """Decide the proposition; undecided counts as not passed and says so."""

    def check(self) -> StepResult:
        """Run the checker; an exception inside it is a failure of the step, reported in the detail."""
        start = time.perf_counter()
        try:
            passed, detail = self.decide()
        except Exception as error:  # a checker that breaks has not proved anything
            passed, detail = False, f"undecided: {type(error).__name__}: {error}"
        return StepResult(passed is True, self.grade, detail, time.perf_counter() - start)


@dataclass(frozen=True)
class CertificateResult:
    """The results of all steps of a certificate, in order."""

    certificate: "Certificate"
    results: tuple[StepResult, ...]

    @property
    def passed(self) -> bool:
        """Whether there are steps and all of them passed."""
        complete = len(self.results) == len(self.certificate.steps) > 0
        return complete and all(result.passed for result in self.results)

    @property
    def grade(self) -> Grade:
        """The weakest grade among the steps and what they rest on (an empty certificate never passes)."""
        return weakest([self.certificate.rests_on, *(result.grade for result in self.results)])

    @property
    def proved_propositions(self) -> frozenset[Proposition]:
        """The propositions of the steps that passed."""
        pairs = zip(self.certificate.steps, self.results, strict=True)
        return frozenset(step.proposition for step, result in pairs if result.passed)

    @property
    def seconds(self) -> float:
        """The time all steps took together."""
        return sum(result.seconds for result in self.results)

    @property
    def summary(self) -> str:
        """One line: what was proved, or which step failed first and why."""
        if not self.results:
            return f"{self.certificate.name}: the certificate is empty"
        for number, result in enumerate(self.results, 1):
            if not result.passed:
                return f"{self.certificate.name}: step {number} failed: {result.detail}"
        count = len(self.results)
        return f"{self.certificate.name}: {count} step{'s' * (count > 1)} passed ({self.grade.value})"


@dataclass(frozen=True)
class Certificate:
    """A proof: a name, a title, and the steps that are checked one by one.

    Attributes:
        name: a short identifier.
        title: what is proved, in words.
        steps: the steps, in reading order.
        assumptions: the standing assumptions of the argument, in words.
        rests_on: the grade of those assumptions, where the conclusion is no better than they are. Exact steps from
            a replica assumption are of grade replica, and prove nothing about the network.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    assumptions: tuple[str, ...] = ()
    rests_on: Grade = Grade.EXACT_ALGEBRA

    def check(
        self,
        on_step: Callable[[Step, StepResult], None] | None = None,
        known: dict[Step, StepResult] | None = None,
    ) -> CertificateResult:
        """Check every step, also after a failure, calling `on_step` after each.

        Args:
            on_step: called with every step and its result.
            known: results of steps with their prose left out. Steps that differ in their prose only are checked once,
                and take no time again; new results are added.
        """
        known = {} if known is None else known
        results = []
        for step in self.steps:
            bare = replace(step, because="")
            if bare in known:
                results.append(replace(known[bare], seconds=0.0))
            else:
                known[bare] = step.check()
                results.append(known[bare])
            if on_step is not None:
                on_step(step, results[-1])
        return CertificateResult(self, tuple(results))

    def markdown(self, result: CertificateResult | None = None) -> str:
        """Return the whole proof as Markdown with displayed LaTeX, with ticks if there is a result.

        Raises:
            ValueError: the result belongs to another certificate.
        """
        if result is not None and result.certificate != self:
            raise ValueError(f"the result is of the certificate {result.certificate.name}, not of {self.name}")
        parts = [f"### {self.title}"]
        if self.assumptions:
            parts.append("Assumptions:\n\n" + "\n".join(f"- {each}" for each in self.assumptions))
        if not self.rests_on.rigorous:
            parts.append(f"The conclusion is of grade *{self.rests_on.value}*, however exact the steps.")
        for index, step in enumerate(self.steps):
            parts.append(f"**Step {index + 1}.** {step.because}")
            parts.append(f"$$\n{step.proposition.latex()}\n$$")
            found = result.results[index] if result is not None else None
            mark = "" if found is None else f" {'✓' if found.passed else '✗'} {found.detail}"
            parts.append(f"*Checked by {step.method} ({step.grade.value}).*{mark}")
        if result is not None:
            parts.append("∎" if result.passed else f"**Not proved.** {result.summary}")
        return "\n\n".join(parts) + "\n"
