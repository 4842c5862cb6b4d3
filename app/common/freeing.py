"""Memory that is freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_MMAP_THRESHOLD: Final = -3
"""``M_MMAP_THRESHOLD`` of glibc's malloc.h."""
_LARGE: Final = 16 << 20


def give_back_freed() -> None:
    """Let glibc give back what was freed (milliseconds), and large blocks at once from now on.

    Left alone it takes freed blocks of up to 32 MB for a sign that more will come and keeps them: 100 MB of a training.
    Other systems need no telling.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.malloc_trim(0)
