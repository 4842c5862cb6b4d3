"""Words with their frequencies at twelve bytes each: what jieba asks of its dictionary, which takes 70 MB as a dict."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

_REMEMBERED: Final = 1 << 16
"""Answers kept: the names of a code table are made of few words."""
Other = TypeVar("Other")


class WordTable:
    """Frequencies by word; a word is kept as 64 bits of its digest, so that two of half a million hardly ever meet."""

    def __init__(self, marks: NDArray[np.uint64], counts: NDArray[np.uint32]) -> None:
        """Keep ``marks``, sorted, with the frequency of each."""
        self.marks: Final = marks
        self.counts: Final = counts
        self._sorted = memoryview(np.ascontiguousarray(marks).data)
        self._find = lru_cache(_REMEMBERED)(self._look)

    @classmethod
    def of(cls, words: Mapping[str, int]) -> WordTable:
        """Return the table of some words."""
        marks = np.fromiter((_mark(word) for word in words), np.uint64, len(words))
        counts = np.fromiter(words.values(), np.uint32, len(words))
        order = np.argsort(marks)
        return cls(marks[order], counts[order])

    def __contains__(self, word: str) -> bool:
        """True for a word of the table and for the beginning of one, as jieba puts it there with frequency 0."""
        return self._find(word) is not None

    def __getitem__(self, word: str) -> int:
        """Return the frequency of a word. Raises ``KeyError`` for one that is not there."""
        found = self._find(word)
        if found is None:
            raise KeyError(word)
        return found

    @overload
    def get(self, word: str) -> int | None: ...

    @overload
    def get(self, word: str, default: Other) -> int | Other: ...

    def get(self, word: str, default: Other | None = None) -> int | Other | None:
        """Return the frequency of a word, else the default."""
        found = self._find(word)
        return default if found is None else found

    def _look(self, word: str) -> int | None:
        mark = _mark(word)
        at = bisect_left(self._sorted, mark)
        return int(self.counts[at]) if at < len(self._sorted) and self._sorted[at] == mark else None


def _mark(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
