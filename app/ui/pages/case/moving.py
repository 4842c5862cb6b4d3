"""The case on its way: the one key that leads on, and what a reviewer and the insurance office may do besides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app.domain.case import CaseState
from app.domain.states import LEGAL
from app.services.submission_types import UnlockRequest
from app.ui.page import Place
from app.ui.pages.case import doing
from app.ui.pages.case.reasons import Asking, ask_words

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_UNLOCK_WHY: Final = ("诊断或手术编码有误", "费用或结算信息有误", "医保审核要求修改", "病案首页补充完善")
_BACK_WHY: Final = ("主要诊断选择需核对", "编码与病历不符", "漏编诊断或手术", "费用或日期需核对")
_AGREE, _REFUSE = "同意解锁", "不同意"


def can_go_on(page: CasePage) -> bool:
    """True when there is a next step."""
    return page.is_whole and page.bar.shown is not None and bool(page.bar.shown.next_key)


def may_go_to(page: CasePage, state: CaseState) -> bool:
    """True when the case may go to a state in one step."""
    return page.view is not None and page.is_whole and state in LEGAL[page.view.state]


def may_send_back(page: CasePage) -> bool:
    """True for a case in review."""
    return page.view is not None and page.is_whole and page.view.state is CaseState.QC


def may_take(page: CasePage) -> bool:
    """True for a case that waits for review."""
    return page.view is not None and page.is_whole and page.view.state is CaseState.TO_QC


def may_reopen(page: CasePage) -> bool:
    """True for a case that has passed."""
    return page.view is not None and page.is_whole and page.view.state is CaseState.PASSED


def may_decide_unlock(page: CasePage) -> bool:
    """True for a case that somebody asked to unlock."""
    return page.view is not None and page.is_whole and page.view.state is CaseState.UNLOCK_REQUESTED


def go_on(page: CasePage) -> None:
    """Take the next step of the case, or go where it is taken."""
    page.settle()
    bar = page.bar.shown
    step = _STEPS.get(bar.next_key) if bar is not None else None
    if step is not None:
        step(page)


def take(page: CasePage) -> None:
    """Begin to review the case."""
    if page.work.decide(_one(page.shell.services.states.take)):
        page.shell.notices.toast("已开始质控。")


def let_pass(page: CasePage) -> None:
    """Let the case pass when nothing is open."""
    if page.work.decide(_one(page.shell.services.qc_writing.pass_cases)):
        page.shell.notices.toast("已通过，可提交医保。")


def send_back(page: CasePage) -> None:
    """Ask why and send the case back to coding."""
    asking = Asking("退回编码", ("编码员会看到这条原因。",), _BACK_WHY, "退回的原因", "退回编码")
    ask_words(page, asking, partial(_told, page, page.shell.services.states.send_back, "已退回编码。"))


def reopen(page: CasePage) -> None:
    """Ask why and take a case that passed into review again."""
    asking = Asking("重新质控", ("已通过的病案回到质控中。",), _BACK_WHY, "重新质控的原因", "重新质控")
    ask_words(page, asking, partial(_told, page, page.shell.services.states.reopen, "已回到质控中。"))


def cancel(page: CasePage) -> None:
    """Ask why and cancel a case that was imported by mistake."""
    asking = Asking("取消病案", ("误导入的病案才取消；可撤销。",), (), "取消的原因", "取消病案")
    ask_words(page, asking, partial(_told, page, page.shell.services.states.cancel, "已取消这份病案。"))


def is_returned(page: CasePage) -> bool:
    """True for a case that is with its physician."""
    return page.view is not None and page.is_whole and page.view.state is CaseState.RETURNED


def end_return(page: CasePage) -> None:
    """Let a returned case go back to where it was."""
    if page.work.decide(page.shell.services.states.answered):
        page.shell.notices.toast("病案已回到退回前的状态。")


def ask_unlock(page: CasePage) -> None:
    """Ask why and request that the case may be changed again."""
    lines = ("由医保办审批；已归档的还须管理员同意。每次申请都会计数，已提交的各版都保留。",)
    asking = Asking("申请解锁", lines, _UNLOCK_WHY, "解锁的原因", "提交申请")
    told = "已申请解锁，等医保办审批。"
    ask_words(page, asking, partial(_told, page, page.shell.services.unlocking.request, told))


def decide_unlock(page: CasePage) -> None:
    """Agree to the wish to change the case, or refuse it."""
    found = page.shell.services.unlocking.of_case(page.view.case_id) if page.view else ()
    wish = next((one for one in found if one.is_open), None)
    if wish is None:
        return
    lines = (f"{wish.who} {wish.at:%m-%d %H:%M} 申请：{wish.reason}", f"第 {wish.version} 版，同意后可再编码。")
    asking = Asking("解锁审批", lines, (_AGREE, _REFUSE), "按数字键选择", "下一步")
    ask_words(page, asking, partial(_decided, page, wish))


def _decided(page: CasePage, wish: UnlockRequest, said: str) -> None:
    unlocking = page.shell.services.unlocking
    if said == _AGREE:
        if page.work.decide(lambda _case: unlocking.agree(wish.id)):
            page.shell.notices.toast("已同意解锁。")
    elif said == _REFUSE:
        asking = Asking("不同意解锁", (f"申请原因：{wish.reason}",), (), "不同意的原因", "不同意")
        ask_words(page, asking, partial(_refuse, page, wish))


def _refuse(page: CasePage, wish: UnlockRequest, reason: str) -> None:
    unlocking = page.shell.services.unlocking
    if page.work.decide(lambda _case: unlocking.refuse(wish.id, reason)):
        page.shell.notices.toast("已答复不同意解锁，内容仍锁定。")


def to_submission(page: CasePage) -> None:
    """Go where passed cases are submitted."""
    page.shell.go(Place("submission", {"case": page.view.case_id if page.view else 0}))


def to_insurer(page: CasePage) -> None:
    """Go where the insurer's answers are."""
    page.shell.go(Place("insurer", {"case": page.view.case_id if page.view else 0}))


def sign(page: CasePage) -> None:
    """Choose the first finding that waits for signatures."""
    doing.next_finding(page)


def answer(page: CasePage) -> None:
    """Show what the physician answered."""
    page.shell.actions.trigger("case.answers")


def _one(write: Callable[[list[int]], object]) -> Callable[[int], object]:
    """Return a write of several cases as one of the case that is open."""
    return lambda case_id: write([case_id])


def _told(page: CasePage, write: Callable[..., Any], told: str, reason: str) -> None:
    if page.work.decide(write, reason):
        page.shell.notices.toast(told)


_STEPS: Final[dict[str, Callable[[Any], object]]] = {
    "begin": doing.finish,
    "finish": doing.finish,
    "take": take,
    "pass": let_pass,
    "approve": let_pass,
    "sign": sign,
    "answered": answer,
    "submit": to_submission,
    "archive": to_insurer,
    "ask_unlock": ask_unlock,
    "unlock": decide_unlock,
}
"""What the next step does, by its key."""
