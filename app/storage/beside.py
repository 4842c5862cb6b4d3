"""What lies beside a case: sticky notes on it or on a field, and the physician's documents. Read and written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.domain.field import Group
from app.storage.desk_tables import case_document, case_note
from app.storage.transaction import Transaction

PRIVATE: Final = "private"
SHARED: Final = "shared"


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A sticky note. ``field`` '' is the whole case; ``done_at`` is None while it is open."""

    id: int
    case_id: int
    group: Group
    row_id: int
    field: str
    words: str
    is_private: bool
    author: str
    who: str
    at: datetime
    edited_at: datetime | None
    done_by: str
    done_at: datetime | None

    def __repr__(self) -> str:
        return f"StoredNote({self.id}, case={self.case_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document that was pasted or read from a file."""

    id: int
    case_id: int
    kind: str
    title: str
    words: str
    who: str
    at: datetime

    def __repr__(self) -> str:
        return f"StoredDocument({self.id}, case={self.case_id}, ‹redacted›)"


def notes_of(connection: sa.Connection, case_id: int, actor: str) -> list[StoredNote]:
    """Return the notes of a case that a person may read, oldest first: shared ones and the person's own."""
    query = case_note.select().where(case_note.c.case_id == case_id, _readable(actor)).order_by(case_note.c.id)
    return [_note(row) for row in connection.execute(query).mappings()]


def note(connection: sa.Connection, note_id: int) -> StoredNote | None:
    """Return one note whoever wrote it, None when it is gone."""
    row = connection.execute(case_note.select().where(case_note.c.id == note_id)).mappings().first()
    return None if row is None else _note(row)


def _readable(actor: str) -> sa.ColumnElement[bool]:
    return sa.or_(case_note.c.visibility == SHARED, case_note.c.actor == actor)


def documents_of(connection: sa.Connection, case_id: int) -> list[StoredDocument]:
    """Return the documents of a case in the order they came."""
    query = case_document.select().where(case_document.c.case_id == case_id).order_by(case_document.c.id)
    return [
        StoredDocument(
            row["id"],
            row["case_id"],
            row["kind"],
            row["title"],
            row["words"],
            row["actor_name"] or row["actor"],
            datetime.fromisoformat(row["at"]),
        )
        for row in connection.execute(query).mappings()
    ]


def write_note(tx: Transaction, case_id: int, place: tuple[Group, int, str], words: str, *, private: bool) -> int:
    """Store a note on a place (group, row id, field) and return its id."""
    group, row_id, field = place
    facts = {"case_id": case_id, "entity": group.value, "row_id": row_id, "field": field, "words": words}
    rest = {"visibility": PRIVATE if private else SHARED, "edited_at": "", "done_by": "", "done_at": ""}
    return tx.insert_signed(case_note.name, {**facts, **rest})


def change_note(tx: Transaction, note_id: int, words: str, *, private: bool) -> None:
    """Write other words into a note, or show it to others. Raises ``LookupError`` when it is gone."""
    tx.set_column(case_note.name, note_id, "words", words)
    tx.set_column(case_note.name, note_id, "visibility", PRIVATE if private else SHARED)
    tx.set_column(case_note.name, note_id, "edited_at", tx.at)


def settle_note(tx: Transaction, note_id: int, who: str) -> None:
    """Mark a note as done by somebody; an empty name opens it again. Raises ``LookupError`` when it is gone."""
    tx.set_column(case_note.name, note_id, "done_by", who)
    tx.set_column(case_note.name, note_id, "done_at", tx.at if who else "")


def drop_note(tx: Transaction, note_id: int) -> None:
    """Delete a note; undo brings it back. Raises ``LookupError`` when it is gone."""
    tx.delete_from(case_note.name, note_id)


def add_document(tx: Transaction, case_id: int, kind: str, title: str, words: str) -> int:
    """Store a document and return its id."""
    return tx.insert_signed(case_document.name, {"case_id": case_id, "kind": kind, "title": title, "words": words})


def drop_document(tx: Transaction, document_id: int) -> None:
    """Take a document away; undo brings it back. Raises ``LookupError`` when it is gone."""
    tx.delete_from(case_document.name, document_id)


def _note(row: sa.RowMapping) -> StoredNote:
    return StoredNote(
        id=row["id"],
        case_id=row["case_id"],
        group=Group(row["entity"]),
        row_id=row["row_id"],
        field=row["field"],
        words=row["words"],
        is_private=row["visibility"] == PRIVATE,
        author=row["actor"],
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
        edited_at=_moment(row["edited_at"]),
        done_by=row["done_by"],
        done_at=_moment(row["done_at"]),
    )


def _moment(stored: str) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
