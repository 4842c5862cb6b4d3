"""Works out of the audit which codes on cases a person has confirmed; undone operations never happened.

A code counts when the operation that last wrote it was a person's, or when a person finished the case with it. The
program's own codes, those of a file and those taken unseen (their proposal stays open) count only then, so that the
program never learns from itself. Rows of a case with the same text are one text with several codes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Final

import sqlalchemy as sa

from app.domain.case import CaseState
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.domain.past import JOIN, Confirmed, text_key
from app.storage.ops import Op
from app.storage.rows import CASE, CODE_STATUS, PROPOSAL, ROW, STATE, insert_sql
from app.storage.tables import GROUP_TABLES, audit_change, audit_operation, cases, coding_evidence, coding_revoked

KINDS: Final = {Group.DX: CodeKind.DX, Group.OP: CodeKind.PX}
_BY_PROGRAM: Final = frozenset({Op.IMPORT, Op.REIMPORT, Op.AUTO_CODE})
_FINISHED: Final = json.dumps(CaseState.TO_QC.value)
_NOTHING: Final = "null"
_FIELDS: Final = (ROW, "code", CODE_STATUS, PROPOSAL, "name")
_CHUNK: Final = 400

_REVOKED: Final = sa.select(coding_revoked.c.kind, coding_revoked.c.key, coding_revoked.c.codes)

Evidence = tuple[int, int, str, str, str, str, str, str, int]
"""A row of ``coding_evidence``, in the table's order."""
_RowKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Learned:
    """What an operation did to the memory: codings that it won, and whether it lost any."""

    won: tuple[Confirmed, ...] = ()
    lost: bool = False


@dataclass(slots=True)
class _Life:
    """What the audit says about the rows of one case: who answers for the code, and the part of a split text."""

    answering: dict[_RowKey, int | None] = field(default_factory=dict)
    parts: dict[_RowKey, str] = field(default_factory=dict)


def confirmed(connection: sa.Connection, case_ids: Iterable[int]) -> Iterator[Evidence]:
    """Yield the evidence of cases as the audit of ``connection`` has it."""
    for chunk in _chunks(case_ids):
        lives = _lives(connection, chunk)
        ops = {op_id for life in lives.values() for op_id in life.answering.values() if op_id}
        heads = _heads(connection, ops)
        for group, kind in KINDS.items():
            yield from _of_group(connection, group, kind, chunk, lives, heads)


def _of_group(
    connection: sa.Connection,
    group: Group,
    kind: CodeKind,
    chunk: list[int],
    lives: Mapping[int | None, _Life],
    heads: Mapping[int, tuple[str, str]],
) -> Iterator[Evidence]:
    found: dict[tuple[int, str], Evidence] = {}
    waiting: set[tuple[int, str]] = set()
    for row_id, case_id, code, source_text in connection.execute(_rows(group), {"ids": chunk}):
        life = lives.get(case_id, _Life())
        op_id = life.answering.get((group.value, row_id))
        written = life.parts.get((group.value, row_id), source_text).strip()
        key = text_key(written)
        if not op_id or not written:
            waiting.add((case_id, key))
            continue
        ref = row_id * 2 + (kind is CodeKind.PX)
        row = ref, case_id, kind.value, key, code, written, *heads[op_id], op_id
        found[case_id, key] = _joined(found[case_id, key], row) if (case_id, key) in found else row
    yield from (row for place, row in found.items() if place not in waiting)


def _joined(first: Evidence, other: Evidence) -> Evidence:
    """Return two rows with the same text as one: both codes, and who answered last."""
    ref, case_id, kind, key, codes, written, *_ = first
    if other[4] not in codes.split(JOIN):
        codes = f"{codes}{JOIN}{other[4]}"
    by, at, op_id = max(first, other, key=lambda row: row[8])[6:]
    return ref, case_id, kind, key, codes, written, by, at, op_id


