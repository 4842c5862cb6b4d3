"""Exceptions from blocking rules on the case page: asked for, signed by two persons, refused, taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from app.common.texts import text
from app.domain.findings import Finding, Severity, Standing
from app.services.rule_types import ExceptionLine, ExceptionReason, ExceptionState, SignRole
from app.ui.pages.case.dock_cards import DecidedCard, FindingCard
from app.ui.pages.case.reasons import PLACES, Asking, ask_words

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_AGREE: Final = {f"{text(f'exceptions.role.{role}')}同意": role for role in SignRole}
_REFUSE: Final = {f"{text(f'exceptions.role.{role}')}驳回": role for role in SignRole}
_TAKE_BACK: Final = "撤回申请"


def except_current(page: CasePage) -> None:
    """Ask for an exception from the chosen blocking finding; sign, refuse or take back one that was asked for."""
    page.settle()
    match page.findings.current_card():
        case FindingCard() as card if card.finding.severity is Severity.ERROR:
            waiting = _line(page, card.finding, ExceptionState.OPEN)
            if waiting is not None:
                _sign(page, waiting)
            elif page.shell.services.exceptions.may_except(card.finding):
                _ask_class(page, card.finding)
            else:
                page.shell.notices.toast(f"{card.finding.rule_id} 不能申请例外，请改正。", severity="error")
        case DecidedCard() as card if card.finding.standing is Standing.EXCEPTED:
            approved = _line(page, card.finding, ExceptionState.APPROVED)
            if approved is not None:
                _ask_withdrawal(page, approved)


def _line(page: CasePage, finding: Finding, state: ExceptionState) -> ExceptionLine | None:
    found: tuple[ExceptionLine, ...] = page.shell.services.exceptions.of_case(page.view.case_id) if page.view else ()
    return next((one for one in found if one.rule_id == finding.rule_id and one.state is state), None)


# Asking for one.


def _ask_class(page: CasePage, finding: Finding) -> None:
    labels = [text(f"exceptions.reason.{one}") for one in ExceptionReason]
    lines = (finding.message, "例外须由临床科主任和医保办主任两人签批，到期失效。先选原因类别，或直接写明。")
    take = partial(_ask_evidence, page, finding, labels)
    ask_words(page, Asking(f"申请例外 {finding.rule_id}", lines, labels, "原因类别或说明", "下一步"), take)


def _ask_evidence(page: CasePage, finding: Finding, labels: list[str], said: str) -> None:
    kind = dict(zip(labels, ExceptionReason, strict=True)).get(said, ExceptionReason.OTHER)
    lines = (f"原因：{said}", "写明病历依据，数字键填入出处。")
    asking = Asking(f"申请例外 {finding.rule_id}", lines, PLACES, "病历依据", "提交申请", begins=True)
    ask_words(page, asking, partial(_request, page, finding, kind, said))


def _request(page: CasePage, finding: Finding, kind: ExceptionReason, said: str, evidence: str) -> None:
    request = page.shell.services.exceptions.request
    if page.work.decide(request, finding, kind, said, (evidence,)):
        _show(page, f"已申请例外 {finding.rule_id}，待两人签批。")


# Signing.


def _sign(page: CasePage, line: ExceptionLine) -> None:
    signed = [f"{text(f'exceptions.role.{one.role}')} {one.name} 已签" for one in line.signatures]
    lines = (f"原因：{line.reason}", f"依据：{'、'.join(line.evidence)}", *signed)
    mine = page.shell.services.exceptions.sign_roles()
    agree, refuse = ([said for said, role in words.items() if role in mine] for words in (_AGREE, _REFUSE))
    choices = (*agree, *refuse, _TAKE_BACK)
    asking = Asking(f"例外签批 {line.rule_id}", lines, choices, "按数字键选择", "下一步")
    ask_words(page, asking, partial(_chosen, page, line))


def _chosen(page: CasePage, line: ExceptionLine, said: str) -> None:
    if said == _TAKE_BACK:
        _ask_withdrawal(page, line)
    elif said in _AGREE:
        _ask_name(page, line, said, partial(_signed, page, line, _AGREE[said]))
    elif said in _REFUSE:
        _ask_name(page, line, said, partial(_ask_refusal, page, line, said))


def _ask_name(page: CasePage, line: ExceptionLine, said: str, take: Callable[[str], object]) -> None:
    if not page.shell.services.exceptions.asks_name:
        take(page.shell.user.name)
        return
    lines = ("两个签字须是两个人。",)
    ask_words(page, Asking(f"{said} {line.rule_id}", lines, (), "签字人姓名", "签字"), take)


def _signed(page: CasePage, line: ExceptionLine, role: SignRole, name: str) -> None:
    if page.work.decide(partial(_about, page.shell.services.exceptions.sign, line.id), role, name):
        _show(page, f"{name} 已签字（{line.rule_id}）")


def _ask_refusal(page: CasePage, line: ExceptionLine, said: str, name: str) -> None:
    take = partial(_refused, page, line, _REFUSE[said], name)
    ask_words(page, Asking(f"{said} {line.rule_id}", (f"驳回人：{name}",), (), "驳回的原因", "驳回"), take)


def _refused(page: CasePage, line: ExceptionLine, role: SignRole, name: str, reason: str) -> None:
    if page.work.decide(partial(_about, page.shell.services.exceptions.reject, line.id), role, name, reason):
        _show(page, f"已驳回例外 {line.rule_id}")


def _ask_withdrawal(page: CasePage, line: ExceptionLine) -> None:
    asking = Asking(f"撤回例外 {line.rule_id}", (f"原因：{line.reason}",), (), "撤回的原因", "撤回")
    ask_words(page, asking, partial(_withdrawn, page, line))


def _withdrawn(page: CasePage, line: ExceptionLine, reason: str) -> None:
    if page.work.decide(partial(_about, page.shell.services.exceptions.withdraw, line.id), reason):
        _show(page, f"已撤回例外 {line.rule_id}")


def _about(decide: Callable[..., object], exception_id: int, _case_id: int, *given: object) -> None:
    """Call a service that is told the exception, not its case."""
    decide(exception_id, *given)


def _show(page: CasePage, told: str) -> None:
    """Show the decisions anew: a request or a first signature changes no finding."""
    if page.view is not None:
        page.dock.read_decisions(page.view.case_id)
        page.show_view(page.view)
    page.shell.notices.toast(told)
