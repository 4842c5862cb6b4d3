"""Replacing known words in a text, longest first, Latin ones only as whole words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_LATIN: Final = re.compile(r"[a-z0-9]", re.ASCII)


def alternation(words: Mapping[str, object]) -> re.Pattern[str] | None:
    """Return a pattern for any of the words, the longest first; None without words.

    A word that starts or ends with a Latin letter or digit does not match inside a longer one.
    """
    parts = [_guarded(word) for word in sorted(words, key=lambda word: (-len(word), word)) if word]
    return re.compile("|".join(parts)) if parts else None


def _guarded(word: str) -> str:
    before = "(?<![a-z])" if _LATIN.match(word[0]) else ""
    after = "(?![a-z])" if _LATIN.match(word[-1]) else ""
    return f"{before}{re.escape(word)}{after}"


class Phrases:
    """A dictionary of words and what stands for each."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = dict(words)
        self._pattern = alternation(self.words)

    def replace(self, text: str) -> str:
        """Return the text with each known word replaced, once from left to right."""
        return self._pattern.sub(lambda hit: self.words[hit[0]], text) if self._pattern else text

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (word, start, end) for each known word, left to right without overlap."""
        if self._pattern:
            for hit in self._pattern.finditer(text):
                yield hit[0], hit.start(), hit.end()
