"""Makes what takes long to make, pages and the box for everything, in moments after the start when nobody waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

_FIRST: Final = ("case", "drg", "rules", "settings")
"""What is opened most, or takes longest."""
_PAUSE_MS: Final = 25
"""Between two steps, so that a key pressed meanwhile is answered at once."""


class Builder(QObject):
    """Builds the pages step by step; opening one meanwhile does the rest of it at once. ``done`` when all are there."""

    done = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._work = self._steps()
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._on_pause)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def _on_pause(self) -> None:
        if self._window.shell.jobs.is_closed or next(self._work, self) is self:
            self._timer.stop()
            self.done.emit()

    def _steps(self) -> Iterator[None]:
        pages = self._window.pages
        for key in dict.fromkeys((*_FIRST, *pages)):
            if key in pages:
                yield from pages.fetch(key)
                while pages[key].build_on():
                    yield
            yield
        for key in pages:
            yield from pages[key].warm_steps()
        yield from self._window.warm_palette()
