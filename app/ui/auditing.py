"""Behind the window: what was looked at goes into the audit, and a library that does not fit its head is told.

The head in the key store of the operating system is compared a moment after the start, then renewed from time to time.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.common.progress import Progress
from app.services.audit import AuditService
from app.ui.page import Place, Shell

_WRITE_EVERY_MS: Final = 5_000
_FIRST_MS: Final = 3_000
_OUTSIDE_EVERY_MS: Final = 300_000
BAR: Final = "audit"


class AuditWatch(QObject):
    """Writes what waits every few seconds, one write at a time, among the other writes."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._is_running = False
        self._timer = QTimer(self)
        self._timer.setInterval(_WRITE_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._outside = QTimer(self)
        self._outside.setInterval(_OUTSIDE_EVERY_MS)
        self._outside.timeout.connect(self.keep_outside)

    def start(self) -> None:
        """Tell how the library stands to its head, then write from time to time."""
        self._tell()
        self._outside.start()
        self._timer.start()
        QTimer.singleShot(_FIRST_MS, self, self.keep_outside)

    def keep_outside(self) -> None:
        """Compare with the key store, then keep the head there; what takes its time runs beside the window."""
        if not self._shell.jobs.is_closed:
            job = self._shell.jobs.run(KeepOutside(self._audit), parent=self)
            job.done.connect(self._on_compared)

    def _on_compared(self, wrong: bool) -> None:
        if wrong:
            self._tell()

    def _tell(self) -> None:
        words = self._audit.head_words()
        if words:
            told = f"{words}请管理员核对，写明原因后确认。"
            self._shell.notices.bar(BAR, told, severity="error", action=("查看", self._show))

    def look(self) -> None:
        """Write what waits, if anything does."""
        if self._is_running or not self._audit.has_reads:
            return
        self._is_running = True
        job = self._shell.jobs.run(Write(self._audit), writes=True, parent=self)
        job.ended.connect(self._on_ended)

    @property
    def _audit(self) -> AuditService:
        service: AuditService = self._shell.services.audit
        return service

    def _on_ended(self) -> None:
        self._is_running = False

    def _show(self) -> None:
        self._shell.go(Place("audit"))


class Write:
    """Writes what was looked at, in a worker thread."""

    def __init__(self, audit: AuditService) -> None:
        self._audit = audit

    def __call__(self, _progress: Progress) -> None:
        """Do it."""
        self._audit.write_reads()


class KeepOutside:
    """Compares with the head in the key store and renews it, in a worker thread."""

    def __init__(self, audit: AuditService) -> None:
        self._audit = audit

    def __call__(self, _progress: Progress) -> bool:
        """Return True when the library does not fit it."""
        return self._audit.keep_outside()
