"""Number words: what is to be predicted reads as num2words spells it, in many languages that differ."""

import itertools
import sys
import unicodedata

import numpy as np
import pytest

from transformer_checks.number_words import NumbersSpec, number_words

num2words = pytest.importorskip("num2words")


def read(spec, row, weights):
    """Language, number and words of an example, from tokens alone; the separator is 10, the end 11."""
    words = number_words(spec.numbers)
    digits = len(str(spec.numbers - 1))
    language = list(words.spelled)[row[0] - 12 - len(words.characters)]
    number = int("".join(map(str, row[1 : digits + 1])))
    assert row[digits + 1] == 10
    answer = row[1:][weights == 1]
    assert (row[digits + 2 :][: len(answer)] == answer).all()
    assert answer[-1] == 11
    assert (row[digits + 2 + len(answer) :] == 11).all()
    return language, number, "".join(words.characters[token - 12] for token in answer[:-1])


@pytest.mark.parametrize("numbers", [1000, 90])
def test_examples_read_as_the_language_spells(numbers):
    spec = NumbersSpec(numbers=numbers, train=60, held_out=20)
    sequence = spec.sequence(12, seed=2)
    for split in (sequence.train, sequence.held_out):
        for name, rows, weights in zip(sequence.names, split.tokens, split.weights, strict=True):
            for row, weight in zip(rows, weights, strict=True):
                language, number, words = read(spec, row, weight)
                assert language == name
                assert words == unicodedata.normalize("NFC", num2words.num2words(number, lang=name)).strip()


def test_numbers_held_out_are_trained_on_in_no_language():
    sequence = NumbersSpec().sequence(5, seed=0)
    train, held_out = (
        {tuple(row) for row in split.tokens[..., 1:4].reshape(-1, 3).tolist()}
        for split in (sequence.train, sequence.held_out)
    )
    assert (len(train), len(held_out)) == (192, 64)
    assert not train & held_out


def test_there_are_forty_languages_and_no_two_spell_alike():
    spelled = number_words(1000).spelled
    assert len(spelled) >= 40
    assert all(len(set(words)) == 1000 for words in spelled.values())
    alike = {
        pair: np.mean([one == other for one, other in zip(*(spelled[each] for each in pair), strict=True)])
        for pair in itertools.combinations(spelled, 2)
    }
    assert max(alike.values()) < 0.05


def test_regional_variants_are_left_out_because_most_spell_as_their_language_does():
    spelled = number_words(1000).spelled
    for variant, language in (("en_IN", "en"), ("es_CO", "es"), ("pt_BR", "pt"), ("fr_DZ", "fr")):
        assert variant not in spelled
        alike = [num2words.num2words(number, lang=variant) == spelled[language][number] for number in range(0, 1000, 7)]
        assert np.mean(alike) > 0.9


def test_shapes_and_vocabulary_are_those_of_all_languages():
    every, some = NumbersSpec().sequence(40, seed=0), NumbersSpec().sequence(1, seed=0)
    words = number_words(1000)
    assert every.length == some.length == 1 + 3 + 1 + words.longest + 1
    assert every.vocabulary == 12 + len(words.characters) + len(words.spelled)
    assert len(set(every.names)) == 40
    assert NumbersSpec().sequence(40, seed=1).names != every.names


def test_characters_make_shorter_examples_than_bytes():
    words = number_words(1000)
    assert words.longest < max(len(each.encode()) for language in words.spelled.values() for each in language)


def test_more_languages_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"\(languages\), got 500"):
        NumbersSpec().sequence(500, seed=0)


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "num2words", None)
    number_words.cache_clear()
    with pytest.raises(ValueError, match=r"pip install 'cwbound\[numbers\]'"):
        NumbersSpec().sequence(2, seed=0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"numbers": 1001}, "at most 1000, got 1001"),
        ({"numbers": 255}, "at most numbers = 255, got 256"),
        ({"train": 0}, "train must be an integer"),
    ],
)
def test_fields_out_of_range_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        NumbersSpec(**fields)
