"""Checks the cases that leave soon beside the window: at the start, every hour, at the set time; tells new errors."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.leaving import LeavingService
from app.services.qc_batch_types import LeavingRun, ScopeKind
from app.ui.page import Place, Shell

_LOOK_EVERY_MS: Final = 5 * 60_000


class LeavingWatch(QObject):
    """Looks from time to time whether a check is wanted; one runs at a time, among the other writes."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._is_running = False
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Look now and from time to time."""
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Check those who leave soon if it is time."""
        if self._is_running:
            return
        self._is_running = True
        work = partial(_checked, self._shell.services.leaving)
        job = self._shell.jobs.run(work, label="出院前质控", writes=True, parent=self)
        job.done.connect(self._on_checked)
        job.ended.connect(self._on_ended)

    def _on_checked(self, run: LeavingRun | None) -> None:
        if run is None:
            return
        self._shell.publish(Changes(listing=True))
        if run.new_errors:
            told = f"出院前质控：{len(run.cases):,} 份即将出院的病案有 {run.new_errors:,} 项新的强制错误。"
            self._shell.notices.toast(told, severity="error", action=("查看", self._show))

    def _on_ended(self) -> None:
        self._is_running = False

    def _show(self) -> None:
        self._shell.go(Place("qc", {"scope": str(ScopeKind.LEAVING), "segment": "open"}))


def _checked(leaving: LeavingService, progress: Progress) -> LeavingRun | None:
    """Check if it is time; asked in the job, because the answer needs the library."""
    return leaving.run(progress) if leaving.is_wanted() else None
