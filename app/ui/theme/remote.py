"""Whether the screen is sent over a wire: then nothing is drawn that costs it, no shadows (ui.md 6.11)."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_SM_REMOTESESSION: Final = 0x1000
"""GetSystemMetrics index, see Microsoft's “Detecting the Remote Desktop Services environment”."""


def is_remote() -> bool:
    """Return whether the program is shown by Remote Desktop now; asked anew each time, sessions are taken over."""
    return sys.platform == "win32" and bool(ctypes.windll.user32.GetSystemMetrics(_SM_REMOTESESSION))
