"""Looking from time to time whether something is due beside the window; one look at a time."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.ui.jobs import Job
from app.ui.page import Shell

LOOK_EVERY_MS: Final = 5 * 60_000


class Watch(QObject):
    """Looks at the start and every five minutes. Who derives from it says in :meth:`_begin` what a look is."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._is_running = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Look now and from time to time."""
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Do what is due, unless the last look still runs."""
        if self._is_running:
            return
        job = self._begin()
        if job is not None:
            self._is_running = True
            job.ended.connect(self._on_ended)

    def _begin(self) -> Job | None:
        """Begin the job of a look; return None when there is nothing to look at now."""
        raise NotImplementedError

    def _on_ended(self) -> None:
        self._is_running = False
