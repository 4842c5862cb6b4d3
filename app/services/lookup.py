"""Looking codes up: what is typed, in both editions; names nearly the same; what a coder must know of a code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.codebook.codes import asterisk, kind_of
from app.codebook.editions import TwoMeanings
from app.codebook.entry import CodeEntry
from app.common.texts import text
from app.domain.coding import Candidate, CodeKind, MatchKind, Reason
from app.services.coding import CodingService
from app.services.permits import DESK, needs
from app.services.session import Session

_CODE: Final = re.compile(r"[A-Za-z]?\d[0-9A-Za-z.+*]*")
_BY_TEXT: Final = (
    frozenset((MatchKind.CODE, MatchKind.EXACT)),
    frozenset((MatchKind.SYNONYM, MatchKind.LEARNED)),
    frozenset((MatchKind.CONTAINS, MatchKind.PINYIN)),
)
_MOST_PAIRS: Final = 3
_WIDER: Final = 15
"""How much more is looked for when only a part of it may be shown."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What is said of a code beside its place in the list, each as sentences.

    ``marks`` limit its use (retired, grey, not as principal diagnosis); ``pair`` is the other edition's code;
    ``partner`` the manifestation of a dagger code; ``second`` both meanings, where the editions differ; ``listed`` what
    the book says of the code and of the headings above it.
    """

    marks: tuple[str, ...] = ()
    pair: str = ""
    partner: str = ""
    second: str = ""
    listed: tuple[str, ...] = ()

    @property
    def stops(self) -> tuple[str, ...]:
        """What speaks against taking the code at once."""
        return tuple(filter(None, (self.second, *self.marks)))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is merely told."""
        return (*filter(None, (self.pair, self.partner)), *self.listed)

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, what stops first."""
        return (*self.stops, *self.notes)


@dataclass(frozen=True, slots=True)
class Guard:
    """The question before a code with two meanings is written: title, lines, the words of both answers.

    ``other`` and ``change`` are '' when the active book has no code for the other meaning.
    """

    code: str
    other: str
    title: str
    lines: tuple[str, ...]
    keep: str
    change: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search can be narrowed to: ``key`` (``dx9``, ``px9``: a chapter; else the word of an operation class)."""

    key: str
    title: str


