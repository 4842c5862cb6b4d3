"""The search box: words in any order, a code's beginning, pinyin, abbreviations, all at once."""

from __future__ import annotations

import re
import threading
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.codebook.codes import search_key
from app.domain.coding import Candidate, CodeKind, MatchKind, Reason
from app.matching.explaining import reason, spans_of
from app.matching.lexicon import KindLexicon
from app.matching.names import Term
from app.matching.pinyin import PinyinIndex

_CODE: Final = {
    CodeKind.DX: re.compile(r"[a-z]\d[\dx.+*]*", re.IGNORECASE | re.ASCII),
    CodeKind.PX: re.compile(r"\d[\dx.]*", re.IGNORECASE | re.ASCII),
}
_LETTERS: Final = re.compile(r"[a-z]+", re.IGNORECASE | re.ASCII)
_PIECES: Final = re.compile(r"[a-z]+[\d.x+*]*|\d[\d.x]*[a-z]*|[^\sa-z\d]+", re.IGNORECASE | re.ASCII)
LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, sorted: words in Chinese (normal form), letters to be read as pinyin, beginnings of codes."""

    words: tuple[str, ...]
    letters: tuple[str, ...]
    codes: tuple[str, ...] = ()


class SearchIndex:
    """Looks terms up by what a coder types. The pinyin index is built with the first letters typed, or given."""

    def __init__(self, terms: Sequence[Term], kind: CodeKind, lexicon: KindLexicon) -> None:
        self._terms = tuple(terms)
        self._kind = kind
        self._lexicon = lexicon
        self._names = [lexicon.spelling.normal(term.name) for term in self._terms]
        self._keys = sorted((search_key(term.code), number) for number, term in enumerate(self._terms) if term.code)
        self._pinyin: PinyinIndex | None = None
        self._shorts: dict[str, list[str]] | None = None
        self._lock = threading.Lock()

    @property
    def pinyin(self) -> PinyinIndex:
        """The pinyin index; reading the names aloud takes about a second for 33,000 of them."""
        with self._lock:
            if self._pinyin is None:
                self._pinyin = PinyinIndex.of_names([term.name for term in self._terms])
            return self._pinyin

    def take_pinyin(self, content: bytes) -> bool:
        """Use a stored pinyin index; False (and nothing changed) when it is of other names."""
        index = PinyinIndex.from_bytes(content)
        if len(index) != len(self._terms):
            return False
        self._pinyin = index
        return True

    def short_forms(self, letters: str) -> list[str]:
        """Return the short forms of the lexicon whose initials are exactly ``letters`` (gxb: 冠心病), in order."""
        if not _LETTERS.fullmatch(letters):
            return []
        with self._lock:
            if self._shorts is None:
                self._shorts = _initials(list(self._lexicon.expansions))
        return self._shorts.get(letters, [])

    def by_code(self, typed: str, top: int) -> list[Candidate]:
        """Return terms whose code begins with what was typed, dots and case left out, in code order."""
        query = typed.strip()
        if not _CODE[self._kind].fullmatch(query):
            return []
        key = search_key(query)
        low = bisect_left(self._keys, (key, -1))
        high = bisect_left(self._keys, (f"{key}\uffff", -1))
        why = (reason("code", prefix=query),)
        numbers = [number for _, number in self._keys[low : min(high, low + top)]]
        return [self._candidate(number, MatchKind.CODE, 1.0, "", why) for number in numbers]

    def by_words(self, typed: str, top: int) -> list[Candidate]:
        """Return terms that hold all the words typed, in any order, and whose reading holds the letters typed.

        Shorter names first, and those that begin with the first word.
        """
        asked = self._asked(typed)
        if not (asked.words or asked.letters):
            return []
        numbers: Iterable[int] = range(len(self._terms))
        if asked.words:
            numbers = [number for number in numbers if all(word in self._names[number] for word in asked.words)]
        for letters in asked.letters:
            found = set(self.pinyin.find(letters))
            numbers = [number for number in numbers if number in found]
        for key in asked.codes:
            numbers = [number for number in numbers if search_key(self._terms[number].code).startswith(key)]
        return [self._found(number, asked) for number in sorted(numbers, key=lambda n: self._order(n, asked))[:top]]

    def _asked(self, typed: str) -> Asked:
        pieces = _PIECES.findall(typed[:LONGEST])
        code = _CODE[self._kind]
        words, letters, codes = [], [], []
        for piece in pieces:
            if _LETTERS.fullmatch(piece):
                letters.append(piece.lower())
            elif len(pieces) > 1 and code.fullmatch(piece):
                codes.append(search_key(piece))
            else:
                words.append(self._lexicon.spelling.normal(piece))
        return Asked(tuple(filter(None, words)), tuple(letters), tuple(codes))

    def _order(self, number: int, asked: Asked) -> tuple[bool, bool, int, str, int]:
        name = self._names[number]
        first = asked.words[0] if asked.words else ""
        return (name != "".join(asked.words), not name.startswith(first), len(name), self._terms[number].code, number)

    def _found(self, number: int, asked: Asked) -> Candidate:
        why = []
        if asked.words:
            why.append(reason("words", words="\u3001".join(asked.words)))
        if asked.letters:
            why.append(reason("pinyin", letters=" ".join(asked.letters)))
        kind = MatchKind.PINYIN if asked.letters else MatchKind.CONTAINS
        if asked.words and self._names[number] == "".join(asked.words):
            kind = MatchKind.EXACT
        score = len("".join(asked.words)) / max(len(self._names[number]), 1) if asked.words else 0.5
        return self._candidate(number, kind, round(min(score, 1.0), 4), "".join(asked.words), tuple(why))

    def _candidate(self, number: int, kind: MatchKind, score: float, words: str, why: tuple[Reason, ...]) -> Candidate:
        term = self._terms[number]
        return Candidate(term.code, term.name, score, kind, why, (), spans_of(term.name, words) if words else ())


def _initials(words: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, letters in zip(words, PinyinIndex.of_names(words).initials, strict=True):
        found.setdefault(letters, []).append(word)
    return found
