"""Memory that is freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
"""``M_TRIM_THRESHOLD``, ``M_MMAP_THRESHOLD`` and ``M_ARENA_MAX`` of glibc's malloc.h."""
_LARGE: Final = 16 << 20
_WHOLE_COLUMN: Final = 1 << 20
"""More than a column of numbers for 100,000 cases, which is made and freed at every key; its texts are larger."""
_LOOSE: Final = 4 << 20


def give_back_freed() -> None:
    """Let glibc give back what was freed (milliseconds), and large blocks at once from now on.

    Left alone it takes freed blocks of up to 32 MB for a sign that more will come and keeps them: 100 MB of a training.
    Other systems need no telling.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
    trim()


def trim() -> None:
    """Let glibc give back the gaps in its heap, for after long work (milliseconds)."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def share_one_heap() -> None:
    """Let all threads take memory from one heap, before there are any, and large blocks go back at once.

    A heap of its own for each thread leaves 27 MB of gaps; blocks that are kept for more to come leave 35 MB at
    100,000 cases.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, _WHOLE_COLUMN)
        library.mallopt(_TRIM_THRESHOLD, _LOOSE)


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "malloc_trim") else None
