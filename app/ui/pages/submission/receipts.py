"""What the insurer sent for a submission: registered, compared with a file at hand, given back as it came."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.submission import SubmissionService
from app.services.submission_types import Receipt, ReceiptKind, StoredSubmission
from app.ui.pages.files import EVERYTHING, ask_open, ask_save
from app.ui.pages.submission.cards import ReceiptCard

if TYPE_CHECKING:
    from app.ui.pages.submission.page import SubmissionPage


class Receipts(QObject):
    """Asks for files and does the work of the page with them; lives as long as its page."""

    def __init__(self, page: SubmissionPage) -> None:
        super().__init__(page)
        self._page, self._shell = page, page.shell

    @property
    def _service(self) -> SubmissionService:
        service: SubmissionService = self._shell.services.submissions
        return service

    def ask(self, one: StoredSubmission) -> None:
        """Ask for a file of the insurer, then what it says of a submission."""
        take = partial(self._on_file, one)
        ask_open(self._page, self._shell.places, "登记医保回执", take, filters=EVERYTHING)

    def _on_file(self, one: StoredSubmission, path: Path) -> None:
        card = ReceiptCard(self._page, one, path.name, partial(self._attach, one, path))
        card.closed.connect(self._page.focus_list)  # what had the focus before was the file dialog

    def _attach(self, one: StoredSubmission, path: Path, kind: ReceiptKind, cases: int, note: str) -> None:
        work = partial(_attached, self._service, one.id, kind, path, cases, note)
        label = f"登记 {path.name}"
        job = self._shell.jobs.run(work, label=label, writes=True, loses_work=True, parent=self._page)
        job.done.connect(partial(self._on_attached, path))

    def _on_attached(self, path: Path, changes: Changes) -> None:
        self._shell.publish(changes)
        self._shell.notices.toast(f"已登记回执 {path.name}，内容存入病案库。", severity="ok")
        self._page.read()

    def compare(self, one: StoredSubmission) -> None:
        """Ask for a file and say whether it is one of a submission's."""
        take = partial(self._on_compare, one)
        ask_open(self._page, self._shell.places, "核对文件", take, filters=EVERYTHING)

    def _on_compare(self, one: StoredSubmission, path: Path) -> None:
        work = partial(_compared, self._service, one.id, path)
        job = self._shell.jobs.run(work, label=f"核对 {path.name}", parent=self._page)
        job.done.connect(partial(self._on_compared, one, path))

    def _on_compared(self, one: StoredSubmission, path: Path, same: Receipt | None) -> None:
        told = f"{path.name} 与 {same.at:%Y-%m-%d %H:%M} 登记的 {same.file_name} 逐字节相同。" if same else ""
        words = told or f"{path.name} 与第 {one.id} 次提交登记的文件都不同。"
        self._shell.notices.toast(words, severity="ok" if same else "warn")

    def last(self, one: StoredSubmission) -> Receipt | None:
        """Return what came back last for a submission, None when nothing did."""
        return next(
            (file for file in reversed(self._service.receipts(one.id)) if ReceiptKind(file.kind).came_back), None
        )

    def save(self, one: StoredSubmission) -> None:
        """Ask where to and write what came back last for a submission as it came."""
        file = self.last(one)
        if file is not None:
            take = partial(self._on_save, file)
            ask_save(self._page, self._shell.places, "另存回执", take, name=file.file_name, filters=EVERYTHING)

    def _on_save(self, file: Receipt, path: Path) -> None:
        work = partial(_saved, self._service, file, path)
        job = self._shell.jobs.run(work, label=f"另存 {path.name}", writes=True, parent=self._page)
        job.done.connect(self._on_saved)

    def _on_saved(self, path: Path) -> None:
        self._shell.notices.toast(f"已另存：{path.name}", severity="ok")


def _attached(
    service: SubmissionService,
    submission_id: int,
    kind: ReceiptKind,
    path: Path,
    cases: int,
    note: str,
    progress: Progress,
) -> Changes:
    return service.attach_receipt(submission_id, kind, path, cases, note, progress)


def _compared(service: SubmissionService, submission_id: int, path: Path, _progress: Progress) -> Receipt | None:
    return service.compare_receipt(submission_id, path)


def _saved(service: SubmissionService, file: Receipt, path: Path, _progress: Progress) -> Path:
    return service.save_receipt(file, path)
