"""What can be done with cases of a list: code by machine, check, export. Every write is a job."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.changes import Changes
from app.ui.page import Place, Shell
from app.ui.pages.files import ask_save
from app.ui.shell.files import OpenFolder
from app.ui.widgets import ask

if TYPE_CHECKING:
    from app.services.exports import Receipt
    from app.services.types import AutoCodeReport
    from app.ui.jobs import Job

_PACE = "autocode.pace"
_SECONDS_PER_CASE = 0.08
_ENOUGH = 20
"""Cases from which the time says something."""
_LONG_S = 30.0
_EXPORTS = "Excel 工作簿 (*.xlsx);;CSV，按原文件的列与编码 (*.csv)"


class ListWork(QObject):
    """Runs jobs over cases and tells the window what changed; lives as long as its page."""

    def __init__(self, shell: Shell, page: QWidget) -> None:
        super().__init__(page)
        self._shell, self._page = shell, page
        self._coded: Sequence[int] = ()
        self._review_at = Place("autocode")

    def auto_code(self, case_ids: Sequence[int], review_at: Place) -> None:
        """Propose codes for every uncoded row of the cases, then check them; ``review_at`` is offered afterwards.

        Before what takes long it says how long, and begins when the user agrees.
        """
        seconds = len(case_ids) * self._pace()
        begin = partial(self._auto_code, case_ids, review_at)
        if seconds < _LONG_S:
            begin()
        else:
            told = f"约需 {_duration(seconds)}，在后台进行，可随时取消，已写入的保留。"
            ask(self._page, f"自动编码 {len(case_ids):,} 份", told, "开始", begin)

    def _pace(self) -> float:
        """Return the seconds that a case took last time."""
        kept = self._shell.places.get(_PACE)
        return kept if isinstance(kept, float) else _SECONDS_PER_CASE

    def _auto_code(self, case_ids: Sequence[int], review_at: Place) -> None:
        self._coded, self._review_at = case_ids, review_at
        work = partial(self._shell.services.coding.auto_code, case_ids)
        job = self._shell.jobs.run(work, label=f"自动编码 {len(case_ids):,} 份", writes=True, parent=self._page)
        job.done.connect(partial(self._keep_pace, job))
        job.done.connect(self._on_coded)
        job.cancelled.connect(self._on_stopped)

    def check(self, case_ids: Sequence[int]) -> None:
        """Check and group the cases anew."""
        work = partial(self._shell.services.checking.run, case_ids)
        job = self._shell.jobs.run(work, label=f"检查 {len(case_ids):,} 份", writes=True, parent=self._page)
        job.done.connect(self._on_changed)

    def export(self, batch_id: int, title: str) -> None:
        """Ask where to, then write the corrected batch."""
        name = f"{Path(title).stem}_修正{'.csv' if title.lower().endswith('.csv') else '.xlsx'}"
        take = partial(self._export_to, batch_id)
        ask_save(self._page, self._shell.places, "导出修正后的整批", take, name=name, filters=_EXPORTS)

    def _export_to(self, batch_id: int, path: Path) -> None:
        work = partial(self._shell.services.exports.batch, batch_id, path)
        job = self._shell.jobs.run(work, label=f"导出 {path.name}", writes=True, parent=self._page)
        job.done.connect(self._on_exported)

    def _on_changed(self, changes: Changes | None) -> None:
        if changes is not None:
            self._shell.publish(changes)

    def _on_stopped(self) -> None:
        self._shell.publish(Changes(cases=frozenset(self._coded), listing=True))

    def _keep_pace(self, job: Job, report: AutoCodeReport) -> None:
        if report.cases >= _ENOUGH:
            self._shell.places.put(_PACE, round((monotonic() - job.started_at) / report.cases, 4))

    def _on_coded(self, report: AutoCodeReport) -> None:
        self._shell.publish(Changes(cases=frozenset(self._coded), listing=True))
        told = f"自动编码 {report.cases:,} 份：采用 {report.accepted:,} 条，提议 {report.proposed:,} 条，"
        self._shell.notices.toast(f"{told}留待人工 {report.left:,} 条。", action=("逐条复核", self._review))
        self.check(self._coded)

    def _review(self) -> None:
        self._shell.go(self._review_at)

    def _on_exported(self, receipt: Receipt) -> None:
        path = receipt.path
        self._shell.notices.toast(
            f"已导出 {receipt.rows:,} 行到 {path.name}，并已核对。",
            severity="ok",
            action=("打开文件夹", OpenFolder(path.parent)),
        )


def _duration(seconds: float) -> str:
    """Return a time in words, in full minutes from one and a half on."""
    return f"{seconds / 60:.0f} 分钟" if seconds >= 90 else f"{seconds / 10:.0f}0 秒"
