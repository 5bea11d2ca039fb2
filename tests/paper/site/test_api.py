"""A page a module: what is public is on it, and what is private is not."""

import pytest

from paper.site.api import pages

SOURCE = '''"""What it is."""
from dataclasses import dataclass
from theory.ceiling import Decomposition

LIMIT = 2.0
"""The most."""
UNSAID = 3

def rise(value: float, *, by: int = 1) -> float:
    """Rise as `sims.thing.LIMIT` says."""

def take(each: Decomposition) -> Point:
    """Take it."""

def _hidden() -> None:
    """Not shown."""

@dataclass(frozen=True)
class Point:
    """A point.

    Attributes:
        size: in units.
    """

    size: int
    step: float = 0.5

    @property
    def label(self) -> str:
        """A name."""

    def grow(self, by: int) -> "Point":
        """Return a larger one."""
'''


@pytest.fixture
def page(tmp_path):
    for package in ("theory", "proofs", "sims", "transformer_checks", "paper"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""A package."""')
    (tmp_path / "sims" / "thing.py").write_text(SOURCE)
    return pages(tmp_path)["sims.thing"]


@pytest.mark.parametrize(
    "line",
    [
        "# sims.thing",
        ":::{py:data} LIMIT",
        ":::{py:function} rise(value: float, *, by: int=1) -> float",
        ":::{py:function} take(each: theory.ceiling.Decomposition) -> sims.thing.Point",
        "::::{py:class} Point(size: int, step: float = 0.5)",
        ":::{py:property} label",
        ":::{py:method} grow(by: int) -> 'Point'",
        "- `size`: in units.",
    ],
)
def test_what_is_public_is_on_the_page(page, line):
    assert line in page.splitlines()


def test_names_of_the_repository_link(page):
    assert "{py:obj}`sims.thing.LIMIT`" in page


@pytest.mark.parametrize("name", ["_hidden", "UNSAID"])
def test_what_is_private_or_has_no_docstring_is_not(page, name):
    assert name not in page
