"""Builds the page that everybody opens in the moments after the start in which nobody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.page import Page

_PAGE: Final = "case"
_PAUSE_MS: Final = 15
"""Between two steps, so that a key pressed meanwhile is answered at once."""


class Builder(QObject):
    """Builds the case page step by step; opening it meanwhile does the rest at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._page: Page | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._on_pause)

    def start(self) -> None:
        """Begin; nothing happens where the user has no such page."""
        if _PAGE in self._window.pages:
            self._timer.start()

    def _on_pause(self) -> None:
        if self._page is None:
            self._page = self._window.pages[_PAGE]
        elif self._window.shell.jobs.is_closed or not self._page.build_on():
            self._timer.stop()
