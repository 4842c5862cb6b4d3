"""The way of a case through its states, read from its audit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.domain.case import CaseState
from app.storage.ops import Op
from app.storage.rows import CASE, EVENT, ROW, STATE
from app.storage.tables import audit_change, audit_operation

PASSED_EVENT: Final = "passed"
"""Event of a case that passed: group and scheme of that moment."""
_PER_QUERY: Final = 400


@dataclass(frozen=True, slots=True)
class StateStep:
    """A case came from ``was`` (None: it came into the library) to ``state``: when, by whom, in which operation."""

    was: CaseState | None
    state: CaseState
    at: datetime
    who: str
    op: Op
    note: str


def state_steps(connection: sa.Connection, case_id: int) -> list[StateStep]:
    """Return the steps of a case, oldest first; a step that was taken back has a step back after it."""
    operation, change = audit_operation.c, audit_change.c
    query = (
        sa.select(
            operation.at,
            operation.actor,
            operation.actor_name,
            operation.op,
            operation.note,
            change.field,
            change.before,
            change.after,
        )
        .join(audit_change, change.op_id == operation.id)
        .where(change.case_id == case_id, change.entity == CASE, change.field.in_((STATE, ROW)))
        .where(change.after.is_not(None))
        .order_by(change.op_id, change.seq)
    )
    return [_step(row) for row in connection.execute(query).mappings()]


def before_return(connection: sa.Connection, case_id: int) -> CaseState | None:
    """Return the state in which a case was last returned to its physician, None when it never was."""
    steps = state_steps(connection, case_id)
    return next((step.was for step in reversed(steps) if step.state is CaseState.RETURNED), None)


def passed_as(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, Mapping[str, object]]:
    """Return for those of some cases that passed through quality control the group and scheme they last passed with."""
    change = audit_change.c
    query = (
        sa.select(change.case_id, change.after)
        .where(change.entity == EVENT, change.field == PASSED_EVENT)
        .order_by(change.op_id)
    )
    found: dict[int, Mapping[str, object]] = {}
    for start in range(0, len(case_ids), _PER_QUERY):
        part = query.where(change.case_id.in_(case_ids[start : start + _PER_QUERY]))
        found |= {case_id: json.loads(after) for case_id, after in connection.execute(part)}
    return found


def _step(row: sa.RowMapping) -> StateStep:
    before = json.loads(row["before"]) if row["before"] is not None else None
    after = json.loads(row["after"])
    is_whole = row["field"] == ROW
    state = after.get(STATE) if is_whole else after
    return StateStep(
        was=None if is_whole or not before else CaseState(before),
        state=CaseState(state),
        at=datetime.fromisoformat(row["at"]),
        who=row["actor_name"] or row["actor"],
        op=Op(row["op"]),
        note=row["note"],
    )
