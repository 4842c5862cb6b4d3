"""Moves of a case between states: legal ones only, by who may make them (domain.md 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.states import Move, way
from app.services.permits import refused
from app.services.session import Session
from app.storage.load import StoredCase
from app.storage.state_steps import PASSED_EVENT
from app.storage.transaction import Transaction

_S = CaseState
_BY_HAND: Final = frozenset({_S.TO_CODE, _S.CODING, _S.TO_QC, _S.QC, _S.CANCELLED})
"""States without a guard of their own; the others are reached by passing, submitting, asking."""


def steps_to(session: Session, was: CaseState, to: CaseState) -> tuple[Move, ...]:
    """Return the steps from a state to another for who works.

    Raises :class:`UserProblem` when they are not legal or one of them is not for this person (told in the audit).
    """
    steps = way(was, to)
    if not steps:
        raise illegal(was, to)
    for step in steps:
        if not session.actor.may(*step.roles):
            raise refused(session, f"move.{step.key}", step.roles)
    return steps


def steps_by_hand(session: Session, was: CaseState, to: CaseState) -> tuple[Move, ...]:
    """Return :meth:`steps_to` for a state that asks for nothing but the step. Raises :class:`UserProblem`."""
    if to not in _BY_HAND:
        raise illegal(was, to)
    return steps_to(session, was, to)


def take_steps(tx: Transaction, case_id: int, steps: Iterable[Move]) -> None:
    """Write the steps, each on its own, so that the audit holds legal moves only."""
    for step in steps:
        tx.set_state(case_id, step.to)


def pass_now(session: Session, tx: Transaction, stored: StoredCase, steps: Iterable[Move]) -> None:
    """Let a case pass and note with which group and scheme; that nothing is open is for the caller to know."""
    take_steps(tx, stored.case_id, steps)
    scheme = session.engines.scheme_for(stored.record)
    group = session.engines.group(stored.record, stored.proposals)
    facts = {"drg": group.drg, "scheme": scheme.id, "title": scheme.title}
    tx.record_event(PASSED_EVENT, facts, stored.case_id)


def illegal(was: CaseState, to: CaseState) -> UserProblem:
    """Return the problem of a move that the table does not have."""
    return UserProblem(
        "cases.illegal_move",
        remedy="cases.remedy.illegal_move",
        was=text(f"cases.state.{was}"),
        to=text(f"cases.state.{to}"),
    )
