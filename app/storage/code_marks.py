"""Favourites, annotations and wishes about codes, read and written; codes that were used lately, from the audit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from app.domain.coding import CodeKind
from app.domain.field import Group
from app.storage.code_table import code_mark
from app.storage.tables import GROUP_TABLES, audit_change, audit_operation, cases
from app.storage.transaction import Transaction

_GROUPS: Final = {CodeKind.DX: Group.DX, CodeKind.PX: Group.OP}


class Mark(StrEnum):
    """What was noted."""

    FAVOURITE = "favourite"
    NOTE = "note"
    WISH = "wish"


@dataclass(frozen=True, slots=True)
class StoredMark:
    """One mark; ``ended`` is '' while it holds."""

    id: int
    what: Mark
    kind: CodeKind
    code: str
    words: str
    is_shared: bool
    ended: str
    ended_by: str
    author: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UsedCode:
    """A code that a person wrote: how often of late, and when last."""

    code: str
    times: int
    last: datetime


def marks(connection: sa.Connection, what: Mark, actor: str, *, code: str = "") -> list[StoredMark]:
    """Return the marks of a sort that a person may see (own and shared ones), latest first; of one code if given."""
    mine = sa.or_(code_mark.c.shared == 1, code_mark.c.actor == actor)
    query = code_mark.select().where(code_mark.c.what == what.value, mine).order_by(code_mark.c.id.desc())
    if code:
        query = query.where(code_mark.c.code == code)
    return [_mark(row) for row in connection.execute(query).mappings()]


def used_codes(connection: sa.Connection, actor: str, kind: CodeKind, within: int) -> list[UsedCode]:
    """Return the codes among the last ``within`` that a person wrote one by one, the last used first."""
    query = (
        sa.select(audit_change.c.after, audit_operation.c.at)
        .join(audit_operation, audit_change.c.op_id == audit_operation.c.id)
        .where(
            audit_operation.c.actor == actor,
            audit_operation.c.cases == 1,
            audit_operation.c.op.not_in(("import", "reimport", "auto_code", "undo")),
            audit_change.c.entity == _GROUPS[kind].value,
            audit_change.c.field == "code",
        )
        .order_by(audit_operation.c.id.desc())
        .limit(within)
    )
    found: dict[str, list[datetime]] = {}
    for after, at in connection.execute(query):
        code = json.loads(after) if after else None
        if isinstance(code, str) and code:
            found.setdefault(code, []).append(datetime.fromisoformat(at))
    return [UsedCode(code, len(times), times[0]) for code, times in found.items()]


def department_codes(connection: sa.Connection, kind: CodeKind, dept: str, since: str, most: int) -> list[UsedCode]:
    """Return the codes that stays of a department discharged since a day carry most often."""
    rows = GROUP_TABLES[_GROUPS[kind]]
    query = (
        sa.select(rows.c.code, sa.func.count(), sa.func.max(cases.c.discharge_time))
        .join(cases, cases.c.id == rows.c.case_id)
        .where(cases.c.dept == dept, cases.c.discharge_time >= since, rows.c.code != "")
        .group_by(rows.c.code)
        .order_by(sa.func.count().desc(), rows.c.code)
        .limit(most)
    )
    return [UsedCode(code, times, datetime.fromisoformat(last)) for code, times, last in connection.execute(query)]


def add_mark(tx: Transaction, what: Mark, kind: CodeKind, code: str, words: str, *, shared: bool) -> int:
    """Store a mark and return its id."""
    facts: dict[str, object] = {"what": what.value, "kind": kind.value, "code": code, "words": words}
    return tx.insert_signed(code_mark.name, {**facts, "shared": int(shared), "ended": "", "ended_by": ""})


def end_mark(tx: Transaction, mark_id: int, why: str, who: str) -> None:
    """End a mark: ``why`` is kept. Raises ``LookupError`` for an unknown id."""
    tx.set_column(code_mark.name, mark_id, "ended", why)
    tx.set_column(code_mark.name, mark_id, "ended_by", who)


def _mark(row: sa.RowMapping) -> StoredMark:
    return StoredMark(
        row["id"],
        Mark(row["what"]),
        CodeKind(row["kind"]),
        row["code"],
        row["words"],
        bool(row["shared"]),
        row["ended"],
        row["ended_by"],
        row["actor"],
        row["actor_name"] or row["actor"],
        datetime.fromisoformat(row["at"]),
    )
