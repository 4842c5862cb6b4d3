"""Cutting texts into words with jieba, to say which words a code adds or leaves out. Loaded when first used."""

from __future__ import annotations

import logging
import marshal
import threading
import warnings
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import IO, Final, Protocol, cast

from app.common.files import write_atomic
from app.common.sealed import seal, unseal

LONGEST_WORD: Final = 6
_FREQUENCY: Final = 2000
_PART: Final = 20_000
"""Words that are read at a stroke: nothing else in the program can run meanwhile."""


class Tokenizer(Protocol):
    """What is used of jieba's tokenizer."""

    FREQ: dict[str, int]
    total: int
    initialized: bool

    def get_dict_file(self) -> IO[bytes]: ...

    def gen_pfdict(self, f: IO[bytes]) -> tuple[dict[str, int], int]: ...

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
    tokenizer: Tokenizer = jieba.Tokenizer()
    kept = cache / f"words-{jieba.__version__}.bin"
    found = _from_cache(kept)
    if found is None:
        found = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        _keep(kept, *found)
    tokenizer.FREQ, tokenizer.total = found
    tokenizer.initialized = True
    return tokenizer


def _from_cache(kept: Path) -> tuple[dict[str, int], int] | None:
    """Return jieba's dictionary from our own cache: its own is read in one piece, half a second without a pause."""
    try:
        found = unseal("words", kept.read_bytes())
    except OSError:
        return None
    if found is None:
        return None
    parts, total = cast("tuple[tuple[bytes, ...], int]", found)
    words: dict[str, int] = {}
    for part in parts:
        words.update(marshal.loads(part))  # noqa: S302 - our own, checked as a whole
    return words, total


def _keep(kept: Path, words: dict[str, int], total: int) -> None:
    pairs = iter(words.items())
    parts = []
    while part := dict(islice(pairs, _PART)):
        parts.append(marshal.dumps(part))
    try:
        with write_atomic(kept) as out:
            out.write(seal("words", (tuple(parts), total)))
    except OSError:
        logging.getLogger(__name__).warning("words not cached: %s", kept.name)
