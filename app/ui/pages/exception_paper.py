"""The approval form of an exception as PDF or workbook, for the two who sign on paper."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.common.progress import Progress
from app.common.texts import text
from app.services.exception_form import ExceptionFormService
from app.services.rule_types import ExceptionLine
from app.ui.pages.files import ask_save
from app.ui.printing import pdf_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.page import Shell
    from app.ui.pages.case.page import CasePage

_KINDS: Final = "PDF 文件 (*.pdf);;Excel 工作簿 (*.xlsx)"


def has_exception(page: CasePage) -> bool:
    """True when an exception was asked for on the case."""
    return page.view is not None and latest(page.shell, page.view.case_id) is not None


def save_form(page: CasePage) -> None:
    """Ask where to, then write the form of the latest exception of the case."""
    if page.view is not None:
        ask_form(page, page.shell, page.view.case_id, page.view.record.text("record_no"))


def latest(shell: Shell, case_id: int) -> ExceptionLine | None:
    """Return the latest exception of a case, None when none was asked for."""
    found: tuple[ExceptionLine, ...] = shell.services.exceptions.of_case(case_id)
    return next(iter(found), None)


def ask_form(parent: QWidget, shell: Shell, case_id: int, record_no: str) -> None:
    """Ask where to, then write the form of the latest exception of a case; nothing when it has none."""
    line = latest(shell, case_id)
    if line is not None:
        ask_form_of(parent, shell, line, record_no)


def ask_form_of(parent: QWidget, shell: Shell, line: ExceptionLine, record_no: str) -> None:
    """Ask where to, then write the form of an exception."""
    name = text("exception_form.file_name", number=record_no, rule=line.rule_id)
    take = partial(_save, parent, shell, line)
    ask_save(parent, shell.places, "生成例外审批单", take, name=f"{name}.pdf", filters=_KINDS)


def _save(page: QWidget, shell: Shell, line: ExceptionLine, path: Path) -> None:
    work = partial(_written, shell.services.exception_form, line, path)
    job = shell.jobs.run(work, label=f"生成 {path.name}", writes=True, parent=page)
    job.done.connect(partial(_told, shell))


def _written(service: ExceptionFormService, line: ExceptionLine, path: Path, progress: Progress) -> Path:
    if path.suffix.lower() == ".xlsx":
        return service.save_workbook(line, path, progress)
    return service.save(line, path, pdf_of(service.report(line), progress))


def _told(shell: Shell, path: Path) -> None:
    shell.notices.toast(f"例外审批单已生成：{path.name}", severity="ok")
