"""待我答复: a physician's two minutes. Only what was asked, one question in focus, no group, weight or amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec

if TYPE_CHECKING:
    from app.ui.pages.physician.page import PhysicianPage
else:
    PhysicianPage = PageClass("app.ui.pages.physician.page", "PhysicianPage")

TITLE = "待我答复"


def _has_sheet(page: PhysicianPage) -> bool:
    return page.sheet_view is not None and page.sheet_view.sheet is not None and page.can_answer


def _can_submit(page: PhysicianPage) -> bool:
    view = page.sheet_view
    return view is not None and view.is_whole and page.can_answer


def _is_packed(page: PhysicianPage) -> bool:
    return page.is_packed


_ACTIONS = (
    Action("physician.submit", "全部答复后提交", "把这份病案的全部答复交回病案科，接着打开下一份。",
           PhysicianPage.submit, "Ctrl+Return", "physician", enabled=_can_submit, group=TITLE),
    Action("physician.appeal", "申诉", "对这一项有异议：写明理由，双方的意见都会保留。", PhysicianPage.appeal,
           "Ctrl+J", "physician", enabled=_has_sheet, group=TITLE),
    Action("physician.waiting", "待我答复", "列出等待答复的病案。", PhysicianPage.show_waiting, "Ctrl+1", "physician",
           group=TITLE),
    Action("physician.answered", "已答复", "列出已经答复的病案。", PhysicianPage.show_answered, "Ctrl+2", "physician",
           group=TITLE),
    Action("physician.department", "我的科室", "列出本科室被问到的全部病案。", PhysicianPage.show_department, "Ctrl+3",
           "physician", group=TITLE),
    Action("physician.open", "打开问题包…", "打开病案科发来的问题包，在本机答复。", PhysicianPage.open_package,
           "Ctrl+O", "physician", icon="import", group=TITLE),
    Action("physician.pack", "生成答复包…", "把问题包的全部答复写成一个签名的文件，交回病案科。",
           PhysicianPage.write_package, "Ctrl+E", "physician", enabled=_is_packed, icon="export", group=TITLE),
    Action("physician.back", "返回", "回到列表；在列表中关闭问题包，再回到上一个位置。", PhysicianPage.escape, "Esc",
           "physician", group=TITLE),
)  # fmt: skip

PAGE = PageSpec("physician", TITLE, PhysicianPage, actions=_ACTIONS, needs="physician head")
