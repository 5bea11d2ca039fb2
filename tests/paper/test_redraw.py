"""`cwb figures`: what is named is drawn, from results if there are any, from quick simulations run now if not."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import xarray as xr
from matplotlib import image
from matplotlib.figure import Figure

import paper.figures
from paper import redraw, reproduce
from paper.cli import main
from paper.part import Drawing, Part, named
from paper.parts import PARTS
from proofs.experiments import EXPERIMENT2
from sims.harness.sweep import Study, run_study

MEASURED = []


@dataclass(frozen=True)
class Point:
    scale: str
    value: int
    seed: int = 0
    label = property(lambda self: f"number {self.value}")


def measure(point):
    MEASURED.append(point)
    return xr.Dataset({"value": point.value})


def plan(scale, seed):
    return named(Study("numbers", tuple(Point(scale, value, seed) for value in (3, 4)), measure))


def tables(studies, results):
    found = {"sum": xr.Dataset({"sum": sum(int(each["value"]) for each in results["numbers"])})}
    large = {"large-only": xr.Dataset()} if studies["numbers"].points[0].scale == "large" else {}
    return {**found, **large}


def titled(*texts):
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, " ".join(map(str, texts)))
    return figure


DRAWINGS = {
    "cheap_sum": Drawing(lambda total, other: titled(int(total["sum"]), other), ("sum",), optional=("large-only",)),
    "cheap_numbers": Drawing(lambda numbers: titled(len(numbers)), results=("numbers",)),
    "cheap_large": Drawing(lambda total, large: titled(large), ("sum", "large-only")),
}
CHEAP = Part("cheap", "A cheap part", EXPERIMENT2[:1], plan, tables, lambda *_: (), DRAWINGS)


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    MEASURED.clear()
    monkeypatch.setattr(redraw, "PARTS", {"cheap": CHEAP})
    monkeypatch.setattr("transformer_checks.runs.keep_compiled", lambda folder: None)


@pytest.fixture
def cwb(capsys, monkeypatch, tmp_path):
    """`cwb figures` with more arguments, in this process: status, lines, what it says is wrong."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["cwb", "figures", *arguments, "--out", str(tmp_path)])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return stop.value.code, out.splitlines(), err

    return run


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_without_results_quick_simulations_are_run_and_the_figures_say_so(cwb, tmp_path):
    status, lines, _ = cwb()
    folder = tmp_path / "quick" / "figures"
    assert status == 0
    assert lines[0] == (
        f"cheap: 2 of 2 points have no results in {tmp_path / 'quick' / 'cheap'}; they are simulated now"
    )
    assert "cheap_large: the studies it shows do not exist at scale quick" in lines
    assert [Path(line).name for line in lines[2:]] == [
        "cheap_sum.pdf", "cheap_sum.png", "cheap_numbers.pdf", "cheap_numbers.png",
    ]  # fmt: skip
    assert [Point("quick", 3), Point("quick", 4)] == MEASURED
    height, width, _ = image.imread(folder / "cheap_sum.png").shape
    assert (height, width) == (round(200 * (1 + 0.11)), 400)  # the note is in a strip of its own
    first = {path: path.read_bytes() for path in folder.iterdir()}
    assert cwb()[1] == lines[1:]  # nothing is missing any more
    assert len(MEASURED) == 2
    assert {path: path.read_bytes() for path in folder.iterdir()} == first


def test_only_the_figures_that_are_named(cwb, tmp_path):
    assert cwb("cheap_numbers")[0] == 0
    assert files(tmp_path / "quick" / "figures") == ["cheap_numbers.pdf", "cheap_numbers.png"]


def test_a_scale_without_results_falls_back_on_quick_simulations(cwb, tmp_path):
    status, lines, _ = cwb("cheap_sum", "--scale", "large")
    assert status == 0
    assert lines[0].endswith("/large/cheap; drawn from quick simulations")
    assert lines[1:] == [str(tmp_path / "quick" / "figures" / f"cheap_sum.{kind}") for kind in ("pdf", "png")]
    assert {point.scale for point in MEASURED} == {"quick"}


def test_results_of_the_scale_are_used_and_no_note_is_set(cwb, tmp_path):
    run_study(plan("large", 0)["numbers"], tmp_path / "large" / "cheap", progress=False)
    MEASURED.clear()
    status, lines, _ = cwb("--scale", "large")
    assert (status, len(lines), MEASURED) == (0, 6, [])
    assert image.imread(tmp_path / "large" / "figures" / "cheap_large.png").shape[:2] == (200, 400)


def test_an_unknown_figure_is_refused_before_any_work(cwb, tmp_path):
    status, lines, err = cwb("cheap_sum", "cheap_product")
    assert (status, lines, MEASURED) == (2, [], [])
    assert err == "cwb: error: figures must be among cheap_sum, cheap_numbers, cheap_large; got cheap_product\n"
    assert not list(tmp_path.iterdir())


def test_damaged_results_are_refused_before_any_work(cwb, tmp_path):
    assert cwb()[0] == 0
    damaged = next((tmp_path / "quick" / "cheap" / "numbers").glob("*.nc"))
    damaged.write_bytes(b"half a file")
    MEASURED.clear()
    status, lines, err = cwb("--scale", "large")
    assert (status, MEASURED) == (2, [])
    assert str(damaged) in err
    assert not any(line.endswith(".pdf") for line in lines)


def test_drawing_notes_the_smallest_scale_only(monkeypatch, tmp_path):
    notes = []
    monkeypatch.setattr(reproduce, "save", lambda figure, folder, name, note: notes.append(note) or ())
    for scale in ("quick", "laptop", None):
        reproduce.draw({"any": Figure}, tmp_path, scale)
    assert notes == [reproduce.QUICK_NOTE, "", ""]


@pytest.mark.parametrize("part", PARTS)
def test_every_figure_has_the_name_of_its_script(part):
    scripts = Path(paper.figures.__file__ or "").parent / part
    drawn = {path.stem for path in scripts.glob("*.py") if "\ndef draw(" in path.read_text()}
    assert {name.removeprefix(f"{part}_") for name in PARTS[part].drawings} == drawn
