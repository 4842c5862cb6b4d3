"""Ctrl+P on the case: the front page as on paper, previewed, as PDF or on a printer; and the view of revisions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPagedPaintDevice
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

from app.common.progress import Progress
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.services.front_page import FrontPageService
from app.services.types import CaseView
from app.ui.front_page.card import PreviewCard, Printout
from app.ui.front_page.pages import Marks
from app.ui.pages.files import ask_save
from app.ui.printing import pdf_from, print_pages
from app.ui.shell.files import OpenFolder

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_PDF: Final = "PDF 文件 (*.pdf)"
_HANDED_IN: Final = (CaseState.SUBMITTED, CaseState.UNLOCK_REQUESTED, CaseState.ARCHIVED)


def toggle_revision(page: CasePage) -> None:
    """Show the old value struck out beside every changed one, or only the blue bar again."""
    page.settle()
    page.toggle_revision()


def open_preview(page: CasePage) -> None:
    """Show both sides as they will be printed."""
    page.settle()
    view = page.view
    if view is not None:
        card = PreviewCard(page.window(), partial(_printout, page, view))
        card.save.connect(partial(_save, page, view.case_id))
        card.paper.connect(partial(_print, page, view.case_id))
        card.open_card()


def _printout(page: CasePage, view: CaseView, masked: bool) -> Printout:
    return Printout.of(view.record, marks_of(page, view), masked=masked)


def marks_of(page: CasePage, view: CaseView) -> Marks:
    """Return what stands around the form: that it is not submitted yet, who printed it and when."""
    stamp = "" if view.state in _HANDED_IN else f"未提交 · {text(f'cases.state.{view.state}')}"
    services = page.shell.services
    return Marks(stamp, f"{services.user.name} 打印于 {services.session.clock.now():%Y-%m-%d %H:%M}")


def _save(page: CasePage, case_id: int, printout: Printout) -> None:
    if page.view is not None:
        name = f"{page.shell.services.front_page.file_name(page.view.record)}.pdf"
        take = partial(_save_to, page, case_id, printout)
        ask_save(page, page.shell.places, "生成首页 PDF", take, name=name, filters=_PDF)


def _save_to(page: CasePage, case_id: int, printout: Printout, path: Path) -> None:
    work = partial(_write, page.shell.services.front_page, case_id, printout, path)
    job = page.shell.jobs.run(work, label=f"生成 {path.name}", writes=True, parent=page)
    job.done.connect(partial(_saved, page, case_id))


def _write(service: FrontPageService, case_id: int, printout: Printout, path: Path, progress: Progress) -> Path:
    def on_device(device: QPagedPaintDevice) -> None:
        print_pages(device, len(printout.sheets), printout.draw, progress)

    return service.save(case_id, path, pdf_from("住院病案首页", on_device), masked=printout.masked)


def _saved(page: CasePage, case_id: int, path: Path) -> None:
    page.shell.notices.toast(f"已生成 {path.name}。", severity="ok", action=("打开文件夹", OpenFolder(path.parent)))
    page.shell.publish(Changes(cases=frozenset({case_id})))


def _print(page: CasePage, case_id: int, printout: Printout) -> None:
    """Ask for a printer; without one say what to do instead."""
    if not QPrinterInfo.availablePrinterNames():
        told = "没有可用的打印机。请先生成 PDF，再到能打印的电脑上打印。"
        page.shell.notices.toast(told, action=("生成 PDF", partial(_save, page, case_id, printout)))
        return
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, page)
    dialog.setObjectName("print_dialog")
    dialog.accepted.connect(partial(_on_printer, page, case_id, printout, printer))
    dialog.finished.connect(dialog.deleteLater)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()


def _on_printer(page: CasePage, case_id: int, printout: Printout, printer: QPrinter) -> None:
    printer.setFullPage(True)
    work = partial(_on_paper, page.shell.services.front_page, case_id, printout, printer)
    job = page.shell.jobs.run(work, label="打印首页", writes=True, parent=page)
    job.done.connect(partial(_printed, page, case_id))


def _on_paper(
    service: FrontPageService, case_id: int, printout: Printout, printer: QPrinter, progress: Progress
) -> None:
    print_pages(printer, len(printout.sheets), printout.draw, progress)
    service.note_printed(case_id, masked=printout.masked)


def _printed(page: CasePage, case_id: int, _done: object) -> None:
    page.shell.notices.toast("首页已送打印机。", severity="ok")
    page.shell.publish(Changes(cases=frozenset({case_id})))
