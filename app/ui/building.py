"""Builds the pages that take long to make in the moments after the start in which nobody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

_PAGES: Final = ("case", "drg", "rules", "settings")
_PAUSE_MS: Final = 15
"""Between two steps, so that a key pressed meanwhile is answered at once."""


class Builder(QObject):
    """Builds the pages step by step; opening one meanwhile does the rest of it at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._keys = [key for key in _PAGES if key in window.pages]
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._on_pause)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def _on_pause(self) -> None:
        if not self._keys or self._window.shell.jobs.is_closed:
            self._timer.stop()
        elif not self._window.pages[self._keys[0]].build_on():
            self._keys.pop(0)
