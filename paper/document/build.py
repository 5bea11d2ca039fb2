"""The paper built: Markdown filled, then PDF by Typst and LaTeX by pandoc, both from the same source and offline.

The same results give the same bytes: no dates, no fonts of the machine, no paths outside the output folder.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pypandoc
import typst

from paper.document.fill import fill
from paper.document.sources import Sources

HERE = Path(__file__).parent
SECTIONS = HERE / "sections"
BIBLIOGRAPHY = HERE / "references.bib"
TITLE = "Compression, writability and the ceiling of a single regime"
READ = "markdown-yaml_metadata_block"


def section_files() -> list[Path]:
    """Return the sources of the prose in reading order."""
    return sorted(SECTIONS.glob("*.md"))


def markdown(sources: Sources) -> str:
    """Return the whole paper as Markdown with LaTeX mathematics, filled.

    Raises:
        ValueError: an unknown placeholder.
    """
    return "\n\n".join(fill(path.read_text(encoding="utf-8"), sources) for path in section_files())


def output_folder(out: Path) -> Path:
    """Return the folder for the paper, made if need be.

    Raises:
        ValueError: it cannot be made, or not be written to.
    """
    try:
        (Path(out) / "figures").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ValueError(f"cannot write the paper to {out}: {error.strerror or error}") from error
    return Path(out)


def build(sources: Sources, out: Path) -> tuple[Path, Path]:
    """Write `paper.pdf` and `paper.tex` (with `references.bib` and `figures/`) into a folder; return the two.

    Raises:
        ValueError: an unknown placeholder, an assertion that the verdicts contradict, mathematics that cannot be set,
            or a folder that cannot be written to.
    """
    text = markdown(sources)
    out = output_folder(out)
    for name, path in sources.figures.items():
        shutil.copyfile(path, out / "figures" / f"{name}.pdf")
    shutil.copyfile(BIBLIOGRAPHY, out / BIBLIOGRAPHY.name)
    (out / "paper.md").write_text(text, encoding="utf-8")
    tex, source, pdf = (out / f"paper.{kind}" for kind in ("tex", "typ", "pdf"))
    tex.write_text(latex(text), encoding="utf-8")
    source.write_text(pages(text), encoding="utf-8")
    set_pages(source, pdf)
    return pdf, tex


def latex(text: str) -> str:
    """Return Markdown as a LaTeX document; raises as `pandoc`."""
    options = ["--standalone", "--number-sections", "--natbib", "--metadata", f"title={TITLE}"]
    return pandoc(text, "latex", *options, "--include-in-header", str(HERE / "header.tex"))


def pages(text: str) -> str:
    """Return Markdown as a Typst document; raises as `pandoc`."""
    body = pandoc(text, "typst", "--citeproc", "--bibliography", str(BIBLIOGRAPHY))
    return (HERE / "template.typ").read_text(encoding="utf-8") + body


def set_pages(source: Path, target: Path) -> None:
    """Set a Typst source as PDF, with Typst's own fonts.

    Raises:
        ValueError: the source cannot be set; the message is Typst's.
    """
    try:
        typst.compile(str(source), output=str(target), root=str(source.parent), ignore_system_fonts=True, format="pdf")
    except RuntimeError as error:
        raise ValueError(f"the paper cannot be set: {error}") from error


def pandoc(text: str, to: str, *options: str) -> str:
    """Convert Markdown; what pandoc only warns of (a formula it cannot convert, an unknown reference) is an error.

    Raises:
        ValueError: pandoc warned or failed; the message is pandoc's.
    """
    command = [pypandoc.get_pandoc_path(), "--from", READ, "--to", to, "--fail-if-warnings", "--wrap=preserve"]
    command += ["--lua-filter", str(HERE / "filter.lua"), *options]
    done = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise ValueError(f"pandoc cannot convert the paper to {to}: {done.stderr.strip()}")
    return done.stdout
