"""Reads of the hospital's memory: what texts were given which codes, how often, when last, by whom, from where.

Uses on cases and lines of imported files are summed up by code set, text (without regard to blanks, width and
punctuation) and codes. A sum is named by the reference of one of its uses.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from app.domain.coding import CodeKind
from app.domain.past import JOIN, PastLine, text_key
from app.storage.ops import Op
from app.storage.rows import ROW
from app.storage.tables import audit_change, audit_operation, coding_evidence, coding_import, coding_revoked

SORTS: Final = ("text", "codes", "times", "last", "by")
_SHOWN: Final = 400
_STEPS: Final = (Op.IMPORT_PAST.value, Op.REVOKE_CODING.value, Op.RESTORE_CODING.value)
_FIELDS: Final = 'ref, kind, "key", codes, text, "by", last'
_USES: Final = f"""(
  SELECT {_FIELDS}, 1 AS times, 1 AS on_cases FROM coding_evidence
  UNION ALL
  SELECT {_FIELDS}, times, 0 AS on_cases FROM coding_past
)"""  # noqa: S608 - made of constants
_HISTORY: Final = f"""
SELECT "key", codes, text, sum(times), max(last), "by" FROM {_USES} WHERE kind = ?
GROUP BY "key", codes ORDER BY "key", codes
"""  # noqa: S608 - made of constants
_IS_REVOKED: Final = """EXISTS (
  SELECT 1 FROM coding_revoked AS r WHERE r.kind = u.kind AND r."key" = u."key" AND r.codes = u.codes
)"""
_LINES: Final = """
WITH wanted AS (
  SELECT ref, kind, "key", codes FROM coding_evidence WHERE ref IN :refs
  UNION ALL
  SELECT ref, kind, "key", codes FROM coding_past WHERE ref IN :refs
), used AS (
  SELECT w.ref AS place, u.text, u."by", u.last, 1 AS times, 1 AS on_cases
  FROM wanted AS w JOIN coding_evidence AS u ON u.kind = w.kind AND u."key" = w."key" AND u.codes = w.codes
  UNION ALL
  SELECT w.ref AS place, u.text, u."by", u.last, u.times, 0 AS on_cases
  FROM wanted AS w JOIN coding_past AS u ON u.kind = w.kind AND u."key" = w."key" AND u.codes = w.codes
), summed AS (
  SELECT place, text, "by", max(last) AS last, sum(times) AS times, sum(on_cases) AS on_cases,
         sum(times * (1 - on_cases)) AS in_files
  FROM used GROUP BY place
)
SELECT w.ref, w.kind, w.codes, s.text, s.times, s.last, s."by" AS "by", s.on_cases, s.in_files,
       r.id AS note, r.why, r.actor, r.actor_name AS who, r.at
FROM summed AS s JOIN wanted AS w ON w.ref = s.place
LEFT JOIN coding_revoked AS r ON r.kind = w.kind AND r."key" = w."key" AND r.codes = w.codes
"""


class MemoryState(StrEnum):
    """Which codings to show."""

    ALL = ""
    OFFERED = "offered"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class MemoryQuery:
    """What the page shows: texts or codes that hold every word of ``text``.

    ``sort`` is one of :data:`SORTS`.
    """

    text: str = ""
    kind: CodeKind | None = None
    state: MemoryState = MemoryState.ALL
    sort: str = "last"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Revoked:
    """That a coding is no longer offered: the note's id, who, when, why."""

    id: int
    why: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MemoryLine:
    """One text with one set of codes: how often, when last (ISO text, '' unknown), by whom, on how many cases.

    ``text`` is as it was written last. ``in_files`` counts what imported files bring.
    """

    ref: int
    kind: CodeKind
    text: str
    codes: tuple[str, ...]
    times: int
    last: str
    by: str
    on_cases: int
    in_files: int
    revoked: Revoked | None = None


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """One use: on a case (``case_id``, ``record_no``), else in an imported file (``file_name``)."""

    text: str
    at: str
    by: str
    times: int
    case_id: int = 0
    record_no: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class MemoryStats:
    """How much is remembered: texts with codes, uses on cases and in files, files, codings no longer offered."""

    lines: int
    on_cases: int
    in_files: int
    files: int
    revoked: int


