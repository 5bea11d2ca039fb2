"""The paper is set from one source, the same bytes each time, and says what is not yet simulated."""

import re

import pytest

from paper.document import build, claims_text
from paper.document.fill import fill
from paper.document.sources import Sources, check_proofs
from proofs.book import Ledger
from proofs.ledger import LEDGER

LITTLE = Ledger((LEDGER.claim("T1.nested"), LEDGER.claim("L2.linear")))


@pytest.fixture(scope="module")
def sources():
    proofs = check_proofs(LITTLE)
    evidence = [each for claim in LITTLE.claims for each in claim.evidence(proofs)]
    return Sources("quick", LITTLE, LITTLE.judge(evidence), proofs, {}, {})


def test_verdicts_are_computed(sources):
    assert fill("{{ verdict T1.nested }}, {{ verdict L2.linear }}", sources) == "proved, open"


def test_without_simulations_the_text_says_so(sources):
    assert fill("Runs: {{ simulations T1.nested }}", sources) == "Runs: *(not yet simulated)*"


def test_a_missing_figure_is_named_and_its_reference_is_not_dangling(sources):
    text = fill("See {{ ref fig:x }}.\n\n![Caption.](theorem1_interference){#fig:x}", sources)
    assert "not yet drawn (`theorem1_interference`)" in text
    assert "@fig:x" not in text


@pytest.mark.parametrize("text", ["{{ verdict }}", "{{ verdict T9 }}", "{{ }}", "{{ statement nothing }}"])
def test_unknown_placeholders_are_refused(text, sources):
    with pytest.raises(ValueError, match="unknown"):
        fill(text, sources)


def test_pdf_has_the_same_bytes_each_time(tmp_path, sources, monkeypatch):
    prose = tmp_path / "sections"
    prose.mkdir()
    (prose / "1.md").write_text("# One {#sec:one}\n\n{{ statement T1.nested }}\n\n{{ proofs T1 }}\n\n[@amit1985]\n")
    monkeypatch.setattr(build, "SECTIONS", prose)
    pdfs = [build.build(sources, tmp_path / name)[0].read_bytes() for name in ("a", "b")]
    assert pdfs[0] == pdfs[1]
    assert pdfs[0].startswith(b"%PDF")
    tex = (tmp_path / "a" / "paper.tex").read_text(encoding="utf-8")
    assert r"\citep{amit1985}" in tex
    assert r"\label{sec:one}" in tex


def test_formulas_that_cannot_be_set_are_errors():
    with pytest.raises(ValueError, match="pandoc cannot convert"):
        build.pandoc(r"$\frac{$", "typst")


def test_every_citation_is_in_the_bibliography_and_every_entry_is_cited():
    entries = set(re.findall(r"@\w+\{(\w+),", build.BIBLIOGRAPHY.read_text(encoding="utf-8")))
    prose = "".join(path.read_text(encoding="utf-8") for path in build.section_files())
    assert set(re.findall(r"@([a-z]+\d{4})", prose)) == entries


def test_proofs_use_no_symbol_that_tex_lacks(sources):
    assert claims_text.proofs(sources, "T1").isascii()
