"""The appeal panel as a coder uses it: what lacks is listed, PDF and workbook by keyboard, everything in the audit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox

from app.domain.field import Group
from app.services.composition import Services
from app.ui.page import Page, PageSpec, Place
from app.ui.pages.drg import appeal
from app.ui.pages.drg.appeal import AppealPanel
from app.ui.widgets import Button, column


class Holder(Page):
    """A page with nothing but the panel; it follows changes as the DRG page does."""

    def build(self) -> None:
        """Make the panel."""
        self.panel = AppealPanel(self.shell)
        self.setLayout(column(self.panel))
        self.add_region("appeal", self.panel)
        self.published: list[object] = []

    def restore(self, place: Place) -> None:
        """Show the case of a place."""
        case_id = place.args.get("case")
        self.panel.show_case(case_id if isinstance(case_id, int) else None)

    def on_changes(self, changes: object) -> None:
        """Keep what was told."""
        self.published.append(changes)


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case with a stroke and a respiratory failure that carries the group."""
    ids = services.worklist.ids("to_code")
    case_id = next(i for i in ids if len(services.cases.view(i).record.rows(Group.DX)) >= 3)
    for index, code in enumerate(("I63.900", "J96.000", "I10.x00")):
        services.cases.accept(case_id, Group.DX, index, code)
    return case_id


@pytest.fixture
def desk(open_desk: Callable[..., Any], case_id: int) -> Any:
    """Return a window on the panel with the case."""
    opened = open_desk((PageSpec("drg", "DRG 分组", Holder),))
    opened.go("drg", case=case_id)
    opened.wait(lambda: opened.window.page.panel.can_save)
    return opened


def words_of(desk: Any) -> list[str]:
    """Return the words of every visible label."""
    return [label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible()]


def button(desk: Any, name: str) -> Button:
    """Return a button of the panel."""
    return desk.window.page.panel.findChild(Button, name)


def events(services: Services, case_id: int) -> list[str]:
    """Return what the history tells of packs that were given away, the latest first."""
    told = [sentence for step in services.history.timeline(case_id) for sentence in step.changes]
    return [sentence for sentence in told if sentence.startswith("生成申诉材料：")]


def test_every_section_stands_there_with_what_it_lacks(desk: Any, services: Services, case_id: int) -> None:
    shown = words_of(desk)
    pack = services.appeal.pack(case_id)
    for section in pack.report.sections:
        assert section.title in shown
        assert (section.lacks or section.size) in shown
    assert any(words.startswith("待附 ") for words in shown)


def test_without_a_case_there_is_nothing_to_save(desk: Any) -> None:
    desk.window.page.panel.show_case(None)
    desk.rest()
    assert "没有要看的病案。" in words_of(desk)
    for name in ("appeal_pdf", "appeal_excel", "appeal_print"):
        assert not button(desk, name).isEnabled()
    desk.window.page.panel.save_pdf()
    desk.window.page.panel.save_excel()
    desk.window.page.panel.print_out()
    assert desk.window.findChild(QFileDialog, "file_dialog") is None


def test_a_case_that_is_gone_says_so(desk: Any) -> None:
    desk.window.page.panel.show_case(9_999)
    desk.rest()
    assert any("找不到这份病案" in words for words in words_of(desk))
    assert not desk.window.page.panel.can_save


def test_an_edit_is_followed(desk: Any, services: Services, case_id: int) -> None:
    services.cases.remove_row(case_id, Group.DX, 1)
    desk.window.page.panel.show_case(case_id)
    desk.wait(lambda: f"{len(services.history.timeline(case_id))} 次" in words_of(desk))


def test_the_pdf_is_written_by_keyboard_under_the_suggested_name(
    desk: Any, services: Services, case_id: int, tmp_path: Path
) -> None:
    button(desk, "appeal_pdf").setFocus(Qt.FocusReason.TabFocusReason)
    desk.press("Return")
    dialog = desk.window.findChild(QFileDialog, "file_dialog")
    record_no = services.cases.view(case_id).record.text("record_no")
    assert Path(dialog.selectedFiles()[0]).name == f"申诉材料_{record_no}.pdf"
    target = tmp_path / "申诉.pdf"
    desk.answer_file(target)
    desk.rest()
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/FontFile" in content
    assert content.count(b"/Type /Page\n") >= 2
    assert events(services, case_id) == ["生成申诉材料：申诉.pdf"]
    assert desk.window.page.published
    assert desk.window.shell.places.get("folder.save") == str(tmp_path)


def test_the_workbook_is_written(desk: Any, services: Services, case_id: int, tmp_path: Path) -> None:
    button(desk, "appeal_excel").setFocus(Qt.FocusReason.TabFocusReason)
    desk.press("Return")
    target = tmp_path / "申诉.xlsx"
    desk.answer_file(target)
    desk.rest()
    titles = [section.title.replace("/", " ") for section in services.appeal.pack(case_id).report.sections]
    assert openpyxl.load_workbook(target).sheetnames == titles
    assert events(services, case_id) == ["生成申诉材料：申诉.xlsx"]


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_noted(
    desk: Any, services: Services, case_id: int, tmp_path: Path
) -> None:
    for name, suffix in (("appeal_pdf", "pdf"), ("appeal_excel", "xlsx")):
        desk.click(button(desk, name))
        desk.answer_file(tmp_path / "没有" / f"a.{suffix}")
        desk.rest()
    assert events(services, case_id) == []
    assert desk.window.findChild(QMessageBox) is None
    assert any("写不进去" in entry.text for entry in desk.window.shell.notices.bell)


def test_without_a_printer_it_says_what_to_do(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appeal.QPrinterInfo, "availablePrinterNames", lambda: [])
    desk.click(button(desk, "appeal_print"))
    assert any("没有可用的打印机" in entry.text for entry in desk.window.shell.notices.bell)
    assert desk.window.findChild(QPrintDialog) is None


def test_what_goes_to_a_printer_is_in_the_audit(
    desk: Any, services: Services, case_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appeal.QPrinterInfo, "availablePrinterNames", lambda: ["纸"])
    desk.click(button(desk, "appeal_print"))
    dialog = desk.window.findChild(QPrintDialog, "print_dialog")
    dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    dialog.printer().setOutputFileName(str(tmp_path / "paper.pdf"))
    dialog.accepted.emit(dialog.printer())
    dialog.reject()
    desk.rest()
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")
    assert events(services, case_id) == ["生成申诉材料：打印"]
