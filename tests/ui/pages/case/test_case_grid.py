"""The grids by keys: walking, editing, rows that come, go and move; what is stored is what counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible, QInputMethodEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollBar, QWidget

from app.domain.case import CaseRecord, Row
from app.domain.changes import Changes
from app.domain.field import Group
from app.ui.pages.case.grid_columns import COLUMNS, window
from app.ui.pages.case.grid_model import GridModel, Line
from app.ui.pages.case.principal import tell_principal
from app.ui.theme import theme
from app.ui.widgets import Cell


def codes(case: Any, group: Group = Group.DX) -> list[str]:
    return [row.text("code") for row in case.stored().record.rows(group)]


def texts(case: Any, group: Group = Group.DX) -> list[str]:
    return [row.text("source_text").split("，")[0] for row in case.stored().record.rows(group)]


def test_the_case_opens_on_the_first_uncoded_diagnosis(case: Any) -> None:
    assert case.focus is case.grid()
    assert case.spot() == (0, "编码")
    assert case.cell(0, "医师诊断（原文）") == "十二指肠溃疡伴出血"
    case.wait(lambda: case.cell(0, "状态").startswith("候选"))


def test_candidates_unfold_under_the_row_and_are_taken_by_number(case: Any) -> None:
    case.wait(lambda: case.grid().model().rowCount() == 3 + 1 + 3)
    offered = case.cell(2, "编码")
    case.press("Ctrl+2")
    assert codes(case)[0] == offered
    assert case.spot() == (0, "入院病情")
    assert case.grid().model().rowCount() == 4
    assert case.stored().row_key(Group.DX, 0) in case.stored().accepted


def test_down_goes_on_and_leaves_the_row_uncoded(case: Any) -> None:
    case.wait(lambda: case.cell(0, "状态").startswith("候选"))
    case.press("Down")
    case.wait(lambda: case.grid().currentIndex().row() == 1 and case.cell(1, "状态").startswith("候选"))
    assert codes(case) == ["", "", ""]
    assert case.cell(0, "状态") == "强制"


def test_enter_walks_the_cells_and_goes_on_to_the_code_of_the_next_row(case: Any) -> None:
    case.press("Return")
    assert case.spot() == (0, "入院病情")
    case.press("Return")
    assert case.spot()[1] == "编码"
    assert case.grid().current_index == 1
    case.press("Shift+Return")
    assert case.grid().current_index == 0
    assert case.spot()[1] == "入院病情"


def test_enter_on_the_blank_line_leaves_the_grid_for_the_next_field(case: Any) -> None:
    case.go_to("dx[3].code")
    case.press("Return")
    assert case.focus.objectName() == "ext[0].name"


def test_a_digit_sets_a_one_digit_answer_at_once(case: Any) -> None:
    case.go_to("dx[1].adm_cond")
    case.press("3")
    assert case.value("dx[1].adm_cond") == "3"
    assert case.spot() == (1, "入院病情")
    case.press("Delete")
    assert case.value("dx[1].adm_cond") is None


@pytest.mark.parametrize("typed", ["2", "临床未确定", "lcwqd"])
def test_an_answer_is_typed_by_code_label_or_initials(case: Any, typed: str) -> None:
    case.go_to("dx[1].adm_cond")
    case.grid().edit(case.grid().currentIndex())
    case.press(f'"{typed}', "Return")
    assert case.value("dx[1].adm_cond") == "2"
    assert case.grid().current_index == 2  # the last cell of the row: on to the next code


def test_a_cell_is_edited_and_escape_restores_it(case: Any) -> None:
    case.go_to("op[0].surgeon")
    case.press('"Li')
    assert isinstance(case.focus, QLineEdit)
    case.press("Escape")
    assert case.focus is case.grid("op")
    assert case.value("op[0].surgeon") == "顾东（测试）"
    case.press('"李四（测试）', "Return")
    assert case.value("op[0].surgeon") == "李四（测试）"
    assert case.spot("op")[1] == "Ⅰ助"
    assert case.focus is case.grid("op")


def test_a_date_cell_takes_a_date_and_says_what_it_cannot_read(case: Any) -> None:
    case.go_to("op[1].date")
    case.press('"2026-11-20 8:30', "Return")
    assert case.cell(1, "日期", "op") == "2026-11-20 08:30"
    case.press("Shift+Return", '"so', "Return")
    assert case.stored().record.rows(Group.OP)[1].raw["date"] == "so"
    assert case.cell(1, "日期", "op") == "so"


def test_leaving_a_cell_by_an_arrow_stores_it(case: Any) -> None:
    case.go_to("op[0].assist1")
    case.press('"Wu', "Down")
    assert case.value("op[0].assist1") == "Wu"
    assert case.grid("op").current_index == 1


def test_a_dash_says_that_there_is_nothing(case: Any) -> None:
    case.go_to("op[0].assist1")
    case.press("Minus", "Return")
    assert case.stored().record.rows(Group.OP)[0].dashes == {"assist1"}
    assert case.cell(0, "Ⅰ助", "op") == "-"


def test_typing_on_the_blank_line_adds_a_row_in_one_operation(case: Any) -> None:
    case.go_to("dx[3].code")
    case.press('"K29.5')
    case.press("Return")
    assert codes(case) == ["", "", "", "K29.500"]
    assert case.spot() == (3, "入院病情")
    case.press("Ctrl+Z")
    assert codes(case) == ["", "", ""]


def test_the_blank_line_takes_other_cells_too(case: Any) -> None:
    case.go_to("op[2].surgeon")
    case.press('"Wu', "Return")
    assert case.value("op[2].surgeon") == "Wu"
    assert len(case.stored().record.rows(Group.OP)) == 3


def test_rows_are_inserted_and_removed(case: Any) -> None:
    case.go_to("dx[0].code")
    case.press("Insert")
    assert texts(case) == ["十二指肠溃疡伴出血", "", "2型糖尿病", "慢性支气管炎急性发作"]
    assert case.grid().current_index == 1
    case.press("Down", "Ctrl+Delete")
    assert texts(case) == ["十二指肠溃疡伴出血", "", "慢性支气管炎急性发作"]
    case.wait(lambda: case.says("已删除第 3 诊断 2型糖尿病"))
    case.press("Ctrl+Z", "Ctrl+Z")
    assert texts(case) == ["十二指肠溃疡伴出血", "2型糖尿病", "慢性支气管炎急性发作"]
    case.press("Ctrl+Y")
    assert texts(case)[1] == ""


def test_a_row_moves_under_the_cursor_and_both_carry_the_bar(case: Any) -> None:
    case.go_to("dx[1].adm_cond")
    case.press("Alt+Down")
    assert texts(case)[2] == "2型糖尿病"
    assert case.grid().current_index == 2
    assert case.spot()[1] == "入院病情"
    case.press("Alt+Up", "Alt+Up")
    assert texts(case)[0] == "2型糖尿病"
    case.press("Alt+Up")  # nothing above
    assert texts(case)[0] == "2型糖尿病"


def test_another_principal_diagnosis_is_said_under_the_grid(case: Any) -> None:
    for index, code in enumerate(("K26.400", "E11.900")):
        case.services.cases.accept(case.case_id, Group.DX, index, code)
    case.desk.window.publish(Changes(cases=frozenset((case.case_id,))))
    old = case.page.drg.group
    case.go_to("dx[1].code")
    case.press("Alt+Home")
    new = case.page.drg.group
    assert codes(case)[:2] == ["E11.900", "K26.400"]
    assert old != new
    bar = case.visible("principal_bar")
    assert bar is not None
    assert "主要诊断由" in bar.accessibleName()
    assert "K26.400 改为" in bar.accessibleName()
    assert f"分组 {old} → {new}" in bar.accessibleName()
    assert f"分组 {old} → {new}" in case.visible("drg_change").text()
    case.press("Ctrl+Z")
    assert codes(case)[:2] == ["K26.400", "E11.900"]
    assert case.visible("principal_bar") is None


def test_a_text_with_several_diagnoses_is_split(case: Any, add_case: Callable[..., int], record: CaseRecord) -> None:
    rows = (Row({"source_text": "高血压病，2型糖尿病，慢性胃炎", "adm_cond": "1"}),)
    case.open(add_case(record.with_rows(Group.DX, rows).with_value("record_no", "00912346")))
    case.press("Ctrl+D")
    assert len(codes(case)) == 3
    case.wait(lambda: case.says("已拆分为 3 行"))
    case.go_to("dx[1].code")
    case.press("Ctrl+D")
    case.wait(lambda: case.says("没有识别出多个诊断"))
    assert len(codes(case)) == 3


def test_f2_shows_the_whole_text_and_escape_takes_it_away(case: Any) -> None:
    case.go_to("dx[2].code")
    case.press("F2")
    card = case.visible("full_text")
    assert "既往吸烟 40 年，已戒 3 年" in card.accessibleName()
    assert case.focus is case.grid()
    case.press("Escape")
    case.settle()
    assert case.visible("full_text") is None
    assert case.desk.window.page is case.page
    case.press("F2", "Up")
    assert case.visible("full_text") is None


def test_f1_says_what_the_cell_is_and_who_changed_it(case: Any) -> None:
    case.go_to("dx[0].adm_cond")
    case.press("2", "F1")
    assert case.says("入院病情")
    assert case.says("由“1 有”改为“2 临床未确定”")


def test_columns_out_of_sight_are_reached_by_keys_and_by_the_bar(case: Any) -> None:
    grid = case.grid("op")
    keys = [column.key for column in COLUMNS[Group.OP]]
    assert grid.isColumnHidden(keys.index("anes_doctor"))
    case.go_to("op[0].code")
    case.press(*["Return"] * 8)
    assert case.spot("op") == (0, "麻醉方式")
    assert not grid.isColumnHidden(keys.index("anes_method"))
    assert grid.isColumnHidden(keys.index("date"))
    assert not grid.isColumnHidden(keys.index("name"))
    case.press(*["Left"] * 6)
    assert case.spot("op")[1] == "级别"
    bar = next(
        one for one in case.page.findChildren(QScrollBar) if one.accessibleName() == "左右移动列" and one.isVisible()
    )
    bar.setValue(bar.maximum())
    assert not grid.isColumnHidden(keys.index("anes_doctor"))


def test_the_window_of_columns_keeps_what_is_pinned() -> None:
    columns = COLUMNS[Group.OP]
    widths = [100] * len(columns)
    shown = window(columns, widths, 700, 0)
    pinned = {at for at, column in enumerate(columns) if column.key in ("seq", "source_text", "code", "name", "status")}
    assert pinned < shown.shown
    assert len(shown.shown) == 7
    last = window(columns, widths, 700, 99)
    assert pinned < last.shown
    assert (last.first, last.last_first) == (7, 7)
    assert len(window(columns, widths, 100, 0).shown) == len(pinned) + 1


def test_the_wheel_scrolls_the_paper_and_not_the_grid(case: Any) -> None:
    case.page.sheet.verticalScrollBar().setValue(0)
    at = case.grid().viewport().rect().center()
    wheel = QWheelEvent(
        at, case.grid().viewport().mapToGlobal(at), QPoint(0, -40), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(case.grid().viewport(), wheel)
    assert not wheel.isAccepted()


def test_the_input_method_composes_in_peace(case: Any) -> None:
    case.go_to("op[0].surgeon")
    grid = case.grid("op")
    QApplication.sendEvent(grid, QInputMethodEvent("zhang", []))
    case.press("Return", "Alt+Down", "F6", "Ctrl+Delete", "Escape", on=grid)
    assert case.grid("op").current_index == 0
    assert texts(case, Group.OP) == ["胃镜检查", "内镜下止血"]
    commit(grid, "张")
    editor = case.focus
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "张"
    QApplication.sendEvent(editor, QInputMethodEvent("san", []))
    case.press("Return", "Alt+Down", "F6")
    assert case.focus is editor
    commit(editor, "三（测试）")
    case.press("Return")
    assert case.value("op[0].surgeon") == "张三（测试）"


def commit(widget: QWidget, words: str) -> None:
    """Enter Chinese as an input method does when its composition is done."""
    event = QInputMethodEvent()
    event.setCommitString(words)
    QApplication.sendEvent(widget, event)


def test_chinese_typed_on_the_name_searches_a_code(case: Any) -> None:
    column = [column.key for column in COLUMNS[Group.DX]].index("name")
    case.grid().go_to(0, column)
    commit(case.grid(), "十二指肠溃疡")
    assert case.focus.objectName() == "code_editor"
    assert case.visible("code_popup") is not None


def test_a_click_on_a_candidate_takes_it(case: Any) -> None:
    case.wait(lambda: case.grid().model().rowCount() == 7)
    grid = case.grid()
    box = grid.visualRect(grid.model().index(1, 3))
    offered = case.cell(1, "编码")
    case.desk._bot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert codes(case)[0] == offered


def test_the_model_keeps_its_promises(qtmodeltester: Any) -> None:
    model = GridModel(Group.DX)
    qtmodeltester.check(model)
    blank = [Cell()] * len(COLUMNS[Group.DX])

    def show(*lines: Line) -> None:
        model.show(lines, [blank] * len(lines), locked=False)

    show(Line(0), Line(1), Line(2, blank=True))
    show(Line(0), Line(0, 0), Line(0, 1), Line(1), Line(2, blank=True))
    show(Line(0), Line(1), Line(1, 0), Line(2), Line(3, blank=True))
    show(Line(0, blank=True))
    show()
    show(Line(0), Line(1))
    qtmodeltester.check(model)


def test_the_cursor_survives_lines_that_come_and_go(qapp: object) -> None:
    model = GridModel(Group.DX)
    blank = [Cell()] * len(COLUMNS[Group.DX])
    model.show([Line(0), Line(1), Line(2)], [blank] * 3, locked=False)
    at = QPersistentModelIndex(model.index(2, 3))
    model.show([Line(0), Line(0, 0), Line(0, 1), Line(1), Line(2)], [blank] * 5, locked=False)
    assert at.row() == 4
    model.show([Line(0), Line(1), Line(2)], [blank] * 3, locked=False)
    assert at.row() == 2


def test_rows_and_cells_are_named_for_screen_readers(case: Any) -> None:
    model = case.grid().model()
    assert model.headerData(0, Qt.Orientation.Vertical) == "主"
    case.press("1")  # into the search; the code cell is being edited
    case.press("Escape")
    interface = QAccessible.queryAccessibleInterface(case.grid())
    assert interface.text(QAccessible.Text.Name) == "诊断"
    case.go_to("dx[1].adm_cond")
    case.press("4")
    spoken = model.data(model.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "2，已改"


def test_forty_one_diagnoses_are_all_there_and_the_cursor_is_in_sight(
    case: Any, add_case: Callable[..., int], record: CaseRecord
) -> None:
    rows = tuple(Row({"source_text": f"低钾血症 {number}", "adm_cond": "1"}) for number in range(41))
    case.open(add_case(replace(record.with_rows(Group.DX, rows).with_value("record_no", "00912347"))))
    model = case.grid().model()
    numbers = [model.headerData(row, Qt.Orientation.Vertical) for row in range(model.rowCount())]
    assert [number for number in numbers if number][-2:] == ["41", "42"]
    case.go_to("dx[40].code")
    view = case.page.sheet.viewport()
    box = case.grid().visualRect(case.grid().currentIndex())
    top = case.grid().viewport().mapTo(view, box.topLeft()).y()
    assert top >= 0
    assert top + box.height() <= view.height()
    for _ in range(5):
        case.press("Up")
    top = case.grid().viewport().mapTo(view, case.grid().visualRect(case.grid().currentIndex()).topLeft()).y()
    assert 0 <= top <= view.height()


def _number_spot(case: Any, index: int, *, below: bool = False) -> QPoint:
    grid = case.grid()
    box = grid.visualRect(grid.lines.index(grid.lines.row_of(index), 0))
    return QPoint(box.center().x(), box.bottom() - 2 if below else box.top() + 2)


def test_a_row_is_drawn_elsewhere_by_its_number(case: Any, qtbot: Any) -> None:
    names = texts(case)
    port = case.grid().viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=_number_spot(case, 0))
    qtbot.mouseMove(port, _number_spot(case, 1))
    qtbot.mouseMove(port, _number_spot(case, 2, below=True))
    line = next(child for child in port.children() if type(child).__name__ == "DropLine")
    assert line.isVisible()
    assert line.height() == theme().px(2)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=_number_spot(case, 2, below=True))
    case.settle()
    assert texts(case) == [names[1], names[2], names[0]]
    assert not line.isVisible()
    assert case.grid().current_index == 2
    case.press("Ctrl+Z")
    assert texts(case) == names


def test_a_click_on_a_number_moves_nothing(case: Any, qtbot: Any) -> None:
    names = texts(case)
    qtbot.mouseClick(case.grid().viewport(), Qt.MouseButton.LeftButton, pos=_number_spot(case, 1))
    case.settle()
    assert texts(case) == names
    assert case.grid().current_index == 1


def test_another_code_in_the_place_of_the_main_one_is_told_as_well(case: Any) -> None:
    case.services.cases.accept(case.case_id, Group.DX, 0, "K26.400")
    case.desk.window.publish(Changes(cases=frozenset((case.case_id,))))
    case.go_to("dx[0].code")
    case.press("F4", '"E11.900', "Return")
    bar = case.visible("principal_bar")
    assert bar is not None
    assert "改为" in bar.accessibleName()
    assert bar.accessibleName().endswith("需医师确认。")


def test_a_weight_that_grows_by_a_fifth_is_named(case: Any) -> None:
    low = case.services.cases.accept(case.case_id, Group.DX, 0, "K26.400")
    high = replace(low, record=low.record.with_value("dx[0].code", "E11.900"))
    light, heavy = (replace(low.grouping.price, weight=Decimal(weight)) for weight in ("1.0000", "1.2345"))
    case.page.work.view = replace(high, grouping=replace(low.grouping, price=heavy))
    tell_principal(case.page, replace(low, grouping=replace(low.grouping, price=light)))
    assert "权重由 1.0000 升为 1.2345（升 23.4%），需医师确认" in case.page.boxes[Group.DX].principal.accessibleName()
    case.page.work.view = replace(high, grouping=replace(low.grouping, price=light))
    tell_principal(case.page, replace(low, grouping=replace(low.grouping, price=heavy)))
    assert "权重" not in case.page.boxes[Group.DX].principal.accessibleName()


@pytest.mark.parametrize(("width", "name", "text"), [(730, 200, 206), (700, 170, 206), (620, 110, 186)])
def test_name_then_text_give_way_before_the_grid_scrolls_sideways(case: Any, width: int, name: int, text: int) -> None:
    grid = case.grid()
    grid.setFixedWidth(width + grid.width() - grid.viewport().width())
    case.desk.rest()
    widths = {column.key: grid.columnWidth(at) for at, column in enumerate(grid.columns)}
    assert (widths["name"], widths["source_text"], widths["code"]) == (name, text, 104)
    assert grid.horizontalScrollBar().maximum() == 0
