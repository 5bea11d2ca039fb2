"""The site built: pages gathered in one folder, set by Sphinx with warnings as errors, and all their links followed."""

import shutil
import subprocess
import sys
from pathlib import Path

from paper.site.api import pages
from paper.site.links import broken_links
from paper.site.mathematics import unset

ROOT = Path(__file__).resolve().parents[2]
PROSE = Path(__file__).parent
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
LINKED = ("CITATION.cff", "LICENSE")


def gather(source: Path) -> None:
    """Put everything that the site is made of into a folder, in place of what was there."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(PROSE, source, ignore=lambda _, names: [each for each in names if not _is_prose(each)])
    for name in PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        (source / name).write_text(text.replace("](paper/site/", "]("), encoding="utf-8")
    for name in LINKED:
        shutil.copyfile(ROOT / name, source / name)
    shutil.copytree(ROOT / "paper" / "images", source / "paper" / "images")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        (source / "notebooks").mkdir(exist_ok=True)
        shutil.copyfile(notebook, source / "notebooks" / notebook.name)
    (source / "api").mkdir()
    for name, text in pages(ROOT).items():
        (source / "api" / f"{name}.md").write_text(text, encoding="utf-8")


def build(out: Path) -> Path:
    """Build the site; return its start page.

    Args:
        out: folder of the site; what it was made from stays in `sources` within.

    Raises:
        ValueError: Sphinx warned or failed, a formula is not set, or a link leads nowhere.
    """
    source, html = Path(out) / "sources", Path(out) / "html"
    gather(source)
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-n", "-W", "--keep-going", "-q", str(source), str(html)]
    if subprocess.run(command, check=False).returncode:
        raise ValueError("the site cannot be built; Sphinx's warnings stand above")
    if raw := unset(html):
        raise ValueError(f"pages with formulas as LaTeX: {'; '.join(raw)}")
    if broken := broken_links(html):
        raise ValueError(f"links that lead nowhere: {'; '.join(broken)}")
    return html / "index.html"


def _is_prose(name: str) -> bool:
    return name.endswith(".md") or name == "conf.py" or ("." not in name and not name.startswith("__"))
