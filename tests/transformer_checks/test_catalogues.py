"""Catalogues: enough languages, clean text, and windows that share no message with those held out."""

import re
import sys
from collections import Counter

import numpy as np
import pytest

from transformer_checks.catalogues import LanguagesSpec, catalogues

pytest.importorskip("django")


def text(windows):
    return windows.astype(np.uint8).tobytes()


def test_there_are_seventy_languages_with_enough_text():
    languages = LanguagesSpec().languages()
    assert len(languages) >= 70
    assert not [language for language in languages if re.search("_[A-Z]{2}$", language)]
    for language in languages:
        assert sum(map(len, catalogues()[language])) > 64 * (128 + 64)


def test_fewer_languages_have_more_text():
    counts = [len(LanguagesSpec(train=train).languages()) for train in (16, 128, 256)]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 3


def test_no_line_occurs_twice_and_no_placeholder_is_left():
    for messages in catalogues().values():
        lines = [line for message in messages for line in message.decode().splitlines()]
        assert max(Counter(line.casefold() for line in lines).values()) == 1
        assert all(line.strip() for line in lines)
        assert not [line for line in lines if re.search(r"%\(|%[sd]|\{\w*\}|</\w+>|&\w+;", line)]


def test_messages_are_those_of_their_language_and_forms_of_one_stay_together():
    german, russian = (set(catalogues()[language]) for language in ("de", "ru"))
    assert not german & russian
    assert b"Januar\n" in german
    assert "Январь\nянваря\n".encode() in russian  # alone, and in a date


@pytest.mark.parametrize("seed", [0, 1])
def test_windows_are_the_languages_text_and_share_no_message(seed):
    sequence = LanguagesSpec().sequence(6, seed)
    for name, train, held_out in zip(sequence.names, sequence.train.tokens, sequence.held_out.tokens, strict=True):
        messages = catalogues()[name]
        assert train.shape == (128, 64)
        assert held_out.shape == (64, 64)
        splits, cut = [], []
        for windows in (train, held_out):
            left, used = text(windows), set()
            while found := next((each for each in messages if left.startswith(each) and each not in used), None):
                used.add(found)
                left = left[len(found) :]
            splits.append(used)
            cut.append({each for each in messages if each.startswith(left)} if left else {None})
        assert len(splits[0]) > len(splits[1]) > 10
        assert not splits[0] & splits[1]
        for candidates, other in ((cut[0], splits[1]), (cut[1], splits[0])):
            assert candidates - other  # the message that the last window cuts is another one too


def test_every_byte_but_the_first_counts():
    sequence = LanguagesSpec(length=32, train=40, held_out=8).sequence(2, seed=0)
    assert sequence.held_out.weights.shape == (2, 8, 31)
    assert (sequence.held_out.weights == 1).all()
    assert (sequence.vocabulary, sequence.scoring) == (256, "token")


def test_languages_come_in_an_order_drawn_by_the_seed():
    spec = LanguagesSpec()
    every = len(spec.languages())
    orders = {spec.sequence(every, seed).names for seed in (0, 1)}
    assert len(orders) == 2
    assert {tuple(sorted(order)) for order in orders} == {spec.languages()}


def test_every_language_said_to_have_enough_text_fills_its_windows_whatever_is_held_out():
    spec = LanguagesSpec(length=128, train=70, held_out=60)
    for seed in range(3):
        assert spec.sequence(len(spec.languages()), seed).train.tokens.shape[1:] == (70, 128)


def test_text_that_only_some_orders_of_the_messages_could_split_is_not_enough(monkeypatch):
    texts = {name: tuple(b"%07d\n" % index for index in range(count)) for name, count in (("xx", 3), ("yy", 4))}
    monkeypatch.setattr("transformer_checks.catalogues.catalogues", lambda: texts)
    spec = LanguagesSpec(length=10, train=1, held_out=1)
    assert spec.languages() == ("yy",)  # of 3 messages of 8 bytes, 2 are held out and 1 is too short
    assert spec.sequence(1, seed=0).names == ("yy",)


def test_too_many_languages_or_too_much_text_is_refused():
    with pytest.raises(ValueError, match=r"languages with text for 128 \+ 64 windows\), got 500"):
        LanguagesSpec().sequence(500, seed=0)
    with pytest.raises(ValueError, match="at most 0"):
        LanguagesSpec(train=10_000).sequence(1, seed=0)


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "django", None)
    catalogues.cache_clear()
    with pytest.raises(ValueError, match=r"pip install 'cwbound\[languages\]'"):
        LanguagesSpec().sequence(2, seed=0)


@pytest.mark.parametrize("fields", [{"length": 1}, {"train": 0}, {"held_out": -1}])
def test_fields_out_of_range_are_refused(fields):
    with pytest.raises(ValueError, match=f"{next(iter(fields))} must be an integer"):
        LanguagesSpec(**fields)
