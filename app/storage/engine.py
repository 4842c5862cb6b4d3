"""The one place that opens SQLite connections: pragmas, transactions, read-only access.

An encrypted library will differ here only: another driver module and a key on connect.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.sql.compiler import Compiled
from sqlalchemy.util import LRUCache

from app.storage.problems import problem_of, tell_user

APPLICATION_ID: Final = 0x424E474E
"""'BNGN', written into the file header so that the file names its program."""

BUSY_TIMEOUT_S: Final = 5.0

_SHARED_PRAGMAS: Final = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-1024",  # KiB for each of some that read; the system keeps the file besides
)
_WRITER_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-8192",  # what a long write changes spills into the log beyond it
)


_NO_SHARED_MEMORY: Final = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY_CANTINIT,
    sqlite3.SQLITE_READONLY_DIRECTORY,
)


class _Compiled(LRUCache[tuple[object, ...], Compiled]):
    """Statements as SQL, for every engine of the process: all speak one dialect, which is the first part of a key."""

    def get(self, key: tuple[object, ...], default: object = None) -> Compiled | None:  # type: ignore[override]  # no default asked
        """Return what a statement was compiled to, None when it was not yet."""
        return super().get(key[1:])

    def __setitem__(self, key: tuple[object, ...], value: Compiled) -> None:
        super().__setitem__(key[1:], value)


_COMPILED: Final = _Compiled(1000)
"""A library has two engines, of which each would compile the statements of the other again."""


def write_engine(path: Path, *, foreign_keys: bool = True) -> sa.Engine:
    """Return the engine of the one writer: a single connection, ``BEGIN IMMEDIATE``, WAL, synchronous FULL.

    ``foreign_keys=False`` is for migrations, which rebuild tables and check the keys themselves.
    """

    def connect() -> sqlite3.Connection:
        connection = _open(path, "rwc")
        _run(connection, (*_SHARED_PRAGMAS, *_WRITER_PRAGMAS))
        if not foreign_keys:
            _run(connection, ("PRAGMA foreign_keys=OFF",))
        return connection

    return _engine(path, connect, "BEGIN IMMEDIATE", pool_size=1, max_overflow=0)


def read_engine(path: Path) -> sa.Engine:
    """Return the engine for reading: its transactions see one state and never wait for the writer (WAL)."""

    def connect() -> sqlite3.Connection:
        connection = open_read_only(path)
        _run(connection, (*_SHARED_PRAGMAS, "PRAGMA query_only=ON"))
        return connection

    return _engine(path, connect, "BEGIN", pool_size=4, max_overflow=12)


def memory_engine() -> sa.Engine:
    """Return the engine of an empty database in memory, for rebuilding tables from an audit."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        _run(connection, _SHARED_PRAGMAS)
        return connection

    return _engine(Path(":memory:"), connect, "BEGIN", pool_size=1, max_overflow=0)


def _engine(path: Path, connect: Callable[[], sqlite3.Connection], begin: str, **pool: int) -> sa.Engine:
    # hide_parameters: the values of a failed statement are a patient's; last in, first out: few connections keep pages
    engine = sa.create_engine(
        "sqlite://",
        creator=connect,
        poolclass=sa.QueuePool,
        pool_use_lifo=True,
        hide_parameters=True,
        execution_options={"compiled_cache": _COMPILED},
        **pool,
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    tell_user(engine, path)
    return engine


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a file for reading, beside a running writer or alone.

    A WAL file on a medium that cannot be written has no shared memory; it is read as immutable then, which is right
    because nothing can be writing. Raises ``sqlite3.Error``.
    """
    try:
        return _open(path, "ro", check=True)
    except sqlite3.OperationalError as error:
        has_log = any(path.with_name(f"{path.name}-{kind}").exists() for kind in ("wal", "journal"))
        if error.sqlite_errorcode not in _NO_SHARED_MEMORY or has_log:
            raise
    return _open(path, "ro&immutable=1", check=True)


def _open(path: Path, mode: str, *, check: bool = False) -> sqlite3.Connection:
    # isolation_level None: the begin event decides, and a failed migration rolls its CREATE TABLE back
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
        cached_statements=256,
    )
    if check:
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def _run(connection: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    try:
        for statement in statements:
            connection.execute(statement).fetchall()
    except sqlite3.Error:
        connection.close()
        raise


def header(path: Path, *, recover: bool = False) -> tuple[int, int, int]:
    """Return application id, user version and number of tables of a file. Raises :class:`UserProblem`.

    ``recover`` lets SQLite finish what a crash interrupted, which takes a right to write.
    """
    try:
        connection = _open(path, "rw", check=True) if recover else open_read_only(path)
        try:
            row = connection.execute(
                "SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema)"
                " FROM pragma_application_id AS a, pragma_user_version AS v"
            ).fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        found = problem_of(error, path)
        if found:
            raise found from error
        raise
    return int(row[0]), int(row[1]), int(row[2])
