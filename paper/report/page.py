"""The page put together: one HTML file with everything in it, the same bytes for the same results."""

from collections import Counter
from collections.abc import Mapping
from html import escape
from importlib import metadata
from pathlib import Path
from string import Template

from paper.document.sources import Sources
from paper.report import claims, curves
from paper.report.figures import figures, gallery
from paper.report.mathematics import to_html
from paper.report.provenance import origins, provenance
from proofs.verdict import Verdict
from sims.harness.results import TEMPORARY_SUFFIX, check_output_folder, code_version

HERE = Path(__file__).parent
SCRIPTS = ("theory.js", "charts.js", "panels.js", "ledger.js")
"""In the order in which they run."""

CHECKERS = ("cwbound", "sympy", "python-flint", "z3-solver", "mpmath")
"""Packages that certificates are checked with."""


def page(sources: Sources, results: Path, titles: Mapping[str, str], decision: str) -> str:
    """Return the page.

    Args:
        sources: judgements, checked certificates and figures of a scale.
        results: the output folder of `cwb reproduce`, for the provenance.
        titles: of the parts by name, in reading order.
        decision: the proposal's Go/No-Go conditions with their outcomes, in Markdown.

    Raises:
        ValueError: a damaged result file or figure, or mathematics that cannot be converted.
    """
    shown = gallery(sources, titles)
    html = to_html([*claims.texts(sources), *curves.texts(), decision, *shown.captions.values()])
    counts = Counter(judgement.verdict for judgement in sources.judgements.values())
    found = origins(results, sources.scale, titles)
    parts = {
        "style": _read("report.css"),
        "tally": "\n".join(f"<li>{_counted(each, counts)}</li>" for each in Verdict),
        "scale": _scale(sources, bool(found)),
        "panels": curves.panels(sources, html),
        "choices": "\n".join(_choice(each, counts) for each in Verdict),
        "claims": claims.chapters(sources, html),
        "decision": html[decision],
        "figures": figures(shown, titles, html),
        "provenance": f"{_checked(sources)}\n{provenance(found, titles)}",
        "data": curves.data().replace("</", "<\\/"),
        "script": "\n".join(_read(each) for each in SCRIPTS),
    }
    return Template(_read("template.html")).substitute({name: text.strip() for name, text in parts.items()})


def output_file(out: Path) -> Path:
    """Return the path of the page once a file has really been written beside it, its folder made if need be.

    Raises:
        ValueError: it is a folder, or its folder cannot be written to.
    """
    out = Path(out)
    if out.is_dir():
        raise ValueError(f"the report is one file, and {out} is a folder; name a file such as {out / 'report.html'}")
    check_output_folder(out.parent)
    return out


def write(text: str, out: Path) -> Path:
    """Write the page in one step, so that a reader sees the old one or the whole new one; return its path.

    Raises:
        OSError: it cannot be written.
    """
    partial = out.with_name(f".{out.name}{TEMPORARY_SUFFIX}")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return out


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _counted(verdict: Verdict, counts: Mapping[Verdict, int]) -> str:
    return f'<span class="count">{counts[verdict]}</span> {claims.badge(verdict)}'


def _choice(verdict: Verdict, counts: Mapping[Verdict, int]) -> str:
    return (
        f'<label class="choice"><input type="checkbox" value="{claims.kind(verdict)}"> {claims.badge(verdict)} '
        f"({counts[verdict]})</label>"
    )


def _scale(sources: Sources, simulated: bool) -> str:
    if simulated:
        return f"Simulations of scale <strong>{escape(sources.scale)}</strong>."
    return (
        f"No simulation has been run at scale <strong>{escape(sources.scale)}</strong>: certificates alone are judged."
    )


def _checked(sources: Sources) -> str:
    passed = sum(each.passed for each in sources.proofs.values())
    steps = sum(len(each.results) for each in sources.proofs.values())
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in CHECKERS)
    return (
        f"<p>Certificates: {passed} of {len(sources.proofs)} passed, with {steps} steps, checked when this page was "
        f"built with {escape(versions)}; commit <code>{escape(code_version())}</code>.</p>"
    )
