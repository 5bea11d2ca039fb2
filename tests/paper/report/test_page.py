"""The page: every claim once with its computed verdict, well-formed, and nothing in it from anywhere else."""

import re
import sys
from collections import Counter
from html.parser import HTMLParser

import pytest

import paper.document.sources
from paper.cli import main
from paper.report import claims, page
from paper.report.mathematics import to_html
from proofs.ledger import LEDGER
from proofs.verdict import Verdict

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Tree(HTMLParser):
    """Elements with their attributes, in order; mistakes of nesting."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.mistakes = [], [], []
        self.feed(text)
        self.close()
        self.mistakes += self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(f"</{tag}> at {self.getpos()}")

    def all(self, name):
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(scope="module")
def tree(text):
    return Tree(text)


def test_elements_are_nested_and_ids_unique(tree):
    assert tree.mistakes == []
    ids = Counter(tree.all("id"))
    assert [each for each, count in ids.items() if count > 1] == []
    for name in ("for", "aria-labelledby"):
        assert set(tree.all(name)) <= set(ids)
    links = {each[1:] for each in tree.all("href") if each.startswith("#")}
    assert links <= set(ids)
    assert all(attributes.get("alt") for tag, attributes in tree.elements if tag == "img")


def test_every_claim_has_one_entry_with_its_computed_verdict(text, tree, sources):
    entries = {each["id"]: each["data-verdict"] for tag, each in tree.elements if each.get("class") == "claim"}
    assert list(entries) == [f"claim-{claim.id}" for claim in in_reading_order(sources)]
    for claim in sources.ledger.claims:
        verdict = sources.judgements[claim.id].verdict
        entry = re.search(rf'<li class="claim" id="claim-{re.escape(claim.id)}".*?</summary>', text, re.DOTALL)
        assert entry is not None
        assert entries[f"claim-{claim.id}"] == claims.kind(verdict)
        assert entry[0].endswith(f"{verdict.value}</span></summary>")
    assert {each.verdict for each in sources.judgements.values()} >= {
        Verdict.PROVED, Verdict.PROVED_ON_DOMAIN, Verdict.REFUTED, Verdict.OPEN
    }  # fmt: skip


def in_reading_order(sources):
    chapters = [title for _, title in claims.CHAPTERS]
    return sorted(sources.ledger.claims, key=lambda claim: chapters.index(claims.chapter(claim.id)))


def test_the_tally_counts_the_judgements(text, sources):
    counts = Counter(each.verdict for each in sources.judgements.values())
    tally = re.search(r'<ul class="tally".*?</ul>', text, re.DOTALL)
    assert tally is not None
    assert [int(each) for each in re.findall(r'class="count">(\d+)<', tally[0])] == [counts[each] for each in Verdict]


def test_every_certificate_is_printed_once_with_all_steps(text, sources):
    for certificate in sources.proofs:
        assert text.count(f'<details class="proof" id="proof-{certificate.name}">') == 1
    assert 'Proof <a href="#proof-T1.nested">T1.nested</a>, printed under T1.nested.' in text  # of T1.again
    steps = sum(len(certificate.steps) for certificate in sources.proofs)
    assert text.count('<p class="checked">') == text.count("✓ passed") == steps


def test_nothing_comes_from_anywhere_else(tree, text):
    for tag, attributes in tree.elements:
        loaded = [attributes[each] for each in ("src", "srcset", "data", "poster", "background") if each in attributes]
        loaded += [attributes["href"]] if tag != "a" and "href" in attributes else []
        assert all(each.startswith("data:") for each in loaded), (tag, loaded)
    assert not {"iframe", "object", "embed", "base"} & {tag for tag, _ in tree.elements}
    assert not re.search(r"@import|\burl\((?!#)|\bfetch\(|XMLHttpRequest|\bimport\(", text)
    assert "default-src 'none'" in text


def test_evidence_is_text_and_not_markup(text):
    assert "&lt;b&gt;p &amp; q&lt;/b&gt;: 0 of 4 rejected" in text
    assert "<b>" not in text
    assert "void, recorded for an earlier wording: an earlier wording" in text


def test_figures_stand_in_the_page_and_missing_ones_are_named(text):
    assert text.index('width="70" height="40"') < text.index('width="30" height="20"')  # the paper's own figures first
    assert "What later writes do to the first pattern" in text  # from the module that draws it
    assert "theorem1_real_codes: named in the paper, not drawn." in text
    assert "Theorem 2, not simulated: no figure" in text


def test_provenance_is_that_of_the_result_files(text):
    provenance = text[text.index('<h2 id="provenance-title">') :]
    rows = dict(re.findall(r'<tr><th scope="row">([^<]*)</th><td>(.*?)</td></tr>', provenance))
    assert (rows["Points measured"], rows["Computing time"], rows["Seed"]) == ("2", "3 min", "3, 4")
    assert re.fullmatch(r"<code>([0-9a-f]{40}(-dirty)?|unknown)</code>", rows["Commit"])
    assert "Theorem 1 &amp; its figures" in provenance
    assert re.search(r"overlaps</td><td><code>[0-9a-f]{64}</code>", provenance)


def test_a_damaged_result_file_is_named(results, tmp_path, sources, decision):
    part = tmp_path / "quick" / "theorem1"
    part.mkdir(parents=True)
    (part / "table-overlaps.nc").write_bytes(b"no netCDF")
    with pytest.raises(ValueError, match=r"table-overlaps\.nc is not a readable result file"):
        page.page(sources, tmp_path, {}, decision)


def test_without_results_the_page_says_so_and_is_the_same_each_time(sources, tmp_path, decision):
    first, second = (page.page(sources, tmp_path, {}, decision) for _ in range(2))
    assert first == second
    assert "certificates alone are judged" in first
    assert "every verdict here rests on certificates alone" in first


def test_the_decision_is_set_as_a_table(text):
    assert re.search(r'id="decision".*<td[^>]*>The proofs are <em>clean</em>', text, flags=re.DOTALL)
    assert "<strong>go on</strong>" in text


def test_the_file_is_written_whole(tmp_path):
    path = page.write("<!DOCTYPE html>", page.output_file(tmp_path / "new" / "report.html"))
    assert path.read_text() == "<!DOCTYPE html>"
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]


def test_every_claim_of_the_ledger_belongs_to_a_chapter():
    assert [claim.id for claim in LEDGER.claims if claims.chapter(claim.id) == claims.OTHERS] == []
    assert claims.chapter("Z9.new") == claims.OTHERS


def test_the_statements_of_the_whole_ledger_can_be_set():
    statements = [each.text for claim in LEDGER.claims for each in (claim.proposed, claim.exact) if each]
    assert all("$" not in html for html in to_html(statements).values())


def test_formulas_become_mathml_with_thin_spaces_about_names():
    html = to_html([r"$1/(2\ln 2)$", r"$\ln(a)$", r"$\log_2 x$"])
    assert html[r"$1/(2\ln 2)$"].count("<mspace") == 2
    assert "<mspace" not in html[r"$\ln(a)$"] + html[r"$\log_2 x$"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scale", "huge"), "scale must be one of quick, laptop, large, got 'huge'"),
        (("--out", "{folder}"), "the report is one file, and"),
        (("--out", "{folder}/file/report.html"), "cannot use"),
    ],
)
def test_bad_input_is_refused_before_any_work(arguments, message, capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paper.document.sources, "check_proofs", lambda _ledger: pytest.fail("work was done"))
    given = [each.format(folder=tmp_path) for each in arguments]
    monkeypatch.setattr(sys, "argv", ["cwb", "report", "--results", str(tmp_path), *given])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
