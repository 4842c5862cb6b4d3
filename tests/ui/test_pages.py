"""Every registered page: built offscreen, walked with Tab, told by the help page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextBrowser

from app.common.paths import data
from app.ui.main_window import MainWindow
from app.ui.page import PageSpec, Place
from app.ui.pages import registered
from app.ui.pages.help import PAGE as HELP
from app.ui.pages.help import context_words, topics
from app.ui.theme import tokens
from app.ui.widgets import DataTable, FilterBox


def test_pages_come_in_the_order_of_the_rail(qapp: object) -> None:
    order = [entry.key for entry in tokens().nav]
    keys = [spec.key for spec in registered()]
    assert keys == sorted(keys, key=lambda key: order.index(key) if key in order else len(order))
    assert "help" in keys


def test_every_action_of_a_page_names_that_page(qapp: object) -> None:
    stray = [action.id for spec in registered() for action in spec.actions if action.page != spec.key]
    assert stray == []


def test_tab_goes_round_the_help_page_and_the_focus_is_visible(make_window: Callable[..., MainWindow]) -> None:
    window = make_window([HELP])
    window.go(Place("help", {"topic": "keys"}))
    start = QApplication.focusWidget()
    seen = []
    while QApplication.focusWidget() not in seen and len(seen) < 20:
        seen.append(QApplication.focusWidget())
        assert seen[-1].isVisible()
        QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is start
    assert len(seen) >= 3


def test_help_topics_have_their_files(qapp: object) -> None:
    folder = data("resources") / "help"
    assert [topic["id"] for topic in topics() if "file" in topic and not (folder / topic["file"]).is_file()] == []
    listed = {topic["file"] for topic in topics() if "file" in topic}
    assert {path.name for path in folder.glob("*.md")} == listed


def test_help_shows_topics_and_every_action(make_window: Callable[..., MainWindow], ime) -> None:
    window = make_window([HELP])
    assert "窗口" in window.findChild(QTextBrowser).toPlainText()
    window.go(Place("help", {"topic": "keys"}))
    table = window.page.findChildren(DataTable)[-1]
    assert table.model().rowCount() == len(list(window.shell.actions))
    filter_box = window.page.findChild(FilterBox)
    ime(filter_box.line, "深色")
    assert table.model().rowCount() == 1
    assert context_words(window.shell.actions.get("view.dark")) == "任何地方"


def test_help_remembers_its_topic(make_window: Callable[..., MainWindow]) -> None:
    window = make_window([HELP])
    window.go(Place("help", {"topic": "states"}))
    assert window.page.place() == Place("help", {"topic": "states"})
    assert window.page.title_detail() == "字段的样子"
    window.go(Place("help", {"topic": "gone"}))
    assert window.page.title_detail() == "开始使用"


def test_page_spec_has_no_page_without_a_name(qapp: object) -> None:
    assert [spec.key for spec in registered() if not spec.title.strip()] == []
    assert isinstance(HELP, PageSpec)
