"""The action table: one key one action, help for each, roles, regions, rebinding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from app.ui.actions import Action, ActionTable, clashes, overlaps
from app.ui.main_window import MainWindow
from app.ui.page import PageSpec
from app.ui.pages import registered
from app.ui.ports import MemoryPlaces, UserCard
from app.ui.shell.window_actions import window_actions
from app.ui.widgets import ActionButton


def every_action() -> list[Action]:
    """Return the actions of the window and of all registered pages."""
    pages = registered()
    return [*window_actions(pages), *(action for page in pages for action in page.actions)]


def nothing(_page: object) -> None:
    """Do nothing."""


def test_no_two_actions_share_a_key_where_both_are_valid(qapp: object) -> None:
    assert clashes(every_action()) == []


def test_action_ids_are_unique(qapp: object) -> None:
    ids = [action.id for action in every_action()]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("part", ["label", "help", "id"])
def test_every_action_has_words(part: str, qapp: object) -> None:
    assert [action.id for action in every_action() if not getattr(action, part).strip()] == []


def test_every_help_is_a_sentence(qapp: object) -> None:
    assert [action.id for action in every_action() if not action.help.endswith("。")] == []


def test_every_key_is_one_qt_understands(qapp: object) -> None:
    strange = [
        (action.id, key)
        for action in every_action()
        for key in action.keys
        if QKeySequence(key).count() != 1 or QKeySequence(key)[0].key() == Qt.Key.Key_unknown
    ]
    assert strange == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("", "case", True), ("case", "case.grid", True), ("case", "codes", False), ("case.grid", "case.dock", False)],
)
def test_contexts_overlap_when_one_lies_in_the_other(first: str, second: str, expected: bool) -> None:
    assert overlaps(first, second) is overlaps(second, first) is expected


@pytest.mark.parametrize("written", ["ctrl+;; F7", "Ctrl+; F7", "Ctrl+;;F7"])
def test_several_keys_are_separated(written: str, qapp: object) -> None:
    assert Action("a", "今天", "填入今天。", nothing, shortcut=written).keys == ("Ctrl+;", "F7")


def test_a_clash_is_found(qapp: object) -> None:
    first = Action("a", "甲", "做甲。", nothing, shortcut="Ctrl+D F7")
    second = Action("b", "乙", "做乙。", nothing, shortcut="ctrl+d", context="case.grid")
    assert clashes([first, second]) == [("Ctrl+D", "a", "b")]


def page_actions(list_page: type) -> tuple[Action, ...]:
    """Return one action of the page and one of its table, on a letter."""
    return (
        Action("worklist.refresh", "刷新", "重新读取列表。", list_page.call, shortcut="F5", context="worklist"),
        Action("worklist.claim", "认领", "认领所选病例。", list_page.call, shortcut="R", context="worklist.table"),
    )


def test_keys_reach_the_page_and_letters_only_where_no_text_is_typed(
    make_window: Callable[..., MainWindow], list_page: type
) -> None:
    window = make_window([PageSpec("worklist", "病例列表", list_page, actions=page_actions(list_page))])
    page = window.pages["worklist"]
    QTest.keyClick(page.table, Qt.Key.Key_F5)
    QTest.keyClick(page.table, Qt.Key.Key_R)
    assert page.calls == ["called", "called"]
    page.line.setFocus()
    QTest.keyClick(page.line, Qt.Key.Key_R)
    assert page.line.text() == "r"
    assert page.calls == ["called", "called"]


def test_actions_of_a_hidden_page_rest(make_window: Callable[..., MainWindow], list_page: type) -> None:
    actions = page_actions(list_page)
    window = make_window(
        [PageSpec("worklist", "病例", list_page, actions=actions), PageSpec("case", "首页", list_page)]
    )
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(window.page.table, Qt.Key.Key_F5)
    assert window.page.key == "case"
    assert window.pages["worklist"].calls == []
    assert "worklist.refresh" not in [action.id for action in window.shell.actions.available()]


def test_a_role_without_the_right_cannot_and_the_button_says_so(qapp: object) -> None:
    submit = Action("case.submit", "提交病案", "提交后内容锁定。", nothing, needs="head")
    for user, expected in ((UserCard("林", roles=frozenset({"coder"})), False), (UserCard("管"), True)):
        table = ActionTable([submit], user)
        table._targets[""] = object()
        button = ActionButton(table, "case.submit")
        assert table.is_enabled("case.submit") is expected
        assert button.isEnabled() is expected


def test_enabled_follows_its_condition_after_refresh(qapp: object) -> None:
    state = {"clean": False}
    action = Action("x", "完成", "完成并打开下一份。", nothing, enabled=lambda _page: state["clean"])
    table = ActionTable([action], UserCard("林"))
    table._targets[""] = object()
    button = ActionButton(table, "x")
    assert not button.isEnabled()
    state["clean"] = True
    table.refresh()
    assert button.isEnabled()


def test_a_key_the_user_chose_replaces_ours(
    make_window: Callable[..., MainWindow], places: MemoryPlaces, list_page: type
) -> None:
    places.put("keys", {"worklist.refresh": "Ctrl+R"})
    window = make_window([PageSpec("worklist", "病例", list_page, actions=page_actions(list_page))])
    QTest.keyClick(window.page.table, Qt.Key.Key_F5)
    assert window.page.calls == []
    QTest.keyClick(window.page.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert window.page.calls == ["called"]
