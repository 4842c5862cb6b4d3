"""Sorts SQLite's result codes into sentences a user can act on; what is left over is a bug."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from app.common.errors import UserProblem, Where

_BY_CODE: Final = {
    sqlite3.SQLITE_READONLY_ROLLBACK: "unfinished",
    sqlite3.SQLITE_READONLY_RECOVERY: "unfinished",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_CANTOPEN: "cannot_open",
    sqlite3.SQLITE_NOTADB: "not_a_library",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_IOERR: "disk_error",
}


class LibraryBusy(UserProblem):
    """Another process holds the library for writing. ``pid``, ``host`` and ``since`` say who, as far as known."""

    def __init__(self, path: Path, pid: int, host: str, since: str) -> None:
        super().__init__(
            "storage.busy", remedy="storage.remedy.busy", where=Where(str(path)), pid=pid, host=host, since=since
        )
        self.pid = pid
        self.host = host
        self.since = since


class LibraryWriting(UserProblem):
    """Another thread of this process writes, for longer than the asking one has patience; nothing was stored."""

    def __init__(self, path: Path) -> None:
        super().__init__("storage.writing", remedy="storage.remedy.writing", where=Where(str(path)))


def problem(name: str, path: Path, **args: object) -> UserProblem:
    """Return the refusal ``storage.<name>`` with its remedy ``storage.remedy.<name>``."""
    return UserProblem(f"storage.{name}", remedy=f"storage.remedy.{name}", where=Where(str(path)), **args)


def problem_of(error: BaseException | None, path: Path) -> UserProblem | None:
    """Return what the user is told about a database error, None when it is a defect of the program."""
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE and "cases.record_no" in str(error):
        return problem("duplicate_case", path)
    name = _BY_CODE.get(code) or _BY_CODE.get(code & 0xFF)
    return problem(name, path) if name else None


def tell_user(engine: sa.Engine, path: Path) -> None:
    """Make ``engine`` raise :class:`UserProblem` for faults of disk, file and environment."""

    def translate(context: sa.engine.ExceptionContext) -> None:
        found = problem_of(context.original_exception, path)
        if found:
            raise found from context.original_exception

    sa.event.listen(engine, "handle_error", translate)
