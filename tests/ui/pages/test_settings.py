"""设置: found, changed at once, taken back, kept; keys; backups; the self-test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.storage.backup import backups
from app.ui.page import Place
from app.ui.pages.help import PAGE as HELP
from app.ui.pages.settings import PAGE
from app.ui.shell.notice_views import Toast
from app.ui.theme import Mode, theme
from app.ui.widgets import Button, Card, RuledField, SegmentedControl, Text


@pytest.fixture
def desk(open_desk: Callable[..., Any]) -> Any:
    """Return a window with the help page and the settings; the others play no part here."""
    return open_desk((HELP, PAGE))


def rows(page: Any) -> list[str]:
    """Return the settings that the search shows."""
    return [line.option.key for line in page._found_rows]


def test_a_look_changes_at_once_is_kept_and_taken_back_from_the_toast(desk: Any, places: Any) -> None:
    page = desk.go("settings", option="font")
    assert isinstance(QApplication.focusWidget(), SegmentedControl)
    desk.press("Right")
    assert theme().font_px == 14
    assert places.get("window.look")["font_px"] == 14
    toast = desk.window.findChild(Toast)
    assert any("字号：标准 → 大" in one.full_text() for one in toast.findChildren(Text))
    desk.press("F8", "Return")
    assert theme().font_px == 13
    assert page._rows["font"].control.current == "13"


def test_a_setting_is_found_by_pinyin_and_its_default_comes_back(desk: Any) -> None:
    page = desk.go("settings")
    desk.press("Ctrl+F", '"zt')
    assert rows(page) == ["mode"]
    desk.press("Return")
    page._found_rows[0].control.set_current("dark")
    assert theme().mode is Mode.DARK
    desk.press("Ctrl+Backspace")
    assert theme().mode is Mode.SYSTEM
    desk.press("Escape")
    assert page.search.text == ""
    assert page.isVisible()


def test_a_fact_is_written_into_the_audit_and_a_wrong_text_says_why(desk: Any) -> None:
    page = desk.go("settings", option="bands.confirm")
    field = QApplication.focusWidget()
    assert isinstance(field, RuledField)
    desk.press('"40', "Return")
    line = page._rows["bands.confirm"]
    assert not line._problem.isHidden()
    assert desk.services.review.limits().confirm == 0.8
    line.focus_control()
    desk.press("Escape")
    assert line._problem.isHidden()
    field.selectAll()
    desk.press('"85%', "Return")
    assert desk.services.review.limits().confirm == 0.85
    with desk.services.session.db.read() as reader:
        assert reader.day_of(desk.services.user.id, desk.services.session.clock.now().date())[0].note == "待确认的界限"


def test_a_key_is_changed_by_pressing_it_and_a_taken_one_is_refused_with_both_names(desk: Any, places: Any) -> None:
    page = desk.go("settings", group="keys")
    page.enter_group()
    page.keys.filter.line.setText("通知列表")
    page.keys.table.setFocus()
    desk.press("Return", "F10")
    assert "“F10”已用于“全部命令”，不能再用于“通知列表”" in page.keys._problem.full_text()
    desk.press("Return")
    QTest.keyClick(
        QApplication.focusWidget(),
        Qt.Key.Key_N,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
    )
    assert places.get("keys") == {"notice.list": "Ctrl+Alt+N"}
    assert page.keys._problem.isHidden()
    desk.press("Backspace")
    assert places.get("keys") == {}


def test_the_catcher_gives_up_on_esc_and_stays_on_the_page(desk: Any) -> None:
    page = desk.go("settings", group="keys")
    page.enter_group()
    desk.press("Return")
    assert page.keys.catcher.isVisible()
    desk.press("Escape")
    assert page.keys.catcher.isHidden()
    assert page.isVisible()
    assert QApplication.focusWidget() is page.keys.table


def test_a_backup_is_made_and_a_restore_says_what_is_lost(desk: Any) -> None:
    page = desk.go("settings", group="backup")
    desk.press("Ctrl+B")
    desk.rest()
    assert len(backups(desk.services.backup.folder)) == 1
    desk.services.backup.set_hours(4)
    page.backups.table.setFocus()
    desk.press("Return")
    desk.rest()
    card = desk.window.findChild(Card)
    said = " ".join(text.full_text() for text in card.findChildren(Text))
    assert "1 步操作会丢失" in said
    assert QApplication.focusWidget().text() == "取消"
    desk.press("Return")
    desk.rest()


def test_somebody_without_the_role_reads_but_does_not_change(open_desk: Callable[..., Any], monkeypatch: Any) -> None:
    desk = open_desk((HELP, PAGE))
    desk.window.shell.user = type(desk.window.shell.user)("林", roles=frozenset({"physician"}))
    page = desk.go("settings", group="backup")
    line = page._rows["backup.hours"]
    assert not line.control.isEnabled()
    assert any("仅管理员可改" in text.full_text() for text in line.findChildren(Text))


def test_the_self_test_tells_of_every_part(desk: Any) -> None:
    page = desk.go("settings", group="about")
    desk.press("F5")
    desk.rest()
    facts = {fact.label: fact for fact in page.about.facts}
    assert facts["本院病案库文件"].ok
    assert facts["编码匹配"].ok
    assert "步操作" in facts["操作记录的链"].words


def test_dictionaries_can_be_searched(desk: Any) -> None:
    page = desk.go("settings", group="dictionaries")
    page.dictionaries.filter.line.setText("wz")
    assert [one.label for one in page.dictionaries._entries.values] == []
    page.dictionaries.sets.go_to(next(at for at, one in enumerate(page.dictionaries._sets.values) if one.id == "D-SEX"))
    page.dictionaries.filter.line.setText("nan")
    assert [one.label for one in page.dictionaries._entries.values] == ["男"]
    page.dictionaries.filter.line.setText("男")
    assert [one.code for one in page.dictionaries._entries.values] == ["1"]


def test_the_palette_opens_a_setting(desk: Any) -> None:
    desk.window.open_palette("主题")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert desk.window.page.place() == Place("settings", {"group": "look", "option": "mode"})


def test_ctrl_comma_opens_the_page(desk: Any) -> None:
    desk.press("Ctrl+Comma")
    assert desk.window.page.key == "settings"
    assert desk.window.page.findChildren(Button)


def test_a_group_is_made_when_it_is_first_shown_and_has_its_keys(desk: Any) -> None:
    page = desk.go("settings")
    assert not page.has_region("keys")

    page.show_group("keys")

    assert page.has_region("keys")
    assert desk.window.shell.actions.is_enabled("settings.key_change")
    assert "settings.key_change" in {one.objectName() for one in page.keys.table.actions()}
