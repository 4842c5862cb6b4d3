"""A backup in the place of the library: first what would be lost, then the swap while the library is closed.

The swap is asked for in a file beside the library and done before the next opening, under the library's lock. A crash
leaves the old library or the restored one, and the request until it is done.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from app.common.clock import Clock
from app.common.errors import UserProblem
from app.common.files import move_into_place, write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.storage.backup import back_up, checked_copy
from app.storage.engine import open_read_only
from app.storage.lock import LibraryLock
from app.storage.problems import problem, problem_of
from app.storage.rows import CASE, ROW
from app.storage.schema import check_header

_BEYOND_COPY: Final = ("storage.damaged", "storage.not_a_library", "storage.backup_failed")
_STEPS: Final = 2
BEFORE: Final = "restore"
"""The reason in the name of the backup that is made before a restore."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What the library has and a backup has not: operations, cases touched or new since, who did it and when last.

    ``same_line`` is False for a backup whose last operation the library does not know: it is of another library.
    """

    operations: int
    changed: int
    added: int
    people: tuple[str, ...]
    last: datetime | None
    same_line: bool


def loss(library: Path, backup: Path) -> Loss:
    """Return what would be lost by a restore of ``backup``.

    Raises :class:`UserProblem` for a file that is no library of this or an older version, or is damaged.
    """
    head, digest = sound_head(backup)
    try:
        with closing(open_read_only(library)) as present:
            return _since(present, head, digest)
    except (sqlite3.Error, OSError) as error:
        raise problem_of(error, backup) or problem("damaged_backup", backup) from error


def sound_head(backup: Path) -> tuple[int, str]:
    """Return the last operation of a backup and its hash, (0, '') without one, once the file has passed a check.

    Raises :class:`UserProblem` for a file that is no library of this or an older version, or is damaged.
    """
    try:
        _must_be_library(backup)
        with closing(open_read_only(backup)) as copy:
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise problem("damaged_backup", backup)
            head = copy.execute("SELECT id, hash FROM audit_operation ORDER BY id DESC LIMIT 1").fetchone() or (0, "")
    except (sqlite3.Error, OSError) as error:
        raise problem_of(error, backup) or problem("damaged_backup", backup) from error
    return int(head[0]), str(head[1])


def _must_be_library(backup: Path) -> None:
    """Raise :class:`UserProblem` for a file without the tables of a library; an empty one would pass every check."""
    if check_header(backup) == 0:
        raise problem("damaged_backup", backup)


def _since(present: sqlite3.Connection, head: int, digest: str) -> Loss:
    known = present.execute("SELECT hash FROM audit_operation WHERE id = ?", (head,)).fetchone()
    count, last = present.execute("SELECT count(*), max(at) FROM audit_operation WHERE id > ?", (head,)).fetchone()
    people = present.execute(
        "SELECT actor_name FROM audit_operation WHERE id > ? GROUP BY actor_name ORDER BY count(*) DESC", (head,)
    ).fetchall()
    changed = present.execute(
        "SELECT count(DISTINCT case_id) FROM audit_change WHERE op_id > ? AND case_id IS NOT NULL", (head,)
    ).fetchone()[0]
    added = present.execute(
        "SELECT count(DISTINCT case_id) FROM audit_change"
        " WHERE op_id > ? AND entity = ? AND field = ? AND before IS NULL",
        (head, CASE, ROW),
    ).fetchone()[0]
    return Loss(
        int(count),
        int(changed) - int(added),
        int(added),
        tuple(str(name) for (name,) in people if name),
        datetime.fromisoformat(last) if last else None,
        head == 0 or (known is not None and known[0] == digest),
    )


def head_id(backup: Path) -> int:
    """Return the last operation of a backup, 0 for one that cannot be read."""
    try:
        with closing(open_read_only(backup)) as copy:
            return int(copy.execute("SELECT coalesce(max(id), 0) FROM audit_operation").fetchone()[0])
    except sqlite3.Error:
        return 0


def request_path(library: Path) -> Path:
    """Return the path of the file that asks for a restore."""
    return library.with_name(f"{library.name}.restore")


def ask_restore(library: Path, backup: Path) -> None:
    """Ask for ``backup`` in the place of the library, before it is opened next. Raises :class:`UserProblem`."""
    try:
        _write_request(library, backup)
    except OSError as error:
        raise problem("restore_failed", library) from error


def wanted_restore(library: Path) -> Path | None:
    """Return the backup that was asked for, None when none was; an unreadable request asks for nothing."""
    backup, is_done = _request(library)
    return None if is_done else backup


def _write_request(library: Path, backup: Path, *, is_done: bool = False) -> None:
    with write_atomic(request_path(library)) as out:
        out.write(json.dumps({"backup": str(backup.absolute()), "done": is_done}).encode())


def _request(library: Path) -> tuple[Path | None, bool]:
    """Return the backup of the request and whether it has taken its place already."""
    try:
        asked = json.loads(request_path(library).read_bytes())
        return Path(asked["backup"]), bool(asked.get("done"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None, False


def restore(library: Path, clock: Clock) -> Path | None:
    """Do the restore that was asked for, if any, and return the backup it came from. The library must be closed.

    One that :func:`rescue` has done is returned too, once.

    The present library is backed up first, unless it is too damaged for that: then it is set aside whole. Raises
    :class:`UserProblem`; the library stays as it was then, and the request is forgotten.
    """
    backup, is_done = _request(library)
    if backup is not None:
        with _closed(library, clock):
            if not is_done:
                _swap(library, backup, clock, NoProgress(), is_lost=False)
    return backup


def rescue(library: Path, backup: Path, clock: Clock, progress: Progress) -> None:
    """Put ``backup`` in the place of a library that cannot be opened, which stays beside it under a name with the time.

    Raises :class:`UserProblem`, and ``Cancelled`` through ``progress`` before anything has changed; every file is where
    it was then. A program that ends half way goes on with it when the library is opened next.
    """
    with _closed(library, clock):
        ask_restore(library, backup)
        _swap(library, backup, clock, progress, is_lost=True)
    with suppress(OSError):  # a disk that has no room for the note: the library is there
        _write_request(library, backup, is_done=True)


def damaged_path(part: Path, at: datetime) -> Path:
    """Return the name under which a file of a damaged library is kept."""
    return part.with_name(f"{part.name}.damaged-{at:%Y%m%d-%H%M%S}")


@contextmanager
def _closed(library: Path, clock: Clock) -> Iterator[None]:
    """Hold the library while the block runs, and forget the request for a restore after it."""
    lock = LibraryLock(library, clock)
    try:
        yield
    finally:
        request_path(library).unlink(missing_ok=True)
        lock.release()


def _swap(library: Path, backup: Path, clock: Clock, progress: Progress, *, is_lost: bool) -> None:
    """Build the new library beside the old one and let it take its place; ``is_lost``: no backup of the old one."""
    try:
        progress.step(0, _STEPS, text("backup.step.copy"))
        _must_be_library(backup)
        with tempfile.TemporaryDirectory(prefix=f".{library.name}.", dir=library.parent) as work:
            fresh = Path(work) / library.name
            checked_copy(backup, fresh)
            progress.step(1, _STEPS, text("backup.step.swap"))
            if is_lost or not _keep_present(library, clock):
                with _set_aside(library, clock.now()):
                    move_into_place(fresh, library)
            else:
                _drop_log(library)
                move_into_place(fresh, library)
    except (sqlite3.Error, OSError) as error:
        raise problem_of(error, backup) or problem("restore_failed", backup) from error


def _keep_present(library: Path, clock: Clock) -> bool:
    """Back the present library up; return False for one that is not there or too damaged for that."""
    if not library.exists():
        return False
    try:
        back_up(library, clock, BEFORE)
    except UserProblem as refused:
        if refused.key not in _BEYOND_COPY or not isinstance(refused.__cause__, sqlite3.Error):
            raise
        return False
    return True


@contextmanager
def _set_aside(library: Path, at: datetime) -> Iterator[None]:
    """Move a damaged library and its log out of the way; what raises in the block brings them back.

    The log goes first: it must never lie beside another file than its own.
    """
    moved: list[tuple[Path, Path]] = []
    try:
        for part in (*_logs(library), library):
            if part.exists():
                moved.append((part, part.rename(damaged_path(part, at))))
        yield
    except BaseException:
        for part, kept in reversed(moved):
            kept.replace(part)
        raise


def _drop_log(library: Path) -> None:
    """Fold what the write-ahead log of the old file still holds into it: it must not be replayed over the new one."""
    if library.exists() and any(log.exists() for log in _logs(library)):
        with closing(sqlite3.connect(library)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            old.execute("PRAGMA journal_mode=DELETE")


def _logs(library: Path) -> tuple[Path, Path]:
    return library.with_name(f"{library.name}-wal"), library.with_name(f"{library.name}-shm")
