"""Memory that is freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_MMAP_THRESHOLD: Final = -3
"""``M_MMAP_THRESHOLD`` of glibc's malloc.h."""
_LARGE: Final = 16 << 20


def give_back_large_blocks() -> None:
    """Let glibc give back what is freed in blocks of 16 MB or more, from now on; other systems do so anyway.

    Left alone it takes freed blocks of up to 32 MB for a sign that more will come and keeps them: 100 MB of a training.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
