"""The table of moves is that of domain.md 5.2, word by word."""

from __future__ import annotations

import pytest

from app.domain.case import CaseState
from app.domain.states import FOLLOWS, LEGAL, LOCKED, MOVES, back_from_return, move_between, way

S = CaseState
OF_THE_SPECIFICATION = {
    S.INPATIENT: {S.TO_CODE, S.RETURNED, S.CANCELLED},
    S.TO_CODE: {S.CODING, S.RETURNED, S.CANCELLED},
    S.CODING: {S.TO_QC, S.RETURNED, S.TO_CODE},
    S.RETURNED: {S.INPATIENT, S.TO_CODE, S.CODING, S.TO_QC},
    S.TO_QC: {S.QC},
    S.QC: {S.PASSED, S.CODING, S.RETURNED, S.APPROVAL},
    S.PASSED: {S.SUBMITTED, S.QC},
    S.APPROVAL: {S.PASSED, S.CODING},
    S.SUBMITTED: {S.UNLOCK_REQUESTED, S.ARCHIVED},
    S.UNLOCK_REQUESTED: {S.CODING, S.SUBMITTED},
    S.ARCHIVED: {S.UNLOCK_REQUESTED},
    S.CANCELLED: set[CaseState](),
}


def test_only_the_moves_of_the_specification_are_legal() -> None:
    assert {state: set(after) for state, after in LEGAL.items()} == OF_THE_SPECIFICATION


def test_every_move_names_roles_and_stands_once() -> None:
    assert all(move.roles <= {"coder", "physician", "qc", "insurance", "head", "admin"} for move in MOVES)
    assert all(move.roles for move in MOVES)
    assert len({(move.was, move.to) for move in MOVES}) == len(MOVES)


@pytest.mark.parametrize("was", list(CaseState))
@pytest.mark.parametrize("to", list(CaseState))
def test_a_key_takes_one_legal_step_or_two(was: CaseState, to: CaseState) -> None:
    steps = way(was, to)
    assert [move_between(step.was, step.to) for step in steps] == list(steps)
    assert not steps or (steps[0].was, steps[-1].to) == (was, to)
    assert bool(steps) or move_between(was, to) is None


def test_the_first_edit_leads_to_a_legal_state_and_never_out_of_a_locked_one() -> None:
    assert all(after in LEGAL[was] for was, after in FOLLOWS.items())
    assert not set(FOLLOWS) & set(LOCKED)


@pytest.mark.parametrize(
    ("before", "after"),
    [(S.INPATIENT, S.INPATIENT), (S.TO_CODE, S.TO_CODE), (S.CODING, S.CODING), (S.QC, S.TO_QC), (None, S.CODING)],
)
def test_an_answered_case_goes_back_to_where_it_was(before: CaseState | None, after: CaseState) -> None:
    assert back_from_return(before) is after
    assert after in LEGAL[S.RETURNED]
