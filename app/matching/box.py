"""What the search box answers: codes, abbreviations, words and pinyin, slips set right, likeness, in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from app.domain.coding import Candidate, MatchKind
from app.matching.explaining import several
from app.matching.lexicon import KindLexicon
from app.matching.meanings import Meanings
from app.matching.search import LONGEST, SearchIndex

Alike = Callable[[str, int], Sequence[Candidate]]
"""The best candidates for a text by likeness."""

SHORT_FORM: Final = 5
"""Codes shown for a short form before those whose names hold what was typed."""
MOST_SHORTS: Final = 3
"""Short forms with the same initials whose codes are shown."""
ALIKE: Final = 0.1
"""Probability below which a merely similar name is not shown in the search box."""
ENOUGH: Final = 8
"""Names that hold what was typed from which merely similar ones are not looked for: as many as fit on the screen."""

_MEANT: Final = frozenset({MatchKind.EXACT, MatchKind.SYNONYM, MatchKind.LEARNED})
"""How a code is found that a short form means, not one that is merely like it."""


class SearchBox:
    """Answers what a coder types, for one kind of code. The order follows the text alone."""

    def __init__(self, index: SearchIndex, lexicon: KindLexicon, meanings: Meanings, alike: Alike) -> None:
        self._index = index
        self._lexicon = lexicon
        self._meanings = meanings
        self._alike = alike

    def search(self, typed: str, top: int) -> tuple[Candidate, ...]:
        """Return terms for what was typed; a code's beginning leads to its codes and nothing else."""
        by_code = self._index.by_code(typed, top)
        if by_code:
            return tuple(by_code)
        found = self._found(typed, top)
        if not found and (mended := self._index.mended(typed)) is not None:
            found = self._found(mended.typed, top)
            both = [*found, *self._similar(mended.typed, top, found)]
            return distinct(replace(one, reasons=(*mended.reasons, *one.reasons)) for one in both)[:top]
        return distinct([*found, *self._similar(typed, top, found)])[:top]

    def _found(self, typed: str, top: int) -> list[Candidate]:
        return [*self._short_form(typed), *self._index.by_words(typed, top)]

    def _similar(self, typed: str, top: int, found: Sequence[Candidate]) -> list[Candidate]:
        """Names that are merely similar to the Chinese words typed."""
        words = "".join(self._index.asked(typed).words)
        if len(found) >= min(top, ENOUGH) or not words or words.isascii():
            return []
        return [candidate for candidate in self._alike(words[:LONGEST], top) if candidate.score >= ALIKE]

    def _short_form(self, typed: str) -> list[Candidate]:
        """Codes of the short form that was typed, or of those whose initials were."""
        each = self.each_meaning(typed)
        if each:
            return each
        normal = self._lexicon.spelling.normal(typed)
        shorts = [normal] if normal in self._lexicon.expansions else self._index.short_forms(normal)
        found = [
            candidate
            for short in shorts[:MOST_SHORTS]
            for candidate in self._alike(short, SHORT_FORM)[: max(2, SHORT_FORM // len(shorts))]
        ]
        return [candidate for candidate in found if candidate.kind in _MEANT]

    def each_meaning(self, typed: str) -> list[Candidate]:
        """Return the best codes for each meaning of a short form that has several, [] for any other text."""
        meanings = self._meanings.of(self._lexicon.spelling.normal(typed))
        why = (several(typed.strip(), meanings),)
        found: list[Candidate] = []
        for meaning in meanings:
            alike = [one for one in self._alike(meaning.term, SHORT_FORM) if one.code.startswith(meaning.prefix)]
            found += [replace(one, kind=MatchKind.SYNONYM, reasons=why, conflicts=()) for one in alike[:2]]
        return found


def distinct(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return each code once, where it comes first."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        found.setdefault(candidate.code or candidate.name, candidate)
    return tuple(found.values())
