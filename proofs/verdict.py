"""The verdict on a claim: a pure function of the evidence and of the verdicts on what the claim rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from proofs.claim import Claim, Evidence, Finding, Target
from proofs.grades import Grade


class Verdict(Enum):
    """What can be said of a claim, as printed."""

    PROVED = "proved"
    PROVED_ON_DOMAIN = "proved on a domain"
    REFUTED = "refuted as stated"
    SUPPORTED = "supported by simulation"
    CONTRADICTED = "contradicted by experiment"
    OPEN = "open"


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason and the evidence it was reached from.

    Attributes:
        domain: for "proved on a domain", the domain.
        evidence: the evidence that was used.
        void: evidence that was not used, because it is about another claim or another wording of this one.
        repair: for "refuted as stated", the repair, if it is at least supported.
        repair_proved: whether the repair is proved, premises included.
    """

    claim_id: str
    verdict: Verdict
    reason: str
    domain: str = ""
    evidence: tuple[Evidence, ...] = ()
    void: tuple[Evidence, ...] = ()
    repair: str = ""
    repair_proved: bool = False

    @property
    def printed(self) -> str:
        """The verdict as printed, with the repair if there is one."""
        return f"{self.verdict.value}, repaired as {self.repair}" if self.repair else self.verdict.value

    @property
    def settled(self) -> bool:
        """Whether other proofs may rest on the claim: it is proved, or refuted with a proved repair."""
        return self.verdict in (Verdict.PROVED, Verdict.PROVED_ON_DOMAIN) or (
            self.verdict is Verdict.REFUTED and self.repair_proved
        )


@dataclass(frozen=True)
class _Found:
    """The valid evidence on a claim, asked by kind."""

    evidence: tuple[Evidence, ...]

    def proof(self, target: Target, finding: Finding) -> Evidence | None:
        return next((e for e in self._about(target, finding) if e.grade.rigorous), None)

    def trial(self, target: Target, finding: Finding) -> Evidence | None:
        return next((e for e in self._about(target, finding) if e.grade is Grade.MONTE_CARLO), None)

    def _about(self, target: Target, finding: Finding) -> list[Evidence]:
        return [e for e in self.evidence if (e.target, e.finding) == (target, finding)]


def judge(claim: Claim, evidence: Iterable[Evidence], judgements: Mapping[str, Judgement]) -> Judgement:
    """Return the judgement on a claim. The first rule that applies decides.

    "Proof" means evidence of a rigorous grade, "simulation" Monte Carlo evidence. Inconclusive evidence
    decides nothing.

    1. Evidence about another claim, another wording (fingerprint), or a statement the claim lacks is void: it
       is listed and not used.
    2. A simulation in which the exact statement fails: contradicted; so too one in which the proposed
       statement fails although a proof says that it holds. The reason says when a certificate and a
       simulation disagree.
    3. A proof that a statement holds and a proof that it fails: open, since the certificates contradict each
       other.
    4. A proof that the exact statement fails: refuted, without repair.
    5. A proof that the proposed statement fails: proved on a domain, if there is a proof on that domain and
       all premises are settled; otherwise refuted, with the repair if the exact statement holds by proof or
       simulation.
    6. A proof on a domain (of the proposed statement; of the exact one if none was proposed): proved on a
       domain, if all premises are settled.
    7. A simulation in which the proposed statement fails: contradicted.
    8. Proofs that every statement of the claim holds: proved, if all premises are settled.
    9. A simulation in which a statement holds: supported.
    10. Anything else: open; the reason says what there is.

    A premise (a claim that this one depends on) is settled if it is proved, proved on a domain, or refuted
    with a proved repair.

    Raises:
        ValueError: the judgement on a dependency is missing.
    """
    missing = [each for each in claim.depends_on if each not in judgements]
    if missing:
        raise ValueError(f"judge {', '.join(missing)} before {claim.id}, which depends on it")
    used, void = [], []
    for each in evidence:
        valid = (each.claim_id, each.fingerprint) == (claim.id, claim.fingerprint) and claim.statement(each.target)
        (used if valid else void).append(each)
    premise = next((judgements[each] for each in claim.depends_on if not judgements[each].settled), None)
    verdict, reason, domain = _decide(claim, _Found(tuple(used)), premise)
    repair, repair_proved = "", False
    if verdict is Verdict.REFUTED and claim.proposed is not None:
        repair, repair_proved, how = _repair(claim, _Found(tuple(used)), premise)
        reason += how
    return Judgement(claim.id, verdict, reason, domain, tuple(used), tuple(void), repair, repair_proved)


