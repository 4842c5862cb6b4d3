"""One process owns the library: an advisory lock on a file beside it that names pid and host.

The operating system drops the lock when its process ends, however it ends, so a file left behind by a crash is taken
over by the next start. The file stays: removing it would let two processes lock two different files.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from typing import IO

from app.common.clock import Clock
from app.storage.problems import LibraryBusy, problem

if sys.platform == "win32":  # pragma: no cover - Windows only
    import msvcrt

    _FAR = 1 << 30  # locked bytes cannot be read there; the text stays readable

    def _try_lock(handle: IO[bytes]) -> bool:
        handle.seek(_FAR)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class LibraryLock:
    """Held while a process may write the library. Raises :class:`LibraryBusy` when another one holds it."""

    def __init__(self, library: Path, clock: Clock) -> None:
        self._path = lock_path(library)
        try:
            self._handle: IO[bytes] = open(self._path, "a+b")  # noqa: SIM115 - closed by release
        except OSError as error:
            raise problem("cannot_open" if library.parent.is_dir() else "no_folder", library) from error
        if not _try_lock(self._handle):
            self._handle.close()
            raise holder(library)
        self._write({"pid": os.getpid(), "host": platform.node(), "since": clock.now().isoformat(sep=" ")})

    def _write(self, facts: dict[str, object]) -> None:
        self._handle.seek(0)
        self._handle.truncate()
        self._handle.write(json.dumps(facts).encode())
        self._handle.flush()

    def release(self) -> None:
        """Give the library free."""
        if not self._handle.closed:
            self._handle.seek(0)
            self._handle.truncate()
            self._handle.close()


def lock_path(library: Path) -> Path:
    """Return the path of the lock file of a library."""
    return library.with_name(f"{library.name}.lock")


def holder(library: Path) -> LibraryBusy:
    """Return the refusal that names who holds the library; unknown facts are 0 and ''."""
    try:
        facts = json.loads(lock_path(library).read_bytes())
    except (OSError, ValueError):
        facts = {}
    return LibraryBusy(library, int(facts.get("pid", 0)), str(facts.get("host", "")), str(facts.get("since", "")))
