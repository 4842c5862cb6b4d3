"""Questions to the physician from the case page: about a finding, a follow-up question, or the field in focus."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from app.domain.case import CaseState
from app.domain.findings import Finding
from app.domain.returning import AnswerNeed, ReturnOption, ReturnQuestion
from app.domain.states import LEGAL
from app.qc.questions import Asked
from app.services.return_places import place_name
from app.services.types import CaseView
from app.ui.page import Place
from app.ui.pages.case.dock_cards import FindingCard, QuestionCard
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.returns.card import AskFacts, ReturnCard

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_ASK: Final = "请按病历答复，并写明记载位置。"
_NO_MORE: Final = "不另外提问"


def can_return(page: CasePage) -> bool:
    """True when the case may go back to the physician."""
    return page.view is not None and not page.view.locked and CaseState.RETURNED in LEGAL[page.view.state]


def ask_physician(page: CasePage) -> None:
    """Put a neutral question about the chosen finding or follow-up question."""
    page.settle()
    match page.findings.current_card():
        case FindingCard() as card:
            _open(page, card.finding.paths[0] if card.finding.paths else "", card.finding, None)
        case QuestionCard() as card:
            _open(page, card.asked.finding.paths[0] if card.asked.finding.paths else "", card.asked.finding, card.asked)


def ask_about_field(page: CasePage) -> None:
    """Put a neutral question about the field or cell under the cursor."""
    page.settle()
    _open(page, page.focused_path(), None, None)


def return_case(page: CasePage) -> None:
    """Return the case to the physician with the questions noted and a message."""
    page.settle()
    if page.view is None:
        return
    notes = page.shell.services.asking.of_case(page.view.case_id)
    if not notes:
        _open(page, page.focused_path(), None, None)
        return
    lines = tuple(f"{number}. {note.words}" for number, note in enumerate(notes, 1))
    told = (*lines, f"请医师在 {page.shell.services.asking.due(page.view.state):%m-%d %H:%M} 前答复。")
    asking = Asking("退回医师", told, (), "或再问一句", "退回", given=_NO_MORE)
    ask_words(page, asking, partial(_returned, page, len(notes)))


def show_answers(page: CasePage) -> None:
    """Open the answers of the physician about the case that is open."""
    if page.view is not None:
        page.shell.go(Place("returns", {"scope": "answered", "case": page.view.case_id}))


def _open(page: CasePage, path: str, finding: Finding | None, asked: Asked | None) -> None:
    if page.view is None:
        return
    services, case_id = page.shell.services, page.view.case_id
    template, question = services.asking.draft(case_id, path, finding)
    if asked is not None:
        own = _of_follow_up(question, asked)
        question = question if services.asking.faults(own) else own
    fill = partial(services.asking.draft_from, case_id, path=question.path, rule_id=question.rule_id)
    place = f"{place_name(path)}{f'　{question.rule_id}' if question.rule_id else ''}"
    templates, due = services.return_templates.lines(), services.asking.due(page.view.state)
    group = _group(page.view) if page.shell.user.may("qc") else ""
    facts = AskFacts(place, question, template, templates, due, can_return(page), fill, group)
    ReturnCard(page.window(), facts, partial(_asked, page)).open_card()


def _group(view: CaseView) -> str:
    explanation = view.grouping.explanation
    return f"{explanation.result.drg} {explanation.name}".strip() if explanation else ""


def _of_follow_up(question: ReturnQuestion, asked: Asked) -> ReturnQuestion:
    """Return a follow-up question in its own words and with its own answers; the codes behind them stay here."""
    options = [ReturnOption(one.label, needs=AnswerNeed.PLACE) for one in asked.question.options[:5]]
    options.append(ReturnOption("不能确定", needs=AnswerNeed.REASON))
    return replace(question, words=f"{asked.finding.message}{_ASK}", options=tuple(options), suggestion="")


def _asked(page: CasePage, question: ReturnQuestion, send: bool) -> None:
    if not page.work.do(page.shell.services.asking.ask, question):
        return
    count = len(page.shell.services.asking.of_case(page.view.case_id)) if page.view else 0
    if send:
        _returned(page, count, "")
    else:
        told = f"已记入待问医师，共 {count} 条；“退回医师”时一并送出。"
        page.shell.notices.toast(told, undo=page.undo)


def _returned(page: CasePage, count: int, words: str) -> None:
    more = "" if words == _NO_MORE else words
    if page.work.do(page.shell.services.asking.send, more):
        page.shell.notices.toast(f"已退回医师，附 {count + bool(more)} 个问题", undo=page.undo)
