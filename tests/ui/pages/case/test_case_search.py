"""The search in a code cell: typing opens it, keys of the list work from the cell, the cell is never covered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QListView, QWidget

from app.domain.case import CaseRecord, Row
from app.domain.field import Group
from app.ui.pages.case.code_popup import CodePopup
from app.ui.pages.codes.results import HitList
from app.ui.pages.codes.tabular import TabularList
from app.ui.widgets import Text


def box_in_window(case: Any, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(case.desk.window, QPoint(0, 0)), widget.size())


def results(case: Any) -> HitList:
    return case.visible("code_popup").findChild(HitList)


def listed(case: Any) -> list[str]:
    return [hit.code for hit in results(case).hits.hits]


def tabular(case: Any) -> TabularList:
    return case.visible("code_popup").findChild(TabularList)


def test_typing_searches_and_enter_takes_the_code_with_its_name(case: Any) -> None:
    case.press('"weiyan')
    assert case.focus.objectName() == "code_editor"
    assert case.focus.text() == "weiyan"
    chosen = listed(case)[1]
    assert all(hit.reason for hit in results(case).hits.hits)
    case.press("Down", "Return")
    assert case.visible("code_popup") is None
    assert case.value("dx[0].code") == chosen
    assert case.value("dx[0].name") == case.services.coding.candidate(chosen).name
    assert case.spot() == (0, "入院病情")
    assert case.focus is case.grid()


def test_what_floats_below_the_cells_is_made_ahead_when_nobody_waits(case: Any) -> None:
    assert not case.desk.window.findChildren(CodePopup)
    list(case.page.warm_steps())
    made = case.desk.window.findChildren(CodePopup)
    assert len(made) == 2
    assert not any(one.isVisible() for one in made)
    case.press("F4")
    assert case.visible("code_popup") in made


def test_chinese_in_any_order_and_code_prefixes_are_found(case: Any, ime: Callable[..., None]) -> None:
    case.press("F4")
    ime(case.focus, "出血 溃疡")
    assert listed(case)
    assert all("溃疡" in hit.name and "出血" in hit.name for hit in results(case).hits.hits[:3])
    case.focus.selectAll()
    case.press('"k264')
    assert listed(case)[0] == "K26.400"


def test_an_untyped_search_offers_what_fits_the_text(case: Any) -> None:
    case.press("F4")
    assert listed(case)[0] == "K26.400"
    labels = [label.text() for label in case.visible("code_popup").findChildren(Text)]
    assert any("按原文「十二指肠溃疡伴出血」的候选" in text for text in labels)


@pytest.mark.parametrize("number", [1, 5])
def test_a_number_takes_directly_while_digits_belong_to_the_query(case: Any, number: int) -> None:
    case.press('"e11')
    assert case.focus.text() == "e11"
    assert case.value("dx[0].code") is None
    wanted = listed(case)[number - 1]
    case.press(f"Ctrl+{number}")
    assert case.value("dx[0].code") == wanted


def test_escape_restores_and_a_second_one_goes_back(case: Any) -> None:
    case.press("Ctrl+1")
    stored = case.value("dx[0].code")
    case.go_to("dx[0].code")
    case.press('"weiyan', "Escape")
    assert case.visible("code_popup") is None
    assert case.focus is case.grid()
    assert case.value("dx[0].code") == stored
    assert case.desk.window.page is case.page
    case.desk.go("worklist")
    case.open()
    case.press("Escape")
    case.settle()
    assert case.desk.window.page.key == "worklist"


def test_nothing_found_says_what_to_try_and_enter_writes_nothing(case: Any) -> None:
    case.press('"qqqqzzzz')
    assert case.says("没有找到。")
    assert case.says("拼音首字母")
    case.press("Return")
    assert case.visible("code_popup") is not None
    assert case.value("dx[0].code") is None


def test_a_code_that_the_book_does_not_have_can_be_entered(case: Any) -> None:
    case.press('"K26.499x9', "Return")
    assert case.value("dx[0].code") == "K26.499x9"


def test_the_tabular_list_is_walked_by_keys(case: Any) -> None:
    case.press('"k26.4')
    case.press("Tab")
    assert tabular(case).active
    assert case.focus.objectName() == "code_editor"
    assert tabular(case).current().code == "K26.400"
    case.press("Down")
    below = tabular(case).current().code
    assert below > "K26.400"
    case.press("Left")
    assert not tabular(case).current().is_leaf
    case.press("Right")
    assert tabular(case).current().is_leaf
    case.press("Tab")
    assert not tabular(case).active
    case.press("Tab", "Escape")
    assert case.visible("code_popup") is not None
    case.press("Tab", "Down", "Return")
    assert case.value("dx[0].code") == below or case.value("dx[0].code") is not None


@pytest.mark.parametrize("row", [0, 2, 3])
def test_the_popup_never_covers_its_row_and_stays_inside(case: Any, row: int) -> None:
    case.go_to(f"dx[{row}].code")
    case.press("F4")
    window = case.desk.window
    popup = case.visible("code_popup").geometry()
    cell = box_in_window(case, case.focus)
    assert window.rect().contains(popup)
    assert not popup.intersects(cell)
    assert popup.height() > 200


def test_the_popup_opens_above_at_the_foot_of_the_sheet(
    case: Any, add_case: Callable[..., int], record: CaseRecord
) -> None:
    rows = tuple(Row({"source_text": "低钾血症", "adm_cond": "1"}) for _ in range(30))
    case.open(add_case(record.with_rows(Group.DX, rows).with_value("record_no", "00912350")))
    for index in (0, 12, 13, 14, 15, 29):
        case.page.grids[Group.DX].go_to_field(index, "code")
        case.settle()
        case.press("F4")
        popup, cell = case.visible("code_popup").geometry(), box_in_window(case, case.focus)
        assert case.desk.window.rect().contains(popup)
        assert not popup.intersects(cell)
        case.press("Escape")


def test_no_key_acts_while_the_input_method_composes(case: Any, ime: Callable[..., None]) -> None:
    case.press("F4")
    editor = case.focus
    QApplication.sendEvent(editor, QInputMethodEvent("wei", []))
    case.press("Return", "Ctrl+1", "Down", "Tab", "Escape", "F6")
    assert case.focus is editor
    assert case.value("dx[0].code") is None
    assert results(case).currentIndex().row() == 0
    ime(editor, "胃炎")
    assert editor.text() == "胃炎"
    case.press("Return")
    assert case.value("dx[0].code")


def test_the_search_waits_while_another_program_is_in_front(case: Any) -> None:
    case.press('"weiyan')
    editor = case.focus
    QApplication.sendEvent(editor, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))
    assert case.page.grids[Group.DX].editor is editor
    assert editor.text() == "weiyan"


def test_every_result_says_what_it_does_to_the_group(case: Any) -> None:
    case.press("Ctrl+1", "Home")
    case.go_to("dx[0].code")
    case.press("F4")
    effects = {hit.code: hit.effect for hit in results(case).hits.hits}
    assert effects["K26.400"] == "当前"
    assert set(effects.values()) - {"当前"} <= {"分组不变"} | {effect for effect in effects.values() if "→" in effect}
    assert all(effect for effect in effects.values())


def test_results_are_spoken_whole(case: Any) -> None:
    case.press('"k264')
    view: QListView = results(case)
    spoken = view.model().data(view.model().index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("K26.400 ")
    assert len(spoken.split("，")) >= 3


def test_operations_are_searched_in_their_own_book(case: Any) -> None:
    case.go_to("op[1].code")
    case.press('"zhixue')
    assert listed(case)
    assert all(code[:2].isdigit() for code in listed(case))
    case.press("Return")
    assert case.value("op[1].code") == case.services.coding.candidate(str(case.value("op[1].code"))).code
    assert case.spot("op")[1] == "日期"


def test_queries_of_the_case_come_back_by_a_key_also_after_a_restart(case: Any) -> None:
    case.go_to("dx[1].code")
    case.press("F4", '"tnb', "Escape", "F4", '"gxy', "Escape")
    case.press("F4", "Ctrl+Up")
    assert case.focus.text() == "gxy"
    case.press("Ctrl+Up")
    assert case.focus.text() == "tnb"
    case.press("Ctrl+Down", "Ctrl+Down")
    assert case.focus.text() == ""
    case.press("Escape")
    case.wait(lambda: case.page.shell.places.get("case.queries") == {str(case.case_id): ["tnb", "gxy"]})


def test_what_was_not_found_is_noted_for_the_keeper_of_the_code_book(case: Any) -> None:
    case.go_to("dx[1].code")
    case.press("F4", '"qzqzqz', "Alt+M")
    assert [wish.query for wish in case.services.shelf.wishes()] == ["qzqzqz"]
    assert case.focus.objectName() == "code_editor"


def test_the_width_of_the_popup_is_drawn_by_mouse_or_key_and_remembered(case: Any, qtbot: Any) -> None:
    case.go_to("dx[0].code")
    case.press("F4")
    popup = case.visible("code_popup")
    before = popup.width()
    case.press("Alt+Shift+Left", on=case.focus)
    by_key = popup.width()
    assert by_key < before
    grip = popup.findChild(QWidget, "width_grip")
    qtbot.mousePress(grip, Qt.MouseButton.LeftButton, pos=QPoint(2, 20))
    qtbot.mouseMove(grip, QPoint(-58, 20))
    qtbot.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=QPoint(2, 20))
    drawn = popup.width()
    assert drawn < by_key
    case.press("Escape", on=case.focus)
    case.press("F4")
    assert case.visible("code_popup").width() == drawn


def test_a_result_becomes_a_favourite_from_the_cell(case: Any) -> None:
    case.go_to("dx[0].code")
    case.press("F4")
    chosen = results(case).current().code
    case.press("Alt+P", on=case.focus)
    assert case.services.shelf.star_of(chosen) == "own"
    case.press("Alt+P", on=case.focus)
    assert case.services.shelf.star_of(chosen) == ""
    assert case.visible("code_popup") is not None
