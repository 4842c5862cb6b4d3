"""The desk as its user sees it: numbers that open their lists, cases that open, nothing that moves by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QTableView

from app.domain.changes import Changes
from app.ui.page import PageSpec
from app.ui.pages.home import PAGE as HOME
from app.ui.pages.home.numbers import NumberButton
from app.ui.widgets import Text


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window over the first page and what it leads to."""
    opened = open_desk((HOME, stand_in("worklist"), stand_in("case"), stand_in("settings")))
    opened.go("desk")
    return opened


def number(desk: Any, key: str) -> NumberButton:
    found: NumberButton = desk.find(NumberButton, f"desk.{key}")
    return found


def says(desk: Any, words: str) -> bool:
    return any(words in label.full_text() for label in desk.window.page.findChildren(Text) if label.isVisible())


def test_every_number_opens_its_list(desk: Any) -> None:
    for key, queue in (("today", "today"), ("returned", "returned"), ("mine", "mine")):
        desk.go("desk")
        shown = number(desk, key)
        assert shown.number.count == len(desk.services.worklist.ids(queue))
        shown.setFocus()
        desk.press("Return")
        assert desk.window.page.key == "worklist"
        assert desk.window.page.sent.args["queue"] == queue


def test_enter_opens_the_case_with_its_list_behind_it(desk: Any) -> None:
    table = desk.find(QTableView, "desk.cases.must")
    table.setFocus()
    desk.press("Down", "Return")
    assert desk.window.page.key == "case"
    args = desk.window.page.sent.args
    ids = list(desk.services.worklist.ids("today", sort="priority"))
    assert args == {"case": ids[1], "queue": ids}


def test_the_day_begins_with_the_most_urgent_case(desk: Any) -> None:
    assert QApplication.focusWidget() is not None
    desk.press("Ctrl+Return")
    assert desk.window.page.sent.args["case"] == desk.services.worklist.ids("today", sort="priority")[0]


def test_counts_move_by_themselves_and_cases_wait_for_f5(desk: Any) -> None:
    table = desk.find(QTableView, "desk.cases.must")
    before = [table.model().index(row, 1).data() for row in range(table.model().rowCount())]
    first = desk.services.worklist.ids("today", sort="priority")[0]
    was = number(desk, "today").number.count
    changes = desk.services.list_work.follow_up([first], "2026-11-30", "资料不全")
    desk.window.publish(changes | Changes(listing=True))
    desk.rest()
    assert number(desk, "today").number.count == was - 1
    assert [table.model().index(row, 1).data() for row in range(table.model().rowCount())] == before
    desk.press("F5")
    desk.rest()
    shown = [table.model().index(row, 1).data() for row in range(table.model().rowCount())]
    assert shown != before


def test_it_tells_how_far_the_day_is_and_that_there_is_no_backup(desk: Any) -> None:
    assert says(desk, "今日已完成 0 / ")
    assert says(desk, "还没有备份")
    button = next(one for one in desk.window.page.system.findChildren(type(desk.window.page.system.backups)))
    desk.click(button)
    assert desk.window.page.key == "settings"
    assert desk.window.page.sent.args == {"group": "backup"}


def test_tab_walks_through_all_blocks(desk: Any) -> None:
    seen = []
    for _ in range(40):
        desk.press("Tab")
        focus = QApplication.focusWidget()
        seen.append(focus.objectName() if focus else "")
    assert {"desk.cases.must", "desk.mine", "desk.returned", "desk.backups"} <= set(seen)
