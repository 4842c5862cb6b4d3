"""The library: opens the file, hands out operations, reads, takes back. One process writes, one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import sqlalchemy as sa

from app.common.clock import Clock, SystemClock
from app.domain.changes import Changes
from app.storage.actor import Actor, machine_name
from app.storage.audit import Recorder, op_of
from app.storage.caches import CacheWriter
from app.storage.engine import read_engine, write_engine
from app.storage.listing import Listing
from app.storage.location import refuse_network
from app.storage.lock import LibraryLock
from app.storage.ops import Op
from app.storage.problems import LibraryWriting, problem
from app.storage.reads import Reader
from app.storage.schema import CURRENT, check_readable, upgrade
from app.storage.transaction import Transaction
from app.storage.undo import take_back, undone_by

_PATIENCE_S: Final = 1.0
"""How long the window's thread waits for a write of another one."""


class Database:
    """An open library. Use :meth:`open`; close it, or use it as a context manager."""

    def __init__(
        self, path: Path, clock: Clock, writer: sa.Engine | None, cleanup: ExitStack, *, notes: bool = False
    ) -> None:
        readers = read_engine(path)
        cleanup.callback(readers.dispose)
        self.path = path
        self._readers = readers
        self._clock = clock
        self._writer = writer
        self._notes = notes
        self._noting: sa.Engine | None = None
        self._cleanup = cleanup
        self._turn = threading.RLock()
        self._hasty = 0
        self._busy = False
        self._identity = _identity(path)
        self._told: list[Callable[[Changes], None]] = []
        self.listing = Listing(readers.connect, self._written_elsewhere)
        """Every case in columns, for lists."""
        self._guard: Callable[[Op, Actor], None] = _nothing

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, notes: bool = False, clock: Clock | None = None) -> Self:
        """Open a library, creating or upgrading it when it may be written.

        With ``read_only``, ``notes`` still lets operations be written that are notes (:attr:`Op.is_note`), also beside
        the process that has the library: who came, what was seen and given away.

        Raises :class:`LibraryBusy` when another process writes it (not with ``read_only``), and :class:`UserProblem`
        for a network share, a missing file or folder, a newer, damaged or foreign file, or one that cannot be written.
        """
        clock = clock or SystemClock()
        refuse_network(path)
        with ExitStack() as cleanup:
            writer = None
            if read_only:
                check_readable(path)
            else:
                lock = LibraryLock(path, clock)
                cleanup.callback(lock.release)
                upgrade(path, clock)
                writer = write_engine(path)
                cleanup.callback(writer.dispose)
                _must_be_writable(writer)
            database = cls(path, clock, writer, cleanup, notes=notes and read_only)
            with database.read() as reader:
                reader.audit_head()
            database._cleanup = cleanup.pop_all()
        return database

    @property
    def read_only(self) -> bool:
        """True when this process may not write the library."""
        return self._writer is None

    def takes(self, op: Op) -> bool:
        """True when this process may write such an operation."""
        return not self.read_only or (self._notes and op.is_note)

    @property
    def encrypted(self) -> bool:
        """False: the file is plain SQLite."""
        return False

    def hurry(self) -> None:
        """Let the calling thread, the window's, never wait for a long write: its own is refused after a second."""
        self._hasty = threading.get_ident()

    def is_free(self, within_s: float = 0.0) -> bool:
        """True when the calling thread could write now, or after waiting so long for what is being written."""
        free = self._turn.acquire(timeout=within_s)
        if free:
            self._turn.release()
        return free

    def close(self) -> None:
        """Fold the log into the file and give the library free. A second call does nothing."""
        with self._turn:
            self._cleanup.close()
            self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Yield a reader whose answers all belong to one committed state; it never waits for a writer.

        For any thread. Keep it short: the log cannot be folded into the file while it is open.
        """
        with self._readers.connect() as connection:
            yield Reader(connection)

    @contextmanager
    def operation(self, op: Op, *, by: Actor, note: str = "", undo_of: int | None = None) -> Iterator[Transaction]:
        """Yield a transaction that becomes durable as one named operation when the block ends without an exception.

        Nothing is stored when the block raises. An operation that changed nothing leaves no trace.
        Raises :class:`UserProblem` for a full, read-only or failing disk, and what the guard raises; nothing was
        stored then.
        """
        self._guard(op, by)
        with self._writing(op) as (connection, at):
            header = (op.value, by.id, by.name, at, machine_name(), note, undo_of)
            tx = Transaction(connection, Recorder(connection, header), by, at)
            yield tx
            tx.finish()
        self.listing.note(tx.changes.cases | tx.summed_up, beside=True)
        if tx.changes.op_id:
            for listener in self._told:
                listener(tx.changes)

    def tell(self, listener: Callable[[Changes], None]) -> None:
        """Call ``listener`` too with what every operation changed, once it is stored, on the thread that wrote it."""
        self._told.append(listener)

    def guard(self, check: Callable[[Op, Actor], None]) -> None:
        """Call ``check`` before every operation; what it raises refuses. Undo and redo ask for the original too."""
        self._guard = check

    @contextmanager
    def caching(self, *, notes: bool = False, patience_s: float | None = None) -> Iterator[CacheWriter]:
        """Yield a writer for drafts, places and cached results, which are no operations; stored when the block ends.

        ``notes``: what is written belongs to an operation that is a note, and may be written wherever those may.
        Raises :class:`LibraryWriting` when another thread writes for longer than ``patience_s``.
        """
        with self._writing(Op.SIGN_IN if notes else None, patience_s) as (connection, at):
            writer = CacheWriter(connection, at)
            yield writer
        self.listing.note(writer.summed_up, beside=False)

    def _written_elsewhere(self) -> object:
        """Return what is another one after another process has written, which none does while this one may."""
        if not self.read_only:
            return None
        log = self.path.with_name(f"{self.path.name}-wal")
        return [(one.stat().st_mtime_ns, one.stat().st_size) for one in (self.path, log) if one.exists()]

    @contextmanager
    def _in_turn(self, patience_s: float | None) -> Iterator[None]:
        """Wait for one's turn to write: for ever, or as long as the thread or the caller has patience."""
        if patience_s is None and threading.get_ident() == self._hasty:
            patience_s = _PATIENCE_S
        if not self._turn.acquire(timeout=-1 if patience_s is None else patience_s):
            raise LibraryWriting(self.path)
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _writing(self, op: Op | None = None, patience_s: float | None = None) -> Iterator[tuple[sa.Connection, str]]:
        with self._in_turn(patience_s):
            writer = self._writer_of(op)
            if writer is None:
                raise problem("opened_read_only", self.path)
            if _identity(self.path) != self._identity:  # SQLite would go on writing into a deleted file
                raise problem("vanished", self.path)
            if self._busy:
                raise RuntimeError("a write inside a write")
            self._busy = True
            try:
                with writer.begin() as connection:
                    yield connection, self._clock.now().isoformat(sep=" ", timespec="seconds")
            finally:
                self._busy = False

    def _writer_of(self, op: Op | None) -> sa.Engine | None:
        """Return what an operation is written with, None when this process may not write it."""
        if self._writer is not None or op is None or not self.takes(op):
            return self._writer
        if self._noting is None:
            self._noting = write_engine(self.path)
            self._cleanup.callback(self._noting.dispose)
        return self._noting

    def undo(self, op_id: int, *, by: Actor) -> Changes:
        """Take an operation back as a new operation and return what changed.

        Raises :class:`UserProblem` when something it wrote was changed since or it was taken back already.
        """
        self._guard_step(op_id, by)
        with self.operation(Op.UNDO, by=by, undo_of=op_id) as tx:
            if undone_by(tx.connection, op_id) is not None:
                raise problem("already_undone", self.path)
            take_back(tx, op_id)
        return tx.changes

    def redo(self, op_id: int, *, by: Actor) -> Changes:
        """Do an operation again that was taken back. Raises :class:`UserProblem` as :meth:`undo` does."""
        self._guard_step(op_id, by)
        with self.operation(Op.REDO, by=by, undo_of=op_id) as tx:
            undo_id = undone_by(tx.connection, op_id)
            if undo_id is None:
                raise problem("not_undone", self.path)
            take_back(tx, undo_id)
        return tx.changes

    def _guard_step(self, op_id: int, by: Actor) -> None:
        with self._readers.connect() as connection:
            original = op_of(connection, op_id)
        if original is not None:
            self._guard(original, by)


def _nothing(_op: Op, _by: Actor) -> None:
    """Stand in where nobody guards the library: in tests of the library itself."""


def _must_be_writable(writer: sa.Engine) -> None:
    """Try a write and take it back: in WAL mode even BEGIN IMMEDIATE succeeds on a read-only file."""
    with writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version={CURRENT}")
        connection.rollback()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name, None when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
