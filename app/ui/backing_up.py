"""Makes the backup that is due beside the window; a failure stays on the screen until one succeeds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.services.backup import BackupService
from app.ui.jobs import Job
from app.ui.page import Place
from app.ui.watching import Watch

_BAR: Final = "backup"


class BackupWatch(Watch):
    """Looks from time to time whether a backup is due; one is made at a time."""

    def _begin(self) -> Job:
        """Make the backup if it is due."""
        service: BackupService = self._shell.services.backup
        job = self._shell.jobs.run(Due(service), label="自动备份", parent=self)
        job.done.connect(self._on_done)
        return job

    def _on_done(self, result: Path | UserProblem | None) -> None:
        if isinstance(result, UserProblem):
            self._shell.notices.bar(_BAR, f"自动备份没有做成：{result}", severity="error", action=("查看", self._show))
        elif result is not None:
            self._shell.notices.clear_bar(_BAR)

    def _show(self) -> None:
        self._shell.go(Place("settings", {"group": "backup"}))


class Due:
    """Makes the backup that is due, in a worker thread; a refusal is its result, because it stays as a bar."""

    def __init__(self, service: BackupService) -> None:
        self._service = service

    def __call__(self, progress: Progress) -> Path | UserProblem | None:
        """Return the backup, None when none was due, or why it could not be made."""
        try:
            return self._service.run_due(progress)
        except UserProblem as problem:
            return problem
