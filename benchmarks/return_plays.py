"""What the pictures of questions to physicians show: answers begun, answers that came back, the card."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.case import CaseState
from app.domain.returning import AnswerKind, ReturnAnswer
from app.services.composition import Services
from app.storage.actor import Actor, local_actor
from app.storage.ops import Op
from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.pages.case.page import CasePage
from app.ui.pages.case.reasons import WordsCard
from app.ui.pages.case.returning import ask_about_field
from app.ui.pages.physician.page import PhysicianPage
from app.ui.pages.returns.page import ReturnsPage

_REVIEWER = Actor("p2", "李质控（演示）", frozenset({"qc"}))


def has_begun(window: MainWindow) -> bool:
    """Answer the first question as soon as it is shown and begin the second; tell whether that is done."""
    page = window.page
    if not isinstance(page, PhysicianPage) or page.sheet_view is None or not page.sheet_view.cards:
        return False
    view = page.sheet_view
    if view.current() is view.cards[1] and view.cards[1].isVisible():
        return True
    for card in view.cards[:2]:
        card.choose(1)
        card.line.setText("11-09 病程：寒战高热，血培养阳性")
    view.go_to(1)
    return False  # what was just put there is laid out with the next round of events


def answer_one(window: MainWindow) -> None:
    """Let one case come back: a change, a confirmation, an objection; then read the list."""
    services: Services = window.shell.services
    waiting = services.physician.waiting()
    if waiting and not services.verdicts.answered_cases():
        sheet = services.physician.sheet(waiting[-1].row.item.case_id)
        answers = {one.id: ReturnAnswer(AnswerKind.APPEAL, "", "", "与病程记录一致") for one in sheet.items}
        first = sheet.items[0]
        option = first.item.options[0]
        answers[first.id] = ReturnAnswer(option.answer, option.label, option.value, "11-09 入院记录")
        services.physician.submit(waiting[-1].row.item.case_id, answers)
    if isinstance(window.page, ReturnsPage):
        window.page.read()


def open_card(window: MainWindow) -> None:
    """Put a question about the field in focus, with a word that is leading."""
    page = window.page
    if isinstance(page, CasePage):
        ask_about_field(page)


def ask_phrase(window: MainWindow) -> None:
    """Ask for the phrase of a package, after the question about names."""
    if isinstance(window.page, ReturnsPage):
        window.page.write_package()
        card = window.findChildren(WordsCard)[-1]
        QTest.keyClick(card.line, Qt.Key.Key_2)


def review(window: MainWindow) -> None:
    """A case as somebody sees it who reviews and does not code."""
    services: Services = window.shell.services
    case_id = services.worklist.ids("coding")[0]
    with services.session.db.operation(Op.SET_STATE, by=local_actor()) as tx:
        tx.set_state(case_id, CaseState.TO_QC)
    services.session.seat.take(_REVIEWER)
    window.go(Place("case", {"case": case_id}))


def end_review(window: MainWindow) -> None:
    """Let the local account sit down again."""
    window.shell.services.session.seat.take(local_actor())


def open_templates(window: MainWindow) -> None:
    """Show the templates."""
    if isinstance(window.page, ReturnsPage):
        window.page.edit_templates()
