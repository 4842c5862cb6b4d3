"""Cutting texts into words with jieba, to say which words a code adds or leaves out. Loaded when first used."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

LONGEST_WORD: Final = 6
_FREQUENCY: Final = 2000


class Tokenizer(Protocol):
    """What is used of jieba's tokenizer."""

    def lcut(self, sentence: str) -> list[str]: ...

    def add_word(self, word: str, freq: int | None = None, tag: str | None = None) -> None: ...


class Words:
    """A cutter that knows the short names of a code table besides jieba's own dictionary.

    ``cache`` is the folder for jieba's prepared dictionary (``app.common.paths.cache_dir()``). The first use takes
    about a second; the object is safe to use from several threads.
    """

    def __init__(self, names: Iterable[str], cache: Path) -> None:
        self._names = tuple(sorted({name for name in names if 2 <= len(name) <= LONGEST_WORD and not name.isascii()}))
        self._cache = cache
        self._lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None

    def cut(self, text: str) -> list[str]:
        """Return the words of a text in order; together they are the text."""
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = _tokenizer(self._cache)
                for name in self._names:
                    self._tokenizer.add_word(name, _FREQUENCY)
            return list(self._tokenizer.lcut(text))

    def only_in(self, text: str, other: str) -> list[str]:
        """Return the words of ``text`` (two characters and more) that ``other`` lacks."""
        return [word for word in self.cut(text) if len(word) > 1 and word not in other]


def _tokenizer(cache: Path) -> Tokenizer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba imports pkg_resources, which warns of its end
        import jieba  # noqa: PLC0415 - half a second and 20 MB that only explanations need
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(cache)
    tokenizer.cache_file = "jieba.cache"
    tokenizer.initialize()
    found: Tokenizer = tokenizer
    return found
