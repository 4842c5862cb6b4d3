"""The right to write a home folder, for commands that run without the window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.common.clock import SystemClock
from app.common.paths import library_path
from app.storage.lock import LibraryLock


@contextmanager
def writing() -> Iterator[None]:
    """Hold the library's lock for the block. Raises :class:`UserProblem` when a window has it."""
    lock = LibraryLock(library_path(), SystemClock())
    try:
        yield
    finally:
        lock.release()
