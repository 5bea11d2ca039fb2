"""The paper is set from one source, the same bytes each time, and says what is not yet simulated."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from paper.document import build, proofs_text
from paper.document.fill import fill
from paper.document.sources import Sources, check_proofs
from proofs.book import Ledger
from proofs.claim import Evidence, Finding, Target
from proofs.grades import Grade
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


@pytest.fixture(scope="module")
def figure(tmp_path_factory):
    """A figure of half the text's width, as the house saves them."""
    path = tmp_path_factory.mktemp("figures") / "theorem1_overlaps.pdf"
    drawn = Figure(figsize=(3.15, 1))
    drawn.savefig(path, metadata={"CreationDate": None})
    return path


def test_pdf_has_the_same_bytes_each_time(tmp_path, sources, figure, monkeypatch):
    prose = tmp_path / "sections"
    prose.mkdir()
    shown = "![Overlaps.](theorem1_overlaps){#fig:one}"
    text = f"# One {{#sec:one}}\n\n{{{{ statement T1.nested }}}}\n\n{shown}\n\n{{{{ proofs T1 }}}}\n\n[@amit1985]\n"
    (prose / "1.md").write_text(text + "\n{{ references }}\n")
    monkeypatch.setattr(build, "SECTIONS", prose)
    with_figure = replace(sources, figures={"theorem1_overlaps": figure})
    pdfs = [build.build(with_figure, tmp_path / name)[0].read_bytes() for name in ("a", "b")]
    assert pdfs[0] == pdfs[1]
    assert pdfs[0].startswith(b"%PDF")
    assert (tmp_path / "a" / "paper.tex").read_bytes() == (tmp_path / "b" / "paper.tex").read_bytes()


@pytest.fixture(scope="module")
def tex(passed, figure):
    """The whole paper in LaTeX, if all certificates pass, with one figure and nothing else simulated."""
    with_figure = replace(passed, figures={"theorem1_interference": figure, "exp1_curves": figure})
    return build.latex(build.markdown(with_figure))


def test_latex_environments_and_braces_are_balanced(tex):
    text = re.sub(r"\\[\\{}%]", "", tex)
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"%.*", "", text)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    opened = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-zA-Z*]+)\}", text):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    assert len(re.findall(r"\\left\b", tex)) == len(re.findall(r"\\right\b", tex))


def test_latex_citations_references_and_figures_resolve(tex):
    entries = set(re.findall(r"@\w+\{(\w+),", build.BIBLIOGRAPHY.read_text(encoding="utf-8")))
    cited = {
        key.strip() for keys in re.findall(r"\\cite[pt]\*?(?:\[[^]]*\])*\{([^}]*)\}", tex) for key in keys.split(",")
    }
    assert cited == entries
    assert set(re.findall(r"\\ref\{([^}]*)\}", tex)) <= set(re.findall(r"\\label\{([^}]*)\}", tex))
    drawn = re.findall(r"\\includegraphics(?:\[[^]]*\])?\{([^}]*)\}", tex)
    assert drawn == ["figures/theorem1_interference.pdf", "figures/exp1_curves.pdf"]
    assert tex.count(r"\bibliography{references}") == 1
    assert "width=0.5" in tex  # at its natural size, not blown up
    assert "not yet drawn" in tex
    assert "secnumdepth}{-" not in tex  # references to sections need their numbers


def test_a_figure_without_a_caption_of_its_own_has_that_of_its_module(tex):
    assert r"\caption{Interference and forgetting against measured sparsity" in " ".join(tex.split())


def test_latex_has_no_symbol_that_tex_lacks(tex):
    assert tex.isascii()


def test_an_unusable_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match="cannot write the paper to"):
        build.output_folder(tmp_path / "file")


def test_formulas_that_cannot_be_set_are_errors():
    with pytest.raises(ValueError, match="pandoc cannot convert"):
        build.pandoc(r"$\frac{$", "typst")


def test_every_citation_is_in_the_bibliography_and_every_entry_is_cited():
    entries = set(re.findall(r"@\w+\{(\w+),", build.BIBLIOGRAPHY.read_text(encoding="utf-8")))
    prose = "".join(path.read_text(encoding="utf-8") for path in build.section_files())
    assert set(re.findall(r"@([a-z]+\d{4})", prose)) == entries


def test_proofs_use_no_symbol_that_tex_lacks(sources):
    assert proofs_text.proofs(sources, "T1").isascii()


def test_lapsed_evidence_is_printed(passing):
    claim = LEDGER.claim("T1.nested")
    stale = Evidence(claim.id, "0" * 16, Grade.MONTE_CARLO, Target.EXACT, Finding.HOLDS, "earlier runs")
    lapsed = passing(LITTLE, stale)
    assert "**Evidence lapsed:** the wording of `T1.nested` was changed" in fill("{{ lapsed }}", lapsed)
    assert fill("{{ verdict T1.nested }}", lapsed) == "proved; **recorded evidence lapsed**"
    assert fill("{{ lapsed }}", passing(LITTLE)) == "No recorded evidence has lapsed."


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="TeX is not installed")
def test_latex_compiles_where_tex_is_installed(tex, figure, tmp_path):
    (tmp_path / "paper.tex").write_text(tex, encoding="utf-8")
    (tmp_path / "figures").mkdir()
    for name in ("theorem1_interference", "exp1_curves"):
        shutil.copyfile(figure, tmp_path / "figures" / f"{name}.pdf")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "paper.log").read_text(errors="replace")
