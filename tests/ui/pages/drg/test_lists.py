"""The what-if lists: each tab in page order, worked out when looked at, with words about the chosen row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from app.services.composition import Services
from app.services.whatif_values import Change, Effect
from app.ui.pages.drg.looking import TAB_KEYS
from app.ui.pages.drg.notes import NoteLine


def column(desk: Any, at: int) -> list[str]:
    """Return the texts of a column of the table in sight."""
    cells = desk.window.page.lists.table.cells
    return [cells.index(row, at).data() for row in range(cells.rowCount())]


def notes(desk: Any) -> str:
    """Return the words under the table in sight."""
    lists = desk.window.page.lists
    found: str = lists.views[lists.tabs.current].notes.text()
    return found


def test_secondaries_in_page_order_and_last_all_of_them(desk: Any, services: Services, case_id: int) -> None:
    lines = services.whatif.secondaries(case_id)
    effect = services.whatif.carrying(case_id).without_all
    assert column(desk, 1) == [*(line.code for line in lines), "全部"]
    assert column(desk, 6)[:-1] == [f"落入 {line.without}" if line.without else "组不变" for line in lines]
    assert effect.result.drg in column(desk, 6)[-1]


def test_the_carrying_one_is_chosen_and_told_with_its_documents(desk: Any, services: Services, case_id: int) -> None:
    carrier = next(line for line in services.whatif.secondaries(case_id) if line.without)
    assert desk.window.page.lists.path == f"dx[{carrier.index}].code"
    assert services.whatif.carrying(case_id).sentence in notes(desk)
    for one in services.whatif.documents(case_id, carrier.index):
        assert one.what in notes(desk)
    desk.press("Ctrl+End")
    assert notes(desk) == services.whatif.carrying(case_id).sentence
    assert desk.window.page.lists.path == ""


def test_words_that_do_not_fit_are_scrolled_by_keys(desk: Any) -> None:
    notes_of = desk.window.page.lists.notes
    notes_of.tell("标题", [NoteLine(f"第 {at} 行") for at in range(60)])
    bar = notes_of.findChild(QScrollArea).verticalScrollBar()
    desk.wait(lambda: bar.maximum() > 0)
    desk.press("Alt+Down")
    assert bar.value() > 0
    desk.press("Alt+Up")
    assert bar.value() == 0


def test_principals_with_the_rules_that_object(desk: Any, services: Services, case_id: int) -> None:
    services.cases.set_text(case_id, "dx[2].code", "Z37.000")
    desk.go("drg", case=case_id)
    desk.press("2")
    lines = services.whatif.principals(case_id)
    assert column(desk, 0) == [line.code for line in lines]
    at = next(at for at, line in enumerate(lines) if line.code == "Z37.000")
    assert lines[at].findings[0].rule_id in column(desk, 3)[at]
    desk.window.page.lists.table.go_to(at)
    assert all(finding.rule_id in notes(desk) for finding in lines[at].findings)


def test_neighbours_with_what_they_need(desk: Any, services: Services, case_id: int) -> None:
    desk.press("3")
    lines = services.whatif.neighbours(case_id)
    assert column(desk, 0) == [line.code for line in lines]
    assert column(desk, 1) == ["；".join(line.wanted) for line in lines]
    assert column(desk, 2) == ["；".join(line.now) for line in lines]
    assert "有病历记载才可补录" in notes(desk)
    assert desk.window.page.lists.what is None


def test_operations_one_line_for_each_change(desk: Any, services: Services, case_id: int) -> None:
    desk.press("4")
    lines = services.whatif.operations(case_id)
    assert column(desk, 1) == [line.code for line in lines]
    assert column(desk, 3)[:3] == ["去掉", "去掉", "作主要手术"]
    assert desk.window.page.lists.what.change is Change.REMOVE
    desk.press("Down", "Return")
    assert desk.window.page.sent.args["field"] == "op[1].code"


def test_history_latest_first(desk: Any, services: Services, case_id: int) -> None:
    desk.press("5")
    steps = services.history.timeline(case_id)
    assert column(desk, 2) == [step.what for step in steps]
    assert all(words in notes(desk) for words in steps[0].changes)


def test_ctrl_tab_goes_round_the_tabs(desk: Any) -> None:
    lists = desk.window.page.lists
    seen = [lists.tabs.current]
    for _ in TAB_KEYS:
        desk.press("Ctrl+Tab")
        assert lists.table.hasFocus() or not lists.table.keys
        seen.append(lists.tabs.current)
    assert seen == [*TAB_KEYS, TAB_KEYS[0]]


def test_a_tab_is_worked_out_when_it_is_looked_at(
    desk: Any, services: Services, case_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    whatif = services.whatif
    for name in ("principals", "operations", "neighbours"):
        real: Callable[[int], Any] = getattr(whatif, name)
        monkeypatch.setattr(whatif, name, lambda at, real=real, name=name: asked.append(name) or real(at))
    desk.window.resize(1366, 660)
    desk.go("drg", case=case_id)
    assert "operations" not in asked
    desk.press("4", "1", "4")
    assert asked.count("operations") == 1


def test_a_tall_window_shows_the_neighbours_below(desk: Any) -> None:
    lists = desk.window.page.lists
    desk.window.resize(1920, 1400)
    desk.wait(lists._near.isVisible)
    assert lists._near.table.keys
    desk.wait(lists._first.isVisible)
    desk.window.resize(1366, 660)
    desk.wait(lambda: not lists._near.isVisible())


def test_no_list_knows_a_weight_or_an_amount(desk: Any) -> None:
    shown = []
    for key in "1234":
        desk.press(key)
        cells = desk.window.page.lists.table.cells
        shown += [str(cells.headerData(at, Qt.Orientation.Horizontal)) for at in range(cells.columnCount())]
        assert not any(one.sort for one in desk.window.page.lists.table.columns)
    assert not any(word in title for title in shown for word in ("权重", "金额", "费用", "支付"))
    assert set(Effect.__dataclass_fields__) == {"result", "name", "changed"}


def test_the_models_are_sound(desk: Any, qtmodeltester: Any) -> None:
    for key in "12345":
        desk.press(key)
        qtmodeltester.check(desk.window.page.lists.table.cells)
