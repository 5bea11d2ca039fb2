"""Natural languages, byte by byte: each task is the text of one language's translation catalogues in Django.

Django (BSD-3) is an optional extra; its catalogues (`*.mo`, of the framework and its contributed applications) are read
where they are installed, and none of their text is stored here. Regional variants (`es_MX` beside `es`) are left out,
variants of script (`sr_Latn`, `zh_Hant`) are not. Languages that come with region alone (English) thus do not occur.
"""

import functools
import gettext
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from theory.activity import check_count
from transformer_checks.task_sequence import TaskSequence, check_sequence, generator, stack

_BYTES = 256
_PLACEHOLDER = re.compile(r"%\(\w*\)[a-zA-Z]?|%[-+#0-9.]*[a-zA-Z%]|\{[^{}]*\}|</?\w[^<>]*>|&#?\w+;")
_REGION = re.compile(r"_[A-Z]{2}$")
_CONTEXT = "\x04"


@dataclass(frozen=True)
class LanguagesSpec:
    """Windows of a language's text, of which every byte but the first is to be predicted.

    A language's messages are shuffled, one part is held out, and each part, a line a message, is cut into windows that
    do not overlap. Languages with too little text to fill all windows are left out; the others come in an order that
    the seed draws.

    Attributes:
        length: bytes of a window.
        train: windows to train on, a language.
        held_out: windows of other messages.

    Raises:
        ValueError: a field out of range.
    """

    family: ClassVar[str] = "languages"

    length: int = 64
    train: int = 128
    held_out: int = 64

    def __post_init__(self) -> None:
        check_count(self.length, "length", minimum=2)
        for name in ("train", "held_out"):
            check_count(getattr(self, name), name)

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages with enough text, whichever messages are held out; sorted.

        Raises:
            ValueError: Django is missing.
        """
        needed = self.length * (self.train + self.held_out)
        return tuple(
            language
            for language, messages in catalogues().items()
            if sum(map(len, messages)) - max(map(len, messages)) >= needed
        )

    def sequence(self, tasks: int, seed: int) -> TaskSequence:
        """The first `tasks` tasks of this seed, one language each.

        Raises:
            ValueError: Django is missing; more tasks than languages with enough text, fewer than one, or a negative
                seed.
        """
        languages = self.languages()
        check_sequence(tasks, seed, len(languages), f"languages with text for {self.train} + {self.held_out} windows")
        names = tuple(generator(seed, "order of languages").permutation(np.array(languages)).tolist()[:tasks])
        splits = [self._split(name, seed) for name in names]
        train, held_out = (
            stack([(windows, np.ones((len(windows), self.length - 1))) for windows in part])
            for part in zip(*splits, strict=True)
        )
        return TaskSequence(names, train, held_out, vocabulary=_BYTES, scoring="token")

    def _split(self, language: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Windows to train on and windows held out, of shape [window, byte]."""
        messages = catalogues()[language]
        order = generator(seed, f"messages {language}").permutation(len(messages))
        shuffled = [messages[index] for index in order]
        sizes = accumulate(map(len, shuffled))
        end = 1 + next(index for index, size in enumerate(sizes) if size >= self.held_out * self.length)
        return self._windows(shuffled[end:], self.train), self._windows(shuffled[:end], self.held_out)

    def _windows(self, messages: list[bytes], count: int) -> np.ndarray:
        text = np.frombuffer(b"".join(messages), np.uint8)
        return text[: count * self.length].reshape(count, self.length)


@functools.cache
def catalogues() -> dict[str, tuple[bytes, ...]]:
    """Every language's messages in UTF-8, each ending its lines; sorted by language code.

    A message is all that one English source text is translated as: its plural forms and the wordings of several
    catalogues, a line each. Placeholders, tags and entities are stripped, spaces run together; untranslated lines,
    and repeated ones but for case, are dropped.

    Raises:
        ValueError: Django is missing.
    """
    try:
        import django
    except ImportError:
        raise ValueError("translation catalogues need Django: pip install 'cwbound[languages]'") from None
    files: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(Path(django.__file__).parent.rglob("LC_MESSAGES/*.mo")):
        files[file.parent.parent.name].append(file)
    texts = {language: _messages(files[language]) for language in sorted(files) if not _REGION.search(language)}
    return {language: messages for language, messages in texts.items() if messages}


def _messages(files: list[Path]) -> tuple[bytes, ...]:
    seen: set[str] = set()
    messages: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for source, translation in _translations(file):
            line = " ".join(_PLACEHOLDER.sub(" ", translation).split())
            if line and translation != source and line.casefold() not in seen:
                seen.add(line.casefold())
                messages[source].append(line)
    return tuple("".join(f"{line}\n" for line in messages[source]).encode() for source in sorted(messages))


def _translations(file: Path) -> Iterator[tuple[str, str]]:
    """Source texts without context, and their translations; a plural form comes with its singular source."""
    with file.open("rb") as opened:
        catalogue: dict[Any, str] = vars(gettext.GNUTranslations(opened))["_catalog"]  # no public way to list it
    for key, translation in catalogue.items():
        source = key[0] if isinstance(key, tuple) else key
        if source:  # the empty source stands for the catalogue's header
            yield source.split(_CONTEXT)[-1], translation
