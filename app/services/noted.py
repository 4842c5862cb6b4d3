"""Where the sticky notes of a case stand now: rows move, notes go along."""

from __future__ import annotations

from app.domain.case import CaseRecord, FieldPath
from app.domain.field import Group
from app.storage.beside import StoredNote
from app.storage.load import StoredCase
from app.storage.reads import Reader


def noted_paths(reader: Reader, case: StoredCase, actor: str) -> frozenset[str]:
    """Return the field paths with an open note that a person may read, '' for one on the whole case."""
    notes = reader.notes(case.case_id, actor)
    return frozenset(path_of(case.record, note) for note in notes if note.done_at is None)


def path_of(record: CaseRecord, note: StoredNote) -> str:
    """Return the field path of a note, '' for the whole case and for a row that is gone."""
    if note.group is Group.CASE:
        return note.field
    rows = record.rows(note.group)
    at = next((index for index, row in enumerate(rows) if row.id == note.row_id), None)
    return "" if at is None else str(FieldPath(note.group, at, note.field))
