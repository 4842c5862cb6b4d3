"""The search box: words in any order, a code's beginning, pinyin, abbreviations, slips, all at once."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.codebook.codes import search_key
from app.codebook.prefixes import Prefixes
from app.domain.coding import Candidate, CodeKind, MatchKind, Reason
from app.matching.explaining import joined, reason, spans_of
from app.matching.lexicon import KindLexicon
from app.matching.names import Term
from app.matching.pinyin import Heard, Hearing, PinyinIndex
from app.matching.readings import Readings, from_bytes, readings_of, to_bytes
from app.matching.slips import Slip, SlipFinder

_CODE: Final = {
    CodeKind.DX: re.compile(r"[a-z]\d[\dx.]*(?:\+(?:[a-z][\d.]*)?)?\*?", re.IGNORECASE | re.ASCII),
    CodeKind.PX: re.compile(r"\d[\dxa.]*", re.IGNORECASE | re.ASCII),
}
_LETTERS: Final = re.compile(r"\d*[a-z][a-z\d]*", re.IGNORECASE | re.ASCII)
_PIECES: Final = re.compile(r"[a-z\d][a-z\d.+*]*|[^\sa-z\d]+", re.IGNORECASE | re.ASCII)
LONGEST: Final = 60
Numbers = NDArray[np.int64]
LOOKED_AT: Final = 400
"""Names that hold what was typed, the shortest ones, of which the best are picked with care."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, sorted: words in Chinese (normal form), letters to be read as pinyin, beginnings of codes."""

    words: tuple[str, ...]
    letters: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mended:
    """A query with its slips set right, and for each slip the reason that tells it."""

    typed: str
    reasons: tuple[Reason, ...]


