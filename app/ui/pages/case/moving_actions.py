"""Actions of the way of a case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app.domain.case import CaseState
from app.ui.actions import Action
from app.ui.late import PageModule

if TYPE_CHECKING:
    from app.ui.pages import exception_paper
    from app.ui.pages.case import moving
else:
    exception_paper = PageModule("app.ui.pages.exception_paper")
    moving = PageModule("app.ui.pages.case.moving")

_GROUP: Final = "首页"


def _act(
    name: str,
    label: str,
    words: str,
    run: Callable[[Any], object],
    enabled: Callable[[Any], bool],
    keys: str = "",
    needs: str = "",
) -> Action:
    return Action(f"case.{name}", label, words, run, keys, "case", needs, enabled, "", _GROUP)


MOVING_ACTIONS: Final = (
    _act(
        "next",
        "办理下一步",
        "按病案现在的状态办理下一步：完成、开始质控、通过、去提交、申请解锁、解锁审批。",
        moving.go_on,
        moving.can_go_on,
        "Ctrl+Shift+Return",
    ),
    _act(
        "take",
        "开始质控",
        "把待质控的病案收到自己手里，转为质控中。",
        moving.take,
        moving.may_take,
        "Ctrl+Shift+K",
        "qc",
    ),
    _act(
        "pass",
        "质控通过",
        "没有强制错误、警告都有理由时转为已通过。",
        moving.let_pass,
        partial(moving.may_go_to, state=CaseState.PASSED),
        "Ctrl+Shift+G",
    ),
    _act(
        "send_back",
        "退回编码",
        "写明原因，把质控中的病案退回编码员。",
        moving.send_back,
        moving.may_send_back,
        "Ctrl+Shift+J",
        "qc",
    ),
    _act(
        "answered",
        "结束退回",
        "医师已口头答复或不再需要答复时，病案回到退回前的状态。",
        moving.end_return,
        moving.is_returned,
    ),
    _act("reopen", "重新质控", "写明原因，把已通过的病案收回质控中。", moving.reopen, moving.may_reopen),
    _act(
        "cancel",
        "取消病案",
        "写明原因，取消误导入的病案，可撤销。",
        moving.cancel,
        partial(moving.may_go_to, state=CaseState.CANCELLED),
    ),
    _act(
        "ask_unlock",
        "申请解锁",
        "写明原因，请医保办同意修改已提交的病案。",
        moving.ask_unlock,
        partial(moving.may_go_to, state=CaseState.UNLOCK_REQUESTED),
        "Ctrl+Shift+U",
    ),
    _act(
        "approval_form",
        "生成例外审批单",
        "把例外申请写成一页 PDF 或 Excel，供临床科主任和医保办主任签字。",
        exception_paper.save_form,
        exception_paper.has_exception,
    ),
    _act("decide_unlock", "解锁审批", "同意或不同意解锁申请。", moving.decide_unlock, moving.may_decide_unlock),
)
"""Beside finishing and returning, which the page has."""
