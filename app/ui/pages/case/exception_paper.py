"""The approval form of an exception as PDF, for the two who sign on paper."""

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
    from app.ui.pages.case.page import CasePage

_PDF: Final = "PDF 文件 (*.pdf)"


def has_exception(page: CasePage) -> bool:
    """True when an exception was asked for on the case."""
    return _latest(page) is not None


def save_form(page: CasePage) -> None:
    """Ask where to, then write the form of the latest exception of the case."""
    line = _latest(page)
    if line is None or page.view is None:
        return
    record_no = page.view.record.text("record_no")
    name = text("exception_form.file_name", number=record_no, rule=line.rule_id)
    ask_save(page, page.shell.places, "生成例外审批单", partial(_save, page, line), name=f"{name}.pdf", filters=_PDF)


def _latest(page: CasePage) -> ExceptionLine | None:
    found: tuple[ExceptionLine, ...] = page.shell.services.exceptions.of_case(page.view.case_id) if page.view else ()
    return next(iter(found), None)


def _save(page: CasePage, line: ExceptionLine, path: Path) -> None:
    work = partial(_written, page.shell.services.exception_form, line, path)
    job = page.shell.jobs.run(work, label=f"生成 {path.name}", writes=True, parent=page)
    job.done.connect(partial(_told, page))


def _written(service: ExceptionFormService, line: ExceptionLine, path: Path, progress: Progress) -> Path:
    return service.save(line, path, pdf_of(service.report(line), progress))


def _told(page: CasePage, path: Path) -> None:
    page.shell.notices.toast(f"例外审批单已生成：{path.name}", severity="ok")
