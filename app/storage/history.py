"""What happened, read from the audit: history of a field, a person's day, what people changed after the import."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

import sqlalchemy as sa

from app.domain.case import CaseState
from app.domain.field import Group
from app.storage.audit import Operation, change_of, operation_of
from app.storage.cells import FieldCell, decode, dump
from app.storage.day import undone_of
from app.storage.ops import Op
from app.storage.rows import CODE_STATUS, EVENT, POSITION, PROPOSAL, ROW, STATE, Change
from app.storage.tables import WORKFLOW_COLUMNS, audit_change, audit_operation, setting, spec_of

_AT_A_TIME: Final = 500
READS: Final = (Op.OPEN_CASE.value, Op.SET_MASK.value)
"""Operations that stand at a case and did nothing to it."""
_IMPORTS: Final = frozenset({Op.IMPORT, Op.REIMPORT})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One step in the life of a field: the operation and the cell before and after."""

    operation: Operation
    before: FieldCell
    after: FieldCell


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One step in the life of a setting: the operation and the value before and after, None when it was not set."""

    operation: Operation
    key: str
    before: object
    after: object


def setting_changes(connection: sa.Connection, prefix: str) -> list[SettingChange]:
    """Return every change of the settings whose key begins with ``prefix``, latest first."""
    query = (
        sa.select(audit_operation, audit_change)
        .join(audit_change, audit_change.c.op_id == audit_operation.c.id)
        .where(audit_change.c.case_id.is_(None), audit_change.c.entity == setting.name)  # the first is in an index
        .order_by(audit_change.c.op_id, audit_change.c.seq)
    )
    keys: dict[int, str] = {}
    steps = []
    for row in connection.execute(query):
        change = change_of(row)
        for payload in (change.before, change.after):
            if isinstance(payload, Mapping):
                keys[change.row_id] = str(payload["key"])
        key = keys.get(change.row_id, "")
        if key.startswith(prefix):
            before, after = _setting_value(change.before), _setting_value(change.after)
            steps.append(SettingChange(operation_of(row), key, before, after))
    return steps[::-1]


def _setting_value(cell: object) -> object:
    """Return the value of a side of a change: the audit has the whole row, or the value's column as JSON text."""
    held = cell.get("value") if isinstance(cell, Mapping) else cell
    return None if held is None else json.loads(str(held))


def field_history(connection: sa.Connection, case_id: int, group: Group, row_id: int, field: str) -> list[FieldChange]:
    """Return every step of a field since its case or row came, latest first."""
    spec = spec_of(group, field)
    steps = []
    for operation, change in case_changes(connection, case_id, group, row_id):
        if change.field == field:
            before, after = change.before, change.after
        elif change.field == ROW:
            before, after = _cell_in(change.before, field), _cell_in(change.after, field)
        else:
            continue
        if before != after:
            steps.append(FieldChange(operation, decode(spec, before), decode(spec, after)))
    return steps[::-1]


def _cell_in(payload: object, field: str) -> object:
    if not isinstance(payload, Mapping):
        return None
    head = payload.get("head", payload)
    return head.get(field) if isinstance(head, Mapping) else None


def case_changes(
    connection: sa.Connection, case_id: int, group: Group | None = None, row_id: int | None = None
) -> Iterator[tuple[Operation, Change]]:
    """Yield the changes of a case (of a group, of a row) with their operations, oldest first, but not who read it."""
    query = (
        sa.select(audit_operation, audit_change)
        .join(audit_change, audit_change.c.op_id == audit_operation.c.id)
        .where(audit_change.c.case_id == case_id, audit_operation.c.op.not_in(READS))
        .order_by(audit_change.c.op_id, audit_change.c.seq)
    )
    if group is not None:
        query = query.where(audit_change.c.entity == group.value)
    if row_id is not None:
        query = query.where(audit_change.c.row_id == row_id)
    for row in connection.execute(query):
        yield operation_of(row), change_of(row)


def day_of(connection: sa.Connection, actor: str, day: date) -> list[Operation]:
    """Return what a person did on a day, latest first."""
    query = (
        audit_operation.select()
        .where(audit_operation.c.actor == actor)
        .where(audit_operation.c.at >= day.isoformat(), audit_operation.c.at < (day + timedelta(days=1)).isoformat())
        .order_by(audit_operation.c.id.desc())
    )
    return [operation_of(row) for row in connection.execute(query)]


def finished_on(connection: sa.Connection, actor: str, day: date) -> int:
    """Return how many cases a person sent on to quality control on a day; what was taken back does not count."""
    steps = [one.id for one in day_of(connection, actor, day) if one.op is Op.SET_STATE]
    kept = sorted(set(steps) - undone_of(connection, steps))
    change = audit_change.c
    found: set[int] = set()
    for start in range(0, len(kept), _AT_A_TIME):  # by the key of the table: else SQLite reads all of it
        query = sa.select(change.case_id).where(change.op_id.in_(kept[start : start + _AT_A_TIME]))
        finished = (
            change.entity == Group.CASE.value,
            change.field == STATE,
            change.after == dump(CaseState.TO_QC.value),
        )
        found |= set(connection.execute(query.where(*finished)).scalars())
    return len(found)


def edited_cells(connection: sa.Connection, case_id: int) -> frozenset[tuple[Group, int, str]]:
    """Return the cells whose value now is a person's and not the file's: (group, row id, field).

    An edit that was undone does not count; a row that a person added or deleted has the field ''. Proposals, order and
    workflow are no edits of the record.
    """
    baseline: dict[tuple[Group, int, str], str | None] = {}
    now: dict[tuple[Group, int, str], str | None] = {}
    for op, entity, row_id, field, before, after in connection.execute(_edits(), {"case": case_id}):
        if entity != EVENT:
            cell = (Group(entity), row_id, field)
            if op in _IMPORTS:
                baseline[cell] = after
            now[cell] = after
            baseline.setdefault(cell, before)
    return frozenset(cell for cell, value in now.items() if _differs(cell[2], baseline[cell], value))


@cache
def _edits() -> sa.Select[str, str, int, str, str | None, str | None]:
    """Select the changes of a case's record, oldest first; built once, because building costs more than running."""
    change = audit_change.c
    workflow = sa.and_(change.entity == Group.CASE.value, change.field.in_(WORKFLOW_COLUMNS))
    return (
        sa.select(audit_operation.c.op, change.entity, change.row_id, change.field, change.before, change.after)
        .join(audit_change, change.op_id == audit_operation.c.id)
        .where(change.case_id == sa.bindparam("case"))
        .where(change.field.not_in((POSITION, PROPOSAL, CODE_STATUS)), ~workflow)
        .order_by(change.op_id, change.seq)
    )


def _differs(field: str, baseline: str | None, value: str | None) -> bool:
    """Compare the sides of a change as they are stored: equal values have equal text."""
    if field == ROW:  # deleted and brought back, a row may stand elsewhere; it counts only when it came or went
        return (value is None) != (baseline is None)
    return value != baseline
