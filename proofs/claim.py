"""Claims, how certificates bear on them, and the evidence that results.

A claim has up to two statements: the one that was *proposed* (as found in the source), and an *exact* one,
which makes it precise or repairs it. Evidence is bound to the wording of both by a fingerprint, so that it
lapses when either changes.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from proofs.certificate import Certificate, CertificateResult
from proofs.grades import Grade
from proofs.statement import Proposition, Statement

_ID = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")


class Target(Enum):
    """Which statement of a claim some evidence is about."""

    PROPOSED = "proposed"
    EXACT = "exact"


class Finding(Enum):
    """What the evidence says about its target."""

    HOLDS = "holds"
    HOLDS_ON_DOMAIN = "holds on a domain"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Evidence:
    """One finding about one statement of one claim, in the wording that the fingerprint identifies.

    Attributes:
        domain: for "holds on a domain", the domain.
        source: where the evidence comes from: a certificate's name, a run, a reference.
    """

    claim_id: str
    fingerprint: str
    grade: Grade
    target: Target
    finding: Finding
    summary: str
    domain: str = ""
    source: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the evidence as a dictionary of strings."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}

    @classmethod
    def from_json(cls, record: Any) -> "Evidence":
        """Return the evidence from such a dictionary.

        Raises:
            ValueError: a field is missing, unknown, not a string, or not one of the values it may have.
        """
        if not isinstance(record, dict):
            raise ValueError(f"evidence must be an object, not {record!r}")
        fields = set(cls.__dataclass_fields__)
        missing, unknown = (
            sorted(fields - {"domain", "source"} - set(record)),
            sorted(set(record) - fields, key=str),
        )
        if missing or unknown:
            raise ValueError(f"evidence {record!r} has missing fields {missing} and unknown fields {unknown}")
        for name, value in record.items():
            if not isinstance(value, str):
                raise ValueError(f"the field {name} of evidence {record!r} must be a string")
        kinds: dict[str, type[Enum]] = {"grade": Grade, "target": Target, "finding": Finding}
        enums = {name: kind(record[name]) for name, kind in kinds.items()}
        return cls(**{**record, **enums})


@dataclass(frozen=True)
class Argument:
    """How a certificate bears on a claim.

    Attributes:
        certificate: the proof.
        target: the statement it is about.
        finding: what it shows about that statement, if it passes.
        propositions: what it must establish, beyond the statement itself where the finding is that it holds.
            A counter-example or a proof on a domain establishes something else than the statement, and names
            it here.
        domain: for "holds on a domain", the domain in words.

    Raises:
        ValueError: a failure, or a proof on a domain, that does not say which propositions show it; or a
            domain that is missing or out of place; or a finding of "inconclusive", which is never argued for.
    """

    certificate: Certificate
    target: Target
    finding: Finding
    propositions: tuple[Proposition, ...] = ()
    domain: str = ""

    def __post_init__(self) -> None:
        name = self.certificate.name
        if self.finding is Finding.INCONCLUSIVE:
            raise ValueError(f"the argument from {name} cannot have an inconclusive finding")
        if self.finding is not Finding.HOLDS and not self.propositions:
            raise ValueError(f"the argument from {name} must name the propositions that show it {self.finding.value}")
        if (self.finding is Finding.HOLDS_ON_DOMAIN) != bool(self.domain):
            raise ValueError(f"the argument from {name} needs a domain exactly if it holds on a domain")

    def evidence(self, claim: "Claim", result: CertificateResult) -> Evidence:
        """Return what the result of checking the certificate says about the claim.

        The finding counts only if every step passed and the steps' propositions include all that must be
        established; otherwise the evidence is inconclusive and says what is missing. It has the grade of the
        result: what rests on a replica assumption is evidence of grade replica, which proves nothing.

        Raises:
            ValueError: the result is of another certificate.
        """
        if result.certificate != self.certificate:
            raise ValueError(f"the result is of {result.certificate.name}, the argument from {self.certificate.name}")
        required = list(self.propositions)
        problem = "" if result.passed else result.summary
        if self.finding is Finding.HOLDS:
            statement = claim.statement(self.target)
            required += statement.propositions if statement else ()
            if not problem and not (statement and statement.propositions):
                problem = f"the {self.target.value} statement has no exact content to prove"
        unproved = [each for each in required if each not in result.proved_propositions]
        if not problem and unproved:
            problem = f"the certificate does not establish {unproved[0].relation}"
        finding = Finding.INCONCLUSIVE if problem else self.finding
        domain = self.domain if finding is Finding.HOLDS_ON_DOMAIN else ""
        summary = problem or result.summary
        name = self.certificate.name
        return Evidence(claim.id, claim.fingerprint, result.grade, self.target, finding, summary, domain, name)


@dataclass(frozen=True)
class Claim:
    """A claim of the theory: what was proposed, what is exactly claimed, and how it is argued for.

    Attributes:
        id: a short identifier such as `T1` or `theorem1.harm`.
        title: what it is about, in a few words.
        source: where it was proposed.
        proposed: the statement as proposed, if there was one.
        exact: the exact statement that makes it precise or repairs it, if there is one.
        depends_on: the ids of the claims it rests on.
        arguments: how certificates bear on it.
        repair: what the exact statement changes, in words, if the proposed one needs repair.

    Raises:
        ValueError: the id is malformed, there is no statement, a dependency is repeated or the claim itself,
            or an argument or repair is about a statement that does not exist.
    """

    id: str
    title: str
    source: str
    proposed: Statement | None
    exact: Statement | None
    depends_on: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    repair: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"the claim id {self.id!r} must be letters and digits, separated by single . _ or -")
        if self.proposed is None and self.exact is None:
            raise ValueError(f"the claim {self.id} has no statement")
        if len(set(self.depends_on)) < len(self.depends_on) or self.id in self.depends_on:
            raise ValueError(f"the claim {self.id} repeats a dependency, or depends on itself")
        for argument in self.arguments:
            if self.statement(argument.target) is None:
                raise ValueError(f"the claim {self.id} has no {argument.target.value} statement to argue about")
        if self.repair and self.exact is None:
            raise ValueError(f"the claim {self.id} has a repair but no exact statement of it")

    def statement(self, target: Target) -> Statement | None:
        """Return the proposed or the exact statement."""
        return self.proposed if target is Target.PROPOSED else self.exact

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when the id, a statement or the dependencies change."""
        parts = [f"id {self.id}", *(f"depends on {each}" for each in sorted(self.depends_on))]
        for target in Target:
            statement = self.statement(target)
            parts.append(f"{target.value}: {'none' if statement is None else statement.fingerprint_text()}")
        return hashlib.sha256("\n\n".join(parts).encode()).hexdigest()[:16]

    def evidence(self, results: Mapping[Certificate, CertificateResult]) -> tuple[Evidence, ...]:
        """Return the evidence of all arguments, given the results of their certificates."""
        return tuple(argument.evidence(self, results[argument.certificate]) for argument in self.arguments)


def open_claim(id: str, title: str, proposed: str, source: str, depends_on: tuple[str, ...] = ()) -> Claim:
    """Return a claim that is entered as it was proposed, before it has been worked on."""
    return Claim(id, title, source, Statement(proposed), None, depends_on)
