"""Beside the sheet by keyboard: history, sticky notes, three sides, documents with evidence, revisions, print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QFileDialog, QLabel, QTextEdit, QWidget

from app.domain.case import CaseState
from app.domain.field import Group
from app.storage.actor import Actor
from app.storage.ops import Op
from app.ui.pages.case.dock_keys import TABS

COURSE = "首次病程记录\n患者 3 天前呕血，胃镜示十二指肠溃疡伴出血。\n既往有2型糖尿病，十二指肠溃疡伴出血史。"


def words_of(widget: QWidget) -> str:
    """Return the words of every visible label in a widget."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def paste(case: Any, words: str) -> None:
    """Copy words elsewhere and paste them beside the case."""
    QGuiApplication.clipboard().setText(words)
    case.press("Ctrl+Shift+V")


def test_the_tabs_open_by_their_keys_and_the_last_one_is_remembered(case: Any) -> None:
    for number, (key, _) in enumerate(TABS, 1):
        case.press(f"Ctrl+Shift+{number}")
        assert case.page.tabs.current == key
        assert case.page.tabs.pane().isVisible()
        assert case.page.tabs.isAncestorOf(case.focus)
    case.press("Ctrl+B")
    assert not case.page.tabs.isVisible()
    case.press("Ctrl+Shift+2")
    assert case.page.tabs.history.isVisible()
    assert case.page.shell.places.get("case.tab") == "history"


def test_the_history_tells_an_edit_and_enter_goes_to_its_field(case: Any) -> None:
    case.page.work.set_text("contact_phone", "13800001234")
    case.press("Ctrl+Shift+2")
    told = words_of(case.page.tabs.history)
    assert "联系人电话" in told
    assert "→ 13800001234" in told
    case.press("Home", "Return")
    assert case.focus is case.field("contact_phone")


def test_the_history_keeps_to_the_field_under_the_cursor(case: Any) -> None:
    case.page.work.set_text("contact_phone", "13800001234")
    case.page.work.set_text("abo", "2")
    case.go_to("abo")
    case.press("Alt+H")
    assert len(case.page.tabs.history.cards) == 1
    assert "血型" in words_of(case.page.tabs.history)
    case.press("F")
    assert len(case.page.tabs.history.cards) > 2


def test_the_case_as_it_was_stands_beside_the_case_as_it_is(case: Any) -> None:
    case.page.work.set_text("abo", "1")
    case.page.work.set_text("abo", "2")
    case.press("Ctrl+Shift+2", "Down", "V")
    card = case.visible("moment_card")
    shown = [card.table.model().index(0, column).data() for column in range(5)]
    assert shown[1:3] == ["血型", "1 A"]
    assert shown[3:] == ["≠ 不同", "2 B"]
    case.press("Right")
    assert card.table.model().rowCount() > 20
    case.press("Escape")
    assert case.visible("moment_card") is None


def test_a_note_is_stuck_to_the_field_under_the_cursor(case: Any) -> None:
    case.go_to("contact_phone")
    case.press("Alt+N", "1", "Return")
    assert case.services.notes.of_case(case.case_id)[0].words == "待核对原始病历"
    assert case.field("contact_phone").look.noted
    assert "有便签" in case.field("contact_phone").accessibleDescription()
    case.press("Ctrl+Shift+3", "Return")
    assert case.focus is case.field("contact_phone")
    case.press("Ctrl+Z")
    assert case.services.notes.of_case(case.case_id) == ()
    assert not case.field("contact_phone").look.noted


def test_a_note_on_a_row_marks_its_cell(case: Any) -> None:
    case.go_to("dx[1].code")
    case.press("Alt+Shift+N", "3", "Return")
    (line,) = case.services.notes.of_case(case.case_id)
    assert (line.path, line.is_private) == ("dx[1].code", True)
    assert "有便签" in case.cell(1, "编码")


def test_a_note_is_rewritten_shared_settled_and_deleted_by_letters(case: Any) -> None:
    case.go_to("contact_phone")
    case.press("Alt+Shift+N", "1", "Return", "Ctrl+Shift+3")
    case.press("P")
    assert not case.services.notes.of_case(case.case_id)[0].is_private
    case.press("E", "End", '"2', "Return")
    assert case.services.notes.of_case(case.case_id)[0].words == "待核对原始病历2"
    case.press("D")
    assert not case.services.notes.of_case(case.case_id)[0].is_open
    assert "已办结" in words_of(case.page.tabs.notes)
    case.press("Delete")
    assert case.services.notes.of_case(case.case_id) == ()
    assert "没有便签" in words_of(case.page.tabs.notes)


def test_notes_of_others_can_be_settled_only(case: Any) -> None:
    case.services.session.seat.take(Actor("zhaolei", "赵磊（测试）", frozenset({"coder"})))
    case.services.notes.write(case.case_id, "", "缺小结", private=False)
    case.services.session.seat.take(Actor("wangmin", "王敏（测试）", frozenset({"coder"})))
    case.page.open_case(case.case_id)
    case.press("Ctrl+Shift+3", "E")
    assert case.visible("words_card") is None
    case.press("Delete")
    assert len(case.services.notes.of_case(case.case_id)) == 1
    case.press("D")
    assert not case.services.notes.of_case(case.case_id)[0].is_open


def test_notes_are_taken_by_a_submitted_case_too(case: Any) -> None:
    with case.services.session.db.operation(Op.SET_STATE, by=case.services.session.actor) as tx:
        tx.set_state(case.case_id, CaseState.ARCHIVED)
    case.page.open_case(case.case_id)
    case.page.last_path = "contact_phone"
    case.press("Alt+N", "1", "Return")
    assert len(case.services.notes.of_case(case.case_id)) == 1


