"""Backups of the library: made by hand or when they are due, listed, compared with the library, restored."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.common.clock import Clock
from app.common.errors import UserProblem, Where
from app.common.progress import Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.services.audit_head import HeadWatch
from app.services.permits import free, needs
from app.services.session import Session
from app.storage.backup import BackupFile, back_up, backup_folder, backups
from app.storage.ops import Op
from app.storage.problems import LibraryBusy
from app.storage.restoring import Loss, ask_restore, head_id, loss, restore, wanted_restore

__all__ = [
    "DAILY",
    "HOURS",
    "BackupLine",
    "BackupPlan",
    "BackupService",
    "Loss",
    "NotRestored",
    "note_restore",
    "of_backup",
    "reason_of",
    "restore_waits",
    "restored",
]

PREFIX: Final = "backup."
HOURS: Final = (4, 12, 24, 168)
"""Intervals that can be chosen, in hours."""
DAILY: Final = 24
_TOLD: Final = {
    "storage.damaged": "damaged",
    "storage.damaged_backup": "damaged",
    "storage.not_a_library": "no_backup",
    "storage.disk_error": "unreadable",
    "storage.cannot_open": "unreadable",
    "storage.read_only": "unreadable",
    "storage.newer": "newer",
    "backup.other": "other",
    "backup.unknown": "unknown",
}
"""What the library says of itself, as it is said of a backup: nothing is wrong with the library."""


class NotRestored(UserProblem):
    """The restore that was asked for could not be done: the library is as it was and can be opened."""


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """How often a backup is made by itself, and where; ``folder`` '' is the one beside the library."""

    hours: int = DAILY
    folder: str = ""


@dataclass(frozen=True, slots=True)
class BackupLine:
    """A backup in words. ``key`` names it in this list; ``size`` is in bytes."""

    key: str
    at: datetime
    reason: str
    size: int


class BackupService:
    """Makes checked copies of the library, by hand or when something changed since the last, and brings one back."""

    def __init__(self, session: Session, heads: HeadWatch | None = None) -> None:
        self._session = session
        self._heads = heads

    @property
    @free
    def plan(self) -> BackupPlan:
        """Return what holds now."""
        with self._session.db.read() as reader:
            stored = reader.settings(PREFIX)
        hours = stored.get(f"{PREFIX}hours")
        return BackupPlan(hours if isinstance(hours, int) else DAILY, str(stored.get(f"{PREFIX}folder") or ""))

    @needs("admin")
    def set_hours(self, hours: int) -> Changes:
        """Set the interval. Raises :class:`UserProblem` for one that cannot be chosen."""
        if hours not in HOURS:
            raise UserProblem("backup.bad_hours", remedy="backup.remedy.bad_hours")
        return self._save("hours", hours)

    @needs("admin")
    def set_folder(self, folder: str) -> Changes:
        """Set the folder, '' for the one beside the library. Raises :class:`UserProblem` unless it can be written."""
        chosen = folder.strip()
        if chosen and not (Path(chosen).is_dir() and os.access(chosen, os.W_OK)):
            raise UserProblem("backup.no_folder", remedy="backup.remedy.no_folder", folder=chosen)
        return self._save("folder", chosen)

    @property
    @free
    def folder(self) -> Path:
        """Return the folder that backups go to."""
        chosen = self.plan.folder
        return Path(chosen) if chosen else backup_folder(self._session.db.path)

    @needs("admin")
    def lines(self) -> tuple[BackupLine, ...]:
        """Return the backups of the folder and of the one beside the library, newest first."""
        return tuple(BackupLine(one.path.name, one.at, reason_of(one), one.size) for one in self._files())

    @needs("admin")
    def back_up(self, progress: Progress) -> Path:
        """Make a backup now and return its path. Raises :class:`UserProblem` when it cannot be made."""
        progress.step(0, 0)
        return self._made("manual")

    @free
    def newest(self) -> datetime | None:
        """Return when the newest backup was made, None without one."""
        return next((one.at for one in backups(self.folder)), None)

    @free
    def run_due(self, progress: Progress) -> Path | None:
        """Make a backup when the interval is over and something changed since the last; return its path.

        Raises :class:`UserProblem` when it cannot be made.
        """
        progress.step(0, 0)
        newest = next(iter(backups(self.folder)), None)
        now = self._session.clock.now()
        if self._session.db.read_only or (newest and now - newest.at < timedelta(hours=self.plan.hours)):
            return None
        with self._session.db.read() as reader:
            head = reader.audit_head().op_id
        if head == 0 or (newest is not None and head_id(newest.path) == head):
            return None
        return self._made("auto")

    @needs("admin")
    def loss(self, key: str) -> Loss:
        """Return what a restore of a backup would lose.

        Raises :class:`UserProblem` for one that is gone, damaged, or of another library.
        """
        found = loss(self._session.db.path, self._file(key).path)
        if not found.same_line:
            raise UserProblem("backup.other", remedy="backup.remedy.other")
        return found

    @needs("admin")
    def ask_restore(self, key: str) -> None:
        """Let a backup take the place of the library when it is opened next. Raises :class:`UserProblem`."""
        ask_restore(self._session.db.path, self._file(key).path)

    def _made(self, reason: str) -> Path:
        """Make a backup that holds its own entry in the audit; one that could not be made is entered as that."""
        self._note("backup", reason)
        try:
            path = back_up(self._session.db.path, self._session.clock, reason, self.folder)
        except UserProblem:
            with suppress(UserProblem):  # a disk that is full for both
                self._note("backup_failed", reason)
            raise
        if self._heads is not None:
            self._heads.keep_beside(path, self._session.db.path)
        return path

    def _note(self, event: str, reason: str) -> None:
        note = text(f"backup.reason.{reason}")
        with self._session.db.operation(Op.BACK_UP, by=self._session.actor, note=note) as tx:
            tx.record_event(event, {"folder": str(self.folder)})

    def _files(self) -> tuple[BackupFile, ...]:
        folders = dict.fromkeys((self.folder, backup_folder(self._session.db.path)))
        return tuple(sorted((one for folder in folders for one in backups(folder)), key=_when, reverse=True))

    def _file(self, key: str) -> BackupFile:
        found = next((one for one in self._files() if one.path.name == key), None)
        if found is None:
            raise UserProblem("backup.unknown", remedy="backup.remedy.unknown")
        return found

    def _save(self, key: str, value: int | str) -> Changes:
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor, note=text(f"backup.note.{key}")) as tx:
            tx.set_setting(f"{PREFIX}{key}", value)
        return tx.changes


def restore_waits(home: Path) -> bool:
    """Return whether a restore is asked for, so that the library should be opened anew."""
    return wanted_restore(home / "library.db") is not None


def restored(library: Path, clock: Clock) -> str:
    """Do the restore that was asked for before the library is opened; return the name of the backup, '' without one.

    Raises :class:`NotRestored`, and ``LibraryBusy`` while another process has the library.
    """
    asked = wanted_restore(library)
    try:
        source = restore(library, clock)
    except LibraryBusy:
        raise
    except UserProblem as problem:
        told = of_backup(problem, asked) if asked else problem
        raise NotRestored(told.key, remedy=told.remedy, where=told.where, **told.fields) from problem
    return source.name if source else ""


def of_backup(problem: UserProblem, path: Path) -> UserProblem:
    """Return a refusal of the file of a backup in the words for backups, any other as it is."""
    name = _TOLD.get(problem.key)
    if name is None or (problem.where is not None and problem.where.file != str(path)):
        return problem
    return UserProblem(f"backup.{name}", remedy=f"backup.remedy.{name}", where=Where(str(path)))


def note_restore(session: Session, name: str) -> None:
    """Put a restore into the audit of the library that it brought back."""
    with session.db.operation(Op.RESTORE, by=session.actor, note=name) as tx:
        tx.record_event("restored", {"backup": name})


def _when(one: BackupFile) -> datetime:
    return one.at


def reason_of(one: BackupFile) -> str:
    """Return why a backup was made, in words."""
    known = one.reason if one.reason in ("manual", "auto", "migration", "restore") else "auto"
    return text(f"backup.reason.{known}")
