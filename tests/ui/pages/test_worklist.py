"""The worklist as its user sees it: keys first; what counts is what a service reads back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypinyin import Style, lazy_pinyin
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QListWidget, QPushButton, QTableView

from app.domain.case import CaseState
from app.domain.changes import Changes
from app.ui.page import PageSpec
from app.ui.pages.worklist import PAGE as WORKLIST
from app.ui.pages.worklist.memory import ListView
from app.ui.pages.worklist.palette import ViewProvider
from app.ui.widgets import Text


@pytest.fixture
def pages(stand_in: Callable[[str], PageSpec]) -> tuple[PageSpec, ...]:
    """Return the worklist and what it leads to."""
    return (WORKLIST, stand_in("case"), stand_in("import"), stand_in("autocode"))


@pytest.fixture
def desk(open_desk: Callable[..., Any], pages: tuple[PageSpec, ...]) -> Any:
    """Return a window over the worklist, on 全部病例."""
    opened = open_desk(pages)
    opened.go("worklist", queue="all")
    return opened


def table(desk: Any) -> QTableView:
    return desk.window.findChild(QTableView, "cases")


def shown_numbers(desk: Any) -> list[str]:
    """Return the record numbers in the order of the rows."""
    model = table(desk).model()
    column = next(
        at for at in range(model.columnCount()) if model.headerData(at, Qt.Orientation.Horizontal) == "病案号"
    )
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def numbers(desk: Any, *args: Any, **options: Any) -> list[str]:
    """Return the record numbers a query of the service gives."""
    worklist = desk.services.worklist
    return [row.record_no for row in worklist.rows(worklist.ids(*args, **options))]


def says(desk: Any, words: str) -> bool:
    return any(words in label.text() for label in desk.window.page.findChildren(Text) if label.isVisible())


def shown_on_card(desk: Any, words: str) -> bool:
    return any(words in label.full_text() for label in desk.window.findChildren(Text) if label.isVisible())


def current(desk: Any) -> Any:
    """Return the row of the case under the cursor."""
    ids = desk.services.worklist.ids("all", shown_numbers(desk)[table(desk).currentIndex().row()])
    return desk.services.worklist.rows(ids)[0]


def test_it_lists_what_the_service_finds_the_most_urgent_first(desk: Any) -> None:
    assert shown_numbers(desk) == numbers(desk, "all", sort="priority")
    assert says(desk, "共 24 份")


def test_arrow_and_enter_open_the_case_with_the_list_behind_it(desk: Any) -> None:
    desk.press("Down", "Down", "Return")
    assert desk.window.page.key == "case"
    ids = desk.services.worklist.ids("all", sort="priority")
    assert desk.window.page.sent.args == {"case": ids[2], "queue": list(ids)}


def test_coming_back_the_cursor_is_where_it_was(desk: Any) -> None:
    desk.press("Down", "Down", "Down")
    was = current(desk).case_id
    desk.press("Return")
    desk.press("Alt+Left")
    desk.rest()
    assert desk.window.page.key == "worklist"
    assert current(desk).case_id == was
    assert QApplication.focusWidget() is table(desk)


def test_a_queue_is_chosen_by_arrow_and_shows_its_count(desk: Any) -> None:
    queues = desk.find(QListView, "queues")
    queues.setFocus()
    desk.press("Up")
    desk.rest()
    assert desk.window.page.title_detail() == "已提交"
    assert says(desk, "“已提交”没有病例。")


def test_space_claims_and_releases(desk: Any) -> None:
    desk.press("Space")
    desk.rest()
    assert current(desk).claimed_by == desk.services.user.id
    desk.press("Space")
    desk.rest()
    assert current(desk).claimed_by == ""


def test_select_all_and_space_claim_everything_the_query_shows(desk: Any) -> None:
    desk.press("Ctrl+A")
    assert says(desk, "已选 24 份")
    desk.press("Space")
    assert shown_on_card(desk, "认领 24 份")
    desk.press("Return")
    desk.rest()
    assert len(desk.services.worklist.ids("all", "认领:我")) == 24
    table(desk).setFocus()
    desk.press("Ctrl+Z")
    desk.rest()
    assert len(desk.services.worklist.ids("all", "认领:我")) == 0


def test_a_condition_is_completed_and_becomes_a_token(desk: Any) -> None:
    desk.press("Slash", '"状态:在')
    desk.press("Down", "Return")
    assert desk.window.page.filter.tokens == ["状态:在院"]
    desk.wait(lambda: shown_numbers(desk) == numbers(desk, "inpatient"))
    desk.press("Backspace")
    desk.wait(lambda: len(shown_numbers(desk)) == 24)


def test_text_filters_while_it_is_typed(desk: Any) -> None:
    wanted = shown_numbers(desk)[5]
    desk.press("Slash", f'"{wanted}')
    desk.wait(lambda: len(shown_numbers(desk)) == 1)
    assert shown_numbers(desk) == [wanted]


def test_initials_find_a_patient(desk: Any) -> None:
    name = desk.services.worklist.rows(desk.services.worklist.ids("all"))[0].patient_name
    typed = "".join(lazy_pinyin(name.partition("（")[0], style=Style.FIRST_LETTER))
    desk.press("Slash", f'"{typed}')
    desk.wait(lambda: 0 < len(shown_numbers(desk)) < 24)
    assert shown_numbers(desk) == numbers(desk, "all", typed, sort="priority")


def test_a_filter_that_empties_the_list_is_named_and_esc_clears_it(desk: Any) -> None:
    desk.press("Slash", '"没有这个人', "Return")
    desk.rest()
    desk.wait(lambda: says(desk, "没有符合筛选的病例。"))
    assert says(desk, "没有这个人")
    desk.press("Escape")
    desk.rest()
    desk.wait(lambda: len(shown_numbers(desk)) == 24)


def test_a_heading_sorts_and_turns_round_with_the_case_under_the_eye(desk: Any, qtbot: Any) -> None:
    was = current(desk).case_id
    head = table(desk).horizontalHeader()
    for descending in (False, True):
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=_at(desk))
        desk.rest()
        assert shown_numbers(desk) == numbers(desk, "all", sort="patient_name", descending=descending)
        assert current(desk).case_id == was


def _at(desk: Any) -> QPoint:
    """Return a point in the heading 姓名."""
    head, model = table(desk).horizontalHeader(), table(desk).model()
    heads = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    return QPoint(head.sectionViewportPosition(heads.index("姓名")) + 12, head.height() // 2)


def test_a_case_that_leaves_is_greyed_and_the_row_below_stays(desk: Any) -> None:
    desk.go("worklist", queue="to_code")
    before = shown_numbers(desk)
    case_id = current(desk).case_id
    desk.services.cases.set_state(case_id, CaseState.CODING)
    desk.window.publish(Changes(cases=frozenset({case_id}), listing=True))
    desk.rest()
    assert shown_numbers(desk) == before
    assert desk.window.page.table.cases.gone == {case_id}
    desk.press("Down")
    desk.wait(lambda: shown_numbers(desk) == before[1:])
    assert current(desk).record_no == before[1]


def test_new_cases_are_told_and_wait_for_f5(desk: Any) -> None:
    desk.go("worklist", queue="coding")
    case_id = desk.services.worklist.ids("to_code")[0]
    desk.services.cases.set_state(case_id, CaseState.CODING)
    other = desk.services.worklist.ids("to_code")[0]
    desk.window.publish(Changes(cases=frozenset({case_id}), listing=True))
    desk.rest()
    assert len(shown_numbers(desk)) == 1
    desk.services.cases.set_state(other, CaseState.CODING)
    desk.window.publish(Changes(cases=frozenset({other}), listing=True))
    desk.rest()
    assert len(shown_numbers(desk)) == 1
    desk.press("F5")
    desk.rest()
    assert len(shown_numbers(desk)) == 2


def test_everything_is_remembered_over_a_restart(open_desk: Callable[..., Any], pages: tuple[PageSpec, ...]) -> None:
    first = open_desk(pages)
    first.go("worklist", queue="all", tokens=["级别:强制"], sort="record_no", descending=True)
    first.press("Down", "Down")
    wanted, at = shown_numbers(first), current(first).case_id
    first.window.close()
    second = open_desk(pages)
    assert shown_numbers(second) == wanted
    assert current(second).case_id == at
    assert second.window.page.filter.tokens == ["级别:强制"]


def test_weight_and_amount_can_be_chosen_but_never_sort(desk: Any) -> None:
    heads = [column.title for column in desk.window.page.table.columns if desk.window.page.table.shows(column)]
    assert not {"权重", "总费用（元）"} & set(heads)
    desk.window.shell.actions.trigger("worklist.columns")
    ticks = desk.find(QListWidget, "column_list")
    row = next(at for at in range(ticks.count()) if ticks.item(at).text() == "总费用（元）")
    ticks.setCurrentRow(row)
    desk.press("Space", on=ticks)
    heads = [column.title for column in desk.window.page.table.columns if desk.window.page.table.shows(column)]
    assert "总费用（元）" in heads
    money = [column for column in desk.window.page.table.columns if column.key in {"rw", "amount_fen"}]
    assert [column.sort for column in money] == [False, False]
    desk.press("Escape")
    assert not ticks.isVisible()


def test_auto_coding_the_list_writes_codes_and_proposals_and_offers_a_review(desk: Any) -> None:
    desk.window.shell.actions.trigger("worklist.auto_code")
    desk.rest()
    rows = desk.services.worklist.rows(desk.services.worklist.ids("all"))
    assert sum(row.coded + row.proposals for row in rows) > 0
    assert not any(row.is_stale for row in rows)
    assert any("自动编码 24 份" in entry.text for entry in desk.window.shell.notices.bell)
    for _ in range(4):  # a principal diagnosis that is only proposed is not taken off the others
        desk.press("Down")
        case_id = current(desk).case_id
        desk.wait(lambda case_id=case_id: desk.window.page.peek.case_id == case_id)
        assert not says(desk, "-1 项")


def test_auto_coding_that_takes_long_says_so_before_it_begins(desk: Any) -> None:
    desk.window.shell.places.put("autocode.pace", 10.0)
    desk.window.shell.actions.trigger("worklist.auto_code")
    assert any("约需 4 分钟" in label.full_text() for label in desk.window.findChildren(Text) if label.isVisible())
    rows = desk.services.worklist.rows(desk.services.worklist.ids("all"))
    assert not any(row.coded for row in rows)
    desk.press("Return")
    desk.rest()
    rows = desk.services.worklist.rows(desk.services.worklist.ids("all"))
    assert any(row.coded for row in rows)
    assert desk.window.shell.places.get("autocode.pace") < 10.0


def test_p_folds_the_summary(desk: Any) -> None:
    peek = desk.window.page.peek
    assert peek.isVisible()
    desk.press("P")
    assert not peek.isVisible()
    desk.press("P")
    assert peek.isVisible()


def test_the_summary_follows_the_cursor(desk: Any) -> None:
    for _ in range(2):
        desk.press("Down")
        row = current(desk)
        desk.wait(lambda row=row: desk.window.page.peek.case_id == row.case_id and says(desk, row.patient_name))


def test_ctrl_enter_opens_the_first_unclaimed(desk: Any) -> None:
    first = desk.services.worklist.ids("unclaimed", sort="priority")[:2]
    desk.services.list_work.claim([first[0]])
    desk.press("Ctrl+Return")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] == first[1]


def test_exporting_writes_the_batch_of_the_case(desk: Any, tmp_path: Path, a_batch: int) -> None:
    desk.go("worklist", queue="all", tokens=[f"批次:#{a_batch}"])
    desk.press("Shift+E")
    out = tmp_path / "修正.xlsx"
    desk.answer_file(out)
    desk.rest()
    assert out.stat().st_size > 0
    assert any("已导出" in entry.text for entry in desk.window.shell.notices.bell)


def test_tab_walks_queues_filter_table_and_summary(desk: Any) -> None:
    desk.find(QListView, "queues").setFocus()
    page, seen = desk.window.page, []
    for _ in range(8):
        focus = QApplication.focusWidget()
        parts = {name: page.region(name) for name in ("queues", "filter", "table", "peek")}
        seen += [name for name, part in parts.items() if part.isAncestorOf(focus) or focus is part]
        desk.press("Tab")
    assert list(dict.fromkeys(seen)) == ["queues", "filter", "table", "peek"]


def test_the_palette_finds_cases_and_opens_them(desk: Any) -> None:
    row = desk.services.worklist.rows(desk.services.worklist.ids("all"))[7]
    desk.press("Ctrl+K", f'"@{row.record_no}')
    desk.press("Return")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] == row.case_id


def names(desk: Any) -> list[str]:
    """Return what stands at the left, headings and lines."""
    model = desk.find(QListView, "queues").model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def save_view(desk: Any, name: str) -> None:
    desk.press("Slash", "Ctrl+S")
    desk.press(f'"{name}', "Return")
    desk.rest()


def test_a_query_is_saved_as_a_view_renamed_moved_and_dropped(desk: Any) -> None:
    desk.go("worklist", queue="all", tokens=["级别:强制"], sort="record_no", descending=True)
    wanted = shown_numbers(desk)
    save_view(desk, "有错的")
    desk.go("worklist", queue="all", tokens=[])
    save_view(desk, "全部的")
    queues = desk.find(QListView, "queues")
    assert [one.split()[0] for one in names(desk) if one.startswith(("有错", "全部的"))] == ["有错的", "全部的"]
    queues.setFocus()
    desk.press("Alt+Up")
    desk.rest()
    assert [one.name for one in desk.window.page.views.all()] == ["全部的", "有错的"]
    desk.press("Down")
    desk.rest()
    assert desk.window.page.title_detail() == "有错的"
    assert shown_numbers(desk) == wanted
    desk.press("F2", '"必须改', "Return")
    desk.rest()
    assert desk.window.page.title_detail() == "必须改"
    queues.setFocus()
    desk.press("Delete")
    desk.rest()
    assert [one.name for one in desk.window.page.views.all()] == ["全部的"]


def test_a_view_is_found_in_the_palette(desk: Any) -> None:
    desk.go("worklist", queue="all")
    save_view(desk, "有错的")
    desk.go("worklist", queue="all")
    found = ViewProvider(desk.window.shell).search("yc", 5)
    assert [one.title for one in found.items] == ["有错的"]
    found.items[0].run()
    desk.rest()
    assert desk.window.page.queues.current == "view:1"


def test_a_view_has_its_own_columns_and_order_over_a_restart(
    open_desk: Callable[..., Any], pages: tuple[PageSpec, ...]
) -> None:
    first = open_desk(pages)
    first.go("worklist", queue="all", tokens=["状态:待编码"])
    save_view(first, "待编的")
    first.window.shell.actions.trigger("worklist.columns")
    ticks = first.find(QListWidget, "column_list")
    ticks.setCurrentRow(2)
    first.press("Alt+Up", on=ticks)
    ticks.setCurrentRow(0)
    first.press("Space", on=ticks)
    first.press("Escape")
    order = first.window.page.table.order()
    assert order[:3] == ["priority", "record_no", "state"]
    first.go("worklist", queue="all")
    assert first.window.page.table.order()[:3] == ["priority", "state", "record_no"]
    first.go("worklist", view="view:1")
    first.window.close()
    second = open_desk(pages)
    assert second.window.page.title_detail() == "待编的"
    assert second.window.page.table.order() == order
    assert not second.window.page.table.shows(second.window.page.table.columns[0])


def test_the_summary_says_why_a_case_comes_first(desk: Any) -> None:
    desk.press("Down")
    case_id = current(desk).case_id
    desk.wait(lambda: desk.window.page.peek.case_id == case_id and says(desk, "为何排在这里"))
    why = desk.services.worklist.reasons(case_id, "all")
    desk.wait(lambda: all(says(desk, one.words) for one in why.lines))
    assert says(desk, f"优先分 {why.points}")


def test_why_a_case_waits_is_noted_and_settled(desk: Any) -> None:
    case_id = current(desk).case_id
    desk.press("F")
    desk.press("Down", "Tab", "Tab", "Tab")
    desk.find(QLineEdit, "due").setText("2026-12-01")
    desk.press("Return", on=desk.find(QLineEdit, "due"))
    desk.rest()
    waiting = desk.services.worklist.lines([case_id])[0].follow_up
    assert waiting.due.isoformat() == "2026-12-01"
    assert waiting.reason == desk.services.list_work.reasons()[1]
    desk.go("worklist", queue="follow_up")
    assert len(shown_numbers(desk)) == 1
    table(desk).setFocus()
    desk.press("Shift+F")
    desk.rest()
    assert desk.services.worklist.lines([case_id])[0].follow_up is None


def test_a_day_that_is_over_is_refused_in_the_card(desk: Any) -> None:
    desk.press("F")
    desk.find(QLineEdit, "due").setText("2026-11-01")
    desk.press("Return", on=desk.find(QLineEdit, "due"))
    assert shown_on_card(desk, "已经过去")
    desk.press("Escape")
    assert len(desk.services.worklist.ids("follow_up")) == 0


def test_cases_are_given_to_somebody_by_key(desk: Any) -> None:
    case_id = current(desk).case_id
    desk.press("A")
    people = desk.find(QListWidget, "people")
    desk.press("Return", on=people)
    desk.find(QPushButton, "list_card_yes").click() if people.isVisible() else None
    desk.rest()
    assert desk.services.worklist.claims([case_id]) == {desk.services.user.id: [case_id]}


def test_what_others_left_lying_can_be_taken_over(desk: Any) -> None:
    case_id = current(desk).case_id
    desk.services.list_work.assign([case_id], "p7")
    desk.press("Space")
    desk.rest()
    assert desk.services.worklist.claims([case_id]) == {"p7": [case_id]}
    desk.services.session.clock.at += timedelta(days=4)
    try:
        desk.press("Space")
        assert shown_on_card(desk, "接手 1 份")
        desk.press("Return")
        desk.rest()
    finally:
        desk.services.session.clock.at -= timedelta(days=4)
    assert desk.services.worklist.claims([case_id]) == {desk.services.user.id: [case_id]}


def test_the_list_of_what_can_be_done_to_many_shows_the_keys(desk: Any) -> None:
    desk.press("B")
    shown = desk.find(QListWidget, "bulk_list")
    spoken = Qt.ItemDataRole.AccessibleTextRole
    lines = [shown.item(at).data(spoken) for at in range(shown.count())]
    assert any("指派给编码员" in line and "A" in line for line in lines)
    desk.press("Escape")
    assert not shown.isVisible()


def test_returning_asks_a_neutral_question_for_every_finding(desk: Any) -> None:
    case_id = current(desk).case_id
    desk.press("R")
    desk.rest()
    assert shown_on_card(desk, "退回医师 1 份")
    desk.press("Return")
    desk.rest()
    assert desk.services.worklist.rows([case_id])[0].state is CaseState.RETURNED


def test_the_list_is_exported_without_names(desk: Any, tmp_path: Path) -> None:
    desk.press("E")
    out = tmp_path / "列表.xlsx"
    desk.answer_file(out)
    desk.rest()
    assert out.stat().st_size > 0
    assert any("已导出 24 份" in entry.text for entry in desk.window.shell.notices.bell)


def test_the_list_never_scrolls_sideways_by_itself(desk: Any) -> None:
    for width, height in ((1280, 660), (1366, 768), (1920, 1080)):
        desk.window.resize(width, height)
        QApplication.processEvents()
        assert desk.window.page.table.horizontalScrollBar().maximum() == 0


def test_an_order_that_this_version_does_not_know_is_not_asked_for() -> None:
    assert ListView().with_args({"sort": "gone"}).sort == "priority"
    assert ListView().with_args({"sort": "record_no"}).sort == "record_no"
