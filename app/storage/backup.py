"""Copies of the library through SQLite's backup API, checked before they count; old ones are thinned (domain.md 5.10).

A live database file is never copied as a file: all of fifteen such copies were bad in the design's experiment.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from app.common.clock import Clock
from app.common.files import move_into_place
from app.storage.engine import open_read_only
from app.storage.problems import problem, problem_of

KEEP_NEWEST: Final = 20
KEEP_DAYS: Final = 14
KEEP_WEEKS: Final = 8
KEEP_MONTHS: Final = 24
_NAME: Final = re.compile(r"-(\d{8}-\d{6})-([^-.]+)\.db$")


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup as its name and size tell it; ``reason`` is the word it was made with."""

    path: Path
    at: datetime
    reason: str
    size: int


def backup_folder(library: Path) -> Path:
    """Return the folder of a library's backups, whether or not it exists."""
    return library.parent / "backups"


def backups(folder: Path) -> tuple[BackupFile, ...]:
    """Return the backups of a folder, newest first; none for a folder that is not there or cannot be read."""
    try:
        entries = [(entry, _NAME.search(entry.name), entry.stat().st_size) for entry in folder.glob("*.db")]
    except OSError:
        return ()
    found = []
    for entry, name, size in entries:
        try:
            at = datetime.strptime(name[1], "%Y%m%d-%H%M%S") if name else None
        except ValueError:  # a file that only looks like one of ours
            continue
        if name and at:
            found.append(BackupFile(entry, at, name[2], size))
    return tuple(sorted(found, key=lambda one: (one.at, one.path.name), reverse=True))


def manifest_of(backup: Path) -> Path:
    """Return the path of the file beside a backup that holds the head of its audit; older backups have none."""
    return backup.with_suffix(".head")


def back_up(library: Path, clock: Clock, reason: str, folder: Path | None = None) -> Path:
    """Make a checked copy of a library in ``folder`` (None: beside it), thin older ones and return its path.

    ``reason`` is a word for the file name. Raises :class:`UserProblem` when the copy cannot be made or fails its check;
    older backups stay as they were then.
    """
    folder = folder or backup_folder(library)
    target = folder / f"{library.stem}-{clock.now():%Y%m%d-%H%M%S}-{reason}.db"
    try:
        folder.mkdir(exist_ok=True)
        checked_copy(library, target)
    except (sqlite3.Error, OSError) as error:
        raise problem_of(error, library) or problem("backup_failed", target) from error
    thin(folder)
    return target


def checked_copy(library: Path, target: Path) -> None:
    """Copy ``library`` to ``target`` as one self-contained file that passed SQLite's integrity check.

    The copy shows one state of the library, also while it is written to. Raises ``sqlite3.Error`` or ``OSError``.
    """
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as work:
        temp = Path(work) / target.name
        with closing(open_read_only(library)) as source, closing(sqlite3.connect(temp)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        if found != "ok" or broken:
            raise sqlite3.DatabaseError(f"the copy failed its check: {found}")
        move_into_place(temp, target)


def thin(folder: Path) -> None:
    """Delete the backups of a folder that :func:`kept` leaves out; one that cannot be deleted stays."""
    found = backups(folder)
    stay = kept(one.at for one in found)
    for old in found:
        if old.at not in stay:
            try:
                old.path.unlink()
                manifest_of(old.path).unlink(missing_ok=True)
            except OSError:  # held open by a scanner or read-only; the next backup tries again
                continue


def kept(times: Iterable[datetime]) -> frozenset[datetime]:
    """Return which of some backups stay: the newest twenty, and the last of each of 14 days, 8 weeks and 24 months."""
    newest = sorted(times, reverse=True)
    stay = set(newest[:KEEP_NEWEST])
    for period, most in ((_day, KEEP_DAYS), (_week, KEEP_WEEKS), (_month, KEEP_MONTHS)):
        last: dict[tuple[int, ...], datetime] = {}
        for at in newest:
            last.setdefault(period(at.date()), at)
        stay |= set(list(last.values())[:most])
    return frozenset(stay)


def _day(day: date) -> tuple[int, ...]:
    return (day.toordinal(),)


def _week(day: date) -> tuple[int, ...]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, ...]:
    return (day.year, day.month)