def test_the_three_sides_stand_line_by_line(case: Any) -> None:
    case.page.work.set_text("dx[0].code", "K26.400")
    case.page.work.set_text("contact_phone", "13800001234")
    case.press("Ctrl+Shift+4")
    told = words_of(case.page.tabs.three)
    for said in ("十二指肠溃疡伴出血", "尚无回传", "＋ 已编码", "≠ 编码改动", "○ 未编码"):
        assert said in told
    before = len(case.page.tabs.three.cards)
    case.press("D")
    assert 0 < len(case.page.tabs.three.cards) < before
    assert "○ 未编码" not in words_of(case.page.tabs.three)
    case.press("End", "Return")
    assert case.focus is case.field("contact_phone")


def test_the_words_of_the_row_are_marked_in_a_pasted_document(case: Any) -> None:
    case.go_to("dx[0].code")
    paste(case, COURSE)
    text = case.visible("paper_text")
    assert isinstance(text, QTextEdit)
    marked = [mark.cursor.selectedText() for mark in text.extraSelections()]
    assert marked == ["十二指肠溃疡伴出血", "十二指肠溃疡伴出血"]
    assert case.focus is case.grid()
    case.press("F3", "F3")
    assert case.says("第 2 / 2 处")
    assert text.textCursor().position() == COURSE.rindex("十二指肠")
    case.go_to("dx[1].code")
    assert [mark.cursor.selectedText() for mark in text.extraSelections()] == ["2型糖尿病"]


def test_evidence_goes_on_through_all_documents(case: Any) -> None:
    case.go_to("dx[0].code")
    paste(case, "手术记录\n无关文字。")
    paste(case, COURSE)
    case.page.tabs.papers.step_paper(1)
    case.press("F3")
    assert case.page.tabs.papers.current().title == "首次病程记录"
    case.press("Shift+F3", "Shift+F3")
    assert case.says("第 1 / 2 处")


def test_a_document_is_removed_and_comes_back(case: Any) -> None:
    paste(case, COURSE)
    case.press("Ctrl+Shift+5", "Delete")
    assert case.services.papers.of_case(case.case_id) == ()
    case.press("Ctrl+Z")
    assert len(case.services.papers.of_case(case.case_id)) == 1


def test_an_empty_clipboard_is_said_in_words(case: Any) -> None:
    paste(case, "  ")
    assert case.says("没有可以附上的文字")
    assert case.services.papers.of_case(case.case_id) == ()


def test_a_text_file_is_laid_beside(case: Any, tmp_path: Path) -> None:
    path = tmp_path / "出院小结.txt"
    path.write_text(COURSE, encoding="utf-8")
    case.page.shell.actions.trigger("case.attach_paper")
    case.desk.answer_file(path)
    assert case.services.papers.of_case(case.case_id)[0].title == "出院小结"


def test_revisions_show_the_old_value_beside_the_new(case: Any) -> None:
    old = case.stored().record.text("contact_phone")
    case.page.work.set_text("contact_phone", "13800001234")
    case.page.work.set_text("dx[0].code", "K26.400")
    assert case.field("contact_phone").look.was is None
    case.press("Alt+R")
    assert case.field("contact_phone").look.was == old
    assert "（原为十二指肠溃疡伴出血）" in case.cell(0, "编码名称")
    case.press("Alt+R")
    assert case.field("contact_phone").look.was is None


def test_what_is_computed_says_how(case: Any) -> None:
    assert "由出生日期与入院时间计算" in case.field("age_years").help_text()
    assert "由入院时间与出院时间计算" in case.field("los_days").help_text()


def test_the_front_page_is_previewed_masked_and_written_as_pdf(case: Any, tmp_path: Path) -> None:
    case.press("Ctrl+P")
    card = case.visible("front_page_card")
    assert "未提交" in card.printout.marks.stamp
    case.press("M")
    assert card.printout.masked
    assert case.says("已遮盖身份信息")
    case.press("Return")
    path = tmp_path / "首页.pdf"
    case.wait(lambda: case.desk.window.findChild(QFileDialog, "file_dialog") is not None)
    case.desk.answer_file(path)
    case.wait(lambda: path.exists() and case.says("已生成 首页.pdf"))
    assert path.read_bytes().startswith(b"%PDF")
    assert case.services.history.timeline(case.case_id)[0].changes == ("打印首页：首页.pdf",)


def test_without_a_printer_pdf_is_offered(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", lambda: [])
    case.press("Ctrl+P", "P")
    assert case.says("没有可用的打印机")


def test_another_case_begins_with_its_own_history_and_documents(case: Any, add_case: Any, another: Any) -> None:
    paste(case, COURSE)
    case.open(add_case(another))
    assert case.page.tabs.papers.papers == ()
    case.press("Ctrl+Shift+2")
    assert len(case.page.tabs.history.cards) == 1
    assert case.page.view.record.rows(Group.DX)


def test_where_there_is_no_room_the_dock_lies_over_the_sheet(case: Any) -> None:
    parts, width = case.page.parts, case.page.parts.width()
    assert not parts.floats
    parts.resize(840, parts.height())
    assert parts.floats
    assert not case.page.tabs.isVisible()
    case.press("Ctrl+B")
    assert case.page.tabs.isVisible()
    assert case.page.sheet.width() > 600
    case.press("Ctrl+B")
    assert not case.page.tabs.isVisible()
    case.press("Ctrl+Shift+2")
    assert case.page.tabs.history.isVisible()
    parts.resize(width, parts.height())
    assert not parts.floats
    assert case.page.tabs.isVisible()
