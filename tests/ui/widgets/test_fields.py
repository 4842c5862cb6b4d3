"""Ruled fields: committing, restoring, the states, and what a screen reader hears."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QUndoStack
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.findings import Severity
from app.ui.theme import theme
from app.ui.widgets import FieldBox, FieldLook, RuledField, column


@pytest.fixture
def form(qtbot) -> QWidget:
    """Return a form of two fields, the first focused, showing 12."""
    form = QWidget()
    form.first, form.second = RuledField(), RuledField()
    form.setLayout(column(FieldBox("实际住院", form.first), FieldBox("病房", form.second)))
    form.said = []
    form.first.committed.connect(form.said.append)
    form.first.show_value("12")
    qtbot.addWidget(form)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    form.first.setFocus()
    return form


def test_typing_replaces_the_selected_text_and_enter_commits_once(form: QWidget) -> None:
    QTest.keyClicks(form.first, "11")
    QTest.keyClick(form.first, Qt.Key.Key_Return)
    assert form.said == ["11"]
    assert form.second.hasFocus()


def test_a_text_that_comes_after_the_focus_is_selected_too(form: QWidget) -> None:
    form.first.show_value("125")
    assert form.first.selectedText() == "125"
    QTest.keyClicks(form.first, "11")
    QTest.keyClick(form.first, Qt.Key.Key_Return)
    assert form.said == ["11"]


def test_the_same_text_shown_again_leaves_the_cursor_where_it_is(form: QWidget) -> None:
    QTest.keyClick(form.first, Qt.Key.Key_Home)
    form.first.show_value("12")
    QTest.keyClicks(form.first, "3")
    assert form.first.text() == "312"


def test_words_of_an_empty_field_survive_another_theme(form: QWidget) -> None:
    form.first.setPlaceholderText("病案号")
    form.second.show_value("", FieldLook(hint="必填"))
    theme().set_font_px(14)
    theme().set_font_px(13)
    form.second.show_value("", FieldLook())
    assert (form.first.placeholderText(), form.second.placeholderText()) == ("病案号", "")


def test_tab_commits(form: QWidget) -> None:
    QTest.keyClicks(form.first, "11")
    QTest.keyClick(form.first, Qt.Key.Key_Tab)
    assert form.said == ["11"]


def test_leaving_without_a_change_says_nothing(form: QWidget) -> None:
    QTest.keyClicks(form.first, "12")
    QTest.keyClick(form.first, Qt.Key.Key_Tab)
    assert form.said == []


def test_esc_restores_then_goes_on_to_the_page(form: QWidget) -> None:
    heard: list[int] = []
    form.keyPressEvent = lambda event: heard.append(event.key())
    QTest.keyClicks(form.first, "11")
    QTest.keyClick(form.first, Qt.Key.Key_Escape)
    assert (form.first.text(), form.first.selectedText(), heard) == ("12", "12", [])
    QTest.keyClick(form.first, Qt.Key.Key_Escape)
    assert form.said == []


def test_half_typed_text_survives_a_refresh_with_the_old_value(form: QWidget) -> None:
    QTest.keyClicks(form.first, "1")
    form.first.show_value("12", FieldLook(severity=Severity.WARN))
    assert form.first.text() == "1"
    form.first.show_value("11")
    assert form.first.text() == "11"


@pytest.mark.parametrize("look", [FieldLook(locked=True), FieldLook(computed=True), FieldLook(not_applicable=True)])
def test_what_cannot_be_edited_takes_no_text_and_is_not_in_the_tab_order(form: QWidget, look: FieldLook) -> None:
    form.second.show_value("六病区", look)
    QTest.keyClicks(form.second, "x")
    assert form.second.text() == ("不适用" if look.not_applicable else "六病区")
    assert not form.second.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (FieldLook(changed=True, why="由“12”改为“11”"), "已改，由“12”改为“11”"),
        (FieldLook(proposed=True, score="98%"), "提议 98%"),
        (FieldLook(severity=Severity.ERROR, why="LJ-004"), "强制，LJ-004"),
        (FieldLook(computed=True), "自动计算"),
        (FieldLook(locked=True), "已锁定"),
        (FieldLook(not_applicable=True), "不适用"),
        (FieldLook(), ""),
    ],
)
def test_each_state_is_said_in_words(form: QWidget, look: FieldLook, words: str) -> None:
    form.first.show_value("12", look)
    assert form.first.accessibleDescription() == form.first.help_text() == words
    assert form.first.accessibleName() == "实际住院"


def picture(field: RuledField) -> QImage:
    """Return the field as drawn."""
    return field.grab().toImage()


def test_each_state_looks_different(form: QWidget) -> None:
    field = form.second
    looks = [
        FieldLook(),
        FieldLook(proposed=True, score="98%"),
        FieldLook(severity=Severity.ERROR),
        FieldLook(severity=Severity.WARN),
        FieldLook(severity=Severity.HINT),
        FieldLook(computed=True),
        FieldLook(locked=True),
        FieldLook(not_applicable=True),
        FieldLook(code=True),
    ]
    pictures = []
    for look in looks:
        field.show_value("12", look)
        pictures.append(picture(field))
    same = [(a, b) for a in range(len(looks)) for b in range(a) if pictures[a] == pictures[b]]
    assert same == []
    ground = pictures[2].pixelColor(pictures[2].width() // 2, 6)
    assert ground == theme().colour("error_bg")


def test_changed_bar_stands_in_the_margin(form: QWidget) -> None:
    box = form.first.parentWidget()
    form.first.show_value("11", FieldLook(changed=True))
    assert box.grab().toImage().pixelColor(0, box.height() - 8) == theme().colour("changed")
    form.first.show_value("11", FieldLook())
    assert box.grab().toImage().pixelColor(0, box.height() - 8) != theme().colour("changed")


def test_undo_key_goes_to_the_window_when_nothing_is_typed(form: QWidget) -> None:
    undone: list[str] = []
    stack = QUndoStack(form)
    action = stack.createUndoAction(form)
    action.setShortcut("Ctrl+Z")
    action.setEnabled(True)
    action.triggered.connect(lambda: undone.append("window"))
    form.addAction(action)
    form.first.clearFocus()
    form.first.setFocus()
    QTest.keyClick(form.first, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["window"]
    QTest.keyClicks(form.first, "9")
    QTest.keyClick(form.first, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, form.first.text()) == (["window"], "12")


def test_composition_of_an_input_method_is_not_committed_early(form: QWidget, ime) -> None:
    ime(form.first, "十二")
    assert form.said == []
    form.first.commit()
    assert form.said == ["十二"]


def test_form_line_follows_the_font_size(form: QWidget) -> None:
    box = form.first.parentWidget()
    before = box.height()
    theme().set_font_px(16)
    assert box.height() > before
    assert isinstance(form.first, QLineEdit)
