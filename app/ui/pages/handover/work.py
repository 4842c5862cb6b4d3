"""What takes long on the page of hand-over: templates, checks, files written and compared, each a job beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.common.progress import Progress
from app.services.handover import HandoverService
from app.services.handover_types import HandoverReport, StoredHandover, Template, Verified, Wanted
from app.services.settlement_form import SettlementFormService
from app.ui.jobs import Job
from app.ui.page import Shell
from app.ui.printing import pdf_of


class HandoverWork:
    """Begins jobs; each method returns the one that runs. ``parent`` is the page they belong to."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        self._shell, self._parent = shell, parent

    @property
    def _service(self) -> HandoverService:
        service: HandoverService = self._shell.services.handover
        return service

    def template(self, path: Path) -> Job:
        """Read the template of the performance upload."""
        return self._shell.jobs.run(partial(_template, self._service, path), label="读模板", parent=self._parent)

    def check(self, wanted: Wanted) -> Job:
        """Look at every case of a scope."""
        return self._shell.jobs.run(partial(_check, self._service, wanted), label="交付前检查", parent=self._parent)

    def write(self, report: HandoverReport, path: Path) -> Job:
        """Write what a check let through."""
        return self._write(partial(_written, self._service, report, path), path)

    def write_form(self, case_id: int, path: Path) -> Job:
        """Write the settlement list of one case, as its ending says."""
        return self._write(partial(_form_written, self._shell.services.settlement_form, case_id, path), path)

    def verify(self, path: Path) -> Job:
        """Compare a file with the register."""
        return self._shell.jobs.run(partial(_verified, self._service, path), label="核对文件", parent=self._parent)

    def verify_entry(self, number: int) -> Job:
        """Compare an entry of the register with the file where it was put."""
        work = partial(_verified_entry, self._service, number)
        return self._shell.jobs.run(work, label="核对文件", parent=self._parent)

    def _write(self, work: Callable[[Progress], StoredHandover], path: Path) -> Job:
        return self._shell.jobs.run(work, label=f"写出 {path.name}", writes=True, parent=self._parent)


def _template(service: HandoverService, path: Path, progress: Progress) -> Template:
    return service.template(path, progress)


def _check(service: HandoverService, wanted: Wanted, progress: Progress) -> HandoverReport:
    return service.check(wanted, progress)


def _written(service: HandoverService, report: HandoverReport, path: Path, progress: Progress) -> StoredHandover:
    return service.write(report, path, progress)


def _form_written(service: SettlementFormService, case_id: int, path: Path, progress: Progress) -> StoredHandover:
    if path.suffix.lower() == ".xlsx":
        return service.save_workbook(case_id, path, progress)
    return service.save_printed(case_id, path, pdf_of(service.report(case_id), progress))


def _verified(service: HandoverService, path: Path, _progress: Progress) -> Verified:
    return service.verify(path)


def _verified_entry(service: HandoverService, number: int, _progress: Progress) -> Verified:
    return service.verify_entry(number)
