"""Changes rows of the tables from audit payloads. Operations, undo and replay all write through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from app.domain.field import Group
from app.domain.fields import fields_of
from app.storage.cells import Column, Payload, join, proposal_cell, proposal_of, split
from app.storage.past import spread
from app.storage.tables import (
    CODED_GROUPS,
    FLAT_TABLES,
    GROUP_TABLES,
    HEAD_TABLES,
    PROPOSAL_COLUMNS,
    WORKFLOW_COLUMNS,
    cases,
    coding_import,
    spec_of,
)

CASE: Final = Group.CASE.value
EVENT: Final = "event"
ROW: Final = ""
"""Field name of a change that inserts (``before`` None) or deletes (``after`` None) a whole row."""
POSITION: Final = "position"
PROPOSAL: Final = "proposal"
CODE_STATUS: Final = "code_status"
STATE: Final = "state"
CLAIMED_BY: Final = "claimed_by"

_PARKED: Final = 1_000_000  # rows are parked above this while others move, so that positions stay unique

_DIALECT: Final = sqlite.dialect()
_WORKFLOW_DEFAULTS: Final = {"state": "", "batch_id": None, "source_row": 0, "columns_id": None, "claimed_by": ""}
_KEY_DEFAULTS: Final = {"org_code": "", "record_no": "", "admission_count": 0}
_HEAD_FIELDS: Final = {
    name: tuple(spec.id for spec in fields_of(Group.CASE) if spec.table == name) for name in HEAD_TABLES
}
_GROUP_FIELDS: Final = {group: tuple(spec.id for spec in fields_of(group)) for group in GROUP_TABLES}


@dataclass(frozen=True, slots=True)
class Change:
    """One change as the audit holds it. ``entity`` is a group of the case, a flat table or ``event``.

    ``before`` and ``after`` are cells (JSON values); for a whole row ``field`` is '' and None means that it is absent.
    """

    entity: str
    row_id: int
    field: str
    before: object
    after: object
    case_id: int | None = None

    def inverse(self) -> Change:
        """Return the change that takes this one back."""
        return replace(self, before=self.after, after=self.before)


@cache
def insert_sql(table: sa.Table) -> str:
    """Return the INSERT of all columns of a table in their order, with ``?`` for each."""
    return str(table.insert().compile(dialect=_DIALECT))


@cache
def _insert_case() -> str:
    names = ["id", *_WORKFLOW_DEFAULTS, *_KEY_DEFAULTS, "created", "updated"]
    return str(sa.insert(sa.table("cases", *map(sa.column, names))).compile(dialect=_DIALECT))


def group_columns(group: Group, payload: Mapping[str, object]) -> tuple[Column, ...]:
    """Return the columns of a row of a group after ``position``, in the table's order."""
    columns, raw, dashes = split(payload, _GROUP_FIELDS[group])
    values: tuple[Column, ...] = (*columns, raw, dashes)
    if group not in CODED_GROUPS:
        return values
    status = payload.get(CODE_STATUS, "")
    return (*values, str(status), *_proposal_columns(payload.get(PROPOSAL)))


def _proposal_columns(cell: object) -> tuple[Column, ...]:
    if not isinstance(cell, Mapping):
        return (None,) * len(PROPOSAL_COLUMNS)
    return tuple(cell[name.removeprefix("prop_")] for name in PROPOSAL_COLUMNS)