def _decide(claim: Claim, found: _Found, premise: Judgement | None) -> tuple[Verdict, str, str]:
    """Apply rules 2 to 10."""
    exact, proposed = Target.EXACT, Target.PROPOSED
    for target in (exact, proposed):
        fails, proof = found.trial(target, Finding.FAILS), found.proof(target, Finding.HOLDS)
        if fails and proof:
            reason = f"a certificate and a simulation disagree: {proof.summary}; but {fails.summary}"
            return Verdict.CONTRADICTED, reason, ""
    if fails := found.trial(exact, Finding.FAILS):
        return Verdict.CONTRADICTED, fails.summary, ""
    for target in (exact, proposed):
        fails, proof = found.proof(target, Finding.FAILS), found.proof(target, Finding.HOLDS)
        if fails and proof:
            reason = f"certificates contradict each other: {proof.summary}; but {fails.summary}"
            return Verdict.OPEN, reason, ""
    if fails := found.proof(exact, Finding.FAILS):
        return Verdict.REFUTED, f"the exact statement fails: {fails.summary}", ""
    partial = found.proof(proposed if claim.proposed else exact, Finding.HOLDS_ON_DOMAIN)
    if fails := found.proof(proposed, Finding.FAILS):
        if partial and premise is None:
            return (
                Verdict.PROVED_ON_DOMAIN,
                f"{partial.summary}; fails beyond: {fails.summary}",
                partial.domain,
            )
        return Verdict.REFUTED, fails.summary, ""
    whole = [found.proof(target, Finding.HOLDS) for target in Target if claim.statement(target)]
    if partial and premise is None and None in whole:
        return Verdict.PROVED_ON_DOMAIN, partial.summary, partial.domain
    if fails := found.trial(proposed, Finding.FAILS):
        return Verdict.CONTRADICTED, fails.summary, ""
    proofs = [each for each in whole if each]
    if None not in whole and premise is None:
        return Verdict.PROVED, "; ".join(each.summary for each in proofs), ""
    note = _what_is_missing(claim, [*proofs, *([partial] if partial else [])], premise)
    for target in (exact, proposed):
        if trial := found.trial(target, Finding.HOLDS):
            return Verdict.SUPPORTED, trial.summary + (f"; {note}" if note else ""), ""
    return Verdict.OPEN, note or _what_there_is(found.evidence), ""


def _repair(claim: Claim, found: _Found, premise: Judgement | None) -> tuple[str, bool, str]:
    """Return the repair to print, whether it is proved, and how well it is supported."""
    if claim.exact is None or found.proof(Target.EXACT, Finding.FAILS):
        return "", False, ""
    text = claim.repair or claim.exact.text
    proof, trial = (ask(Target.EXACT, Finding.HOLDS) for ask in (found.proof, found.trial))
    if proof and premise is None:
        return text, True, f"; the repair is proved: {proof.summary}"
    if trial:
        return text, False, f"; the repair is supported by simulation: {trial.summary}"
    resting = f", as it rests on {_named(premise)}" if proof and premise else ""
    return "", False, f"; the repair is open{resting}"


def _what_is_missing(claim: Claim, proofs: list[Evidence], premise: Judgement | None) -> str:
    """Return why the proofs there are do not suffice, or nothing if there are none."""
    if not proofs:
        return ""
    if premise is not None:
        return f"there is a certificate, but it rests on {_named(premise)}"
    lacking = [each.value for each in Target if claim.statement(each) and each not in {e.target for e in proofs}]
    return f"there is no certificate for the {' and '.join(lacking)} statement" if lacking else ""


def _what_there_is(evidence: tuple[Evidence, ...]) -> str:
    if not evidence:
        return "not yet worked on"
    partial = [e for e in evidence if e.finding is Finding.HOLDS_ON_DOMAIN and e.grade is Grade.MONTE_CARLO]
    if partial:
        return f"a simulation finds it to hold on a domain only ({partial[0].domain}): {partial[0].summary}"
    inconclusive = [each for each in evidence if each.finding is Finding.INCONCLUSIVE]
    if inconclusive:
        return f"inconclusive: {inconclusive[0].summary}"
    grades = {each.grade for each in evidence}
    return "rests on replica values" if Grade.REPLICA in grades else "literature only"


def _named(premise: Judgement) -> str:
    return f"the premise {premise.claim_id}, which is {premise.verdict.value}"
