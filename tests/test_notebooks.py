"""Notebooks are stored twice, as a readable script and with their outputs: the two must not drift apart."""

import tempfile
from pathlib import Path

import jupytext
import nbformat
import pytest

SCRIPTS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.py"))


def test_there_are_notebooks():
    names = ["00_start_here", "01_theorem_1_interference", "02_theorem_2_capacity", "03_proposition_1_dual_regime"]
    names += ["04_exp1_interference", "05_exp2_ceiling", "06_exp3_dual_regime"]
    assert [script.stem for script in SCRIPTS] == names


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.stem)
def test_notebook_is_its_script_with_outputs(script):
    source = jupytext.read(script)
    stored = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    assert [(cell.cell_type, cell.source) for cell in stored.cells] == [
        (cell.cell_type, cell.source) for cell in source.cells
    ], "run `make notebooks`"
    shown = [cell for cell in stored.cells if cell.cell_type == "code" and cell.outputs]
    assert len(shown) > 10
    assert not any(output.output_type == "error" for cell in shown for output in cell.outputs)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.stem)
def test_stored_outputs_name_no_machine(script):
    text = script.with_suffix(".ipynb").read_text()
    for folder in (tempfile.gettempdir(), Path.home(), SCRIPTS[0].parent.parent):
        assert f"{folder}/" not in text
