"""Reads of many cases with only the fields that are asked for, for what looks at every case of a library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from app.domain.case import CaseRecord, CaseState, Row, Value
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import FIELDS
from app.storage.cells import from_column
from app.storage.tables import GROUP_TABLES, HEAD_TABLES, cases, column_set

CHUNK: Final = 2000
"""Cases read at a time."""
_NO_RAW: Final[Mapping[str, str]] = {}
_NO_DASHES: Final[frozenset[str]] = frozenset()
_FIRST: Final = ("id", "state", "dept", "columns_id", "proposals")
_STATES: Final = {state.value: state for state in CaseState}
_DIALECT: Final = sqlite.dialect(paramstyle="qmark")
_PARSED: Final = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.DECIMAL, FieldType.LIST})
Stored = Sequence[Any]
"""A row as the driver gives it; made typed here and nowhere else."""


@dataclass(frozen=True, slots=True)
class Which:
    """The cases to read: discharged from ``first`` to ``last`` (None: no bound), of departments (() all)."""

    first: date | None = None
    last: date | None = None
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LightCase:
    """A case of which ``record`` holds only some fields. ``dept`` as the worklist has it; ``proposals`` are open."""

    case_id: int
    state: CaseState
    dept: str
    record: CaseRecord
    proposals: int


def ids_of(connection: sa.Connection, which: Which) -> list[int]:
    """Return the ids of the cases, ascending."""
    return list(connection.execute(sa.select(cases.c.id).where(*_conditions(which)).order_by(cases.c.id)).scalars())


def light_cases(connection: sa.Connection, paths: Iterable[str], which: Which) -> Iterator[list[LightCase]]:
    """Yield the cases in chunks by id with the fields of some path patterns (``sex``, ``dx[].code``).

    A pattern of whole rows (``dx[]``) gives their number; what is no field is left out.
    """
    plan = _Plan.of(paths)
    columns: dict[int | None, frozenset[str] | None] = {None: None}
    last = 0
    while found := _fetch(connection, plan.head_query(which, last)):
        first, last = found[0][0], found[-1][0]
        for set_id in {row[3] for row in found} - columns.keys():
            columns[set_id] = _columns(connection, set_id)
        groups = [(group, plan.rows(connection, group, first, last)) for group in plan.groups]
        yield [
            LightCase(
                row[0],
                _STATES[row[1]],
                row[2],
                CaseRecord(
                    plan.head(row),
                    {group: tuple(rows[row[0]]) for group, rows in groups if row[0] in rows},
                    columns[row[3]],
                ),
                row[4],
            )
            for row in found
        ]


def other_stays(connection: sa.Connection, first: int, last: int) -> dict[int, list[int]]:
    """Return for the cases with ids from ``first`` to ``last`` the other stays of the same patient, where there are."""
    one, other = cases.alias("one"), cases.alias("other")
    mine, theirs = HEAD_TABLES["patient"].alias("mine"), HEAD_TABLES["patient"].alias("theirs")
    by_number = sa.select(one.c.id, other.c.id.label("other")).where(
        one.c.id.between(first, last),
        one.c.record_no != "",
        other.c.record_no == one.c.record_no,
        other.c.id != one.c.id,
    )
    by_document = sa.select(mine.c.case_id, theirs.c.case_id).where(
        mine.c.case_id.between(first, last), theirs.c.id_no == mine.c.id_no, theirs.c.case_id != mine.c.case_id
    )
    found: dict[int, list[int]] = {}
    for row in _fetch(connection, sa.union(by_number, by_document)):
        found.setdefault(row[0], []).append(row[1])
    return {case_id: sorted(stays) for case_id, stays in found.items()}


class _Plan:
    """The columns to read, and how they become rows."""

    def __init__(self, heads: Mapping[str, list[FieldSpec]], groups: Mapping[Group, list[FieldSpec]]) -> None:
        self._heads = heads
        self.groups = groups
        self._parts: list[tuple[_Reading, int]] = []
        start = len(_FIRST)
        for specs in heads.values():
            self._parts.append((_Reading(specs), start))
            start += len(specs) + 2
        self._readings = {group: _Reading(specs) for group, specs in groups.items()}

    @classmethod
    def of(cls, paths: Iterable[str]) -> _Plan:
        """Return the plan for some path patterns."""
        asked = set(paths)
        heads: dict[str, list[FieldSpec]] = {}
        groups: dict[Group, list[FieldSpec]] = {Group(path[:-2]): [] for path in asked if path.endswith("[]")}
        for spec in FIELDS:
            if spec.path in asked:
                place = (
                    heads.setdefault(spec.table, []) if spec.group is Group.CASE else groups.setdefault(spec.group, [])
                )
                place.append(spec)
        return cls(heads, groups)

    def head_query(self, which: Which, after: int) -> sa.SelectBase:
        """Select the next chunk: columns of ``cases``, then each table's columns, raw, dashes."""
        parts: list[sa.ColumnElement[object]] = [cases.c[name] for name in _FIRST]
        source: sa.FromClause = cases
        for name, specs in self._heads.items():
            table = HEAD_TABLES[name]
            source = source.join(table, table.c.case_id == cases.c.id)
            parts += [*(table.c[spec.id] for spec in specs), table.c.raw, table.c.dashes]
        query = sa.select(*parts).select_from(source).where(cases.c.id > after, *_conditions(which))
        return query.order_by(cases.c.id).limit(CHUNK)

    def head(self, row: Stored) -> Row:
        """Return the fields of the case from a row of :meth:`head_query`."""
        values: dict[str, Value] = {}
        raw, dashes = _NO_RAW, _NO_DASHES
        for reading, start in self._parts:
            reading.into(values, row, start)
            end = start + reading.width
            if row[end] != "{}":
                raw = {**raw, **_raw(row[end])}
            if row[end + 1] != "[]":
                dashes |= _dashes(row[end + 1])
        return Row(values, raw, dashes)

    def rows(self, connection: sa.Connection, group: Group, first: int, last: int) -> dict[int, list[Row]]:
        """Return the rows of a group by case, in order."""
        table, reading = GROUP_TABLES[group], self._readings[group]
        columns = [table.c[spec.id] for spec in self.groups[group]]
        query = sa.select(table.c.case_id, *columns, table.c.raw, table.c.dashes)
        query = query.where(table.c.case_id.between(first, last)).order_by(table.c.case_id, table.c.position)
        end = 1 + reading.width
        found: dict[int, list[Row]] = {}
        for row in _fetch(connection, query):
            raw, dashes = row[end], row[end + 1]
            values = reading.of(row)
            known = _NO_RAW if raw == "{}" else _raw(raw)
            found.setdefault(row[0], []).append(Row(values, known, _NO_DASHES if dashes == "[]" else _dashes(dashes)))
        return found


