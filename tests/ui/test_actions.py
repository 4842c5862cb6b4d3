"""The action table: one key one action, help for each, roles, regions, rebinding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from app.common.errors import UserProblem
from app.ui.actions import Action, ActionTable, clashes, overlaps
from app.ui.login.actions import login_actions
from app.ui.main_window import MainWindow
from app.ui.page import PageSpec
from app.ui.pages import registered
from app.ui.ports import MemoryPlaces, UserCard
from app.ui.shell.window_actions import window_actions
from app.ui.widgets import ActionButton


def every_action() -> list[Action]:
    """Return the actions of the window and of all registered pages."""
    pages = registered()
    return [*window_actions(pages), *login_actions(), *(action for page in pages for action in page.actions)]


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


def test_a_key_is_changed_while_the_window_is_open_and_kept(
    make_window: Callable[..., MainWindow], places: MemoryPlaces, list_page: type
) -> None:
    window = make_window([PageSpec("worklist", "病例", list_page, actions=page_actions(list_page))])
    button = ActionButton(window.shell.actions, "worklist.refresh", parent=window)
    window.shell.actions.rebind("worklist.refresh", "Ctrl+Shift+R")
    QTest.keyClick(window.page.table, Qt.Key.Key_F5)
    assert window.page.calls == []
    QTest.keyClick(
        window.page.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert window.page.calls == ["called"]
    assert places.get("keys") == {"worklist.refresh": "Ctrl+Shift+R"}
    assert button._keys == "Ctrl Shift R"
    window.shell.actions.restore_keys("worklist.refresh")
    QTest.keyClick(window.page.table, Qt.Key.Key_F5)
    assert window.page.calls == ["called", "called"]
    assert places.get("keys") == {}


def test_a_key_that_is_taken_is_refused_with_both_names(qapp: object) -> None:
    first = Action("a", "刷新列表", "刷新。", nothing, shortcut="F5", context="worklist")
    second = Action("b", "认领病例", "认领。", nothing, shortcut="Ctrl+D", context="worklist.table")
    table = ActionTable([first, second], UserCard("林"))
    with pytest.raises(UserProblem) as refused:
        table.rebind("b", "F5")
    assert "刷新列表" in str(refused.value)
    assert "认领病例" in str(refused.value)
    assert table.chosen == {}


def test_a_letter_is_refused_where_text_is_typed(qapp: object) -> None:
    table = ActionTable([Action("a", "刷新", "刷新。", nothing, shortcut="F5", context="worklist")], UserCard("林"))
    with pytest.raises(UserProblem):
        table.rebind("a", "Shift+A")
    table.rebind("a", "")
    assert table.get("a").keys == ()


def test_keys_go_back_only_when_nobody_else_has_them(qapp: object) -> None:
    actions = [Action(key, key, "做。", nothing, shortcut=keys) for key, keys in (("a", "F5"), ("b", "F7"))]
    table = ActionTable(actions, UserCard("林"))
    table.rebind("a", "F9")
    table.rebind("b", "F5")
    with pytest.raises(UserProblem):
        table.restore_keys("a")
    table.restore_keys()
    assert [table.get(key).keys for key in "ab"] == [("F5",), ("F7",)]


def test_a_kept_key_that_clashes_with_a_newer_version_is_left_out(qapp: object) -> None:
    actions = [Action(key, key, "做。", nothing, shortcut=keys) for key, keys in (("a", "F5"), ("b", "F7"))]
    table = ActionTable(actions, UserCard("林"), {"a": "F7", "gone": "F2"})
    assert table.get("a").keys == ("F5",)
    assert clashes(table) == []


def test_hints_show_the_key_that_holds(make_window: Callable[..., MainWindow], list_page: type) -> None:
    open_it = Action("worklist.open", "打开", "打开病例。", list_page.call, shortcut="Return", context="worklist.table")
    window = make_window([PageSpec("worklist", "病例", list_page, actions=(open_it,))])
    window.shell.actions.rebind("worklist.open", "Ctrl+G")
    assert [hint.keys for hint in window._status.hints.hints] == ["Ctrl+G"]
