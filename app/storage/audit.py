"""The audit: every operation with its changes, chained by SHA-256, written in the operation's own transaction.

``hash = SHA-256(previous hash, header of the operation, each change in order, their counts)``, each as one line of
canonical JSON.
The operation's row is written last; a trigger refuses further changes to it from then on. Whoever can write the file
can also compute a new chain: the defence is a head (last id and hash) kept outside the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.common.progress import NoProgress, Progress
from app.storage.cells import dump
from app.storage.ops import Op
from app.storage.rows import EVENT, ROW, Change, insert_sql
from app.storage.tables import audit_change, audit_operation

_NO_HASH: Final = "0" * 64
_FLUSH_AT: Final = 500
_HEADER: Final = 8
"""Columns of an operation that are known when it begins."""
_COUNTED: Final = 11
"""Columns up to and including the counts, which are known when it ends."""
CLOCK_SLACK: Final = timedelta(minutes=2)
"""A clock that is set right over the network goes back by less."""
_STEP: Final = 500


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last operation and its hash; keep it outside the file to notice a cut or replaced one."""

    op_id: int = 0
    hash: str = _NO_HASH


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Outcome of a verification: rows read, and the first operation that is not as it was written (0 when intact).

    ``early_op`` is the first operation that is dated before the one it follows: the clock was set back (0 for none).
    """

    operations: int
    changes: int
    broken_op: int
    head: AuditHead
    early_op: int = 0

    @property
    def is_intact(self) -> bool:
        """True when nothing was found."""
        return not (self.broken_op or self.early_op)


@dataclass(frozen=True, slots=True)
class Operation:
    """The stored header of an operation with the numbers of its changes and cases, and the case if it was one."""

    id: int
    op: Op
    actor: str
    actor_name: str
    at: datetime
    machine: str
    note: str
    undo_of: int | None
    changes: int
    cases: int
    case_id: int | None
    previous: str
    hash: str


def head_of(connection: sa.Connection) -> AuditHead:
    """Return the last operation's id and hash."""
    query = sa.select(audit_operation.c.id, audit_operation.c.hash).order_by(audit_operation.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return AuditHead(row[0], row[1]) if row else AuditHead()


class Recorder:
    """Writes the changes of one operation as they happen and its header at the end.

    ``header`` is op, actor, actor name, time, machine, note and the id of the undone operation.
    """

    def __init__(self, connection: sa.Connection, header: tuple[str, str, str, str, str, str, int | None]) -> None:
        head = head_of(connection)
        self.op_id = head.op_id + 1
        self.count = 0
        self._connection = connection
        self._header = header
        self._previous = head.hash
        self._digest = _start(head.hash, (self.op_id, *header))
        self._cases: set[int] = set()
        self._waiting: list[tuple[object, ...]] = []

    def add(self, change: Change) -> None:
        """Record a change. An absent row is NULL, a blank cell the JSON ``null``."""
        self.count += 1
        if change.case_id is not None:
            self._cases.add(change.case_id)
        can_be_absent = change.field == ROW or change.entity == EVENT
        before, after = (
            None if cell is None and can_be_absent else dump(cell) for cell in (change.before, change.after)
        )
        line = (self.count, change.case_id, change.entity, change.row_id, change.field, before, after)
        self._digest.update(_line(line))
        self._waiting.append((self.op_id, *line))
        if len(self._waiting) >= _FLUSH_AT:
            self._flush()

    def finish(self) -> None:
        """Write what waits and the operation itself, which closes it."""
        self._flush()
        counts = (self.count, len(self._cases), next(iter(self._cases)) if len(self._cases) == 1 else None)
        self._digest.update(_line(counts))
        values = (self.op_id, *self._header, *counts, self._previous, self._digest.hexdigest())
        self._connection.exec_driver_sql(insert_sql(audit_operation), values)

    def _flush(self) -> None:
        if self._waiting:
            self._connection.exec_driver_sql(insert_sql(audit_change), self._waiting)
            self._waiting = []


def _line(values: Iterable[object]) -> bytes:
    return dump(list(values)).encode() + b"\n"


def _start(previous: str, header: tuple[object, ...]) -> hashlib._Hash:
    digest = hashlib.sha256(previous.encode())
    digest.update(_line(header))
    return digest


def operations(connection: sa.Connection, *, after: int = 0) -> Iterator[Operation]:
    """Yield the operations with an id above ``after``, oldest first."""
    query = audit_operation.select().where(audit_operation.c.id > after).order_by(audit_operation.c.id)
    for row in connection.execute(query):
        yield operation_of(row)


def operation_of(row: sa.Row[tuple[object, ...]]) -> Operation:
    """Return the stored row of an operation as a value."""
    return Operation(
        row.id,
        Op(row.op),
        row.actor,
        row.actor_name,
        datetime.fromisoformat(row.at),
        row.machine,
        row.note,
        row.undo_of,
        row.changes,
        row.cases,
        row.case_id,
        row.previous,
        row.hash,
    )


def operation_with(connection: sa.Connection, op_id: int) -> Operation | None:
    """Return an operation by its id, None for one that is not there or was made unreadable from outside."""
    row = connection.execute(audit_operation.select().where(audit_operation.c.id == op_id)).first()
    return readable(row) if row else None


def readable(row: sa.Row[tuple[object, ...]]) -> Operation | None:
    """Return the stored row of an operation as a value, None for one that was made unreadable from outside."""
    try:
        return operation_of(row)
    except ValueError:
        return None


def op_of(connection: sa.Connection, op_id: int) -> Op | None:
    """Return what an operation was meant to do, None for an unknown one."""
    found = connection.execute(sa.select(audit_operation.c.op).where(audit_operation.c.id == op_id)).scalar()
    return Op(found) if found is not None else None


def changes_of(connection: sa.Connection, op_id: int, *, limit: int | None = None) -> list[Change]:
    """Return the changes of an operation in their order, the first ``limit`` of them."""
    query = audit_change.select().where(audit_change.c.op_id == op_id).order_by(audit_change.c.seq).limit(limit)
    return [change_of(row) for row in connection.execute(query)]


def change_of(row: sa.Row[tuple[object, ...]]) -> Change:
    """Return the stored row of a change as a value."""
    before, after = (None if text is None else json.loads(text) for text in (row.before, row.after))
    return Change(row.entity, row.row_id, row.field, before, after, row.case_id)


def verify(
    connection: sa.Connection, expected: AuditHead | None = None, progress: Progress | None = None
) -> AuditCheck:
    """Recompute the chain and return the first operation that does not fit.

    ``expected`` is a head kept elsewhere: an audit that does not contain it was cut or replaced, and counts as broken
    at the operation after its end. Raises :class:`Cancelled` when the progress says so.
    """
    progress, last = progress or NoProgress(), head_of(connection).op_id
    head = AuditHead()
    changes, clock = _ChangeReader(connection), _Clock()
    count = 0
    for row in connection.execute(audit_operation.select().order_by(audit_operation.c.id)):
        if count % _STEP == 0:
            progress.step(count, last)
        digest = _start(head.hash, tuple(row)[:_HEADER])
        for line in changes.take(row.id):
            digest.update(_line(line))
        digest.update(_line(tuple(row)[_HEADER:_COUNTED]))
        if (row.id, row.previous, row.hash) != (head.op_id + 1, head.hash, digest.hexdigest()):
            return AuditCheck(count, changes.read, head.op_id + 1, head, clock.early_op)
        head = AuditHead(row.id, row.hash)
        clock.look(row.id, row.at)
        count += 1
        if expected and expected.op_id == head.op_id and expected.hash != head.hash:
            return AuditCheck(count, changes.read, head.op_id, head, clock.early_op)
    is_cut = changes.has_more() or _was_longer(connection, head) or (expected and expected.op_id > head.op_id)
    return AuditCheck(count, changes.read, head.op_id + 1 if is_cut else 0, head, clock.early_op)


def contains(connection: sa.Connection, head: AuditHead) -> bool:
    """Tell whether the audit has an operation with the id and hash of a head; the empty head is in every audit."""
    query = sa.select(audit_operation.c.hash).where(audit_operation.c.id == head.op_id)
    return head == AuditHead() or connection.execute(query).scalar() == head.hash


class _Clock:
    """Notices the first operation dated before the one it follows."""

    def __init__(self) -> None:
        self.early_op = 0
        self._latest = ""

    def look(self, op_id: int, at: str) -> None:
        """Compare with the operation before; only then are the texts read as times."""
        if at < self._latest and not self.early_op and _behind(at, self._latest) > CLOCK_SLACK:
            self.early_op = op_id
        self._latest = at


def _behind(at: str, latest: str) -> timedelta:
    try:
        return datetime.fromisoformat(latest) - datetime.fromisoformat(at)
    except ValueError:  # no time at all: as bad as one that is too early
        return timedelta.max


class _ChangeReader:
    """Reads all changes in the order of their operations, without holding them all."""

    def __init__(self, connection: sa.Connection) -> None:
        query = audit_change.select().order_by(audit_change.c.op_id, audit_change.c.seq)
        self._rows = iter(connection.execution_options(yield_per=200).execute(query))
        self._next = next(self._rows, None)
        self.read = 0

    def take(self, op_id: int) -> list[tuple[object, ...]]:
        """Return the changes up to those of ``op_id``; strays of lower ids come too and break the hash."""
        lines = []
        while self._next is not None and self._next.op_id <= op_id:
            lines.append(tuple(self._next)[1:])
            self._next = next(self._rows, None)
        self.read += len(lines)
        return lines

    def has_more(self) -> bool:
        """Return True when changes remain that belong to no operation."""
        return self._next is not None


def _was_longer(connection: sa.Connection, head: AuditHead) -> bool:
    """SQLite remembers the highest id ever given; a tail cut without care shows there."""
    query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'audit_operation'")
    return int(connection.execute(query).scalar() or 0) > head.op_id
