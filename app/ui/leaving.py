"""Checks the cases that leave soon beside the window: at the start, every hour, at the set time; tells new errors."""

from __future__ import annotations

from functools import partial

from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.leaving import LeavingService
from app.services.qc_batch_types import LeavingRun, ScopeKind
from app.ui.jobs import Job
from app.ui.page import Place
from app.ui.watching import Watch


class LeavingWatch(Watch):
    """Looks from time to time whether a check is wanted; one runs at a time, among the other writes."""

    def _begin(self) -> Job:
        """Check those who leave soon if it is time."""
        work = partial(_checked, self._shell.services.leaving)
        job = self._shell.jobs.run(work, label="出院前质控", writes=True, parent=self)
        job.done.connect(self._on_checked)
        return job

    def _on_checked(self, run: LeavingRun | None) -> None:
        if run is None:
            return
        self._shell.publish(Changes(listing=True))
        if run.new_errors:
            told = f"出院前质控：{len(run.cases):,} 份即将出院的病案有 {run.new_errors:,} 项新的强制错误。"
            self._shell.notices.toast(told, severity="error", action=("查看", self._show))

    def _show(self) -> None:
        self._shell.go(Place("qc", {"scope": str(ScopeKind.LEAVING), "segment": "open"}))


def _checked(leaving: LeavingService, progress: Progress) -> LeavingRun | None:
    """Check if it is time; asked in the job, because the answer needs the library."""
    return leaving.run(progress) if leaving.is_wanted() else None