class _Reading:
    """Stored columns as values, in the order of the fields."""

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        self.width = len(specs)
        self._specs = [(number, spec.id, spec if spec.type in _PARSED else None) for number, spec in enumerate(specs)]
        self._plain = [(number, spec.id) for number, spec in enumerate(specs, start=1)]
        self._parsed = any(spec.type in _PARSED for spec in specs)

    def of(self, row: Stored) -> dict[str, Value]:
        """Return what is not blank in a row whose fields stand after its first column."""
        if self._parsed:
            values: dict[str, Value] = {}
            self.into(values, row, 1)
            return values
        return {name: row[number] for number, name in self._plain if row[number] is not None}

    def into(self, values: dict[str, Value], row: Stored, start: int) -> None:
        """Put what is not blank into ``values``."""
        for number, name, spec in self._specs:
            stored = row[start + number]
            if stored is not None:
                values[name] = from_column(spec, stored) if spec else stored


def _fetch(connection: sa.Connection, query: sa.SelectBase) -> list[Stored]:
    """Return the driver's own rows: result objects of SQLAlchemy would take longer than the query."""
    compiled = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    cursor = connection.exec_driver_sql(str(compiled), values).cursor
    assert cursor is not None  # noqa: S101 - a SELECT has one
    return list(cursor.fetchall())


def _conditions(which: Which) -> list[sa.ColumnElement[bool]]:
    day = cases.c.discharge_time
    found: list[sa.ColumnElement[bool]] = []
    if which.first is not None:
        found.append(day >= which.first.isoformat())
    if which.last is not None:
        found += [day < (which.last + timedelta(days=1)).isoformat(), day != ""]
    if which.departments:
        dept = cases.c.dept
        found.append(sa.or_(dept.in_(which.departments), *(dept.startswith(f"{one}.") for one in which.departments)))
    return found


def _columns(connection: sa.Connection, set_id: int) -> frozenset[str]:
    query = sa.select(column_set.c.paths).where(column_set.c.id == set_id)
    return frozenset(json.loads(connection.execute(query).scalar_one()))


def _raw(stored: str) -> Mapping[str, str]:
    return json.loads(stored) if stored != "{}" else _NO_RAW


def _dashes(stored: str) -> frozenset[str]:
    return frozenset(json.loads(stored)) if stored != "[]" else _NO_DASHES
