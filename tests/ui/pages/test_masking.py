"""Ctrl+Shift+M: on no page can a patient, a number or a telephone be read while others look at the screen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.storage.ops import Op
from app.ui.free_text import hide_people
from app.ui.masking import Masking, masking
from app.ui.widgets import Text
from tests.ui.pages.test_accessible import show, shown_pages

_PERSONAL = ("patient_name", "contact_name", "id_no", "current_phone", "employer_phone", "contact_phone")
_LEAST = 2


@pytest.fixture(autouse=True)
def _open_again() -> Iterator[None]:
    """Leave the screen open for the next test."""
    yield
    masking().switch(on=False)


@pytest.fixture
def secrets(services: Any) -> frozenset[str]:
    """Return what must not be read: names, numbers and telephones of every case."""
    records = [services.cases.view(case_id).record for case_id in services.worklist.ids("all")]
    found = {record.text(path) for record in records for path in _PERSONAL}
    return frozenset(one for one in found if len(one) >= _LEAST and one != "-")


def said(widget: QWidget) -> Iterator[str]:
    """Yield what a widget shows and tells a screen reader; of a table every line there is."""
    yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle())
    if isinstance(widget, Text):
        yield widget.full_text()
    elif isinstance(widget, QLabel | QLineEdit):
        yield widget.text()
    elif isinstance(widget, QPlainTextEdit | QTextEdit):
        yield widget.toPlainText()
    model = widget.model() if isinstance(widget, QAbstractItemView) else None
    if model is not None:
        for row in range(model.rowCount()):
            for column in range(model.columnCount() if isinstance(model, QAbstractTableModel) else 1):
                yield str(model.index(row, column).data(Qt.ItemDataRole.DisplayRole) or "")


def readable(window: QWidget, secrets: frozenset[str]) -> list[str]:
    """Return what of the secrets can be read in a window, with the widget."""
    shown = [one for one in [window, *window.findChildren(QWidget)] if one is window or one.isVisible()]
    words = ((type(one).__name__, text) for one in shown for text in said(one) if text)
    return sorted({f"{kind}: {text}" for kind, text in words if any(secret in text for secret in secrets)})


def test_on_no_page_can_anybody_be_read(desk: Any, secrets: frozenset[str]) -> None:
    show(desk, "worklist")
    assert readable(desk.window, secrets)
    desk.press("Ctrl+Shift+M")
    desk.rest()
    found = []
    for key in shown_pages(desk):
        show(desk, key)
        desk.rest()
        found += [f"{key}: {one}" for one in readable(desk.window, secrets)]
    assert found == []


def test_the_page_that_is_shown_hides_at_once_and_shows_again(desk: Any, secrets: frozenset[str]) -> None:
    for key in ("worklist", "case", "drg", "qc"):
        show(desk, key)
        desk.rest()
        assert readable(desk.window, secrets), key
        desk.press("Ctrl+Shift+M")
        desk.rest()
        assert readable(desk.window, secrets) == [], key
        desk.press("Ctrl+Shift+M")
        desk.rest()
        assert readable(desk.window, secrets), key


def test_a_hidden_field_cannot_be_typed_into_and_keeps_its_value(desk: Any) -> None:
    page = show(desk, "case")
    case_id, field = page.view.case_id, page.sheet.boxes["current_phone"].field
    before = page.view.record.text("current_phone")
    desk.press("Ctrl+Shift+M")
    desk.rest()
    assert not field.look.editable
    field.setFocus()
    desk.press('"139', on=field)
    field.commit()
    desk.press("Ctrl+Shift+M")
    desk.rest()
    assert field.look.editable
    assert field.text() == before
    assert desk.services.cases.view(case_id).record.text("current_phone") == before


def test_the_palette_hides_too(desk: Any, secrets: frozenset[str]) -> None:
    name = desk.services.worklist.rows(desk.services.worklist.ids("all")[:1])[0].patient_name
    desk.press("Ctrl+Shift+M")
    desk.rest()
    desk.window.open_palette("@007")
    assert name not in secrets or readable(desk.window, secrets) == []
    desk.window.close_palette()


def test_hiding_and_showing_again_is_in_the_audit(desk: Any) -> None:
    show(desk, "worklist")
    desk.press("Ctrl+Shift+M")
    desk.rest()
    desk.press("Ctrl+Shift+M")
    desk.rest()
    with closing(sqlite3.connect(desk.services.session.db.path)) as raw:
        written = raw.execute("SELECT count(*) FROM audit_operation WHERE op = ?", (Op.SET_MASK.value,)).fetchone()
    assert written == (2,)


def test_words_lose_numbers_telephones_and_the_names_that_were_shown() -> None:
    switch = Masking()
    switch.name("虚构甲")
    told = "虚构甲 3306011989092845X8 330601198909284528 13900002207"
    assert switch.words(told) == told
    switch.switch(on=True)
    assert switch.words(told) == "虚** 3306011989092845X8 3306**********4528 139****2207"
    assert switch.value("dx[0].code", "K80.301") == "K80.301"


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        ("联系电话 0570-84120077，转 3 科", "联系电话 057******0077，转 3 科"),
        ("（0570）84120077", "（05*******0077"),
        ("手机：139 0000 2207", "手机：139******2207"),
        ("电话：84120077", "电话：********"),
        ("家住云泽市东浦区虚构街道18号3幢201室，独居", "家住云泽市东浦区*************，独居"),
        ("现住址：云泽市东浦区虚构街道 18 号", "现住址：云泽市东浦区*********"),
        ("姓名：虚构乙 性别：女", "姓名：虚** 性别：女"),
        ("330601890928452", "3306*******8452"),
    ],
)
def test_free_text_loses_landlines_addresses_and_names_it_calls_so(words: str, hidden: str) -> None:
    assert hide_people(words, ()) == hidden


@pytest.mark.parametrize(
    "words",
    [
        "患者：因咳嗽3天入院，病理号 26-18842，住院号 00412873",
        "血压 120/80mmHg，WBC 12.5×10^9/L，2026-11-08 14:30 转入二区3床1号",
        "1998年于云泽市第一人民医院行阑尾切除术",
        "2型糖尿病，T1N0M0，IIIA 期；头孢 2.0g q12h",
    ],
)
def test_what_belongs_to_the_illness_stays(words: str) -> None:
    assert hide_people(words, ()) == words


def test_a_pasted_document_hides_its_people_too(desk: Any) -> None:
    page = show(desk, "case")
    name = page.view.record.text("patient_name")
    said = f"{name}，女，家住云泽市东浦区虚构街道18号，电话 0570-84120077。"
    desk.services.papers.paste(page.view.case_id, said)
    page.tabs.show_tab("papers")
    desk.press("Ctrl+Shift+M")
    desk.rest()
    shown = page.tabs.papers.text.toPlainText()
    assert len(shown) == len(said)
    assert not any(secret in shown for secret in (name, "虚构街道18号", "84120077"))
    desk.press("Ctrl+Shift+M")
    desk.rest()
    assert page.tabs.papers.text.toPlainText() == said
