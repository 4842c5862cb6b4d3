"""The main window: places, history, hints, memory, closing."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.domain.changes import Changes
from app.ui.app import build_ahead
from app.ui.main_window import MainWindow
from app.ui.page import Page, PageSpec, Place, SaveState, VersionNote
from app.ui.ports import MemoryPlaces, UserCard
from app.ui.shell.help_card import HelpCard
from app.ui.shell.rail import RailButton
from app.ui.shell.status_bar import SaveLabel, StatusBar
from app.ui.widgets import Button, Card, Text, column

ALT = Qt.KeyboardModifier.AltModifier


def crumb(window: MainWindow) -> str:
    """Return what the top bar says about the place."""
    return f"{window._top.title.full_text()} {window._top.detail.full_text()}"


def test_it_opens_on_the_first_page_with_the_focus_in_its_table(window: MainWindow, qapp: QApplication) -> None:
    assert crumb(window) == "病例列表 › 第 1 行"
    assert qapp.focusWidget() is window.page.table
    assert window.windowTitle() == "Bingan 病案编码质控工作站 — 云泽市第一人民医院（测试）"


def test_pages_that_do_not_exist_are_not_in_the_rail(window: MainWindow) -> None:
    assert [button.text() for button in window.findChildren(RailButton)] == ["病例", "首页"]


def test_pages_beyond_the_role_are_not_in_the_rail(make_window: Callable[..., MainWindow], list_page: type) -> None:
    pages = [PageSpec("worklist", "病例列表", list_page), PageSpec("schemes", "分组方案", list_page, needs="insurance")]
    window = make_window(pages, UserCard("林若溪（测试）", "编码员", frozenset({"coder"})))
    assert list(window.pages) == ["worklist"]


def test_a_page_is_built_when_it_is_first_shown(window: MainWindow) -> None:
    assert [page.built for page in window.pages.values()] == [True, False]
    QTest.keyClick(window, Qt.Key.Key_3, ALT)
    assert window.page.key == "case"
    assert window.pages["case"].built


def test_pages_are_built_ahead_and_what_is_built_is_not_searched_for_garbage(window: MainWindow, qtbot: QtBot) -> None:
    gc.unfreeze()  # else what other tests left and dies meanwhile is counted
    with qtbot.waitSignal(build_ahead(window).done):
        assert not window.pages["case"].built
    try:
        assert window.pages["case"].built
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_rail_and_badge(window: MainWindow) -> None:
    worklist, case = window.findChildren(RailButton)
    window.shell.set_badge("case", 3)
    window.shell.set_badge("nowhere", 9)
    assert (worklist.isChecked(), case.isChecked(), case.badge) == (True, False, 3)
    QTest.mouseClick(case, Qt.MouseButton.LeftButton)
    assert window.page.key == "case"
    assert (worklist.isChecked(), case.isChecked()) == (False, True)


def test_back_returns_to_the_row_one_was_in(window: MainWindow) -> None:
    QTest.keyClick(window.page.table, Qt.Key.Key_Down)
    QTest.keyClick(window, Qt.Key.Key_3, ALT)
    assert crumb(window) == "病案首页 › 第 1 行"
    QTest.keyClick(window, Qt.Key.Key_Left, ALT)
    assert crumb(window) == "病例列表 › 第 2 行"
    assert window.page.table.current_row == 1
    QTest.keyClick(window, Qt.Key.Key_Right, ALT)
    assert window.page.key == "case"


def test_esc_that_nobody_wants_goes_back(window: MainWindow) -> None:
    window.go(Place("case"))
    QTest.keyClick(window.page.table, Qt.Key.Key_Escape)
    assert window.page.key == "worklist"
    QTest.keyClick(window.page.table, Qt.Key.Key_Escape)
    assert window.isVisible()


def test_last_place_and_size_come_back(make_window: Callable[..., MainWindow], places: MemoryPlaces) -> None:
    first = make_window()
    first.go(Place("case", {"row": 2}))
    first.close()
    second = make_window()
    assert (second.page.key, second.page.table.current_row) == ("case", 2)
    assert isinstance(places.get("window.geometry"), str)


def test_a_remembered_page_that_is_gone_is_forgotten(
    make_window: Callable[..., MainWindow], places: MemoryPlaces
) -> None:
    places.put("window.place", {"page": "gone", "args": {}})
    assert make_window().page.key == "worklist"


def test_theme_and_font_size_come_back(make_window: Callable[..., MainWindow], places: MemoryPlaces) -> None:
    first = make_window()
    first.shell.actions.trigger("view.dark")
    first.shell.actions.trigger("view.font16")
    assert (first.shell.theme.dark, first.shell.theme.px(13)) == (True, 16)
    assert places.get("window.look") == {"mode": "dark", "font_px": 16}


def test_hints_are_those_of_the_focused_region(window: MainWindow) -> None:
    hints = window.findChild(StatusBar).hints
    assert [hint.text for hint in hints.hints] == ["打开"]
    window.page.line.setFocus()
    assert [hint.text for hint in hints.hints] == ["清除"]


def test_save_state_and_versions_are_said(window: MainWindow) -> None:
    bar = window.findChild(StatusBar)
    window.shell.set_save_state(SaveState("saved", datetime(2026, 11, 23, 10, 32, 8)))
    assert bar.findChild(SaveLabel).accessibleName() == "已自动保存 10:32:08"
    window.shell.set_versions([VersionNote("编码：医保版 2.0", "按出院日期 2026-11-19")])
    version = next(button for button in bar.findChildren(Button) if button.text().startswith("编码"))
    version.click()
    assert "按出院日期 2026-11-19" in [label.full_text() for label in window.findChild(HelpCard).findChildren(Text)]


def test_failed_save_stays_and_can_be_retried(window: MainWindow) -> None:
    tried: list[str] = []
    window.shell.retry_save = lambda: tried.append("again")
    window.shell.set_save_state(SaveState("failed"))
    retry = next(button for button in window.findChild(StatusBar).findChildren(Button) if button.text() == "重试")
    assert retry.isVisible()
    retry.click()
    assert tried == ["again"]
    window.shell.set_save_state(SaveState("saving"))
    assert not retry.isVisible()


def test_changes_reach_built_pages_only(window: MainWindow) -> None:
    told = Changes(cases=frozenset({17}))
    window.shell.publish(told)
    assert window.pages["worklist"].changes == [told]
    window.go(Place("case"))
    assert window.page.changes == []


def test_wide_is_a_property_of_the_window(window: MainWindow) -> None:
    window.resize(1366, 768)
    assert window.property("wide") is False
    window.resize(1920, 1000)
    assert window.property("wide") is True
    window.resize(300, 200)
    least = QSize(1280, 660).boundedTo(window.screen().availableSize())  # at 150 % a small screen has less room
    assert (window.width(), window.height()) == (least.width(), least.height())


@pytest.mark.parametrize("size", [(1280, 660), (1366, 768), (1920, 1080)])
def test_nothing_of_the_frame_is_cut_off(window: MainWindow, size: tuple[int, int], qtbot) -> None:
    window.resize(*size)
    parts = (window._rail, window._top, window._status, window._top.search, window._top.bell)
    qtbot.waitUntil(lambda: all(part.width() >= part.minimumSizeHint().width() for part in parts))
    boxes = [part.rect().translated(part.mapTo(window, part.rect().topLeft())) for part in parts]
    assert all(window.rect().contains(box) for box in boxes)


def test_f1_explains_and_closes_with_a_click(window: MainWindow) -> None:
    window.page.line.setAccessibleName("姓名")
    window.page.line.setAccessibleDescription("患者证件上的姓名。")
    window.page.line.setFocus()
    QTest.keyClick(window.page.line, Qt.Key.Key_F1)
    card = window.findChild(HelpCard)
    assert [label.full_text() for label in card.findChildren(Text)][:2] == ["姓名", "患者证件上的姓名。"]
    QTest.mouseClick(window.page.table.viewport(), Qt.MouseButton.LeftButton)
    assert not card.isVisible()


def test_esc_closes_the_card_before_it_goes_back(window: MainWindow) -> None:
    window.go(Place("case"))
    QTest.keyClick(window.page.table, Qt.Key.Key_F1)
    card = window.findChild(HelpCard)
    assert card.isVisible()
    QTest.keyClick(window.page.table, Qt.Key.Key_Escape)
    assert (card.isVisible(), window.page.key) == (False, "case")


def test_f10_lists_what_can_be_done(window: MainWindow) -> None:
    window.shell.actions.trigger("menu.open")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = {action.data(): action for action in menu.actions()}
    assert "palette.open" in entries
    entries["go.case"].trigger()
    menu.close()
    assert window.page.key == "case"


def test_closing_with_a_running_job_asks_and_waits(make_window: Callable[..., MainWindow], qtbot) -> None:
    window, go_on = make_window(), threading.Event()
    job = window.shell.jobs.run(lambda progress: go_on.wait(10), label="导入 11 月第 3 批", writes=True)
    assert not window.close()
    card = window.findChild(Card)
    assert "导入 11 月第 3 批" in " ".join(label.full_text() for label in card.findChildren(Text))
    next(button for button in card.findChildren(Button) if button.text() == "等待完成").click()
    assert window.isVisible()
    with qtbot.waitSignal(job.done):
        go_on.set()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_closing_may_cancel_the_job(make_window: Callable[..., MainWindow], qtbot) -> None:
    window = make_window()

    def work(progress) -> None:  # steps until it is told to stop
        while True:
            progress.step(1, 2)

    window.shell.jobs.run(work, label="重新分组")
    assert not window.close()
    next(button for button in window.findChildren(Button) if button.text() == "取消并退出").click()
    assert not window.isVisible()


def test_staying_keeps_the_window(make_window: Callable[..., MainWindow]) -> None:
    window, go_on = make_window(), threading.Event()
    window.shell.jobs.run(lambda progress: go_on.wait(10), label="重新分组")
    assert not window.close()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert window.isVisible()
    go_on.set()


def test_what_was_saved_is_not_said_on_the_next_page_but_a_failure_is(window: MainWindow) -> None:
    label = window.findChild(StatusBar).findChild(SaveLabel)
    window.shell.set_save_state(SaveState("saved", datetime(2026, 11, 23, 10, 32, 8)))
    window.go(Place("case"))
    assert label.kind == "none"
    window.shell.set_save_state(SaveState("failed"))
    window.go(Place("worklist"))
    assert label.kind == "failed"


def test_versions_that_are_replaced_are_gone_at_once(window: MainWindow) -> None:
    window.shell.set_versions((VersionNote("编码：医保版 2.0"), VersionNote("分组：甲")))
    window.shell.set_versions((VersionNote("编码：国临版 2.0"),))
    QApplication.processEvents()
    bar = window.findChild(StatusBar)
    assert [one.text() for one in bar.findChildren(Button) if one.isVisible()] == ["编码：国临版 2.0"]


def test_versions_belong_to_the_page_that_uses_them(window: MainWindow) -> None:
    window.shell.set_versions((VersionNote("编码：医保版 2.0"),))
    QTest.keyClick(window, Qt.Key.Key_3, ALT)
    assert _versions(window) == []
    window.shell.set_versions((VersionNote("比较：甲与乙"),))
    QTest.keyClick(window, Qt.Key.Key_Left, ALT)
    assert _versions(window) == ["编码：医保版 2.0"]


def _versions(window: MainWindow) -> list[str]:
    QApplication.processEvents()
    bar = window.findChild(StatusBar)
    return [one.text() for one in bar.findChildren(Button) if one.isVisible() and "：" in one.text()]


class TwoFields(Page):
    """A page whose second field is where one begins."""

    def build(self) -> None:
        """Make both."""
        self.first, self.second = QLineEdit(), QLineEdit()
        self.setLayout(column(self.first, self.second))

    def default_focus(self) -> QLineEdit:
        """Return the second."""
        return self.second


def test_the_first_page_has_its_focus_when_the_window_opens(make_window: Callable[..., MainWindow]) -> None:
    window = make_window([PageSpec("worklist", "病例列表", TwoFields)])
    assert window.page.second.hasFocus()