@dataclass(frozen=True, slots=True)
class PastImport:
    """An imported file of past codings; ``op_id`` is the operation that brought it."""

    id: int
    file_name: str
    sha256: str
    lines: int
    who: str
    at: datetime
    op_id: int


@dataclass(frozen=True, slots=True)
class MemoryStep:
    """An operation on the memory itself that can be taken back: what it is called, and its note."""

    op_id: int
    label: str
    note: str


def history(connection: sa.Connection, kind: CodeKind) -> list[PastLine]:
    """Return what is remembered and offered of a code set, equal texts summed up; 0.3 s for 20,000."""
    column = coding_revoked.c
    query = sa.select(column.key, column.codes).where(column.kind == kind.value)
    revoked = {(key, codes) for key, codes in connection.execute(query)}
    # the driver's own rows: result objects of SQLAlchemy would take as long again
    cursor = connection.exec_driver_sql(_HISTORY, (kind.value,)).cursor
    assert cursor is not None  # noqa: S101 - a SELECT has one
    return [
        PastLine(kind, text, tuple(codes.split(JOIN)), times, last, by)
        for key, codes, text, times, last, by in cursor.fetchall()
        if (key, codes) not in revoked
    ]


def memory_refs(connection: sa.Connection, query: MemoryQuery) -> array[int]:
    """Return the references of what a query shows, in its order. Raises ``KeyError`` for an unknown order."""
    conditions, values = _conditions(query)
    order = {"times": "sum(times)", "last": "max(last)", "text": '"key"', "codes": "codes", "by": 'max("by")'}[
        query.sort
    ]
    way = "DESC" if query.descending else "ASC"
    statement = (
        f"SELECT max(ref) FROM {_USES} AS u WHERE {conditions}"  # noqa: S608 - made of constants
        f' GROUP BY kind, "key", codes ORDER BY {order} {way}, "key", codes'
    )
    return array("q", (row[0] for row in connection.exec_driver_sql(statement, values)))


def memory_texts(connection: sa.Connection, query: MemoryQuery) -> list[tuple[int, str]]:
    """Return the reference and the text of everything that a query shows but for its words and its order."""
    conditions, values = _conditions(MemoryQuery(kind=query.kind, state=query.state))
    statement = f'SELECT max(ref), text FROM {_USES} AS u WHERE {conditions} GROUP BY kind, "key", codes'  # noqa: S608 - made of constants
    return [(ref, text) for ref, text in connection.exec_driver_sql(statement, values)]


def memory_lines(connection: sa.Connection, refs: Sequence[int]) -> list[MemoryLine]:
    """Return the lines of references in their order; those that are gone are left out."""
    found: dict[int, MemoryLine] = {}
    statement = sa.text(_LINES).bindparams(sa.bindparam("refs", expanding=True))
    for start in range(0, len(refs), _SHOWN):
        for row in connection.execute(statement, {"refs": list(refs[start : start + _SHOWN])}).mappings():
            found[row["ref"]] = _line(row)
    return [found[ref] for ref in refs if ref in found]


def memory_uses(connection: sa.Connection, line: MemoryLine, limit: int = 500) -> list[MemoryUse]:
    """Return the uses of a coding, latest first: each case, then each line of a file."""
    where = {"kind": line.kind.value, "key": text_key(line.text), "codes": JOIN.join(line.codes), "limit": limit}
    return [*_on_cases(connection, where), *_in_files(connection, where)][:limit]


def _on_cases(connection: sa.Connection, where: dict[str, str | int]) -> Iterator[MemoryUse]:
    found = connection.execute(
        sa.text(
            'SELECT u.text, u.last, u."by", u.case_id, c.record_no FROM coding_evidence AS u'
            " JOIN cases AS c ON c.id = u.case_id"
            ' WHERE u.kind = :kind AND u."key" = :key AND u.codes = :codes'
            " ORDER BY u.last DESC, u.ref DESC LIMIT :limit"
        ),
        where,
    )
    for text, last, by, case_id, record_no in found:
        yield MemoryUse(text, last, by, 1, case_id, record_no)


