"""The worklist: filter, sort and search in SQL, ids first, rows only for the part that is on the screen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.operators import custom_op

from app.domain.case import CaseState
from app.storage.desk_tables import follow_up
from app.storage.return_table import return_item
from app.storage.tables import CACHE_COLUMNS, DERIVED_COLUMNS, KEY_COLUMNS, WORKFLOW_COLUMNS, cases, finding

FilterValue = str | int | float | date
Stored = Sequence[Any]
"""A row as the driver gives it; made typed here and nowhere else."""

_LISTED: Final = frozenset(
    {"id", "created", "updated", *KEY_COLUMNS, *WORKFLOW_COLUMNS, *DERIVED_COLUMNS, *CACHE_COLUMNS}
)
_SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "severity": ("errors", "warns", "hints"),
    "age": ("age_years", "age_days"),
}
_DIALECT: Final = sqlite.dialect(paramstyle="qmark")
_NO_INDEX: Final[custom_op[object]] = custom_op("+")
"""SQLite's unary plus: the value as it is, but not from an index."""
_ROWS_PER_QUERY: Final = 500
FOLLOW_UP: Final = "follow_up"
"""The day on which somebody looks at a case again, for filters; ``NO_DAY`` for a case that waits without one."""
ANSWERED: Final = "answered"
"""How many answers of physicians wait for a look, for filters."""
LOS_DAYS: Final = "los_days"
"""Days from admission to discharge, for filters (domain.md 2.1: same day = 1)."""
NO_DAY: Final = "9999-12-31"
_BESIDE: Final[Mapping[str, sa.ColumnElement[object]]] = {
    FOLLOW_UP: sa.func.coalesce(
        sa.select(sa.func.coalesce(sa.func.nullif(follow_up.c.due, ""), NO_DAY))
        .where(follow_up.c.case_id == cases.c.id)
        .scalar_subquery(),
        "",
    ),
    LOS_DAYS: sa.case(
        (cases.c.admit_time == "", None),
        (cases.c.discharge_time == "", None),
        else_=sa.func.max(
            sa.func.julianday(sa.func.date(cases.c.discharge_time))
            - sa.func.julianday(sa.func.date(cases.c.admit_time)),
            1,
        ),
    ),
    ANSWERED: sa.select(sa.func.count())
    .where(return_item.c.case_id == cases.c.id, return_item.c.status == "answered")
    .scalar_subquery(),
}


class Test(StrEnum):
    """How a filter compares. ``TO`` with a date takes the whole day in; ``CONTAINS`` is literal text.

    A moment that is not there is never ``TO`` a day, and always ``BEFORE`` it.
    """

    IS = "is"
    IS_NOT = "is_not"
    FROM = "from"
    TO = "to"
    BEFORE = "before"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a column of the worklist; several values of IS are alternatives, of IS_NOT all excluded."""

    column: str
    test: Test
    values: tuple[FilterValue, ...]


@dataclass(frozen=True, slots=True)
class WorklistQuery:
    """What the list shows. Each word of ``text`` must occur in name, initials, record number or main diagnosis.

    ``sort`` is a column, or ``severity``, ``age`` or ``state`` (in the order of the work); '' keeps the order of entry.
    """

    text: str = ""
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One line of the list. Money in fen; ``rw`` None without weight; ``is_stale`` when edited since the last check."""

    case_id: int
    state: CaseState
    version: int
    record_no: str
    admission_count: int
    patient_name: str
    sex: str
    age_years: int | None
    age_days: int | None
    dept: str
    admit_time: datetime | None
    discharge_time: datetime | None
    principal_text: str
    principal_code: str
    principal_name: str
    errors: int
    warns: int
    hints: int
    score: float | None
    drg: str
    drg_name: str
    rw: float | None
    amount_fen: int | None
    group_status: str
    proposals: int
    coded: int
    total: int
    claimed_by: str
    batch_id: int | None
    created: datetime
    updated: datetime
    is_stale: bool

    def __repr__(self) -> str:
        return f"WorklistRow({self.case_id}, ‹redacted›)"


def worklist_ids(connection: sa.Connection, query: WorklistQuery) -> array[int]:
    """Return the ids of the cases a query shows, in its order. Raises ``KeyError`` for an unknown column."""
    statement = sa.select(cases.c.id).where(*conditions(query)).order_by(*_order(query))
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    # the driver's own rows: 100,000 result objects of SQLAlchemy would take longer than the query
    cursor = connection.exec_driver_sql(str(compiled), values).cursor
    assert cursor is not None  # noqa: S101 - a SELECT has one
    return array("q", (row[0] for row in cursor.fetchall()))


