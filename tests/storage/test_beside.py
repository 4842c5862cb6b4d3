"""Sticky notes and documents beside a case: who reads them, what undo and replay make of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.field import Group
from app.storage import Actor, Database, Op, beside

OTHER = Actor("zhaolei", "赵磊（测试）", frozenset({"qc"}))
PLACE = (Group.CASE, 0, "los_days")


@pytest.fixture
def noted(db: Database, me: Actor, add: Callable[..., int]) -> int:
    """Return a case with one private and one shared note."""
    case_id = add()
    with db.operation(Op.WRITE_NOTE, by=me) as tx:
        beside.write_note(tx, case_id, PLACE, "问病区天数", private=True)
        beside.write_note(tx, case_id, (Group.CASE, 0, ""), "等病理", private=False)
        tx.record_event("noted", {"private": True}, case_id)
    return case_id


def words(db: Database, case_id: int, actor: Actor) -> list[str]:
    with db.read() as reader:
        return [note.words for note in reader.notes(case_id, actor.id)]


def test_a_private_note_is_for_its_author_alone(db: Database, me: Actor, noted: int) -> None:
    assert words(db, noted, me) == ["问病区天数", "等病理"]
    assert words(db, noted, OTHER) == ["等病理"]


def test_undo_brings_a_deleted_note_back(db: Database, me: Actor, noted: int) -> None:
    with db.read() as reader:
        first = reader.notes(noted, me.id)[0]
    with db.operation(Op.DROP_NOTE, by=me) as tx:
        beside.drop_note(tx, first.id)
        tx.record_event("note_gone", {"private": True}, noted)
    assert words(db, noted, me) == ["等病理"]
    with db.read() as reader:
        step = reader.undoable(me.id, noted, limit=1)[0]
    db.undo(step.op_id, by=me)
    assert "问病区天数" in words(db, noted, me)


def test_the_audit_rebuilds_notes_and_documents(db: Database, me: Actor, noted: int) -> None:
    with db.operation(Op.ADD_DOCUMENT, by=me) as tx:
        kept = beside.add_document(tx, noted, "病程记录", "11-20 病程", "患者今日体温正常。")
        beside.add_document(tx, noted, "", "化验单", "白细胞 12.3")
    with db.operation(Op.DROP_DOCUMENT, by=me) as tx:
        beside.drop_document(tx, kept)
    with db.read() as reader:
        assert [document.title for document in reader.documents(noted)] == ["化验单"]
        assert reader.check(replay=True).is_sound


def test_nothing_of_a_note_or_document_is_printed_by_accident(db: Database, me: Actor, noted: int) -> None:
    with db.operation(Op.ADD_DOCUMENT, by=me) as tx:
        beside.add_document(tx, noted, "", "化验单", "白细胞 12.3")
    with db.read() as reader:
        assert "天数" not in repr(reader.notes(noted, me.id))
        assert "白细胞" not in repr(reader.documents(noted))
