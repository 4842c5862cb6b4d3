"""Codes close at hand: favourites, what one used lately and often, what a department uses; annotations and wishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.codebook.codes import kind_of
from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.coding import Candidate, CodeKind, MatchKind, Reason
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage.code_marks import Mark, StoredMark, add_mark, end_mark
from app.storage.ops import Op

MOST_WORDS: Final = 500
_WITHIN: Final = 2_000
_LATELY: Final = 12
_OFTEN: Final = 12
_DEPT: Final = 20
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class CodeNote:
    """An annotation on a code: who, when, its words; ``is_mine`` when its author works now."""

    id: int
    words: str
    line: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A query that found nothing, noted for whoever keeps the code book; ``answer`` is '' while it is open."""

    id: int
    kind: CodeKind
    query: str
    line: str
    answer: str


class ShelfService:
    """Favourites are one's own or shared with the record room; annotations are always shared. All of it is audited."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def codes(self, kind: CodeKind | None) -> tuple[Candidate, ...]:
        """Return favourites, then codes used lately, then often, each with why; only codes of the active book."""
        with self._session.db.read() as reader:
            actor = self._session.actor
            starred = [one for one in reader.marks(Mark.FAVOURITE, actor.id) if not one.ended]
            kinds = tuple(CodeKind) if kind is None else (kind,)
            used = [one for each in kinds for one in reader.used_codes(actor.id, each, _WITHIN)]
        lately = sorted(used, key=lambda one: one.last, reverse=True)[:_LATELY]
        often = sorted(used, key=lambda one: (-one.times, one.code))[:_OFTEN]
        lines = [(one.code, Reason("reason.starred_by" if one.is_shared else "reason.starred", (("who", one.who),)))
                 for one in sorted(starred, key=lambda one: one.is_shared)]  # fmt: skip
        lines += [(one.code, Reason("reason.lately", (("last", f"{one.last:%m-%d}"),))) for one in lately]
        lines += [(one.code, Reason("reason.often", (("times", str(one.times)),))) for one in often if one.times > 1]
        return self._candidates((code, why) for code, why in lines if kind in (None, kind_of(code)))

    @needs(*DESK)
    def department(self, kind: CodeKind, dept: str) -> tuple[Candidate, ...]:
        """Return what a department's stays of the last year carry most often. Takes seconds for a large library."""
        since = (self._session.clock.now() - _YEAR).date().isoformat()
        with self._session.db.read() as reader:
            found = reader.department_codes(kind, dept, since, _DEPT)
        return self._candidates((one.code, Reason("reason.in_dept", (("times", str(one.times)),))) for one in found)

    def _candidates(self, lines: Iterable[tuple[str, Reason]]) -> tuple[Candidate, ...]:
        book = self._session.engines.codebook
        found: dict[str, Candidate] = {}
        for code, why in lines:
            if code not in found and book.get(code) is not None:
                found[code] = Candidate(code, book.name_of(code), 1.0, MatchKind.LEARNED, (why,))
        return tuple(found.values())

    # Favourites.

    @needs(*DESK)
    def star_of(self, code: str) -> str:
        """Return whether a code is a favourite: '' no, ``own`` or ``shared``."""
        star = self._star(code)
        return "" if star is None else "shared" if star.is_shared else "own"

    @needs(*DESK)
    def star(self, code: str, *, shared: bool) -> Changes:
        """Make a code a favourite of one's own, or of the record room; one there was changes its reach."""
        with self._session.db.operation(Op.MARK_CODE, by=self._session.actor) as tx:
            star = self._star(code)
            if star is not None and star.is_shared is not shared:
                end_mark(tx, star.id, tx.at, self._session.actor.name)
            if star is None or star.is_shared is not shared:
                add_mark(tx, Mark.FAVOURITE, _kind(code), code, "", shared=shared)
        return tx.changes

    @needs(*DESK)
    def unstar(self, code: str) -> Changes:
        """Make a code a favourite no longer."""
        star = self._star(code)
        with self._session.db.operation(Op.UNMARK_CODE, by=self._session.actor) as tx:
            if star is not None:
                end_mark(tx, star.id, tx.at, self._session.actor.name)
        return tx.changes

    def _star(self, code: str) -> StoredMark | None:
        with self._session.db.read() as reader:
            found = reader.marks(Mark.FAVOURITE, self._session.actor.id, code=code)
        return next((one for one in found if not one.ended), None)

    # Annotations.

    @needs(*DESK)
    def notes(self, code: str) -> tuple[CodeNote, ...]:
        """Return the annotations on a code, latest first."""
        me = self._session.actor.id
        with self._session.db.read() as reader:
            found = [one for one in reader.marks(Mark.NOTE, me, code=code) if not one.ended]
        return tuple(
            CodeNote(one.id, one.words, text("shelf.note", who=one.who, day=f"{one.at:%Y-%m-%d}", words=one.words),
                     one.author == me)
            for one in found
        )  # fmt: skip

    @needs(*DESK)
    def annotate(self, code: str, words: str) -> Changes:
        """Write an annotation that everybody in the record room reads. Raises :class:`UserProblem` without words."""
        with self._session.db.operation(Op.MARK_CODE, by=self._session.actor) as tx:
            add_mark(tx, Mark.NOTE, _kind(code), code, _read_words(words), shared=True)
        return tx.changes

    @needs(*DESK)
    def drop_note(self, note: CodeNote) -> Changes:
        """Take an annotation of one's own away; it stays in the audit."""
        if not note.is_mine:
            raise UserProblem("shelf.not_mine", remedy="shelf.remedy.not_mine")
        with self._session.db.operation(Op.UNMARK_CODE, by=self._session.actor) as tx:
            end_mark(tx, note.id, tx.at, self._session.actor.name)
        return tx.changes

    # What the code book should have.

    @needs(*DESK)
    def wish(self, kind: CodeKind, query: str) -> Changes:
        """Note a query that found nothing. Raises :class:`UserProblem` for an empty one."""
        with self._session.db.operation(Op.MARK_CODE, by=self._session.actor) as tx:
            add_mark(tx, Mark.WISH, kind, "", _read_words(query), shared=True)
        return tx.changes

    @needs(*DESK)
    def wishes(self) -> Sequence[Wish]:
        """Return everything noted, open ones first, latest first."""
        with self._session.db.read() as reader:
            found = reader.marks(Mark.WISH, self._session.actor.id)
        return [
            Wish(one.id, one.kind, one.words, text("shelf.wish", who=one.who, day=f"{one.at:%Y-%m-%d}"), one.ended)
            for one in sorted(found, key=lambda one: bool(one.ended))
        ]

    @needs(*DESK)
    def settle_wish(self, wish: Wish, answer: str) -> Changes:
        """Write what became of a wish. Raises :class:`UserProblem` without words."""
        with self._session.db.operation(Op.UNMARK_CODE, by=self._session.actor) as tx:
            end_mark(tx, wish.id, _read_words(answer), self._session.actor.name)
        return tx.changes


def _read_words(given: str) -> str:
    words = " ".join(given.split())
    if not words:
        raise UserProblem("shelf.no_words", remedy="shelf.remedy.no_words")
    if len(words) > MOST_WORDS:
        raise UserProblem("shelf.too_long", remedy="shelf.remedy.too_long", most=MOST_WORDS)
    return words


def _kind(code: str) -> CodeKind:
    return kind_of(code) or CodeKind.DX
