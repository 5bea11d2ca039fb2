"""Spelling numbers: each task is one language's words for decimal numbers, from the num2words package.

num2words (LGPL) is an optional extra and is asked at run time; none of its words are stored here. Regional variants
(`fr_CH` beside `fr`) are left out: a language is spelled as it is without a region.
"""

import functools
import unicodedata
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from theory.activity import check_count
from transformer_checks.task_sequence import TaskSequence, check_sequence, generator, stack

MOST_NUMBERS = 1000
"""Numbers from 0 that every language can be asked for."""

_SEPARATOR, _END, _FIRST_CHARACTER = 10, 11, 12


class Words(NamedTuple):
    """How the languages spell the numbers from 0.

    Attributes:
        spelled: for every language, by its code, the words of every number.
        characters: every character in them, in the order of their tokens.
        longest: characters of the longest words.
    """

    spelled: dict[str, tuple[str, ...]]
    characters: str
    longest: int


@dataclass(frozen=True)
class NumbersSpec:
    """Examples [language, digits, separator, words, end], of which the words and the first end are to be predicted.

    Numbers have leading zeros, and ends fill up to the longest words of all languages, so that no language's presence
    changes the length. Tokens are the ten digits, separator, end, the characters of all languages' words, and the
    languages: characters rather than bytes, because the longest words take 49 characters (Welsh) but 81 bytes (Telugu).
    The numbers held out are held out in every language. Languages come in an order that the seed draws. In languages
    with a word of its own for every number below 100 (Bengali) not all that is held out can be known: 192 numbers of
    1000 are expected to show 88% of those words.

    Attributes:
        numbers: numbers from 0 to below this.
        train: numbers to train on, a language.
        held_out: other numbers.

    Raises:
        ValueError: a field out of range, or fewer numbers than are asked for.
    """

    family: ClassVar[str] = "numbers"

    numbers: int = 1000
    train: int = 192
    held_out: int = 64

    def __post_init__(self) -> None:
        for name in ("numbers", "train", "held_out"):
            check_count(getattr(self, name), name)
        if self.numbers > MOST_NUMBERS:
            raise ValueError(f"numbers must be at most {MOST_NUMBERS}, got {self.numbers}")
        if self.train + self.held_out > self.numbers:
            raise ValueError(
                f"train + held_out must be at most numbers = {self.numbers}, got {self.train + self.held_out}"
            )

    def sequence(self, tasks: int, seed: int) -> TaskSequence:
        """The first `tasks` tasks of this seed, one language each.

        Raises:
            ValueError: num2words is missing; more tasks than languages, fewer than one, or a negative seed.
        """
        words = number_words(self.numbers)
        check_sequence(tasks, seed, len(words.spelled), "languages")
        names = tuple(generator(seed, "order of languages").permutation(list(words.spelled)).tolist()[:tasks])
        numbers = generator(seed, "numbers").permutation(self.numbers)
        splits = numbers[: self.train], numbers[self.train :][: self.held_out]
        train, held_out = (stack([self._examples(words, name, chosen) for name in names]) for chosen in splits)
        vocabulary = _FIRST_CHARACTER + len(words.characters) + len(words.spelled)
        return TaskSequence(names, train, held_out, vocabulary, scoring="exact")

    def _examples(self, words: Words, language: str, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        digits = len(str(self.numbers - 1))
        token = {character: _FIRST_CHARACTER + index for index, character in enumerate(words.characters)}
        begin = _FIRST_CHARACTER + len(words.characters) + list(words.spelled).index(language)
        tokens = np.full((len(numbers), digits + 2 + words.longest + 1), _END)
        weights = np.zeros((len(numbers), tokens.shape[1] - 1))
        for row, number in enumerate(numbers.tolist()):
            prompt = [begin, *map(int, f"{number:0{digits}d}"), _SEPARATOR]
            answer = [*(token[character] for character in words.spelled[language][number]), _END]
            tokens[row, : len(prompt) + len(answer)] = prompt + answer
            weights[row, len(prompt) - 1 :][: len(answer)] = 1
        return tokens, weights


@functools.cache
def number_words(numbers: int) -> Words:
    """How every language without a region code spells the numbers from 0 to below `numbers`.

    Raises:
        ValueError: num2words is missing.
    """
    try:
        from num2words import CONVERTER_CLASSES, num2words
    except ImportError:
        raise ValueError("number words need num2words: pip install 'cwbound[numbers]'") from None
    spelled = {
        language: tuple(
            unicodedata.normalize("NFC", num2words(number, lang=language)).strip() for number in range(numbers)
        )
        for language in sorted(CONVERTER_CLASSES)
        if "_" not in language
    }
    every = [words for language in spelled.values() for words in language]
    return Words(spelled, "".join(sorted(set().union(*every))), max(map(len, every)))
