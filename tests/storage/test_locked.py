"""What was submitted cannot be changed by any write of the library, and what had passed waits for control again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.domain.states import LOCKED
from app.storage import Actor, Database, Op
from app.storage.transaction import Transaction
from tests.storage.conftest import make_stay

Write = Callable[[Transaction, int, int], object]
OTHER = Actor("lilei", "李雷（测试）")
WRITES: dict[str, Write] = {
    "field": lambda tx, case, _row: tx.set_field(case, Group.CASE, 0, "sex", "1"),
    "code": lambda tx, case, row: tx.set_code(case, Group.DX, row, "I10.x00", "高血压"),
    "proposal": lambda tx, case, row: tx.set_proposal(
        case, Group.DX, row, Proposal("I10.x00", "高血压", 0.5, MatchKind.FUZZY, "r")
    ),
    "insert": lambda tx, case, _row: tx.insert_row(case, Group.DX, 0, {"name": "高血压"}),
    "delete": lambda tx, case, row: tx.delete_row(case, Group.DX, row),
    "move": lambda tx, case, row: tx.move_row(case, Group.DX, row, 1),
    "import": lambda tx, case, _row: tx.update_case_from_import(case, make_stay(1, ["骨折"], sex="1")),
}


@pytest.fixture
def case(db: Database, me: Actor) -> tuple[int, int]:
    """Return a case with two diagnoses, and the id of the first row."""
    with db.operation(Op.IMPORT, by=me) as tx:
        case_id = tx.insert_case(make_stay(1, ["肺炎", "高血压"]), state=CaseState.CODING)
    with db.read() as reader:
        return case_id, reader.load_case(case_id).record.rows(Group.DX)[0].id


def put(db: Database, me: Actor, case_id: int, state: CaseState) -> None:
    with db.operation(Op.SET_STATE, by=me) as tx:
        tx.set_state(case_id, state)


def state_of(db: Database, case_id: int) -> CaseState:
    with db.read() as reader:
        return reader.load_case(case_id).state


@pytest.mark.parametrize("state", LOCKED)
@pytest.mark.parametrize("write", WRITES)
def test_a_locked_case_takes_no_write(
    db: Database, me: Actor, case: tuple[int, int], state: CaseState, write: str
) -> None:
    put(db, me, case[0], state)
    with db.read() as reader:
        before = reader.audit_head()
    with pytest.raises(UserProblem) as refused, db.operation(Op.SET_FIELD, by=me) as tx:
        WRITES[write](tx, *case)
    assert refused.value.key == "cases.locked"
    with db.read() as reader:
        assert reader.audit_head() == before


def test_undo_does_not_reach_into_a_locked_case(db: Database, me: Actor, case: tuple[int, int]) -> None:
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case[0], Group.CASE, 0, "sex", "1")
    put(db, me, case[0], CaseState.SUBMITTED)
    with pytest.raises(UserProblem) as refused:
        db.undo(tx.changes.op_id, by=me)
    assert refused.value.key == "cases.locked"


def test_an_import_of_a_submitted_case_is_not_taken_back(db: Database, me: Actor) -> None:
    with db.operation(Op.IMPORT, by=me) as tx:
        bare = tx.insert_case(make_stay(2, []), state=CaseState.CODING)
    put(db, me, bare, CaseState.SUBMITTED)
    with pytest.raises(UserProblem):
        db.undo(tx.changes.op_id, by=me)


def test_a_case_that_passed_waits_for_control_again_after_any_edit(
    db: Database, me: Actor, case: tuple[int, int]
) -> None:
    for write in ("field", "code", "insert"):
        put(db, me, case[0], CaseState.PASSED)
        with db.operation(Op.SET_FIELD, by=me) as tx:
            WRITES[write](tx, *case)
        assert state_of(db, case[0]) is CaseState.QC
    put(db, me, case[0], CaseState.PASSED)
    with db.operation(Op.CLAIM, by=me) as tx:
        tx.claim(case[0])
    assert state_of(db, case[0]) is CaseState.PASSED


def test_undo_of_the_only_edit_lets_it_pass_again_but_not_over_the_edit_of_another(
    db: Database, me: Actor, case: tuple[int, int]
) -> None:
    put(db, me, case[0], CaseState.PASSED)
    with db.operation(Op.SET_FIELD, by=me) as mine:
        mine.set_field(case[0], Group.CASE, 0, "sex", "1")
    db.undo(mine.changes.op_id, by=me)
    assert state_of(db, case[0]) is CaseState.PASSED
    db.redo(mine.changes.op_id, by=me)
    assert state_of(db, case[0]) is CaseState.QC
    with db.operation(Op.SET_FIELD, by=OTHER) as tx:
        tx.set_field(case[0], Group.CASE, 0, "record_no", "00000009")
    db.undo(mine.changes.op_id, by=me)
    with db.read() as reader:
        stored = reader.load_case(case[0])
        assert reader.check(replay=True).is_sound
    assert (stored.state, stored.record.text("sex")) == (CaseState.QC, "2")


def test_passing_is_not_done_again_over_an_edit(db: Database, me: Actor, case: tuple[int, int]) -> None:
    put(db, me, case[0], CaseState.QC)
    with db.operation(Op.SET_STATE, by=me) as passing:
        passing.set_state(case[0], CaseState.PASSED)
    db.undo(passing.changes.op_id, by=me)
    with db.operation(Op.SET_FIELD, by=OTHER) as tx:
        tx.set_field(case[0], Group.CASE, 0, "sex", "1")
    with pytest.raises(UserProblem):
        db.redo(passing.changes.op_id, by=me)
    assert state_of(db, case[0]) is CaseState.QC