def update_evidence(connection: sa.Connection, case_ids: Iterable[int]) -> Learned:
    """Bring the evidence of cases up to date and return what the memory won and lost; revoked codings win nothing."""
    won: list[Evidence] = []
    lost = False
    for chunk in _chunks(sorted(case_ids)):
        now = list(confirmed(connection, chunk))
        stored: set[tuple[object, ...]] = {tuple(row) for row in connection.execute(_stored(), {"ids": chunk})}
        gone = [row[0] for row in stored.difference(now)]
        new = [row for row in now if row not in stored]
        lost = lost or bool(gone)
        connection.execute(coding_evidence.delete().where(coding_evidence.c.ref.in_(gone)))
        if new:
            connection.exec_driver_sql(insert_sql(coding_evidence), new)
        won += new
    revoked = {tuple(row) for row in connection.execute(_REVOKED)} if won else set()
    return Learned(tuple(_told(row) for row in won if row[2:5] not in revoked), lost)


def fill_evidence(source: sa.Connection, target: sa.Connection) -> None:
    """Put into ``target`` the evidence that the audit of ``source`` gives."""
    rows = list(confirmed(source, source.execute(sa.select(cases.c.id)).scalars().all()))
    if rows:
        target.exec_driver_sql(insert_sql(coding_evidence), rows)


def _lives(connection: sa.Connection, case_ids: list[int]) -> Mapping[int | None, _Life]:
    lives: dict[int | None, _Life] = {}
    for case_id, op_id, op, entity, row_id, name, after in connection.execute(_changes(), {"ids": case_ids}):
        life = lives.setdefault(case_id, _Life())
        key = entity, row_id
        if entity == CASE:
            if op == Op.SET_STATE and after == _FINISHED:
                life.answering = {row: by or op_id for row, by in life.answering.items()}
        elif name == "name":
            if op == Op.SPLIT_ROW:
                life.parts[key] = str(json.loads(after or "null") or "")
        elif name != PROPOSAL or after != _NOTHING:
            life.answering[key] = None if name == PROPOSAL or op in _BY_PROGRAM else op_id
        elif op not in _BY_PROGRAM:
            life.answering[key] = op_id
    return lives


@cache
def _changes() -> sa.Select[int | None, int, str, str, int, str, str | None]:
    """Select the changes in effect that matter, oldest first; built once, because building costs more than running."""
    change, later = audit_change.c, audit_operation.alias("later")
    last_word = sa.select(later.c.op).where(later.c.undo_of == audit_operation.c.id).order_by(later.c.id.desc())
    rows = change.entity.in_([group.value for group in KINDS]) & change.field.in_(_FIELDS)
    return (
        sa.select(
            change.case_id, change.op_id, audit_operation.c.op, change.entity, change.row_id, change.field, change.after
        )
        .join(audit_operation, audit_operation.c.id == change.op_id)
        .where(change.case_id.in_(sa.bindparam("ids", expanding=True)))
        .where(rows | ((change.entity == CASE) & (change.field == STATE)))
        .where(audit_operation.c.op.not_in((Op.UNDO.value, Op.REDO.value)))
        .where(sa.func.coalesce(last_word.limit(1).scalar_subquery(), "") != Op.UNDO.value)
        .order_by(change.op_id, change.seq)
    )


@cache
def _rows(group: Group) -> sa.Select[int, int, str, str]:
    table = GROUP_TABLES[group]
    return (
        sa.select(table.c.id, table.c.case_id, table.c.code, table.c.source_text)
        .where(table.c.case_id.in_(sa.bindparam("ids", expanding=True)))
        .where(table.c.code.is_not(None), table.c.source_text.is_not(None))
        .order_by(table.c.case_id, table.c.position)
    )


@cache
def _stored() -> sa.Select[tuple[object, ...]]:
    return coding_evidence.select().where(coding_evidence.c.case_id.in_(sa.bindparam("ids", expanding=True)))


def _heads(connection: sa.Connection, op_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return who did operations (the name, else the account) and when."""
    head = audit_operation.c
    found: dict[int, tuple[str, str]] = {}
    for chunk in _chunks(op_ids):
        query = sa.select(head.id, head.actor_name, head.actor, head.at).where(head.id.in_(chunk))
        found |= {op_id: (name or actor, at) for op_id, name, actor, at in connection.execute(query)}
    return found


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _told(row: Evidence) -> Confirmed:
    _, _, kind, _, codes, written, by, at, _ = row
    return Confirmed(CodeKind(kind), written, tuple(codes.split(JOIN)), by, at)
