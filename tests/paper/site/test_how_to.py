"""What the how-to pages and the README tell a reader to type exists, and the worked example works."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from paper.cli import app
from paper.site.build import PROSE, ROOT
from proofs.book import Ledger
from proofs.verdict import Verdict

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((PROSE / "how_to").glob("*.md"))]
COMMAND = re.compile(r"(?:^\$ (?:\.venv/bin/)?|`)(cwb [^`\n#]+)", flags=re.MULTILINE)
TARGET = re.compile(r"(?:^\$ |`)make (\w+)", flags=re.MULTILINE)
TYPED = [(page, command.strip()) for page in PAGES for command in COMMAND.findall(page.read_text())]


def check(command: str) -> None:
    """Fail unless `cwb` knows the subcommands and the options."""
    node: Any = typer.main.get_command(app)
    for word in shlex.split(command)[1:]:
        if hasattr(node, "commands"):
            assert word in node.commands, f"{command}: no {word}"
            node = node.commands[word]
        elif word.startswith("--"):
            options = {option for each in node.params for option in each.opts}
            assert word in options, f"{command}: no {word}"


@pytest.mark.parametrize(("page", "command"), TYPED, ids=lambda each: each.name if isinstance(each, Path) else each)
def test_commands_exist(page, command):
    check(command)


def test_there_are_commands():
    assert len(TYPED) > 15


@pytest.mark.parametrize("wrong", ["cwb proove T1", "cwb reproduce theorem3", "cwb capacity --actvity 0.05"])
def test_commands_that_do_not_exist_are_found(wrong):
    with pytest.raises(AssertionError):
        check(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_targets_of_make_exist(page):
    known = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(TARGET.findall(page.read_text())) <= known


def worked_example(change: tuple[str, str] = ("", "")) -> Verdict:
    """The verdict on the example's claim, after a change of its source."""
    (source,) = re.findall(r"```python\n(.*?)```", (PROSE / "how_to" / "theorem.md").read_text(), flags=re.DOTALL)
    assert change[0] in source
    names: dict[str, Any] = {}
    exec(source.replace(*change) if change[0] else source, names)
    ledger = Ledger((names["claim"],))
    proved = [each for per_claim in ledger.prove().values() for each in per_claim]
    return ledger.judge(proved)["T9"].verdict


def test_the_worked_example_is_proved():
    assert worked_example() is Verdict.PROVED


def test_the_worked_example_is_open_when_it_is_false():
    assert worked_example(("4 * a**3", "-4 * a**3")) is Verdict.OPEN