class RowWriter:
    """Applies changes inside the transaction of ``connection``; ``at`` is the time of the operation (ISO text)."""

    def __init__(self, connection: sa.Connection, at: str) -> None:
        self.connection = connection
        self.at = at

    def apply(self, change: Change) -> None:
        """Make one change of the audit happen. Rows keep the ids they had."""
        if change.entity == EVENT:
            return
        if change.entity in FLAT_TABLES:
            self._apply_flat(change)
            return
        group = Group(change.entity)
        case_id = change.case_id or 0
        if change.field == ROW:
            self._apply_row(group, case_id, change)
        elif change.field == POSITION:
            self.move_row(group, case_id, change.row_id, _int(change.after))
        else:
            self.set_cell(group, case_id, change.row_id, change.field, change.after)

    def _apply_row(self, group: Group, case_id: int, change: Change) -> None:
        match group, change.after:
            case Group.CASE, None:
                self.delete_case(case_id)
            case Group.CASE, dict() as payload:
                self.insert_case(payload, case_id)
            case _, None:
                self.delete_row(group, case_id, change.row_id)
            case _, dict() as payload:
                self.insert_row(group, case_id, payload, change.row_id)

    def current(self, change: Change) -> object:
        """Return what stands now where ``change`` was made, in the form of its ``before`` and ``after``."""
        if change.entity in FLAT_TABLES:
            return self._flat(change)
        group = Group(change.entity)
        if change.field != ROW:
            return self.cell(group, change.case_id or 0, change.row_id, change.field)
        if group is Group.CASE:
            return self.case_payload(change.case_id or 0)
        return self.row_payload(group, change.row_id)

    def insert_case(self, payload: Mapping[str, object], case_id: int | None = None) -> int:
        """Insert a case with its one-to-one rows and return its id."""
        head = payload.get("head", {})
        assert isinstance(head, Mapping)  # noqa: S101 - written by this module
        values = [payload.get(name, default) for name, default in _WORKFLOW_DEFAULTS.items()]
        key = [head[name] if _is_plain(head, name) else default for name, default in _KEY_DEFAULTS.items()]
        result = self.connection.exec_driver_sql(_insert_case(), (case_id, *values, *key, self.at, self.at))
        new_id = int(result.lastrowid)
        for name, table in HEAD_TABLES.items():
            columns, raw, dashes = split(head, _HEAD_FIELDS[name])
            self.connection.exec_driver_sql(insert_sql(table), (new_id, *columns, raw, dashes))
        return new_id

    def delete_case(self, case_id: int) -> None:
        """Delete a case and its one-to-one rows; rows of groups must have been deleted before."""
        self.connection.execute(cases.delete().where(cases.c.id == case_id))

    def case_payload(self, case_id: int) -> Payload | None:
        """Return a case without its group rows as a payload; None when it does not exist or still has group rows."""
        columns = [cases.c[name] for name in WORKFLOW_COLUMNS]
        found = self.connection.execute(sa.select(*columns).where(cases.c.id == case_id)).mappings().first()
        if found is None or any(self.count(group, case_id) for group in GROUP_TABLES):
            return None
        payload: Payload = {name: value for name, value in found.items() if value not in (None, "", 0)}
        head: Payload = {}
        for name, table in HEAD_TABLES.items():
            row = self.connection.execute(table.select().where(table.c.case_id == case_id)).mappings().one()
            head |= join({field: row[field] for field in _HEAD_FIELDS[name]}, row["raw"], row["dashes"])
        return payload | {"head": head}

    def count(self, group: Group, case_id: int) -> int:
        """Return the number of rows of a group."""
        table = GROUP_TABLES[group]
        query = sa.select(sa.func.count()).select_from(table).where(table.c.case_id == case_id)
        return int(self.connection.execute(query).scalar_one())

    def append_row(self, group: Group, case_id: int, payload: Mapping[str, object]) -> int:
        """Insert a row at the position its payload names, which must be free, and return its id."""
        values = (None, case_id, payload[POSITION], *group_columns(group, payload))
        return int(self.connection.exec_driver_sql(insert_sql(GROUP_TABLES[group]), values).lastrowid)

    def insert_row(
        self, group: Group, case_id: int, payload: Mapping[str, object], row_id: int | None = None
    ) -> tuple[int, int]:
        """Insert a row, making room at its position (at most the end). Return its id and position."""
        position = min(_int(payload[POSITION]), self.count(group, case_id))
        self._shift(group, case_id, position, None, 1)
        values = (row_id, case_id, position, *group_columns(group, payload))
        result = self.connection.exec_driver_sql(insert_sql(GROUP_TABLES[group]), values)
        return int(result.lastrowid), position

    def delete_row(self, group: Group, case_id: int, row_id: int) -> None:
        """Delete a row and close the gap."""
        table = GROUP_TABLES[group]
        position = self.position(group, row_id)
        self.connection.execute(table.delete().where(table.c.id == row_id))
        self._shift(group, case_id, position + 1, None, -1)

    def move_row(self, group: Group, case_id: int, row_id: int, to: int) -> None:
        """Move a row to position ``to``; the rows between make room."""
        table = GROUP_TABLES[group]
        start = self.position(group, row_id)
        park = table.update().where(table.c.id == row_id)
        self.connection.execute(park.values(position=3 * _PARKED))
        if to < start:
            self._shift(group, case_id, to, start - 1, 1)
        else:
            self._shift(group, case_id, start + 1, to, -1)
        self.connection.execute(park.values(position=to))

    def _shift(self, group: Group, case_id: int, first: int, last: int | None, by: int) -> None:
        table = GROUP_TABLES[group]
        column = table.c.position
        mine = table.update().where(table.c.case_id == case_id)
        upper = _PARKED - 1 if last is None else last
        self.connection.execute(mine.where(column.between(first, upper)).values(position=column + _PARKED + by))
        back = mine.where(column.between(_PARKED - 1, 3 * _PARKED - 1))
        self.connection.execute(back.values(position=column - _PARKED))

    def position(self, group: Group, row_id: int) -> int:
        """Return the position of a row that exists."""
        table = GROUP_TABLES[group]
        return int(self.connection.execute(sa.select(table.c.position).where(table.c.id == row_id)).scalar_one())

    def row_payload(self, group: Group, row_id: int, case_id: int | None = None) -> Payload | None:
        """Return a row as a payload with its position, None when it does not exist (in that case)."""
        table = GROUP_TABLES[group]
        row = self.connection.execute(table.select().where(table.c.id == row_id)).mappings().first()
        if row is None or case_id not in (None, row["case_id"]):
            return None
        payload = join({name: row[name] for name in _GROUP_FIELDS[group]}, row["raw"], row["dashes"])
        payload[POSITION] = row["position"]
        if group in CODED_GROUPS:
            proposal = proposal_of(*(row[name] for name in PROPOSAL_COLUMNS))
            payload |= {PROPOSAL: proposal_cell(proposal)} if proposal else {}
            payload |= {CODE_STATUS: row[CODE_STATUS]} if row[CODE_STATUS] else {}
        return payload

    def cell(self, group: Group, case_id: int, row_id: int, field: str) -> object:
        """Return the cell of a field, None when it is blank or its row does not exist."""
        if group is Group.CASE and field in WORKFLOW_COLUMNS:
            return self.connection.execute(sa.select(cases.c[field]).where(cases.c.id == case_id)).scalar()
        if group is not Group.CASE and field in (POSITION, PROPOSAL, CODE_STATUS):
            payload = self.row_payload(group, row_id) or {}
            return payload.get(field, "" if field == CODE_STATUS else None)
        table, where = self._place(group, case_id, row_id, field)
        query = sa.select(table.c[field], table.c.raw, table.c.dashes).where(where)
        row = self.connection.execute(query).first()
        return None if row is None else join({field: row[0]}, row[1], row[2]).get(field)

    def set_cell(self, group: Group, case_id: int, row_id: int, field: str, cell: object) -> None:
        """Write the cell of a field, of the workflow, of a proposal or of a code status."""
        if group is Group.CASE and field in WORKFLOW_COLUMNS:
            self.connection.execute(cases.update().where(cases.c.id == case_id).values({field: cell}))
            return
        if group is not Group.CASE and field in (PROPOSAL, CODE_STATUS):
            table = GROUP_TABLES[group]
            values: dict[str, object] = {CODE_STATUS: cell}
            if field == PROPOSAL:
                values = dict(zip(PROPOSAL_COLUMNS, _proposal_columns(cell), strict=True))
            self.connection.execute(table.update().where(table.c.id == row_id).values(values))
            return
        table, where = self._place(group, case_id, row_id, field)
        old = self.connection.execute(sa.select(table.c.raw, table.c.dashes).where(where)).one()
        unread = {name: other for name, other in join({}, old.raw, old.dashes).items() if name != field}
        columns, raw, dashes = split({**unread, field: cell}, [field, *unread])
        self.connection.execute(table.update().where(where).values({field: columns[0], "raw": raw, "dashes": dashes}))

    def _place(self, group: Group, case_id: int, row_id: int, field: str) -> tuple[sa.Table, sa.ColumnElement[bool]]:
        if group is Group.CASE:
            table = HEAD_TABLES[spec_of(group, field).table]
            return table, table.c.case_id == case_id
        table = GROUP_TABLES[group]
        return table, sa.and_(table.c.id == row_id, table.c.case_id == case_id)

    def insert_flat(self, name: str, payload: Mapping[str, object], row_id: int | None = None) -> int:
        """Insert a row of a table that belongs to no case and return its id."""
        values = dict(payload) if row_id is None else {**payload, "id": row_id}
        new_id = int(self.connection.execute(FLAT_TABLES[name].insert().values(values)).lastrowid)
        if name == coding_import.name:
            spread(self.connection, new_id, str(payload["lines_sha256"]))
        return new_id

    def find_flat(self, name: str, column: str, value: str) -> Mapping[str, object] | None:
        """Return the row of a table that belongs to no case in which ``column`` is ``value``, None without one."""
        table = FLAT_TABLES[name]
        row = self.connection.execute(table.select().where(table.c[column] == value)).mappings().first()
        return None if row is None else dict(row)

    def _apply_flat(self, change: Change) -> None:
        table = FLAT_TABLES[change.entity]
        if change.field != ROW:
            update = table.update().where(table.c.id == change.row_id)
            self.connection.execute(update.values({change.field: change.after}))
        elif isinstance(change.after, Mapping):
            self.insert_flat(change.entity, change.after, change.row_id)
        else:
            self.connection.execute(table.delete().where(table.c.id == change.row_id))

    def _flat(self, change: Change) -> object:
        row = self.flat_payload(change.entity, change.row_id)
        return row if change.field == ROW or row is None else row[change.field]

    def flat_payload(self, name: str, row_id: int) -> Payload | None:
        """Return a row of a table that belongs to no case without its id, None when it does not exist."""
        table = FLAT_TABLES[name]
        row = self.connection.execute(table.select().where(table.c.id == row_id)).mappings().first()
        return None if row is None else {name: value for name, value in row.items() if name != "id"}


def _is_plain(head: Mapping[str, object], name: str) -> bool:
    return isinstance(head.get(name), int | str)


def _int(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - positions are written by this module
    return value
