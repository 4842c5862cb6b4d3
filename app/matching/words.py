"""Cutting texts into words with jieba, to say which words a code adds or leaves out. Loaded when first used."""

from __future__ import annotations

import hashlib
import logging
import threading
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final, Protocol, cast

import numpy as np

from app.common.files import write_atomic
from app.common.sealed import seal, unseal
from app.matching.word_table import WordTable

LONGEST_WORD: Final = 6
_FREQUENCY: Final = 2000
_KEPT: Final = 2
"""Dictionaries in the cache, 6 MB each."""
_log = logging.getLogger(__name__)


class Tokenizer(Protocol):
    """What is used of jieba's tokenizer."""

    FREQ: dict[str, int] | WordTable
    total: int
    initialized: bool

    def get_dict_file(self) -> IO[bytes]: ...

    def gen_pfdict(self, f: IO[bytes]) -> tuple[dict[str, int], int]: ...

    def lcut(self, sentence: str) -> list[str]: ...

    def add_word(self, word: str, freq: int | None = None, tag: str | None = None) -> None: ...


class Words:
    """A cutter that knows the short names of a code table besides jieba's own dictionary.

    ``cache`` is the folder for the prepared dictionary (``app.common.paths.cache_dir()``). The very first use takes two
    seconds; the object is safe to use from several threads.
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
                self._tokenizer = _tokenizer(self._names, self._cache)
            return list(self._tokenizer.lcut(text))

    def only_in(self, text: str, other: str) -> list[str]:
        """Return the words of ``text`` (two characters and more) that ``other`` lacks."""
        return [word for word in self.cut(text) if len(word) > 1 and word not in other]


def _tokenizer(names: tuple[str, ...], cache: Path) -> Tokenizer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba imports pkg_resources, which warns of its end
        import jieba  # noqa: PLC0415 - half a second and 20 MB that only explanations need
    jieba.setLogLevel(logging.ERROR)
    tokenizer: Tokenizer = jieba.Tokenizer()
    mark = hashlib.sha256("\n".join((jieba.__version__, *names)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    kept = cache / f"words-{mark}.bin"
    found = _from_cache(kept)
    if found is None:
        found = _prepared(tokenizer, names)
        _keep(kept, *found)
    tokenizer.FREQ, tokenizer.total = found
    tokenizer.initialized = True
    return tokenizer


def _prepared(tokenizer: Tokenizer, names: tuple[str, ...]) -> tuple[WordTable, int]:
    """Return jieba's dictionary with the names among its words."""
    words, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.FREQ, tokenizer.initialized = words, True
    for name in names:
        tokenizer.add_word(name, _FREQUENCY)
    return WordTable.of(words), tokenizer.total


def _from_cache(kept: Path) -> tuple[WordTable, int] | None:
    try:
        found = unseal("words 2", kept.read_bytes())
    except OSError:
        return None
    if found is None:
        return None
    marks, counts, total = cast("tuple[bytes, bytes, int]", found)
    return WordTable(np.frombuffer(marks, np.uint64), np.frombuffer(counts, np.uint32)), total


def _keep(kept: Path, words: WordTable, total: int) -> None:
    try:
        with write_atomic(kept) as out:
            out.write(seal("words 2", (words.marks.tobytes(), words.counts.tobytes(), total)))
        for old in sorted(kept.parent.glob("words-*.bin"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        _log.warning("words not cached: %s", kept.name)
