"""The book of claims: their order, the run of all certificates, and the record of evidence."""

import difflib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from proofs.certificate import Certificate, CertificateResult, Step, StepResult
from proofs.claim import Claim, Evidence
from proofs.verdict import Judgement, judge


@dataclass(frozen=True)
class Ledger:
    """All claims of the theory, which may rest on one another.

    Raises:
        ValueError: two claims share an id, two different certificates share a name, a dependency does not
            exist, or the dependencies form a cycle.
    """

    claims: tuple[Claim, ...]

    def __post_init__(self) -> None:
        ids = [claim.id for claim in self.claims]
        repeated = sorted({each for each in ids if ids.count(each) > 1})
        if repeated:
            raise ValueError(f"two claims share the id {repeated[0]}")
        for claim in self.claims:
            for needed in claim.depends_on:
                if needed not in ids:
                    raise ValueError(f"the claim {claim.id} depends on {self._unknown(needed)}")
        named: dict[str, Certificate] = {}
        for argument in (argument for claim in self.claims for argument in claim.arguments):
            certificate = argument.certificate
            if named.setdefault(certificate.name, certificate) != certificate:
                raise ValueError(f"two different certificates share the name {certificate.name}")
        self.order()

    def order(self) -> tuple[Claim, ...]:
        """Return the claims, each after all that it depends on.

        Raises:
            ValueError: the dependencies form a cycle.
        """
        by_id = {claim.id: claim for claim in self.claims}
        sorter = TopologicalSorter({claim.id: claim.depends_on for claim in self.claims})
        try:
            return tuple(by_id[each] for each in sorter.static_order())
        except CycleError as error:
            cycle = " → ".join(reversed(error.args[1]))
            raise ValueError(f"the dependencies form a cycle: {cycle}") from None

    def claim(self, claim_id: str) -> Claim:
        """Return the claim with an id.

        Raises:
            ValueError: there is none; the message names the known ids and suggests the closest.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise ValueError(self._unknown(claim_id))

    def closure(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the ids and those of all claims that they rest on, in the order of the ledger.

        Raises:
            ValueError: an id is unknown.
        """
        wanted, waiting = set(), list(ids)
        while waiting:
            claim = self.claim(waiting.pop())
            if claim.id not in wanted:
                wanted.add(claim.id)
                waiting += claim.depends_on
        return tuple(claim.id for claim in self.claims if claim.id in wanted)

    def prove(
        self, ids: Iterable[str] | None = None, on_step: Callable[[Step, StepResult], None] | None = None
    ) -> dict[str, tuple[Evidence, ...]]:
        """Check the certificates of some claims (by default all), each step once; return evidence by id.

        Raises:
            ValueError: an id is unknown.
        """
        chosen = self.claims if ids is None else tuple(self.claim(each) for each in ids)
        results: dict[Certificate, CertificateResult] = {}
        known: dict[Step, StepResult] = {}
        for argument in (argument for claim in chosen for argument in claim.arguments):
            if argument.certificate not in results:
                results[argument.certificate] = _checked(argument.certificate, on_step, known)
        return {claim.id: claim.evidence(results) for claim in chosen}

    def judge(self, evidence: Iterable[Evidence]) -> dict[str, Judgement]:
        """Return the judgement on every claim, by id, each after those that it depends on.

        Raises:
            ValueError: some evidence is about an unknown claim.
        """
        by_id: dict[str, list[Evidence]] = {claim.id: [] for claim in self.claims}
        for each in evidence:
            if each.claim_id not in by_id:
                raise ValueError(
                    f"there is evidence about {self._unknown(each.claim_id)}; a claim or prediction that is renamed "
                    "after it has results loses them: give it back its id, or reproduce its part into another folder"
                )
            by_id[each.claim_id].append(each)
        judgements: dict[str, Judgement] = {}
        for claim in self.order():
            judgements[claim.id] = judge(claim, by_id[claim.id], judgements)
        return judgements

    def _unknown(self, claim_id: str) -> str:
        ids = [claim.id for claim in self.claims]
        close = difflib.get_close_matches(claim_id, ids, n=1, cutoff=0.4)
        hint = f"; did you mean {close[0]}?" if close else ""
        return f"the unknown claim {claim_id!r} (known: {', '.join(ids) or 'none'}){hint}"


def _checked(
    certificate: Certificate, on_step: Callable[[Step, StepResult], None] | None, known: dict[Step, StepResult]
) -> CertificateResult:
    """Check a certificate, once a process: what it proves depends on nothing but itself."""
    if certificate not in _CHECKED:
        _CHECKED[certificate] = certificate.check(on_step, known)
    elif on_step is not None:
        for step, result in zip(certificate.steps, _CHECKED[certificate].results, strict=True):
            on_step(step, result)
    return _CHECKED[certificate]


_CHECKED: dict[Certificate, CertificateResult] = {}


def write_evidence(path: Path | str, evidence: Iterable[Evidence]) -> None:
    """Write evidence to a JSON file, so that a reader sees either the old file or the whole new one.

    Evidence in the old file on another wording of a claim in the new one is kept. It counts for nothing, but shows from
    then on that the wording (of a prediction, say) was changed after there were results.
    """
    path, new = Path(path), tuple(evidence)
    records = [each.to_json() for each in (*new, *_lapsed(path, new))]
    text = json.dumps({"evidence": records}, indent=2, ensure_ascii=False) + "\n"
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _lapsed(path: Path, new: tuple[Evidence, ...]) -> list[Evidence]:
    """Return what a file holds on other wordings of the claims in new evidence."""
    try:
        old = read_evidence(path) if path.exists() else ()
    except ValueError:  # a damaged record is to be replaced: there is nothing in it to keep
        return []
    wordings = {(each.claim_id, each.fingerprint) for each in new}
    ids = {claim_id for claim_id, _ in wordings}
    return [each for each in old if each.claim_id in ids and (each.claim_id, each.fingerprint) not in wordings]


def read_evidence(path: Path | str) -> tuple[Evidence, ...]:
    """Return the evidence in such a file.

    Raises:
        ValueError: the file is not such a file; the message has its name.
        FileNotFoundError: there is no such file.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(content, dict) or set(content) != {"evidence"} or not isinstance(content["evidence"], list):
            raise ValueError('expected an object with one list, "evidence"')
        return tuple(Evidence.from_json(record) for record in content["evidence"])
    except ValueError as error:  # includes errors in decoding JSON and UTF-8
        raise ValueError(f"{path} is not a record of evidence: {error}") from error
