"""申诉材料: the sections of the pack with what each still lacks, and the pack as PDF, workbook or on paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.appeal import AppealPack, AppealService
from app.ui.pages.files import ask_save
from app.ui.printing import pdf_of, print_report
from app.ui.shell.files import OpenFolder
from app.ui.widgets import Button, IconLabel, Panel, ScrollPane, StateStack, Text, row

if TYPE_CHECKING:
    from app.domain.report import ReportSection
    from app.ui.jobs import Job
    from app.ui.page import Shell

_PDF = "PDF 文件 (*.pdf)"
_NO_PRINTER = "没有可用的打印机。请先生成 PDF，再到能打印的电脑上打印。"
_Write = Callable[[AppealService, int, Path, Progress], Path]


class AppealPanel(Panel):
    """Reads the pack beside the window; what it shows follows every edit. Giving a pack away is in the audit."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("申诉材料", footer=True)
        self._shell = shell
        self._case_id: int | None = None
        self._pack: AppealPack | None = None
        self._reading: Job | None = None
        self._printer: QPrinter | None = None
        self._pdf = Button("生成 PDF", kind="primary", small=True, icon="pdf", keys="Ctrl+P")
        self._excel = Button("Excel", small=True)
        self._paper = Button("打印…", kind="link", small=True)
        for button, name, run in (
            (self._pdf, "appeal_pdf", self.save_pdf),
            (self._excel, "appeal_excel", self.save_excel),
            (self._paper, "appeal_print", self.print_out),
        ):
            button.setObjectName(name)
            button.clicked.connect(run)
        self._excel.setAccessibleName("申诉材料 Excel")
        self.header.addWidget(self._pdf)
        self.header.addWidget(self._excel)
        self._lines = ScrollPane(margins=(0, 4, 0, 4))
        self._stack = StateStack(self._lines)
        self.body.addWidget(self._stack, 1)
        self.footer.addWidget(Text("缺少的照列，不隐藏。", "caption", "muted", elide=True), 1)
        self.footer.addWidget(self._paper)
        self.show_case(None)

    @property
    def can_save(self) -> bool:
        """True when there is a pack to give away."""
        return self._pack is not None

    def show_case(self, case_id: int | None) -> None:
        """Read the pack of a case anew, None for no case."""
        if self._reading is not None and not self._reading.is_over:
            self._reading.cancel()
        if case_id != self._case_id:
            self._pack = None
        self._case_id = case_id
        self._enable()
        if case_id is None:
            self._stack.show_empty("没有要看的病案。", "在病案首页按 F9 后，这里列出申诉材料。")
            return
        if self._pack is None:
            self._stack.show_loading()
        self._reading = self._shell.jobs.run(partial(self._shell.services.appeal.pack, case_id), parent=self)
        self._reading.done.connect(self._on_read)
        self._reading.failed.connect(self._on_failed)

    def save_pdf(self) -> None:
        """Ask where to, then write the pack as PDF."""
        if self._pack:
            take = partial(self._save, _write_pdf)
            ask_save(
                self, self._shell.places, "生成申诉材料 PDF", take, name=f"{self._pack.file_name}.pdf", filters=_PDF
            )

    def save_excel(self) -> None:
        """Ask where to, then write the pack as a workbook."""
        if self._pack:
            take, name = partial(self._save, _write_workbook), f"{self._pack.file_name}.xlsx"
            ask_save(self, self._shell.places, "生成申诉材料 Excel", take, name=name)

    def print_out(self) -> None:
        """Ask for a printer, then print the pack; without one say what to do instead."""
        if self._pack is None:
            return
        if not QPrinterInfo.availablePrinterNames():
            self._shell.notices.toast(
                "没有可用的打印机。请先生成 PDF，再到能打印的电脑上打印。", action=("生成 PDF", self.save_pdf)
            )
            return
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)  # the dialog only borrows it
        dialog = QPrintDialog(self._printer, self)
        dialog.setObjectName("print_dialog")
        dialog.accepted.connect(self._on_printer)
        dialog.finished.connect(dialog.deleteLater)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()

    def _save(self, write: _Write, path: Path) -> None:
        if self._case_id is None:
            return
        work = partial(write, self._shell.services.appeal, self._case_id, path)
        job = self._shell.jobs.run(work, label=f"生成 {path.name}", writes=True, parent=self)
        job.done.connect(self._on_saved)

    def _on_printer(self) -> None:
        if self._case_id is None or self._printer is None:
            return
        self._printer.setFullPage(True)
        work = partial(_print, self._shell.services.appeal, self._case_id, self._printer)
        job = self._shell.jobs.run(work, label="打印申诉材料", writes=True, parent=self)
        job.done.connect(self._on_printed)

    def _on_read(self, pack: AppealPack) -> None:
        if pack.case_id != self._case_id or (self._pack and pack.version < self._pack.version):
            return
        self._pack = pack
        self._show(pack)
        self._enable()

    def _on_failed(self, problem: object) -> None:
        self._pack = None
        self._enable()
        if isinstance(problem, UserProblem):
            self._stack.show_problem(problem)

    def _on_saved(self, path: Path) -> None:
        lacking = self._pack.lacking if self._pack else 0
        told = f"已生成 {path.name}" + (f"，其中 {lacking} 部分不全，已在材料中列明。" if lacking else "。")
        self._shell.notices.toast(told, severity="ok", action=("打开文件夹", OpenFolder(path.parent)))
        self._tell()

    def _on_printed(self) -> None:
        self._shell.notices.toast("申诉材料已送打印机。")
        self._tell()

    def _tell(self) -> None:
        """Let what shows the history of the case follow, and read the pack anew: it has one more step."""
        if self._case_id is not None:
            self._shell.publish(Changes(cases=frozenset({self._case_id})))
            self.show_case(self._case_id)

    def _enable(self) -> None:
        for button in (self._pdf, self._excel, self._paper):
            button.setEnabled(self.can_save)

    def _show(self, pack: AppealPack) -> None:
        box = self._lines.box
        while (item := box.takeAt(0)) is not None:
            widget = item.widget()
            if widget:
                widget.hide()
                widget.deleteLater()
        for section in pack.report.sections:
            box.addWidget(_Line(section))
        box.addStretch(1)
        self._stack.show_content()


class _Line(QWidget):
    """One section: ✓ or ⚠, its title, how much there is or what is missing."""

    def __init__(self, section: ReportSection) -> None:
        super().__init__()
        lacks = bool(section.lacks)
        mark = IconLabel("ph.warning", "warn", 14) if lacks else IconLabel("passed", "ok", 14)
        words = Text(section.lacks or section.size, "caption", "warn" if lacks else "secondary")
        line = row(mark, gap=10, margins=(14, 1, 14, 1))
        line.addWidget(Text(section.title, elide=True), 1)
        line.addWidget(words)
        self.setLayout(line)
        self.setAccessibleName(f"{section.title}：{'待补，' if lacks else '完整，'}{section.lacks or section.size}")


def _write_pdf(appeal: AppealService, case_id: int, path: Path, progress: Progress) -> Path:
    pack = appeal.pack(case_id)
    return appeal.save_printed(pack, path, pdf_of(pack.report, progress))


def _write_workbook(appeal: AppealService, case_id: int, path: Path, progress: Progress) -> Path:
    return appeal.save_workbook(appeal.pack(case_id), path, progress)


def _print(appeal: AppealService, case_id: int, printer: QPrinter, progress: Progress) -> None:
    pack = appeal.pack(case_id)
    print_report(pack.report, printer, progress)
    appeal.note_printed(pack)
