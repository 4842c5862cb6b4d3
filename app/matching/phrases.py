"""Replacing known words in a text, longest first, Latin ones only as whole words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

_REMEMBERED: Final = 256
"""Texts whose words are kept: a text is read a dozen times while it is looked up."""
Hit = tuple[str, int, int]
_LATIN: Final = re.compile(r"[a-z0-9]", re.ASCII)


class _Word(NamedTuple):
    """A word, and whether a Latin letter before or after it would make it part of another."""

    word: str
    guards_before: bool
    guards_after: bool

    def stands_alone(self, text: str, place: int) -> bool:
        """Tell whether it is no part of a longer Latin word here."""
        end = place + len(self.word)
        before, after = text[place - 1 : place], text[end : end + 1]
        return not ((self.guards_before and "a" <= before <= "z") or (self.guards_after and "a" <= after <= "z"))


class Phrases:
    """A dictionary of words and what stands for each.

    Words are looked up by their first two characters, so that thousands of them cost no more than a few.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = dict(words)
        by_start: dict[str, list[_Word]] = {}
        for word in sorted(filter(None, self.words), key=lambda word: (-len(word), word)):
            guarded = _Word(word, bool(_LATIN.match(word[0])), bool(_LATIN.match(word[-1])))
            by_start.setdefault(word[:2], []).append(guarded)
        self.find: Callable[[str], Sequence[Hit]] = lru_cache(_REMEMBERED)(self._hits)
        """(word, start, end) for each known word of a text, left to right without overlap, the longest first."""
        self._firsts = frozenset(start[0] for start in by_start)
        self._by_start = {
            start: [*longer, *(by_start.get(start[0], ()) if len(start) > 1 else ())]
            for start, longer in by_start.items()
        }

    def replace(self, text: str) -> str:
        """Return the text with each known word replaced, once from left to right."""
        if self._firsts.isdisjoint(text):
            return text
        pieces: list[str] = []
        last = 0
        for word, start, end in self.find(text):
            pieces += (text[last:start], self.words[word])
            last = end
        return "".join([*pieces, text[last:]]) if pieces else text

    def _hits(self, text: str) -> tuple[Hit, ...]:
        found: list[Hit] = []
        last, firsts, by_start = 0, self._firsts, self._by_start
        for place, sign in enumerate(text):
            if sign not in firsts or place < last:
                continue
            for known in by_start.get(text[place : place + 2]) or by_start.get(sign, []):
                if text.startswith(known.word, place) and known.stands_alone(text, place):
                    last = place + len(known.word)
                    found.append((known.word, place, last))
                    break
        return tuple(found)
