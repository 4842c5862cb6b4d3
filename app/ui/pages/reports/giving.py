"""Giving a report away: a file is asked for and written beside the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from app.common.progress import Progress
from app.services.composition import Services
from app.services.report_paper import on_paper
from app.services.report_types import MonthReport
from app.ui.page import Shell
from app.ui.pages.files import ask_save
from app.ui.printing import pdf_of
from app.ui.shell.files import OpenFolder

Write = Callable[[Services, MonthReport, Path, Progress], Path]
"""Takes the services: what writes the files is loaded beside the window, which takes a fifth of a second."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of file: the title of the question, its suffix, what the dialog lists, and what writes it."""

    title: str
    suffix: str
    filters: str
    write: Write


def _workbook(services: Services, report: MonthReport, path: Path, progress: Progress) -> Path:
    return services.report_papers.save_workbook(report, path, progress)


def _document(services: Services, report: MonthReport, path: Path, progress: Progress) -> Path:
    return services.report_papers.save_document(report, path, progress)


def _printed(services: Services, report: MonthReport, path: Path, progress: Progress) -> Path:
    return services.report_papers.save_printed(path, pdf_of(on_paper(report), progress))


XLSX: Final = Paper("导出 Excel", ".xlsx", "Excel (*.xlsx)", _workbook)
WORD: Final = Paper("导出 Word", ".docx", "Word (*.docx)", _document)
PDF: Final = Paper("打印为 PDF", ".pdf", "PDF (*.pdf)", _printed)


def give(page: QWidget, shell: Shell, report: MonthReport, paper: Paper) -> None:
    """Ask for a file and write a report into it; a notice names it when it is there."""
    scope = report.scope
    name = f"月度结算分析_{scope.first:%Y%m}-{scope.last:%Y%m}{paper.suffix}"
    take = partial(_start, page, shell, partial(paper.write, shell.services, report))
    ask_save(page, shell.places, paper.title, take, name=name, filters=paper.filters)


def _start(page: QWidget, shell: Shell, work: partial[Path], path: Path) -> None:
    job = shell.jobs.run(partial(work, path), label=f"生成 {path.name}", writes=True, parent=page)
    job.done.connect(partial(_on_written, shell))


def _on_written(shell: Shell, path: Path) -> None:
    folder = OpenFolder(path.parent)
    shell.notices.toast(f"已生成 {path.name}。", severity="ok", action=("打开文件夹", folder))
