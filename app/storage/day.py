"""What the operations of a person's day changed, read from the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

import sqlalchemy as sa

from app.storage.audit import change_of
from app.storage.ops import Op
from app.storage.rows import Change
from app.storage.tables import audit_change, audit_operation

MOST_CASES: Final = 20
"""Operations on more cases at once are a batch: their changes are not part of a day's reading."""


def day_changes(connection: sa.Connection, actor: str, day: date) -> dict[int, tuple[Change, ...]]:
    """Return the changes of what a person did on a day by operation; batches are left out."""
    header = audit_operation.c
    query = (
        audit_change.select()
        .join(audit_operation, audit_change.c.op_id == header.id)
        .where(header.actor == actor, header.cases <= MOST_CASES)
        .where(header.at >= day.isoformat(), header.at < (day + timedelta(days=1)).isoformat())
        .order_by(audit_change.c.op_id, audit_change.c.seq)
    )
    rows = groupby(connection.execute(query), key=lambda row: int(row.op_id))
    return {op_id: tuple(change_of(row) for row in found) for op_id, found in rows}


def undone_of(connection: sa.Connection, op_ids: Sequence[int]) -> set[int]:
    """Return those of some operations that are taken back now."""
    header = audit_operation.c
    query = sa.select(header.undo_of, header.op).where(header.undo_of.in_(op_ids)).order_by(header.id)
    last = {int(of or 0): op for of, op in connection.execute(query)}
    return {of for of, op in last.items() if op == Op.UNDO.value}


def claimed_since(connection: sa.Connection, case_id: int) -> tuple[datetime, str] | None:
    """Return when a case was claimed last and by whom (a name), None when nobody ever claimed it."""
    query = (
        sa.select(audit_operation.c.at, audit_operation.c.actor_name)
        .join(audit_change, audit_change.c.op_id == audit_operation.c.id)
        .where(audit_change.c.case_id == case_id, audit_change.c.field == "claimed_by")
        .order_by(audit_change.c.op_id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (datetime.fromisoformat(row.at), row.actor_name) if row else None
