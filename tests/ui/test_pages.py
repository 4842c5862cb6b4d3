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
from app.ui.pages.help import context_words
from app.ui.shell.help_card import HelpCard
from app.ui.shell.help_topics import about, find, sections, topics
from app.ui.theme import tokens
from app.ui.widgets import Button, DataTable, FilterBox


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
    assert [topic.id for topic in topics() if topic.file and not (folder / topic.file).is_file()] == []
    listed = {topic.file for topic in topics() if topic.file}
    assert {path.name for path in folder.glob("*.md")} == listed


def test_help_shows_topics_and_every_action(make_window: Callable[..., MainWindow], ime) -> None:
    window = make_window([HELP])
    assert "窗口" in window.findChild(QTextBrowser).toPlainText()
    window.go(Place("help", {"topic": "keys"}))
    table = window.page.findChildren(DataTable)[-1]
    assert table.model().rowCount() == len(list(window.shell.actions))
    filter_box = window.page.findChildren(FilterBox)[-1]
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


def test_help_is_found_by_words_and_by_pinyin_of_its_headings() -> None:
    assert find("备份与恢复")[0].title == "备份与恢复"
    assert "备份与恢复" in [one.title for one in find("bfyhf")]
    assert "试算与采用" in [one.title for one in find("试算")]
    assert find("没有任何地方写着这句话") == ()


def test_every_page_leads_to_help_about_it(qapp: object) -> None:
    known = {page for topic in topics() for page in topic.pages}
    assert {page for page in known if page not in {spec.key for spec in registered()} | {"desk", "today"}} == set()
    assert about("settings", "自检")[1].title == "自检"
    assert about("nowhere", "")[0] is topics()[0]
    assert all(section.body.strip() for section in sections())


def test_f1_opens_a_card_and_again_the_help_about_it(make_window: Callable[..., MainWindow], list_page: type) -> None:
    window = make_window([PageSpec("worklist", "病例列表", list_page), HELP])
    QTest.keyClick(window.page.table, Qt.Key.Key_F1)
    card = next(one for one in window.findChildren(HelpCard) if one.isVisible())
    assert any("帮助：病例列表" in button.text() for button in card.findChildren(Button))
    QTest.keyClick(window.page.table, Qt.Key.Key_F1)
    assert window.page.place() == Place("help", {"topic": "worklist"})


def test_help_is_searched_by_keyboard(make_window: Callable[..., MainWindow], ime) -> None:
    window = make_window([HELP])
    QTest.keyClick(window.page._list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    ime(QApplication.focusWidget(), "逐条处理")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert window.page.title_detail() == "批次质控与出院前质控"
    assert "逐条处理" in window.page._text.textCursor().block().text()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert window.page.search.text == ""
