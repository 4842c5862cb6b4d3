"""追问表 as a coder keeps it: found, changed with a reason, switched off, a question of one's own, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from app.domain.field import Group
from app.services.composition import Services
from app.services.question_table import Origin
from app.ui.actions import clashes
from app.ui.page import PageSpec
from app.ui.pages.case import PAGE as CASE
from app.ui.pages.questions import PAGE
from app.ui.widgets import DataTable


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window on the page."""
    opened = open_desk((stand_in("worklist"), CASE, stand_in("drg"), stand_in("rules"), PAGE))
    opened.go("questions")
    return opened


def words_of(desk: Any) -> str:
    """Return the words of every visible label."""
    return "\n".join(label.text() for label in desk.window.findChildren(QLabel) if label.isVisible())


def rows(desk: Any) -> list[str]:
    """Return the ids in the list."""
    model = desk.find(DataTable, "questions_table").model()
    return [str(model.index(at, 0).data()) for at in range(model.rowCount())]


def write(desk: Any, name: str, words: str) -> None:
    """Replace the text of a field of the form."""
    field = desk.find(QWidget, f"question_{name}")
    field.setFocus()
    if isinstance(field, QPlainTextEdit):
        field.setPlainText(words)
    else:
        field.setText(words)


def reason(desk: Any, digit: str = "1") -> None:
    """Give the reason that is asked for."""
    assert desk.find(QWidget, "words_card")
    desk.press(digit)
    desk.rest()


def test_questions_are_found_by_words_codes_and_initials(desk: Any) -> None:
    everything = len(rows(desk))
    assert everything > 100
    desk.press("Ctrl+F", '"K35.8')
    assert "ZW-001" in rows(desk)
    desk.window.page.query.setText("lwy")
    assert "ZW-001" in rows(desk)
    desk.window.page.query.setText("zzzz")
    assert "没有含“zzzz”的追问" in words_of(desk)
    desk.window.page.query.clear()
    assert len(rows(desk)) == everything


def test_a_shipped_question_is_changed_with_a_reason_and_taken_back(desk: Any, services: Services) -> None:
    write(desk, "ask", "阑尾炎：穿孔了吗？")
    desk.press("Ctrl+S")
    reason(desk)
    line = services.questions.table.lines()[0]
    assert (line.entry.ask, line.origin) == ("阑尾炎：穿孔了吗？", Origin.CHANGED)
    assert "按本院专科意见调整" in words_of(desk)
    desk.find(DataTable, "questions_table").setFocus()
    desk.press("Ctrl+Z")
    assert services.questions.table.lines()[0].origin is Origin.SHIPPED
    assert desk.find(QWidget, "question_ask").text() != "阑尾炎：穿孔了吗？"


def test_a_question_of_ones_own_is_asked_on_the_next_case(desk: Any, services: Services) -> None:
    desk.press("Ctrl+N")
    write(desk, "ask", "高血压：几级？")
    write(desk, "when", "I10")
    write(desk, "options", "3 级 = I10\n未说明")
    write(desk, "evidence", "血压记录")
    desk.press("Ctrl+S")
    reason(desk)
    assert rows(desk)[-1] == "YW-001"
    case_id = services.worklist.ids("to_code")[0]
    services.cases.accept(case_id, Group.DX, 0, "I10.x00")
    desk.go("case", case=case_id)
    assert "YW-001" not in [one.question.id for one in desk.window.page.findings.questions], "I10 is an answer"
    services.questions.table.restore("YW-001", "试")
    assert "YW-001" not in [line.entry.id for line in services.questions.table.lines()]


def test_a_fault_in_the_condition_is_shown_with_its_place_and_nothing_is_stored(desk: Any, services: Services) -> None:
    write(desk, "when", "any(dx, nothing == 1)")
    desk.press("Ctrl+S")
    reason(desk)
    assert "nothing" in words_of(desk)
    assert "^" in words_of(desk)
    assert services.questions.table.history() == ()
    desk.press("Escape")
    assert "nothing" not in desk.find(QWidget, "question_when").toPlainText()
    assert desk.window.page.key == "questions"


def test_a_question_is_switched_off_and_restored(desk: Any, services: Services) -> None:
    desk.press("Ctrl+Delete")
    reason(desk, "4")
    assert not services.questions.table.lines()[0].on
    desk.press("Ctrl+Delete")
    reason(desk)
    assert services.questions.table.lines()[0].on


def test_the_palette_finds_the_page_and_each_question(desk: Any) -> None:
    provider = PAGE.providers(desk.window.shell)[0]
    assert provider.search("追问表", 5).items[0].title == "追问表"
    found = provider.search("阑尾炎", 9)
    assert found.items[0].title.startswith("ZW-001")
    desk.go("worklist")
    found.items[0].run()
    desk.rest()
    assert desk.window.page.chosen.entry.id == "ZW-001"
    assert provider.search("", 5).items == []


def test_the_dock_leads_to_the_question(desk: Any, services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    services.cases.accept(case_id, Group.DX, 0, "K35.800")
    desk.go("case", case=case_id)
    desk.press("F7")
    while desk.window.page.findings.current_card().asked.question.id != "ZW-001":
        desk.press("F7")
    desk.press("O")
    desk.rest()
    assert desk.window.page.key == "questions"
    assert desk.window.page.chosen.entry.id == "ZW-001"


def test_actions_have_help_and_no_clash() -> None:
    assert clashes(PAGE.actions) == []
    assert [action.id for action in PAGE.actions if not action.help] == []
