"""What people decide about findings and questions: confirm with a reason, except, ask, call false, answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from app.common.errors import UserProblem
from app.domain.findings import Finding, Severity
from app.qc.questions import Asked
from app.services.types import CaseView
from app.ui.page import Place
from app.ui.pages.case import excepting, returning
from app.ui.pages.case.answering import AnswerCard, Answering
from app.ui.pages.case.dock_cards import AnsweredCard, DecidedCard, FindingCard, NoteCard, QuestionCard
from app.ui.pages.case.reasons import CONFIRM, Asking, ask_words
from app.ui.pages.case.rule_text import rule_words

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_CONFIRM: Final = {Severity.WARN: "确认警告", Severity.HINT: "忽略提示"}


def has_choice(page: CasePage) -> bool:
    """True when the dock shows something chosen in a case that may be changed."""
    return page.view is not None and not page.view.locked and page.findings.current_card() is not None


def has_finding(page: CasePage) -> bool:
    """True when a finding is chosen, also in a locked case."""
    return page.view is not None and page.findings.current() is not None


def has_rule(page: CasePage) -> bool:
    """True when something with a rule or a question behind it is chosen."""
    return isinstance(page.findings.current_card(), FindingCard | DecidedCard | QuestionCard)


def is_blocking(page: CasePage) -> bool:
    """True when the chosen finding is one that only a change or two signatures set aside, or did set aside."""
    card = page.findings.current_card()
    if not isinstance(card, FindingCard | DecidedCard):
        return False
    return has_choice(page) and card.finding.severity is Severity.ERROR


def by_button(page: CasePage, what: str) -> None:
    """Do what a button of the chosen card says."""
    {
        "confirm": confirm,
        "lift": confirm,
        "except": excepting.except_current,
        "ask": returning.ask_physician,
        "false": call_false,
    }[what](page)


# Findings.


def confirm(page: CasePage) -> None:
    """Give a reason for the chosen warning or hint, or bring a decided one back."""
    page.settle()
    match page.findings.current_card():
        case DecidedCard() as card if card.finding.severity is not Severity.ERROR:
            if page.work.decide(page.shell.services.suppressions.lift, card.finding):
                page.shell.notices.toast(f"已恢复 {card.finding.rule_id}", undo=page.undo)
        case AnsweredCard() as card if not (page.view and page.view.sealed):
            page.work.do(partial(_reopened, page, card))
        case NoteCard() as card:
            page.work.do(page.shell.services.asking.drop, card.note)
        case FindingCard() as card if card.finding.severity is Severity.ERROR:
            page.shell.notices.toast("强制错误不能确认：请改正，或按 X 申请例外。", severity="error")
        case FindingCard() as card:
            _ask_reason(page, card.finding, "", partial(_confirmed, page, card.finding))


def _ask_reason(page: CasePage, finding: Finding, count: str, take: Callable[[str], object]) -> None:
    title = f"{_CONFIRM[finding.severity]} {finding.rule_id}{count}"
    lines = (finding.message, "理由记入审计；所依据的内容改变后，这一项会重新出现。")
    ask_words(page, Asking(title, lines, CONFIRM, "或写明理由", "确认"), take)


def _confirmed(page: CasePage, finding: Finding, reason: str) -> None:
    if page.work.decide(page.shell.services.suppressions.suppress, finding, reason):
        page.shell.notices.toast(f"已{_CONFIRM[finding.severity][:2]} {finding.rule_id}：{reason}", undo=page.undo)


def confirm_all(page: CasePage, warnings: Sequence[Finding], then: Callable[[], object]) -> None:
    """Ask for a reason of each warning in turn, then go on."""
    _confirm_next(page, tuple(warnings), 1, len(warnings), then)


def _confirm_next(
    page: CasePage, left: tuple[Finding, ...], number: int, count: int, then: Callable[[], object]
) -> None:
    if not left:
        then()
        return
    page.findings.choose_finding(left[0])
    told = f"（第 {number} / {count} 项）" if count > 1 else ""
    _ask_reason(page, left[0], told, partial(_confirmed_one, page, left, number, count, then))


def _confirmed_one(
    page: CasePage, left: tuple[Finding, ...], number: int, count: int, then: Callable[[], object], reason: str
) -> None:
    if page.work.decide(page.shell.services.suppressions.suppress, left[0], reason):
        _confirm_next(page, left[1:], number + 1, count, then)


def call_false(page: CasePage) -> None:
    """Note that the chosen finding is a false alarm; it counts in the rule manager and stays until confirmed."""
    finding, view = page.findings.current(), page.view
    if finding is None or view is None:
        return
    try:
        page.shell.services.rules.judge(finding.rule_id, view.case_id, true_alarm=False)
    except UserProblem as problem:
        page.shell.errors.show(problem)
        return
    page.shell.notices.toast(f"已记为误报 {finding.rule_id}，供规则管理参考；要不再提示，请按 Alt+C 确认。")


def open_rule(page: CasePage) -> None:
    """Open the rule of the chosen finding in the rule manager, a question in the table of questions."""
    match page.findings.current_card():
        case FindingCard() | DecidedCard() as card:
            case_id = page.view.case_id if page.view else 0
            page.shell.go(Place("rules", {"rule": card.finding.rule_id, "case": case_id}))
        case QuestionCard() as card:
            page.shell.go(Place("questions", {"question": card.asked.question.id}))


def explain(page: CasePage) -> str:
    """Return what F1 says about the chosen card: the whole rule, or where an answer is to be found."""
    match page.findings.current_card():
        case FindingCard() | DecidedCard() as card:
            return rule_words(page.shell.services, card.finding)
        case QuestionCard() as card:
            return f"{card.asked.finding.message}\n依据：{card.asked.finding.remedy}"
    return ""


# Questions.


def next_question(page: CasePage) -> None:
    """Put the focus into the dock, on the next follow-up question."""
    page.settle()
    if page.findings.step_question():
        page.findings.setFocus()
    else:
        page.shell.notices.toast("没有待答的追问。")


def answer(page: CasePage, asked: Asked, number: int) -> None:
    """Take an answer: one with a code asks which and for the evidence, one without settles the question."""
    view = page.view
    if view is None or view.sealed:
        return
    option = asked.question.options[number]
    service = page.shell.services.questions
    codes = service.candidates(view, asked, option)
    if not codes:
        if option.codes:
            page.shell.notices.toast(f"当前编码库中没有 {option.codes} 的编码。", severity="error")
            return
        page.work.do(partial(_settled, page, asked, number))
        return
    facts = Answering(asked.finding.message, option.label, codes, asked.finding.remedy, asked.told[number])
    card = AnswerCard(page.window(), facts, partial(_coded, page, asked, number))
    card.open_card()


def _coded(page: CasePage, asked: Asked, number: int, code: str, evidence: str) -> None:
    if page.work.do(partial(_written, page, asked, number, code, evidence)):
        page.shell.notices.toast(f"已提议 {code}，确认后生效", undo=page.undo)


def _written(page: CasePage, asked: Asked, number: int, code: str, evidence: str, _case_id: int) -> CaseView:
    option = asked.question.options[number]
    view: CaseView = page.shell.services.questions.answer(page.view, asked, option, code, evidence)
    return view


def _settled(page: CasePage, asked: Asked, number: int, _case_id: int) -> CaseView:
    view: CaseView = page.shell.services.questions.answer(page.view, asked, asked.question.options[number])
    return view


def _reopened(page: CasePage, card: AnsweredCard, _case_id: int) -> CaseView:
    view: CaseView = page.shell.services.questions.reopen(page.view, card.settled)
    return view
