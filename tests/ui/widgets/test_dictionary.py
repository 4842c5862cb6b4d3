"""Dictionary fields: code, label or initials, by keyboard and mouse, with the focus staying in the field."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from app.domain.dictionaries import dictionary
from app.ui.widgets import DictionaryField, column
from app.ui.widgets.dictionary import ChoiceList


@pytest.fixture
def form(qtbot) -> QWidget:
    """Return a form with a dictionary of ways of admission, showing 1, and a line after it."""
    form = QWidget()
    form.field = DictionaryField(dictionary("D-ROUTE"))
    form.after = QLineEdit()
    form.setLayout(column(form.field, form.after, None))
    form.resize(600, 400)
    form.said = []
    form.field.committed.connect(form.said.append)
    form.field.show_code("1")
    qtbot.addWidget(form)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    form.field.setFocus()
    return form


def list_of(form: QWidget) -> ChoiceList:
    """Return the list under the field."""
    return form.findChild(ChoiceList)


def test_it_shows_code_and_label(form: QWidget) -> None:
    assert form.field.text() == "1 急诊"


@pytest.mark.parametrize("typed", ["2", "mz"])
def test_code_or_initials_and_enter(form: QWidget, typed: str) -> None:
    QTest.keyClicks(form.field, typed)
    assert list_of(form).isVisible()
    QTest.keyClick(form.field, Qt.Key.Key_Return)
    assert (form.said, form.field.text()) == (["2"], "2 门诊")
    assert form.after.hasFocus()


def test_label_by_input_method_and_tab(form: QWidget, ime) -> None:
    ime(form.field, "门诊")
    assert form.field.hasFocus()
    QTest.keyClick(form.field, Qt.Key.Key_Tab)
    assert (form.said, form.after.hasFocus()) == (["2"], True)


def test_arrows_choose_and_esc_closes_the_list_first(form: QWidget) -> None:
    QTest.keyClick(form.field, Qt.Key.Key_Down)
    assert list_of(form).current == "1"
    QTest.keyClick(form.field, Qt.Key.Key_Down)
    assert list_of(form).current == "2"
    QTest.keyClick(form.field, Qt.Key.Key_Escape)
    assert not list_of(form).isVisible()
    assert (form.field.text(), form.said) == ("1 急诊", [])


def test_mouse_takes_an_entry_and_the_focus_stays(form: QWidget) -> None:
    QTest.keyClick(form.field, Qt.Key.Key_Down)
    view = list_of(form).findChild(QListView)
    box = view.visualRect(view.model().index(2, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert form.said == ["3"]
    assert form.field.hasFocus()
    assert not list_of(form).isVisible()


@pytest.mark.parametrize("typed", ["-", ""])
def test_dash_and_blank_are_values(form: QWidget, typed: str) -> None:
    form.field.selectAll()
    QTest.keyClick(form.field, Qt.Key.Key_Delete)
    QTest.keyClicks(form.field, typed)
    QTest.keyClick(form.field, Qt.Key.Key_Return)
    assert (form.said, form.field.text()) == ([typed], typed)


def test_unknown_text_is_never_lost(form: QWidget) -> None:
    QTest.keyClicks(form.field, "zzz")
    QTest.keyClick(form.field, Qt.Key.Key_Tab)
    assert (form.said, form.field.text()) == (["zzz"], "zzz")


def test_the_same_value_again_is_no_change(form: QWidget) -> None:
    QTest.keyClicks(form.field, "1")
    QTest.keyClick(form.field, Qt.Key.Key_Return)
    assert (form.said, form.field.text()) == ([], "1 急诊")


def test_list_lies_inside_the_window_and_is_no_popup(form: QWidget) -> None:
    form.resize(300, 120)
    QTest.keyClick(form.field, Qt.Key.Key_Down)
    assert form.rect().contains(list_of(form).geometry())
    assert not list_of(form).isWindow()
    assert form.field.hasFocus()


def test_leaving_the_field_closes_the_list(form: QWidget) -> None:
    QTest.keyClick(form.field, Qt.Key.Key_Down)
    form.after.setFocus()
    assert not list_of(form).isVisible()
