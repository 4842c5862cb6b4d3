"""Importing as its user does it: choose, check columns and lines, write; nothing before the last step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QRadioButton, QTableView

from app.ui.page import PageSpec
from app.ui.pages.import_batch import PAGE as IMPORT
from app.ui.pages.import_batch.fields import FieldChoices, field_label
from app.ui.pages.import_batch.page import CHECK, CHOOSE, DONE, MAP
from app.ui.widgets import Button, Text


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window over the import page."""
    opened = open_desk((IMPORT, stand_in("worklist"), stand_in("autocode")))
    opened.go("import")
    return opened


def choose(desk: Any, path: Path) -> None:
    """Choose a file by key and wait until it has been read."""
    desk.press("Ctrl+O")
    desk.answer_file(path)
    desk.wait(lambda: desk.window.page.step == MAP)


def cells(desk: Any, name: str, row: int) -> list[str]:
    """Return the cells of a row as words."""
    model = desk.window.findChild(QTableView, name).model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def says(desk: Any, words: str) -> bool:
    return any(words in label.text() for label in desk.window.findChildren(Text) if label.isVisible())


def stored(desk: Any) -> int:
    return len(desk.services.worklist.ids("all"))


def press_button(desk: Any, words: str) -> None:
    """Click a button by its words; where a card repeats the words of the page, that of the card."""
    desk.click([one for one in desk.window.findChildren(Button) if one.isVisible() and words in one.text()][-1])


def go_to_column(desk: Any, heading: str) -> None:
    """Put the cursor on the column of the file with a heading."""
    table = desk.window.findChild(QTableView, "mapping")
    headings = [cells(desk, "mapping", row)[0] for row in range(table.model().rowCount())]
    table.go_to(headings.index(heading))
    table.setFocus()


def test_a_file_goes_through_four_steps_and_is_written_in_the_last(desk: Any, demo_file: Path) -> None:
    before = stored(desk)
    choose(desk, demo_file)
    assert desk.window.page.title_detail() == "第 2 步 列对应"
    assert says(desk, "尚未写入任何病例")
    desk.press("Ctrl+Return")
    assert desk.window.page.step == CHECK
    assert stored(desk) == before
    desk.press("Ctrl+Return")
    desk.rest()
    assert desk.window.page.step == DONE
    assert stored(desk) == before + 10
    assert says(desk, f"已导入 {demo_file.name}")
    assert not any(row.is_stale for row in desk.services.worklist.rows(desk.services.worklist.ids("all")))


def test_counts_add_up_to_the_rows_read(desk: Any, demo_file: Path) -> None:
    choose(desk, demo_file)
    counts = desk.window.page.preview.counts
    assert counts.read == counts.new + counts.same + counts.changed + counts.locked + counts.rejected == 12
    assert says(desk, "12 行")


def test_a_dropped_file_is_read(desk: Any, demo_file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(demo_file))])
    event = QDropEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    desk.window.page.drop.dropEvent(event)
    desk.wait(lambda: desk.window.page.step == MAP)


def test_a_column_gets_another_field_by_typing_its_name(desk: Any, demo_file: Path) -> None:
    choose(desk, demo_file)
    go_to_column(desk, "XM")
    desk.press("Return")
    desk.press('"职业', "Return", on=desk.find(QLineEdit, "field_editor"))
    desk.rest()
    column = next(one for one in desk.window.page.preview.batch.mapping if one.heading == "XM")
    assert column.path == "occupation"
    assert str(column.origin) == "remembered"
    assert QApplication.focusWidget() is desk.window.findChild(QTableView, "mapping")


def test_delete_leaves_a_column_out_and_esc_in_the_editor_changes_nothing(desk: Any, demo_file: Path) -> None:
    choose(desk, demo_file)
    go_to_column(desk, "XM")
    desk.press("Return")
    desk.press("Escape", on=desk.find(QLineEdit, "field_editor"))
    assert desk.window.page.step == MAP
    assert next(one.path for one in desk.window.page.preview.batch.mapping if one.heading == "XM") == "patient_name"
    desk.press("Delete")
    desk.rest()
    assert next(one.path for one in desk.window.page.preview.batch.mapping if one.heading == "XM") == ""
    assert cells(desk, "mapping", desk.window.page.mapping.table.current_row)[2] == "不导入"


def test_a_change_of_columns_is_remembered_for_the_next_file(desk: Any, demo_file: Path) -> None:
    choose(desk, demo_file)
    go_to_column(desk, "XM")
    desk.press("Delete")
    desk.rest()
    desk.press("Ctrl+Return", "Ctrl+Return")
    desk.rest()
    again = desk.services.imports.preview(demo_file)
    assert next(one.path for one in again.batch.mapping if one.heading == "XM") == ""


