"""What the audit tells: a field's life, a person's day, what people changed after the import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState
from app.domain.coding import Proposal
from app.domain.field import Group
from app.storage import Actor, Database, NewBatch, Op, StoredCase

Add = Callable[..., int]
Load = Callable[[int], StoredCase]
Ask = Callable[..., list]  # type: ignore[type-arg]

HEAD = (Group.CASE, 0)


def test_a_field_tells_who_when_from_and_to(db: Database, me: Actor, add: Add, ask: Ask, clock: FixedClock) -> None:
    case_id = add(1)
    clock.at = datetime(2026, 11, 24, 8, 15)
    with db.operation(Op.SET_FIELD, by=Actor("lilei", "李雷（测试）")) as tx:
        tx.set_field(case_id, *HEAD, "sex", None, raw="不详")
    db.undo(tx.changes.op_id, by=me)
    steps = ask("field_history", case_id, *HEAD, "sex")
    assert [(step.operation.actor_name, step.operation.op, step.before.value, step.after.value) for step in steps] == [
        ("王敏（测试）", Op.UNDO, None, "2"),
        ("李雷（测试）", Op.SET_FIELD, "2", None),
        ("王敏（测试）", Op.IMPORT, None, "2"),
    ]
    assert steps[1].after.raw == "不详"
    assert steps[1].operation.at == clock.at


def test_a_rows_field_begins_with_its_row(db: Database, me: Actor, add: Add, load: Load, ask: Ask) -> None:
    case_id = add(1, ("甲", "乙"))
    first, second = (row.id for row in load(case_id).record.rows(Group.DX))
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.DX, second, "adm_cond", "4")
        tx.move_row(case_id, Group.DX, second, 0)
        tx.delete_row(case_id, Group.DX, second)
    steps = ask("field_history", case_id, Group.DX, second, "adm_cond")
    assert [(step.before.value, step.after.value) for step in steps] == [("4", None), ("1", "4"), (None, "1")]
    assert len(ask("field_history", case_id, Group.DX, first, "adm_cond")) == 1


def test_a_day_lists_what_was_done(db: Database, me: Actor, add: Add, ask: Ask, clock: FixedClock) -> None:
    one, two = add(1), add(2)
    clock.at = datetime(2026, 11, 24, 0, 0)
    with db.operation(Op.CLAIM, by=me) as tx:
        tx.claim(one)
        tx.claim(two)
    with db.operation(Op.SET_SETTING, by=me) as tx:
        tx.set_setting("a", 1)
    clock.at = datetime(2026, 11, 24, 23, 59, 59)
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(two, *HEAD, "sex", "1")
        tx.set_field(two, *HEAD, "abo", "1")
    with db.operation(Op.SET_FIELD, by=Actor("lilei", "李雷（测试）")) as tx:
        tx.set_field(two, *HEAD, "rh", "1")
    items = ask("day_of", "wangmin", date(2026, 11, 24))
    assert [(item.op, item.cases, item.changes, item.case_id) for item in items] == [
        (Op.SET_FIELD, 1, 2, two),
        (Op.SET_SETTING, 0, 1, None),
        (Op.CLAIM, 2, 2, None),
    ]
    assert len(ask("day_of", "wangmin", date(2026, 11, 23))) == 2
    assert ask("day_of", "wangmin", date(2026, 11, 25)) == []


def test_what_people_changed_is_known_across_imports(
    db: Database, me: Actor, add: Add, load: Load, ask: Ask, proposal: Proposal
) -> None:
    case_id = add(1, ("甲", "乙"))
    first, second = (row.id for row in load(case_id).record.rows(Group.DX))
    assert ask("edited_cells", case_id) == frozenset()
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, *HEAD, "sex", "1")
        tx.set_field(case_id, *HEAD, "abo", "1")
        tx.set_code(case_id, Group.DX, first, "J18.900", "肺炎")
        tx.set_proposal(case_id, Group.DX, second, proposal)
        tx.move_row(case_id, Group.DX, second, 0)
        tx.set_state(case_id, CaseState.CODING)
        new = tx.insert_row(case_id, Group.DX, 2, {"name": "丙"})
        tx.record_event("export", {}, case_id)
    edited = {
        (*HEAD, "sex"),
        (*HEAD, "abo"),
        (Group.DX, first, "code"),
        (Group.DX, first, "name"),
        (Group.DX, new, ""),
    }
    assert ask("edited_cells", case_id) == edited
    with db.operation(Op.REIMPORT, by=me) as tx:
        record = load(case_id).record.with_value("abo", "3").with_value("rh", "2")
        tx.update_case_from_import(case_id, record, batch_id=tx.save_batch(NewBatch("b", "x", "L1a")))
    assert ask("edited_cells", case_id) == edited - {(*HEAD, "abo")}
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, *HEAD, "sex", "2")
        tx.delete_row(case_id, Group.DX, second)
        tx.delete_row(case_id, Group.DX, new)
    assert ask("edited_cells", case_id) == {
        (Group.DX, first, "code"),
        (Group.DX, first, "name"),
        (Group.DX, second, ""),
    }


def test_a_cases_history_is_whole_and_in_order(
    db: Database, me: Actor, add: Add, ask: Ask, stay: Callable[..., CaseRecord]
) -> None:
    case_id = add(1, ("甲",), ("乙",))
    add(2)
    with db.operation(Op.EXPORT, by=me) as tx:
        tx.record_event("export", {}, case_id)
    found = [(operation.id, change.entity, change.field) for operation, change in ask("case_history", case_id)]
    assert found == [(1, "case", ""), (1, "dx", ""), (1, "op", ""), (3, "event", "export")]
