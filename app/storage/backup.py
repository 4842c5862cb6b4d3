"""Copies of the library through SQLite's backup API, checked before they count, newest twenty kept.

A live database file is never copied as a file: all of fifteen such copies were bad in the design's experiment.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from app.common.clock import Clock
from app.common.files import move_into_place
from app.storage.engine import open_read_only
from app.storage.problems import problem, problem_of

KEEP_NEWEST: Final = 20


def backup_folder(library: Path) -> Path:
    """Return the folder of a library's backups, whether or not it exists."""
    return library.parent / "backups"


def back_up(library: Path, clock: Clock, reason: str) -> Path:
    """Make a checked copy of a library beside it, thin older ones and return its path.

    ``reason`` is a word for the file name. Raises :class:`UserProblem` when the copy cannot be made or fails its check;
    older backups stay as they were then.
    """
    folder = backup_folder(library)
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
    """Delete all but the newest :data:`KEEP_NEWEST` backups of a folder; names carry the time."""
    for old in sorted(folder.glob("*-????????-??????-*.db"))[:-KEEP_NEWEST]:
        old.unlink()
