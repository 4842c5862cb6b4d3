"""Checks in the background the cases whose report is older than they are or was made by other rules."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.checking import CheckingService
from app.ui.page import Shell


class Rechecking(QObject):
    """One check at a time, among the other writes; what changes meanwhile is checked by the next one."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._is_running = False
        self._again = False

    def start(self) -> None:
        """Check what is stale now, or once more after the check that runs."""
        if self._is_running:
            self._again = True
            return
        self._is_running, self._again = True, False
        work = partial(_check, self._shell.services.checking)
        job = self._shell.jobs.run(work, label="检查有变动的病案", writes=True, parent=self)
        job.done.connect(self._shell.publish)
        job.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        self._is_running = False
        if self._again:
            self.start()


def _check(checking: CheckingService, progress: Progress) -> Changes:
    return checking.run(checking.stale(), progress)
