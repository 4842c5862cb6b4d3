"""Questions to the physician from the case page: a field, a follow-up question, sent at once, answers opened."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.returning import ReturnStatus
from app.ui.pages.returns.card import ReturnCard

pytestmark = pytest.mark.gui


def card_of(case: Any) -> ReturnCard:
    """Return the card that is open."""
    return next(one for one in case.desk.window.findChildren(ReturnCard) if one.isVisible())


def test_a_question_about_the_field_in_focus_goes_at_once(case: Any) -> None:
    case.go_to("dx[1].adm_cond")
    case.press("Ctrl+R")
    card = card_of(case)
    assert "2型糖尿病" in card.words.toPlainText()
    case.press("Ctrl+Return")
    assert case.stored().state is CaseState.RETURNED
    with case.services.session.db.read() as reader:
        (item,) = reader.returns_of(case.case_id)
    assert (item.status, item.path) == (ReturnStatus.OUTSTANDING, "dx[1].adm_cond")
    case.press("Ctrl+Z")
    assert case.stored().state is not CaseState.RETURNED


def test_a_follow_up_question_keeps_its_words_and_answers(case: Any) -> None:
    case.services.cases.accept(case.case_id, Group.DX, 0, "K35.800")
    case.page.open_case(case.case_id)
    case.settle()
    case.press("F7")
    asked = case.page.findings.current_card().asked
    case.page.findings.setFocus(Qt.FocusReason.OtherFocusReason)
    case.press("R")
    card = card_of(case)
    assert asked.finding.message in card.words.toPlainText()
    assert asked.question.options[0].label in card.options.toPlainText()
    card.words.setPlainText("请改为穿孔。")
    case.press("Return")
    assert case.services.asking.of_case(case.case_id) == ()
    case.press("Escape")
    assert not [one for one in case.desk.window.findChildren(ReturnCard) if one.isVisible()]


def test_another_template_and_a_bad_moment(case: Any) -> None:
    case.go_to("sex")
    case.press("Ctrl+R")
    card = card_of(case)
    box = card.findChild(QComboBox, "return_template")
    at = box.findText("离院方式")
    box.setCurrentIndex(at)
    box.activated.emit(at)
    assert "离院方式" in box.currentText()
    card.findChild(QLineEdit, "return_due").setText("tomorrow")
    case.press("Ctrl+Return", on=card.words)
    assert card.isVisible()
    card.findChild(QLineEdit, "return_due").setText("2026-11-25 18:00")
    case.press("Ctrl+Return", on=card.words)
    (line,) = case.services.physician.waiting()
    assert f"{line.due:%m-%d %H:%M}" == "11-25 18:00"
