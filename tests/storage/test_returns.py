"""Questions to physicians in the library: written, taken back, rebuilt, found again by key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa

from app.domain.case import CaseState
from app.domain.returning import AnswerKind, ReturnAnswer, ReturnOption, ReturnQuestion, ReturnStatus, Verdict
from app.storage import Actor, Database, Op, returns
from app.storage.returns import ReturnFilter, StoredReturn

UID = "0" * 32
DUE = datetime(2026, 11, 24, 18)
ASKED = ReturnQuestion(
    "BM-062", "dx[0].adm_cond", "入院时的情况是？", (ReturnOption("有", AnswerKind.CHANGED, value="1"),)
)


@pytest.fixture
def item(db: Database, me: Actor, add: Callable[..., int]) -> StoredReturn:
    """Return a question that was sent."""
    case_id = add()
    with db.operation(Op.RETURN_CASE, by=me) as tx:
        item_id = returns.note(tx, case_id, 3, UID, "4 无", ASKED)
        returns.send(tx, item_id, CaseState.CODING, DUE, "林若溪")
        tx.record_event("returned", {"words": ASKED.words}, case_id)
    return only(db, case_id)


def only(db: Database, case_id: int) -> StoredReturn:
    """Return the only question about a case."""
    with db.read() as reader:
        (found,) = reader.returns_of(case_id)
    return found


def test_a_question_is_read_as_it_was_written(db: Database, item: StoredReturn) -> None:
    assert (item.uid, item.row_id, item.old_value, item.options) == (UID, 3, "4 无", ASKED.options)
    assert (item.status, item.due, item.was) == (ReturnStatus.OUTSTANDING, DUE, CaseState.CODING)
    assert "入院" not in repr(item)
    with db.read() as reader:
        assert reader.return_uids([UID, "1" * 32]) == {UID: item.id}
        (row,) = reader.return_rows(ReturnFilter(case_ids=frozenset({item.case_id})))
        assert reader.return_rows(ReturnFilter(departments=frozenset({"99.99"}))) == []
    assert row.item == item


def test_an_answer_is_taken_back_and_the_audit_rebuilds_all(db: Database, me: Actor, item: StoredReturn) -> None:
    given = ReturnAnswer(AnswerKind.CHANGED, "有", "1", "11-20 病程")
    with db.operation(Op.ANSWER_RETURN, by=me) as tx:
        returns.answer(tx, item.id, given, "陈立群", "清单.xlsx")
    answered = only(db, item.case_id)
    assert (answered.answer, answered.answered_by, answered.answered_in) == (given, "陈立群", "清单.xlsx")
    with db.read() as reader:
        assert reader.answered_cases() == [item.case_id]
    with db.operation(Op.KEEP_VALUE, by=me) as tx:
        returns.settle(tx, item.id, Verdict.KEPT, "病程未见", "林若溪")
    db.undo(tx.changes.op_id, by=me)
    assert only(db, item.case_id) == answered
    with db.operation(Op.ESCALATE_RETURN, by=me) as tx:
        returns.escalate(tx, item.id)
    assert only(db, item.case_id).escalated_at is not None
    with db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_what_was_settled_long_ago_is_left_out(db: Database, me: Actor, item: StoredReturn) -> None:
    with db.operation(Op.WITHDRAW_RETURN, by=me) as tx:
        returns.settle(tx, item.id, Verdict.WITHDRAWN, "已电话核实", "林若溪")
    with db.read() as reader:
        assert reader.return_rows(ReturnFilter(since=datetime(2099, 1, 1))) == []
        assert len(reader.return_rows(ReturnFilter(since=datetime(2000, 1, 1)))) == 1


def test_a_key_stands_for_one_question_and_a_dropped_one_comes_back(
    db: Database, me: Actor, item: StoredReturn
) -> None:
    with pytest.raises(sa.exc.IntegrityError), db.operation(Op.ASK_PHYSICIAN, by=me) as tx:
        returns.note(tx, item.case_id, 0, UID, "", ASKED)
    with db.operation(Op.ASK_PHYSICIAN, by=me) as tx:
        returns.drop(tx, item.id)
    with db.read() as reader:
        assert reader.returns_of(item.case_id) == []
    db.undo(tx.changes.op_id, by=me)
    assert only(db, item.case_id) == item
