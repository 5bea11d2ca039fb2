"""The pages of the site before Sphinx sees them: what they list exists, and what exists is listed.

The site itself is not built here: `make docs` does that, with packages that nothing else needs.
"""

import re
from pathlib import Path

import pytest

from paper.site.api import module_names
from paper.site.build import ROOT, gather
from proofs.ledger import LEDGER

CLAIM = re.compile(r"`((?:D|H|T1|T2|TF|P1|E1|E2|E3)(?:\.\w+)+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")
REFERENCE = re.compile(r"\{py:\w+\}`([\w.]+)`")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "sources"
    gather(folder)
    return folder


def prose(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.md")) if "api" not in path.relative_to(folder).parts]


def test_every_notebook_is_on_the_site(source):
    there = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (source / "notebooks").iterdir()} == there
    assert "notebooks/*" in (source / "index.md").read_text()


def test_every_module_is_on_the_site(source):
    names = set(module_names(ROOT))
    assert {"theory", "theory.ceiling", "proofs.theorem1.judge", "paper.site.api"} <= names
    assert {path.stem for path in (source / "api").iterdir()} == names | {"index"}


def test_tables_of_contents_name_pages_that_exist(source):
    entries = re.findall(r"^(?:.*<)?([\w./]+)>?$", _tocs((source / "index.md").read_text()), flags=re.MULTILINE)
    assert len(entries) >= 8
    for entry in entries:
        assert list(source.glob(f"{entry}.*")), entry


def test_every_page_of_prose_is_in_a_table_of_contents(source):
    listed = _tocs((source / "index.md").read_text())
    for path in prose(source):
        name = path.relative_to(source).with_suffix("").as_posix()
        assert name in ("index", "README") or name in listed, name


def test_links_of_the_prose_lead_to_files(source):
    for path in prose(source):
        for link in LINK.findall(path.read_text()):
            assert "://" in link or (path.parent / link).exists(), f"{path.name}: {link}"


def test_references_of_the_prose_are_to_modules_that_exist(source):
    known = {path.stem for path in (source / "api").iterdir()}
    found = [name for path in prose(source) for name in REFERENCE.findall(path.read_text())]
    assert len(found) > 20
    assert set(found) <= known


def test_claims_of_the_prose_are_in_the_ledger(source):
    ids = {claim.id for claim in LEDGER.claims}
    found = set(CLAIM.findall((source / "decisions.md").read_text()))
    assert len(found) > 10
    assert found <= ids


def _tocs(text: str) -> str:
    """The entries of all tables of contents, one a line, without glob patterns."""
    blocks = re.findall(r"```\{toctree\}\n(.*?)```", text, flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line and not line.startswith(":")]
    return "\n".join(line for line in lines if "*" not in line)