class SearchIndex:
    """Looks terms up by what a coder types. How names are read is worked out with the first letters, or given."""

    def __init__(self, terms: Sequence[Term], normals: Sequence[str], kind: CodeKind, lexicon: KindLexicon) -> None:
        """Look up ``terms``; ``normals`` are their names in normal form. Costly parts wait for a search."""
        self._terms = tuple(terms)
        self._kind = kind
        self._lexicon = lexicon
        self._names = normals
        self._readings: Readings = {}
        self._pinyin: PinyinIndex | None = None
        self._shorts: PinyinIndex | None = None
        self._bares: dict[int, str] = {}
        self._lock = threading.RLock()

    @cached_property
    def _joined(self) -> str:
        return "\n".join([*self._names, *self._lexicon.expansions])

    @cached_property
    def _lengths(self) -> Numbers:
        return np.fromiter(map(len, self._names), np.int64, len(self._names))

    @cached_property
    def _keys(self) -> Prefixes:
        return Prefixes(search_key(term.code) for term in self._terms)

    def warm(self) -> None:
        """Build now what the first search would build."""
        self.by_code("a0" if self._kind is CodeKind.DX else "00", 1)
        self.by_words("a", 1)
        self.short_forms("a")

    @property
    def readings(self) -> Readings:
        """How characters are read; working it out takes half a second."""
        with self._lock:
            if not self._readings:
                self._readings = readings_of({sign for term in self._terms for sign in term.name})
            return self._readings

    @property
    def pinyin(self) -> PinyinIndex:
        """The names as they are read; making it takes 0.2 s for 33,000 names."""
        with self._lock:
            if self._pinyin is None:
                self._pinyin = PinyinIndex([term.name for term in self._terms], self.readings)
            return self._pinyin

    def pinyin_bytes(self) -> bytes:
        """Return how characters are read, for a cache."""
        return to_bytes(self.readings)

    def take_pinyin(self, content: bytes) -> bool:
        """Use what :meth:`pinyin_bytes` gave; False (and nothing changed) when it is something else."""
        readings = from_bytes(content)
        if readings:
            self._readings = readings
        return bool(readings)

    def short_forms(self, letters: str) -> list[str]:
        """Return the short forms of the lexicon that are read as ``letters`` (gxb, guanxinbing: 冠心病).

        Those come first that more other short forms are made with: an illness that is named often has many names.
        """
        if not _LETTERS.fullmatch(letters):
            return []
        shorts = list(self._lexicon.expansions)
        found = self._short_index.find(letters)
        read = [shorts[one.number] for one in found if one.end - one.start == len(shorts[one.number])]
        if len(read) < 2:
            return read
        together = "\n".join(shorts)
        return sorted(read, key=lambda short: -together.count(short))

    @property
    def _short_index(self) -> PinyinIndex:
        with self._lock:
            if self._shorts is None:
                self._shorts = PinyinIndex(list(self._lexicon.expansions), self.readings)
            return self._shorts

    def by_code(self, typed: str, top: int) -> list[Candidate]:
        """Return terms whose code begins with what was typed, dots and case left out, in code order."""
        query = unicodedata.normalize("NFKC", typed).strip()
        if not _CODE[self._kind].fullmatch(query):
            return []
        why = (reason("code", prefix=query),)
        numbers = self._keys.numbers(search_key(query), top)
        return [self._candidate(number, MatchKind.CODE, 1.0, "", why) for number in numbers]

    def by_words(self, typed: str, top: int) -> list[Candidate]:
        """Return terms that hold all the words typed, in any order, and whose reading holds the letters typed.

        First the names that are just that, then those that begin with it, shorter ones first; what only makes a name
        exact does not count. Names that a character must be read in an unusual way for come last.
        """
        asked = self.asked(typed)
        if not (asked.words or asked.letters):
            return []
        numbers = self._holding(asked)
        hearings: list[Hearing] = []
        for letters in asked.letters if len(numbers) else ():
            hearings.append(self.pinyin.find(letters, 0 if len(numbers) < len(self._terms) else top))
            numbers = hearings[-1].among(numbers)
        if len(numbers) > LOOKED_AT:
            numbers = numbers[np.argsort(self._lengths[numbers], kind="stable")[:LOOKED_AT]]
        heard = [hearing.of(numbers) for hearing in hearings]
        ranked = sorted(numbers.tolist(), key=lambda number: self._order(number, asked, heard))
        return [self._found(number, asked, heard) for number in ranked[:top]]

    def _holding(self, asked: Asked) -> Numbers:
        """Return the terms that hold all the words and whose codes begin so."""
        if not (asked.words or asked.codes):
            return np.arange(len(self._terms))
        held: Sequence[int] = range(len(self._terms))
        for word in asked.words:
            held = [number for number in held if word in self._names[number]]
        for key in asked.codes:
            held = [number for number in held if search_key(self._terms[number].code).startswith(key)]
        return np.asarray(held, np.int64)

    def mended(self, typed: str) -> Mended | None:
        """Return the query with words that no name and no short form has set right; None when nothing is to be.

        A character that sounds like the right one, or looks like it, is exchanged.
        """
        words, reasons = typed[:LONGEST], []
        for word in self.asked(typed).words:
            if word not in self._joined and (slip := self._meant(word)) is not None:
                words = words.replace(word, slip.meant) if word in words else slip.meant
                wrong = [(bad, good) for bad, good in zip(word, slip.meant, strict=True) if bad != good]
                told = {"typed": "".join(bad for bad, _ in wrong), "meant": "".join(good for _, good in wrong)}
                reasons.append(reason(f"slip.{slip.kind}", **told))
        return Mended(words, tuple(reasons)) if reasons else None

    def _meant(self, word: str) -> Slip | None:
        names, shorts = (SlipFinder(index, self.readings) for index in (self.pinyin, self._short_index))
        found = sorted((*names.meant(word), *shorts.meant(word)), key=lambda slip: _distance(word, slip))
        return found[0] if found else names.repaired(word)

    def asked(self, typed: str) -> Asked:
        """Sort what was typed."""
        pieces = _PIECES.findall(typed[:LONGEST])
        code = _CODE[self._kind]
        words, letters, codes = [], [], []
        for piece in pieces:
            if len(pieces) > 1 and len(piece) > 1 and code.fullmatch(piece):
                codes.append(search_key(piece))
            elif _LETTERS.fullmatch(piece):
                letters.append(piece.lower())
            else:
                words.append(self._lexicon.spelling.normal(piece))
        return Asked(tuple(filter(None, words)), tuple(letters), tuple(codes))

    def _order(
        self, number: int, asked: Asked, heard: Sequence[Mapping[int, Heard]]
    ) -> tuple[bool, bool, bool, int, str, int]:
        said = [self._said(number, found[number]) for found in heard]
        bare = self._bare(number)
        if not all(part in bare for part in (*asked.words, *said)):
            bare = self._names[number]  # what was asked for is what the name only says to be exact
        is_usual = all(found[number].usual for found in heard)
        begins = bare.startswith((*asked.words, *said))
        is_whole = len(bare) == sum(map(len, (*asked.words, *said)))
        return (not is_usual, not is_whole, not begins, len(bare), self._terms[number].code, number)

    def _bare(self, number: int) -> str:
        """Return a name without words that only make it exact, 急性阑尾炎 for 未特指的急性阑尾炎."""
        found = self._bares.get(number)
        if found is None:
            name, silence = self._names[number], self._lexicon.silence
            found = name
            for pattern in silence.nothing if silence.any_nothing.search(name) else ():
                found = pattern.sub("", found)
            found = self._bares[number] = found or name
        return found

    def _said(self, number: int, heard: Heard) -> str:
        return self._lexicon.spelling.normal(self._terms[number].name[heard.start : heard.end])

    def _found(self, number: int, asked: Asked, heard: Sequence[Mapping[int, Heard]]) -> Candidate:
        term, name, words = self._terms[number], self._names[number], "".join(asked.words)
        why = []
        if words:
            why.append(reason("words", words="\u3001".join(asked.words)))
        if asked.letters:
            why.append(reason("pinyin", letters=" ".join(asked.letters)))
        if asked.codes:
            why.append(reason("code", prefix=" ".join(asked.codes)))
        kind = MatchKind.PINYIN if asked.letters else MatchKind.CONTAINS
        spans = [span for word in asked.words for span in spans_of(term.name, word)]
        spans += [(found[number].start, found[number].end) for found in heard]
        held = sum(end - start for start, end in spans)
        score = round(min(held / max(len(term.name), 1), 1.0), 4)
        if words and name == words:
            kind, score = MatchKind.EXACT, 1.0
        return Candidate(term.code, term.name, score, kind, tuple(why), (), joined(spans))

    def _candidate(self, number: int, kind: MatchKind, score: float, words: str, why: tuple[Reason, ...]) -> Candidate:
        term = self._terms[number]
        return Candidate(term.code, term.name, score, kind, why, (), spans_of(term.name, words) if words else ())


def _distance(word: str, slip: Slip) -> tuple[int, int, str]:
    return (sum(one != other for one, other in zip(word, slip.meant, strict=True)), -slip.names, slip.meant)
