"""审计: the audit of the library, for administrators, quality control and the insurance office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec
from app.ui.pages.in_palette import one_page

if TYPE_CHECKING:
    from app.ui.pages.audit.page import AuditPage
else:
    AuditPage = PageClass("app.ui.pages.audit.page", "AuditPage")

TITLE: Final = "审计"
_WHO: Final = "admin qc insurance"


def _can_verify(page: AuditPage) -> bool:
    return page.can_verify


def _is_checking(page: AuditPage) -> bool:
    return page.is_checking


def _can_confirm(page: AuditPage) -> bool:
    return page.can_confirm


def _has_case(page: AuditPage) -> bool:
    return page.has_case


_ACTIONS: Final = (
    Action("audit.moment", "当时的病案", "看这条操作之后的整份病案，与现在逐项对照。", AuditPage.open_moment,
           "Return; Enter", "audit.list", enabled=_has_case, icon="history", group=TITLE),
    Action("audit.case", "现在的病案", "打开这条操作的病案。", AuditPage.open_case, "Ctrl+Return", "audit.list",
           enabled=_has_case, group=TITLE),
    Action("audit.find", "筛选", "按病案号、人员、字段、日期筛选。", AuditPage.focus_search, "Ctrl+F", "audit",
           icon="search", group=TITLE),
    Action("audit.verify", "重新校验", "逐条重算哈希链，并与文件之外保存的链头比较。", AuditPage.verify, "F5",
           "audit", enabled=_can_verify, icon="rerun", group=TITLE),
    Action("audit.cancel", "停止校验", "停止正在进行的校验。", AuditPage.cancel, "Ctrl+.", "audit",
           enabled=_is_checking, icon="stop", group=TITLE),
    Action("audit.confirm", "确认链头不符…", "写明原因后以现在的病案库为准，记入审计。", AuditPage.confirm,
           "Ctrl+Shift+B", "audit", needs="admin", enabled=_can_confirm, icon="passed", group=TITLE),
    Action("audit.print", "存为 PDF…", "把筛选出的记录存为 PDF，附链头和哈希。", AuditPage.print_pdf, "Ctrl+P", "audit",
           icon="pdf", group=TITLE),
    Action("audit.export", "导出…", "把筛选出的记录写成 Excel 或 CSV，附链头和哈希。", AuditPage.export, "Ctrl+E",
           "audit", icon="export", group=TITLE),
    Action("audit.escape", "返回", "清除条件，再按一次回到上一个位置。", AuditPage.escape, "Esc", "audit", group=TITLE),
)  # fmt: skip


_IN_PALETTE: Final = one_page("audit", TITLE, "ph.clock", "谁在什么时候做了什么；校验哈希链。")

PAGE = PageSpec("audit", TITLE, AuditPage, actions=_ACTIONS, providers=_IN_PALETTE, needs=_WHO, rail="settings")