def test_differences_keep_ours_unless_the_user_says_otherwise(desk: Any, demo_file: Path) -> None:
    choose(desk, demo_file)
    desk.press("Ctrl+Return")
    page = desk.window.page
    lines = list(page.preview.diffs)
    assert {line.record_no for line in lines} == {
        row[0] for row in (cells(desk, "diffs", at) for at in range(len(lines)))
    }
    wanted = next(at for at, line in enumerate(lines) if line.path == "patient_name")
    page.diffs.table.go_to(wanted)
    desk.press("Space", on=page.diffs.table)
    assert cells(desk, "diffs", wanted)[-1] == "用新的"
    desk.press("Ctrl+Return")
    desk.rest()
    record = desk.services.cases.view(lines[wanted].case_id).record
    assert record.text("patient_name") == lines[wanted].theirs
    assert page.outcome.updated == 1
    kept = {(line.case_id, line.path) for line in desk.services.imports.preview(demo_file).diffs}
    assert kept == {(line.case_id, line.path) for line in lines} - {(lines[wanted].case_id, "patient_name")}


def test_esc_asks_once_and_nothing_was_written(desk: Any, demo_file: Path) -> None:
    before = stored(desk)
    choose(desk, demo_file)
    desk.press("Escape")
    assert says(desk, "放弃这次导入？")
    press_button(desk, "放弃导入")
    assert desk.window.page.step == CHOOSE
    assert stored(desk) == before


def test_a_file_that_is_refused_says_why_and_what_to_do(desk: Any, tmp_path: Path) -> None:
    bad = tmp_path / "名单.csv"
    bad.write_text("姓名,电话\n甲（测试）,1\n乙（测试）,2\n", "utf-8")
    desk.press("Ctrl+O")
    desk.answer_file(bad)
    desk.wait(lambda: says(desk, "病案号"))
    assert desk.window.page.step == CHOOSE


def test_a_bad_row_is_listed_with_its_place_and_a_marked_copy_can_be_saved(
    desk: Any, demo_file: Path, tmp_path: Path
) -> None:
    lines = demo_file.read_text("utf-8-sig").splitlines()
    lines[5] = lines[4]
    demo_file.write_text("\n".join(lines), "utf-8-sig")
    choose(desk, demo_file)
    first = cells(desk, "lines", 0)
    assert first[0] == "6"
    assert "整行不导入" in first[-1]
    desk.window.shell.actions.trigger("import.marked")
    out = tmp_path / "标记.xlsx"
    desk.answer_file(out)
    desk.rest()
    assert out.stat().st_size > 0


def test_after_the_import_coding_by_machine_and_the_list_are_one_key_away(desk: Any, demo_file: Path) -> None:
    choose(desk, demo_file)
    desk.press("Ctrl+Return", "Ctrl+Return")
    desk.rest()
    batch = desk.window.page.outcome.batch_id
    desk.press("Ctrl+Return")
    desk.rest()
    rows = desk.services.worklist.rows(desk.services.worklist.ids("all", f"批次:#{batch}"))
    assert sum(row.coded + row.proposals for row in rows) > 0
    press_button(desk, "查看这批病例")
    assert desk.window.page.sent.args["tokens"] == [f"批次:#{batch}"]


def test_a_batch_is_taken_back_whole(desk: Any, a_batch: int) -> None:
    desk.go("import")
    before = stored(desk)
    assert cells(desk, "batches", 0)[1] == "十一月出院.csv"
    desk.press("Delete")
    press_button(desk, "撤销整批")
    desk.rest()
    assert stored(desk) == before - 10


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("record_no", "病案号"),
        ("dx[0].code", "主要诊断编码"),
        ("dx[2].source_text", "其他诊断2（医师原文）"),
        ("op[0].surgeon", "主要手术术者"),
        ("op[1].date", "其他手术1日期"),
        ("path[1].no", "病理号 2"),
    ],
)
def test_fields_have_names_that_say_the_row(path: str, label: str) -> None:
    assert field_label(path) == label
    assert FieldChoices().find(label) == path


def test_a_field_is_found_by_part_of_its_name_and_by_initials() -> None:
    assert FieldChoices().search("出生日")[0][0] == "birth_date"
    assert "birth_date" in [path for path, _ in FieldChoices().search("csrq")]


def test_tab_walks_columns_lines_and_buttons_and_comes_round(desk: Any, demo_file: Path) -> None:
    choose(desk, demo_file)
    start = QApplication.focusWidget()
    page, seen = desk.window.page, []
    while QApplication.focusWidget() not in seen and len(seen) < 30:
        seen.append(QApplication.focusWidget())
        assert seen[-1].isVisible()
        desk.press("Tab")
    assert QApplication.focusWidget() is start
    inside = [one.objectName() for one in seen if page.isAncestorOf(one)]
    assert {"mapping", "lines", "import.marked", "import.cancel", "import.next"} <= set(inside)


def test_an_answer_to_a_question_about_a_column_is_read_at_once(desk: Any, demo_file: Path) -> None:
    lines = [line.split(",") for line in demo_file.read_text("utf-8-sig").splitlines()]
    birth = lines[0].index("CSRQ")
    for cells_of_row in lines[1:]:
        year = cells_of_row[birth][:4]
        cells_of_row[birth] = f"03/04/{year}"
    demo_file.write_text("\n".join(",".join(cells_of_row) for cells_of_row in lines), "utf-8-sig")
    choose(desk, demo_file)
    assert desk.window.page.preview.batch.records[0].record.value("birth_date") is None
    answer = desk.find(QRadioButton, "date_order:CSRQ=day")
    desk.click(answer)
    desk.rest()
    born = desk.window.page.preview.batch.records[0].record.value("birth_date")
    assert (born.month, born.day) == (4, 3)