def _in_files(connection: sa.Connection, where: dict[str, str | int]) -> Iterator[MemoryUse]:
    found = connection.execute(
        sa.text(
            'SELECT u.text, u.last, u."by", u.times, i.file_name FROM coding_past AS u'
            " JOIN coding_import AS i ON i.id = u.import_id"
            ' WHERE u.kind = :kind AND u."key" = :key AND u.codes = :codes ORDER BY u.ref LIMIT :limit'
        ),
        where,
    )
    for text, last, by, times, file_name in found:
        yield MemoryUse(text, last, by, times, file_name=file_name)


def memory_stats(connection: sa.Connection) -> MemoryStats:
    """Return how much is remembered."""
    lines = f'SELECT count(*) FROM (SELECT 1 FROM {_USES} GROUP BY kind, "key", codes)'  # noqa: S608 - made of constants
    in_files = "SELECT coalesce(sum(times), 0) FROM coding_past"
    return MemoryStats(
        int(connection.exec_driver_sql(lines).scalar_one()),
        int(connection.execute(sa.select(sa.func.count()).select_from(coding_evidence)).scalar_one()),
        int(connection.exec_driver_sql(in_files).scalar_one()),
        int(connection.execute(sa.select(sa.func.count()).select_from(coding_import)).scalar_one()),
        int(connection.execute(sa.select(sa.func.count()).select_from(coding_revoked)).scalar_one()),
    )


def past_imports(connection: sa.Connection) -> list[PastImport]:
    """Return the imported files of past codings, latest first."""
    change = audit_change.c
    brought = (
        sa.select(sa.func.max(change.op_id))
        .join(audit_operation, audit_operation.c.id == change.op_id)
        .where(change.entity == coding_import.name, change.row_id == coding_import.c.id, change.field == ROW)
        .where(audit_operation.c.undo_of.is_(None))
        .scalar_subquery()
    )
    rows = connection.execute(sa.select(coding_import, brought).order_by(coding_import.c.id.desc()))
    return [
        PastImport(id_, name, sha256, lines, who or actor, datetime.fromisoformat(at), op_id)
        for id_, name, sha256, _, lines, actor, who, at, op_id in rows
    ]


def memory_step(connection: sa.Connection, actor: str) -> MemoryStep | None:
    """Return the latest operation of a person on the memory itself that is in effect, None without one."""
    later = audit_operation.alias("later")
    last_word = sa.select(later.c.op).where(later.c.undo_of == audit_operation.c.id).order_by(later.c.id.desc())
    query = (
        sa.select(audit_operation.c.id, audit_operation.c.op, audit_operation.c.note)
        .where(audit_operation.c.actor == actor, audit_operation.c.op.in_(_STEPS))
        .where(sa.func.coalesce(last_word.limit(1).scalar_subquery(), "") != Op.UNDO.value)
        .order_by(audit_operation.c.id.desc())
    )
    row = connection.execute(query.limit(1)).first()
    return None if row is None else MemoryStep(row.id, Op(row.op).label, row.note)


def _conditions(query: MemoryQuery) -> tuple[str, tuple[str, ...]]:
    parts, values = ["1"], []
    if query.kind is not None:
        parts.append("kind = ?")
        values.append(query.kind.value)
    if query.state is not MemoryState.ALL:
        parts.append(_IS_REVOKED if query.state is MemoryState.REVOKED else f"NOT {_IS_REVOKED}")
    for word in query.text.split():
        parts.append("(\"key\" LIKE ? ESCAPE '\\' OR codes LIKE ? ESCAPE '\\')")
        values += [_holding(text_key(word)), _holding(word)]
    return " AND ".join(parts), tuple(values)


def _holding(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def _line(row: sa.RowMapping) -> MemoryLine:
    revoked = None
    if row["note"] is not None:
        revoked = Revoked(row["note"], row["why"], row["who"] or row["actor"], datetime.fromisoformat(row["at"]))
    return MemoryLine(
        row["ref"],
        CodeKind(row["kind"]),
        row["text"],
        tuple(row["codes"].split(JOIN)),
        row["times"],
        row["last"],
        row["by"],
        row["on_cases"],
        row["in_files"],
        revoked,
    )
