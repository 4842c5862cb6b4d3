"""Kind, person and day of every operation as short numbers in memory: a list of the audit is then a matter of masks.

Nothing in an audit changes, so what was read stays right and only what came since is added. A million operations take
eight megabytes.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from app.storage.audit import head_of
from app.storage.tables import audit_operation

if TYPE_CHECKING:
    from numpy import bool_, int64, uint16, uint32
    from numpy.typing import NDArray

_FEW: Final = 5_000
"""So many new operations are read as rows; more are read column by column out of the indexes."""


class AuditColumns:
    """The columns up to the last operation that was asked about. One object serves all threads."""

    def __init__(self) -> None:
        import numpy as np  # noqa: PLC0415 - lists of the audit are not what a start waits for

        self._lock = threading.Lock()
        self._names: dict[str, dict[str, int]] = {"op": {}, "actor": {}}
        self._codes: dict[str, NDArray[uint16]] = {name: np.zeros(1, dtype=np.uint16) for name in self._names}
        self._days: NDArray[uint32] = np.zeros(1, dtype=np.uint32)

    def marked(
        self,
        connection: sa.Connection,
        ops: Collection[str] = (),
        actors: Collection[str] = (),
        first: date | None = None,
        last: date | None = None,
    ) -> NDArray[bool_]:
        """Return which operations are of some kinds, by some people (ids), from a day to a day, by operation id.

        What is empty asks for nothing. The array ends with the last operation that the connection sees.
        """
        import numpy as np  # noqa: PLC0415 - as above

        with self._lock:
            head = head_of(connection).op_id
            self._read_up_to(connection, head)
            marks = np.ones(head + 1, dtype=np.bool_)
            for name, wanted in (("op", ops), ("actor", actors)):
                if wanted:
                    known = self._names[name]
                    chosen = np.zeros(len(known) + 1, dtype=np.bool_)
                    chosen[[known[one] for one in wanted if one in known]] = True
                    marks &= chosen[self._codes[name][: head + 1]]
            if first:
                marks &= self._days[: head + 1] >= _number(first.isoformat())
            if last:
                marks &= self._days[: head + 1] <= _number(last.isoformat())
        return marks

    def _read_up_to(self, connection: sa.Connection, head: int) -> None:
        """Add what was written since; the first time that is the whole audit."""
        import numpy as np  # noqa: PLC0415 - as above

        known = len(self._days) - 1
        if head <= known:
            return
        more = head - known
        self._days = np.append(self._days, np.zeros(more, dtype=np.uint32))
        self._codes = {name: np.append(codes, np.zeros(more, np.uint16)) for name, codes in self._codes.items()}
        if more <= _FEW:
            self._add_rows(connection, known)
        else:
            self._read_whole(connection)

    def _add_rows(self, connection: sa.Connection, known: int) -> None:
        header = audit_operation.c
        query = sa.select(header.id, header.op, header.actor, header.at).where(header.id > known)
        for row in connection.execute(query):
            self._codes["op"][row.id] = self._code("op", row.op)
            self._codes["actor"][row.id] = self._code("actor", row.actor)
            self._days[row.id] = _number(row.at)

    def _read_whole(self, connection: sa.Connection) -> None:
        header, joined = audit_operation.c, sa.func.group_concat(audit_operation.c.id)
        for name, codes in self._codes.items():
            for value, ids in connection.execute(sa.select(header[name], joined).group_by(header[name])):
                codes[numbers(ids)] = self._code(name, value)
        day = sa.func.substr(header.at, 1, 10)
        for value, ids in connection.execute(sa.select(day, joined).group_by(day)):
            self._days[numbers(ids)] = _number(value)

    def _code(self, name: str, value: str) -> int:
        known = self._names[name]
        return known.setdefault(value, len(known) + 1)


def numbers(joined: str | None) -> NDArray[int64]:
    """Return numbers that the database joined by commas: hundreds of thousands of rows would take thirty times as long.

    Raises ``ValueError`` for a text that is none of numbers.
    """
    import numpy as np  # noqa: PLC0415 - as above

    return np.fromstring(joined, dtype=np.int64, sep=",") if joined else np.zeros(0, dtype=np.int64)


def _number(at: str) -> int:
    """Return the day of a time as a number that grows with it, 0 for what is no time."""
    digits = at[:10].replace("-", "")
    return int(digits) if digits.isdecimal() else 0
