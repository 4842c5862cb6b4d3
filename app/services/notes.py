"""Sticky notes on a case or on one of its fields: private or shared, done or open; audited and taken back by undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseRecord, FieldPath
from app.domain.changes import Changes
from app.domain.field import Group
from app.domain.fields import field
from app.services.case_view import load_case
from app.services.history_words import row_name
from app.services.noted import path_of
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage import beside
from app.storage.beside import StoredNote
from app.storage.ops import Op
from app.storage.transaction import Transaction

LONGEST: Final = 2_000
"""Characters that a note may have."""


@dataclass(frozen=True, slots=True, repr=False)
class NoteLine:
    """A note as it is shown. ``path`` is '' for the whole case and for a row that is gone; ``place`` says it in words.

    ``done_at`` is None while it is open.
    """

    id: int
    path: str
    place: str
    words: str
    is_private: bool
    is_mine: bool
    who: str
    at: datetime
    edited_at: datetime | None
    done_by: str
    done_at: datetime | None

    @property
    def is_open(self) -> bool:
        """True while nobody has marked it as done."""
        return self.done_at is None


class NoteService:
    """What is private is shown to its author alone; only the author may rewrite or delete a note."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def of_case(self, case_id: int) -> tuple[NoteLine, ...]:
        """Return the notes that the user may read, open ones first, then the latest first."""
        me = self._session.actor.id
        with self._session.db.read() as reader:
            record = load_case(reader, case_id).record
            stored = reader.notes(case_id, me)
        lines = [_line(note, record, me) for note in reversed(stored)]
        return tuple(sorted(lines, key=lambda line: not line.is_open))

    @needs(*DESK)
    def write(self, case_id: int, path: str, words: str, *, private: bool) -> Changes:
        """Put a note on a field, or on the case when ``path`` is ''. Raises :class:`UserProblem` without words."""
        said = _checked(words)
        with self._session.db.read() as reader:
            record = load_case(reader, case_id).record
        place = _place(record, path)
        with self._session.db.operation(Op.WRITE_NOTE, by=self._session.actor) as tx:
            beside.write_note(tx, case_id, place, said, private=private)
            tx.record_event("noted", {"place": _named(record, place)}, case_id)
        return _changed(tx, case_id)

    @needs(*DESK)
    def change(self, note_id: int, words: str, *, private: bool) -> Changes:
        """Rewrite a note of one's own. Raises :class:`UserProblem` for somebody else's and without words."""
        said, note = _checked(words), self._mine(note_id)
        with self._session.db.operation(Op.CHANGE_NOTE, by=self._session.actor) as tx:
            beside.change_note(tx, note_id, said, private=private)
            self._tell(tx, "note_changed", note)
        return _changed(tx, note.case_id)

    @needs(*DESK)
    def settle(self, note_id: int, *, done: bool) -> Changes:
        """Mark a note as done or open; of the shared ones anybody may."""
        note, actor = self._readable(note_id), self._session.actor
        with self._session.db.operation(Op.SETTLE_NOTE, by=actor) as tx:
            beside.settle_note(tx, note_id, (actor.name or actor.id) if done else "")
            self._tell(tx, "note_done" if done else "note_open", note)
        return _changed(tx, note.case_id)

    @needs(*DESK)
    def drop(self, note_id: int) -> Changes:
        """Delete a note of one's own; undo brings it back. Raises :class:`UserProblem` for somebody else's."""
        note = self._mine(note_id)
        with self._session.db.operation(Op.DROP_NOTE, by=self._session.actor) as tx:
            beside.drop_note(tx, note_id)
            self._tell(tx, "note_gone", note)
        return _changed(tx, note.case_id)

    def _tell(self, tx: Transaction, event: str, note: StoredNote) -> None:
        record = tx.load_case(note.case_id).record
        tx.record_event(event, {"place": _named(record, (note.group, note.row_id, note.field))}, note.case_id)

    def _readable(self, note_id: int) -> StoredNote:
        with self._session.db.read() as reader:
            note = reader.note(note_id)
        if note is None or (note.is_private and note.author != self._session.actor.id):
            raise UserProblem("notes.gone", remedy="notes.remedy.gone")
        return note

    def _mine(self, note_id: int) -> StoredNote:
        note = self._readable(note_id)
        if note.author != self._session.actor.id:
            raise UserProblem("notes.not_yours", remedy="notes.remedy.not_yours", who=note.who)
        return note


def _checked(words: str) -> str:
    said = words.strip()
    if not said:
        raise UserProblem("notes.no_words", remedy="notes.remedy.no_words")
    if len(said) > LONGEST:
        raise UserProblem("notes.too_long", remedy="notes.remedy.too_long", count=len(said), most=LONGEST)
    return said


def _place(record: CaseRecord, path: str) -> tuple[Group, int, str]:
    if not path:
        return Group.CASE, 0, ""
    at = FieldPath.parse(path)
    rows = record.rows(at.group)
    if at.group is not Group.CASE and at.index >= len(rows):
        return Group.CASE, 0, ""
    return at.group, 0 if at.group is Group.CASE else rows[at.index].id, at.field


def _named(record: CaseRecord, place: tuple[Group, int, str]) -> str:
    """Return what a place is called now."""
    group, row_id, name = place
    if not name:
        return text("notes.whole_case")
    if group is Group.CASE:
        return field(name).label
    at = next((index for index, row in enumerate(record.rows(group)) if row.id == row_id), None)
    label = field(f"{group}[].{name}").label
    return (
        text("notes.gone_row", label=label)
        if at is None
        else text("history.in_row", row=row_name(group, at), label=label)
    )


def _line(note: StoredNote, record: CaseRecord, me: str) -> NoteLine:
    return NoteLine(
        id=note.id,
        path=path_of(record, note),
        place=_named(record, (note.group, note.row_id, note.field)),
        words=note.words,
        is_private=note.is_private,
        is_mine=note.author == me,
        who=note.who,
        at=note.at,
        edited_at=note.edited_at,
        done_by=note.done_by,
        done_at=note.done_at,
    )


def _changed(tx: Transaction, case_id: int) -> Changes:
    return replace(tx.changes, cases=frozenset({case_id}))
