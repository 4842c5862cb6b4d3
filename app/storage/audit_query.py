"""The audit as a list: operations by case, person, field, kind and time, newest first, and the rows of a screenful."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from app.storage.audit import Operation, change_of, head_of, readable
from app.storage.audit_columns import AuditColumns, numbers
from app.storage.ops import Op
from app.storage.rows import Change
from app.storage.tables import audit_change, audit_operation, cases

_MOST_CASES: Final = 500
_PEOPLE: Final = """
WITH RECURSIVE one(actor) AS (
    SELECT min(actor) FROM audit_operation
    UNION ALL
    SELECT (SELECT min(actor) FROM audit_operation WHERE actor > one.actor) FROM one WHERE one.actor IS NOT NULL
)
SELECT actor, (SELECT actor_name FROM audit_operation AS o WHERE o.actor = one.actor ORDER BY at DESC LIMIT 1)
FROM one WHERE actor IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which operations: of these kinds, by these people (ids), on cases whose record number begins so, with a change
    of one of these fields, from a day to a day. What is empty asks for nothing; None for people or fields that were
    asked for and do not exist is no operation at all.
    """

    ops: frozenset[Op] = frozenset()
    actors: frozenset[str] | None = frozenset()
    record_no: str = ""
    fields: frozenset[str] | None = frozenset()
    first: date | None = None
    last: date | None = None

    @property
    def is_impossible(self) -> bool:
        """True when something was asked for that does not exist."""
        return self.actors is None or self.fields is None


@dataclass(frozen=True, slots=True, repr=False)
class AuditLine:
    """An operation, the first of its changes that was asked for (None: without changes), and its case if it is one."""

    operation: Operation
    change: Change | None
    record_no: str
    patient_name: str


def people(connection: sa.Connection) -> dict[str, str]:
    """Return everybody who ever wrote, by id, with the name last used."""
    return {str(row[0]): str(row[1]) for row in connection.exec_driver_sql(_PEOPLE)}


def operation_ids(connection: sa.Connection, wanted: AuditFilter, columns: AuditColumns) -> Sequence[int]:
    """Return the ids of operations, newest first; without conditions all there are, which costs nothing."""
    if wanted.is_impossible:
        return ()
    if wanted == AuditFilter():
        return range(head_of(connection).op_id, 0, -1)
    ops = [one.value for one in wanted.ops]
    marks = columns.marked(connection, ops, wanted.actors or (), wanted.first, wanted.last)
    marks[0] = False
    of_change = _conditions(connection, wanted)
    if of_change:
        touched = sa.select(sa.func.group_concat(audit_change.c.op_id)).where(*of_change)
        has = numbers(connection.execute(touched).scalar())
        has = has[has < len(marks)]  # changes that belong to no operation are for the verification
        kept = has[marks[has]]
        marks[:] = False
        marks[kept] = True
    return array("q", marks.nonzero()[0][::-1].astype("int64").tobytes())


def lines(connection: sa.Connection, op_ids: Sequence[int], wanted: AuditFilter) -> list[AuditLine]:
    """Return the lines of some operations, in their order; one that is gone is left out."""
    change = audit_change.c
    found = {one.id: one for one in map(readable, connection.execute(_of(op_ids))) if one}
    shown = sa.select(change.op_id, sa.func.min(change.seq).label("seq")).where(change.op_id.in_(op_ids))
    conditions = _conditions(connection, wanted) or [change.seq == 1]
    first = shown.where(*conditions).group_by(change.op_id).subquery()
    query = audit_change.select().join(first, (change.op_id == first.c.op_id) & (change.seq == first.c.seq))
    changes = {row.op_id: change_of(row) for row in connection.execute(query)}
    ids = {one.case_id for one in found.values() if one.case_id} | {one.case_id for one in changes.values()}
    who = sa.select(cases.c.id, cases.c.record_no, cases.c.patient_name).where(cases.c.id.in_(ids - {None}))
    names = {row.id: (row.record_no, row.patient_name) for row in connection.execute(who)}
    return [_line(found[op_id], changes.get(op_id), names) for op_id in op_ids if op_id in found]


def _of(op_ids: Sequence[int]) -> sa.Select[tuple[object, ...]]:
    return audit_operation.select().where(audit_operation.c.id.in_(op_ids))


def _line(operation: Operation, change: Change | None, names: dict[int, tuple[str, str]]) -> AuditLine:
    case_id = operation.case_id or (change.case_id if change else None)
    return AuditLine(operation, change, *names.get(case_id or 0, ("", "")))


def _conditions(connection: sa.Connection, wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    """Return what is asked of a change, nothing where only operations are asked for."""
    change = audit_change.c
    found: list[sa.ColumnElement[bool]] = []
    if wanted.record_no:
        found.append(change.case_id.in_(_cases(connection, wanted.record_no)))
    if wanted.fields:  # said twice: only so does SQLite use the index, which leaves whole rows out
        found += [change.field.in_(wanted.fields), change.field != ""]
    return found


def _cases(connection: sa.Connection, record_no: str) -> Sequence[int]:
    beyond = record_no[:-1] + chr(ord(record_no[-1]) + 1)
    number = cases.c.record_no
    return (
        connection.execute(sa.select(cases.c.id).where(number >= record_no, number < beyond).limit(_MOST_CASES))
        .scalars()
        .all()
    )