class LookupService:
    """Reads only; every answer is a code of the active book."""

    def __init__(self, session: Session, coding: CodingService) -> None:
        self._session = session
        self._coding = coding

    @needs(*DESK)
    def search(self, query: str, kind: CodeKind | None, top: int = 20, *, against: str = "") -> tuple[Candidate, ...]:
        """Return what matches a query; of both code sets without ``kind``.

        A code that only the clinical edition has leads to its partner. ``against`` is the text of the row that is
        coded: what it says otherwise is told with each candidate. The order follows the query alone.
        """
        if kind is None:
            return self._both(query, top)
        matcher = self._session.engines.matcher
        partners = self._partners(query.strip(), kind, top) if _CODE.fullmatch(query.strip()) else []
        own = matcher.search(query, kind, top)
        codes = {candidate.code for candidate in own}
        found = [*own, *(candidate for candidate in partners if candidate.code not in codes)][:top]
        return matcher.against(against, found, kind) if against.strip() else tuple(found)

    @needs(*DESK)
    def within(self, query: str, scope: str, top: int = 20) -> tuple[Candidate, ...]:
        """Return what matches a query within a scope of :meth:`scopes`."""
        found = self._both(query, top * _WIDER)
        return tuple(one for one in found if scope in (self._chapter_of(one.code), self._class_of(one.code)))[:top]

    @needs(*DESK)
    def scopes(self) -> tuple[Scope, ...]:
        """Return chapters of both classifications, and the classes of operations that the book tells apart."""
        book = self._session.engines.codebook
        chapters = [Scope(f"{one.kind}{one.number}", f"{one.span} {one.title}") for one in book.chapters.chapters]
        classes = sorted({entry.op_kind for entry in book.leaves(CodeKind.PX)} - {""})
        return (*sorted(chapters, key=_place_of), *(Scope(one, text("coding.op_class", name=one)) for one in classes))

    def _chapter_of(self, code: str) -> str:
        chapter = self._session.engines.codebook.chapter(code)
        return f"{chapter.kind}{chapter.number}" if chapter else ""

    def _class_of(self, code: str) -> str:
        entry = self._session.engines.codebook.get(code)
        return entry.op_kind if entry else ""

    def _both(self, query: str, top: int) -> tuple[Candidate, ...]:
        found = [
            (_rank(candidate), place, number, candidate)
            for number, kind in enumerate(CodeKind)
            for place, candidate in enumerate(self.search(query, kind, top))
        ]
        return tuple(candidate for *_, candidate in sorted(found, key=lambda item: item[:3]))[:top]

    def _partners(self, typed: str, kind: CodeKind, top: int) -> list[Candidate]:
        """Candidates for what a code means in the clinical edition; of equal ones the first tells why."""
        engines = self._session.engines
        pairs = engines.editions.only_clinical(typed, kind, top)
        second = self.two_meanings(typed)
        if second is not None and second.other and kind_of(second.other) is kind:
            pairs = [(second.code, second.other), *pairs]
        found: dict[str, Candidate] = {}
        for clinical, own in pairs:
            why = (Reason("reason.clinical", (("code", clinical),)),)
            found.setdefault(own, Candidate(own, engines.codebook.name_of(own), 1.0, MatchKind.CODE, why))
        return list(found.values())

    @needs(*DESK)
    def near_names(self, candidates: Sequence[Candidate], kind: CodeKind | None) -> tuple[tuple[Candidate, ...], ...]:
        """Return candidates in groups of nearly the same name, the hospital's habit first within a group."""
        if kind is not None:
            return self._session.engines.matcher.near_names(candidates, kind)
        groups: list[tuple[Candidate, ...]] = []
        for one in CodeKind:
            own = [candidate for candidate in candidates if kind_of(candidate.code) is one]
            groups += self._session.engines.matcher.near_names(own, one)
        place = {candidate.code: number for number, candidate in enumerate(candidates)}
        return tuple(sorted(groups, key=lambda group: min(place[candidate.code] for candidate in group)))

    @needs(*DESK)
    def two_meanings(self, code: str) -> TwoMeanings | None:
        """Return both meanings of a code that the editions use for different things, None for any other."""
        book = self._session.engines.codebook
        return self._session.engines.editions.second_meaning(book.find(code) or code)

    @needs(*DESK)
    def guard(self, code: str) -> Guard | None:
        """Return the question that must be answered before a code with two meanings is written; None for others.

        The record does not say of which edition its codes are, so it is asked whenever such a code is chosen.
        """
        second = self.two_meanings(code)
        if second is None:
            return None
        args = {"code": second.code, "name": second.name, "other": second.other, "other_name": second.other_name}
        lines = (
            text("coding.guard.own", edition=self._session.engines.codebook.title, **args),
            text("coding.guard.other" if second.other else "coding.guard.alone", **args),
            text("coding.guard.ask"),
        )
        change = text("coding.guard.change", **args) if second.other else ""
        keep = text("coding.guard.keep", **args)
        return Guard(second.code, second.other, text("coding.guard.title", **args), lines, keep, change)

    @needs(*DESK)
    def facts(self, code: str) -> CodeFacts:
        """Return what a coder must know of a code of the active book before taking it."""
        engines = self._session.engines
        entry = engines.codebook.get(code)
        if entry is None:
            return CodeFacts()
        pairs = self._other_codes(code)
        second, star = engines.editions.second_meaning(code), asterisk(code)
        return CodeFacts(
            (*self._coding.limits(code), *(() if entry.main_allowed else (text("coding.mark.not_main"),))),
            text("coding.pair", codes=text("coding.list").join(pairs[:_MOST_PAIRS])) if pairs else "",
            text("coding.partner", code=star) if star else "",
            _second(second) if second else "",
            _listed(entry, engines.codebook.parents(code)),
        )

    @needs(*DESK)
    def because(self, candidate: Candidate) -> str:
        """Return why a candidate is offered, with the other edition's code where that differs."""
        pairs = self._other_codes(candidate.code)
        pair = text("coding.pair_short", code=pairs[0]) if pairs else ""
        return text("coding.join").join(filter(None, (self._coding.reason_line(candidate), pair)))

    def _other_codes(self, code: str) -> list[str]:
        return [other for other in self._session.engines.editions.clinical(code) if other != code]


def _place_of(scope: Scope) -> tuple[str, int]:
    return scope.key[:2], int(scope.key[2:])


def _second(second: TwoMeanings) -> str:
    key = "coding.second" if second.other else "coding.second_alone"
    return text(key, code=second.code, name=second.name, other=second.other, other_name=second.other_name)


def _listed(entry: CodeEntry, above: Sequence[CodeEntry]) -> tuple[str, ...]:
    """Return the notes of a code and of its headings, the nearest first; those of a heading say whose they are."""
    own = [text(f"coding.note.{kind}", words=words) for kind, words in entry.notes]
    for heading in reversed(above):
        own += [f"{heading.code} {text(f'coding.note.{kind}', words=words)}" for kind, words in heading.notes]
    return tuple(own)


def _rank(candidate: Candidate) -> int:
    return next((place for place, kinds in enumerate(_BY_TEXT) if candidate.kind in kinds), len(_BY_TEXT))