def worklist_rows(connection: sa.Connection, ids: Sequence[int]) -> list[WorklistRow]:
    """Return the lines of ``ids`` in their order; ids that no longer exist are left out."""
    found: dict[int, WorklistRow] = {}
    for start in range(0, len(ids), _ROWS_PER_QUERY):
        wanted = tuple(ids[start : start + _ROWS_PER_QUERY])
        statement = f"{_ROWS} WHERE id IN ({', '.join('?' * len(wanted))})"
        cursor = connection.exec_driver_sql(statement, wanted).cursor
        assert cursor is not None  # noqa: S101 - a SELECT has one
        found |= {row[0]: _row(row) for row in cursor.fetchall()}
    return [found[case_id] for case_id in ids if case_id in found]


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_LINE: Final = tuple(field.name for field in fields(WorklistRow))
_COLUMNS: Final = {"case_id": "id", "is_stale": "checked_version <> version"}
_ROWS: Final = f"SELECT {', '.join(_COLUMNS.get(name, name) for name in _LINE)} FROM cases"  # noqa: S608 - constants
_MAKE: Final[Mapping[str, Callable[[str], object]]] = {
    "state": CaseState,
    **dict.fromkeys(("admit_time", "discharge_time", "created", "updated"), _moment),
    "is_stale": bool,
}
_MADE: Final = tuple((place, _MAKE[name]) for place, name in enumerate(_LINE) if name in _MAKE)


def _row(stored: Stored) -> WorklistRow:
    values = list(stored)
    for place, make in _MADE:
        values[place] = make(values[place])
    return WorklistRow(*values)


def stale_ids(connection: sa.Connection, stamp: str) -> array[int]:
    """Return the cases whose report is older than they are or has another stamp, in the order of entry."""
    same = sa.exists().where(finding.c.case_id == cases.c.id, finding.c.stamp == stamp)
    query = sa.select(cases.c.id).where(sa.or_(cases.c.checked_version != cases.c.version, ~same))
    return array("q", connection.execute(query.order_by(cases.c.id)).scalars())


def value_counts(connection: sa.Connection, column: str) -> dict[str, int]:
    """Return the values a column has and how often, most frequent first, for the completion of filters."""
    value = _column(column)
    query = sa.select(value, sa.func.count()).group_by(value).order_by(sa.func.count().desc(), value)
    return {str(found): int(number) for found, number in connection.execute(query) if found not in (None, "")}


def _column(name: str) -> sa.ColumnElement[object]:
    if name in _BESIDE:
        return _BESIDE[name]
    if name not in _LISTED:
        raise KeyError(name)
    return cases.c[name]


def conditions(query: WorklistQuery) -> Iterable[sa.ColumnElement[bool]]:
    """Return what a query asks of the rows of ``cases``. Raises ``KeyError`` for an unknown column."""
    words = [_contains(word) for word in query.text.split()]
    texts = (sa.or_(cases.c.search.like(w, escape="\\"), cases.c.initials.like(w, escape="\\")) for w in words)
    return [*texts, *(_condition(item) for item in query.filters)]


def _contains(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def _condition(item: Filter) -> sa.ColumnElement[bool]:
    column = _column(item.column)
    values = [_value(value) for value in item.values]
    found: sa.ColumnElement[bool]
    match item.test:
        case Test.IS:
            found = column.in_(values)
        case Test.IS_NOT:
            found = column.not_in(values)
        case Test.FROM:
            found = column >= values[0]
        case Test.TO:
            last = item.values[0]
            whole_day = isinstance(last, date) and not isinstance(last, datetime)
            end = (last + timedelta(days=1)).isoformat() if whole_day and isinstance(last, date) else values[0]
            found = sa.and_(column < end if whole_day else column <= end, column != "")
        case Test.BEFORE:
            found = column < values[0]
        case Test.CONTAINS:
            found = column.like(_contains(str(values[0])), escape="\\")
    return found


def _value(value: FilterValue) -> str | int | float:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def _order(query: WorklistQuery) -> list[sa.ColumnElement[object]]:
    if query.sort == "state":
        columns: list[sa.ColumnElement[object]] = [_state_order()]
    else:
        columns = [_column(name) for name in _SORTS.get(query.sort, (query.sort,) if query.sort else ())]
    if query.filters or query.text:
        # walking a sort index and looking every row up is three times slower than one scan and a sort
        columns = [sa.UnaryExpression(column, operator=_NO_INDEX) for column in columns]
    return [column.desc() if query.descending else column.asc() for column in (*columns, cases.c.id)]


def _state_order() -> sa.ColumnElement[object]:
    return sa.case({state.value: order for order, state in enumerate(CaseState)}, value=cases.c.state)
