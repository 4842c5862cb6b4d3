"""提交医保: the gate, the register, versions and unlocking."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec
from app.ui.pages.in_palette import one_page
from app.ui.pages.submission.tabs import TABS

if TYPE_CHECKING:
    from app.ui.pages.submission.page import SubmissionPage
else:
    SubmissionPage = PageClass("app.ui.pages.submission.page", "SubmissionPage")

TITLE: Final = "提交医保"


def _can_run(page: SubmissionPage) -> bool:
    return page.can_run


def _can_submit(page: SubmissionPage) -> bool:
    return page.can_submit


def _has_wish(page: SubmissionPage) -> bool:
    return page.wish is not None


def _has_receipt(page: SubmissionPage) -> bool:
    return page.has_receipt


def _has_exception(page: SubmissionPage) -> bool:
    return page.has_exception


def _has_submission(page: SubmissionPage) -> bool:
    return page.submitted is not None


def _show_tab(key: str, page: SubmissionPage) -> None:
    page.show_tab(key)


_ACTIONS: Final = (
    Action("submission.gate", "检查", "检查规则和分组，列出可提交和被拦下的病案。", SubmissionPage.run_gate, "F5",
           "submission", enabled=_can_run, icon="rerun", group=TITLE),
    Action("submission.query", "按条件选…", "按病例列表的筛选写法选出病案，再检查。", SubmissionPage.ask_query,
           "Ctrl+F", "submission", enabled=_can_run, icon="filter", group=TITLE),
    Action("submission.submit", "提交并锁定…", "写明版本说明，冻结内容并锁定全部可提交的病案。", SubmissionPage.submit,
           "Ctrl+Return", "submission", enabled=_can_submit, group=TITLE),
    *(
        Action(f"submission.{key}", f"看{label}", f"显示“{label}”。", partial(_show_tab, key), str(number),
               "submission.lists", group=TITLE)
        for number, (key, label) in enumerate(TABS, 1)
    ),
    Action("submission.row", "打开", "打开选中的病案；选中一次提交时到它的病案列表。", SubmissionPage.open_row,
           "Return; Enter", "submission.lists", group=TITLE),
    Action("submission.hand_over", "写出上报文件…", "到“交付”，写出选中的这次提交的上报文件或结算清单。",
           SubmissionPage.hand_over, "W", "submission.lists", enabled=_has_submission, icon="export", group=TITLE),
    Action("submission.receipt", "登记回执…", "选医保的回执文件，写明接收、通过、部分退回或退回；文件存入病案库。",
           SubmissionPage.ask_receipt, "R", "submission.lists", needs="coder insurance", enabled=_has_submission,
           icon="import", group=TITLE),
    Action("submission.compare_receipt", "核对文件…", "选一个文件，看是不是这次提交登记过的上传文件或回执。",
           SubmissionPage.compare_receipt, "V", "submission.lists", enabled=_has_submission, group=TITLE),
    Action("submission.save_receipt", "另存回执…", "把存在病案库里的最近一份回执原样写出。",
           SubmissionPage.save_receipt, "D", "submission.lists", enabled=_has_receipt, icon="export", group=TITLE),
    Action("submission.approval_form", "生成例外审批单…", "把选中病案的例外申请写成一页 PDF 或 Excel。",
           SubmissionPage.write_approval, "F", "submission.lists", enabled=_has_exception, icon="pdf", group=TITLE),
    Action("submission.agree", "同意解锁", "同意选中的解锁申请，病案回到编码中。", SubmissionPage.agree, "A",
           "submission.lists", enabled=_has_wish, group=TITLE),
    Action("submission.refuse", "不同意解锁…", "写明原因，内容仍锁定。", SubmissionPage.refuse, "N", "submission.lists",
           enabled=_has_wish, group=TITLE),
    Action("submission.escape", "返回", "回到列表，再按一次回到上一个位置。", SubmissionPage.escape, "Esc",
           "submission", group=TITLE),
)  # fmt: skip


_IN_PALETTE: Final = one_page("submission", TITLE, "ph.lock-simple", "检查已通过的病案，提交并锁定，登记各版。")

PAGE = PageSpec("submission", TITLE, SubmissionPage, actions=_ACTIONS, providers=_IN_PALETTE, rail="worklist")
