"""How far a long command is, on one line of the terminal; nothing where the output goes to a file."""

from __future__ import annotations

import sys
from time import monotonic
from typing import Final

_EVERY_S: Final = 0.2


class TerminalProgress:
    """Shows per cent done and the time left on standard error. Ctrl+C cancels."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._began = self._told = monotonic()
        self._shows = sys.stderr.isatty()

    def step(self, done: int, total: int, note: str = "") -> None:
        """Show how far it is, at most five times a second. ``note`` names another part, which has its own time left."""
        now = monotonic()
        if note and note != self._label:
            self._label, self._began = note, now
        if self._shows and total and now - self._told >= _EVERY_S:
            self._told = now
            left = (now - self._began) * (total - done) / max(done, 1)
            sys.stderr.write(f"\r{self._label} {done / total:4.0%}，约剩 {left:.0f} 秒\x1b[K")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._shows:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
