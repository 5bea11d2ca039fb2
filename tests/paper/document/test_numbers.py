"""No number of the paper is typed by hand: the prose has digits only in mathematics without decimals, ids and names."""

import math
import re

import pytest

from paper.document import numbers
from paper.document.build import section_files
from paper.document.fill import FIGURE, fill
from paper.document.sources import NotSimulated, Sources
from proofs.book import Ledger
from proofs.ledger import LEDGER

IDS = {claim.id for claim in LEDGER.claims}

ALLOWED = (
    r"Theorem [12]|Proposition 1|Experiments? [123]|\bH[123]\b|\bL1\b|\bB1\b",
    r"\{\{(?![#/]).*?\}\}",
    r"\{\{#[^{}]*\}\}|\{\{/\}\}",
    r"\[(?:compare )?@[a-z]+\d{4}(?:; @[a-z]+\d{4})*\]",
    r"\{#[a-z]+:[a-z0-9]+\}",
)
"""Names of statements, placeholders, citations, labels: whatever else has a digit was typed by hand."""

COUNTS = re.compile(
    r"\b(?:hundred|thousand|million|billion|dozen|percent|twice|thrice|double[sd]?|quarter|fifth|tenth|\w+fold)s?\b",
    re.I,
)
"""Words that are numbers as a measurement would print them; a percentage of a placeholder is none."""

PARAMETER = r"\\\{0,1\\\}|10\^\{-?\d\}|1/\d{1,2}\b|_\d\b|(?<![\d.,])[0-3](?![\d.,]|\s*\})|\^\{?[0-4]\}?|\\frac1[a-zN2]"
"""What a formula may have: powers of ten, activities and shares as fractions of one, indices, small integers."""

POWER = r"10\^\{-?\d\}"
"""What a formula without a symbol may have: a criterion of error."""


def hand_typed(text: str) -> list[str]:
    """Return the numbers typed into a section."""
    text = FIGURE.sub(lambda match: match["caption"], text)
    text = re.sub(r"\}\} percent", "}}", text)
    for pattern in ALLOWED:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    text = re.sub(r"`([^`]+)`", lambda match: " " if match[1] in IDS else match[1], text)
    found = []
    for formula in re.findall(r"\$+([^$]+)\$+", text):
        bare = not re.search(r"[A-Za-z]", re.sub(r"\\[%,]", "", formula))  # a number, not a relation of symbols
        left = re.sub(POWER if bare else PARAMETER, " ", formula)
        found += re.findall(r"\d[\d.,{}]*\d|\d", left)
    outside = re.sub(r"\$+[^$]+\$+", " ", text)
    return found + re.findall(r"\d[\d.,]*%?", outside) + COUNTS.findall(outside)


@pytest.mark.parametrize("path", section_files(), ids=lambda path: path.stem)
def test_no_number_is_typed_by_hand(path):
    assert hand_typed(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at most 0.72 bits", ["0.72"]),
        ("a gain of $2.77$", ["2.77"]),
        ("with $N = 4000$ units", ["4000"]),
        ("rejected 3 of 48 tests", ["3", "48"]),
        ("`T9.invented` and 5%", ["9.", "5%"]),
        ("![Capacity 0.138](name){#fig:x}", ["0.138"]),
        ("in $3$ of $48$ tests", ["3", "48"]),
        ("$$C = 50$$", ["50"]),
        ("up to $95\\%$ of it", ["95"]),
        ("a load of $p = 4$ or $5{,}000$", ["4", "5{,}000"]),
        ("{{# proved T1 }}at most 0.72 bits{{/}}", ["0.72"]),
        ("hundreds of times, a fifth of it, twofold", ["hundreds", "fifth", "twofold"]),
    ],
)
def test_a_number_typed_by_hand_is_found(text, found):
    assert hand_typed(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "By Theorem 1, `T1.variance` at $a = 1/2$",
        "{{ capacity 0.1 4 }}",
        "known [@amit1985; @gardner1988]",
        "{{ missed 0.01 2 }} percent at $a = 10^{-2}$ with $\\xi \\in \\{0,1\\}^N$ and $\\frac12\\log_2(1+1/\\alpha)$",
    ],
)
def test_names_and_placeholders_are_not_numbers(text):
    assert hand_typed(text) == []


EMPTY = Sources("quick", Ledger(()), {}, {}, {}, {})


def test_theory_numbers_are_those_of_the_theory():
    assert numbers.number(EMPTY, "shannon", "6") == f"{1 / (2 * math.log(2)):.6f}"
    assert numbers.number(EMPTY, "capacity", "0.5", "10") == "0.1379055665"  # Amit, Gutfreund and Sompolinsky


@pytest.mark.parametrize("name", ["keyed_bits", "keyed_share", "real_excess", "amp_deviation", "best_active"])
def test_a_number_without_results_says_so(name):
    assert numbers.number(EMPTY, name) == numbers.NOT_SIMULATED


def test_a_missing_table_is_not_simulated():
    with pytest.raises(NotSimulated, match="theorem2 has no table amp at scale quick"):
        EMPTY.table("theorem2", "amp")


@pytest.mark.parametrize("words", [("capactiy", "0.1"), ("capacity",), ("shannon", "3", "4")])
def test_unknown_numbers_and_wrong_arguments_are_refused(words):
    with pytest.raises(ValueError, match=words[0]):
        numbers.number(EMPTY, *words)


def test_every_placeholder_of_the_prose_is_known(passed):
    """Without results, which every placeholder must survive."""
    for path in section_files():
        filled = fill(path.read_text(encoding="utf-8"), passed)
        assert not re.search(r"\{\{[ #/]", filled)  # TeX has braces within braces, and nothing else after them
