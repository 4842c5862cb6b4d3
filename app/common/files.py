"""Whole-file replacement: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def write_atomic(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Yield a binary file that takes the place of ``path`` when the block ends without an exception.

    Temp file beside the target, flush, fsync, ``os.replace``, fsync of the folder. ``private``: for this user's eyes
    only. On an exception the target is untouched and the temp file is gone. Raises ``OSError`` as the system does.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temp = Path(name)
    try:
        with os.fdopen(handle, "w+b") as out:
            if not private:
                _share(out.fileno(), path)
            yield out
            out.flush()
            os.fsync(out.fileno())
        temp.replace(path)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def move_into_place(finished: Path, target: Path) -> None:
    """Make a file that another library wrote (SQLite, for one) durable and let it take the place of ``target``.

    Both must lie on one file system. Raises ``OSError``; ``target`` is untouched then.
    """
    with finished.open("r+b") as handle:
        os.fsync(handle.fileno())
    finished.replace(target)
    _sync_folder(target.parent)


def _share(descriptor: int, path: Path) -> None:
    """Give a temp file (private by birth) the rights of the file it replaces, or of a new one."""
    if os.name == "nt":  # rights come from the folder there
        return
    os.fchmod(descriptor, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_UMASK)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


_UMASK = _umask()
"""Read once at the start, because reading it means setting it for the whole process."""


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened for fsync there; NTFS journals the rename
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
