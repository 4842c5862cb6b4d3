"""Moves of a case: legal ones, by who may, with a reason where one is asked; the clock moves who has left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.services.composition import Services
from app.services.imports import state_of
from app.storage.actor import Actor
from app.storage.ops import Op

WHY = "核对（测试）"
CODER = Actor("wang", "王编码（测试）", frozenset({"coder"}))
REVIEWER = Actor("li", "李质控（测试）", frozenset({"qc"}))


def put(desk: Services, case_id: int, state: CaseState) -> None:
    with desk.session.db.operation(Op.SET_STATE, by=desk.user) as tx:
        tx.set_state(case_id, state)


def state(desk: Services, case_id: int) -> CaseState:
    with desk.session.db.read() as reader:
        return reader.load_case(case_id).state


@pytest.fixture
def case_id(desk: Services) -> int:
    """Return a case that is being coded."""
    return int(desk.worklist.ids("coding")[0])


def test_a_case_in_hospital_waits_for_coding_once_its_discharge_has_come(desk: Services, case_id: int) -> None:
    put(desk, case_id, CaseState.INPATIENT)
    desk.leaving.run()
    assert state(desk, case_id) is CaseState.TO_CODE
    with desk.session.db.read() as reader:
        last = reader.state_steps(case_id)[-1]
    assert (last.who, last.op) == ("程序", Op.ARRIVE)


def test_a_case_whose_discharge_is_planned_stays_in_hospital(desk: Services, case_id: int) -> None:
    later = desk.session.clock.now() + timedelta(hours=1)
    desk.cases.set_text(case_id, "discharge_time", f"{later:%Y-%m-%d %H:%M}")
    put(desk, case_id, CaseState.INPATIENT)
    desk.leaving.run()
    assert state(desk, case_id) is CaseState.INPATIENT
    desk.session.clock.at = later + timedelta(minutes=1)  # type: ignore[attr-defined]  # the clock of tests
    try:
        desk.leaving.run()
    finally:
        desk.session.clock.at = datetime(2026, 11, 23, 9)  # type: ignore[attr-defined]  # shared by the engines
    assert state(desk, case_id) is CaseState.TO_CODE


def test_a_stay_with_a_planned_discharge_is_imported_as_in_hospital(desk: Services, case_id: int) -> None:
    now = desk.session.clock.now()
    record = desk.cases.view(case_id).record
    planned = record.with_value("discharge_time", now + timedelta(days=2))
    assert state_of(planned, now) is CaseState.INPATIENT
    assert state_of(planned) is CaseState.TO_CODE
    assert state_of(record, now) is CaseState.TO_CODE


def test_a_reviewer_takes_a_case_and_sends_it_back_with_a_reason(desk: Services, case_id: int) -> None:
    put(desk, case_id, CaseState.TO_QC)
    desk.session.seat.take(REVIEWER)
    desk.states.take([case_id])
    with pytest.raises(UserProblem, match="原因"):
        desk.states.send_back(case_id, " ")
    desk.states.send_back(case_id, WHY)
    assert state(desk, case_id) is CaseState.CODING
    assert WHY in desk.states.bar(desk.cases.view(case_id)).came


@pytest.mark.parametrize(
    ("who", "was", "step"),
    [
        (CODER, CaseState.TO_QC, lambda desk, case_id: desk.states.take([case_id])),
        (CODER, CaseState.QC, lambda desk, case_id: desk.states.send_back(case_id, WHY)),
        (REVIEWER, CaseState.TO_CODE, lambda desk, case_id: desk.states.cancel(case_id, WHY)),
        (REVIEWER, CaseState.CODING, lambda desk, case_id: desk.cases.set_state(case_id, CaseState.TO_QC)),
        (REVIEWER, CaseState.SUBMITTED, lambda desk, case_id: desk.unlocking.request(case_id, WHY)),
    ],
)
def test_who_may_not_move_a_case_is_refused_and_one_line_is_written(
    desk: Services, case_id: int, who: Actor, was: CaseState, step: Any
) -> None:
    put(desk, case_id, was)
    with desk.session.db.read() as reader:
        before = reader.audit_head().op_id
    desk.session.seat.take(who)
    with pytest.raises(UserProblem):
        step(desk, case_id)
    assert state(desk, case_id) is was
    with desk.session.db.read() as reader:
        assert reader.audit_head().op_id == before + 1
        assert [change.field for change in reader.changes_of(before + 1)] == ["refused"]


@pytest.mark.parametrize("target", [CaseState.PASSED, CaseState.SUBMITTED, CaseState.ARCHIVED, CaseState.RETURNED])
def test_states_with_guards_are_not_set_by_hand(desk: Services, case_id: int, target: CaseState) -> None:
    put(desk, case_id, CaseState.QC)
    with pytest.raises(UserProblem, match="不能直接转为"):
        desk.cases.set_state(case_id, target)
    assert state(desk, case_id) is CaseState.QC


def test_a_cancelled_case_comes_back_by_undo(desk: Services, case_id: int) -> None:
    put(desk, case_id, CaseState.TO_CODE)
    desk.states.cancel(case_id, WHY)
    assert state(desk, case_id) is CaseState.CANCELLED
    assert desk.cases.undo(case_id).state is CaseState.TO_CODE


@pytest.mark.parametrize(
    ("before", "after"),
    [(CaseState.TO_CODE, CaseState.TO_CODE), (CaseState.CODING, CaseState.CODING), (CaseState.QC, CaseState.TO_QC)],
)
def test_an_answered_case_goes_back_to_where_it_was(
    desk: Services, case_id: int, before: CaseState, after: CaseState
) -> None:
    put(desk, case_id, before)
    put(desk, case_id, CaseState.RETURNED)
    desk.states.answered(case_id)
    assert state(desk, case_id) is after


def test_passing_again_after_an_edit_is_asked_for(desk: Services, passed: tuple[int, ...]) -> None:
    desk.cases.set_text(passed[0], "abo", "4")
    assert state(desk, passed[0]) is CaseState.QC
    assert desk.submissions.waiting().total == len(passed) - 1
    desk.states.reopen(passed[1], WHY)
    assert desk.submissions.waiting().total == 0
