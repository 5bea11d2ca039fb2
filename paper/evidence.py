"""Certificates run, and recorded evidence gathered: what the ledger is judged by. No JAX, so that it starts fast."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from paper import verdicts
from proofs.book import read_evidence
from proofs.certificate import Certificate, CertificateResult
from proofs.claim import Claim, Evidence

EVIDENCE = "evidence.json"

Say = Callable[[str], None]


def certify(claims: Iterable[Claim], say: Say, markdown: bool = False) -> dict[Certificate, CertificateResult]:
    """Check the certificates of some claims, each once, saying every step (or the whole proof as Markdown)."""
    start = time.perf_counter()
    results: dict[Certificate, CertificateResult] = {}
    for certificate in dict.fromkeys(argument.certificate for claim in claims for argument in claim.arguments):
        if markdown:
            results[certificate] = certificate.check()
            say(certificate.markdown(results[certificate]))
        else:
            say(f"{certificate.name}: {certificate.title}")
            results[certificate] = certificate.check(lambda step, result: say(verdicts.step_line(step, result)))
    passed = sum(result.passed for result in results.values())
    say(
        f"{passed} of {len(results)} certificates passed, {len(results) - passed} failed "
        f"({time.perf_counter() - start:.1f} s)"
    )
    return results


def recorded_evidence(out: Path) -> list[Evidence]:
    """Return the simulations' evidence recorded under an output folder, of any scale and part (none if there is none).

    Raises:
        ValueError: a file of evidence is damaged.
    """
    return [each for path in sorted(Path(out).glob(f"*/*/{EVIDENCE}")) for each in read_evidence(path)]
