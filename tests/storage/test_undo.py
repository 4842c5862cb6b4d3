"""Undo and redo work from the file, survive a restart, and never lose a later edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseRecord, CaseState
from app.domain.coding import Proposal
from app.domain.field import Group
from app.storage import Actor, Database, NewBatch, Op, StoredCase, Transaction

Add = Callable[..., int]
Load = Callable[[int], StoredCase]
Ask = Callable[..., list]  # type: ignore[type-arg]

HEAD = (Group.CASE, 0)


@pytest.fixture
def do(db: Database, me: Actor) -> Callable[..., int]:
    """Return a function that runs one operation and returns its id."""

    def do(op: Op, work: Callable[[Transaction], object], by: Actor = me) -> int:
        with db.operation(op, by=by) as tx:
            work(tx)
        return tx.changes.op_id

    return do


Do = Callable[..., int]


def test_an_edit_is_taken_back_and_done_again(db: Database, me: Actor, add: Add, load: Load, do: Do) -> None:
    case_id = add(1)
    op_id = do(Op.SET_FIELD, lambda tx: tx.set_field(case_id, *HEAD, "sex", "1"))
    changes = db.undo(op_id, by=me)
    assert (changes.cases, changes.paths) == ({case_id}, {"sex"})
    assert load(case_id).record.value("sex") == "2"
    db.redo(op_id, by=me)
    assert load(case_id).record.value("sex") == "1"
    assert load(case_id).version == 4


def test_every_kind_of_edit_can_be_taken_back(
    db: Database, me: Actor, add: Add, load: Load, do: Do, proposal: Proposal, ask: Ask
) -> None:
    case_id = add(1, ("甲", "乙", "丙"), ("丁",))
    before = load(case_id)
    first, second, third = (row.id for row in before.record.rows(Group.DX))
    (operation,) = (row.id for row in before.record.rows(Group.OP))
    done = [
        do(Op.SET_FIELD, lambda tx: tx.set_field(case_id, *HEAD, "abo", None, dash=True)),
        do(Op.MOVE_ROW, lambda tx: tx.move_row(case_id, Group.DX, third, 0)),
        do(Op.AUTO_CODE, lambda tx: tx.set_proposal(case_id, Group.DX, first, proposal)),
        do(Op.ACCEPT_PROPOSAL, lambda tx: tx.accept(case_id, Group.DX, first)),
        do(Op.DELETE_ROW, lambda tx: tx.delete_row(case_id, Group.DX, first)),
        do(Op.INSERT_ROW, lambda tx: tx.insert_row(case_id, Group.DX, 1, {"name": "新"})),
        do(Op.DELETE_ROW, lambda tx: tx.delete_row(case_id, Group.OP, operation)),
        do(Op.SET_STATE, lambda tx: tx.set_state(case_id, CaseState.CODING)),
        do(Op.CLAIM, lambda tx: tx.claim(case_id)),
        do(Op.SET_CODE, lambda tx: tx.set_code(case_id, Group.DX, second, "K80.500", "乙名")),
    ]
    after = load(case_id)
    for op_id in reversed(done):
        db.undo(op_id, by=me)
    assert load(case_id).record == before.record
    assert (load(case_id).state, load(case_id).claimed_by) == (CaseState.TO_CODE, "")
    for op_id in done:
        db.redo(op_id, by=me)
    assert load(case_id).record == after.record
    assert load(case_id).accepted == after.accepted
    assert ask("check", replay=True).is_sound  # type: ignore[attr-defined]


def test_undo_is_refused_when_the_field_was_edited_later(db: Database, me: Actor, add: Add, load: Load, do: Do) -> None:
    case_id = add(1)
    op_id = do(Op.SET_FIELD, lambda tx: tx.set_field(case_id, *HEAD, "sex", "1"))
    do(Op.SET_FIELD, lambda tx: tx.set_field(case_id, *HEAD, "sex", "9"))
    do(Op.SET_FIELD, lambda tx: tx.set_field(case_id, *HEAD, "abo", "1"))
    with pytest.raises(UserProblem, match="撤销会丢掉后来的修改"):
        db.undo(op_id, by=me)
    assert load(case_id).record.value("sex") == "9"


@pytest.mark.parametrize("later", ["edit", "propose", "delete"])
def test_undo_of_an_inserted_row_is_refused_when_it_was_worked_on(
    db: Database, me: Actor, add: Add, load: Load, do: Do, proposal: Proposal, later: str
) -> None:
    case_id = add(1)
    op_id = do(Op.INSERT_ROW, lambda tx: tx.insert_row(case_id, Group.DX, 1, {"name": "新"}))
    row = load(case_id).record.rows(Group.DX)[1].id
    work: dict[str, Callable[[Transaction], object]] = {
        "edit": lambda tx: tx.set_field(case_id, Group.DX, row, "adm_cond", "2"),
        "propose": lambda tx: tx.set_proposal(case_id, Group.DX, row, proposal),
        "delete": lambda tx: tx.delete_row(case_id, Group.DX, row),
    }
    do(Op.SET_FIELD, work[later])
    with pytest.raises(UserProblem):
        db.undo(op_id, by=me)


def test_a_row_moved_by_its_neighbours_can_still_be_taken_out(
    db: Database, me: Actor, add: Add, load: Load, do: Do
) -> None:
    case_id = add(1)
    op_id = do(Op.INSERT_ROW, lambda tx: tx.insert_row(case_id, Group.DX, 0, {"name": "新"}))
    do(Op.INSERT_ROW, lambda tx: tx.insert_row(case_id, Group.DX, 0, {"name": "前"}))
    db.undo(op_id, by=me)
    assert [row.get("name") for row in load(case_id).record.rows(Group.DX)] == ["前", "肺炎"]


def test_a_step_is_undone_once_and_redone_once(db: Database, me: Actor, add: Add, do: Do) -> None:
    case_id = add(1)
    op_id = do(Op.SET_FIELD, lambda tx: tx.set_field(case_id, *HEAD, "sex", "1"))
    with pytest.raises(UserProblem, match="没有撤销过"):
        db.redo(op_id, by=me)
    undo_id = db.undo(op_id, by=me).op_id
    with pytest.raises(UserProblem, match="已经撤销过"):
        db.undo(op_id, by=me)
    for wrong in (undo_id, 99):
        with pytest.raises(LookupError):
            db.undo(wrong, by=me)


def test_an_event_alone_cannot_be_undone(db: Database, me: Actor, do: Do) -> None:
    op_id = do(Op.EXPORT, lambda tx: tx.record_event("export", {}))
    with pytest.raises(LookupError):
        db.undo(op_id, by=me)


def test_the_stack_is_per_case_and_per_person_and_survives_a_restart(
    library: Path, clock: FixedClock, me: Actor, stay: Callable[..., CaseRecord]
) -> None:
    other = Actor("lilei", "李雷（测试）")
    with Database.open(library, clock=clock) as db:
        with db.operation(Op.IMPORT, by=me) as tx:
            one, two = (tx.insert_case(stay(number), state=CaseState.TO_CODE) for number in (1, 2))
        for case_id, actor, sex in ((one, me, "1"), (two, me, "1"), (one, other, "9"), (one, me, "0")):
            with db.operation(Op.SET_FIELD, by=actor) as tx:
                tx.set_field(case_id, *HEAD, "sex", sex)
    with Database.open(library, clock=clock) as db:
        with db.read() as reader:
            assert [item.op_id for item in reader.undoable("wangmin", one)] == [5, 2]
            assert [item.op_id for item in reader.undoable("wangmin")] == [5, 3, 2]
            assert [item.op_id for item in reader.undoable("wangmin", None, 1)] == [5]
            assert [item.op_id for item in reader.undoable("lilei", one)] == [4]
            assert reader.redoable("wangmin", one) == []
        db.undo(5, by=me)
        with db.read() as reader:
            (item,) = reader.redoable("wangmin", one)
            assert (item.op_id, item.op, item.cases) == (5, Op.SET_FIELD, 1)
            assert [(change.field, change.before, change.after) for change in item.changes] == [("sex", "9", "0")]
            assert [item.op_id for item in reader.undoable("wangmin", one)] == [2]


def test_redo_comes_back_in_order_and_ends_with_a_new_edit(db: Database, me: Actor, add: Add, do: Do, ask: Ask) -> None:
    case_id = add(1)
    done = [do(Op.SET_FIELD, lambda tx, s=sex: tx.set_field(case_id, *HEAD, "sex", s)) for sex in ("1", "9", "0")]
    for op_id in reversed(done):
        db.undo(op_id, by=me)
    assert [item.op_id for item in ask("redoable", "wangmin", case_id)] == done
    db.redo(done[0], by=me)
    assert [item.op_id for item in ask("redoable", "wangmin", case_id)] == done[1:]
    do(Op.SET_FIELD, lambda tx: tx.set_field(case_id, *HEAD, "abo", "1"))
    assert ask("redoable", "wangmin", case_id) == []


def test_ctrl_z_on_a_case_never_takes_an_import_back(add: Add, ask: Ask) -> None:
    case_id = add(1)
    assert ask("undoable", "wangmin", case_id) == []


def test_an_import_is_taken_back_whole_while_nobody_worked_on_it(
    db: Database, me: Actor, ask: Ask, load: Load, stay: Callable[..., CaseRecord], do: Do
) -> None:
    def read_file(tx: Transaction) -> None:
        batch_id = tx.save_batch(NewBatch("a.csv", "ab", "L1a", b"raw"))
        for number in (1, 2):
            plain = stay(number, ("甲", "乙"), ("丙",))
            record = CaseRecord(plain.head, plain.groups, frozenset({"sex"}))
            tx.insert_case(record, state=CaseState.TO_CODE, batch_id=batch_id)

    op_id = do(Op.IMPORT, read_file)
    ids = list(ask("case_ids"))
    before = [load(case_id).record for case_id in ids]
    assert db.undo(op_id, by=me).listing
    assert (list(ask("case_ids")), ask("batches")) == ([], [])
    db.redo(op_id, by=me)
    assert [load(case_id).record for case_id in ids] == before
    assert ask("batch_source", ask("batches")[0].id) == b"raw"
    do(Op.SET_STATE, lambda tx: tx.set_state(ids[0], CaseState.CODING))
    with pytest.raises(UserProblem):
        db.undo(op_id, by=me)
    assert list(ask("case_ids")) == ids
    assert ask("check", replay=True).is_sound  # type: ignore[attr-defined]


def test_an_import_with_an_added_row_is_not_taken_back(db: Database, me: Actor, add: Add, ask: Ask, do: Do) -> None:
    case_id = add(1)
    do(Op.INSERT_ROW, lambda tx: tx.insert_row(case_id, Group.OP, 0, {}))
    with pytest.raises(UserProblem):
        db.undo(1, by=me)
    assert list(ask("case_ids")) == [case_id]


def test_settings_and_profiles_can_be_taken_back(db: Database, me: Actor, ask: Callable[..., object], do: Do) -> None:
    first = do(Op.SET_SETTING, lambda tx: tx.set_setting("a", 1))
    second = do(Op.SET_SETTING, lambda tx: tx.set_setting("a", 2))
    db.undo(second, by=me)
    assert ask("setting", "a") == 1
    db.undo(first, by=me)
    assert ask("setting", "a") is None
    db.redo(first, by=me)
    assert ask("setting", "a") == 1


def test_a_move_is_taken_back_to_the_end_when_rows_went_meanwhile(
    db: Database, me: Actor, add: Add, load: Load, do: Do
) -> None:
    case_id = add(1, ("甲", "乙", "丙"))
    first, second, third = (row.id for row in load(case_id).record.rows(Group.DX))
    op_id = do(Op.MOVE_ROW, lambda tx: tx.move_row(case_id, Group.DX, third, 0))
    do(Op.DELETE_ROW, lambda tx: tx.delete_row(case_id, Group.DX, second))
    db.undo(op_id, by=me)
    assert [row.id for row in load(case_id).record.rows(Group.DX)] == [first, third]
    do(Op.MOVE_ROW, lambda tx: tx.move_row(case_id, Group.DX, first, 1))
    assert [row.id for row in load(case_id).record.rows(Group.DX)] == [third, first]
    with db.read() as reader:
        assert reader.check(replay=True).is_sound
