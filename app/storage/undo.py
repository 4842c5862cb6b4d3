"""Undo and redo: new operations that apply the inverse of an operation's own audit rows, from the file alone.

An operation can be taken back while the values that it left still stand; otherwise a later edit would be lost.
``undo_of`` of both kinds names the original operation; its latest such operation says whether it is in effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final

import sqlalchemy as sa

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.storage.audit import changes_of, operation_of
from app.storage.ops import Op
from app.storage.rows import CASE, EVENT, POSITION, ROW, STATE, Change
from app.storage.tables import WORKFLOW_COLUMNS, audit_change, audit_operation
from app.storage.transaction import Transaction

_STACK: Final = tuple(op.value for op in Op if op.on_undo_stack)
_STAYS: Final = frozenset({EVENT, "column_set"})
"""Entities that undo leaves alone: what happened, and sets that later cases may share."""


@dataclass(frozen=True, slots=True)
class UndoItem:
    """An operation that can be taken back or done again, with its first changes to name it by."""

    op_id: int
    op: Op
    at: datetime
    cases: int
    changes: tuple[Change, ...]


def take_back(tx: Transaction, op_id: int) -> None:
    """Apply the inverse of an operation inside ``tx``.

    Raises :class:`UserProblem` when something it wrote was changed since, and ``LookupError`` for an unknown operation.
    """
    changes = [change for change in changes_of(tx.connection, op_id) if change.entity not in _STAYS]
    if not changes:
        raise LookupError(op_id)
    inverses = [change.inverse() for change in reversed(changes)]
    kept = [change for change in inverses if not _passes_unseen(tx, op_id, change)]
    if not kept:
        raise UserProblem("storage.undo_conflict", remedy="storage.remedy.undo_conflict")
    for change in kept:
        _take_back(tx, change)


def _passes_unseen(tx: Transaction, op_id: int, change: Change) -> bool:
    """Tell whether a change lets a case pass again although somebody edited it since: it stays where it is then."""
    if change.field != STATE or change.after != CaseState.PASSED:
        return False
    origin = sa.select(sa.func.coalesce(audit_operation.c.undo_of, audit_operation.c.id))
    first = tx.connection.execute(origin.where(audit_operation.c.id == op_id)).scalar_one()
    workflow = sa.and_(audit_change.c.entity == CASE, audit_change.c.field.in_(WORKFLOW_COLUMNS))
    later = (
        sa.select(audit_change.c.op_id)
        .join(audit_operation, audit_operation.c.id == audit_change.c.op_id)
        .where(audit_change.c.case_id == change.case_id, audit_change.c.op_id > op_id)
        .where(audit_change.c.entity != EVENT, ~workflow)
        .where(sa.func.coalesce(audit_operation.c.undo_of, audit_operation.c.id) != first)
    )
    return tx.connection.execute(later.limit(1)).first() is not None


def _take_back(tx: Transaction, change: Change) -> None:
    stands = tx.current(change)
    if _comparable(stands) != _comparable(change.before):
        raise UserProblem("storage.undo_conflict", remedy="storage.remedy.undo_conflict")
    if change.field == POSITION and isinstance(change.after, int):  # rows that were there then may be gone
        last = len(tx.load_case(change.case_id or 0).record.rows(Group(change.entity))) - 1
        change = replace(change, after=min(change.after, last))
    if change.field == ROW and isinstance(stands, Mapping):
        change = Change(change.entity, change.row_id, ROW, stands, None, change.case_id)
    tx.make(change)


def _comparable(payload: object) -> object:
    """A row may have been moved by edits of its neighbours; its position does not count."""
    return {k: v for k, v in payload.items() if k != POSITION} if isinstance(payload, Mapping) else payload


def undone_by(connection: sa.Connection, op_id: int) -> int | None:
    """Return the undo operation that has taken ``op_id`` back, None when it is in effect.

    Raises ``LookupError`` for an unknown operation and for an undo or redo, which are taken back by their originals.
    """
    op = connection.execute(sa.select(audit_operation.c.op).where(audit_operation.c.id == op_id)).scalar()
    if op is None or op in (Op.UNDO, Op.REDO):
        raise LookupError(op_id)
    later = sa.select(audit_operation.c.id, audit_operation.c.op).where(audit_operation.c.undo_of == op_id)
    row = connection.execute(later.order_by(audit_operation.c.id.desc()).limit(1)).first()
    return int(row.id) if row and row.op == Op.UNDO else None


def undoable(connection: sa.Connection, actor: str, case_id: int | None, limit: int) -> list[UndoItem]:
    """Return what a person can take back on a case (or anywhere), latest first."""
    values = {"actor": actor, "case": case_id, "limit": limit}
    return [_item(connection, row) for row in connection.execute(_undoable(case_id is None), values)]


@cache
def _undoable(anywhere: bool) -> sa.Select[tuple[object, ...]]:
    later = audit_operation.alias("later")
    last_word = sa.select(later.c.op).where(later.c.undo_of == audit_operation.c.id).order_by(later.c.id.desc())
    return (
        _stack_of(anywhere)
        .where(sa.func.coalesce(last_word.limit(1).scalar_subquery(), "") != Op.UNDO.value)
        .order_by(audit_operation.c.id.desc())
        .limit(sa.bindparam("limit"))
    )


def redoable(connection: sa.Connection, actor: str, case_id: int | None, limit: int) -> list[UndoItem]:
    """Return what a person has taken back and edited nothing after, latest undo first."""
    values = {"actor": actor, "case": case_id, "limit": limit}
    newest = connection.execute(_newest(case_id is None), values).first()
    if newest is None:
        return []
    found = connection.execute(_redoable(case_id is None), values | {"newest": newest.id})
    return [_item(connection, row) for row in found]


@cache
def _newest(anywhere: bool) -> sa.Select[tuple[object, ...]]:
    return _stack_of(anywhere).order_by(audit_operation.c.id.desc()).limit(1)


@cache
def _redoable(anywhere: bool) -> sa.Select[tuple[object, ...]]:
    undo, later = audit_operation.alias("undo"), audit_operation.alias("later")
    overruled = sa.exists().where(later.c.undo_of == undo.c.undo_of, later.c.id > undo.c.id)
    return (
        _stack_of(anywhere)
        .join(undo, undo.c.undo_of == audit_operation.c.id)
        .where(undo.c.id > sa.bindparam("newest"), undo.c.op == Op.UNDO.value, ~overruled)
        .order_by(undo.c.id.desc())
        .limit(sa.bindparam("limit"))
    )


def _stack_of(anywhere: bool) -> sa.Select[tuple[object, ...]]:
    """Select the operations of a person that undo knows, on a case or anywhere.

    Statements here are built once: building them costs more than running them.
    """
    query = audit_operation.select().where(
        audit_operation.c.actor == sa.bindparam("actor"), audit_operation.c.op.in_(_STACK)
    )
    if anywhere:
        return query
    mine = sa.select(audit_change.c.op_id).where(audit_change.c.case_id == sa.bindparam("case"))
    return query.where(audit_operation.c.id.in_(mine))


def _item(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> UndoItem:
    operation = operation_of(row)
    changes = changes_of(connection, operation.id, limit=20)
    return UndoItem(operation.id, operation.op, operation.at, operation.cases, tuple(changes))
